/// \file
/// One writer thread in front of a store: while one batch is on its way to disk, the next gathers.
#pragma once

#include "persistence/store.hpp"

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

namespace wakala::bench::ceiling {

struct journal_counts {
  std::uint64_t rows = 0;
  std::uint64_t batches = 0;
};

class group_journal {
public:
  /// Names who waits for a row.
  using ticket = std::uint64_t;
  /// Called on the writer's thread, once a batch, with the tickets of its rows in the order given.
  using on_written = std::function<void(const std::vector<ticket>& batch, bool good)>;

  /// Takes every shard of the store.
  static result<std::unique_ptr<group_journal>> open(std::unique_ptr<persistence::store> where, on_written done);
  /// Writes what was put before, then ends.
  ~group_journal();
  group_journal(const group_journal&) = delete;
  group_journal& operator=(const group_journal&) = delete;

  std::uint32_t shard_count() const noexcept { return store_->shard_count(); }
  /// Epoch and sequence number are filled in. From any thread.
  void put(persistence::journal_row row, ticket who);
  journal_counts counts() const noexcept { return {rows_.load(), batches_.load()}; }

private:
  struct gathered {
    std::vector<persistence::journal_row> rows;
    std::vector<ticket> tickets;
  };
  struct owned_shard {
    std::uint64_t epoch = 0;
    std::uint64_t last_seq = 0;
  };

  group_journal(std::unique_ptr<persistence::store> where, std::vector<owned_shard> shards, on_written done);
  void run();
  void write(gathered& batch);

  std::unique_ptr<persistence::store> store_;
  std::vector<owned_shard> shards_; ///< the writer's
  on_written done_;
  std::atomic<std::uint64_t> rows_{0};
  std::atomic<std::uint64_t> batches_{0};

  std::mutex mutex_;
  std::condition_variable wake_;
  gathered next_;
  bool idle_ = false; ///< the writer waits: whoever puts a row wakes it
  bool stopping_ = false;
  std::thread writer_; ///< last: it uses all of the above
};

} // namespace wakala::bench::ceiling
