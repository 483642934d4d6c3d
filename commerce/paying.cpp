#include "commerce/paying.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::commerce {

using nlohmann::json;

namespace {

template <class Enum>
using name_of = std::pair<Enum, std::string_view>;

constexpr std::array<name_of<pay_way>, 2> ways{{{pay_way::mpesa, "mpesa"}, {pay_way::card, "card"}}};

using asked = payment_request::kind;
constexpr std::array<name_of<asked>, 2> requests{{{asked::start, "start"}, {asked::check, "check"}}};

using said = payment_answer::kind;
constexpr std::array<name_of<said>, 10> answers{{{said::started, "started"},
                                                 {said::under_way, "under_way"},
                                                 {said::checking, "checking"},
                                                 {said::nothing, "nothing"},
                                                 {said::paid, "paid"},
                                                 {said::bad_number, "bad_number"},
                                                 {said::too_much, "too_much"},
                                                 {said::too_often, "too_often"},
                                                 {said::over, "over"},
                                                 {said::unavailable, "unavailable"}}};

using told = payment_news::kind;
constexpr std::array<name_of<told>, 6> news{{{told::page, "page"},
                                             {told::failed, "failed"},
                                             {told::cancelled, "cancelled"},
                                             {told::lapsed, "lapsed"},
                                             {told::too_late, "too_late"},
                                             {told::returned, "returned"}}};

template <class Enum, std::size_t N>
std::string_view name(const std::array<name_of<Enum>, N>& all, Enum one) noexcept {
  const auto* const found = std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.first == one; });
  return found == all.end() ? std::string_view{} : found->second;
}

template <class Enum, std::size_t N>
std::optional<Enum> named(const std::array<name_of<Enum>, N>& all, std::string_view text) noexcept {
  const auto* const found =
      std::find_if(all.begin(), all.end(), [&](const auto& each) { return each.second == text; });
  return found == all.end() ? std::nullopt : std::optional(found->first);
}

json money_json(const money& m) { return {{"minor", m.minor}, {"currency", m.currency}}; }
money money_of(const json& j) { return {j.at("minor").get<std::int64_t>(), j.at("currency").get<std::string>()}; }
std::string text_in(const json& j, const char* key) { return j.at(key).get<std::string>(); }

} // namespace

std::string_view to_string(pay_way way) noexcept { return name(ways, way); }
std::optional<pay_way> pay_way_from(std::string_view text) noexcept { return named(ways, text); }

std::optional<money> pay_offer::charge(pay_way way, const money& total) const {
  if (total.minor <= 0)
    return std::nullopt;
  if (way == pay_way::card)
    return card ? std::optional(total) : std::nullopt;
  if (!mpesa || total.currency != "KES")
    return std::nullopt;
  auto whole = to_whole_units(total, rule);
  return whole && whole->minor > 0 ? std::optional(std::move(*whole)) : std::nullopt;
}

std::string to_text(const payment_request& r) {
  return json{{"what", name(requests, r.what)},
              {"order", r.order},
              {"placed_at", r.placed_at},
              {"way", to_string(r.way)},
              {"payer", r.payer}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<payment_request> payment_request_from(std::string_view text) {
  try {
    const auto j = json::parse(text);
    const auto what = named(requests, text_in(j, "what"));
    const auto way = pay_way_from(text_in(j, "way"));
    if (what && way)
      return payment_request{*what, text_in(j, "order"), j.at("placed_at").get<time_ms>(), *way, text_in(j, "payer")};
  } catch (const json::exception&) { // as below: its words may quote what it found
  }
  return make_error(errc::corrupt, "a request to pay cannot be read");
}

std::string to_text(const payment_answer& a) {
  return json{{"what", name(answers, a.what)},
              {"amount", money_json(a.amount)},
              {"payer", a.payer},
              {"url", a.url},
              {"kept_until", a.kept_until}}
      .dump();
}

result<payment_answer> payment_answer_from(std::string_view text) {
  try {
    const auto j = json::parse(text);
    if (const auto what = named(answers, text_in(j, "what")))
      return payment_answer{*what, money_of(j.at("amount")), text_in(j, "payer"), text_in(j, "url"),
                            j.at("kept_until").get<time_ms>()};
  } catch (const json::exception&) { // as above
  }
  return make_error(errc::corrupt, "the answer to a request to pay cannot be read");
}

json to_json(const payment_news& n) {
  return {{"what", name(news, n.what)},
          {"way", to_string(n.way)},
          {"reason", n.reason},
          {"url", n.url},
          {"amount", money_json(n.amount)}};
}

std::optional<payment_news> payment_news_in(const json& form) {
  const auto what = named(news, text_in(form, "what"));
  const auto way = pay_way_from(text_in(form, "way"));
  if (!what || !way)
    return std::nullopt;
  return payment_news{*what, *way, text_in(form, "reason"), text_in(form, "url"), money_of(form.at("amount"))};
}

} // namespace wakala::commerce
