#include "commerce/opt_out.hpp"

#include "commerce/search_words.hpp"
#include "commerce/storefront/request.hpp"

#include <algorithm>
#include <array>
#include <string_view>

namespace wakala::commerce {

namespace {

constexpr auto en = language::english;
constexpr auto sw = language::kiswahili;

struct consent_word {
  std::string_view text;
  heard_consent means;
};

// ONDOA, which is on the usual lists, takes something out of the cart here. French, Portuguese and Spanish words are
// heard although the shop does not speak these languages.
constexpr std::array words{
    consent_word{"stop", {true, en}},    consent_word{"stop all", {true, en}},
    consent_word{"stopall", {true, en}}, consent_word{"unsubscribe", {true, en}},
    consent_word{"optout", {true, en}},  consent_word{"opt out", {true, en}},
    consent_word{"end", {true, en}},     consent_word{"quit", {true, en}},
    consent_word{"acha", {true, sw}},    consent_word{"sitisha", {true, sw}},
    consent_word{"arret", {true, en}},   consent_word{"pare", {true, en}},
    consent_word{"parar", {true, en}},   consent_word{"sair", {true, en}},
    consent_word{"baja", {true, en}},    consent_word{"start", {false, en}},
    consent_word{"unstop", {false, en}}, consent_word{"subscribe", {false, en}},
    consent_word{"anza", {false, sw}},
};

constexpr std::size_t text_max = 64; // more than any of them, however it is dressed up

std::optional<heard_consent> look_up(std::string_view text) {
  if (text.empty() || text.size() > text_max)
    return std::nullopt;
  const auto plain = plain_words(text);
  const auto at = std::find_if(words.begin(), words.end(), [&](const auto& w) { return w.text == plain; });
  return at == words.end() ? std::nullopt : std::optional(at->means);
}

} // namespace

std::optional<heard_consent> find_consent(const whatsapp::event& event) {
  if (event.type != "text" && event.type != "button" && event.type != "interactive")
    return std::nullopt;
  if (event.type == "text" || event.reply_id.empty())
    return look_up(event.text);
  if (storefront::parse_reply_id(event.reply_id)) // goods may be called so
    return std::nullopt;
  auto tapped = look_up(event.reply_id);
  return tapped ? tapped : look_up(event.text);
}

consent_change take_consent(permissions& may, const heard_consent& heard, time_ms at) noexcept {
  if (at < may.opted_at || (!heard.stops && !may.opted_out))
    return consent_change::none;
  const bool is_new = heard.stops != may.opted_out;
  may.opted_out = heard.stops;
  may.opted_at = std::max<time_ms>(at, 1);
  if (!is_new)
    return consent_change::none;
  return heard.stops ? consent_change::stopped : consent_change::started;
}

} // namespace wakala::commerce
