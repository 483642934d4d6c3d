// Every change of an attempt to be paid: what it means for its order, the books and the shopper is written with it.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include <algorithm>

namespace wakala::actors {

using commerce::order_state;
using commerce::pay_way;
using commerce::payment_news;
using payments::attempt_state;
using payments::refund_work;
using persistence::table;

struct tenant::pay_desk::errand {
  book_plan plan; ///< what is written in any case
  tracked before;
  tracked after;
  payments::booking due;
  std::optional<placed_order> order;
  std::map<std::string, std::string> receipts; ///< of those to be booked: whose they are already
  std::optional<payment_news> news;            ///< of money that came too late, or went back
  done_function then;
};

namespace {

pay_way way_of(const payments::tracked_attempt& t) {
  return t.what.provider == payments::payment_provider::stripe ? pay_way::card : pay_way::mpesa;
}

std::string method_of(const payments::tracked_attempt& t) { return std::string(to_string(t.what.provider)); }

/// What arrived with that receipt, and for how much of the order it counts.
commerce::payment payment_of(const payments::tracked_attempt& t, const std::string& receipt) {
  commerce::payment p{method_of(t), receipt.empty() ? t.what.reference : receipt, t.what.due, 0, false};
  for (const auto& note : t.what.payments)
    if (note.receipt == receipt && note.right && note.amount)
      p.amount = *note.amount;
  p.counts_as = p.amount == t.what.due ? t.covers : 0;
  return p;
}

const refund_work* work_in(const payments::tracked_attempt& t, std::int64_t number) {
  const auto at = std::find_if(t.refunds.begin(), t.refunds.end(), [&](const auto& r) { return r.number == number; });
  return at == t.refunds.end() ? nullptr : &*at;
}

bool is_under_way(const refund_work* r) noexcept { return r != nullptr && r->state < refund_work::stage::done; }

/// How it ended without money, as a shopper is told; nothing when it has not just ended.
std::optional<payment_news> end_of(const payments::tracked_attempt& before, const payments::tracked_attempt& after) {
  if (!payments::may_still_be_paid(before.what.state) || after.is_closing)
    return std::nullopt;
  payment_news news{payment_news::kind::failed, way_of(after), {}, {}, after.what.due};
  switch (after.what.state) {
  case attempt_state::failed:
    news.reason = std::string(to_string(after.what.failure));
    return news;
  case attempt_state::cancelled:
    news.what = payment_news::kind::cancelled;
    return news;
  case attempt_state::expired:
    news.what = payment_news::kind::lapsed;
    return news;
  case attempt_state::created:
  case attempt_state::sent:
  case attempt_state::unknown:
  case attempt_state::pending:
  case attempt_state::paid:
  case attempt_state::paid_late:
  case attempt_state::review:
  case attempt_state::partly_refunded:
  case attempt_state::refunded:
    return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

void tenant::pay_desk::apply(const std::string& id, change_function change, done_function then) {
  shop_.with_books([this, id, change = std::move(change), then = std::move(then)] {
    find(id, [this, change, then](result<tracked> found) {
      if (!found) {
        const auto why = found.error();
        then(&why);
        return shop_.books_free();
      }
      auto after = *found;
      if (!change(after) || after == *found) {
        then(nullptr);
        return shop_.books_free();
      }
      carry(*found, after, then);
    });
  });
}

void tenant::pay_desk::hear(const std::string& id, const payments::attempt_fact& fact, done_function then,
                            const change_function& more) {
  apply(
      id,
      [this, fact, more](tracked& t) {
        t = payments::heard(std::move(t), fact, now());
        if (more)
          more(t);
        return true;
      },
      std::move(then));
}

void tenant::pay_desk::carry(const tracked& before, const tracked& after, done_function then) {
  carry_with(book_plan{shop_.balances_}, before, after, std::move(then));
}

void tenant::pay_desk::carry_with(book_plan plan, const tracked& before, const tracked& after, done_function then) {
  auto e = std::make_shared<errand>(errand{std::move(plan), {}, {}, {}, {}, {}, {}, {}});
  e->before = before;
  e->after = after;
  const auto open_word = [this](tracked t) {
    t.is_settled = false;
    return payments::attention(t, rules());
  };
  if (before.is_settled && after.is_settled && open_word(before) != open_word(after))
    e->after.is_settled = false; // a person has seen to something else
  e->due = payments::to_book(after, rules());
  e->then = std::move(then);
  if (after.order_row.empty())
    return read_what_it_is_about(e);
  find_order(after.order_row, [this, e](result<placed_order> found) {
    if (found) {
      const auto planned = e->plan.orders.find(order_key(*found));
      e->order = planned == e->plan.orders.end() ? std::move(*found) : planned->second;
    } else if (const auto why = found.error(); why.code != errc::not_found) {
      e->then(&why);
      return shop_.books_free();
    }
    read_what_it_is_about(e);
  });
}

void tenant::pay_desk::read_what_it_is_about(const errand_ptr& e) {
  runtime::get_request request{config().id, {}};
  std::vector<std::string> asked;
  for (const auto& receipt : e->due.receipts)
    if (!receipt.empty()) {
      request.addresses.emplace_back(table::tenant_entity, shop_.receipt_row(method_of(e->after), receipt));
      asked.push_back(receipt);
    }
  if (asked.empty())
    return write(e);
  const auto refuse = [this, e](const error& why) {
    e->then(&why);
    shop_.books_free();
  };
  shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, e, asked, refuse](const runtime::get_answer& answer) {
            if (!answer.value)
              return refuse(answer.why);
            for (std::size_t i = 0; i < asked.size(); ++i) {
              const auto& sealed = answer.value->at(i);
              if (!sealed)
                continue;
              const auto key = shop_.receipt_row(method_of(e->after), asked[i]);
              auto whose = shop_.context_->entry->keys->data.open(
                  associated_data(config().id, table::tenant_entity, key), *sealed);
              if (!whose)
                return refuse(whose.error());
              e->receipts.emplace(asked[i], std::move(*whose));
            }
            write(e);
          },
          [refuse](const caf::error&) { refuse(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::pay_desk::plan_payments(book_plan& plan, errand& e) {
  const auto remember = [&](const std::string& receipt) {
    if (!receipt.empty() && e.after.what.provider == payments::payment_provider::stripe)
      plan.more.push_back(sealed_record(shop_.context_->entry->keys->data, config().id, table::tenant_entity,
                                        intent_prefix + receipt, e.after.what.id, *shop_.context_->node->random));
    if (!receipt.empty())
      plan.more.push_back(
          shop_.receipt_record(method_of(e.after), receipt, e.order ? e.order->id : "unmatched:" + e.after.what.id));
  };
  for (const auto& receipt : e.due.named)
    remember(receipt);
  std::vector<std::string> settled; ///< receipts that the books have from now on
  for (const auto& receipt : e.due.receipts) {
    if (const auto known = e.receipts.find(receipt); known != e.receipts.end()) {
      // The books have it: told by the merchant, or by a confirmation. Of another order it is not this one's.
      if (e.order && known->second == e.order->id) {
        settled.push_back(receipt);
        continue;
      }
      log::warn("payment.receipt_of_another_order", {{"tenant", config().id}, {"attempt", e.after.what.id}});
      e.after.what.mismatch = true;
      continue;
    }
    const auto p = payment_of(e.after, receipt);
    if (!e.order) {
      remember(receipt);
      settled.push_back(receipt);
      if (auto entry = commerce::unmatched_entry(p, false, now()); entry && shop_.add_entry(plan, *entry))
        if (config().webhook.is_on())
          plan.hooks.push_back({"payment.received", {}, *entry, {}});
      continue;
    }
    const auto owed_before = e.order->owed;
    auto with = plan; // a payment that is refused leaves nothing behind
    const auto change = shop_.add_payment(with, *e.order, p);
    if (!change) { // the cart is another order by now, for example: the money is there, and a person has to see it
      log::error("payment.not_booked",
                 {{"tenant", config().id}, {"attempt", e.after.what.id}, {"why", change.error().what}});
      e.after.what.mismatch = true;
      if (auto entry = commerce::unmatched_entry(p, false, now()))
        static_cast<void>(shop_.add_entry(plan, *entry));
      settled.push_back(receipt);
      if (!receipt.empty())
        plan.more.push_back(shop_.receipt_record(method_of(e.after), receipt, "unmatched:" + e.after.what.id));
      continue;
    }
    plan = std::move(with);
    remember(receipt);
    settled.push_back(receipt);
    e.order = *change;
    e.order->provided += p.counted();
    if (e.order->owed > owed_before && e.order->owed - owed_before >= p.counted())
      e.news = payment_news{payment_news::kind::too_late, way_of(e.after), {}, {}, p.amount};
    log::info("payment.booked", {{"tenant", config().id},
                                 {"order", e.order->code},
                                 {"provider", method_of(e.after)},
                                 {"attempt", e.after.what.id},
                                 {"state", to_string(e.order->state)}});
  }
  e.due.receipts = std::move(settled);
  payments::note_booked(e.after, e.due, now());
}

void tenant::pay_desk::plan_returns(book_plan& plan, errand& e) {
  for (auto& r : e.after.refunds) {
    const auto* const before = work_in(e.before, r.number);
    const bool ends = is_under_way(before) && !is_under_way(&r);
    if (!e.order) {
      if (ends && r.state == refund_work::stage::done)
        if (auto entry =
                commerce::unmatched_entry({method_of(e.after), r.reference, r.amount, 0, false}, true, now()))
          shop_.add_entry(plan, *entry);
      continue;
    }
    if (before == nullptr)
      e.order->returning += r.counts_as;
    if (!ends)
      continue;
    e.order->returning -= std::min(e.order->returning, r.counts_as);
    if (r.state != refund_work::stage::done)
      continue;
    const auto change =
        commerce::given_back(*e.order, {method_of(e.after), r.reference, r.amount, r.counts_as, false}, now());
    if (!change || !shop_.add_change(plan, *change)) { // somebody gave it back by hand as well
      log::error("payment.return_not_booked", {{"tenant", config().id}, {"attempt", e.after.what.id}});
      e.after.what.mismatch = true;
      continue;
    }
    e.order = change->order;
    e.order->provided -= std::min(e.order->provided, r.counts_as);
    e.news = payment_news{payment_news::kind::returned, way_of(e.after), {}, {}, r.amount};
  }
}

void tenant::pay_desk::plan_news(book_plan& plan, errand& e) const {
  if (!e.order)
    return;
  auto& order = *e.order;
  const auto tell = [&](const payment_news& news) {
    ++order.told;
    plan.news.insert_or_assign(news_key(order), news_at(order, now(), news));
  };
  if (order.state == order_state::awaiting_payment) {
    if (e.before.url.empty() && !e.after.url.empty() && payments::may_still_be_paid(e.after.what.state) &&
        !e.after.is_closing)
      tell({payment_news::kind::page, way_of(e.after), {}, e.after.url, e.after.what.due});
    if (const auto end = end_of(e.before, e.after))
      tell(*end);
  }
  if (e.news)
    tell(*e.news);
}

void tenant::pay_desk::write(const errand_ptr& e) {
  auto& plan = e->plan;
  const auto order_before = e->order;
  plan_payments(plan, *e);
  plan_returns(plan, *e);
  plan_news(plan, *e);
  if (e->order && e->order != order_before)
    plan.orders.insert_or_assign(order_key(*e->order), *e->order);
  plan.attempts.insert_or_assign(e->after.what.id, e->after);
  if (e->before.what.state != e->after.what.state)
    log::info("payment.state", {{"tenant", config().id},
                                {"attempt", e->after.what.id},
                                {"provider", method_of(e->after)},
                                {"order", e->after.order_code},
                                {"state", to_string(e->after.what.state)},
                                {"code", e->after.code}});
  shop_.write_books(std::move(plan), e->then);
}

void tenant::pay_desk::add_rows(const book_plan& plan, std::vector<persistence::record>& rows) const {
  const auto& entry = *shop_.context_->entry;
  const auto put = [&](bytes key, std::string_view text) {
    rows.push_back(sealed_record(entry.keys->data, config().id, table::tenant_entity, std::move(key), text,
                                 *shop_.context_->node->random));
  };
  for (const auto& [key, o] : plan.orders) { // so that it is not forgotten, whoever dies
    if (o.provided > 0 && o.owed > o.returning)
      put(owing_prefix + key, o.code);
    else if (!o.attempts.empty())
      rows.push_back(erased_record(table::tenant_entity, owing_prefix + key));
  }
  for (const auto& [id, t] : plan.attempts) {
    const auto text = payments::to_text(t);
    put(row_of(id), text);
    auto open_row = open_attempt_prefix + from_hex(id).value_or(bytes{});
    if (payments::is_open(t, rules()))
      put(std::move(open_row), text);
    else
      rows.push_back(erased_record(table::tenant_entity, std::move(open_row)));
  }
}

void tenant::pay_desk::written(const book_plan& plan) {
  for (const auto& [id, t] : plan.attempts) {
    if (payments::is_open(t, rules())) {
      open_.insert_or_assign(id, t);
    } else {
      open_.erase(id);
      payers_.erase(id);
    }
  }
  for (const auto& [key, o] : plan.orders) {
    if (commerce::is_final(o.state) || o.paid >= o.total.minor)
      close_attempts_of(o);
    const bool is_wanted = config().payments.gives_back || o.state == order_state::refunded;
    if (o.provided > 0 && o.owed > o.returning && is_wanted)
      settle(to_hex(as_span(key)));
  }
  if (!plan.attempts.empty() || !plan.orders.empty())
    look();
}

void tenant::pay_desk::close_attempts_of(const placed_order& o) {
  for (const auto& id : o.attempts)
    if (const auto at = open_.find(id); at != open_.end())
      at->second.is_closing = true; // written with whatever comes next; known from the order else
}

} // namespace wakala::actors
