/// \file
/// JSON text read in one pass into a flat list of nodes that point into it: nothing is copied, a text of ordinary
/// size needs no memory of its own. Internal to this folder. Why not a library: docs/decisions/0012.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

enum class json_type : std::uint8_t { null, boolean, number, string, array, object };

/// One node: a value, or the key before a member's value. Values of a container follow it.
struct json_node {
  std::uint32_t begin; ///< of its text: a string's is what stands between the quotes, a container's has its brackets
  std::uint32_t size;  ///< of its text
  std::uint32_t count; ///< of nodes, itself and all below it: the next one on its level is that far away
  json_type type;
  bool escaped; ///< strings: there are backslashes in it
};

/// A value of a document, or none. Good as long as the document and its text are.
class json_value {
public:
  json_value() = default;
  json_value(const json_node* node, const char* text) noexcept : node_(node), text_(text) {}

  /// False when there is no value. A `null` is one.
  explicit operator bool() const noexcept { return node_ != nullptr; }
  bool is_object() const noexcept { return is(json_type::object); }
  bool is_array() const noexcept { return is(json_type::array); }
  bool is_string() const noexcept { return is(json_type::string); }
  bool is_number() const noexcept { return is(json_type::number); }

  /// The value as it came, a string without its quotes. Precondition: there is a value.
  std::string_view source() const noexcept { return {text_ + node_->begin, node_->size}; }

  /// The member of that name, the last one if there are several; none when this is no object, lacks it, or holds null
  /// there.
  json_value member(std::string_view name) const noexcept;

  /// A walk over the elements of an array or the members of an object; empty for any other value.
  class iterator {
  public:
    iterator(const json_node* at, const char* text) noexcept : at_(at), text_(text) {}
    json_value operator*() const noexcept { return {at_, text_}; }
    iterator& operator++() noexcept {
      at_ += at_->count;
      return *this;
    }
    bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

  private:
    const json_node* at_;
    const char* text_;
  };
  /// Over an object these give key, value, key, value, …
  iterator begin() const noexcept { return {is_container() ? node_ + 1 : nullptr, text_}; }
  iterator end() const noexcept { return {is_container() ? node_ + node_->count : nullptr, text_}; }

  /// Text, or a number in its digits; nothing for any other type, nor when there is no value.
  std::optional<std::string> text() const;
  /// True when `text()` is that.
  bool is_text(std::string_view expected) const;
  /// One line, keys sorted, so that equal values have equal text.
  std::string canonical() const;

private:
  friend class canonical_writer;

  bool is(json_type type) const noexcept { return node_ != nullptr && node_->type == type; }
  bool is_container() const noexcept { return is_object() || is_array(); }

  const json_node* node_ = nullptr;
  const char* text_ = nullptr;
};

/// Reads one JSON text. Two things are kept that a tree of doubles and UTF-8 could not hold: a lone surrogate escape
/// counts as U+FFFD, and a number whose digits a 64-bit integer or a double would change counts as a string of those
/// digits.
class json_document {
public:
  enum class outcome : std::uint8_t {
    fine,
    too_deep, ///< arrays and objects nest deeper than asked for
    not_json, ///< by RFC 8259, not UTF-8 included, or larger than 4 GB
  };

  json_document() = default;
  json_document(const json_document&) = delete;
  json_document& operator=(const json_document&) = delete;

  /// `text` must outlive the document. Call once.
  outcome read(std::string_view text, int depth_max);
  /// Precondition: the text was fine.
  json_value root() const noexcept { return {nodes_, text_}; }

private:
  friend class json_reader;
  static constexpr std::size_t inline_nodes = 224; ///< a text message has 45, a status 60

  json_node& add();
  void grow();

  const char* text_ = nullptr;
  json_node* nodes_ = first_;
  std::size_t size_ = 0;
  std::size_t capacity_ = inline_nodes;
  std::unique_ptr<json_node[]> more_;
  json_node first_[inline_nodes]; // not initialised: most of it is never touched
};

inline json_value json_value::member(std::string_view name) const noexcept {
  if (!is_object())
    return {};
  const json_node* found = nullptr;
  for (const json_node *key = node_ + 1, *const last = node_ + node_->count; key != last;) {
    const json_node* const value = key + 1;
    const bool same =
        key->escaped ? json_value(key, text_).is_text(name)
                     : key->size == name.size() && std::memcmp(text_ + key->begin, name.data(), name.size()) == 0;
    if (same)
      found = value;
    key = value + value->count;
  }
  return found == nullptr || found->type == json_type::null ? json_value{} : json_value(found, text_);
}

/// The same as `document.root().canonical()`, for one text; nothing when it is not JSON.
std::optional<std::string> canonical_json(std::string_view text, int depth_max);

} // namespace wakala::whatsapp
