/// \file
/// Uploaded files, held in memory (Cloud API reference §17).
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wakala::sandbox {

/// One part of a multipart/form-data body.
struct form_part {
  std::string name;
  std::string filename;
  std::string content_type;
  std::string data;
};

/// Reads a multipart/form-data body; `invalid_argument` when it is not one.
result<std::vector<form_part>> parse_form(std::string_view content_type, std::string_view body);

struct medium {
  std::string id;
  std::string phone_number_id;
  std::string mime_type;
  std::string sha256; ///< hex
  std::string data;
  time_ms uploaded = 0;
};

/// The largest file of this type in bytes; nothing for a type that is not taken.
std::optional<std::size_t> media_limit(std::string_view mime_type);

/// Not thread-safe. Bounded: beyond `bytes_max` the oldest files go.
class media_store {
public:
  explicit media_store(std::size_t bytes_max = 512U << 20U) : bytes_max_(bytes_max) {}

  void put(medium file);
  /// Null when it never was, was deleted, or is older than 30 days at `now`.
  const medium* find(const std::string& id, time_ms now) const;
  bool erase(const std::string& id);

private:
  std::size_t bytes_max_;
  std::size_t bytes_ = 0;
  std::unordered_map<std::string, medium> files_;
};

} // namespace wakala::sandbox
