#include "actors/tenant/payments/pay_desk.hpp"

#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

#include <algorithm>

namespace wakala::actors {

using payments::step_kind;
using persistence::table;

namespace {

constexpr std::size_t id_size = 16;
constexpr std::chrono::milliseconds look_soonest{20};
constexpr std::chrono::milliseconds look_latest{1'000};

} // namespace

commerce::pay_offer tenant::offer_of(const node_context& node, const tenant_config& config) {
  commerce::pay_offer offer;
  offer.card = config.payments.stripe && node.stripe;
  if (const auto& mpesa = config.payments.mpesa; mpesa && node.daraja && !node.payments.public_url.empty()) {
    offer.mpesa = true;
    offer.rule = mpesa->rule;
    offer.by_hand = mpesa->shop.till.empty() ? "PayBill " + mpesa->shop.short_code : "Till " + mpesa->shop.till;
  }
  return offer;
}

payments::tracking_rules tenant::pay_desk::rules() const {
  return {config().payments.mpesa.value_or(mpesa_shop{}).confirm_from};
}

const tenant_config& tenant::pay_desk::config() const { return shop_.context_->entry->config; }
time_ms tenant::pay_desk::now() const { return shop_.context_->node->clock->now(); }

bool tenant::pay_desk::is_provided(const tracked& t) const {
  return t.what.provider == payments::payment_provider::stripe ? config().payments.stripe.has_value()
                                                               : config().payments.mpesa.has_value();
}

bytes tenant::pay_desk::row_of(std::string_view id) const { return attempt_prefix + from_hex(id).value_or(bytes{}); }

void tenant::pay_desk::load() {
  shop_.load_rows(table::tenant_entity, owing_prefix, [this](const bytes& key, const result<std::string>&) {
    settle(to_hex(as_span(std::string_view(key).substr(owing_prefix.size()))));
    return true;
  });
  shop_.load_rows(
      table::tenant_entity, open_attempt_prefix,
      [this](const bytes&, const result<std::string>& text) {
        auto t = text ? payments::tracked_attempt_from(*text) : result<tracked>(text.error());
        if (!t) { // money could come in for it, and nobody would know what for
          log::error("tenant.attempt_unreadable", {{"tenant", config().id}, {"why", t.error().what}});
          return false;
        }
        const auto id = t->what.id;
        open_.insert_or_assign(id, std::move(*t));
        return true;
      },
      [this] {
        for (auto& [id, t] : open_) {
          const auto key = from_hex(t.order_row).value_or(bytes{});
          if (key.size() <= sizeof(std::uint64_t))
            continue;
          const auto* const order =
              shop_.book_.live(to_hex(as_span(std::string_view(key).substr(sizeof(std::uint64_t)))));
          // What became of its order may have been written, and this not.
          t.is_closing = t.is_closing || order == nullptr || order->paid >= order->total.minor;
        }
        look();
      });
}

void tenant::pay_desk::find(const std::string& id, std::function<void(result<tracked>)> then) {
  if (const auto at = open_.find(id); at != open_.end())
    return then(at->second);
  const auto none = make_error(errc::not_found, "there is no such payment");
  const auto key = from_hex(id);
  if (!key || key->size() != id_size)
    return then(none);
  runtime::get_request request{config().id, {{table::tenant_entity, row_of(id)}}};
  shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, id, none, then](const runtime::get_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return then(none);
            const auto text = shop_.context_->entry->keys->data.open(
                associated_data(config().id, table::tenant_entity, row_of(id)), *sealed);
            then(text ? payments::tracked_attempt_from(*text) : result<tracked>(text.error()));
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::pay_desk::find_order(const std::string& row, std::function<void(result<placed_order>)> then) {
  const auto none = make_error(errc::not_found, "there is no such order");
  const auto key = from_hex(row).value_or(bytes{});
  if (key.size() != sizeof(std::uint64_t) + id_size)
    return then(none);
  const auto* const live = shop_.book_.live(to_hex(as_span(std::string_view(key).substr(sizeof(std::uint64_t)))));
  if (live != nullptr && order_key(*live) == key)
    return then(*live);
  runtime::get_request request{config().id, {{table::order, key}}};
  shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, key, none, then](const runtime::get_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return then(none);
            const auto text =
                shop_.context_->entry->keys->data.open(associated_data(config().id, table::order, key), *sealed);
            then(text ? commerce::placed_order_from(*text) : result<placed_order>(text.error()));
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

// -- what is due ------------------------------------------------------------

void tenant::pay_desk::look() {
  if (!shop_.context_->is_home)
    return;
  std::vector<std::pair<std::string, payments::next_step>> due;
  std::vector<std::string> counted;
  auto soonest = payments::never;
  for (const auto& [id, t] : open_) {
    if (busy_.contains(id))
      continue;
    const auto step = payments::next_of(t, rules());
    if (!payments::to_book(t, rules()).receipts.empty() && t.booked.empty() && !t.what.mismatch)
      counted.push_back(id); // what had to be confirmed need not be any more
    if (step.what == step_kind::none)
      continue;
    if (step.at <= now())
      due.emplace_back(id, step);
    else
      soonest = std::min(soonest, step.at);
  }
  for (const auto& [id, step] : due)
    take_step(id, step);
  for (const auto& id : counted)
    book_now(id);
  if (soonest != payments::never)
    look_in(std::chrono::milliseconds{soonest - now()});
}

void tenant::pay_desk::book_now(const std::string& id) {
  if (!busy_.insert(id).second)
    return;
  shop_.with_books([this, id] {
    find(id, [this, id](const result<tracked>& found) {
      const auto over = [this, id](const error*) { step_over(id); };
      if (found && !payments::to_book(*found, rules()).receipts.empty())
        return carry(*found, *found, over);
      over(nullptr);
      shop_.books_free();
    });
  });
}

std::optional<time_ms> tenant::pay_desk::next_due() const {
  auto soonest = payments::never;
  for (const auto& [id, t] : open_)
    if (const auto step = payments::next_of(t, rules()); step.what != step_kind::none)
      soonest = std::min(soonest, step.at);
  return soonest == payments::never ? std::nullopt : std::optional(soonest);
}

void tenant::pay_desk::look_in(std::chrono::milliseconds pause) {
  if (std::exchange(is_looking_, true))
    return;
  // Short ones: a timer keeps the tenant alive, and clocks of tests jump.
  const auto latest = std::min(look_latest, shop_.context_->node->limits.conversation_idle / 4);
  shop_.after(std::clamp(pause, look_soonest, std::max(latest, look_soonest)), [this] {
    is_looking_ = false;
    look();
  });
}

void tenant::pay_desk::take_step(const std::string& id, const payments::next_step& step) {
  busy_.insert(id);
  switch (step.what) {
  case step_kind::none:
    return step_over(id);
  case step_kind::start:
    return start(id);
  case step_kind::query:
    return query(id, true);
  case step_kind::close:
    return close(id);
  case step_kind::lapse: {
    payments::attempt_fact fact;
    fact.kind = payments::fact_kind::expired;
    return hear(id, fact, [this, id](const error*) { step_over(id); });
  }
  case step_kind::give_back:
    return give_back(id, step.refund);
  }
}

void tenant::pay_desk::step_over(const std::string& id) {
  busy_.erase(id);
  // Not at once: when the store refuses, nothing is to be done in a hurry.
  look_in(look_soonest);
}

} // namespace wakala::actors
