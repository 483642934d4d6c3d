#include "actors/config/shop_config.hpp"

#include "actors/config/form_checks.hpp"
#include "commerce/search_words.hpp"
#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <set>

namespace wakala::actors {

using commerce::open_span;
using commerce::shop_settings;
using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 7> weekdays{"mon", "tue", "wed", "thu", "fri", "sat", "sun"};
constexpr std::size_t areas_max = 100;
constexpr std::size_t area_name_max = 60; // characters; stands in the ids of rows
constexpr std::size_t pick_up_max = 300;
constexpr std::size_t spans_of_day_max = 4;
constexpr std::size_t groups_max = 500;
constexpr std::size_t words_of_group_max = 20;
constexpr std::size_t word_max = 32; // bytes
constexpr std::uint16_t minutes_of_hour = 60;
constexpr std::uint64_t reminder_hours_max = 20; // and some time of the 24 h window is left

/// A line of text that is shown.
result<std::string> line_of(const json& form, const char* key, const std::string& where, std::size_t max) {
  const auto at = where + "/" + key;
  const auto found = form.find(key);
  if (found == form.end() || !found->is_string())
    return bad_member(at, "must be text");
  auto text = found->get<std::string>();
  if (!is_utf8(text) || commerce::one_line(text) != text || text.empty())
    return bad_member(at, "must be one line of text without blanks at the ends");
  if (code_points(text) > max)
    return bad_member(at, "must have at most " + std::to_string(max) + " characters");
  return text;
}

result<void> read_delivery(const json& form, std::string_view currency, shop_settings& shop) {
  const std::string where = "/shop/delivery";
  if (auto r = only_members(form, where, {"areas"}); !r)
    return r.error();
  const auto areas = form.find("areas");
  if (areas == form.end() || !areas->is_array() || areas->empty() || areas->size() > areas_max)
    return bad_member(where + "/areas", R"(must be an array of 1 to 100 {"name","fee"})");
  std::set<std::string> names;
  for (std::size_t i = 0; i < areas->size(); ++i) {
    const auto at = where + "/areas/" + std::to_string(i);
    const auto& area = (*areas)[i];
    if (auto r = only_members(area, at, {"name", "fee"}); !r)
      return r.error();
    auto name = line_of(area, "name", at, area_name_max);
    if (!name)
      return name.error();
    if (!names.insert(commerce::fold(*name)).second)
      return bad_member(at + "/name", "is there twice");
    const auto fee = area.find("fee");
    if (fee == area.end() || !fee->is_string())
      return bad_member(at + "/fee", R"(must be decimal text such as "200.00")");
    auto amount = parse_money(fee->get<std::string>(), currency);
    if (!amount || amount->minor < 0)
      return bad_member(at + "/fee", amount ? "must not be negative" : "is wrong: " + amount.error().what);
    shop.areas.push_back({std::move(*name), std::move(*amount)});
  }
  return {};
}

/// Minutes of the day; nothing for what is no time.
std::optional<std::uint16_t> minutes_of(std::string_view text) {
  const auto is_digit = [&](std::size_t at) { return text[at] >= '0' && text[at] <= '9'; };
  if (text.size() != 5 || text[2] != ':' || !is_digit(0) || !is_digit(1) || !is_digit(3) || !is_digit(4))
    return std::nullopt;
  const auto two = [&](std::size_t at) {
    return static_cast<std::uint16_t>((text[at] - '0') * 10 + (text[at + 1] - '0'));
  };
  const auto minutes = static_cast<std::uint16_t>(two(0) * minutes_of_hour + two(3));
  return two(3) < minutes_of_hour && minutes <= 24 * minutes_of_hour ? std::optional(minutes) : std::nullopt;
}

result<void> read_span(const json& value, const std::string& at, std::uint8_t weekday, shop_settings& shop) {
  const auto text = value.is_string() ? value.get<std::string>() : std::string{};
  const auto dash = text.find('-');
  const auto opens = dash == std::string::npos ? std::nullopt : minutes_of(std::string_view(text).substr(0, dash));
  const auto closes = dash == std::string::npos ? std::nullopt : minutes_of(std::string_view(text).substr(dash + 1));
  if (!opens || !closes || *opens >= *closes)
    return bad_member(at, R"(must be a time from and until, such as "08:00-18:00")");
  auto& spans = shop.hours.spans;
  if (!spans.empty() && spans.back().weekday == weekday && spans.back().closes > *opens)
    return bad_member(at, "must begin after the one before it has ended");
  spans.push_back({weekday, *opens, *closes});
  return {};
}

result<void> read_hours(const json& form, std::string_view time_zone, shop_settings& shop) {
  const std::string where = "/shop/hours";
  if (auto r = only_members(form, where, {"mon", "tue", "wed", "thu", "fri", "sat", "sun"}); !r)
    return r.error();
  for (std::uint8_t day = 0; day < weekdays.size(); ++day) {
    const auto found = form.find(weekdays.at(day));
    if (found == form.end())
      continue;
    const auto at = where + "/" + std::string(weekdays.at(day));
    if (!found->is_array()) {
      if (auto r = read_span(*found, at, day, shop); !r)
        return r.error();
      continue;
    }
    if (found->size() > spans_of_day_max)
      return bad_member(at, "must have at most " + std::to_string(spans_of_day_max) + " times");
    for (std::size_t i = 0; i < found->size(); ++i)
      if (auto r = read_span((*found)[i], at + "/" + std::to_string(i), day, shop); !r)
        return r.error();
  }
  if (shop.hours.spans.empty())
    return {};
  const auto offset = commerce::offset_of_zone(time_zone);
  if (!offset)
    return bad_member(where,
                      "need a time_zone without summer time that is known here, or a fixed one such as +03:00");
  shop.hours.utc_offset = *offset;
  return {};
}

result<void> read_synonyms(const json& form, shop_settings& shop) {
  const std::string where = "/shop/synonyms";
  if (!form.is_array() || form.size() > groups_max)
    return bad_member(where, "must be an array of at most 500 groups of words");
  for (std::size_t i = 0; i < form.size(); ++i) {
    const auto at = where + "/" + std::to_string(i);
    const auto& group = form[i];
    if (!group.is_array() || group.size() < 2 || group.size() > words_of_group_max)
      return bad_member(at, "must be an array of 2 to 20 words");
    auto& words = shop.synonyms.emplace_back();
    for (std::size_t k = 0; k < group.size(); ++k) {
      const auto here = at + "/" + std::to_string(k);
      if (!group[k].is_string())
        return bad_member(here, "must be text");
      auto word = group[k].get<std::string>();
      if (!is_utf8(word) || word.size() > word_max || commerce::words_of(word).size() != 1)
        return bad_member(here, "must be a single word of at most 32 bytes");
      words.push_back(std::move(word));
    }
  }
  return {};
}

std::string time_text(std::uint16_t minutes) {
  const auto two = [](int n) { return (n < 10 ? "0" : "") + std::to_string(n); };
  return two(minutes / minutes_of_hour) + ":" + two(minutes % minutes_of_hour);
}

} // namespace

result<shop_settings> parse_shop(const json& form, std::string_view currency, std::string_view time_zone) {
  shop_settings shop;
  if (auto r = only_members(form, "/shop", {"delivery", "pick_up", "hours", "synonyms", "cart_reminder_hours"}); !r)
    return r.error();
  if (const auto at = form.find("delivery"); at != form.end())
    if (auto r = read_delivery(*at, currency, shop); !r)
      return r.error();
  if (const auto at = form.find("pick_up"); at != form.end()) {
    if (auto r = only_members(*at, "/shop/pick_up", {"address"}); !r)
      return r.error();
    auto address = line_of(*at, "address", "/shop/pick_up", pick_up_max);
    if (!address)
      return address.error();
    shop.pick_up = std::move(*address);
  }
  if (const auto at = form.find("hours"); at != form.end())
    if (auto r = read_hours(*at, time_zone, shop); !r)
      return r.error();
  if (const auto at = form.find("synonyms"); at != form.end())
    if (auto r = read_synonyms(*at, shop); !r)
      return r.error();
  if (const auto at = form.find("cart_reminder_hours"); at != form.end()) {
    if (!at->is_number_unsigned() || at->get<std::uint64_t>() < 1 || at->get<std::uint64_t>() > reminder_hours_max)
      return bad_member("/shop/cart_reminder_hours", "must be a whole number from 1 to 20");
    shop.cart_reminder_hours = at->get<std::uint8_t>();
  }
  return shop;
}

json shop_form(const shop_settings& shop) {
  auto form = json::object();
  if (shop.delivers()) {
    auto areas = json::array();
    for (const auto& area : shop.areas)
      areas.push_back({{"name", area.name}, {"fee", decimal_text(area.fee)}});
    form["delivery"] = {{"areas", std::move(areas)}};
  }
  if (shop.can_be_fetched_from())
    form["pick_up"] = {{"address", shop.pick_up}};
  for (const auto& span : shop.hours.spans)
    form["hours"][std::string(weekdays.at(span.weekday))].push_back(time_text(span.opens) + "-" +
                                                                    time_text(span.closes));
  if (!shop.synonyms.empty())
    form["synonyms"] = shop.synonyms;
  if (shop.cart_reminder_hours > 0)
    form["cart_reminder_hours"] = shop.cart_reminder_hours;
  return form;
}

} // namespace wakala::actors
