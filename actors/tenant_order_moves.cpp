// What becomes of orders after they were placed, and the shop's books, at the tenant's home.
#include "actors/conversation_records.hpp"
#include "actors/order_view.hpp"
#include "actors/tenant.hpp"
#include "actors/tenant_parts.hpp"
#include "commerce/order_moves.hpp"
#include "persistence/digest.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::actors {

using commerce::order_change;
using commerce::order_move;
using nlohmann::json;
using persistence::table;

struct tenant::order_errand {
  std::string id;                 ///< of the order
  bytes key;                      ///< of its row; empty while only its code is known
  std::optional<order_move> move; ///< nothing: just look at it
  commerce::move_options how;
  commerce::payment paid;
  bytes receipt; ///< row key; empty when it has no reference
  commerce::placed_order order;
  answered_function then;
};

namespace {

constexpr std::size_t rows_at_once = 1'000;
constexpr std::chrono::seconds shelf_pause{1};
constexpr std::size_t method_max = 30;
constexpr std::size_t reference_max = 100;
constexpr std::size_t url_max = 500;
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
    return {"tracking_url"};
  case order_move::confirm:
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
  auto own = text_of(form, "currency", 3, std::string(currency));
  for (const auto* each : {&method, &reference, &url, &own})
    if (!*each)
      return each->error();
  if (!is_method(*method))
    return bad("must have 1 to 30 lower-case letters, digits or _", "/method");
  if (!url->empty() && !url->starts_with("https://"))
    return bad("must begin with https://", "/tracking_url");
  if (const auto restock = form.find("restock"); restock != form.end()) {
    if (!restock->is_boolean())
      return bad("must be true or false", "/restock");
    how.restock = restock->get<bool>();
  }
  how.method = *method;
  how.reference = *reference;
  how.tracking_url = std::move(*url);
  if (move != order_move::pay)
    return {};
  const auto amount = form.find("amount");
  if (amount == form.end() || !amount->is_string())
    return bad(R"(must be decimal text such as "250.00")", "/amount");
  auto parsed = parse_money(amount->get<std::string>(), *own);
  if (!parsed)
    return bad("is wrong: " + parsed.error().what, parsed.error().field == "currency" ? "/currency" : "/amount");
  paid = {std::move(*method), std::move(*reference), std::move(*parsed)};
  return {};
}

json entry_json(const commerce::ledger_entry& e) {
  auto postings = json::array();
  for (const auto& p : e.postings)
    postings.push_back({{"account", p.account}, {"amount", decimal_text({p.minor, e.currency})}});
  return {{"at", to_rfc3339(e.at)},   {"what", e.what},         {"order_code", e.order_code},
          {"reference", e.reference}, {"currency", e.currency}, {"postings", std::move(postings)}};
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
    if (*errand->move == order_move::pay && !errand->paid.reference.empty())
      errand->receipt =
          receipt_prefix + to_hex(persistence::keyed_hash(entry.keys->lookup,
                                                          {"receipt", errand->paid.method, errand->paid.reference}));
  }
  const auto key = from_hex(q.order);
  if (key && key->size() == order_key_size) {
    errand->key = *key;
    errand->id = to_hex(as_span(std::string_view(*key).substr(sizeof(std::uint64_t))));
  } else if (const auto* o = book_.with_code(q.order)) {
    errand->id = o->id;
  } else {
    return refuse(make_error(errc::not_found, "there is no such order, or its code is not in use any more"));
  }
  auto& waiting = orders_in_work_[errand->id];
  waiting.push_back(errand);
  if (waiting.size() == 1)
    take_order(errand);
  return promise;
}

void tenant::order_done(const errand_ptr& errand, text_answer answer) {
  errand->then(std::move(answer));
  const auto at = orders_in_work_.find(errand->id);
  at->second.pop_front();
  if (at->second.empty())
    orders_in_work_.erase(at);
  else
    self_->send(self_, deferred{[this, next = at->second.front()] { take_order(next); }});
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
  if (const auto* live = book_.live(errand->id)) {
    if (errand->key.empty() || errand->key == order_key(*live))
      return found(*live);
  }
  const auto none = make_error(errc::not_found, "there is no such order");
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
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  auto before = errand->order;
  const bool has_lapsed = before.state == commerce::order_state::awaiting_payment && before.kept_until <= now;
  const bool can_be_had = book_.short_of(before.lines, *put_shelf_, now).empty();
  if (has_lapsed) // although nobody has looked since
    before.state = commerce::order_state::expired;
  auto change = *errand->move == order_move::pay ? commerce::paid(before, errand->paid, can_be_had, now)
                                                 : commerce::moved(before, *errand->move, errand->how, now);
  if (!change)
    return order_done(errand, {std::nullopt, change.error()});
  if (has_lapsed && change->order.state == commerce::order_state::expired) {
    change->order.history.push_back({commerce::order_state::expired, now});
    change->is_news = true;
  }
  commit_request request;
  request.tenant = entry.config.id;
  auto& draft = request.drafts.emplace_back();
  if (!errand->receipt.empty())
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, errand->receipt,
                                           errand->id, *context_->node->random));
  put_change(draft, *change);
  log::info("order.moved", {{"tenant", entry.config.id},
                            {"order", change->order.code},
                            {"by", to_string(*errand->move)},
                            {"state", to_string(change->order.state)}});
  const auto failed = [this, errand](const error& why) {
    order_done(errand, {std::nullopt, why});
    self_->quit(caf::sec::runtime_error); // what is known here is ahead of the store: it is read again
  };
  self_->request(context_->supervisor, caf::infinite, std::move(request))
      .then(
          [this, errand, failed, order = change->order](const commit_answer& answer) {
            if (!answer.committed)
              return failed(answer.why);
            news_written(order);
            order_done(errand, {order_json(order, context_->node->clock->now()).dump(), {}});
          },
          [failed](const caf::error&) { failed(make_error(errc::unavailable, "the shard did not answer")); });
}

void tenant::put_change(commit_draft& draft, const order_change& change) {
  const auto& entry = *context_->entry;
  const auto put = [&](table where, bytes key, std::string_view text) {
    draft.business.push_back(
        sealed_record(entry.keys->data, entry.config.id, where, std::move(key), text, *context_->node->random));
  };
  const auto text = commerce::to_text(change.order);
  put(table::order, order_key(change.order), text);
  const auto hold_key = from_hex(change.order.id).value_or(bytes{});
  if (commerce::is_final(change.order.state))
    draft.business.push_back(erased_record(table::stock_hold, hold_key));
  else
    put(table::stock_hold, hold_key, text);
  const auto sold = book_.sold_with(change, *put_shelf_);
  for (const auto& [product_id, pieces] : sold) {
    if (pieces == 0)
      draft.business.push_back(erased_record(table::tenant_entity, stock_prefix + product_id));
    else
      put(table::tenant_entity, stock_prefix + product_id, std::to_string(pieces));
  }
  if (change.booked) {
    if (const auto added = balances_.add(*change.booked); !added) // never: every entry is made balanced
      log::error("books.not_added", {{"tenant", entry.config.id}, {"why", added.error().what}});
    auto key = ledger_prefix;
    append_u64(key, static_cast<std::uint64_t>(change.booked->at));
    append_u64(key, context_->node->random->next_u64());
    put(table::tenant_entity, std::move(key), commerce::to_text(*change.booked));
    put(table::tenant_entity, balances_key, commerce::to_text(balances_));
  }
  if (change.is_news)
    add_news(draft, change.order);
  book_.apply(change.order, sold);
  if (!sold.empty() && !std::exchange(is_shelf_stale_, true))
    after(shelf_pause, [this] { show_shelf(); });
}

// -- the shelf ------------------------------------------------------------

void tenant::load_stock(const bytes& after_key) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = stock_prefix;
  query.after = after_key;
  query.limit = rows_at_once;
  if (after_key.empty())
    book_.forget_sold();
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .await(
          [this](const runtime::range_answer& answer) {
            if (!answer.value)
              return self_->quit(caf::sec::runtime_error); // restarted with back-off by the supervisor
            const auto& entry = *context_->entry;
            for (const auto& row : *answer.value) {
              const auto text =
                  entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, row.key), row.value);
              std::int64_t pieces = 0;
              const auto* const end = text ? text->data() + text->size() : nullptr;
              if (!text || std::from_chars(text->data(), end, pieces).ptr != end) { // pieces could be sold twice
                log::error("tenant.stock_unreadable", {{"tenant", entry.config.id}});
                return self_->quit(caf::sec::runtime_error);
              }
              book_.set_sold(std::string_view(row.key).substr(stock_prefix.size()), pieces);
            }
            if (answer.value->size() == rows_at_once)
              return load_stock(answer.value->back().key);
            if (!book_.all_sold().empty())
              show_shelf();
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
}

std::vector<persistence::record> tenant::put_on_shelf(commerce::catalog_snapshot shelf) {
  std::vector<persistence::record> rows;
  for (const auto& [product_id, pieces] : book_.all_sold())
    rows.push_back(erased_record(table::tenant_entity, stock_prefix + product_id));
  book_.forget_sold();
  put_shelf_ = std::move(shelf);
  return rows;
}

void tenant::show_shelf() {
  is_shelf_stale_ = false;
  auto next = std::make_shared<tenant_context>(*context_);
  next->shelf = put_shelf_;
  if (!book_.all_sold().empty()) {
    auto products = put_shelf_->products();
    for (auto& p : products)
      if (p.stock)
        p.stock = std::max<std::int64_t>(*p.stock - book_.sold(p.id), 0);
    if (auto shelf = commerce::catalog::make(std::move(products), context_->entry->config.currency))
      next->shelf = std::make_shared<const commerce::catalog>(std::move(*shelf));
  }
  change_context(next);
}

// -- the books ------------------------------------------------------------

void tenant::read_balances(const std::optional<bytes>& sealed) {
  if (!sealed)
    return;
  const auto& entry = *context_->entry;
  const auto text =
      entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, balances_key), *sealed);
  auto read = text ? commerce::balances_from(*text) : result<commerce::balances>(text.error());
  if (!read) { // no entry may be added to sums that nobody knows
    log::error("tenant.books_unreadable", {{"tenant", entry.config.id}, {"why", read.error().what}});
    self_->quit(caf::sec::runtime_error);
    return;
  }
  balances_ = std::move(*read);
}

caf::response_promise tenant::list_ledger(const ledger_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = ledger_prefix;
  query.limit = q.limit;
  query.backwards = true;
  if (const auto after = from_hex(q.after); after && !after->empty())
    query.after = ledger_prefix + *after;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, promise, limit = q.limit](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            const auto& entry = *context_->entry;
            auto entries = json::array();
            for (const auto& row : *answer.value) {
              const auto text =
                  entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, row.key), row.value);
              const auto read =
                  text ? commerce::ledger_entry_from(*text) : result<commerce::ledger_entry>(text.error());
              if (!read)
                return deliver(promise, read.error());
              entries.push_back(entry_json(*read));
            }
            json next = nullptr;
            if (answer.value->size() == limit)
              next = to_hex(as_span(std::string_view(answer.value->back().key).substr(ledger_prefix.size())));
            auto accounts = json::object();
            for (const auto& [currency, sums] : balances_.sums())
              for (const auto& [account, minor] : sums)
                accounts[currency][account] = decimal_text({minor, currency});
            deliver(
                promise,
                json{{"balances", std::move(accounts)}, {"entries", std::move(entries)}, {"next", std::move(next)}}
                    .dump());
          },
          [this, promise](const caf::error&) {
            deliver(promise, make_error(errc::unavailable, "the store did not answer"));
          });
  return promise;
}

} // namespace wakala::actors
