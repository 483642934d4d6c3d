// What an order template is filled with.
#include "commerce/order_templates.hpp"

#include <array>
#include <charconv>
#include <chrono>

namespace wakala::commerce {

namespace {

/// Of `2026-12-01`; nothing when it is no day.
std::optional<std::chrono::year_month_day> day_of(std::string_view text) noexcept {
  constexpr std::size_t size = 10;
  if (text.size() != size || text[4] != '-' || text[7] != '-')
    return std::nullopt;
  const auto number = [&](std::size_t at, std::size_t digits) {
    int value = -1;
    const auto part = text.substr(at, digits);
    const auto [end, failed] = std::from_chars(part.data(), part.data() + part.size(), value);
    return failed == std::errc{} && end == part.data() + part.size() && part.front() != '-' ? value : -1;
  };
  const auto year = number(0, 4);
  const auto month = number(5, 2);
  const auto day = number(8, 2);
  if (year < 0 || month < 0 || day < 0)
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{year}, std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  return date.ok() ? std::optional(date) : std::nullopt;
}

/// Of `KES 499.50` without the currency.
std::string amount_of(const money& total) {
  auto text = display_text(total);
  const auto prefix = total.currency + ' ';
  return text.starts_with(prefix) ? text.substr(prefix.size()) : text;
}

} // namespace

bool is_date(std::string_view text) noexcept { return day_of(text).has_value(); }

std::string day_in_words(std::string_view date, language spoken, const phrasebook& phrases) {
  constexpr std::array<std::string_view, 12> months{
      "month.january", "month.february", "month.march",     "month.april",   "month.may",      "month.june",
      "month.july",    "month.august",   "month.september", "month.october", "month.november", "month.december"};
  const auto day = day_of(date);
  if (!day)
    return {};
  return std::to_string(static_cast<unsigned>(day->day())) + ' ' +
         phrases.say(spoken, months.at(static_cast<unsigned>(day->month()) - 1)) + ' ' +
         std::to_string(static_cast<int>(day->year()));
}

order_values values_of(const order_news& news, std::string_view customer, std::string_view business, language spoken,
                       const phrasebook& phrases) {
  return {{"customer_name", std::string(customer)},
          {"order_id", news.code},
          {"item_count", std::to_string(news.items)},
          {"currency", news.total.currency},
          {"total_amount", amount_of(news.total)},
          {"delivery_date", day_in_words(news.delivery_date, spoken, phrases)},
          {"business_name", std::string(business)},
          {"tracking_url", news.tracking_url}};
}

} // namespace wakala::commerce
