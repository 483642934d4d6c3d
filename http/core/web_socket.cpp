#include "http/core/web_socket.hpp"

#include "http/core/web_socket_connection.hpp"
#include "runtime/core/encoding.hpp"

#include <boost/asio/post.hpp>

#include <algorithm>

namespace wakala::http {

namespace {

constexpr std::size_t reason_bytes_max = 123; // a control frame holds no more

/// Is one of the fields of that name a list that holds `word`? `exactly`: case counts.
bool lists(const request_head& head, std::string_view name, std::string_view word, bool exactly) {
  for (auto rest : head.values(name)) {
    while (!rest.empty()) {
      auto one = rest.substr(0, rest.find(','));
      rest.remove_prefix(std::min(rest.size(), one.size() + 1));
      while (!one.empty() && (one.front() == ' ' || one.front() == '\t'))
        one.remove_prefix(1);
      while (!one.empty() && (one.back() == ' ' || one.back() == '\t'))
        one.remove_suffix(1);
      if (exactly ? one == word : iequals(one, word))
        return true;
    }
  }
  return false;
}

} // namespace

bool wants_web_socket(const request_head& head) {
  return head.method == "GET" && lists(head, "Upgrade", "websocket", false);
}

std::optional<response> refuse_web_socket(const request_head& head, std::string_view subprotocol) {
  const auto bad = [](std::string_view why, std::string_view field) {
    return response::problem(400, "Bad Request", why, field);
  };
  if (head.header("Sec-WebSocket-Version").value_or("") != "13")
    return response::problem(426, "Upgrade Required", "the version of the WebSocket protocol must be 13",
                             "Sec-WebSocket-Version")
        .with("Sec-WebSocket-Version", "13");
  if (!lists(head, "Connection", "upgrade", false))
    return bad("must say upgrade", "Connection");
  const auto keys = head.values("Sec-WebSocket-Key");
  const auto key = keys.size() == 1 ? from_base64(keys.front()) : std::nullopt;
  if (!key || key->size() != 16)
    return bad("must be 16 bytes in base64", "Sec-WebSocket-Key");
  if (!lists(head, "Sec-WebSocket-Protocol", subprotocol, true))
    return bad("must offer " + std::string(subprotocol), "Sec-WebSocket-Protocol");
  return std::nullopt;
}

void web_socket::send(std::string text) const {
  if (to_)
    to_->send(std::move(text));
}

void web_socket::close(close_code code, std::string_view reason) const {
  if (to_)
    to_->close(code, std::string(reason.substr(0, reason_bytes_max)));
}

// The connection is only ever held by its own thread: it must not end on another.
void web_socket::target::send(std::string text) const {
  if (const auto core = core_.lock())
    asio::post(core->loop(loop_), [to = connection_, text = std::move(text)]() mutable {
      if (const auto alive = to.lock())
        alive->send(std::move(text));
    });
}

void web_socket::target::close(close_code code, std::string reason) const {
  if (const auto core = core_.lock())
    asio::post(core->loop(loop_), [to = connection_, code, reason = std::move(reason)] {
      if (const auto alive = to.lock())
        alive->close(code, reason);
    });
}

} // namespace wakala::http
