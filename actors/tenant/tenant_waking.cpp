// Orders that lapse, news that are to be told and payments that are to be asked about do not wait until somebody
// writes to the shop: a timer among those of its home's shard wakes it, also after a restart.
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"

#include <algorithm>

namespace wakala::actors {

using persistence::table;

namespace {

constexpr std::string_view home_timer = "home"; ///< of no conversation
/// While the home is awake it looks by itself: the row is for the case that it is not.
constexpr time_ms rewritten_after = 60 * ms_per_second;
constexpr time_ms soon = 1 * ms_per_second;

} // namespace

std::optional<time_ms> tenant::next_due() const {
  auto due = book_.first_lapse();
  const auto consider = [&](std::optional<time_ms> at) {
    if (at)
      due = due ? std::min(*due, *at) : *at;
  };
  consider(desk_->next_due());
  if (!news_.empty())
    consider(context_->node->clock->now() + soon);
  return due;
}

void tenant::put_home_timer(const book_plan& plan, std::vector<persistence::record>& rows) {
  std::optional<time_ms> due;
  const auto consider = [&](time_ms at) { due = due ? std::min(*due, at) : at; };
  for (const auto& [key, o] : plan.orders)
    if (o.state == commerce::order_state::awaiting_payment)
      consider(o.kept_until);
  const auto now = context_->node->clock->now();
  if (!plan.news.empty() || !plan.attempts.empty())
    consider(now + soon);
  if (!due || (home_timer_ > now && home_timer_ <= *due))
    return;
  home_timer_ = *due;
  const auto& entry = *context_->entry;
  rows.push_back(sealed_record(entry.keys->data, entry.config.id, table::timer,
                               timer_row_key(conversation_id{}, home_timer), home_timer, *context_->node->random,
                               home_timer_));
}

void tenant::home_timer_fired() {
  const auto now = context_->node->clock->now();
  if (!context_->is_home || home_timer_ > now)
    return; // it was put off, and the table has not heard of it yet
  drop_lapsed_orders();
  const auto due = next_due();
  const auto& entry = *context_->entry;
  const auto key = timer_row_key(conversation_id{}, home_timer);
  home_timer_ = due ? std::max(*due, now + rewritten_after) : 0;
  commit_request request;
  request.tenant = entry.config.id;
  request.drafts.emplace_back().business.push_back(due ? sealed_record(entry.keys->data, entry.config.id,
                                                                       table::timer, key, home_timer,
                                                                       *context_->node->random, home_timer_)
                                                       : erased_record(table::timer, key));
  // Refused, it fires once more.
  self_->request(context_->supervisor, ask_timeout, std::move(request))
      .then([this](const commit_answer& answer) { home_timer_ = answer.committed ? home_timer_ : 0; },
            [this](const caf::error&) { home_timer_ = 0; });
}

} // namespace wakala::actors
