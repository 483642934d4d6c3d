// What payment providers tell, and what the admin API asks of payments.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/records/payment_view.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/payments/pay_tokens.hpp"
#include "actors/tenant/row_list.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include "payments/amounts.hpp"
#include "payments/attempt_facts.hpp"
#include "payments/daraja_answers.hpp"
#include "payments/daraja_c2b.hpp"
#include "payments/daraja_reversal.hpp"
#include "payments/stripe_events.hpp"
#include <algorithm>

namespace wakala::actors {

using nlohmann::json;
using payments::attempt_fact;
using payments::fact_kind;
using payments::refund_status;
using payments::refund_work;
using persistence::table;
using stage = payments::refund_work::stage;

namespace {

constexpr std::size_t work_max = 2'000;
constexpr std::size_t shown_max = 500;
constexpr std::size_t list_usual = 100;
constexpr std::size_t typed_max = 40;

error bad(std::string field, std::string what) {
  return make_error(errc::invalid_argument, std::move(what), std::move(field));
}

stage stage_of(refund_status status) {
  switch (status) {
  case refund_status::pending:
    return stage::accepted;
  case refund_status::succeeded:
    return stage::done;
  case refund_status::failed:
    return stage::failed;
  }
  return stage::accepted;
}

/// What people typed may be cut inside a character.
std::string shown(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

/// The refund that a provider speaks of: by its name, or, before that is known, the one that is out.
refund_work* work_for(payments::tracked_attempt& t, const std::string& reference,
                      const std::optional<money>& amount) {
  for (auto& r : t.refunds)
    if (!reference.empty() && r.reference == reference)
      return &r;
  for (auto& r : t.refunds)
    if (r.reference.empty() && (r.state == stage::sent || r.state == stage::ambiguous) &&
        (!amount || *amount == r.amount))
      return &r;
  return nullptr;
}

/// What we have asked to be given back, in minor units.
std::int64_t asked_back(const payments::tracked_attempt& t) {
  std::int64_t sum = 0;
  for (const auto& r : t.refunds)
    sum += r.state == stage::wanted || r.state == stage::failed ? 0 : r.amount.minor;
  return sum;
}

/// How a refund has ended. One that had ended in another way already: a person has to look.
void take_end(payments::tracked_attempt& t, refund_work& r, stage end) {
  if (r.state < stage::done) {
    r.state = end;
  } else if (end >= stage::done && end != r.state) {
    t.what.mismatch = true;
    t.is_settled = false;
  }
}

/// What a merchant needs to find out whose a payment is: a first name, and the end of a number that is no hash.
std::string payer_text(const payments::c2b_payment& paid) {
  constexpr std::size_t number_max = 15;
  constexpr std::size_t shown = 3;
  auto text = paid.first_name;
  if (paid.payer.size() > shown && paid.payer.size() <= number_max)
    text += (text.empty() ? "…" : " …") + paid.payer.substr(paid.payer.size() - shown);
  return text;
}

} // namespace

std::string tenant::pay_desk::callback_address(const std::string& token, std::string_view end) const {
  auto base = shop_.context_->node->payments.public_url;
  while (!base.empty() && base.back() == '/')
    base.pop_back();
  return base + "/v1/payments/daraja/" + url_encode(config().id) + "/" + token + "/" + std::string(end);
}

caf::response_promise tenant::pay_desk::call(const payment_call& what) {
  auto promise = shop_.self_->make_response_promise();
  const auto then = to(promise);
  const auto refuse = [&](error why) {
    then({std::nullopt, std::move(why)});
    return promise;
  };
  if (!shop_.context_->is_home)
    return refuse(make_error(errc::unavailable, "the tenant's home is elsewhere"));
  if (shop_.book_work_.size() >= work_max)
    return refuse(make_error(errc::overloaded, "too much is being booked"));
  if (what.action == "stripe")
    take_stripe_event(what, then);
  else if (what.action == "stk")
    take_stk_callback(what, then);
  else if (what.action == "reversal" || what.action == "timeout")
    take_reversal(what, then);
  else if (what.action == "validation")
    validate(what, then);
  else if (what.action == "confirmation")
    confirm(what, then);
  else if (what.action == "match")
    match(what, then);
  else if (what.action == "register")
    register_addresses(then);
  else if (what.action == "list" || what.action == "attention" || what.action == "get")
    list(what, then);
  else if (what.action == "report")
    report(what.id, then);
  else if (what.action == "check" || what.action == "settle")
    find(what.id, [this, what, then](const result<tracked>& found) {
      const auto show = [this, id = what.id, then](const error* why) {
        if (why != nullptr)
          return then({std::nullopt, *why});
        list({"get", id, {}}, then);
      };
      if (!found) {
        const auto why = found.error();
        return show(&why);
      }
      if (what.action == "settle")
        return see_to(what.id, show);
      const bool may_be_asked = !found->what.reference.empty() && open_.contains(what.id);
      if (!may_be_asked || !busy_.insert(what.id).second)
        return show(nullptr); // it is over, or being asked already
      query(what.id, false, show);
    });
  else
    return refuse(make_error(errc::not_found, "payments know no " + what.action));
  return promise;
}

// -- providers ------------------------------------------------------------

void tenant::pay_desk::take_stripe_event(const payment_call& what, const answered_function& then) {
  const auto event = payments::read_stripe_event(what.text);
  if (!event)
    return then({std::nullopt, event.error()});
  const done_function taken = [then](const error* why) {
    // What is of no attempt of ours is none of our business, and comes again until it is taken.
    if (why != nullptr && why->code != errc::not_found)
      return then({std::nullopt, *why});
    then({"{}", {}});
  };
  const auto fact = payments::fact_of(*event);
  const bool is_dispute = event->fact == payments::stripe_fact::dispute;
  if (!fact && !is_dispute)
    return taken(nullptr);
  if (event->tenant_id == config().id && !event->attempt_id.empty())
    return apply_stripe_event(event->attempt_id, *event, taken);
  // Disputes, and refunds that somebody makes at Stripe, have no metadata of ours; but the payment is one we know.
  if (!event->tenant_id.empty() || event->payment_intent.empty())
    return taken(nullptr);
  const auto key = intent_prefix + event->payment_intent;
  runtime::get_request request{config().id, {{table::tenant_entity, key}}};
  shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, key, taken, event = *event](const runtime::get_answer& answer) {
            if (!answer.value)
              return taken(&answer.why);
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return taken(nullptr); // of somebody else's business at the same Stripe account
            const auto id = shop_.context_->entry->keys->data.open(
                associated_data(config().id, table::tenant_entity, key), *sealed);
            if (id)
              return apply_stripe_event(*id, event, taken);
            const auto why = id.error();
            taken(&why);
          },
          [taken](const caf::error&) {
            const auto why = make_error(errc::unavailable, "the store did not answer");
            taken(&why);
          });
}

void tenant::pay_desk::apply_stripe_event(const std::string& id, const payments::stripe_event& event,
                                          const done_function& taken) {
  const auto fact = payments::fact_of(event);
  const bool is_dispute = event.fact == payments::stripe_fact::dispute;
  apply(
      id,
      [this, fact, is_dispute, event](tracked& t) {
        if (t.what.provider != payments::payment_provider::stripe)
          return false;
        if (is_dispute) {
          t.is_disputed = event.dispute_status != "won";
          t.is_settled = false;
          return true;
        }
        const bool is_of_refund = fact->kind == fact_kind::refund || fact->kind == fact_kind::refunded_so_far;
        auto known = *fact;
        if (is_of_refund)
          known.reference.clear(); // of the payment, not of the page
        const bool is_end =
            fact->kind == fact_kind::failed || fact->kind == fact_kind::cancelled || fact->kind == fact_kind::expired;
        if (t.is_link && is_end)
          return false; // of one of its sessions: the link itself can still be paid
        t = payments::heard(std::move(t), known, now());
        if (fact->kind == fact_kind::refunded_so_far && fact->amount && fact->amount->minor > asked_back(t)) {
          t.what.mismatch = true; // some of it past the books
          t.is_settled = false;
        }
        if (fact->kind != fact_kind::refund)
          return true;
        auto* const r = work_for(t, fact->refund_id, fact->amount);
        if (r == nullptr) { // given back by hand at the provider, past the books
          t.what.mismatch = t.what.mismatch || fact->refund == refund_status::succeeded;
          return true;
        }
        r->reference = fact->refund_id;
        take_end(t, *r, stage_of(fact->refund));
        return true;
      },
      taken);
}

void tenant::pay_desk::take_stk_callback(const payment_call& what, const answered_function& then) {
  const auto told = payments::read_stk_callback(what.text);
  if (!told)
    return then({std::nullopt, told.error()});
  apply(
      what.id,
      [this, told = *told](tracked& t) {
        const auto before = t.what.reference;
        if (!before.empty() && before != told.checkout_request_id) {
          log::warn("payment.callback_of_another", {{"tenant", config().id}, {"attempt", t.what.id}});
          return false;
        }
        t = payments::heard(std::move(t), payments::fact_of(told, payments::fact_source::callback), now());
        if (told.code != "0")
          t.code = told.code;
        return true;
      },
      [then](const error* why) {
        if (why != nullptr && why->code != errc::not_found)
          return then({std::nullopt, *why});
        then({payments::daraja_callback_accepted(), {}});
      });
}

void tenant::pay_desk::take_reversal(const payment_call& what, const answered_function& then) {
  const auto told = payments::read_daraja_result(what.text);
  if (!told)
    return then({std::nullopt, told.error()});
  const bool is_timeout = what.action == "timeout";
  apply(
      what.id,
      [this, is_timeout, told = *told](tracked& t) {
        auto* const r = work_for(t, told.ids.originator_conversation_id, told.amount);
        if (r == nullptr)
          return false;
        if (is_timeout) { // it may have worked all the same
          if (r->state < stage::done)
            r->state = stage::ambiguous;
          return true;
        }
        take_end(t, *r, told.done ? stage::done : stage::failed);
        r->code = told.done ? std::string{} : told.code;
        attempt_fact fact;
        fact.kind = fact_kind::refund;
        fact.source = payments::fact_source::callback;
        fact.refund_id = told.trans_id.empty() ? told.ids.originator_conversation_id : told.trans_id;
        fact.amount = r->amount;
        fact.refund = told.done ? refund_status::succeeded : refund_status::failed;
        if (!fact.refund_id.empty())
          t.what = payments::advance(std::move(t.what), fact);
        return true;
      },
      [then](const error* why) {
        if (why != nullptr && why->code != errc::not_found)
          return then({std::nullopt, *why});
        then({payments::daraja_callback_accepted(), {}});
      });
}

// -- paid by hand ------------------------------------------------------------

void tenant::pay_desk::validate(const payment_call& what, const answered_function& then) const {
  const auto paid = payments::read_c2b_payment(what.text);
  auto refusal = payments::c2b_refusal::none;
  if (!paid) {
    refusal = payments::c2b_refusal::other;
  } else if (!config().payments.mpesa) {
    refusal = payments::c2b_refusal::short_code;
  } else {
    const auto code = payments::order_code_in(paid->typed_reference, commerce::order_code_length);
    const auto* const order = code ? shop_.book_.with_code(*code) : nullptr;
    const bool can_be_paid = order != nullptr && order->paid < order->total.minor &&
                             !(order->state == commerce::order_state::awaiting_payment && order->kept_until <= now());
    if (!can_be_paid)
      refusal = payments::c2b_refusal::account;
  }
  then({payments::c2b_validation_answer(refusal), {}});
}

void tenant::pay_desk::confirm(const payment_call& what, const answered_function& then) {
  auto paid = payments::read_c2b_payment(what.text);
  if (!paid)
    return then({std::nullopt, paid.error()});
  if (paid->amount.minor <= 0 || paid->trans_id.empty())
    return then({std::nullopt, bad("TransAmount", "is no payment")});
  shop_.with_books([this, paid = std::move(*paid), then] {
    const auto key = shop_.receipt_row("mpesa", paid.trans_id);
    runtime::get_request request{config().id, {{table::tenant_entity, key}}};
    const auto refuse = [this, then](const error& why) {
      then({std::nullopt, why});
      shop_.books_free();
    };
    shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(request))
        .then(
            [this, paid, then, refuse](const runtime::get_answer& answer) {
              if (!answer.value)
                return refuse(answer.why);
              if (!answer.value->at(0))
                return confirm_now(paid, then);
              then({payments::c2b_confirmation_answer(), {}}); // one receipt counts once
              shop_.books_free();
            },
            [refuse](const caf::error&) { refuse(make_error(errc::unavailable, "the store did not answer")); });
  });
}

void tenant::pay_desk::confirm_now(const payments::c2b_payment& paid, const answered_function& then) {
  const done_function answer = [then](const error* why) {
    then(why != nullptr ? text_answer{std::nullopt, *why} : text_answer{payments::c2b_confirmation_answer(), {}});
  };
  const auto& mpesa = config().payments.mpesa;
  const bool is_ours = mpesa && (paid.short_code == mpesa->shop.short_code || paid.short_code == mpesa->shop.till);
  if (!is_ours) // of an account that the shop had before, perhaps: the token is ours, and so is the money
    log::warn("payment.of_another_short_code", {{"tenant", config().id}});
  const auto code =
      is_ours ? payments::order_code_in(paid.typed_reference, commerce::order_code_length) : std::nullopt;
  if (!code)
    return book_by_hand(paid, std::nullopt, answer);
  if (const auto* const live = shop_.book_.with_code(*code))
    return look_for_its_prompt(paid, *live, answer);
  // Its order is over; a prompt for it that is still open says which it was.
  for (const auto& [id, t] : open_)
    if (t.order_code == *code && t.what.due == paid.amount && !t.order_row.empty())
      return find_order(t.order_row, [this, paid, answer](const result<placed_order>& found) {
        if (found)
          look_for_its_prompt(paid, *found, answer);
        else
          book_by_hand(paid, std::nullopt, answer);
      });
  book_by_hand(paid, std::nullopt, answer);
}

void tenant::pay_desk::look_for_its_prompt(const payments::c2b_payment& paid, const placed_order& order,
                                           const done_function& answer) {
  load_attempts(order, [this, paid, order, answer](const result<std::vector<tracked>>& all) {
    if (!all) {
      const auto why = all.error();
      answer(&why);
      return shop_.books_free();
    }
    // A prompt's payment is confirmed this way, too, and the query that has told of it knew no receipt.
    for (const auto& t : *all) {
      if (t.what.due != paid.amount || std::find(t.booked.begin(), t.booked.end(), std::string{}) == t.booked.end())
        continue;
      auto after = t;
      auto fact = payments::fact_of(paid);
      fact.account.clear(); // a till's prompt is sent by its store's number
      after.what = payments::advance(std::move(after.what), fact);
      return carry(t, after, answer);
    }
    book_by_hand(paid, order, answer);
  });
}

void tenant::pay_desk::book_by_hand(const payments::c2b_payment& paid, const std::optional<placed_order>& order,
                                    const done_function& answer) {
  tracked t;
  bytes key;
  append_u64(key, static_cast<std::uint64_t>(now()));
  const auto hash = persistence::keyed_hash(shop_.context_->entry->keys->lookup, {"by hand", paid.trans_id});
  t.what.id = to_hex(as_span(key + bytes(reinterpret_cast<const char*>(hash.data()), sizeof(std::uint64_t))));
  t.what.provider = payments::payment_provider::mpesa;
  t.what.due = paid.amount;
  t.what.account = paid.short_code;
  t.by_hand = true;
  t.created_at = now();
  t.typed = paid.typed_reference.substr(0, typed_max);
  t.covers = paid.amount.minor;
  std::optional<placed_order> with;
  if (order && order->total.currency == paid.amount.currency) {
    t.what.order_id = order->id;
    t.order_row = to_hex(as_span(order_key(*order)));
    t.order_code = order->code;
    t.conversation = to_string(order->conversation);
    const money missing{order->total.minor - order->paid, order->total.currency};
    if (const auto charge = shop_.context_->pay.charge(commerce::pay_way::mpesa, missing);
        charge && *charge == paid.amount)
      t.covers = missing.minor; // the shopper rounded as we would have
    with = *order;
  } else {
    t.payer = payer_text(paid);
    log::warn("payment.unmatched", {{"tenant", config().id}, {"attempt", t.what.id}});
  }
  const auto before = t;
  t.what = payments::advance(std::move(t.what), payments::fact_of(paid));
  if (!with)
    return carry(before, t, answer);
  // The order names its payments; and prompts of the same amount learn that this may have been theirs.
  with->attempts.push_back(t.what.id);
  book_plan plan{shop_.balances_};
  plan.orders.insert_or_assign(order_key(*with), *with);
  for (const auto& id : with->attempts)
    if (const auto at = open_.find(id); at != open_.end() && !at->second.by_hand &&
                                        at->second.what.due == t.what.due &&
                                        payments::may_still_be_paid(at->second.what.state)) {
      auto prompt = at->second;
      prompt.by_hand_meanwhile.push_back(paid.trans_id);
      plan.attempts.insert_or_assign(id, std::move(prompt));
    }
  carry_with(std::move(plan), before, t, answer);
}

void tenant::pay_desk::match(const payment_call& what, const answered_function& then) {
  const auto form = json::parse(what.text, nullptr, false);
  const auto named = form.is_object() && form.contains("order") && form.at("order").is_string()
                         ? form.at("order").get<std::string>()
                         : std::string{};
  if (named.empty())
    return then({std::nullopt, bad("/order", "must be an order's id or code")});
  shop_.with_books([this, id = what.id, named, then] {
    const auto refuse = [this, then](const error& why) {
      then({std::nullopt, why});
      shop_.books_free();
    };
    find(id, [this, named, then, refuse](const result<tracked>& found) {
      if (!found)
        return refuse(found.error());
      if (!found->by_hand || !found->order_row.empty() || found->is_settled)
        return refuse(make_error(errc::conflict, "is of an order already, or was given back"));
      const auto* const live = shop_.book_.with_code(named);
      const auto row = live != nullptr ? to_hex(as_span(order_key(*live))) : named;
      find_order(row, [this, t = *found, row, then, refuse](const result<placed_order>& order) {
        if (!order)
          return refuse(bad("/order", order.error().what));
        auto after = t;
        after.what.order_id = order->id;
        after.order_row = row;
        after.order_code = order->code;
        after.conversation = to_string(order->conversation);
        after.payer.clear();
        book_plan plan{shop_.balances_};
        auto with = *order;
        for (const auto& receipt : t.booked) {
          commerce::payment p{"mpesa", receipt, t.what.due, 0, true};
          const auto change = shop_.add_payment(plan, with, p);
          if (!change)
            return refuse(change.error());
          with = *change;
          with.provided += p.counted();
          plan.more.push_back(shop_.receipt_record("mpesa", receipt, with.id));
        }
        with.attempts.push_back(t.what.id);
        plan.orders.insert_or_assign(order_key(with), with);
        plan.attempts.insert_or_assign(t.what.id, after);
        shop_.write_books(std::move(plan), [this, then, id = t.what.id](const error* why) {
          if (why != nullptr)
            return then({std::nullopt, *why});
          list({"get", id, {}}, then);
        });
      });
    });
  });
}

void tenant::pay_desk::see_to(const std::string& id, const done_function& then) {
  shop_.with_books([this, id, then] {
    find(id, [this, then](const result<tracked>& found) {
      if (!found) {
        const auto why = found.error();
        then(&why);
        return shop_.books_free();
      }
      auto after = *found;
      after.is_settled = true;
      for (auto& r : after.refunds) // M-Pesa does not say what has become of it: a person has found out
        if (after.what.provider == payments::payment_provider::mpesa && r.state > stage::wanted &&
            r.state < stage::done)
          r.state = stage::failed;
      book_plan plan{shop_.balances_};
      const bool is_nobodys = after.by_hand && after.order_row.empty() && !found->is_settled;
      for (const auto& receipt : after.booked)
        if (is_nobodys) // it was given back by hand
          if (const auto entry = commerce::unmatched_entry({"mpesa", receipt, after.what.due, 0, false}, true, now()))
            static_cast<void>(shop_.add_entry(plan, *entry));
      carry_with(std::move(plan), *found, after, then);
    });
  });
}

void tenant::pay_desk::register_addresses(const answered_function& then) {
  if (!config().payments.mpesa)
    return then({std::nullopt, make_error(errc::conflict, "the tenant has no payments.mpesa")});
  if (shop_.context_->node->payments.public_url.empty())
    return then({std::nullopt, make_error(errc::conflict, "the node has no payments.public_url")});
  const auto token = by_hand_token(*shop_.context_->entry->keys, config().id);
  const auto& mpesa = *config().payments.mpesa;
  payments::c2b_addresses addresses;
  addresses.short_code = mpesa.shop.short_code;
  addresses.confirmation_url = callback_address(token, "confirmation");
  addresses.validation_url = callback_address(token, "validation");
  auto request = payments::c2b_register_request(addresses, addresses.confirmation_url.starts_with("http://"));
  if (!request)
    return then({std::nullopt, request.error()});
  tracked whose;
  whose.what.provider = payments::payment_provider::mpesa;
  send(whose, std::move(*request), [addresses, then](const payments::provider_answer& answer) {
    if (answer.what != payments::call_outcome::accepted)
      return then(
          {std::nullopt, make_error(errc::unavailable, "Daraja did not take the addresses: " +
                                                           std::string(to_string(answer.what)) + " " + answer.code)});
    then({json{{"short_code", addresses.short_code},
               {"confirmation_url", addresses.confirmation_url},
               {"validation_url", addresses.validation_url}}
              .dump(),
          {}});
  });
}

// -- what people see ------------------------------------------------------------

void tenant::pay_desk::list(const payment_call& what, const answered_function& then) {
  if (what.action == "get")
    return find(what.id, [this, then](const result<tracked>& found) {
      then(found ? text_answer{shown(payment_json(*found, rules())), {}} : text_answer{std::nullopt, found.error()});
    });
  if (what.action == "attention") {
    auto items = json::array();
    for (const auto& [id, t] : open_)
      if (items.size() < shown_max && !payments::attention(t, rules()).empty())
        items.push_back(payment_json(t, rules()));
    return then({shown(json{{"payments", std::move(items)}, {"next", nullptr}}), {}});
  }
  persistence::range_query query;
  query.tenant = config().id;
  query.where = table::tenant_entity;
  query.prefix = attempt_prefix;
  query.limit = what.text.empty() ? list_usual : static_cast<std::size_t>(std::stoul(what.text));
  query.backwards = true;
  if (const auto after = from_hex(what.id); after && !after->empty())
    query.after = attempt_prefix + *after;
  shop_.list_rows(
      std::move(query),
      [this](json& items, std::string_view text) -> result<void> {
        const auto t = payments::tracked_attempt_from(text);
        if (!t)
          return t.error();
        items.push_back(payment_json(*t, rules()));
        return {};
      },
      [then](result<row_list> found) {
        if (!found)
          return then({std::nullopt, found.error()});
        then({shown(json{{"payments", std::move(found->rows)}, {"next", std::move(found->next)}}), {}});
      });
}

} // namespace wakala::actors
