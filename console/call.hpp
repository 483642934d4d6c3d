/// \file
/// What the console asks a node, and what it gets.
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <string>

namespace wakala::console {

struct call {
  std::uint64_t id = 0; ///< comes back in the answer
  std::string method = "GET";
  std::string target; ///< path and query
  std::string body = {};
};

struct answer {
  std::uint64_t id = 0;
  int status = 0; ///< 0: none came
  nlohmann::json body = nullptr;
  std::string why = {};    ///< of a failure, for people: the problem's detail, or why no answer came
  std::string url = {};    ///< of the listener that answered, or was asked last
  bool is_unknown = false; ///< it may have taken effect although no answer came

  bool is_good() const noexcept { return status >= 200 && status < 300; }
};

} // namespace wakala::console
