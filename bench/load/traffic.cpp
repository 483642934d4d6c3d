#include "bench/load/traffic.hpp"

namespace wakala::bench {

namespace {

constexpr double message_share = 0.25; // and three statuses for each message

/// A prime above every number of conversations: multiples of it visit each remainder once.
constexpr std::uint64_t stride = 4'294'967'311;

} // namespace

traffic::traffic(const population& who, const traffic_options& options)
    : who_(who), options_(options), random_(who.options().seed ^ 0x7472616666696300U), ranks_(who.conversations()) {}

planned_update traffic::next(std::uint64_t at_ns) {
  if (options_.introductions && messages_ < who_.conversations())
    return new_message(at_ns, true);
  if (uniform_unit(random_) < options_.copies)
    if (const auto* before = earlier(at_ns)) {
      auto again = *before;
      again.is_copy = true;
      return again;
    }
  planned_update update;
  const bool wants_message = !options_.statuses || uniform_unit(random_) < message_share;
  if (wants_message || !(take_status(at_ns, update) || take_introduced_status(update)))
    update = new_message(at_ns, false);
  remember(update, at_ns);
  return update;
}

const planned_update* traffic::earlier(std::uint64_t at_ns) {
  if (memory_.empty())
    return nullptr;
  const auto& pick = memory_[uniform_below(random_, memory_.size())];
  return pick.at_ns + options_.copy_delay_ns <= at_ns ? &pick.what : nullptr;
}

bool traffic::take_status(std::uint64_t at_ns, planned_update& into) {
  std::deque<pending>* oldest = nullptr;
  for (auto& queue : statuses_)
    if (!queue.empty() && queue.front().due_ns <= at_ns &&
        (oldest == nullptr || queue.front().due_ns < oldest->front().due_ns))
      oldest = &queue;
  if (oldest == nullptr)
    return false;
  into.about = oldest->front().about;
  into.kind = static_cast<update_kind>(static_cast<std::ptrdiff_t>(update_kind::sent) + (oldest - statuses_.data()));
  oldest->pop_front();
  return true;
}

bool traffic::take_introduced_status(planned_update& into) {
  if (introduced_.empty())
    return false;
  const auto kind = told_ / introduced_.size();
  into.about = introduced_[told_ % introduced_.size()];
  into.kind = static_cast<update_kind>(static_cast<std::size_t>(update_kind::sent) + kind);
  if (++told_ == introduced_.size() * statuses_.size())
    introduced_ = {};
  return true;
}

planned_update traffic::new_message(std::uint64_t at_ns, bool introduces) {
  planned_update update;
  auto& m = update.about;
  m.conversation = options_.in_turn || introduces ? next_in_turn() : who_.draw(random_);
  m.number = messages_++;
  m.rank = ranks_[m.conversation]++;
  m.second = static_cast<std::uint32_t>(at_ns / 1'000'000'000);
  m.taps_list = uniform_unit(random_) < options_.list_replies;
  update.kind = m.taps_list ? update_kind::list_reply : update_kind::text;
  if (options_.statuses && introduces)
    introduced_.push_back(m);
  else if (options_.statuses)
    for (std::size_t i = 0; i < statuses_.size(); ++i)
      statuses_[i].push_back({m, at_ns + options_.status_delay_ns[i]});
  return update;
}

std::uint32_t traffic::next_in_turn() const {
  const std::uint64_t all = who_.conversations();
  return static_cast<std::uint32_t>((options_.first + messages_) % all * (stride % all) % all);
}

void traffic::remember(const planned_update& what, std::uint64_t at_ns) {
  if (memory_.size() < memory_max) {
    memory_.push_back({what, at_ns});
    return;
  }
  memory_[memory_next_] = {what, at_ns};
  memory_next_ = (memory_next_ + 1) % memory_max;
}

} // namespace wakala::bench
