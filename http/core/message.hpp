/// \file
/// HTTP requests and answers as plain values. Nothing here knows sockets; every function may be called from any
/// thread.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::http {

/// Header fields in the order of arrival, duplicates kept. Names compare without regard to case.
using header_list = std::vector<std::pair<std::string, std::string>>;

/// The fields of a header that was read, in the order of arrival, duplicates kept. They share one piece of memory.
class field_list {
public:
  struct field {
    std::string_view name;
    std::string_view value;
  };

  class iterator {
  public:
    iterator(const field_list& of, std::size_t index) noexcept : of_(&of), index_(index) {}
    field operator*() const noexcept { return of_->at(index_); }
    iterator& operator++() noexcept {
      ++index_;
      return *this;
    }
    bool operator==(const iterator& other) const noexcept { return index_ == other.index_; }

  private:
    const field_list* of_;
    std::size_t index_;
  };

  void reserve(std::size_t fields, std::size_t bytes);
  void emplace_back(std::string_view name, std::string_view value);

  std::size_t size() const noexcept { return ends_.size(); }
  bool empty() const noexcept { return ends_.empty(); }
  iterator begin() const noexcept { return {*this, 0}; }
  iterator end() const noexcept { return {*this, size()}; }
  field at(std::size_t index) const noexcept;

private:
  struct field_end {
    std::uint32_t name;
    std::uint32_t value;
  };
  std::string text_; ///< names and values, one behind the other
  std::vector<field_end> ends_;
};

/// ASCII comparison without regard to case.
bool iequals(std::string_view a, std::string_view b) noexcept;
/// The first value of that name, or nothing.
std::optional<std::string_view> find_header(const header_list& headers, std::string_view name) noexcept;
/// Every value of that name, in order. The views live as long as the list.
std::vector<std::string_view> header_values(const header_list& headers, std::string_view name);
std::optional<std::string_view> find_header(const field_list& headers, std::string_view name) noexcept;
std::vector<std::string_view> header_values(const field_list& headers, std::string_view name);

/// The key=value pairs of a query string, URL-decoded ('+' is a blank). A malformed escape keeps its raw text.
class query_values {
public:
  explicit query_values(std::string_view raw);

  /// The first value of that key, or nothing.
  std::optional<std::string_view> find(std::string_view key) const noexcept;
  const std::vector<std::pair<std::string, std::string>>& pairs() const noexcept { return pairs_; }

private:
  std::vector<std::pair<std::string, std::string>> pairs_;
};

/// A request as far as its header tells.
struct request_head {
  std::string method;
  std::string target; ///< as sent: path, or path?query
  std::string path;   ///< the target before '?', not percent-decoded
  std::string query;  ///< the target after '?', raw; see `query_values`
  field_list headers;
  std::string peer;                                    ///< remote address without port, for example 127.0.0.1 or ::1
  std::chrono::steady_clock::time_point received_at{}; ///< when its first byte was read

  std::optional<std::string_view> header(std::string_view name) const noexcept { return find_header(headers, name); }
  std::vector<std::string_view> values(std::string_view name) const { return header_values(headers, name); }
  /// The first values of that name in `into`; how many there are of them, at most its size.
  std::size_t values(std::string_view name, std::span<std::string_view> into) const noexcept;
};

struct request : request_head {
  std::string body;
  std::shared_ptr<void> hold; ///< what the server's `body_bound` gave with its permission
};

/// An answer. Content-Length, Connection, Date and Server are the server's business; setting them here is ignored.
struct response {
  int status = 200;
  std::string content_type; ///< no Content-Type field when empty
  std::string body;
  header_list headers;
  std::shared_ptr<void> hold = {};     ///< let go of once the answer is written or nobody wants it
  std::chrono::seconds more_time = {}; ///< for writing it, beyond the server's `write_timeout`

  static response empty(int status);
  static response text(int status, std::string body); ///< text/plain; charset=utf-8
  static response json(int status, std::string body); ///< application/json
  /// application/problem+json (RFC 9457): type, title, status, detail when not empty, and `field` when not empty: the
  /// name of the input that is wrong. The text must hold no secret and no personal data.
  static response problem(int status, std::string_view title, std::string_view detail = {},
                          std::string_view field = {});

  response& with(std::string name, std::string value) &;
  response with(std::string name, std::string value) &&;
};

/// "Not Found" for 404; "Unknown" for a status nobody named.
std::string_view reason_phrase(int status) noexcept;

} // namespace wakala::http
