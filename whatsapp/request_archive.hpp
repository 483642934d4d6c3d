/// \file
/// What the two archives share. Each kind of message is described once, by a function template
///
///     template <class Archive> void describe(Archive& a, field<Archive, image_message>& m);
///
/// that names the members one by one; `request_writer` builds JSON by it and `request_reader` reads JSON by it, so
/// that the two cannot drift apart. Internal to this folder.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <variant>
#include <vector>

namespace wakala::whatsapp {

/// The type in which an archive visits a `T`: constant for one that only writes.
template <class Archive, class T>
using field = typename Archive::template visited<T>;

/// Whether the letters of a word matter when it is read.
enum class word_match : std::uint8_t { exact, any_case };

template <std::size_t Count>
using word_list = std::array<std::string_view, Count>;

/// The words of a variant's alternatives, in their order.
template <class Variant>
using alternative_words = word_list<std::variant_size_v<std::remove_const_t<Variant>>>;

template <class T>
inline constexpr bool is_vector = false;
template <class T, class Allocator>
inline constexpr bool is_vector<std::vector<T, Allocator>> = true;

template <class T>
inline constexpr bool is_optional = false;
template <class T>
inline constexpr bool is_optional<std::optional<T>> = true;

/// A value that is either text or of another JSON type.
template <class T>
inline constexpr bool is_or_text = false;
template <class T>
inline constexpr bool is_or_text<std::variant<T, std::string>> = true;

/// Text by name: an object of which any member is text.
using text_map = std::map<std::string, std::string>;

/// Whether an optional member with this value is left out.
template <class T>
bool counts_as_absent(const T& value) {
  if constexpr (is_optional<T>)
    return !value.has_value();
  else if constexpr (requires { value.empty(); })
    return value.empty();
  else
    return value == T{};
}

} // namespace wakala::whatsapp
