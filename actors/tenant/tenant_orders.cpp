// The tenant's home decides who gets the last pieces: orders are placed, kept for a while, and lapse.
#include "actors/records/conversation_records.hpp"
#include "actors/records/order_view.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/row_list.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using commerce::order_state;
using commerce::placed_order;
using nlohmann::json;
using persistence::table;

namespace {

constexpr std::size_t lapsed_at_once = 100; ///< of one commit
constexpr unsigned code_tries = 10;
constexpr std::size_t book_work_max = 2'000; ///< that waits

commerce::order_answer placed_answer(const placed_order& o) {
  return {commerce::order_receipt{o.code, o.total, o.placed_at, o.kept_until, o.state, o.tracking_url}, {}};
}

} // namespace

void tenant::load_orders() {
  load_rows(table::stock_hold, {}, [this](const bytes&, const result<std::string>& text) {
    auto order = text ? commerce::placed_order_from(*text) : result<placed_order>(text.error());
    if (order) {
      book_.put(std::move(*order));
      return true;
    }
    // Without it pieces could be promised twice.
    log::error("tenant.order_unreadable", {{"tenant", context_->entry->config.id}, {"why", order.error().what}});
    return false;
  });
}

caf::response_promise tenant::place_order(const order_wanted& wanted) {
  auto promise = self_->make_response_promise();
  if (!context_->is_home) {
    ask_place(context_->entry->shard, place_question{wanted},
              [this, promise](result<std::string> answer) { deliver(promise, std::move(answer)); });
    return promise;
  }
  auto request = commerce::order_request_from(wanted.request);
  if (!request || (request->lines.empty() && !request->about)) {
    deliver(promise, make_error(errc::invalid_argument, "is no request for an order", "request"));
    return promise;
  }
  if (book_work_.size() >= book_work_max) {
    deliver(promise, make_error(errc::overloaded, "too many orders at once"));
    return promise;
  }
  if (request->about) {
    answer_about(wanted, *request->about, to(promise));
    return promise;
  }
  with_books([this, wanted, request = std::move(*request), then = to(promise)] { place_now(wanted, request, then); });
  return promise;
}

void tenant::place_now(const order_wanted& wanted, commerce::order_request request, const answered_function& then) {
  const auto& entry = *context_->entry;
  const auto now = context_->node->clock->now();
  const auto answer = [this, then](const commerce::order_answer& a) {
    then({commerce::to_text(a), {}});
    books_free();
  };
  // A cart becomes one order, however often and through whichever updates it is asked for.
  const auto id =
      to_hex(persistence::keyed_hash(entry.keys->lookup, {"order", to_string(wanted.conversation), request.cart_id}));
  const auto* known = book_.live(id);
  const bool has_lapsed =
      known != nullptr && known->state == order_state::awaiting_payment && known->kept_until <= now;
  std::optional<placed_order> before;
  if (known != nullptr && !has_lapsed) {
    const bool is_same = known->lines == request.lines && known->total == request.total &&
                         known->how == request.how && known->area == request.area;
    // Its conversation has lost the answer; or the merchant was quicker than the answer.
    if (is_same || known->state != order_state::awaiting_payment || known->paid + known->owed > 0)
      return answer(placed_answer(*known));
    before = *known; // and the cart was changed since: the order was never told, and is made anew
    book_.erase(id);
  }
  auto missing = book_.short_of(request.lines, *put_shelf_, now);
  if (before)
    book_.put(*before);
  if (!missing.empty())
    return answer({std::nullopt, std::move(missing)});
  book_plan plan{balances_};
  if (has_lapsed) // it is over, and the cart is another order now
    static_cast<void>(add_lapse(plan, *known, now));
  for (const auto& o : book_.lapsed(now, lapsed_at_once))
    if (o.id != id)
      static_cast<void>(add_lapse(plan, o, now));
  placed_order order;
  order.id = id;
  order.code = commerce::make_order_code(context_->node->random->next_u64());
  for (unsigned i = 0; i < code_tries && book_.has_code(order.code); ++i)
    order.code = commerce::make_order_code(context_->node->random->next_u64());
  order.conversation = wanted.conversation;
  order.lines = std::move(request.lines);
  order.total = std::move(request.total);
  order.how = request.how;
  order.area = std::move(request.area);
  order.fee = std::move(request.fee);
  order.placed_at = before ? before->placed_at : now; // part of its key
  if (before) {
    order.code = before->code;
    order.attempts = before->attempts;
    order.told = before->told;
  }
  order.kept_until = now + entry.config.order_kept();
  if (const auto added = add_change(plan, {order, 0, std::nullopt, false}); !added) {
    then({std::nullopt, added.error()});
    return books_free();
  }
  if (entry.config.webhook.is_on())
    plan.hooks.push_back({"order.placed", order, std::nullopt, {}});
  write_books(std::move(plan), [then, order](const error* why) {
    then(why != nullptr ? text_answer{std::nullopt, *why} : text_answer{commerce::to_text(placed_answer(order)), {}});
  });
}

result<void> tenant::add_lapse(book_plan& plan, const placed_order& o, time_ms now) const {
  const auto change = commerce::moved(o, commerce::order_move::expire, {}, now);
  return change ? add_change(plan, *change) : change.error();
}

void tenant::drop_lapsed_orders() {
  const auto now = context_->node->clock->now();
  if (!context_->is_home || !book_work_.empty() || book_.lapsed(now, 1).empty())
    return; // whoever is at work lapses them as well, or the next look does
  with_books([this, now] {
    book_plan plan{balances_};
    for (const auto& o : book_.lapsed(now, lapsed_at_once))
      static_cast<void>(add_lapse(plan, o, now));
    write_books(std::move(plan), [](const error*) {}); // what was refused is found again at the next look
  });
}

caf::response_promise tenant::list_orders(const orders_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::order;
  query.limit = q.limit;
  query.backwards = true;
  query.after = from_hex(q.after).value_or(bytes{});
  list_rows(
      std::move(query),
      [this](json& orders, std::string_view text) -> result<void> {
        const auto order = commerce::placed_order_from(text);
        if (!order)
          return order.error();
        orders.push_back(order_json(*order, context_->node->clock->now()));
        return {};
      },
      [this, promise](result<row_list> found) {
        if (!found)
          return deliver(promise, found.error());
        deliver(promise, json{{"orders", std::move(found->rows)}, {"next", std::move(found->next)}}.dump());
      });
  return promise;
}

} // namespace wakala::actors
