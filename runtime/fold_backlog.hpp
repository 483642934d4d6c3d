/// \file
/// How many committed rows of a node the tables do not hold yet: when to fold, and when to take no more.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

namespace wakala::runtime {

/// All shards of a node together. Thread-safe.
struct fold_backlog {
  std::atomic<std::size_t> rows{0};    ///< not in the tables
  std::atomic<std::size_t> waiting{0}; ///< of them, those that no fold has been asked for
};

/// One shard's part of it, taken out again when it ends. Not thread-safe.
class backlog_share {
public:
  backlog_share() = default;
  explicit backlog_share(std::shared_ptr<fold_backlog> all) : all_(std::move(all)) {}
  ~backlog_share() { clear(); }
  backlog_share(const backlog_share&) = delete;
  backlog_share& operator=(const backlog_share&) = delete;

  void belong_to(std::shared_ptr<fold_backlog> all) {
    clear();
    all_ = std::move(all);
  }

  void committed(std::size_t rows) noexcept {
    change(rows_, all_->rows, rows_ + rows);
    change(waiting_, all_->waiting, waiting_ + rows);
  }
  /// A fold of everything is asked for.
  void handed_over() noexcept { change(waiting_, all_->waiting, 0); }
  /// The shard holds so many rows now.
  void left(std::size_t rows) noexcept { change(rows_, all_->rows, rows); }
  void clear() noexcept {
    if (!all_)
      return;
    change(rows_, all_->rows, 0);
    change(waiting_, all_->waiting, 0);
  }

private:
  static void change(std::size_t& mine, std::atomic<std::size_t>& all, std::size_t now) noexcept {
    all.fetch_add(now - mine, std::memory_order_relaxed); // wraps around when it is less
    mine = now;
  }

  std::shared_ptr<fold_backlog> all_;
  std::size_t rows_ = 0;
  std::size_t waiting_ = 0;
};

} // namespace wakala::runtime
