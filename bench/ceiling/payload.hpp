/// \file
/// Reading a webhook's body with Boost.JSON, in memory that is never given back between two bodies.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::bench::ceiling {

/// What a body says about where it belongs.
struct payload {
  std::string number_id; ///< `phone_number_id` of its first change, or the id of its first entry
};

/// One body at a time; not thread-safe.
class payload_reader {
public:
  payload_reader();
  ~payload_reader();
  payload_reader(payload_reader&&) noexcept;
  payload_reader(const payload_reader&) = delete;
  payload_reader& operator=(const payload_reader&) = delete;
  payload_reader& operator=(payload_reader&&) = delete;

  /// Nothing when the body is no JSON, nested deeper than 64, or no webhook.
  std::optional<payload> read(std::string_view body);

private:
  struct memory;
  std::unique_ptr<memory> memory_;
};

} // namespace wakala::bench::ceiling
