/// \file
/// Reads JSON by a description. Internal to this folder.
#pragma once

#include "runtime/core/result.hpp"
#include "whatsapp/request_archive.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::whatsapp {

/// What a whole reading comes to, shared by the readers of all its objects.
struct reading {
  std::optional<error> failure; ///< the first
  bool capitals = false;        ///< a word whose letter case does not matter was in capitals
};

/// Reads the members of one object, and remembers the first that is missing, is wrong, or is none of those that the
/// description names. What cannot be read keeps its value, so descriptions need not ask how it went.
class request_reader {
public:
  template <class T>
  using visited = T;

  /// Precondition: `at` is an object. All three outlive the reader.
  request_reader(const nlohmann::json& at, std::string path, reading& whole)
      : at_(&at), path_(std::move(path)), whole_(&whole) {}

  /// A member that has to be there.
  template <class T>
  void required(std::string_view key, T& value) {
    if (const auto* found = take(key))
      read(*found, path_to(key), value);
    else
      fail(path_to(key), "is missing");
  }

  /// A member that is left out when it counts as absent.
  template <class T>
  void optional(std::string_view key, T& value) {
    if (const auto* found = take(key))
      read(*found, path_to(key), value);
  }

  /// Any JSON, kept as text.
  void optional_json(std::string_view key, std::string& text);

  /// A member that always says the same.
  void fixed(std::string_view key, std::string_view word);
  /// As `fixed`, but others leave it out.
  void usual(std::string_view key, std::string_view word) {
    if (has(key))
      fixed(key, word);
  }

  /// One of a closed list of words; the enumeration counts from zero in the order of the list.
  template <class Enum, std::size_t Count>
  void word(std::string_view key, Enum& value, const word_list<Count>& words, word_match match = word_match::exact) {
    if (const auto place = place_of(key, words.data(), Count, match))
      value = static_cast<Enum>(*place);
  }

  template <class Enum, std::size_t Count>
  void optional_word(std::string_view key, std::optional<Enum>& value, const word_list<Count>& words,
                     word_match match = word_match::exact) {
    if (has(key))
      word(key, value.emplace(), words, match);
  }

  /// An object that no type of its own stands for.
  template <class Describe>
  void object(std::string_view key, Describe describe_members) {
    if (const auto* found = take(key))
      read_object(*found, path_to(key), describe_members);
    else
      fail(path_to(key), "is missing");
  }

  /// `present` is for writing: an object that nothing would be in is left out.
  template <class Describe>
  void optional_object(std::string_view key, bool, Describe describe_members) {
    if (has(key))
      object(key, describe_members);
  }

  /// An object whose being there is the value.
  template <class Describe>
  void flag(std::string_view key, bool& present, Describe describe_members) {
    present = has(key);
    optional_object(key, present, describe_members);
  }

  /// The word at `key` tells which alternative follows, and `describe_alternative` visits it.
  template <class Variant, class Describe>
  void alternative(std::string_view key, Variant& value, const alternative_words<Variant>& words,
                   Describe describe_alternative, word_match match = word_match::exact) {
    if (const auto place = place_of(key, words.data(), words.size(), match)) {
      emplace(value, *place);
      std::visit(describe_alternative, value);
    }
  }

  /// The alternatives are told apart by the first of these members that is there; if none is, it is the first.
  template <class Variant, class Describe>
  void alternative_by_member(Variant& value, const alternative_words<Variant>& keys, Describe describe_alternative) {
    std::size_t place = 0;
    while (place < keys.size() && !has(keys[place]))
      ++place;
    emplace(value, place == keys.size() ? 0 : place);
    std::visit(describe_alternative, value);
  }

  /// One of these has to be there.
  void any_of(std::initializer_list<std::string_view> keys);

  bool has(std::string_view key) const noexcept;
  void fail(std::string path, std::string_view why);
  std::string path_to(std::string_view key) const;

  /// Ends the object: a member that was not named is a failure.
  void finish();

  template <class Describe>
  void read_object(const nlohmann::json& value, std::string path, Describe describe_members) {
    if (!value.is_object())
      return fail(std::move(path), "is no object");
    request_reader in(value, std::move(path), *whole_);
    describe_members(in);
    in.finish();
  }

private:
  /// The member, which is thereby known; nullptr when it is absent or null.
  const nlohmann::json* take(std::string_view key);
  /// Where the word of `key` is in the list; a failure when it is nowhere.
  std::optional<std::size_t> place_of(std::string_view key, const std::string_view* words, std::size_t count,
                                      word_match match);

  void read(const nlohmann::json& found, std::string path, std::string& value);
  void read(const nlohmann::json& found, std::string path, bool& value);
  void read(const nlohmann::json& found, std::string path, std::int64_t& value);
  void read(const nlohmann::json& found, std::string path, double& value);
  void read(const nlohmann::json& found, std::string path, text_map& value);

  template <class T>
  void read(const nlohmann::json& found, std::string path, std::optional<T>& value) {
    read(found, std::move(path), value.emplace());
  }

  template <class T>
  void read(const nlohmann::json& found, std::string path, std::variant<T, std::string>& value) {
    if (found.is_string())
      read(found, std::move(path), value.template emplace<1>());
    else
      read(found, std::move(path), value.template emplace<0>());
  }

  template <class T>
  void read(const nlohmann::json& found, std::string path, std::vector<T>& value) {
    if (!found.is_array())
      return fail(std::move(path), "is no array");
    value.clear();
    for (std::size_t i = 0; i < found.size() && !whole_->failure; ++i)
      read(found[i], path + "/" + std::to_string(i), value.emplace_back());
  }

  template <class T>
  void read(const nlohmann::json& found, std::string path, T& value) {
    read_object(found, std::move(path), [&](request_reader& in) { describe(in, value); });
  }

  template <class Variant>
  static void emplace(Variant& value, std::size_t place) {
    [&]<std::size_t... Places>(std::index_sequence<Places...>) {
      (void)((Places == place && (value.template emplace<Places>(), true)) || ...);
    }
    (std::make_index_sequence<std::variant_size_v<Variant>>());
  }

  const nlohmann::json* at_;
  std::string path_;
  reading* whole_;
  std::vector<std::string_view> known_;
};

/// The whole of `source` as a `T`.
template <class T>
result<T> read_whole(const nlohmann::json& source, std::string_view what, reading& whole) {
  if (!source.is_object())
    return make_error(errc::invalid_argument, std::string(what) + " is a JSON object");
  T value{};
  request_reader in(source, "", whole);
  describe(in, value);
  in.finish();
  if (whole.failure)
    return *std::move(whole.failure);
  return value;
}

} // namespace wakala::whatsapp
