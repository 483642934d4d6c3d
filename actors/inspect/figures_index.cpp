#include "actors/inspect/figures_index.hpp"

#include <algorithm>
#include <functional>

namespace wakala::actors {

using runtime::actor_chunk;
using runtime::actor_figures;
using runtime::actor_kind;

namespace {

constexpr auto relaxed = std::memory_order_relaxed;

/// Keeps the `limit` first by `comes_before`; the last of them on top.
template <class T, class Before>
void keep_first(std::vector<T>& heap, std::size_t limit, const T& one, Before comes_before) {
  if (heap.size() < limit) {
    heap.push_back(one);
  } else {
    if (limit == 0 || !comes_before(one, heap.front()))
      return;
    std::pop_heap(heap.begin(), heap.end(), comes_before);
    heap.back() = one;
  }
  std::push_heap(heap.begin(), heap.end(), comes_before);
}

} // namespace

figures_index::figures_index(std::shared_ptr<runtime::actor_table> table) : table_(std::move(table)), places_(1) {}

std::uint32_t figures_index::place_of(const place_name& name) {
  const auto [at, is_new] = numbers_.try_emplace(name, static_cast<std::uint32_t>(places_.size()));
  if (is_new)
    places_.push_back({name, 0, {}});
  return at->second;
}

void figures_index::take_out(const counted& was) {
  if (was.place == 0)
    return;
  auto& from = places_[was.place];
  from.sums.messages -= was.messages;
  from.sums.handling_us -= was.handling_us;
  from.sums.waiting_us -= was.waiting_us;
  from.sums.mailbox -= was.mailbox;
  from.sums.bytes -= was.bytes;
  if (--from.rows == 0)
    from.sums = {};
}

void figures_index::count(std::size_t block_number) {
  auto* at = &counted_[block_number * actor_chunk::block_places];
  std::array<first_one, orders> most;
  auto& has_services = blocks_[block_number].has_services = false;
  for (const auto& row : blocks_[block_number].rows) {
    auto& mine = *at++;
    const auto was = mine;
    mine = {};
    const auto kind = row.kind.load(std::memory_order_acquire);
    if (kind == actor_kind::none) {
      take_out(was);
      continue;
    }
    const auto one = seen(row);
    const place_name name{kind, one.shard, kind == actor_kind::shard ? 0 : one.name};
    mine = {one.figures.handling_us,
            one.figures.waiting_us,
            static_cast<std::uint32_t>(one.figures.messages),
            static_cast<std::uint32_t>(one.figures.mailbox),
            static_cast<std::uint32_t>(one.figures.bytes),
            was.place != 0 && places_[was.place].name == name ? was.place : place_of(name)};
    auto& to = places_[mine.place];
    ++to.rows; // first: a place that lost its last row would forget
    take_out(was);
    auto figures = one.figures;
    figures.actors = 0;
    to.sums.add(figures);
    has_services = has_services || kind == actor_kind::service;
    if (kind != actor_kind::conversation)
      continue;
    for (std::size_t by = 0; by < orders; ++by) {
      if (const first_one here{figure_of(one.figures, static_cast<actor_order>(by)), one.conversation};
          here < most[by])
        most[by] = here;
    }
  }
  for (std::size_t by = 0; by < orders; ++by)
    best_[by][block_number] = most[by];
}

void figures_index::look() {
  std::size_t number = 0;
  table_->for_each_block([&](actor_chunk& chunk, std::size_t in_chunk, std::span<const actor_figures> rows) {
    auto& mark = chunk.changed[in_chunk];
    const bool has_changed = mark.load(relaxed) && mark.exchange(false, std::memory_order_acq_rel);
    if (number == blocks_.size()) {
      blocks_.push_back({rows});
      counted_.resize(counted_.size() + actor_chunk::block_places);
      for (auto& each : best_)
        each.emplace_back();
    }
    auto& block = blocks_[number];
    // Twice: an actor that wrote just when the mark was taken away has seen it still standing, perhaps, and its
    // figures are not to be seen yet.
    if (has_changed || block.has_just_changed || block.rows.size() != rows.size()) {
      block.rows = rows;
      count(number);
    }
    block.has_just_changed = has_changed;
    ++number;
  });
}

node_sums figures_index::sums() {
  look();
  node_sums out;
  for (const auto& [name, number] : numbers_) {
    const auto& place = places_[number];
    if (place.rows == 0)
      continue;
    const auto& [kind, shard, whose] = name;
    auto sums = place.sums;
    switch (kind) {
    case actor_kind::none:
    case actor_kind::service:
      break;
    case actor_kind::shard:
      out.shards[shard].add(sums);
      break;
    case actor_kind::conversation:
      sums.actors = place.rows;
      [[fallthrough]];
    case actor_kind::tenant:
      out.tenants[{shard, whose}].add(sums);
      break;
    }
  }
  for (const auto& block : blocks_)
    if (block.has_services)
      for (const auto& row : block.rows)
        if (row.kind.load(relaxed) == actor_kind::service)
          out.services.push_back(seen(row));
  for (const auto& [place, sums] : out.tenants)
    out.shards[place.first].add(sums);
  for (const auto& [shard, sums] : out.shards)
    out.all.add(sums);
  for (const auto& service : out.services)
    out.all.add(service.figures);
  return out;
}

conversations_seen figures_index::find(const conversation_wish& wish) {
  look();
  if (wish.wants_all())
    return most(wish.by, wish.limit);
  // Most rows need not be looked at themselves.
  std::vector<bool> is_wanted(places_.size());
  for (const auto& [name, number] : numbers_) {
    const auto& [kind, shard, whose] = name;
    is_wanted[number] = kind == actor_kind::conversation && wish.shard.value_or(shard) == shard &&
                        wish.tenant.value_or(whose) == whose;
  }
  const auto now_s = monotonic_us() / 1'000'000;
  const auto comes_before = [by = wish.by](const seen_actor& a, const seen_actor& b) {
    return comes_first(a, b, by);
  };
  conversations_seen out;
  for (std::size_t block = 0; block < blocks_.size(); ++block)
    for (std::size_t at = 0; at < blocks_[block].rows.size(); ++at) {
      if (!is_wanted[counted_[block * actor_chunk::block_places + at].place])
        continue;
      const auto& row = blocks_[block].rows[at];
      if (!fits(row, wish, now_s))
        continue;
      ++out.total;
      if (!is_before_list(row, wish))
        keep_first(out.first, wish.limit, seen(row), comes_before);
    }
  std::sort_heap(out.first.begin(), out.first.end(), comes_before);
  return out;
}

conversations_seen figures_index::most(actor_order by, std::size_t limit) const {
  conversations_seen out;
  for (const auto& [name, number] : numbers_)
    if (std::get<0>(name) == actor_kind::conversation)
      out.total += places_[number].rows;
  // The first conversation of the block that comes behind these comes behind those of each of them: none but theirs
  // are among the first.
  std::vector<std::pair<first_one, std::size_t>> chosen;
  const auto& firsts = best_[static_cast<std::size_t>(by)];
  for (std::size_t block = 0; block < firsts.size(); ++block)
    if (firsts[block].whose != nobody)
      keep_first(chosen, limit, {firsts[block], block}, std::less<>{});
  const auto comes_before = [by](const seen_actor& a, const seen_actor& b) { return comes_first(a, b, by); };
  for (const auto& [first, block] : chosen)
    for (const auto& row : blocks_[block].rows)
      if (row.kind.load(std::memory_order_acquire) == actor_kind::conversation)
        keep_first(out.first, limit, seen(row), comes_before);
  std::sort_heap(out.first.begin(), out.first.end(), comes_before);
  return out;
}

} // namespace wakala::actors
