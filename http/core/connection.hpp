/// \file
/// The life of one server connection, over plain TCP or TLS. Internal to http/core.
#pragma once

#include "http/core/input_buffer.hpp"
#include "http/core/request_reader.hpp"
#include "http/core/response_head.hpp"
#include "http/core/server_state.hpp"
#include "http/core/web_socket_connection.hpp"
#include "runtime/core/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/ssl/error.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/asio/write.hpp>

#include <algorithm>
#include <array>
#include <exception>
#include <string>
#include <type_traits>
#include <utility>

namespace wakala::http {

template <class Stream>
class connection final : public connection_base {
  static constexpr bool is_tls = !std::is_same_v<Stream, tcp_socket>;

public:
  template <class... Args>
  connection(std::shared_ptr<server::state> server, std::size_t lane, bool admitted, Args&&... stream)
      : connection_base(std::move(server), lane, admitted), stream_(std::forward<Args>(stream)...),
        guard_(loop().get_executor()), reader_(options().header_bytes, options().body_bytes) {}

  void start() override {
    asio::co_spawn(
        loop().get_executor(), [self = this->self()] { return self->run(); }, asio::detached);
  }

  void close_if_idle() override {
    error_code failed;
    if (idle_ && lowest().available(failed) == 0) // bytes that are there already are a request in flight
      cut();
  }

  void cut() override {
    const auto alive = shared_from_this(); // ending the wait for an answer can end the coroutine, the last owner
    cut_ = true;
    guard_.stop();
    error_code ignored;
    lowest().close(ignored);
    abandon_answer();
  }

  watchdog<connection>& guard() noexcept { return guard_; }
  void on_deadline() {
    expired_ = true;
    error_code ignored;
    lowest().cancel(ignored); // the coroutine sees `expired_` and still can answer
  }

private:
  enum class got : std::uint8_t { data, end, late, broken };

  static constexpr std::size_t small_read = 4 * 1024;
  static constexpr std::size_t large_read = 64 * 1024;
  static constexpr std::size_t joined_body = 16 * 1024; ///< up to here head and body are one write

  const server_options& options() const noexcept { return server_->options; }
  std::shared_ptr<connection> self() { return std::static_pointer_cast<connection>(shared_from_this()); }
  tcp_socket& lowest() noexcept {
    if constexpr (is_tls)
      return stream_.next_layer();
    else
      return stream_;
  }

  void within(std::chrono::milliseconds time, steady_time from = std::chrono::steady_clock::now()) {
    expired_ = false;
    guard_.set(self(), from + time);
  }

  task<void> run() {
    auto& fellows = server_->lanes[lane_].connections;
    fellows.insert(this);
    try {
      if (!server_->stopping)
        co_await live();
    } catch (const std::exception& e) {
      log::error("http_connection_failed", {{"what", e.what()}});
    }
    fellows.erase(this);
    guard_.stop();
    if (has_moved_on_)
      co_return;
    error_code ignored;
    lowest().close(ignored);
  }

  task<void> live() {
    error_code ignored;
    lowest().set_option(tcp::no_delay(true), ignored);
    lowest().non_blocking(true, ignored); // answers are written at once, as far as the kernel takes them
    if (!admitted_) {
      co_await turn_away();
      co_return;
    }
    if (const auto peer = lowest().remote_endpoint(ignored); !ignored) {
      auto address = peer.address();
      if (address.is_v6() && address.to_v6().is_v4_mapped())
        address = asio::ip::make_address_v4(asio::ip::v4_mapped, address.to_v6());
      peer_ = address.to_string();
    }
    if constexpr (is_tls) {
      within(options().read_timeout);
      const auto [failed] = co_await stream_.async_handshake(asio::ssl::stream_base::server, as_results);
      if (failed || expired_ || cut_) {
        ++server_->counters.tls_failures;
        co_return;
      }
    }
    bool go_on = true;
    while (go_on && !cut_)
      go_on = co_await serve_one();
  }

  /// No room: an answer without reading, but never work that could add to the crowd.
  task<void> turn_away() {
    if constexpr (!is_tls) {
      answer_ = response::problem(503, "Service Unavailable", "too many connections");
      answer_.with("Retry-After", "5");
      compose(false);
      bool written = write_at_once();
      if (!written)
        written = co_await write_rest();
      if (written)
        co_await linger();
    }
  }

  task<got> fill(std::size_t wanted) {
    const auto space = input_.prepare(wanted);
    const auto [failed, count] = co_await stream_.async_read_some(asio::buffer(space.data, space.size), as_results);
    co_return take_in(failed, count);
  }

  /// What came of a read.
  got take_in(const error_code& failed, std::size_t count) {
    input_.commit(count);
    server_->counters.bytes_in.fetch_add(count, std::memory_order_relaxed);
    if (cut_)
      return got::broken;
    if (expired_)
      return got::late;
    if (!failed)
      return got::data;
    if (failed == asio::error::eof || failed == asio::ssl::error::stream_truncated)
      return got::end;
    return got::broken;
  }

  // The coroutines below pass answers through `answer_` and await in plain statements only: with the answer as a
  // by-value parameter, awaited within `if (const auto x = …)`, GCC 12 left the parameters in the coroutine's frame
  // uninitialised.

  /// What is to be done with a request after a part of it was looked at.
  enum class verdict : std::uint8_t {
    go_on,  ///< look at the next part, or handle it
    more,   ///< bytes are missing
    finish, ///< `answer_` is the answer; the connection stays usable
    refuse, ///< `answer_` is the answer; what is left of the request is not worth reading
    socket, ///< it becomes what `welcome_` says
    drop,   ///< nobody is there to hear an answer
    blank,  ///< only blank lines have come: no request has begun
  };

  /// One request and its answer. False: the connection is done with. Where bytes come whole and answers fit, this is
  /// the only coroutine that runs: every other one costs a frame.
  task<bool> serve_one() {
    if (input_.empty()) {
      error_code gone;
      if (server_->draining && lowest().available(gone) == 0)
        co_return false;
      input_.trim(small_read);
      within(options().idle_timeout);
      idle_ = true;
      const auto space = input_.prepare(small_read);
      const auto [failed, count] = co_await stream_.async_read_some(asio::buffer(space.data, space.size), as_results);
      idle_ = false;
      if (take_in(failed, count) != got::data)
        co_return false;
    }
    const auto now = std::chrono::steady_clock::now();
    began_ = now;
    within(options().read_timeout, now); // for the whole request: a trickle of bytes does not extend it
    reader_.start(peer_, now);
    verdict next = read_head();
    while (next == verdict::more) {
      const got more = co_await fill(small_read);
      next = more == got::data ? read_head() : cut_short(more);
    }
    if (next == verdict::go_on)
      next = look_at_head();
    if (next == verdict::go_on && !reader_.body_pending())
      next = look_for_socket();
    if (next == verdict::go_on && reader_.body_pending()) {
      if (reader_.expects_continue() && input_.empty()) {
        const bool invited = co_await write_continue();
        if (!invited)
          co_return false;
      }
      next = read_body();
      while (next == verdict::more) {
        const got more = co_await fill(reader_.body_missing() > small_read ? large_read : small_read);
        next = more == got::data ? read_body() : cut_short(more);
      }
    }
    if (next == verdict::go_on) {
      guard_.clear();
      ++server_->counters.requests;
      ++server_->counters.in_flight;
      call_handler();
      if (!take_answer(answer_))
        answer_ = co_await next_answer();
      --server_->counters.in_flight;
      next = verdict::finish;
    }
    switch (next) {
    case verdict::blank:
      co_return true;
    case verdict::socket:
      guard_.clear();
      has_moved_on_ = true;
      begin_web_socket(server_, lane_, std::move(stream_), reader_.head(), std::move(welcome_));
      co_return false;
    case verdict::go_on:
    case verdict::more:
    case verdict::drop:
      co_return false;
    case verdict::finish:
    case verdict::refuse:
      break;
    }
    if (cut_)
      co_return false;
    const bool keep = next == verdict::finish && reader_.keep_alive() && !server_->draining;
    compose(keep);
    bool written = write_at_once();
    if (!written)
      written = co_await write_rest();
    if (written && !keep)
      co_await linger();
    co_return written&& keep;
  }

  verdict read_head() {
    const auto progress = reader_.feed(input_.view());
    if (progress.step == read_step::refused)
      return refuse_head();
    input_.consume(progress.used);
    if (progress.step == read_step::header_done)
      return verdict::go_on;
    return reader_.started() || !input_.empty() ? verdict::more : verdict::blank;
  }

  verdict read_body() {
    const auto progress = reader_.feed(input_.view());
    if (progress.step == read_step::refused)
      return refuse(reader_.why_refused());
    input_.consume(progress.used);
    return progress.step == read_step::complete ? verdict::go_on : verdict::more;
  }

  verdict look_at_head() {
    head_request_ = reader_.head().method == "HEAD";
    if (precheck() || !bound_body())
      return reader_.body_pending() ? verdict::refuse : verdict::finish;
    if (const auto why = reader_.header_refusal())
      return refuse(*why);
    return verdict::go_on;
  }

  /// A request that wants to become a WebSocket, where that can be had.
  verdict look_for_socket() {
    if (!server_->sockets || !wants_web_socket(reader_.head()))
      return verdict::go_on;
    try {
      auto said = server_->sockets(reader_.head());
      if (std::holds_alternative<std::monostate>(said))
        return verdict::go_on;
      if (auto* refused = std::get_if<response>(&said)) {
        answer_ = std::move(*refused);
        return verdict::finish;
      }
      welcome_ = std::move(std::get<web_socket_welcome>(said));
    } catch (const std::exception& e) {
      log::error("http_socket_gate_threw", {{"what", e.what()}});
      answer_ = response::problem(500, "Internal Server Error");
      return verdict::finish;
    }
    if (auto refused = refuse_web_socket(reader_.head(), welcome_.subprotocol)) {
      answer_ = std::move(*refused);
      return verdict::finish;
    }
    if (reader_.http_1_0() || !input_.empty()) // it must wait for our answer
      return refuse({400, "a WebSocket begins with HTTP/1.1, and with nothing before it is answered"});
    if (server_->counters.web_sockets.fetch_add(1) >= options().web_sockets.sockets) {
      --server_->counters.web_sockets;
      answer_ = response::problem(503, "Service Unavailable", "too many WebSockets").with("Retry-After", "5");
      return verdict::finish;
    }
    return verdict::socket;
  }

  /// The header cannot be read. What the precheck has to say by the request line alone comes first.
  verdict refuse_head() {
    if (reader_.refused_for_framing() && reader_.request_line_known()) {
      head_request_ = reader_.head().method == "HEAD";
      if (precheck())
        return verdict::refuse;
    }
    return refuse(reader_.why_refused());
  }

  verdict refuse(const refusal& why) {
    ++server_->counters.broken_requests;
    answer_ = response::problem(why.status, reason_phrase(why.status), why.detail);
    return verdict::refuse;
  }

  /// The request ended before it was whole: it came too slowly, or its sender closed its half of the connection.
  verdict cut_short(got how) {
    if (how == got::broken || (!reader_.started() && input_.empty()))
      return verdict::drop;
    return refuse({408, how == got::late ? "the request took too long" : "the connection ended within the request"});
  }

  /// True when the request is refused, by `answer_`.
  bool precheck() {
    if (!server_->precheck)
      return false;
    try {
      auto refused = server_->precheck(reader_.head());
      if (!refused)
        return false;
      answer_ = std::move(*refused);
    } catch (const std::exception& e) {
      log::error("http_precheck_threw", {{"what", e.what()}});
      answer_ = response::problem(500, "Internal Server Error");
    }
    return true;
  }

  /// False when the request is refused, by `answer_`.
  bool bound_body() {
    if (!server_->bound)
      return true;
    try {
      auto said = server_->bound(reader_.head());
      if (auto* refused = std::get_if<response>(&said)) {
        answer_ = std::move(*refused);
        return false;
      }
      if (auto* allowed = std::get_if<body_permission>(&said)) {
        reader_.allow_body(allowed->bytes);
        reader_.hold(std::move(allowed->hold));
        const auto coming = reader_.body_missing() > 0 ? reader_.body_missing() : allowed->bytes;
        within(options().read_timeout + time_for(std::min(coming, allowed->bytes)), began_);
      }
      return true;
    } catch (const std::exception& e) {
      log::error("http_body_bound_threw", {{"what", e.what()}});
      answer_ = response::problem(500, "Internal Server Error");
      return false;
    }
  }

  /// What many bytes may take beyond the usual time.
  static std::chrono::seconds time_for(std::size_t bytes) noexcept {
    return std::chrono::seconds{bytes / (1024U * 1024U)};
  }

  void call_handler() {
    responder to(std::make_shared<responder::target>(server_->core.weak_from_this(), lane_, weak_from_this(),
                                                     expect_answer()));
    try {
      server_->handler(reader_.take(), std::move(to));
    } catch (const std::exception& e) {
      log::error("http_handler_threw", {{"what", e.what()}});
    }
  }

  task<bool> write_continue() {
    static constexpr std::string_view go_on = "HTTP/1.1 100 Continue\r\n\r\n";
    const auto [failed, count] = co_await asio::async_write(stream_, asio::buffer(go_on), as_results);
    server_->counters.bytes_out.fetch_add(count, std::memory_order_relaxed);
    co_return !failed && !expired_ && !cut_;
  }

  void count_answer(int status) {
    auto& counters = server_->counters;
    if (status >= 500)
      ++counters.answers_5xx;
    else if (status >= 400)
      ++counters.answers_4xx;
    else if (status >= 300)
      ++counters.answers_3xx;
    else
      ++counters.answers_2xx;
  }

  /// Makes of `answer_` what is to be written.
  void compose(bool keep) {
    count_answer(answer_.status);
    output_.clear();
    append_head(output_, answer_, {options().server_name, keep, reader_.http_1_0()});
    if (head_request_ || bodyless(answer_.status))
      answer_.body.clear();
    if (answer_.body.size() <= joined_body) {
      output_ += answer_.body;
      answer_.body.clear();
    }
    head_request_ = false;
    written_ = 0;
  }

  /// Writes as much as the kernel takes without waiting. True when that is all.
  bool write_at_once() {
    if constexpr (is_tls)
      return false;
    error_code failed; // whatever it is, writing the rest will meet it again
    if (answer_.body.empty())
      written_ = lowest().write_some(asio::buffer(output_), failed);
    else
      written_ = lowest().write_some(answer_parts(), failed);
    if (failed || written_ < output_.size() + answer_.body.size())
      return false;
    end_write();
    return true;
  }

  std::array<asio::const_buffer, 2> answer_parts() const {
    return {asio::buffer(output_) + written_,
            asio::buffer(answer_.body) + (written_ > output_.size() ? written_ - output_.size() : 0)};
  }

  task<bool> write_rest() {
    within(options().write_timeout + answer_.more_time);
    const auto [failed, count] = co_await asio::async_write(stream_, answer_parts(), as_results);
    written_ += count;
    end_write();
    if (!failed && !expired_ && !cut_)
      co_return true;
    ++server_->counters.write_failures;
    error_code ignored; // nothing more will be taken: let go of what the kernel still holds for this reader
    lowest().set_option(asio::socket_base::linger(true, 0), ignored);
    co_return false;
  }

  void end_write() {
    guard_.clear();
    server_->counters.bytes_out.fetch_add(written_, std::memory_order_relaxed);
    answer_ = {};
    if (output_.capacity() > large_read)
      output_ = {};
  }

  /// Closes our half and reads on for a while: closing with unread bytes would reset the connection, and a reset can
  /// destroy the answer before the client has read it.
  task<void> linger() {
    within(options().linger_timeout);
    if constexpr (is_tls) {
      co_await stream_.async_shutdown(as_results);
      if (expired_ || cut_)
        co_return;
    }
    error_code failed;
    lowest().shutdown(tcp::socket::shutdown_send, failed);
    input_.release();
    std::size_t dropped = 0;
    while (!failed && !expired_ && !cut_ && dropped < options().linger_bytes) {
      const auto space = input_.prepare(small_read * 4);
      const auto [read_failed, count] =
          co_await lowest().async_read_some(asio::buffer(space.data, space.size), as_results);
      failed = read_failed;
      dropped += count;
    }
  }

  Stream stream_;
  watchdog<connection> guard_;
  request_reader reader_;
  input_buffer input_;
  response answer_;
  web_socket_welcome welcome_;
  std::string output_;
  std::size_t written_ = 0; ///< of `output_` and the answer's body together
  std::string peer_;
  steady_time began_{}; ///< when the request's first byte came
  bool idle_ = false;
  bool expired_ = false;
  bool cut_ = false;
  bool head_request_ = false;
  bool has_moved_on_ = false; ///< the stream is another's now
};

} // namespace wakala::http
