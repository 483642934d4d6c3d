#include "bench/load/ledger.hpp"

#include <algorithm>

namespace wakala::bench {

void ledger::plan(const planned_message& m) {
  ledger_entry e;
  e.conversation = m.conversation;
  e.rank = m.rank;
  e.second = m.second;
  e.taps_list = m.taps_list;
  entries_.push_back(e);
  auto& latest = latest_[m.conversation];
  if (latest == no_message)
    heads_[m.conversation] = m.number;
  else
    entries_[latest].next = m.number;
  latest = m.number;
  auto& waiting = waiting_[m.conversation];
  if (waiting == no_message) // all before it were acknowledged
    waiting = m.number;
}

void ledger::note_sent(const planned_update& what, ledger_time at) {
  auto& e = entries_[what.about.number];
  if (is_status(what.kind))
    e.statuses_sent = static_cast<std::uint8_t>(e.statuses_sent | status_bit(what.kind));
  else
    e.first_sent = std::min(e.first_sent, at);
}

void ledger::note_acknowledged(const planned_update& what, ledger_time at) {
  auto& e = entries_[what.about.number];
  if (is_status(what.kind)) {
    const auto bit = status_bit(what.kind);
    if ((e.statuses_acknowledged & bit) == 0)
      ++acknowledged_statuses_;
    e.statuses_acknowledged = static_cast<std::uint8_t>(e.statuses_acknowledged | bit);
    return;
  }
  if (e.acknowledged != not_yet)
    return;
  e.acknowledged = at;
  acknowledged_messages_.fetch_add(1, std::memory_order_relaxed);
  auto& waiting = waiting_[e.conversation];
  auto& answerable = entries_[waiting];
  answerable.answerable = at;
  waiting = answerable.next;
}

bool ledger::may_send(const planned_update& what, ledger_time now, ledger_time hold) const {
  if (!is_status(what.kind))
    return true;
  const auto at = entries_[what.about.number].answerable;
  return at != not_yet && now >= at + hold;
}

std::vector<std::uint32_t> ledger::messages_of(std::uint32_t conversation) const {
  std::vector<std::uint32_t> list;
  for (auto number = heads_[conversation]; number != no_message; number = entries_[number].next)
    list.push_back(number);
  return list;
}

} // namespace wakala::bench
