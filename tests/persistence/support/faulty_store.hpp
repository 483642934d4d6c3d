/// \file
/// A store that fails on request, in front of one that works. For tests of what stands on a store.
#pragma once

#include "persistence/store.hpp"

#include <algorithm>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <set>

namespace wakala::persistence::testing {

/// Thread-safe, as the store behind it.
class faulty_store final : public store {
public:
  explicit faulty_store(std::shared_ptr<store> behind) : behind_(std::move(behind)) {}

  /// The next `times` appends fail and write nothing.
  void fail_appends(std::size_t times, errc code = errc::unavailable) {
    const std::lock_guard lock(mutex_);
    clean_failures_ = times;
    append_code_ = code;
  }
  /// The next `times` appends are written, but answer with an error: the caller cannot know.
  void fail_appends_after_writing(std::size_t times, errc code = errc::unavailable) {
    const std::lock_guard lock(mutex_);
    late_failures_ = times;
    append_code_ = code;
  }
  /// Appends and folds that `chosen` picks by one of their rows fail and write nothing, until it is taken back with
  /// nullptr.
  void fail_rows(std::function<bool(const journal_row&)> chosen) {
    const std::lock_guard lock(mutex_);
    chosen_ = std::move(chosen);
  }
  /// Another owner takes the shard: whatever comes under the present epoch is fenced.
  result<opened_shard> fence(shard_id shard) { return behind_->open_shard(shard); }
  void fail_reads(std::size_t times, errc code = errc::unavailable) {
    const std::lock_guard lock(mutex_);
    read_failures_ = times;
    read_code_ = code;
  }
  void fail_folds(std::size_t times, errc code = errc::unavailable) {
    const std::lock_guard lock(mutex_);
    fold_failures_ = times;
    fold_code_ = code;
  }
  void fail_opens(std::size_t times, errc code = errc::unavailable) {
    const std::lock_guard lock(mutex_);
    open_failures_ = times;
    open_code_ = code;
  }

  /// From now on reads wait inside the store until `release_reads`.
  void hold_reads() { hold(held_reads_); }
  void release_reads() { release(held_reads_); }
  /// From now on appends wait, before anything is written, until `release_appends`.
  void hold_appends() { hold(held_appends_); }
  void release_appends() { release(held_appends_); }
  void hold_folds() { hold(held_folds_); }
  void release_folds() { release(held_folds_); }
  /// Blocks the caller until so many calls are being held.
  void await_held(std::size_t calls) {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return waiting_ >= calls; });
  }

  std::size_t appends() const {
    const std::lock_guard lock(mutex_);
    return appends_;
  }
  std::size_t reads() const {
    const std::lock_guard lock(mutex_);
    return reads_;
  }

  std::uint32_t shard_count() const noexcept override { return behind_->shard_count(); }

  using store::open_shard;
  result<opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> seen) override {
    {
      const std::lock_guard lock(mutex_);
      if (open_failures_ > 0) {
        --open_failures_;
        return failure(open_code_);
      }
    }
    return behind_->open_shard(shard, seen);
  }

  using store::append;
  using store::fold;

  result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                            const std::vector<wrapped_key>& new_keys) override {
    bool late = false;
    errc code = errc::unavailable;
    {
      std::unique_lock lock(mutex_);
      ++appends_;
      wait_while(held_appends_, lock);
      code = append_code_;
      if (clean_failures_ > 0) {
        --clean_failures_;
        return failure(code);
      }
      if (picked(batch))
        return failure(errc::unavailable);
      if (late_failures_ > 0) {
        --late_failures_;
        late = true;
      }
    }
    auto out = behind_->append(batch, new_keys);
    if (late)
      return failure(code);
    return out;
  }

  std::vector<result<std::uint64_t>> fold(const std::vector<fold_part>& parts) override {
    {
      std::unique_lock lock(mutex_);
      wait_while(held_folds_, lock);
      const bool any_picked =
          std::any_of(parts.begin(), parts.end(), [&](const fold_part& part) { return picked(part.rows); });
      if (fold_failures_ > 0 || any_picked) {
        const errc code = fold_failures_ > 0 ? fold_code_ : errc::unavailable;
        fold_failures_ -= fold_failures_ > 0 ? 1U : 0U;
        return std::vector<result<std::uint64_t>>(parts.size(), failure(code));
      }
    }
    return behind_->fold(parts);
  }

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key) override {
    return reading([&] { return behind_->get(tenant, where, key); });
  }
  result<std::vector<stored_value>> range(const range_query& query) override {
    return reading([&] { return behind_->range(query); });
  }
  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit) override {
    return reading([&] { return behind_->due(shard, where, until, limit); });
  }
  result<bool> has_event_key(shard_id shard, const event_key& key) override {
    return reading([&] { return behind_->has_event_key(shard, key); });
  }
  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) override {
    return behind_->event_time(shard, key);
  }
  result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit) override {
    return behind_->journal_since(shard, from, limit);
  }
  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) override {
    return reading([&] { return behind_->event_keys(shard, newest_bucket, limit); });
  }
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) override {
    return reading([&] { return behind_->journal(shard, after_seq, limit); });
  }
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                const conversation_id& conversation) override {
    return reading([&] { return behind_->conversation_key(tenant, conversation); });
  }
  result<std::vector<tenant_row>> tenants() override {
    return reading([&] { return behind_->tenants(); });
  }
  result<std::optional<bytes>> get_meta(std::string_view name) override {
    return reading([&] { return behind_->get_meta(name); });
  }

  result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) override {
    return behind_->drop_event_keys(bucket_before, committed_before);
  }
  result<void> put_tenant(const tenant_row& row) override { return behind_->put_tenant(row); }
  result<void> erase_tenant(const tenant_id& id) override { return behind_->erase_tenant(id); }
  result<void> put_meta(std::string_view name, const bytes& value) override { return behind_->put_meta(name, value); }

private:
  static error failure(errc code) { return make_error(code, "a fault that the test asked for"); }

  bool picked(const std::vector<row_ptr>& rows) const {
    return chosen_ && std::any_of(rows.begin(), rows.end(), [&](const row_ptr& row) { return chosen_(*row); });
  }

  template <class Read>
  auto reading(Read read) -> decltype(read()) {
    {
      std::unique_lock lock(mutex_);
      ++reads_;
      wait_while(held_reads_, lock);
      if (read_failures_ > 0) {
        --read_failures_;
        return failure(read_code_);
      }
    }
    return read();
  }

  void hold(bool& what) {
    const std::lock_guard lock(mutex_);
    what = true;
  }
  void release(bool& what) {
    {
      const std::lock_guard lock(mutex_);
      what = false;
    }
    changed_.notify_all();
  }
  void wait_while(const bool& held, std::unique_lock<std::mutex>& lock) {
    if (!held)
      return;
    ++waiting_;
    changed_.notify_all();
    changed_.wait(lock, [&] { return !held; });
    --waiting_;
  }

  std::shared_ptr<store> behind_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::size_t waiting_ = 0;
  bool held_reads_ = false;
  bool held_appends_ = false;
  bool held_folds_ = false;
  std::size_t clean_failures_ = 0;
  std::size_t late_failures_ = 0;
  std::size_t read_failures_ = 0;
  std::size_t fold_failures_ = 0;
  std::size_t open_failures_ = 0;
  errc append_code_ = errc::unavailable;
  errc read_code_ = errc::unavailable;
  errc fold_code_ = errc::unavailable;
  errc open_code_ = errc::unavailable;
  std::size_t appends_ = 0;
  std::size_t reads_ = 0;
  std::function<bool(const journal_row&)> chosen_;
};

} // namespace wakala::persistence::testing
