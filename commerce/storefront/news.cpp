#include "commerce/storefront/news.hpp"

#include "commerce/storefront/pay.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

order_receipt* receipt_of(conversation_state& state, std::string_view code) {
  if (state.ordered && state.ordered->code == code)
    return &*state.ordered;
  const auto found = std::find_if(state.earlier.begin(), state.earlier.end(),
                                  [&](const order_receipt& r) { return r.code == code; });
  return found == state.earlier.end() ? nullptr : &*found;
}

} // namespace

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
  const auto key = "news." + std::string(to_string(news.state));
  const auto total = display_text(news.total);
  auto text = v.say(key, {{"code", news.code}, {"total", total}});
  if (can_be_followed)
    text += '\n' + v.say("news.follow", {{"url", news.tracking_url}});
  v.send_text(std::move(text));
}

} // namespace wakala::commerce::storefront
