/// \file
/// Builds JSON from a description. Internal to this folder.
#pragma once

#include "whatsapp/request_archive.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <initializer_list>
#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// Writes the members of one object. The functions are those of `request_reader`.
class request_writer {
public:
  template <class T>
  using visited = const T;

  /// With `capitals`, words whose letter case does not matter are written in capitals.
  explicit request_writer(nlohmann::json& at, bool capitals = false) : at_(&at), capitals_(capitals) {}

  template <class T>
  void required(std::string_view key, const T& value) {
    (*at_)[std::string(key)] = written(value);
  }

  template <class T>
  void optional(std::string_view key, const T& value) {
    if (!counts_as_absent(value))
      required(key, value);
  }

  void optional_json(std::string_view key, const std::string& text) {
    if (text.empty())
      return;
    auto value = nlohmann::json::parse(text, nullptr, false);
    // A caller's mistake is not hidden: as a string it is refused by `validate_request`.
    (*at_)[std::string(key)] = value.is_discarded() ? nlohmann::json(text) : std::move(value);
  }

  void fixed(std::string_view key, std::string_view word) { (*at_)[std::string(key)] = word; }
  void usual(std::string_view key, std::string_view word) { fixed(key, word); }

  template <class Enum, std::size_t Count>
  void word(std::string_view key, const Enum& value, const word_list<Count>& words,
            word_match match = word_match::exact) {
    put_word(key, words[static_cast<std::size_t>(value)], match);
  }

  template <class Enum, std::size_t Count>
  void optional_word(std::string_view key, const std::optional<Enum>& value, const word_list<Count>& words,
                     word_match match = word_match::exact) {
    if (value)
      word(key, *value, words, match);
  }

  template <class Describe>
  void object(std::string_view key, Describe describe_members) {
    auto& inner = (*at_)[std::string(key)] = nlohmann::json::object();
    request_writer out(inner, capitals_);
    describe_members(out);
  }

  template <class Describe>
  void optional_object(std::string_view key, bool present, Describe describe_members) {
    if (present)
      object(key, describe_members);
  }

  template <class Describe>
  void flag(std::string_view key, const bool& present, Describe describe_members) {
    optional_object(key, present, describe_members);
  }

  template <class Variant, class Describe>
  void alternative(std::string_view key, const Variant& value, const alternative_words<Variant>& words,
                   Describe describe_alternative, word_match match = word_match::exact) {
    put_word(key, words[value.index()], match);
    std::visit(describe_alternative, value);
  }

  template <class Variant, class Describe>
  void alternative_by_member(const Variant& value, const alternative_words<Variant>&, Describe describe_alternative) {
    std::visit(describe_alternative, value);
  }

  void any_of(std::initializer_list<std::string_view>) {}

private:
  template <class T>
  nlohmann::json written(const T& value) const {
    if constexpr (is_optional<T>) {
      return written(*value);
    } else if constexpr (is_vector<T>) {
      auto out = nlohmann::json::array();
      for (const auto& item : value)
        out.push_back(written(item));
      return out;
    } else if constexpr (is_or_text<T>) {
      return std::visit([this](const auto& either) { return this->written(either); }, value);
    } else if constexpr (std::is_arithmetic_v<T> || std::is_same_v<T, std::string> || std::is_same_v<T, text_map>) {
      return value;
    } else {
      auto out = nlohmann::json::object();
      request_writer inner(out, capitals_);
      describe(inner, value);
      return out;
    }
  }

  void put_word(std::string_view key, std::string_view word, word_match match) {
    std::string text(word);
    if (capitals_ && match == word_match::any_case)
      std::transform(text.begin(), text.end(), text.begin(),
                     [](char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; });
    (*at_)[std::string(key)] = std::move(text);
  }

  nlohmann::json* at_;
  bool capitals_;
};

} // namespace wakala::whatsapp
