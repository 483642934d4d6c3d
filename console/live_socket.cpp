#include "console/live_socket.hpp"

#include "console/models.hpp"

namespace wakala::console {

using nlohmann::json;

live_socket::live_socket(live_options to, std::function<void(json)> on_message,
                         std::function<void(std::string)> on_end)
    : to_(std::move(to)), on_message_(std::move(on_message)) {
  http::socket_client_options options;
  options.url = to_.url + "/v1/live";
  options.subprotocol = "wakala.v1";
  options.ca_file = to_.ca_file;
  options.user_agent = "wakala-console";
  socket_ = std::make_unique<http::socket_client>(
      std::move(options),
      http::socket_client_events{[] {}, [this](const std::string& text) { take(text); }, std::move(on_end)});
  // The first message says who asks. It leaves as soon as there is a connection.
  socket_->send(json{{"token", to_.token}}.dump());
  ask_again();
}

void live_socket::ask_again() { socket_->send(json{{"watch", to_.watch}, {"seconds", watch_seconds}}.dump()); }

void live_socket::take(const std::string& text) {
  auto message = json::parse(text, nullptr, false);
  if (message.is_object())
    on_message_(std::move(message));
}

} // namespace wakala::console
