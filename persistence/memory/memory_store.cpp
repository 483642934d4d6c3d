#include "persistence/memory/memory_store.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/key_ranges.hpp"

#include <algorithm>
#include <map>
#include <mutex>
#include <set>
#include <tuple>

namespace wakala::persistence {

namespace {

struct shard_state {
  std::uint64_t epoch = 0;
  std::uint64_t folded_seq = 0;
  std::vector<row_ptr> journal; ///< seq 1 stands at 0
  std::map<event_key, time_ms> keys;
};

struct stored_row {
  shard_id shard = 0;
  time_ms due = 0;
  bytes value;
};

class memory_store final : public store {
public:
  explicit memory_store(std::uint32_t shard_count) : shards_(shard_count) {}

  std::uint32_t shard_count() const noexcept override { return static_cast<std::uint32_t>(shards_.size()); }

  using store::open_shard;
  result<opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> /*seen*/) override {
    const std::lock_guard lock(mutex_);
    if (shard >= shards_.size())
      return no_such_shard(shard);
    shard_state& s = shards_[shard];
    ++s.epoch;
    opened_shard out{s.epoch, s.journal.size(), s.folded_seq, s.journal.empty() ? 0 : s.journal.back()->at, {}};
    out.tail.assign(s.journal.begin() + static_cast<std::ptrdiff_t>(s.folded_seq), s.journal.end());
    return out;
  }

  using store::append;
  using store::fold;

  result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                            const std::vector<wrapped_key>& new_keys) override {
    const std::lock_guard lock(mutex_);
    std::vector<shard_outcome> outcomes;
    std::map<shard_id, std::pair<std::uint64_t, bool>> seen; ///< last sequence number, fenced
    for (const row_ptr& row : batch) {
      if (row->shard >= shards_.size())
        return no_such_shard(row->shard);
      const shard_state& s = shards_[row->shard];
      auto [at, first] = seen.try_emplace(row->shard, s.journal.size(), false);
      if (first)
        outcomes.push_back({row->shard, append_outcome::committed});
      at->second.second = at->second.second || row->epoch == 0 || row->epoch != s.epoch;
    }
    for (const row_ptr& row : batch) {
      auto& [last, fenced] = seen.at(row->shard);
      if (!fenced && row->seq != last + 1)
        return make_error(errc::invalid_argument, "journal rows of a shard must follow each other without a gap");
      last = row->seq;
    }
    std::set<std::pair<tenant_id, conversation_id>> refused;
    for (const row_ptr& row : batch)
      if (seen.at(row->shard).second)
        refused.emplace(row->tenant, row->conversation);
    for (const wrapped_key& key : new_keys)
      if (!refused.contains({key.tenant, key.conversation}))
        keys_[{key.tenant, key.conversation}] = key.wrapped;
    for (const row_ptr& row : batch)
      if (!seen.at(row->shard).second)
        shards_[row->shard].journal.push_back(row);
    for (shard_outcome& outcome : outcomes)
      if (seen.at(outcome.shard).second)
        outcome.outcome = append_outcome::fenced;
    return outcomes;
  }

  std::vector<result<std::uint64_t>> fold(const std::vector<fold_part>& parts) override {
    const std::lock_guard lock(mutex_);
    std::vector<result<std::uint64_t>> reached;
    std::transform(parts.begin(), parts.end(), std::back_inserter(reached),
                   [this](const fold_part& part) { return fold_one(part); });
    return reached;
  }

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key) override {
    const std::lock_guard lock(mutex_);
    const auto& rows = tables_[where];
    const auto at = rows.find({tenant, key});
    if (at == rows.end())
      return std::optional<bytes>{};
    return std::optional<bytes>{at->second.value};
  }

  result<std::vector<stored_value>> range(const range_query& query) override {
    const std::lock_guard lock(mutex_);
    const auto interval = interval_of(query);
    std::vector<stored_value> out;
    if (interval.upto && interval.from >= *interval.upto)
      return out;
    const auto& rows = tables_[query.where];
    auto first = rows.lower_bound({query.tenant, interval.from});
    auto last = interval.upto ? rows.lower_bound({query.tenant, *interval.upto})
                              : rows.lower_bound({query.tenant + '\0', bytes{}});
    while (out.size() < query.limit && first != last) {
      const auto& [key, row] = query.backwards ? *--last : *first++;
      out.push_back({query.tenant, key.second, row.value, row.due});
    }
    return out;
  }

  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (!has_due_rows(where))
      return no_due_rows(where);
    std::vector<stored_value> out;
    for (const auto& [key, row] : tables_[where])
      if (row.shard == shard && row.due > 0 && row.due <= until)
        out.push_back({key.first, key.second, row.value, row.due});
    std::sort(out.begin(), out.end(), [](const stored_value& a, const stored_value& b) {
      return std::tie(a.due, a.tenant, a.key) < std::tie(b.due, b.tenant, b.key);
    });
    if (out.size() > limit)
      out.resize(limit);
    return out;
  }

  result<bool> has_event_key(shard_id shard, const event_key& key) override {
    const std::lock_guard lock(mutex_);
    return shard < shards_.size() && shards_[shard].keys.contains(key);
  }

  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) override {
    const std::lock_guard lock(mutex_);
    if (shard >= shards_.size())
      return no_such_shard(shard);
    const auto at = shards_[shard].keys.find(key);
    return at == shards_[shard].keys.end() ? std::optional<time_ms>{} : std::optional<time_ms>{at->second};
  }

  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    std::vector<event_key> out;
    if (shard >= shards_.size())
      return out;
    const auto& keys = shards_[shard].keys;
    event_key last;
    last.bucket = newest_bucket;
    last.hash.fill(0xff);
    for (auto at = std::make_reverse_iterator(keys.upper_bound(last)); at != keys.rend() && out.size() < limit; ++at)
      out.push_back(at->first);
    return out;
  }

  result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) override {
    const std::lock_guard lock(mutex_);
    std::uint64_t dropped = 0;
    for (shard_state& s : shards_)
      dropped += std::erase_if(s.keys, [&](const auto& entry) {
        return entry.first.bucket == 0 ? entry.second < committed_before : entry.first.bucket < bucket_before;
      });
    return dropped;
  }

  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (shard >= shards_.size())
      return no_such_shard(shard);
    const auto& all = shards_[shard].journal;
    std::vector<journal_row> out;
    for (std::uint64_t at = after_seq; at < all.size() && out.size() < limit; ++at)
      out.push_back(*all[static_cast<std::size_t>(at)]);
    return out;
  }

  result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit) override {
    const std::lock_guard lock(mutex_);
    if (shard >= shards_.size())
      return no_such_shard(shard);
    const auto& all = shards_[shard].journal;
    auto at = std::partition_point(all.begin(), all.end(), [from](const row_ptr& row) { return row->at < from; });
    std::vector<journal_row> out;
    for (; at != all.end() && out.size() < limit; ++at)
      out.push_back(**at);
    return out;
  }

  result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                const conversation_id& conversation) override {
    const std::lock_guard lock(mutex_);
    const auto at = keys_.find({tenant, conversation});
    if (at == keys_.end())
      return std::optional<bytes>{};
    return std::optional<bytes>{at->second};
  }

  result<void> put_tenant(const tenant_row& row) override {
    const std::lock_guard lock(mutex_);
    tenants_[row.id] = row;
    return {};
  }

  result<void> erase_tenant(const tenant_id& id) override {
    const std::lock_guard lock(mutex_);
    tenants_.erase(id);
    std::erase_if(keys_, [&](const auto& entry) { return entry.first.first == id; });
    return {};
  }

  result<std::vector<tenant_row>> tenants() override {
    const std::lock_guard lock(mutex_);
    std::vector<tenant_row> out;
    for (const auto& [id, row] : tenants_)
      out.push_back(row);
    return out;
  }

  result<std::optional<bytes>> get_meta(std::string_view name) override {
    const std::lock_guard lock(mutex_);
    const auto at = meta_.find(name);
    if (at == meta_.end())
      return std::optional<bytes>{};
    return std::optional<bytes>{at->second};
  }

  result<void> put_meta(std::string_view name, const bytes& value) override {
    const std::lock_guard lock(mutex_);
    meta_[std::string(name)] = value;
    return {};
  }

private:
  result<std::uint64_t> fold_one(const fold_part& part) {
    if (part.shard >= shards_.size())
      return no_such_shard(part.shard);
    shard_state& s = shards_[part.shard];
    if (part.epoch == 0 || part.epoch != s.epoch)
      return fold_fenced(part.shard);
    const auto done = rows_already_folded(part.shard, s.folded_seq, part.rows);
    if (!done)
      return done.error();
    for (const row_ptr& row : part.rows) {
      if (row->seq <= s.folded_seq)
        continue;
      for (const auto* records : {&row->personal, &row->business})
        for (const record& r : *records)
          apply(part.shard, row->tenant, r);
      if (row->key)
        s.keys[*row->key] = row->at;
      s.folded_seq = row->seq;
    }
    return s.folded_seq;
  }

  void apply(shard_id shard, const tenant_id& tenant, const record& r) {
    auto& rows = tables_[r.where];
    if (r.erase)
      rows.erase({tenant, r.key});
    else
      rows[{tenant, r.key}] = stored_row{shard, r.due, r.value};
  }

  std::mutex mutex_;
  std::vector<shard_state> shards_;
  std::map<table, std::map<std::pair<tenant_id, bytes>, stored_row>> tables_;
  std::map<std::pair<tenant_id, conversation_id>, bytes> keys_;
  std::map<tenant_id, tenant_row> tenants_;
  std::map<std::string, bytes, std::less<>> meta_;
};

} // namespace

std::unique_ptr<store> make_memory_store(std::uint32_t shard_count) {
  return std::make_unique<memory_store>(shard_count);
}

} // namespace wakala::persistence
