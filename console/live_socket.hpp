/// \file
/// The inspection API's live stream: traces as they happen.
#pragma once

#include "http/core/socket_client.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <memory>
#include <string>

namespace wakala::console {

/// How long the API watches without being asked again.
inline constexpr int watch_seconds = 600;

struct live_options {
  std::string url; ///< of the admin listener
  std::string token;
  std::string ca_file;  ///< PEM; the system's when empty
  nlohmann::json watch; ///< what is watched, for example `{"tenant": "duka"}`
};

/// Watches one thing until it ends or is destroyed. The events come on a thread of its own; they must not block, and
/// not destroy it.
class live_socket {
public:
  live_socket(live_options to, std::function<void(nlohmann::json)> on_message,
              std::function<void(std::string)> on_end);

  /// Asks for some more time: the API stops after `watch_seconds`.
  void ask_again();

private:
  void take(const std::string& text);

  live_options to_;
  std::function<void(nlohmann::json)> on_message_;
  std::unique_ptr<http::socket_client> socket_; ///< the last: its events need the others
};

} // namespace wakala::console
