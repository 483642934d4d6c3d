// Providers are asked how it went, and told that a page is of no use any more.
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"

#include "payments/attempt_facts.hpp"
#include "payments/stripe_requests.hpp"

namespace wakala::actors {

using payments::call_outcome;
using payments::payment_provider;

namespace {

constexpr std::int64_t closings_max = 10; ///< questions about a page that will not be closed

} // namespace

void tenant::pay_desk::send(const tracked& t, payments::provider_request request,
                            std::function<void(payments::provider_answer)> then) {
  const auto& node = *shop_.context_->node;
  const bool is_stripe = t.what.provider == payment_provider::stripe;
  const auto& client = is_stripe ? node.stripe : node.daraja;
  if (!client || !is_provided(t)) {
    payments::provider_answer answer; // not sent
    answer.why = "this node does not talk to the provider, or the shop has no account there";
    shop_.self_->send(shop_.self_, deferred{[then = std::move(then), answer] { then(answer); }});
    return;
  }
  payments::provider_client::account keys;
  if (is_stripe)
    keys = config().payments.stripe->keys;
  else
    keys = config().payments.mpesa->app;
  client->send(std::move(keys), std::move(request),
               [run = shop_.here(), then = std::move(then)](payments::provider_answer answer) {
                 run([then, answer = std::move(answer)] { then(answer); });
               });
}

void tenant::pay_desk::query(const std::string& id, bool is_due, done_function then) {
  const auto over = [this, id, then](const error* why) {
    step_over(id);
    if (then)
      then(why);
  };
  const auto at = open_.find(id);
  if (at == open_.end() || at->second.what.reference.empty())
    return over(nullptr);
  const auto& t = at->second;
  const bool is_stripe = t.what.provider == payment_provider::stripe;
  auto request = !is_provided(t) || (is_stripe && t.is_link)
                     ? result<payments::provider_request>(make_error(errc::not_found, "nobody can be asked"))
                 : is_stripe ? payments::stripe_session_query(t.what.reference)
                             : payments::stk_query_request(config().payments.mpesa->shop, t.what.reference, now());
  if (!request) // of a link nothing is to be asked: its events say all; and who has no account there cannot ask
    return apply(
        id,
        [this, is_due](tracked& known) {
          if (is_due)
            payments::note_look(known, now());
          return is_due;
        },
        over);
  send(t, std::move(*request), [this, id, is_stripe, is_due, over](const payments::provider_answer& answer) {
    std::optional<payments::attempt_fact> fact;
    std::string code;
    if (is_stripe && answer.what == call_outcome::accepted) {
      if (const auto session = payments::read_stripe_session(answer.body))
        fact = payments::fact_of(*session, payments::fact_source::query);
    } else if (!is_stripe && answer.status != 0) {
      if (const auto told = payments::read_stk_query_answer(answer.status, answer.body);
          told.verdict.what == call_outcome::accepted) {
        fact = payments::fact_of(told.report, payments::fact_source::query);
        code = told.report.code;
      }
    }
    apply(
        id,
        [this, fact, code, is_due](tracked& known) {
          if (is_due) // those that shoppers and merchants ask for use up none
            payments::note_look(known, now());
          if (fact)
            known = payments::heard(std::move(known), *fact, now());
          if (!code.empty() && code != "0")
            known.code = code;
          return true;
        },
        over);
  });
}

void tenant::pay_desk::close(const std::string& id) {
  const auto at = open_.find(id);
  if (at == open_.end())
    return step_over(id);
  const auto& t = at->second;
  const payments::stripe_purpose purpose{config().id, t.what.order_id, t.what.id};
  auto request = t.is_link ? payments::stripe_close_link_request(purpose, t.what.reference)
                           : payments::stripe_expire_request(purpose, t.what.reference);
  const bool is_link = t.is_link;
  if (!request) {
    payments::attempt_fact fact;
    fact.kind = payments::fact_kind::expired;
    return hear(id, fact, [this, id](const error*) { step_over(id); });
  }
  send(t, std::move(*request), [this, id, is_link](const payments::provider_answer& answer) {
    std::optional<payments::attempt_fact> fact;
    if (answer.what == call_outcome::accepted && !is_link)
      if (const auto session = payments::read_stripe_session(answer.body))
        fact = payments::fact_of(*session, payments::fact_source::answer);
    // A session that is over already cannot be ended: how it went is asked then.
    const bool is_over = answer.what == call_outcome::refused || answer.what == call_outcome::config_problem;
    apply(
        id,
        [this, fact, answer, is_over](tracked& known) {
          if (fact)
            known = payments::heard(std::move(known), *fact, now());
          known.is_closed = answer.what == call_outcome::accepted || known.looks >= closings_max;
          ++known.looks;
          payments::put_off(known, now());
          if (is_over)
            known.code = answer.code;
          return true;
        },
        [this, id, is_over, is_link](const error* why) {
          if (why == nullptr && is_over && !is_link)
            return query(id, false);
          step_over(id);
        });
  });
}

} // namespace wakala::actors
