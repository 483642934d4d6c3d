#include "commerce/step.hpp"

#include "commerce/cart.hpp"
#include "commerce/human_turn.hpp"
#include "commerce/identity.hpp"
#include "commerce/opt_out.hpp"
#include "commerce/order_templates.hpp"
#include "commerce/session.hpp"
#include "commerce/storefront/listen.hpp"
#include "commerce/storefront/news.hpp"
#include "commerce/storefront/views.hpp"

#include <algorithm>
#include <array>
#include <utility>

namespace wakala::commerce {

namespace {

template <std::size_t N>
bool is_one_of(const std::optional<std::string>& type, const std::array<std::string_view, N>& types) {
  return type && std::find(types.begin(), types.end(), *type) != types.end();
}

/// The shopper sent something to this business number (Cloud API reference §12): not the platform (`system`,
/// `request_welcome`), not a change to an earlier message, not a group.
bool is_from_shopper(const whatsapp::event& event) {
  constexpr std::array<std::string_view, 4> not_sent{"system", "request_welcome", "edit", "revoke"};
  return event.kind == whatsapp::event_kind::message && event.sender && !event.sender->empty() &&
         event.group_id.empty() && !is_one_of(event.type, not_sent);
}

/// Kinds of messages that deserve an answer. Unknown types are treated like `unsupported` (§5.2).
bool deserves_answer(const whatsapp::event& event) {
  constexpr std::array<std::string_view, 11> answered{"text",     "image",       "video",    "audio",
                                                      "document", "sticker",     "location", "contacts",
                                                      "button",   "interactive", "order"};
  if (!is_one_of(event.type, answered))
    return false;
  // Flow answers, call permissions and truncated taps choose nothing on our screens.
  return event.type != "interactive" || !event.reply_id.empty() || !event.text.empty();
}

/// A person answered from the phone app: the bot makes room.
void make_room(conversation_state& state, time_ms at) {
  give_to_person(state.talk, at);
  count_outbound(state.current, at, 1);
  answer_entry(state, at);
}

/// `stop` and `resume` of marketing messages (Cloud API reference §7.4); what is older than what is known is late.
void take_preference(permissions& may, const whatsapp::event& event, time_ms at) {
  const bool stops = event.value == "stop";
  if (event.type != "marketing_messages" || at < may.marketing_at ||
      (!stops && event.value != "resume" && event.value != "signup"))
    return;
  may.no_marketing = stops;
  may.marketing_at = at;
}

/// Outside of the window only a template that the home allows may go.
void reach_out(step_result& done, const order_news& news, const step_context& context) {
  constexpr int marketing_stopped = 131050;
  auto& state = done.state;
  const auto* form = context.templates == nullptr ? nullptr : context.templates->find(news.state, state.spoken);
  if (form == nullptr || state.may.opted_out)
    return;
  if (context.may_reach == nullptr) {
    done.wants_template = {form->definition.name, form->definition.language};
    return;
  }
  storefront::visit visit(state, context, context.now);
  storefront::tell_by_template(visit, *form, news);
  auto& told = visit.replies.back();
  told.refused = context.may_reach->refused;
  if (!told.refused && context.may_reach->category == "MARKETING" && state.may.no_marketing) {
    auto& why = told.refused.emplace();
    why.code = marketing_stopped;
    why.details = "Meta holds the template for marketing, which the shopper has stopped";
  }
  done.is_notice = true;
  if (!told.refused) {
    answer_entry(state, context.now);
    count_outbound(state.current, context.now, 1);
  }
  done.replies = std::move(visit.replies);
}

/// An order of this shopper has come to another state.
void tell_news(step_result& done, const whatsapp::event& event, const step_context& context) {
  const auto news = order_news_from(event.value.value_or(""));
  auto& state = done.state;
  if (!news || !storefront::remember(state, *news))
    return; // nothing that the shopper does not know already
  done.from_number = latest_number(state);
  if (state.may.is_blocked)
    return;
  if (window_closes_at(state, done.from_number) <= context.now) {
    if (!news->payment) // that is of use while the shopper is here, or not at all
      reach_out(done, *news, context);
    return;
  }
  storefront::visit visit(state, context, context.now);
  storefront::tell(visit, *news);
  done.replies = std::move(visit.replies);
  done.is_notice = true;
  answer_entry(state, context.now);
  count_outbound(state.current, context.now, static_cast<std::uint32_t>(done.replies.size()));
}

void begin_again(dialogue& talk) {
  talk.position = dialogue_position::start;
  talk.category.clear();
  talk.product_id.clear();
  talk.page = 0;
  talk.misunderstood = 0;
  talk.strayed = false;
}

/// The shopper was here at `at`: session, cart and silence live or end.
void live(conversation_state& state, const whatsapp::event& event, const step_context& context, time_ms at) {
  const bool opened = extend(state, at, context.now, event.phone_number_id.value_or(""), context.id_seed);
  touch(state.basket, at);
  auto& talk = state.talk;
  const bool silence_ends = talk.human && talk.human_until != 0 && at >= talk.human_until;
  if (silence_ends)
    talk.human = false;
  if (silence_ends || (opened && !talk.human))
    begin_again(talk);
}

} // namespace

step_result step(conversation_state state, const whatsapp::event& event, const step_context& context) {
  step_result done;
  const bool is_first = state.current.id.empty();
  done.state = std::move(state);
  const bool old = is_old(event, context.now);
  const time_ms at = event_time(event, context.now);
  learn(done.state.who, event, !old);

  if (!old && event.kind == whatsapp::event_kind::echo && event.group_id.empty())
    make_room(done.state, at);

  if (event.kind == whatsapp::event_kind::preference)
    take_preference(done.state.may, event, at);

  if (event.kind == whatsapp::event_kind::order)
    tell_news(done, event, context);

  // Heard before any dialogue, wherever it stands, and also when nobody answers.
  const auto consent = is_from_shopper(event) ? find_consent(event) : std::nullopt;
  const auto change = consent ? take_consent(done.state.may, *consent, at) : consent_change::none;
  done.opts_out = change == consent_change::stopped;

  if (!old && is_from_shopper(event)) {
    live(done.state, event, context, at);
    if (!event.referral.empty())
      enter_free(done.state, at);
    if (!context.silent && !done.state.may.is_blocked && deserves_answer(event)) {
      storefront::visit visit(done.state, context, at);
      if (consent && is_first)
        done.state.spoken = consent->tongue;
      if (change != consent_change::none)
        storefront::confirm_consent(visit, *consent);
      else if (consent && consent->stops)
        visit.intent("stop"); // confirmed once: then silence
      else if (const auto asked = storefront::listen(visit, event, is_first))
        storefront::serve(visit, *asked);
      done.replies = std::move(visit.replies);
      done.wants_order = std::move(visit.wants_order);
      done.wants_payment = std::move(visit.wants_payment);
      done.answered = !done.replies.empty();
      if (done.answered)
        answer_entry(done.state, context.now);
      count_outbound(done.state.current, at, static_cast<std::uint32_t>(done.replies.size()));
    }
  }
  done.figures = figures_of(done.state.current);
  return done;
}

} // namespace wakala::commerce
