#include "bench/store/drive.hpp"

#include "bench/process/process_figures.hpp"

#include <algorithm>
#include <atomic>
#include <chrono>
#include <optional>
#include <thread>
#include <unistd.h>

namespace wakala::bench {

namespace {

using clock = std::chrono::steady_clock;
using persistence::append_outcome;

std::uint64_t ns_since(clock::time_point start) { return static_cast<std::uint64_t>((clock::now() - start).count()); }
double seconds_since(clock::time_point start) { return static_cast<double>(ns_since(start)) / 1e9; }

process_figures own_figures() { return read_process(getpid()).value_or(process_figures{}); }

/// From here on: time, processor time, bytes.
class meter {
public:
  work_figures read(std::size_t rows, histogram calls) const {
    work_figures f;
    f.rows = rows;
    f.seconds = seconds_since(start_);
    f.cpu_seconds = own_figures().cpu_seconds - before_.cpu_seconds;
    f.written_bytes = written();
    f.call_ns = std::move(calls);
    return f;
  }
  std::uint64_t written() const {
    const auto now = own_figures().written_bytes;
    return now > before_.written_bytes ? now - before_.written_bytes : 0;
  }

private:
  process_figures before_ = own_figures();
  clock::time_point start_ = clock::now();
};

} // namespace

script make_script(const recording& from, std::size_t first, std::size_t count, std::size_t batch_rows,
                   std::size_t slice_rows) {
  script made;
  const auto end = first + std::min(count, from.rows.size() - std::min(first, from.rows.size()));
  std::vector<script::slice> open(from.shards);
  auto key = std::lower_bound(from.keys.begin(), from.keys.end(), first,
                              [](const recording::fresh_key& k, std::size_t row) { return k.row < row; });
  for (std::size_t i = first; i < end; ++i, ++made.rows) {
    if (made.rows % batch_rows == 0)
      made.batches.emplace_back().rows.reserve(std::min(batch_rows, end - i));
    const auto& row = from.rows[i];
    made.batches.back().rows.push_back(row);
    for (; key != from.keys.end() && key->row == i; ++key)
      made.batches.back().keys.push_back(key->key);
    auto& slice = open[row.shard];
    slice.shard = row.shard;
    slice.rows.push_back(row);
    slice.after = made.batches.size();
    if (slice.rows.size() == slice_rows)
      made.slices.push_back(std::exchange(slice, {}));
  }
  for (auto& slice : open)
    if (!slice.rows.empty())
      made.slices.push_back(std::move(slice));
  std::stable_sort(made.slices.begin(), made.slices.end(),
                   [](const auto& a, const auto& b) { return a.after < b.after; });
  return made;
}

result<store_driver> store_driver::take(persistence::store& where) {
  std::vector<owned_shard> shards;
  for (shard_id shard = 0; shard < where.shard_count(); ++shard) {
    const auto opened = where.open_shard(shard);
    if (!opened)
      return opened.error();
    shards.push_back({opened->epoch, opened->last_seq});
  }
  return store_driver(where, std::move(shards));
}

void store_driver::adopt(script& next) {
  auto ahead = shards_;
  for (auto& batch : next.batches)
    for (auto& row : batch.rows) {
      row.epoch = ahead[row.shard].epoch;
      row.seq = ++ahead[row.shard].last_seq;
    }
  for (auto& slice : next.slices) // of one shard in the same order
    for (auto& row : slice.rows) {
      row.epoch = shards_[row.shard].epoch;
      row.seq = ++shards_[row.shard].last_seq;
    }
}

result<void> store_driver::append(const script::batch& one, histogram& times) {
  const auto start = clock::now();
  const auto outcomes = where_->append(one.rows, one.keys);
  times.add(ns_since(start));
  if (!outcomes)
    return outcomes.error();
  for (const auto& o : *outcomes)
    if (o.outcome != append_outcome::committed)
      return make_error(errc::fenced, "shard " + std::to_string(o.shard) + " was taken by somebody else");
  return {};
}

result<void> store_driver::fold(const script::slice& one, histogram& times) {
  const auto start = clock::now();
  const auto reached = where_->fold(one.shard, one.rows.front().epoch, one.rows);
  times.add(ns_since(start));
  if (!reached)
    return reached.error();
  return {};
}

result<work_figures> store_driver::append_all(const script& what) {
  histogram times;
  const meter from_here;
  for (const auto& batch : what.batches)
    if (auto done = append(batch, times); !done)
      return done.error();
  return from_here.read(what.rows, std::move(times));
}

result<work_figures> store_driver::fold_all(const script& what) {
  histogram times;
  const meter from_here;
  for (const auto& slice : what.slices)
    if (auto done = fold(slice, times); !done)
      return done.error();
  return from_here.read(what.rows, std::move(times));
}

result<beside_figures> store_driver::append_and_fold(const script& what) {
  beside_figures found;
  std::atomic<std::size_t> appended{0};
  std::atomic<bool> failed{false};
  std::atomic<std::size_t> folded_rows{0};
  histogram fold_times;
  std::optional<error> fold_error;
  const meter from_here;
  std::thread folder([&] {
    for (const auto& slice : what.slices) {
      for (auto now = appended.load(); now < slice.after && !failed.load(); now = appended.load())
        appended.wait(now);
      if (failed.load())
        return;
      if (auto done = fold(slice, fold_times); !done) {
        fold_error = done.error();
        return;
      }
      folded_rows.fetch_add(slice.rows.size());
    }
  });
  histogram append_times;
  std::optional<error> append_error;
  for (const auto& batch : what.batches) {
    if (auto done = append(batch, append_times); !done) {
      append_error = done.error();
      failed.store(true);
      appended.fetch_add(1); // wakes the folder
      appended.notify_all();
      break;
    }
    appended.fetch_add(1);
    appended.notify_all();
  }
  found.appends = from_here.read(what.rows, std::move(append_times));
  found.folds.rows = folded_rows.load();
  found.folds.seconds = found.appends.seconds;
  const auto last_append = clock::now();
  folder.join();
  found.caught_up_s = seconds_since(last_append);
  found.written_bytes = from_here.written();
  found.folds.call_ns = std::move(fold_times);
  if (append_error)
    return *append_error;
  if (fold_error)
    return *fold_error;
  return found;
}

result<bool> store_driver::is_complete() {
  for (shard_id shard = 0; shard < where_->shard_count(); ++shard) {
    const auto opened = where_->open_shard(shard);
    if (!opened)
      return opened.error();
    if (opened->last_seq != shards_[shard].last_seq || opened->folded_seq != shards_[shard].last_seq)
      return false;
  }
  return true;
}

} // namespace wakala::bench
