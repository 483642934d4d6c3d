/// \file
/// What each actor of a node has done, for whoever looks. Actors write their own row, and beside it only that
/// something has changed there, once after each look; nobody waits for anybody. A row is one cache line, so that two
/// busy actors never write to the same one.
#pragma once

#include "runtime/core/ids.hpp"
#include "runtime/core/monotonic.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

namespace wakala::runtime {

enum class actor_kind : std::uint8_t { none, service, shard, tenant, conversation };
std::string_view to_string(actor_kind kind) noexcept;

struct actor_chunk;

/// Written by the actor alone, but for `admitted`, which is everybody's who sends to it. Sums since it began. Is
/// always a part of a chunk.
class alignas(64) actor_figures {
public:
  std::atomic<std::uint64_t> handling_us{0}; ///< in its handlers
  std::atomic<std::uint64_t> waiting_us{0};  ///< messages between the moment the mailbox filled and their turn
  std::atomic<std::uint32_t> admitted{0};    ///< messages that came in
  std::atomic<std::uint32_t> handled{0};     ///< messages that are dealt with; the difference is in the mailbox
  std::atomic<std::uint32_t> waiting_max_us{0};
  std::atomic<std::uint32_t> state_bytes{0}; ///< of what it keeps for its shopper
  std::atomic<std::uint32_t> last_s{0};      ///< when it last had something to do, in seconds of `monotonic_us`
  std::atomic<std::uint16_t> shard{0};
  std::atomic<actor_kind> kind{actor_kind::none};
  std::atomic<bool> is_paused{false};
  std::atomic<std::uint32_t> name{0};                       ///< of the tenant or service (`actor_table::name_of`)
  std::array<std::atomic<std::uint64_t>, 2> conversation{}; ///< its id; nil for the other kinds; set before `kind`

  actor_figures(const actor_figures&) = delete;
  actor_figures& operator=(const actor_figures&) = delete;

  void admitted_one() noexcept {
    admitted.fetch_add(1, std::memory_order_relaxed);
    has_changed();
  }
  /// It was not let in after all.
  void bounced_one() noexcept {
    admitted.fetch_sub(1, std::memory_order_relaxed);
    has_changed();
  }
  void keeps(std::size_t bytes) noexcept {
    state_bytes.store(static_cast<std::uint32_t>(bytes), std::memory_order_relaxed);
    has_changed();
  }
  /// One message is dealt with that began to wait at `ready_us`, had its turn at `began_us`, and was done at
  /// `ended_us`.
  void handled_one(std::uint64_t ready_us, std::uint64_t began_us, std::uint64_t ended_us) noexcept {
    const auto add = [](auto& to, auto what) {
      to.store(to.load(std::memory_order_relaxed) + what, std::memory_order_relaxed);
    };
    const auto waited = began_us > ready_us ? began_us - ready_us : 0;
    add(handling_us, ended_us - began_us);
    add(waiting_us, waited);
    if (waited > waiting_max_us.load(std::memory_order_relaxed))
      waiting_max_us.store(static_cast<std::uint32_t>(waited), std::memory_order_relaxed);
    last_s.store(static_cast<std::uint32_t>(ended_us / 1'000'000), std::memory_order_relaxed);
    handled.store(handled.load(std::memory_order_relaxed) + 1, std::memory_order_release);
    has_changed();
  }
  conversation_id whose() const noexcept {
    return {{std::bit_cast<std::array<std::uint8_t, 16>>(std::array{
        conversation[0].load(std::memory_order_relaxed), conversation[1].load(std::memory_order_relaxed)})}};
  }
  std::uint32_t mailbox() const noexcept {
    const auto done = handled.load(std::memory_order_acquire);
    return admitted.load(std::memory_order_relaxed) - done;
  }
  /// After something was written to the row.
  void has_changed() noexcept;

private:
  friend struct actor_chunk;
  actor_figures() = default;
};
static_assert(sizeof(actor_figures) == 64);

/// Rows that lie together. Chunks stand at multiples of their size, so that a row finds its chunk by its own address.
struct alignas(65'536) actor_chunk {
  static constexpr std::size_t places = 1'024; ///< the first of which is taken by the marks
  static constexpr std::size_t block_places = 16;
  static constexpr std::size_t blocks = places / block_places;

  /// One for each block: something has changed in it since somebody has looked. Nearly always only read.
  std::array<std::atomic<bool>, blocks> changed{};
  actor_figures rows[places - 1]; // NOLINT(modernize-avoid-c-arrays): an array of the library could not make them
};
static_assert(sizeof(actor_chunk) == actor_chunk::places * sizeof(actor_figures));

inline void actor_figures::has_changed() noexcept {
  const auto here = reinterpret_cast<std::uintptr_t>(this);
  const auto in_chunk = here % sizeof(actor_chunk);
  auto& mark = reinterpret_cast<actor_chunk*>(here - in_chunk)
                   ->changed[in_chunk / (sizeof(actor_figures) * actor_chunk::block_places)];
  if (!mark.load(std::memory_order_relaxed))
    mark.store(true, std::memory_order_relaxed);
}

/// The rows of a node. Thread-safe. Rows never move; those of actors that are gone are used again.
class actor_table {
public:
  actor_table() = default;
  actor_table(const actor_table&) = delete;
  actor_table& operator=(const actor_table&) = delete;

  /// The number of a name, the same for the same name for ever.
  std::uint32_t number_of(std::string_view name);
  std::string name_of(std::uint32_t number) const;
  /// The number of a name that has one.
  std::optional<std::uint32_t> known(std::string_view name) const;

  /// From now on nobody gets a row: to find out what measuring costs.
  void give_none() noexcept { gives_none_ = true; }
  bool gives_none() const noexcept { return gives_none_; }

  /// A row of one's own, to be given back when nobody can send to the actor any more.
  actor_figures& take(actor_kind kind, std::uint32_t name, shard_id shard, const conversation_id& conversation = {});
  void give_back(actor_figures& row) noexcept;

  /// Calls `each(chunk, block, rows)` with all rows that were ever in use, in the same order each time: `block` is
  /// the block's number in its chunk, and each but the last one has the same rows each time.
  template <class Each>
  void for_each_block(Each each) const {
    std::size_t count = 0;
    std::vector<actor_chunk*> all;
    {
      const std::lock_guard lock{mutex_};
      count = rows_;
      for (const auto& one : chunks_)
        all.push_back(one.get());
    }
    for (auto* const chunk : all) {
      const auto in_use = std::min(count, std::size(chunk->rows));
      for (std::size_t block = 0; block < actor_chunk::blocks; ++block) {
        const auto from = block == 0 ? 0 : block * actor_chunk::block_places - 1;
        const auto to = std::min(in_use, (block + 1) * actor_chunk::block_places - 1);
        if (from < to)
          each(*chunk, block, std::span<const actor_figures>(chunk->rows + from, to - from));
      }
      count -= in_use;
    }
  }
  std::size_t rows() const; ///< in use or used before

private:
  void add_chunk();

  bool gives_none_ = false; ///< set before there are actors
  mutable std::mutex mutex_;
  std::vector<std::unique_ptr<actor_chunk>> chunks_;
  std::size_t rows_ = 0;
  std::vector<actor_figures*> free_;
  std::vector<std::string> names_{""};
  std::unordered_map<std::string, std::uint32_t> numbers_;
};

/// A row for as long as an actor lives.
class own_figures {
public:
  own_figures() = default;
  own_figures(std::shared_ptr<actor_table> table, actor_kind kind, std::uint32_t name, shard_id shard,
              const conversation_id& conversation = {})
      : table_(std::move(table)),
        row_(table_->gives_none() ? nullptr : &table_->take(kind, name, shard, conversation)) {}
  own_figures(own_figures&& other) noexcept
      : table_(std::move(other.table_)), row_(std::exchange(other.row_, nullptr)) {}
  own_figures& operator=(own_figures&& other) noexcept {
    std::swap(table_, other.table_);
    std::swap(row_, other.row_);
    return *this;
  }
  ~own_figures() {
    if (row_ != nullptr)
      table_->give_back(*row_);
  }

  actor_figures* get() const noexcept { return row_; }
  explicit operator bool() const noexcept { return row_ != nullptr; }
  actor_figures* operator->() const noexcept { return row_; }

private:
  std::shared_ptr<actor_table> table_;
  actor_figures* row_ = nullptr;
};

} // namespace wakala::runtime
