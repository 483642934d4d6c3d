/// \file
/// A store that fails when a test says so. What it wraps stays the truth.
#pragma once

#include "persistence/store.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <mutex>

namespace wakala::actors::test {

/// What happens to one call of `append` or `fold`.
enum class fault : std::uint8_t {
  none,
  before, ///< fails, nothing was written
  after,  ///< was written, but says that it failed
};

/// Thread-safe.
class scripted_store final : public persistence::store {
public:
  using append_script = std::function<fault(const std::vector<persistence::row_ptr>&)>;
  using fold_script = std::function<fault(shard_id)>;

  explicit scripted_store(std::shared_ptr<persistence::store> inner) : inner_(std::move(inner)) {}

  /// Called for each append, on the writer's thread; may block.
  void on_append(append_script script);
  /// Called for each shard of a fold, on the folder's thread; may block.
  void on_fold(fold_script script);
  /// True: the key of this conversation cannot be read.
  void on_conversation_key(std::function<bool(const conversation_id&)> script);
  /// While set, every call but those about tenants fails.
  void break_all(bool broken) { broken_ = broken; }
  std::size_t appends() const { return appends_; }
  std::size_t folds() const { return folds_; }
  /// How often the store was asked whose a name is.
  std::size_t names_looked_up() const { return names_looked_up_; }

  std::uint32_t shard_count() const noexcept override { return inner_->shard_count(); }
  using store::open_shard;
  result<persistence::opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> seen) override;
  using store::append;
  using store::fold;
  result<std::vector<persistence::shard_outcome>> append(const std::vector<persistence::row_ptr>& batch,
                                                         const std::vector<persistence::wrapped_key>& keys) override;
  std::vector<result<std::uint64_t>> fold(const std::vector<persistence::fold_part>& parts) override;
  result<std::optional<bytes>> get(const tenant_id& tenant, persistence::table where, const bytes& key) override;
  result<std::vector<persistence::stored_value>> range(const persistence::range_query& query) override;
  result<std::vector<persistence::stored_value>> due(shard_id shard, persistence::table where, time_ms until,
                                                     std::size_t limit) override;
  result<bool> has_event_key(shard_id shard, const event_key& key) override;
  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) override {
    return inner_->event_time(shard, key);
  }
  result<std::vector<persistence::journal_row>> journal_since(shard_id shard, time_ms from,
                                                              std::size_t limit) override {
    return inner_->journal_since(shard, from, limit);
  }
  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) override;
  result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) override;
  result<std::vector<persistence::journal_row>> journal(shard_id shard, std::uint64_t after_seq,
                                                        std::size_t limit) override;
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                const conversation_id& conversation) override;
  result<void> put_tenant(const persistence::tenant_row& row) override;
  result<void> erase_tenant(const tenant_id& id) override;
  result<std::vector<persistence::tenant_row>> tenants() override;
  result<std::optional<bytes>> get_meta(std::string_view name) override;
  result<void> put_meta(std::string_view name, const bytes& value) override;

private:
  error down() const { return make_error(errc::unavailable, "the test broke the store"); }

  std::shared_ptr<persistence::store> inner_;
  std::mutex mutex_;
  append_script append_script_;
  fold_script fold_script_;
  std::function<bool(const conversation_id&)> key_script_;
  std::atomic<bool> broken_{false};
  std::atomic<std::size_t> appends_{0};
  std::atomic<std::size_t> folds_{0};
  std::atomic<std::size_t> names_looked_up_{0};
};

} // namespace wakala::actors::test
