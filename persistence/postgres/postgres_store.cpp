#include "persistence/postgres/postgres_store.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/postgres/appender.hpp"
#include "persistence/postgres/folder.hpp"
#include "persistence/postgres/pool.hpp"
#include "persistence/postgres/reader.hpp"
#include "persistence/postgres/schema.hpp"
#include "persistence/postgres/serving_guard.hpp"
#include "persistence/postgres/values.hpp"

#include <algorithm>
#include <atomic>
#include <limits>
#include <map>
#include <set>

namespace wakala::persistence {

namespace {

using postgres::connection;
using postgres::parameters;

#define WAKALA_COUNT_CHANGE "changes AS (UPDATE facts SET value = value + 1 WHERE name = 'tenants_version')"
// The same once more is no conflict: a change whose answer was lost is repeated.
constexpr const char* put_tenant_sql =
    "WITH " WAKALA_COUNT_CHANGE
    " INSERT INTO tenants AS t (id, shard, wrapped_key, config, version) VALUES ($1, $2::int4, $3, $4, $5)"
    " ON CONFLICT (id) DO UPDATE SET shard = excluded.shard, wrapped_key = excluded.wrapped_key,"
    " config = excluded.config, version = excluded.version"
    " WHERE t.version < excluded.version OR"
    " (t.version, t.config, t.wrapped_key) = (excluded.version, excluded.config, excluded.wrapped_key)";
constexpr const char* erase_tenant_sql =
    "WITH " WAKALA_COUNT_CHANGE ", keys AS (DELETE FROM conversation_keys WHERE tenant = $1)"
    " DELETE FROM tenants WHERE id = $1";
#undef WAKALA_COUNT_CHANGE
constexpr const char* put_meta_sql =
    "INSERT INTO meta (name, value) VALUES ($1, $2) ON CONFLICT (name) DO UPDATE SET value = excluded.value";
constexpr const char* drop_keys_sql = "DELETE FROM event_keys WHERE shard = $1::int4 AND"
                                      " (bucket <> 0 AND bucket < $2 OR bucket = 0 AND at < $3)";

/// How far the owner of a shard has come, as this process knows it.
struct own_position {
  std::uint64_t epoch = 0; ///< 0: not ours
  std::uint64_t last_seq = 0;
  bool is_known = false; ///< not after an append of which we do not know how it ended
};

postgres::session of_writers() { return {}; }

postgres::session of_readers() {
  postgres::session out;
  out.statement_timeout = std::chrono::milliseconds{4'000};
  out.answer_timeout = std::chrono::milliseconds{5'000};
  return out;
}

/// Waits for writers, which are given up by the server before.
postgres::session of_takers() {
  postgres::session out;
  out.statement_timeout = std::chrono::milliseconds{3'000};
  out.answer_timeout = std::chrono::milliseconds{4'000};
  return out;
}

postgres::session of_makers() {
  postgres::session out;
  out.statement_timeout = std::chrono::milliseconds{60'000};
  out.transaction_idle_max = std::chrono::milliseconds{60'000};
  out.answer_timeout = std::chrono::milliseconds{61'000};
  return out;
}

class postgres_store final : public store {
public:
  postgres_store(const postgres_options& options, std::string application)
      : node_(options.node), from_(options.url, std::move(application)), writers_(from_, of_writers(), 1),
        folders_(from_, of_writers(), 1), takers_(from_, of_takers(), 2),
        readers_(from_, of_readers(), std::max<std::size_t>(options.readers, 1)), own_(options.shard_count) {}

  result<void> prepare(serving serves) {
    if (serves != serving::nothing) {
      auto guard = postgres::serving_guard::take(from_, serves == serving::in_cluster);
      if (!guard)
        return guard.error();
      guard_.emplace(std::move(*guard));
    }
    auto maker = from_.open(of_makers());
    if (!maker)
      return maker.error();
    return postgres::prepare_database(*maker, shard_count());
  }

  std::uint32_t shard_count() const noexcept override { return static_cast<std::uint32_t>(own_.size()); }

  using store::open_shard;
  result<opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> seen) override {
    if (shard >= own_.size())
      return no_such_shard(shard);
    {
      const std::lock_guard lock(own_mutex_);
      own_[shard] = own_position{};
    }
    const auto taken = takers_.read([&](connection& on) { return postgres::take_shard(on, shard, node_, seen); });
    if (!taken)
      return taken.error();
    if (taken->folded_seq > taken->last_seq)
      return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the tables hold more than the journal");
    auto tail = readers_.read([&](connection& on) {
      return postgres::journal(on, shard, taken->folded_seq, std::numeric_limits<std::size_t>::max());
    });
    if (!tail)
      return tail.error();
    std::uint64_t expected = taken->folded_seq;
    for (const journal_row& row : *tail)
      if (row.seq != ++expected)
        return make_error(errc::corrupt, "shard " + std::to_string(shard) + ": the journal has a gap before " +
                                             std::to_string(row.seq));
    if (expected < taken->last_seq) // a stand-in of the server that has not got everything the other had said yes to
      return make_error(errc::unavailable, "shard " + std::to_string(shard) + ": the journal ends before " +
                                               std::to_string(taken->last_seq));
    const auto last_at = tail->empty() ? time_of(shard, taken->folded_seq) : tail->back().at;
    const std::lock_guard lock(own_mutex_);
    own_[shard] = {taken->epoch, taken->last_seq, true};
    return opened_shard{taken->epoch, taken->last_seq, taken->folded_seq, last_at, share(std::move(*tail))};
  }

  using store::append;
  using store::fold;

  result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                            const std::vector<wrapped_key>& new_keys) override {
    const std::lock_guard one_at_a_time(append_mutex_);
    auto planned = plan(batch);
    if (!planned)
      return planned.error();
    auto& outcomes = *planned;
    std::map<shard_id, shard_outcome*> open;
    for (shard_outcome& outcome : outcomes)
      if (outcome.outcome == append_outcome::committed)
        open[outcome.shard] = &outcome;
    if (open.empty())
      return outcomes;
    std::map<shard_id, std::uint64_t> epochs;
    for (const row_ptr& row : batch)
      epochs[row->shard] = row->epoch;
    std::vector<row_ptr> rows;
    std::copy_if(batch.begin(), batch.end(), std::back_inserter(rows),
                 [&](const row_ptr& row) { return open.contains(row->shard); });
    const auto written = writers_.run([&](connection& on) { return postgres::append_rows(on, rows, new_keys); });
    const std::lock_guard lock(own_mutex_);
    if (!written) {
      for (const row_ptr& row : rows)
        if (own_[row->shard].epoch == row->epoch)
          own_[row->shard].is_known = false;
      return written.error();
    }
    const std::set<shard_id> committed(written->begin(), written->end());
    for (auto& [shard, outcome] : open)
      if (!committed.contains(shard)) {
        outcome->outcome = append_outcome::fenced;
        if (own_[shard].epoch == epochs[shard])
          own_[shard] = own_position{};
      }
    for (const row_ptr& row : rows)
      if (own_[row->shard].epoch == row->epoch)
        own_[row->shard].last_seq = row->seq;
    return outcomes;
  }

  std::vector<result<std::uint64_t>> fold(const std::vector<fold_part>& parts) override {
    const std::lock_guard one_at_a_time(fold_mutex_);
    std::vector<postgres::part_in_work> works(parts.size());
    for (std::size_t i = 0; i < parts.size(); ++i) {
      works[i].part = &parts[i];
      if (parts[i].shard >= own_.size()) {
        works[i].reached = no_such_shard(parts[i].shard);
        works[i].is_done = true;
      }
    }
    const auto is_open = [](const postgres::part_in_work& work) { return !work.is_done; };
    while (std::any_of(works.begin(), works.end(), is_open)) {
      const auto done =
          folders_.run([&](connection& on) { return postgres::fold_some(on, works, fold_rows_at_once_); });
      if (done) {
        fold_rows_at_once_ = std::min(fold_rows_at_once_ * 2, most_rows_at_once);
        continue;
      }
      // Perhaps it took longer than a statement may: the next try is for less.
      fold_rows_at_once_ = std::max(fold_rows_at_once_ / 2, fewest_rows_at_once);
      for (auto& work : works)
        if (is_open(work)) {
          work.reached = done.error();
          work.is_done = true;
        }
    }
    std::vector<result<std::uint64_t>> reached;
    reached.reserve(works.size());
    for (auto& work : works)
      reached.push_back(std::move(work.reached));
    return reached;
  }

  result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key) override {
    return readers_.read([&](connection& on) { return postgres::get(on, tenant, where, key); });
  }
  result<std::vector<stored_value>> range(const range_query& query) override {
    return readers_.read([&](connection& on) { return postgres::range(on, query); });
  }
  result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit) override {
    return readers_.read([&](connection& on) { return postgres::due(on, shard, where, until, limit); });
  }
  result<bool> has_event_key(shard_id shard, const event_key& key) override {
    return readers_.read([&](connection& on) { return postgres::has_event_key(on, shard, key); });
  }
  result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) override {
    return readers_.read([&](connection& on) { return postgres::event_time(on, shard, key); });
  }
  result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket, std::size_t limit) override {
    return readers_.read([&](connection& on) { return postgres::event_keys(on, shard, newest_bucket, limit); });
  }
  result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) override {
    if (shard >= own_.size())
      return no_such_shard(shard);
    return readers_.read([&](connection& on) { return postgres::journal(on, shard, after_seq, limit); });
  }
  result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit) override {
    if (shard >= own_.size())
      return no_such_shard(shard);
    return readers_.read([&](connection& on) { return postgres::journal_since(on, shard, from, limit); });
  }
  result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                const conversation_id& conversation) override {
    return readers_.read([&](connection& on) { return postgres::conversation_key(on, tenant, conversation); });
  }
  result<std::vector<tenant_row>> tenants() override {
    return readers_.read([](connection& on) { return postgres::tenants(on); });
  }
  result<std::optional<bytes>> get_meta(std::string_view name) override {
    return readers_.read([&](connection& on) { return postgres::get_meta(on, name); });
  }

  // What follows is nobody's shard: administration, which may be repeated, and the forgetting of keys by their age,
  // which comes to the same whoever does it.

  result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) override {
    std::uint64_t dropped = 0;
    for (shard_id shard = 0; shard < own_.size(); ++shard) {
      const auto done = postgres::change(
          readers_, drop_keys_sql,
          parameters{}.int4(postgres::to_int4(shard)).int8(std::int64_t{bucket_before}).int8(committed_before));
      if (!done)
        return done.error();
      dropped += *done;
    }
    return dropped;
  }
  result<void> put_tenant(const tenant_row& row) override {
    const auto done = postgres::change(readers_, put_tenant_sql,
                                       parameters{}
                                           .text(row.id)
                                           .int4(postgres::to_int4(row.shard))
                                           .blob(row.wrapped_key)
                                           .blob(row.config)
                                           .int8(postgres::to_int8(row.version)));
    if (!done)
      return done.error();
    if (*done == 0)
      return make_error(errc::conflict, "the tenant was changed at the same time: read it and try again");
    return {};
  }
  result<void> erase_tenant(const tenant_id& id) override {
    return postgres::change_any(readers_, erase_tenant_sql, parameters{}.text(id));
  }
  result<void> put_meta(std::string_view name, const bytes& value) override {
    return postgres::change_any(readers_, put_meta_sql, parameters{}.text(name).blob(value));
  }

private:
  /// Of one row; 0 when it cannot be read: nothing else needs a row that is in the tables.
  time_ms time_of(shard_id shard, std::uint64_t seq) {
    if (seq == 0)
      return 0;
    const auto row = readers_.read([&](connection& on) { return postgres::journal(on, shard, seq - 1, 1); });
    return row && !row->empty() ? row->front().at : 0;
  }

  /// What is to be said of each shard before the database is asked.
  result<std::vector<shard_outcome>> plan(const std::vector<row_ptr>& batch) {
    struct state {
      std::uint64_t last = 0;
      bool is_fenced = false;
      bool is_known = true;
    };
    std::map<shard_id, state> seen;
    std::vector<shard_outcome> outcomes;
    const std::lock_guard lock(own_mutex_);
    for (const row_ptr& row : batch) {
      if (row->shard >= own_.size())
        return no_such_shard(row->shard);
      const own_position& own = own_[row->shard];
      const auto [at, is_first] = seen.try_emplace(row->shard, state{own.last_seq, false, own.is_known});
      if (is_first)
        outcomes.push_back({row->shard, append_outcome::committed});
      at->second.is_fenced = at->second.is_fenced || row->epoch == 0 || row->epoch != own.epoch;
    }
    for (const row_ptr& row : batch) {
      auto& of = seen.at(row->shard);
      if (!of.is_fenced && !of.is_known)
        return make_error(errc::unavailable, "shard " + std::to_string(row->shard) + " must be opened again");
      if (!of.is_fenced && row->seq != of.last + 1)
        return make_error(errc::invalid_argument, "journal rows of a shard must follow each other without a gap");
      of.last = row->seq;
    }
    for (shard_outcome& outcome : outcomes)
      if (seen.at(outcome.shard).is_fenced)
        outcome.outcome = append_outcome::fenced;
    return outcomes;
  }

  /// Few enough for the lock on the leases to be short.
  static constexpr std::size_t most_rows_at_once = 1'000;
  static constexpr std::size_t fewest_rows_at_once = 32;

  const std::string node_;
  postgres::connector from_;
  postgres::pool writers_;
  postgres::pool folders_;
  postgres::pool takers_;
  postgres::pool readers_;
  std::optional<postgres::serving_guard> guard_;
  std::mutex append_mutex_;
  std::mutex fold_mutex_;
  std::size_t fold_rows_at_once_ = most_rows_at_once;
  std::mutex own_mutex_;
  std::vector<own_position> own_;
};

} // namespace

result<std::unique_ptr<store>> open_postgres_store(const postgres_options& options) {
  constexpr std::uint32_t most_shards = 65'536;
  if (options.shard_count == 0 || options.shard_count > most_shards)
    return make_error(errc::invalid_argument, "a store has 1 to 65536 shards", "cluster.shard_count");
  if (auto good = postgres::check_url(options.url); !good)
    return good.error();
  auto out = std::make_unique<postgres_store>(options, "wakalad " + options.node);
  auto prepared = out->prepare(options.serves);
  if (!prepared)
    return prepared.error();
  return std::unique_ptr<store>(std::move(out));
}

} // namespace wakala::persistence
