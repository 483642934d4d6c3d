/// \file
/// Walking through a request body while noting every rule it breaks. Internal to this folder.
#pragma once

#include "whatsapp/outbound.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::whatsapp {

/// A place in a request body, and the list its violations go to. A checker whose place does not exist checks nothing
/// (that it is missing was noted where it was looked up), so rules can be written one after the other without asking.
class request_checker {
public:
  request_checker(const nlohmann::json& root, std::vector<violation>& found) : value_(&root), found_(&found) {}

  explicit operator bool() const noexcept { return value_ != nullptr; }
  /// Precondition: the place exists.
  const nlohmann::json& value() const noexcept { return *value_; }
  bool has(const char* key) const noexcept;

  request_checker required_object(const char* key) const;
  request_checker optional_object(const char* key) const;

  /// The elements of an array of objects with `least` to `most` elements, named `unit` in violations. An element that
  /// is no object is noted and left out.
  std::vector<request_checker> required_items(const char* key, std::size_t least, std::size_t most,
                                              std::string_view unit) const;
  /// As above; absent is fine.
  std::vector<request_checker> optional_items(const char* key, std::size_t most, std::string_view unit) const;

  /// Text of 1 to `most` code points.
  std::optional<std::string_view> required_text(const char* key, std::size_t most) const;
  /// Absent, or text of at most `most` code points.
  std::optional<std::string_view> optional_text(const char* key, std::size_t most) const;
  /// A word of a closed list; nothing when it is none of them.
  std::optional<std::string_view> required_word(const char* key, std::initializer_list<std::string_view> words) const;
  std::optional<std::string_view> optional_word(const char* key, std::initializer_list<std::string_view> words) const;
  void optional_bool(const char* key) const;
  /// An `http://` or `https://` address.
  void required_url(const char* key) const;
  /// An integer (or its digits as text) from `least` to `most`.
  std::optional<long long> required_integer(const char* key, long long least, long long most) const;
  void forbid(const char* key, std::string_view why) const;

  /// Notes a violation at this place, or at its member `key`.
  void note(const char* key, std::string limit, std::string value, std::string_view code) const;
  void note(std::string limit, std::string value, std::string_view code) const {
    note("", std::move(limit), std::move(value), code);
  }

private:
  request_checker(const nlohmann::json* value, std::string path, std::vector<violation>* found)
      : value_(value), path_(std::move(path)), found_(found) {}

  const nlohmann::json* find(const char* key) const noexcept;
  std::string path_to(const char* key) const;
  request_checker nowhere() const { return {nullptr, {}, found_}; }
  std::vector<request_checker> items(const char* key, std::size_t least, std::size_t most,
                                     std::string_view unit) const;
  std::optional<std::string_view> text(const char* key, std::size_t most) const;
  std::optional<std::string_view> word(const char* key, std::initializer_list<std::string_view> words) const;

  const nlohmann::json* value_;
  std::string path_;
  std::vector<violation>* found_;
};

/// Notes a violation for every text that an earlier sibling has too.
class uniqueness {
public:
  void check(const request_checker& at, const char* key, std::optional<std::string_view> text);

private:
  std::vector<std::string_view> seen_;
};

/// No limit on a length that the reference does not give one for.
constexpr std::size_t any_length = static_cast<std::size_t>(-1);

} // namespace wakala::whatsapp
