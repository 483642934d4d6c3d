// What becomes of orders after they were placed, at the tenant's home.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "commerce/order_moves.hpp"
#include "commerce/order_templates.hpp"
#include "persistence/digest.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using commerce::order_change;
using commerce::order_move;
using nlohmann::json;
using persistence::table;

struct tenant::order_errand {
  bytes key;                      ///< of the order's row; empty when it was named by its code
  std::string code;               ///< when there is no key
  std::string id;                 ///< of the order
  std::optional<order_move> move; ///< nothing: just look at it
  commerce::move_options how;
  commerce::payment paid;
  bool is_by_hand = false; ///< of a refund: its form says how
  bytes receipt;           ///< row key; empty when it has no reference
  commerce::placed_order order;
  answered_function then;
};

namespace {

constexpr std::size_t method_max = 30;
constexpr std::size_t reference_max = 100;
constexpr std::size_t url_max = 500;
constexpr std::size_t date_max = 10;
constexpr std::size_t order_key_size = 24;

error bad(std::string what, std::string pointer) {
  return make_error(errc::invalid_argument, std::move(what), std::move(pointer));
}

bool is_method(std::string_view text) {
  return !text.empty() && text.size() <= method_max && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
  });
}

/// The keys that a move's form may have.
std::vector<std::string_view> keys_of(order_move move) {
  switch (move) {
  case order_move::pay:
    return {"method", "amount", "currency", "reference"};
  case order_move::refund:
    return {"method", "reference", "restock"};
  case order_move::ship:
    return {"tracking_url", "delivery_date"};
  case order_move::confirm:
    return {"delivery_date"};
  case order_move::pack:
  case order_move::deliver:
  case order_move::cancel:
  case order_move::expire:
    return {};
  }
  return {};
}

result<std::string> text_of(const json& form, const char* key, std::size_t max, std::string usual) {
  const auto found = form.find(key);
  if (found == form.end())
    return usual;
  if (!found->is_string())
    return bad("must be text", std::string("/") + key);
  auto text = found->get<std::string>();
  if (text.size() > max)
    return bad("must have at most " + std::to_string(max) + " bytes", std::string("/") + key);
  return text;
}

/// Reads what is to be done and how.
result<void> read_form(const std::string& text, order_move move, std::string_view currency,
                       commerce::move_options& how, commerce::payment& paid) {
  const auto form = text.empty() ? json::object() : json::parse(text, nullptr, false);
  if (!form.is_object())
    return bad("must be a JSON object", "");
  const auto known = keys_of(move);
  for (const auto& [key, value] : form.items())
    if (std::find(known.begin(), known.end(), key) == known.end())
      return bad("is not a key of this call", "/" + key);
  auto method = text_of(form, "method", method_max, "cash");
  auto reference = text_of(form, "reference", reference_max, {});
  auto url = text_of(form, "tracking_url", url_max, {});
  auto day = text_of(form, "delivery_date", date_max, {});
  auto own = text_of(form, "currency", 3, std::string(currency));
  for (const auto* each : {&method, &reference, &url, &day, &own})
    if (!*each)
      return each->error();
  if (!is_method(*method))
    return bad("must have 1 to 30 lower-case letters, digits or _", "/method");
  if (!url->empty() && !url->starts_with("https://"))
    return bad("must begin with https://", "/tracking_url");
  if (!day->empty() && !commerce::is_date(*day))
    return bad("must be a day of the calendar, as 2026-12-01", "/delivery_date");
  if (const auto restock = form.find("restock"); restock != form.end()) {
    if (!restock->is_boolean())
      return bad("must be true or false", "/restock");
    how.restock = restock->get<bool>();
  }
  how.method = *method;
  how.reference = *reference;
  how.tracking_url = std::move(*url);
  how.delivery_date = std::move(*day);
  if (move != order_move::pay)
    return {};
  const auto amount = form.find("amount");
  if (amount == form.end() || !amount->is_string())
    return bad(R"(must be decimal text such as "250.00")", "/amount");
  auto parsed = parse_money(amount->get<std::string>(), *own);
  if (!parsed)
    return bad("is wrong: " + parsed.error().what, parsed.error().field == "currency" ? "/currency" : "/amount");
  paid = {std::move(*method), std::move(*reference), std::move(*parsed), 0, false};
  return {};
}

} // namespace

caf::response_promise tenant::act_on_order(const order_action& q) {
  auto promise = self_->make_response_promise();
  auto errand = std::make_shared<order_errand>();
  errand->then = to(promise);
  const auto refuse = [&](error why) {
    errand->then({std::nullopt, std::move(why)});
    return promise;
  };
  if (!context_->is_home)
    return refuse(make_error(errc::unavailable, "the tenant's home is elsewhere"));
  const auto& entry = *context_->entry;
  if (q.action != "get") {
    errand->move = commerce::order_move_from(q.action);
    if (!errand->move || *errand->move == order_move::expire)
      return refuse(make_error(errc::not_found, "an order cannot be moved by " + q.action));
    if (auto good = read_form(q.form, *errand->move, entry.config.currency, errand->how, errand->paid); !good)
      return refuse(good.error());
    errand->is_by_hand = q.form.find("\"method\"") != std::string::npos;
    if (*errand->move == order_move::pay && !errand->paid.reference.empty())
      errand->receipt = receipt_row(errand->paid.method, errand->paid.reference);
  }
  const auto key = from_hex(q.order);
  if (key && key->size() == order_key_size) {
    errand->key = *key;
    errand->id = to_hex(as_span(std::string_view(*key).substr(sizeof(std::uint64_t))));
  } else {
    errand->code = q.order;
  }
  if (errand->move)
    with_books([this, errand] { take_order(errand); });
  else
    take_order(errand);
  return promise;
}

void tenant::order_done(const errand_ptr& errand, text_answer answer) {
  errand->then(std::move(answer));
  if (errand->move)
    books_free();
}

void tenant::take_order(const errand_ptr& errand) {
  const auto found = [this, errand](commerce::placed_order order) {
    errand->order = std::move(order);
    if (!errand->move)
      return order_done(errand, {order_json(errand->order, context_->node->clock->now()).dump(), {}});
    if (errand->receipt.empty())
      return move_order(errand);
    look_at_receipt(errand);
  };
  const auto* live = errand->key.empty() ? book_.with_code(errand->code) : book_.live(errand->id);
  if (live != nullptr && (errand->key.empty() || errand->key == order_key(*live))) {
    errand->id = live->id;
    return found(*live);
  }
  const auto none =
      make_error(errc::not_found, errand->key.empty() ? "there is no such order, or its code is not in use any more"
                                                      : "there is no such order");
  if (errand->key.empty())
    return order_done(errand, {std::nullopt, none});
  runtime::get_request request{context_->entry->config.id, {{table::order, errand->key}}};
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, errand, found, none](const runtime::get_answer& answer) {
            if (!answer.value)
              return order_done(errand, {std::nullopt, answer.why});
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return order_done(errand, {std::nullopt, none});
            const auto& entry = *context_->entry;
            const auto text =
                entry.keys->data.open(associated_data(entry.config.id, table::order, errand->key), *sealed);
            auto order = text ? commerce::placed_order_from(*text) : result<commerce::placed_order>(text.error());
            if (!order)
              return order_done(errand, {std::nullopt, order.error()});
            found(std::move(*order));
          },
          [this, errand](const caf::error&) {
            order_done(errand, {std::nullopt, make_error(errc::unavailable, "the store did not answer")});
          });
}

void tenant::look_at_receipt(const errand_ptr& errand) {
  // One receipt pays once, however often it is told.
  runtime::get_request request{context_->entry->config.id, {{table::tenant_entity, errand->receipt}}};
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then(
          [this, errand](const runtime::get_answer& answer) {
            if (!answer.value)
              return order_done(errand, {std::nullopt, answer.why});
            const auto& sealed = answer.value->at(0);
            if (!sealed)
              return move_order(errand);
            const auto& entry = *context_->entry;
            const auto whose = entry.keys->data.open(
                associated_data(entry.config.id, table::tenant_entity, errand->receipt), *sealed);
            if (!whose)
              return order_done(errand, {std::nullopt, whose.error()});
            if (*whose == errand->id)
              return order_done(errand, {order_json(errand->order, context_->node->clock->now()).dump(), {}});
            order_done(errand,
                       {std::nullopt, make_error(errc::conflict, "was told for another order", "/reference")});
          },
          [this, errand](const caf::error&) {
            order_done(errand, {std::nullopt, make_error(errc::unavailable, "the store did not answer")});
          });
}

void tenant::move_order(const errand_ptr& errand) {
  const auto now = context_->node->clock->now();
  book_plan plan{balances_};
  auto before = errand->order;
  const auto add = [&](const result<order_change>& change) -> result<void> {
    if (!change)
      return change.error();
    if (auto added = add_change(plan, *change); !added)
      return added;
    before = change->order;
    return {};
  };
  if (*errand->move == order_move::pay) {
    const auto paid = add_payment(plan, before, errand->paid);
    if (!paid)
      return order_done(errand, {std::nullopt, paid.error()});
    before = *paid;
  } else {
    if (before.state == commerce::order_state::awaiting_payment &&
        before.kept_until <= now) // although nobody has looked
      if (auto lapsed = add(commerce::moved(before, order_move::expire, {}, now)); !lapsed)
        return order_done(errand, {std::nullopt, lapsed.error()});
    // What a provider has brought goes back that way, unless somebody has given it back by hand.
    errand->how.is_still_owed = *errand->move == order_move::refund && before.provided > 0 && !errand->is_by_hand;
    if (const auto moved = add(commerce::moved(before, *errand->move, errand->how, now)); !moved)
      return order_done(errand, {std::nullopt, moved.error()});
  }
  if (!errand->receipt.empty())
    plan.more.push_back(receipt_record(errand->paid.method, errand->paid.reference, errand->id));
  write_books(std::move(plan), [this, errand, order = before](const error* why) {
    if (why == nullptr)
      log::info("order.moved", {{"tenant", context_->entry->config.id},
                                {"order", order.code},
                                {"by", to_string(*errand->move)},
                                {"state", to_string(order.state)}});
    if (why == nullptr && errand->how.is_still_owed)
      desk_->settle(to_hex(as_span(order_key(order)))); // the merchant wants it, whatever is usual
    errand->then(why != nullptr ? text_answer{std::nullopt, *why}
                                : text_answer{order_json(order, context_->node->clock->now()).dump(), {}});
  });
}

} // namespace wakala::actors
