#include "http/core/socket_client.hpp"

#include "http/core/tls_files.hpp"
#include "http/core/url.hpp"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core.hpp>
#include <boost/beast/ssl.hpp>
#include <boost/beast/websocket.hpp>
#include <boost/beast/websocket/ssl.hpp>
#include <openssl/ssl.h>

#include <chrono>
#include <deque>
#include <memory>
#include <optional>
#include <thread>

namespace wakala::http {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace websocket = beast::websocket;
using asio::ip::tcp;
using boost_error = boost::system::error_code;

namespace {

constexpr std::chrono::seconds step_timeout{5}; ///< for each step until it is open
constexpr std::size_t most_bytes = 16 * 1024 * 1024;

} // namespace

/// What both kinds of stream share. Everything runs on its thread.
class socket_client::session {
public:
  session(socket_client_options options, socket_client_events events)
      : options_(std::move(options)), events_(std::move(events)), resolver_(loop_) {}

  void start() {
    asio::post(loop_, [this] { resolve(); });
    thread_ = std::thread([this] { loop_.run(); });
  }

  void stop() {
    loop_.stop();
    thread_.join();
  }

  void send(std::string text) {
    asio::post(loop_, [this, text = std::move(text)]() mutable { push(std::move(text)); });
  }

private:
  using plain_stream = websocket::stream<beast::tcp_stream>;
  using tls_stream = websocket::stream<asio::ssl::stream<beast::tcp_stream>>;

  void fail(std::string_view step, const boost_error& failed) { end(std::string(step) + ": " + failed.message()); }

  void end(const std::string& why) {
    if (!has_ended_)
      events_.on_end(why);
    has_ended_ = true;
  }

  void resolve() {
    const auto target = parse_url(options_.url);
    if (!target)
      return end(target.error().what);
    where_ = *target;
    resolver_.async_resolve(where_.host, std::to_string(where_.port),
                            [this](boost_error failed, const tcp::resolver::results_type& found) {
                              if (failed)
                                return fail("look-up", failed);
                              if (where_.https)
                                connect_tls(found);
                              else
                                connect_plain(found);
                            });
  }

  void connect_plain(const tcp::resolver::results_type& found) {
    plain_.emplace(loop_);
    connect(*plain_, found, [this] { handshake(*plain_); });
  }

  void connect_tls(const tcp::resolver::results_type& found) {
    auto made = client_tls(options_.ca_file);
    if (!made)
      return end(made.error().what);
    context_ = std::move(*made);
    tls_.emplace(loop_, *context_);
    auto& layer = tls_->next_layer();
    layer.set_verify_mode(asio::ssl::verify_peer);
    layer.set_verify_callback(asio::ssl::host_name_verification(where_.host));
    boost_error is_name; // SNI names hosts, never addresses
    asio::ip::make_address(where_.host, is_name);
    if (is_name)
      SSL_ctrl(layer.native_handle(), SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name, where_.host.data());
    connect(*tls_, found, [this] {
      beast::get_lowest_layer(*tls_).expires_after(step_timeout);
      tls_->next_layer().async_handshake(asio::ssl::stream_base::client, [this](boost_error failed) {
        if (failed)
          return fail("TLS", failed);
        handshake(*tls_);
      });
    });
  }

  template <class Stream, class Next>
  void connect(Stream& over, const tcp::resolver::results_type& found, Next next) {
    auto& lowest = beast::get_lowest_layer(over);
    lowest.expires_after(step_timeout);
    lowest.async_connect(found, [this, next](boost_error failed, const tcp::endpoint&) {
      if (failed)
        return fail("connecting", failed);
      next();
    });
  }

  template <class Stream>
  void handshake(Stream& over) {
    beast::get_lowest_layer(over).expires_never(); // the stream has timeouts of its own
    over.set_option(websocket::stream_base::timeout::suggested(beast::role_type::client));
    over.set_option(websocket::stream_base::decorator([this](websocket::request_type& request) {
      if (!options_.subprotocol.empty())
        request.set(beast::http::field::sec_websocket_protocol, options_.subprotocol);
      request.set(beast::http::field::user_agent, options_.user_agent);
    }));
    over.read_message_max(most_bytes);
    over.async_handshake(where_.authority(), where_.target, [this, &over](boost_error failed) {
      if (failed)
        return fail("no live stream", failed);
      is_open_ = true;
      events_.on_open();
      write(over);
      read(over);
    });
  }

  template <class Stream>
  void read(Stream& over) {
    over.async_read(incoming_, [this, &over](boost_error failed, std::size_t) {
      if (failed == websocket::error::closed)
        return end("closed: " + std::string(over.reason().reason.c_str()));
      if (failed)
        return fail("the live stream broke", failed);
      auto text = beast::buffers_to_string(incoming_.data());
      incoming_.consume(incoming_.size());
      events_.on_text(std::move(text));
      read(over);
    });
  }

  void push(std::string text) {
    outgoing_.push_back(std::move(text));
    if (is_open_ && plain_)
      write(*plain_);
    else if (is_open_ && tls_)
      write(*tls_);
  }

  template <class Stream>
  void write(Stream& over) {
    if (is_writing_ || outgoing_.empty())
      return;
    is_writing_ = true;
    over.text(true);
    over.async_write(asio::buffer(outgoing_.front()), [this, &over](boost_error failed, std::size_t) {
      if (failed)
        return fail("the live stream broke", failed);
      is_writing_ = false;
      outgoing_.pop_front();
      write(over);
    });
  }

  const socket_client_options options_;
  const socket_client_events events_;
  asio::io_context loop_{1};
  tcp::resolver resolver_;
  url where_;
  std::unique_ptr<asio::ssl::context> context_;
  std::optional<plain_stream> plain_;
  std::optional<tls_stream> tls_;
  beast::flat_buffer incoming_;
  std::deque<std::string> outgoing_;
  bool is_writing_ = false;
  bool is_open_ = false;
  bool has_ended_ = false;
  std::thread thread_;
};

socket_client::socket_client(socket_client_options options, socket_client_events events)
    : session_(std::make_unique<session>(std::move(options), std::move(events))) {
  session_->start();
}

socket_client::~socket_client() { session_->stop(); }

void socket_client::send(std::string text) { session_->send(std::move(text)); }

} // namespace wakala::http
