// The tenant's home decides who gets the last pieces: orders are placed, kept for a while, and lapse.
#include "actors/conversation_records.hpp"
#include "actors/order_view.hpp"
#include "actors/tenant.hpp"
#include "actors/tenant_parts.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using commerce::placed_order;
using nlohmann::json;
using persistence::table;

namespace {

constexpr std::size_t orders_at_once = 1'000; ///< of a page when the home is loaded
constexpr std::size_t lapsed_at_once = 100;   ///< of one commit
constexpr unsigned code_tries = 10;

bytes hold_key(const std::string& id) { return from_hex(id).value_or(bytes{}); }

commerce::order_answer placed_answer(const placed_order& o) {
  return {commerce::order_receipt{o.code, o.total, o.placed_at, o.kept_until}, {}};
}

} // namespace

void tenant::load_orders(const bytes& after) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::stock_hold;
  query.after = after;
  query.limit = orders_at_once;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .await(
          [this](const runtime::range_answer& answer) {
            const auto& entry = *context_->entry;
            if (!answer.value)
              return self_->quit(caf::sec::runtime_error); // restarted with back-off by the supervisor
            for (const auto& row : *answer.value) {
              const auto text =
                  entry.keys->data.open(associated_data(entry.config.id, table::stock_hold, row.key), row.value);
              auto order = text ? commerce::placed_order_from(*text) : result<placed_order>(text.error());
              if (!order) { // without it pieces could be promised twice
                log::error("tenant.order_unreadable", {{"tenant", entry.config.id}, {"why", order.error().what}});
                return self_->quit(caf::sec::runtime_error);
              }
              book_.put(std::move(*order));
            }
            if (answer.value->size() == orders_at_once)
              load_orders(answer.value->back().key);
          },
          [this](const caf::error&) { self_->quit(caf::sec::runtime_error); });
}

caf::response_promise tenant::place_order(const order_wanted& wanted) {
  auto promise = self_->make_response_promise();
  if (!context_->is_home) {
    ask_place(context_->entry->shard, place_question{wanted},
              [this, promise](result<std::string> answer) { deliver(promise, std::move(answer)); });
    return promise;
  }
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  auto request = commerce::order_request_from(wanted.request);
  if (!request || request->lines.empty()) {
    deliver(promise, make_error(errc::invalid_argument, "is no request for an order", "request"));
    return promise;
  }
  // A cart becomes one order, however often and through whichever updates it is asked for.
  const auto id = to_hex(
      persistence::keyed_hash(entry.keys->lookup, {"order", to_string(wanted.conversation), request->cart_id}));
  if (const auto under_way = placing_.find(id); under_way != placing_.end()) {
    under_way->second.push_back(promise);
    return promise;
  }
  // The merchant was quicker than the answer to its conversation.
  if (const auto* live = book_.live(id); live != nullptr && live->state != commerce::order_state::awaiting_payment) {
    deliver(promise, commerce::to_text(placed_answer(*live)));
    return promise;
  }
  std::optional<placed_order> before;
  if (const auto* known = book_.find(id, now)) {
    const bool is_same = known->lines == request->lines && known->total == request->total &&
                         known->how == request->how && known->area == request->area;
    if (is_same) { // its conversation has lost the answer
      deliver(promise, commerce::to_text(placed_answer(*known)));
      return promise;
    }
    before = *known; // and the cart was changed since: the order was never told, and is made anew
    book_.erase(id);
  }
  if (auto missing = book_.short_of(request->lines, *put_shelf_, now); !missing.empty()) {
    if (before)
      book_.put(std::move(*before));
    deliver(promise, commerce::to_text(commerce::order_answer{std::nullopt, std::move(missing)}));
    return promise;
  }
  placed_order order;
  order.id = id;
  order.code = commerce::make_order_code(context_->node->random->next_u64());
  for (unsigned i = 0; i < code_tries && book_.has_code(order.code); ++i)
    order.code = commerce::make_order_code(context_->node->random->next_u64());
  order.conversation = wanted.conversation;
  order.lines = std::move(request->lines);
  order.total = std::move(request->total);
  order.how = request->how;
  order.area = std::move(request->area);
  order.fee = std::move(request->fee);
  order.placed_at = before ? before->placed_at : now; // part of its key
  if (before)
    order.code = before->code;
  order.kept_until = now + entry.config.order_kept();
  auto lapsed = book_.take_lapsed(now, lapsed_at_once);
  auto commit = orders_commit(&order, lapsed);
  book_.put(std::move(order)); // whoever asks next finds the pieces gone, although nothing is promised yet
  placing_[id].push_back(promise);
  const auto done = [this, id, lapsed, before](const error* why) {
    lapses_written(lapsed, why == nullptr);
    order_committed(id, before, why);
  };
  self_
      ->request(context_->supervisor, caf::infinite, std::move(commit)) // late is not unknown: it answers everything
      .then([done](const commit_answer& answer) { done(answer.committed ? nullptr : &answer.why); },
            [done](const caf::error&) {
              const auto why = make_error(errc::unavailable, "the shard did not answer");
              done(&why);
            });
  return promise;
}

void tenant::order_committed(const std::string& id, const std::optional<placed_order>& before, const error* why) {
  // When it is unknown whether it was written, the shard is opened anew, and we with it.
  const auto waiting = placing_.extract(id);
  const auto* const order = book_.find(id, 0);
  for (const auto& promise : waiting.mapped())
    if (why == nullptr && order != nullptr)
      deliver(promise, commerce::to_text(placed_answer(*order)));
    else
      deliver(promise, why != nullptr ? *why : make_error(errc::unavailable, "the order is gone"));
  if (why == nullptr)
    return;
  book_.erase(id);
  if (before)
    book_.put(*before);
}

commit_request tenant::orders_commit(const placed_order* placed, const std::vector<placed_order>& lapsed) {
  const auto& entry = *context_->entry;
  commit_request request;
  request.tenant = entry.config.id;
  auto& draft = request.drafts.emplace_back();
  const auto put = [&](table where, bytes key, const placed_order& o) {
    draft.business.push_back(sealed_record(entry.keys->data, entry.config.id, where, std::move(key),
                                           commerce::to_text(o), *context_->node->random));
  };
  const auto now = context_->node->clock->now();
  for (const auto& o : lapsed)
    if (const auto change = commerce::moved(o, commerce::order_move::expire, {}, now))
      put_change(draft, *change);
  if (placed != nullptr) { // last: a cart's order that has lapsed may be placed again
    put(table::order, order_key(*placed), *placed);
    put(table::stock_hold, hold_key(placed->id), *placed);
  }
  return request;
}

void tenant::lapses_written(const std::vector<placed_order>& lapsed, bool is_written) {
  if (!is_written && !lapsed.empty())
    return self_->quit(caf::sec::runtime_error); // what is known here is ahead of the store: it is read again
  for (auto o : lapsed) {
    o.history.emplace_back(); // as the move has made it
    news_written(o);
  }
}

void tenant::drop_lapsed_orders() {
  if (!context_->is_home)
    return;
  auto lapsed = book_.take_lapsed(context_->node->clock->now(), lapsed_at_once);
  if (lapsed.empty())
    return;
  auto commit = orders_commit(nullptr, lapsed);
  self_->request(context_->supervisor, caf::infinite, std::move(commit))
      .then([this, lapsed](const commit_answer& answer) { lapses_written(lapsed, answer.committed); },
            [this, lapsed](const caf::error&) { lapses_written(lapsed, false); });
}

caf::response_promise tenant::list_orders(const orders_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::order;
  query.limit = q.limit;
  query.backwards = true;
  query.after = from_hex(q.after).value_or(bytes{});
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, promise, limit = q.limit](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            const auto& entry = *context_->entry;
            auto orders = json::array();
            for (const auto& row : *answer.value) {
              const auto text =
                  entry.keys->data.open(associated_data(entry.config.id, table::order, row.key), row.value);
              const auto order = text ? commerce::placed_order_from(*text) : result<placed_order>(text.error());
              if (!order)
                return deliver(promise, order.error());
              orders.push_back(order_json(*order, context_->node->clock->now()));
            }
            json next = nullptr;
            if (answer.value->size() == limit)
              next = to_hex(as_span(answer.value->back().key));
            deliver(promise, json{{"orders", std::move(orders)}, {"next", std::move(next)}}.dump());
          },
          [this, promise](const caf::error&) {
            deliver(promise, make_error(errc::unavailable, "the store did not answer"));
          });
  return promise;
}

} // namespace wakala::actors
