#include "http/core/request_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>

namespace wakala::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using beast_view = beast::string_view;

std::string text(beast_view view) { return {view.data(), view.size()}; }

void set_target(request_head& head, std::string target) {
  head.target = std::move(target);
  std::string_view local = head.target;
  for (const std::string_view scheme : {"http://", "https://"}) // absolute form, as sent to proxies
    if (local.size() > scheme.size() && iequals(local.substr(0, scheme.size()), scheme)) {
      local.remove_prefix(std::min(local.find_first_of("/?", scheme.size()), local.size()));
      break;
    }
  const auto mark = std::min(local.find('?'), local.size());
  head.path = local.substr(0, mark);
  if (head.path.empty())
    head.path = "/";
  head.query = local.substr(std::min(mark + 1, local.size()));
}

bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }

/// True for a request line that ends in a well-formed version which is not ours.
bool names_other_version(std::string_view line) noexcept {
  const auto blank = line.rfind(' ');
  if (blank == std::string_view::npos)
    return false;
  auto version = line.substr(blank + 1);
  if (!version.starts_with("HTTP/"))
    return false;
  version.remove_prefix(5);
  return !version.empty() && version.size() <= 3 && is_digit(version.front()) && is_digit(version.back()) &&
         (version.size() != 2) && (version.size() == 1 || version[1] == '.');
}

class parser final : public beast::http::basic_parser<true> {
public:
  parser(request& into, std::size_t header_bytes, std::size_t body_bytes) : into_(into), body_bytes_(body_bytes) {
    header_limit(static_cast<std::uint32_t>(header_bytes) + 4);
    body_limit(boost::none); // looked at by the caller, after its own checks of the head
  }

  bool request_line_known = false;
  int version = 11;
  bool other_coding = false; ///< a transfer coding that is not just `chunked`
  bool odd_expectation = false;
  bool continue_expected = false;
  bool body_too_large = false;

  void allow_body(std::size_t body_bytes) noexcept { body_bytes_ = body_bytes; }

private:
  void on_request_impl(beast::http::verb, beast_view method, beast_view target, int v, error_code&) override {
    into_.method = text(method);
    set_target(into_, text(target));
    version = v;
    request_line_known = true;
  }
  void on_response_impl(int, beast_view, int, error_code&) override {}
  void on_field_impl(beast::http::field name, beast_view name_text, beast_view value, error_code&) override {
    if (header_over_)
      return; // trailers are read and dropped
    if (name == beast::http::field::transfer_encoding)
      other_coding = other_coding || !iequals({value.data(), value.size()}, "chunked");
    else if (name == beast::http::field::expect) {
      continue_expected = iequals({value.data(), value.size()}, "100-continue");
      odd_expectation = !continue_expected;
    }
    into_.headers.emplace_back({name_text.data(), name_text.size()}, {value.data(), value.size()});
  }
  void on_header_impl(error_code&) override { header_over_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    // Memory is taken as bytes come, not as they are promised.
    if (length)
      into_.body.reserve(static_cast<std::size_t>(std::min<std::uint64_t>(*length, 64 * 1024)));
  }
  std::size_t on_body_impl(beast_view data, error_code&) override {
    into_.body.append(data.data(), data.size());
    return data.size();
  }
  void on_chunk_header_impl(std::uint64_t size, beast_view, error_code& failed) override {
    if (size > body_bytes_ || into_.body.size() > body_bytes_ - size) {
      body_too_large = true;
      failed = beast::http::error::body_limit;
    }
  }
  std::size_t on_chunk_body_impl(std::uint64_t, beast_view data, error_code&) override {
    into_.body.append(data.data(), data.size());
    return data.size();
  }
  void on_finish_impl(error_code&) override {}

  request& into_;
  std::size_t body_bytes_;
  bool header_over_ = false;
};

} // namespace

struct request_reader::impl {
  std::size_t header_bytes;
  std::size_t body_bytes;
  std::size_t allowed_bytes = 0; ///< of this request's body
  request message;
  std::optional<parser> parsing;
  std::size_t header_seen = 0;
  bool started = false;
  bool header_told = false;
  bool line_known = false;
  bool framing = false;
  refusal why{400, {}};

  impl(std::size_t header, std::size_t body) : header_bytes(header), body_bytes(body) {}

  progress refuse(int status, std::string_view detail, std::size_t used) {
    why = {status, detail};
    return {read_step::refused, used};
  }

  /// The parser reads a line only once it has all of it and may still be waiting for the header's end: a header that
  /// is too large has its request line looked at here.
  void read_request_line(std::string_view data) {
    const auto line = data.substr(0, data.find("\r\n"));
    const auto first = line.find(' ');
    const auto last = line.rfind(' ');
    if (line.size() == data.size() || first == std::string_view::npos || first == last ||
        !line.substr(last + 1).starts_with("HTTP/1."))
      return;
    message.method = line.substr(0, first);
    set_target(message, std::string(line.substr(first + 1, last - first - 1)));
    line_known = true;
  }

  progress feed_header(std::string_view data) {
    std::size_t used = 0;
    if (!started) {
      while (data.substr(used).starts_with("\r\n")) // RFC 9112 §2.2: blank lines before a request line are ignored
        used += 2;
      if (used == data.size() || data.substr(used) == "\r")
        return {read_step::need_more, used};
      started = true;
    }
    const auto fresh = data.substr(used);
    error_code failed;
    const auto parsed = parsing->put(boost::asio::const_buffer(fresh.data(), fresh.size()), failed);
    used += parsed;
    header_seen += parsed;
    line_known = line_known || parsing->request_line_known;
    const auto pending = data.size() - used;
    using beast::http::error;
    const bool open = failed == error::need_more;
    if (failed == error::header_limit || (!failed && header_seen > header_bytes) ||
        (open && header_seen + pending > header_bytes)) {
      if (!line_known)
        read_request_line(fresh);
      framing = true;
      return refuse(431, "the header is too large", used);
    }
    if (open)
      return {read_step::need_more, used};
    if (!failed) {
      header_told = true;
      return {read_step::header_done, used};
    }
    if (failed == error::bad_content_length || failed == error::multiple_content_length ||
        failed == error::bad_transfer_encoding) {
      framing = true;
      return refuse(400, "Content-Length or Transfer-Encoding is malformed or contradicts itself", used);
    }
    if (failed == error::bad_version &&
        names_other_version(fresh.substr(0, std::min(fresh.find("\r\n"), fresh.size()))))
      return refuse(505, "only HTTP/1.0 and HTTP/1.1 are spoken here", used);
    return refuse(400, line_known ? "a header field is malformed" : "the request line is malformed", used);
  }

  progress feed_body(std::string_view data) {
    if (parsing->is_done())
      return {read_step::complete, 0};
    if (data.empty())
      return {read_step::need_more, 0};
    parsing->eager(true);
    error_code failed;
    const auto used = parsing->put(boost::asio::const_buffer(data.data(), data.size()), failed);
    if (!failed || failed == beast::http::error::need_more) {
      if (parsing->is_done())
        return {read_step::complete, used};
      // Between chunks only a chunk's size line or the trailer can be incomplete.
      if (data.size() - used > header_bytes)
        return refuse(400, "a chunk header or trailer is too long", used);
      return {read_step::need_more, used};
    }
    if (parsing->body_too_large)
      return refuse(413, "the body is too large", used);
    return refuse(400, "the chunked body is malformed", used);
  }
};

request_reader::request_reader(std::size_t header_bytes, std::size_t body_bytes)
    : impl_(std::make_unique<impl>(header_bytes, body_bytes)) {}

request_reader::~request_reader() = default;

void request_reader::start(const std::string& peer, std::chrono::steady_clock::time_point received_at) {
  auto& s = *impl_;
  s.message = {};
  s.message.peer = peer;
  s.message.received_at = received_at;
  s.message.headers.reserve(16, 768);
  s.allowed_bytes = s.body_bytes;
  s.parsing.emplace(s.message, s.header_bytes, s.body_bytes);
  s.header_seen = 0;
  s.started = s.header_told = s.line_known = s.framing = false;
}

void request_reader::allow_body(std::size_t body_bytes) noexcept {
  impl_->allowed_bytes = body_bytes;
  impl_->parsing->allow_body(body_bytes);
}

void request_reader::hold(std::shared_ptr<void> what) { impl_->message.hold = std::move(what); }

request_reader::progress request_reader::feed(std::string_view data) {
  return impl_->header_told ? impl_->feed_body(data) : impl_->feed_header(data);
}

bool request_reader::started() const noexcept { return impl_->started; }
bool request_reader::request_line_known() const noexcept { return impl_->line_known; }
const request_head& request_reader::head() const noexcept { return impl_->message; }
const refusal& request_reader::why_refused() const noexcept { return impl_->why; }
bool request_reader::refused_for_framing() const noexcept { return impl_->framing; }
bool request_reader::http_1_0() const noexcept { return impl_->parsing && impl_->parsing->version == 10; }
bool request_reader::keep_alive() const { return impl_->parsing->keep_alive(); }
bool request_reader::body_pending() const { return !impl_->parsing->is_done(); }

std::optional<refusal> request_reader::header_refusal() const {
  const auto& p = *impl_->parsing;
  if (p.other_coding)
    return p.chunked() ? refusal{501, "the only transfer coding understood is chunked"}
                       : refusal{400, "a transfer coding other than chunked leaves the body's end unknown"};
  if (p.chunked() && p.version == 10)
    return refusal{400, "HTTP/1.0 has no transfer coding"};
  if (const auto length = p.content_length(); length && *length > impl_->allowed_bytes)
    return refusal{413, "the body is too large"};
  if (p.odd_expectation)
    return refusal{417, "the only expectation understood is 100-continue"};
  return std::nullopt;
}

bool request_reader::expects_continue() const {
  return impl_->parsing->continue_expected && impl_->parsing->version == 11;
}

std::size_t request_reader::body_missing() const {
  const auto left = impl_->parsing->content_length_remaining();
  return left ? static_cast<std::size_t>(*left) : 0;
}

request request_reader::take() { return std::move(impl_->message); }

} // namespace wakala::http
