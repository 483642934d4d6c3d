#include "commerce/storefront/news.hpp"

#include "commerce/storefront/pay.hpp"
#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

order_receipt* receipt_of(conversation_state& state, std::string_view code) {
  if (!state.ordered)
    return nullptr;
  if (code.empty() || state.ordered->code == code)
    return &*state.ordered;
  const auto found = std::find_if(state.earlier.begin(), state.earlier.end(),
                                  [&](const order_receipt& r) { return r.code == code; });
  return found == state.earlier.end() ? nullptr : &*found;
}

bool remember(conversation_state& state, const order_news& news) {
  auto* const receipt = receipt_of(state, news.code);
  // A code may come back after years: the order it was then is another one.
  if (receipt == nullptr || receipt->placed_at != news.placed_at)
    return false;
  if (news.payment) {
    receipt->kept_until = news.kept_until;
    return true;
  }
  if (receipt->state == news.state)
    return false;
  receipt->state = news.state;
  receipt->tracking_url = news.tracking_url;
  receipt->kept_until = news.kept_until;
  return true;
}

void tell(visit& v, const order_news& news) {
  if (news.payment)
    return tell_payment(v, news);
  if (news.state == order_state::awaiting_payment)
    return;
  const bool can_be_followed = news.state == order_state::shipped && !news.tracking_url.empty();
  const auto is_on_its_way =
      news.state == order_state::confirmed || news.state == order_state::packed || news.state == order_state::shipped;
  const auto key = "news." + std::string(to_string(news.state));
  const auto total = display_text(news.total);
  auto text = v.say(key, {{"code", news.code}, {"total", total}});
  if (const auto day = day_in_words(news.delivery_date, v.state.spoken, *v.context.phrases);
      is_on_its_way && !day.empty())
    text += '\n' + v.say("news.expected", {{"date", day}});
  if (can_be_followed)
    text += '\n' + v.say("news.follow", {{"url", news.tracking_url}});
  v.send_text(std::move(text));
}

void tell_by_template(visit& v, const order_template& form, const order_news& news) {
  const auto& state = v.state;
  const auto& name = one_line(state.getting.name).empty() ? state.who.name : state.getting.name;
  auto done = filled(*v.context.templates, form, state.spoken,
                     values_of(news, name, v.context.store_name, state.spoken, *v.context.phrases));
  v.replies.push_back({std::move(done.message), std::move(done.text)});
}

} // namespace wakala::commerce::storefront
