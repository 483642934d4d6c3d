// What shoppers ask of the orders that they have placed, at the tenant's home.
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "commerce/order_moves.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"

namespace wakala::actors {

using commerce::order_state;
using commerce::placed_order;
using persistence::table;

namespace {

constexpr std::size_t of_one_moment_max = 1'000; ///< orders that were placed in the same millisecond

text_answer told(std::optional<placed_order> order) {
  commerce::order_answer answer;
  answer.about = std::move(order);
  return {commerce::to_text(answer), {}};
}

} // namespace

void tenant::answer_about(const order_wanted& wanted, const commerce::order_question& q,
                          const answered_function& then) {
  if (q.what == commerce::order_question::kind::look)
    return find_order(wanted.conversation, q, [then](result<std::optional<placed_order>> found) {
      then(found ? told(std::move(*found)) : text_answer{std::nullopt, found.error()});
    });
  with_books([this, whose = wanted.conversation, q, then] {
    find_order(whose, q, [this, then](const result<std::optional<placed_order>>& found) {
      if (found)
        return cancel_for_shopper(*found, then);
      then({std::nullopt, found.error()});
      books_free();
    });
  });
}

void tenant::find_order(const conversation_id& whose, const commerce::order_question& q, const order_function& then) {
  const auto is_it = [whose, q](const placed_order& o) {
    return o.conversation == whose && o.code == q.code && o.placed_at == q.placed_at;
  };
  if (const auto* live = book_.with_code(q.code); live != nullptr && is_it(*live))
    return then(std::optional(*live));
  // It is over: its row's key begins with the time.
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::order;
  append_u64(query.prefix, static_cast<std::uint64_t>(q.placed_at));
  query.limit = of_one_moment_max;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, is_it, then](const runtime::range_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            const auto& entry = *context_->entry;
            for (const auto& row : *answer.value) {
              const auto text =
                  entry.keys->data.open(associated_data(entry.config.id, table::order, row.key), row.value);
              auto order = text ? commerce::placed_order_from(*text) : result<placed_order>(text.error());
              if (!order)
                return then(order.error());
              if (is_it(*order))
                return then(std::optional(std::move(*order)));
            }
            then(std::optional<placed_order>{});
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

void tenant::cancel_for_shopper(const std::optional<placed_order>& found, const answered_function& then) {
  const auto now = context_->node->clock->now();
  const auto as_it_is = [&] {
    auto order = found;
    if (order && order->state == order_state::awaiting_payment && order->kept_until <= now)
      order->state = order_state::expired; // the next look writes it down
    then(told(std::move(order)));
    books_free();
  };
  if (!found || found->state != order_state::awaiting_payment || found->kept_until <= now ||
      found->paid + found->owed > 0)
    return as_it_is(); // asked again, it is cancelled already
  auto change = commerce::moved(*found, commerce::order_move::cancel, {}, now);
  if (change)
    change->is_news = false; // the shopper has the answer, by the same update again if it is lost
  book_plan plan{balances_};
  const auto added = change ? add_change(plan, *change) : result<void>(change.error());
  if (!added) {
    then({std::nullopt, added.error()});
    return books_free();
  }
  write_books(std::move(plan), [this, then, order = std::move(change->order)](const error* why) {
    if (why == nullptr)
      log::info("order.moved", {{"tenant", context_->entry->config.id},
                                {"order", order.code},
                                {"by", "shopper"},
                                {"state", to_string(order.state)}});
    then(why != nullptr ? text_answer{std::nullopt, *why} : told(order));
  });
}

} // namespace wakala::actors
