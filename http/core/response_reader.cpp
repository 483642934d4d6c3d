#include "http/core/response_reader.hpp"

#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include <algorithm>
#include <optional>

namespace wakala::http {
namespace {

namespace beast = boost::beast;
using boost::system::error_code;
using beast_view = beast::string_view;

class parser final : public beast::http::basic_parser<false> {
public:
  parser(client_answer& into, std::size_t header_bytes, std::size_t body_bytes)
      : into_(into), body_bytes_(body_bytes) {
    header_limit(static_cast<std::uint32_t>(header_bytes));
    body_limit(body_bytes);
  }

private:
  void on_request_impl(beast::http::verb, beast_view, beast_view, int, error_code&) override {}
  void on_response_impl(int code, beast_view, int, error_code&) override { into_.status = code; }
  void on_field_impl(beast::http::field, beast_view name, beast_view value, error_code&) override {
    if (!header_over_)
      into_.headers.emplace_back(std::string(name.data(), name.size()), std::string(value.data(), value.size()));
  }
  void on_header_impl(error_code&) override { header_over_ = true; }
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(beast_view data, error_code& failed) override { return append(data, failed); }
  void on_chunk_header_impl(std::uint64_t, beast_view, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, beast_view data, error_code& failed) override {
    return append(data, failed);
  }
  void on_finish_impl(error_code&) override {}

  std::size_t append(beast_view data, error_code& failed) {
    if (data.size() > body_bytes_ - into_.body.size()) {
      failed = beast::http::error::body_limit;
      return 0;
    }
    into_.body.append(data.data(), data.size());
    return data.size();
  }

  client_answer& into_;
  std::size_t body_bytes_;
  bool header_over_ = false;
};

} // namespace

struct response_reader::impl {
  std::size_t header_bytes;
  std::size_t body_bytes;
  client_answer answer;
  std::optional<parser> parsing;
  bool without_body = false;
  bool started = false;
  bool too_large = false;
  std::string_view why;

  impl(std::size_t header, std::size_t body) : header_bytes(header), body_bytes(body) {}

  void restart() {
    answer = {};
    parsing.emplace(answer, header_bytes, body_bytes);
    parsing->skip(without_body);
    parsing->eager(true);
  }

  bool interim() const noexcept { return answer.status / 100 == 1 && answer.status != 101; }
};

response_reader::response_reader(std::size_t header_bytes, std::size_t body_bytes)
    : impl_(std::make_unique<impl>(header_bytes, body_bytes)) {}

response_reader::~response_reader() = default;

void response_reader::start(bool without_body, std::size_t body_bytes) {
  impl_->body_bytes = body_bytes;
  start(without_body);
}

void response_reader::start(bool without_body) {
  impl_->too_large = false;
  impl_->without_body = without_body;
  impl_->started = false;
  impl_->restart();
}

response_reader::progress response_reader::feed(std::string_view data) {
  auto& s = *impl_;
  std::size_t used = 0;
  while (used < data.size()) {
    s.started = true;
    const auto rest = data.substr(used);
    error_code failed;
    used += s.parsing->put(boost::asio::const_buffer(rest.data(), rest.size()), failed);
    if (failed && failed != beast::http::error::need_more) {
      s.too_large = failed == beast::http::error::body_limit;
      s.why = failed == beast::http::error::body_limit     ? "the answer's body is too large"
              : failed == beast::http::error::header_limit ? "the answer's header is too large"
                                                           : "the answer is no HTTP";
      return {answer_step::broken, used};
    }
    if (!s.parsing->is_done()) {
      if (s.parsing->is_header_done() && data.size() - used > s.header_bytes) {
        s.why = "the answer is no HTTP"; // a chunk's size line that never ends
        return {answer_step::broken, used};
      }
      return {answer_step::need_more, used};
    }
    if (!s.interim())
      return {answer_step::complete, used};
    s.restart();
  }
  return {answer_step::need_more, used};
}

answer_step response_reader::end() {
  auto& s = *impl_;
  if (s.parsing->got_some()) {
    error_code failed;
    s.parsing->put_eof(failed);
    if (!failed)
      return answer_step::complete;
  }
  s.why =
      s.started ? "the connection closed before the answer was complete" : "the connection closed without an answer";
  return answer_step::broken;
}

bool response_reader::started() const noexcept { return impl_->started; }
std::string_view response_reader::why_broken() const noexcept { return impl_->why; }
bool response_reader::body_too_large() const noexcept { return impl_->too_large; }
int response_reader::status() const noexcept { return impl_->parsing->is_header_done() ? impl_->answer.status : 0; }
bool response_reader::keep_alive() const { return impl_->parsing->keep_alive(); }
client_answer response_reader::take() { return std::move(impl_->answer); }

} // namespace wakala::http
