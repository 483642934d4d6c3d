#include "tests/actors/support/scripted_store.hpp"

namespace wakala::actors::test {

using namespace persistence;

void scripted_store::on_append(append_script script) {
  const std::lock_guard lock(mutex_);
  append_script_ = std::move(script);
}

void scripted_store::on_fold(fold_script script) {
  const std::lock_guard lock(mutex_);
  fold_script_ = std::move(script);
}

void scripted_store::on_conversation_key(std::function<bool(const conversation_id&)> script) {
  const std::lock_guard lock(mutex_);
  key_script_ = std::move(script);
}

result<opened_shard> scripted_store::open_shard(shard_id shard, std::optional<std::uint64_t> seen) {
  if (broken_)
    return down();
  return inner_->open_shard(shard, seen);
}

result<std::vector<shard_outcome>> scripted_store::append(const std::vector<row_ptr>& batch,
                                                          const std::vector<wrapped_key>& keys) {
  append_script script;
  {
    const std::lock_guard lock(mutex_);
    script = append_script_;
  }
  const auto what = broken_ ? fault::before : (script ? script(batch) : fault::none);
  if (what == fault::before)
    return down();
  auto outcomes = inner_->append(batch, keys);
  ++appends_;
  if (what == fault::after)
    return down();
  return outcomes;
}

std::vector<result<std::uint64_t>> scripted_store::fold(const std::vector<fold_part>& parts) {
  fold_script script;
  {
    const std::lock_guard lock(mutex_);
    script = fold_script_;
  }
  ++folds_;
  std::vector<result<std::uint64_t>> reached;
  for (const auto& part : parts) {
    const auto what = broken_ ? fault::before : (script ? script(part.shard) : fault::none);
    auto done = what == fault::before ? result<std::uint64_t>(down()) : inner_->fold({part}).front();
    reached.push_back(what == fault::after ? result<std::uint64_t>(down()) : std::move(done));
  }
  return reached;
}

result<std::optional<bytes>> scripted_store::get(const tenant_id& tenant, table where, const bytes& key) {
  if (where == table::identity)
    ++names_looked_up_;
  if (broken_)
    return down();
  return inner_->get(tenant, where, key);
}

result<std::vector<stored_value>> scripted_store::range(const range_query& query) {
  if (broken_)
    return down();
  return inner_->range(query);
}

result<std::vector<stored_value>> scripted_store::due(shard_id shard, table where, time_ms until, std::size_t limit) {
  if (broken_)
    return down();
  return inner_->due(shard, where, until, limit);
}

result<bool> scripted_store::has_event_key(shard_id shard, const event_key& key) {
  if (broken_)
    return down();
  return inner_->has_event_key(shard, key);
}

result<std::vector<event_key>> scripted_store::event_keys(shard_id shard, std::uint32_t newest_bucket,
                                                          std::size_t limit) {
  if (broken_)
    return down();
  return inner_->event_keys(shard, newest_bucket, limit);
}

result<std::uint64_t> scripted_store::drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) {
  return inner_->drop_event_keys(bucket_before, committed_before);
}

result<std::vector<journal_row>> scripted_store::journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) {
  return inner_->journal(shard, after_seq, limit);
}

result<std::optional<bytes>> scripted_store::conversation_key(const tenant_id& tenant,
                                                              const conversation_id& conversation) {
  decltype(key_script_) script;
  {
    const std::lock_guard lock(mutex_);
    script = key_script_;
  }
  if (broken_ || (script && script(conversation)))
    return down();
  return inner_->conversation_key(tenant, conversation);
}

result<void> scripted_store::put_tenant(const tenant_row& row) { return inner_->put_tenant(row); }

result<void> scripted_store::erase_tenant(const tenant_id& id) { return inner_->erase_tenant(id); }

result<std::vector<tenant_row>> scripted_store::tenants() { return inner_->tenants(); }

result<std::optional<bytes>> scripted_store::get_meta(std::string_view name) { return inner_->get_meta(name); }

result<void> scripted_store::put_meta(std::string_view name, const bytes& value) {
  return inner_->put_meta(name, value);
}

} // namespace wakala::actors::test
