#include "payments/json_values.hpp"

#include <array>
#include <charconv>
#include <cstdio>
#include <cstdlib>

namespace wakala::payments {

using nlohmann::json;

namespace {

/// Two digits after the point when they say exactly the same number, else as many as the number needs.
std::string decimal(double value) {
  std::array<char, 64> text{};
  const auto length = std::snprintf(text.data(), text.size(), "%.2f", value);
  if (length > 0 && static_cast<std::size_t>(length) < text.size() && std::strtod(text.data(), nullptr) == value)
    return {text.data(), static_cast<std::size_t>(length)};
  const auto end = std::to_chars(text.data(), text.data() + text.size(), value).ptr;
  return {text.data(), end};
}

} // namespace

std::optional<json> parse_object(std::string_view text) {
  auto parsed = json::parse(text, nullptr, false);
  if (!parsed.is_object())
    return std::nullopt;
  return parsed;
}

const json* member(const json& from, const char* name) {
  if (!from.is_object())
    return nullptr;
  const auto at = from.find(name);
  return at == from.end() ? nullptr : &*at;
}

std::string plain_text(const json* value) {
  if (value == nullptr)
    return {};
  if (const auto* text = value->get_ptr<const std::string*>())
    return *text;
  if (value->is_number_unsigned())
    return std::to_string(value->get<std::uint64_t>());
  if (value->is_number_integer())
    return std::to_string(value->get<std::int64_t>());
  if (value->is_number_float())
    return decimal(value->get<double>());
  return {};
}

std::string text_of(const json& from, const char* name) { return plain_text(member(from, name)); }

std::optional<std::int64_t> number_of(const json& from, const char* name) {
  const auto text = text_of(from, name);
  std::int64_t number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
    return std::nullopt;
  return number;
}

bool flag_of(const json& from, const char* name) {
  const auto* value = member(from, name);
  return value != nullptr && value->is_boolean() && value->get<bool>();
}

error bad_member(std::string field, std::string what) {
  return make_error(errc::invalid_argument, std::move(what), std::move(field));
}

} // namespace wakala::payments
