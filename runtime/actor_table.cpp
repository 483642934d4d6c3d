#include "runtime/actor_table.hpp"

#include <type_traits>

namespace wakala::runtime {

std::string_view to_string(actor_kind kind) noexcept {
  switch (kind) {
  case actor_kind::none:
    break;
  case actor_kind::service:
    return "service";
  case actor_kind::shard:
    return "shard";
  case actor_kind::tenant:
    return "tenant";
  case actor_kind::conversation:
    return "conversation";
  }
  return "none";
}

void actor_table::add_chunk() {
  chunks_.push_back(std::make_unique<actor_chunk>());
  free_.reserve(chunks_.size() * std::size(chunks_.back()->rows)); // so that giving back never fails
}

std::uint32_t actor_table::number_of(std::string_view name) {
  const std::lock_guard lock{mutex_};
  const auto [at, is_new] = numbers_.try_emplace(std::string(name), static_cast<std::uint32_t>(names_.size()));
  if (is_new)
    names_.emplace_back(name);
  return at->second;
}

std::string actor_table::name_of(std::uint32_t number) const {
  const std::lock_guard lock{mutex_};
  return number < names_.size() ? names_[number] : std::string{};
}

std::optional<std::uint32_t> actor_table::known(std::string_view name) const {
  const std::lock_guard lock{mutex_};
  const auto at = numbers_.find(std::string(name));
  return at == numbers_.end() ? std::nullopt : std::optional(at->second);
}

actor_figures& actor_table::take(actor_kind kind, std::uint32_t name, shard_id shard,
                                 const conversation_id& conversation) {
  actor_figures* row = nullptr;
  {
    const std::lock_guard lock{mutex_};
    if (!free_.empty()) {
      row = free_.back();
      free_.pop_back();
    } else {
      constexpr auto in_chunk = std::extent_v<decltype(actor_chunk::rows)>;
      if (rows_ == chunks_.size() * in_chunk)
        add_chunk();
      row = &chunks_[rows_ / in_chunk]->rows[rows_ % in_chunk];
      ++rows_;
    }
  }
  constexpr auto relaxed = std::memory_order_relaxed;
  row->handling_us.store(0, relaxed);
  row->waiting_us.store(0, relaxed);
  row->admitted.store(0, relaxed);
  row->handled.store(0, relaxed);
  row->waiting_max_us.store(0, relaxed);
  row->state_bytes.store(0, relaxed);
  row->last_s.store(static_cast<std::uint32_t>(monotonic_us() / 1'000'000), relaxed);
  row->shard.store(static_cast<std::uint16_t>(shard), relaxed);
  row->is_paused.store(false, relaxed);
  row->name.store(name, relaxed);
  const auto id = std::bit_cast<std::array<std::uint64_t, 2>>(conversation.bytes);
  row->conversation[0].store(id[0], relaxed);
  row->conversation[1].store(id[1], relaxed);
  row->kind.store(kind, std::memory_order_release);
  row->has_changed();
  return *row;
}

void actor_table::give_back(actor_figures& row) noexcept {
  row.kind.store(actor_kind::none, std::memory_order_release);
  row.has_changed();
  const std::lock_guard lock{mutex_};
  free_.push_back(&row);
}

std::size_t actor_table::rows() const {
  const std::lock_guard lock{mutex_};
  return rows_;
}

} // namespace wakala::runtime
