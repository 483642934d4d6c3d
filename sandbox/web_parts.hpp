/// \file
/// Requests taken apart, and answers put together. Internal to the routes.
#pragma once

#include "sandbox/routes.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// Path and query.
struct routes::parsed_target {
  std::string path;
  std::vector<std::string> parts;
  std::map<std::string, std::string, std::less<>> query;

  explicit parsed_target(std::string_view target);

  std::string text(std::string_view key) const;
  /// 0 when it is absent, nothing when it is no number.
  std::optional<std::uint64_t> number(std::string_view key) const;
};

/// A refusal of the sandbox's own paths (RFC 9457).
web_reply problem(int status, std::string_view title, std::string_view detail, std::string_view field = {});
web_reply problem(const error& wrong);
web_reply ok(std::string body);
web_reply graph_reply(graph_answer answer);
std::string_view bearer_of(std::string_view authorization);
/// `v23.0`.
bool is_version(std::string_view part);

} // namespace wakala::sandbox
