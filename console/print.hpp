/// \file
/// The sub-commands: a view as plain text or JSON, once.
#pragma once

#include "console/access.hpp"
#include "console/view.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <memory>
#include <string>

namespace wakala::console {

struct print_options {
  access to;
  std::string ca_file;
  std::size_t width = 0; ///< 0: the terminal's, or wide enough for everything
  bool json = false;
  bool is_ascii = false;
};

/// Asks for what the view needs and prints it. With `json` exactly one object: the API's answer, or, of a view that
/// needs several, one member an answer. Returns the exit code: 0 good, 1 nobody answered, it was refused, or there is
/// no such thing.
int print_view(const print_options& how, view& what);

/// The cluster's figures each second, as a line or, with `json`, as an object a line. `seconds` 0: until it is ended.
int watch(const print_options& how, int seconds);

/// Messages as they are handled, a line each, or, with `json`, an object a line as the API gives it. `what`: see
/// `watch_for`. `seconds` 0: until it is ended.
int watch_messages(const print_options& how, const nlohmann::json& what, int seconds);

/// Says what failed, as `json` wants it; returns 1.
int print_failure(bool json, const std::string& why);

} // namespace wakala::console
