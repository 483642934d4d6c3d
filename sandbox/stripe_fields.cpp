#include "sandbox/stripe_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

// The stand-in has its own idea of what is divisible by what, so that it does not share a mistake with who calls it.
constexpr std::array<std::string_view, 2> hundreds{"isk", "ugx"};
constexpr std::array<std::string_view, 5> tens{"bhd", "jod", "kwd", "omr", "tnd"};

std::int64_t step_of(std::string_view currency) {
  if (std::ranges::find(hundreds, currency) != hundreds.end())
    return 100;
  return std::ranges::find(tens, currency) != tens.end() ? 10 : 1;
}

bool is_currency(std::string_view code) {
  return code.size() == 3 && std::ranges::all_of(code, [](char c) { return c >= 'a' && c <= 'z'; });
}

} // namespace

json stripe_desk::fields::text_or_null(std::string_view key) const {
  const auto found = values.find(key);
  return found && !found->empty() ? json(*found) : json(nullptr);
}

std::optional<std::int64_t> stripe_desk::fields::number(std::string_view key) const {
  const auto value = text(key);
  std::int64_t parsed = 0;
  const auto [end, failure] = std::from_chars(value.data(), value.data() + value.size(), parsed);
  if (value.empty() || failure != std::errc{} || end != value.data() + value.size())
    return std::nullopt;
  return parsed;
}

json stripe_desk::fields::map(const std::string& name) const {
  auto found = json::object();
  const auto prefix = name + "[";
  for (const auto& [key, value] : values.pairs())
    if (key.starts_with(prefix) && key.ends_with(']'))
      found[key.substr(prefix.size(), key.size() - prefix.size() - 1)] = value;
  return found;
}

result<stripe_desk::fields::order_lines> stripe_desk::fields::lines(std::size_t lines_max) const {
  order_lines out;
  const auto wrong = [](const std::string& key, std::string what, errc code = errc::invalid_argument) {
    return make_error(code, std::move(what), key);
  };
  for (std::size_t i = 0;; ++i) {
    const auto line = fmt::format("line_items[{}]", i);
    const auto price = line + "[price_data]";
    if (!values.find(line + "[quantity]") && !values.find(price + "[currency]"))
      break;
    if (i == lines_max)
      return wrong("line_items", fmt::format("at most {} line items", lines_max));
    const auto quantity = number(line + "[quantity]");
    const auto amount = number(price + "[unit_amount]");
    const auto currency = text(price + "[currency]");
    const auto name = text(price + "[product_data][name]");
    if (!quantity || *quantity < 1)
      return wrong(line + "[quantity]", "Invalid integer");
    if (!amount || *amount < 0 || *amount > 99'999'999)
      return wrong(price + "[unit_amount]", "Invalid integer");
    if (!is_currency(currency) || (!out.currency.empty() && currency != out.currency))
      return wrong(price + "[currency]", "Invalid currency");
    if (*amount % step_of(currency) != 0)
      return wrong(price + "[unit_amount]", "The amount must be evenly divisible", errc::conflict);
    if (name.empty())
      return wrong(price + "[product_data][name]", "Missing required param");
    std::int64_t sum = 0;
    if (__builtin_mul_overflow(*amount, *quantity, &sum) || __builtin_add_overflow(out.total, sum, &out.total))
      return wrong(line + "[quantity]", "too much");
    out.currency = currency;
    out.shown.push_back({{"name", name}, {"quantity", *quantity}, {"unit_amount", *amount}});
  }
  if (out.shown.empty())
    return wrong("line_items", "Missing required param: line_items.");
  return out;
}

} // namespace wakala::sandbox
