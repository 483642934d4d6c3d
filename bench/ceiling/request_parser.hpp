/// \file
/// Beast's parser with nothing kept but the body and the signature.
#pragma once

#include <boost/beast/http/basic_parser.hpp>

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::bench::ceiling {

class request_parser final : public boost::beast::http::basic_parser<true> {
  using text = boost::beast::string_view;
  using error_code = boost::system::error_code;

public:
  static constexpr std::uint64_t body_bytes_max = 4 * 1024 * 1024;

  request_parser() {
    eager(true);
    body_limit(body_bytes_max);
  }

  std::string body;
  /// The value of X-Hub-Signature-256; empty when there is none, or when it is longer than any that could be right.
  std::string_view signature() const noexcept { return {signature_.data(), signature_size_}; }

private:
  void on_request_impl(boost::beast::http::verb, text, text, int, error_code&) override {}
  void on_response_impl(int, text, int, error_code&) override {}
  void on_field_impl(boost::beast::http::field name, text name_text, text value, error_code&) override {
    constexpr text wanted = "X-Hub-Signature-256";
    if (name == boost::beast::http::field::unknown && boost::beast::iequals(name_text, wanted))
      signature_size_ = value.copy(signature_.data(), value.size() <= signature_.size() ? value.size() : 0);
  }
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length)
      body.reserve(static_cast<std::size_t>(*length));
  }
  std::size_t on_body_impl(text data, error_code&) override {
    body.append(data.data(), data.size());
    return data.size();
  }
  void on_chunk_header_impl(std::uint64_t, text, error_code&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, text data, error_code&) override {
    body.append(data.data(), data.size());
    return data.size();
  }
  void on_finish_impl(error_code&) override {}

  std::array<char, 80> signature_{};
  std::size_t signature_size_ = 0;
};

} // namespace wakala::bench::ceiling
