#include "commerce/storefront/views.hpp"

namespace wakala::commerce::storefront {

void confirm_consent(visit& v, const heard_consent& heard) {
  v.intent(heard.stops ? "stop" : "start");
  const auto& phrases = *v.context.phrases;
  if (heard.stops)
    return v.send_text(phrases.say(heard.tongue, "consent.stopped"));
  const auto title = [&](std::string_view key) { return phrases.say(heard.tongue, key); };
  v.send_buttons(phrases.say(heard.tongue, "consent.started"),
                 {{title("button.shop"), {wish::categories, {}, 0}}, {title("button.menu"), {wish::menu, {}, 0}}});
}

} // namespace wakala::commerce::storefront
