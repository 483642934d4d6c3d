/// \file
/// Ids as Meta makes them: message ids that hold a phone number, numeric media ids, trace ids.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::sandbox {

/// Unique for one `origin`; give it the seed mixed with the time of start, so that two runs never repeat an id that a
/// receiver de-duplicates on. Not thread-safe.
class id_source {
public:
  explicit id_source(std::uint64_t origin) : origin_(origin) {}

  /// `wamid.` + base64 of Meta's binary structure with the counterpart's number (or user id) in clear (Cloud API
  /// reference §2.2). `outbound`: sent by the business.
  std::string message_id(std::string_view counterpart, bool outbound);
  std::string media_id(); ///< 16 digits
  std::string template_id() { return media_id(); }
  std::string conversation_id(); ///< 32 hex digits
  std::string trace_id();        ///< `A` and 22 letters, as `fbtrace_id`

private:
  std::uint64_t next() noexcept;

  std::uint64_t origin_;
  std::uint64_t count_ = 0;
};

} // namespace wakala::sandbox
