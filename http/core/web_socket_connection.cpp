#include "http/core/web_socket_connection.hpp"

#include "runtime/core/log.hpp"

#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>

#include <deque>
#include <exception>
#include <type_traits>
#include <utility>

namespace wakala::http {

namespace beast = boost::beast;
namespace websocket = beast::websocket;

namespace {

beast::string_view view(std::string_view text) { return {text.data(), text.size()}; }

/// The head as Beast knows it: it makes the answer of it.
beast::http::request<beast::http::empty_body> to_beast(const request_head& head) {
  beast::http::request<beast::http::empty_body> out{beast::http::verb::get, view(head.target), 11};
  for (const auto field : head.headers)
    if (!iequals(field.name, "Expect"))
      out.insert(view(field.name), view(field.value));
  return out;
}

template <class Stream>
class spoken_web_socket final : public web_socket_connection {
public:
  spoken_web_socket(std::shared_ptr<server::state> server, std::size_t lane, Stream stream,
                    web_socket_welcome welcome)
      : web_socket_connection(std::move(server), lane, true), welcome_(std::move(welcome)),
        stream_(std::move(stream)), guard_(loop().get_executor()) {
    server_->lanes[lane_].connections.insert(this);
  }
  ~spoken_web_socket() override {
    server_->lanes[lane_].connections.erase(this);
    --server_->counters.web_sockets;
  }

  void start() override {}

  void begin(const request_head& head) {
    websocket::stream_base::timeout patience{};
    patience.handshake_timeout = options().close_timeout;
    patience.idle_timeout = options().idle_timeout;
    patience.keep_alive_pings = true;
    stream_.set_option(patience);
    stream_.set_option(websocket::stream_base::decorator([this](websocket::response_type& answer) {
      answer.set(beast::http::field::server, server_->options.server_name);
      answer.set(beast::http::field::sec_websocket_protocol, welcome_.subprotocol);
    }));
    stream_.read_message_max(options().message_bytes);
    stream_.auto_fragment(false);
    stream_.text(true);
    stream_.async_accept(to_beast(head), [self = this->self()](error_code failed) { self->accepted(failed); });
  }

  void send(std::string&& text) override {
    if (!is_open_ || closing_)
      return;
    waiting_bytes_ += text.size();
    waiting_.push_back(std::move(text));
    if (waiting_bytes_ > options().queue_bytes)
      cut_off();
    else
      write();
  }

  void close(close_code code, const std::string& reason) override {
    if (closing_)
      return;
    closing_.emplace(view(reason));
    closing_->code = static_cast<std::uint16_t>(code);
    write();
  }

  void close_if_idle() override { close(close_code::going_away, "the node is draining"); }

  void cut() override {
    is_open_ = false; // what still comes for it is dropped; the read that fails ends it
    guard_.stop();
    error_code ignored;
    lowest().close(ignored);
  }

  watchdog<spoken_web_socket>& guard() noexcept { return guard_; }
  void on_deadline() { cut_off(); }

private:
  std::shared_ptr<spoken_web_socket> self() {
    return std::static_pointer_cast<spoken_web_socket>(shared_from_this());
  }
  const web_socket_options& options() const noexcept { return server_->options.web_sockets; }
  tcp_socket& lowest() noexcept {
    if constexpr (std::is_same_v<Stream, tcp_socket>)
      return stream_.next_layer();
    else
      return stream_.next_layer().next_layer();
  }

  void accepted(const error_code& failed) {
    if (failed)
      return;
    is_open_ = true;
    has_opened_ = true;
    tell([this] {
      welcome_.events.on_open(
          web_socket{std::make_shared<web_socket::target>(server_->core.weak_from_this(), lane_, self())});
    });
    if (server_->draining)
      close_if_idle();
    write();
    read();
  }

  void read() {
    stream_.async_read(incoming_, [self = this->self()](error_code failed, std::size_t count) {
      self->server_->counters.bytes_in.fetch_add(count, std::memory_order_relaxed);
      self->heard(failed);
    });
  }

  void heard(const error_code& failed) {
    if (failed)
      return end();
    if (!stream_.got_text()) {
      close(close_code::not_text, "messages must be text");
    } else if (!closing_) {
      auto text = beast::buffers_to_string(incoming_.data());
      tell([this, &text] { welcome_.events.on_text(std::move(text)); });
    }
    incoming_.consume(incoming_.size());
    read(); // until it is closed
  }

  void write() {
    if (!is_open_ || is_writing_)
      return;
    if (waiting_.empty()) {
      if (closing_)
        say_goodbye();
      return;
    }
    is_writing_ = true;
    guard_.set(self(), std::chrono::steady_clock::now() + server_->options.write_timeout);
    stream_.async_write(asio::buffer(waiting_.front()), [self = this->self()](error_code failed, std::size_t count) {
      self->server_->counters.bytes_out.fetch_add(count, std::memory_order_relaxed);
      self->wrote(failed);
    });
  }

  void wrote(const error_code& failed) {
    guard_.clear();
    if (failed)
      return; // the read fails too, and ends it
    is_writing_ = false;
    waiting_bytes_ -= waiting_.front().size();
    waiting_.pop_front();
    write();
  }

  void say_goodbye() {
    is_writing_ = true; // and nothing more
    stream_.async_close(*closing_, [self = this->self()](error_code) { self->cut(); });
  }

  /// The client does not read what it is sent.
  void cut_off() {
    ++server_->counters.write_failures;
    error_code ignored; // let go of what the kernel still holds for it
    lowest().set_option(asio::socket_base::linger(true, 0), ignored);
    cut();
  }

  void end() {
    is_open_ = false;
    guard_.stop();
    if (std::exchange(has_opened_, false))
      tell([this] { welcome_.events.on_end(); });
  }

  template <class Call>
  void tell(Call&& call) {
    try {
      call();
    } catch (const std::exception& e) {
      log::error("web_socket_handler_threw", {{"what", e.what()}});
      close(close_code::internal_error, "");
    }
  }

  web_socket_welcome welcome_;
  websocket::stream<Stream, false> stream_;
  watchdog<spoken_web_socket> guard_;
  beast::flat_buffer incoming_;
  std::deque<std::string> waiting_; ///< the first of them is being written
  std::size_t waiting_bytes_ = 0;
  std::optional<websocket::close_reason> closing_; ///< once everything that waits is written
  bool is_open_ = false;
  bool has_opened_ = false;
  bool is_writing_ = false;
};

template <class Stream>
void begin(std::shared_ptr<server::state> server, std::size_t lane, Stream stream, const request_head& head,
           web_socket_welcome welcome) {
  ++server->admitted; // the connection that it was gives its place back
  std::make_shared<spoken_web_socket<Stream>>(std::move(server), lane, std::move(stream), std::move(welcome))
      ->begin(head);
}

} // namespace

void begin_web_socket(std::shared_ptr<server::state> server, std::size_t lane, tcp_socket stream,
                      const request_head& head, web_socket_welcome welcome) {
  begin(std::move(server), lane, std::move(stream), head, std::move(welcome));
}

void begin_web_socket(std::shared_ptr<server::state> server, std::size_t lane, asio::ssl::stream<tcp_socket> stream,
                      const request_head& head, web_socket_welcome welcome) {
  begin(std::move(server), lane, std::move(stream), head, std::move(welcome));
}

} // namespace wakala::http
