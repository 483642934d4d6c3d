#include "persistence/sqlite/append_log.hpp"

#include "persistence/fold_rules.hpp"
#include "persistence/row_codec.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/stored_rows.hpp"

#include <sqlite3.h>

#include <algorithm>

namespace wakala::persistence::sqlite {

namespace {

/// A mark every so many rows: opening reads at most this many rows to learn where each shard ends.
constexpr std::size_t mark_interval = 1024;

/// Rows stand in values of about this size, so that no reader has to hold a huge one.
constexpr std::size_t value_size = 1U << 20U;

constexpr const char* insert_rows_sql = "INSERT INTO journal (id, rows) VALUES (?1, ?2)";

constexpr const char* insert_mark_sql = "INSERT INTO journal_marks (id, positions) VALUES (?1, ?2)";
constexpr const char* last_mark_sql = "SELECT id, positions FROM journal_marks ORDER BY id DESC LIMIT 1";
constexpr const char* rows_from_sql = "SELECT id, rows FROM journal WHERE id >= ?1 ORDER BY id";
constexpr const char* read_leases_sql = "SELECT shard, epoch, last_seq FROM shard_leases";
constexpr const char* put_lease_sql =
    "INSERT OR REPLACE INTO shard_leases (shard, epoch, last_seq) VALUES (?1, ?2, ?3)";

constexpr const char* put_wrapped_sql =
    "INSERT OR REPLACE INTO conversation_keys (tenant, conversation, wrapped, digest) VALUES (?1, ?2, ?3, ?4)";
constexpr const char* erase_wrapped_sql = "DELETE FROM conversation_keys WHERE tenant = ?1";

result<void> prepare_all(const connection& db, std::initializer_list<std::pair<statement*, const char*>> all) {
  for (const auto& [where, sql] : all) {
    auto made = statement::prepare(db, sql);
    if (!made)
      return made.error();
    *where = std::move(*made);
  }
  return {};
}

} // namespace

result<void> key_table::ensure_open() {
  if (open_)
    return {};
  auto db = connection::open(path_, access::read_write, setup_keys);
  if (!db)
    return db.error();
  auto made = std::make_unique<open_file>();
  made->db = std::move(*db);
  made->db.watch_wal(*wal_pages_);
  auto transactions = transaction_statements::prepare(made->db);
  if (!transactions)
    return transactions.error();
  made->transactions = std::move(*transactions);
  auto done = prepare_all(made->db, {{&made->put, put_wrapped_sql}, {&made->erase, erase_wrapped_sql}});
  if (!done)
    return done.error();
  open_ = std::move(made);
  return {};
}

result<void> key_table::try_put(const std::vector<const wrapped_key*>& keys) {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  auto tx = transaction::begin(open_->transactions);
  if (!tx)
    return tx.error();
  for (const wrapped_key* key : keys) {
    const std::string_view conversation = view_of(key->conversation.bytes);
    auto done = open_->put.bind_text(1, key->tenant)
                    .bind_bytes(2, conversation)
                    .bind_bytes(3, key->wrapped)
                    .bind(4, std::int64_t{key_digest(key->tenant, conversation, key->wrapped)})
                    .run();
    if (!done)
      return done.error();
  }
  return tx->commit();
}

result<void> key_table::put(const std::vector<const wrapped_key*>& keys) {
  auto done = try_put(keys);
  if (!done)
    open_.reset(); // whatever is wrong with the handle, the next call starts with a new one
  return done;
}

result<void> key_table::try_erase(const tenant_id& tenant) {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  {
    auto tx = transaction::begin(open_->transactions);
    if (!tx)
      return tx.error();
    auto done = open_->erase.bind_text(1, tenant).run();
    if (!done)
      return done.error();
    done = tx->commit();
    if (!done)
      return done.error();
  }
  // The keys are in older pages of the log until it is cut. A reader in the way leaves that to the next checkpoint.
  static_cast<void>(
      sqlite3_wal_checkpoint_v2(open_->db.handle(), "main", SQLITE_CHECKPOINT_TRUNCATE, nullptr, nullptr));
  return {};
}

result<void> key_table::erase(const tenant_id& tenant) {
  auto done = try_erase(tenant);
  if (!done)
    open_.reset();
  return done;
}

append_log::append_log(const file_layout& files, std::uint32_t shard_count, std::atomic<int>& wal_pages,
                       std::atomic<int>& key_wal_pages)
    : path_(files.journal), shard_count_(shard_count), wal_pages_(&wal_pages), keys_(files.keys, key_wal_pages),
      leases_(shard_count), share_of_(shard_count) {}

result<void> append_log::ensure_open() {
  if (open_)
    return {};
  loaded_ = false;
  auto db = connection::open(path_, access::read_write, setup_journal);
  if (!db)
    return db.error();
  auto made = std::make_unique<open_file>();
  made->db = std::move(*db);
  made->db.watch_wal(*wal_pages_);
  auto transactions = transaction_statements::prepare(made->db);
  if (!transactions)
    return transactions.error();
  made->transactions = std::move(*transactions);
  auto done = prepare_all(made->db, {{&made->insert_rows, insert_rows_sql},
                                     {&made->insert_mark, insert_mark_sql},
                                     {&made->last_mark, last_mark_sql},
                                     {&made->rows_from, rows_from_sql},
                                     {&made->read_leases, read_leases_sql},
                                     {&made->put_lease, put_lease_sql}});
  if (!done)
    return done.error();
  open_ = std::move(made);
  return {};
}

unsigned append_log::data_version() const {
  unsigned version = 0;
  sqlite3_file_control(open_->db.handle(), "main", SQLITE_FCNTL_DATA_VERSION, &version);
  return version;
}

result<void> append_log::refresh() {
  // Inside the write transaction, so the answer holds until its end. Only one process serves a store, and all its
  // appends come through here; the check costs nothing and keeps that assumption from ever being trusted blindly.
  if (loaded_ && data_version() == seen_version_)
    return {};
  loaded_ = false;
  auto done = load();
  if (!done)
    return done;
  loaded_ = true;
  return {};
}

result<void> append_log::load() {
  leases_.assign(shard_count_, lease{});
  for (;;) {
    auto row = open_->read_leases.next();
    if (!row)
      return row.error();
    if (!*row)
      break;
    const std::uint64_t shard = open_->read_leases.unsigned_number(0);
    if (shard < shard_count_)
      leases_[static_cast<std::size_t>(shard)] = {open_->read_leases.unsigned_number(1),
                                                  open_->read_leases.unsigned_number(2)};
  }
  next_id_ = 1;
  {
    const reset_guard guard(open_->last_mark);
    auto row = open_->last_mark.next();
    if (!row)
      return row.error();
    if (*row) {
      next_id_ = open_->last_mark.number(0);
      for (shard_id shard = 0; shard < shard_count_; ++shard)
        leases_[shard].last_seq = std::max(leases_[shard].last_seq, position_in(open_->last_mark.text(1), shard));
    }
  }
  unmarked_rows_ = 0;
  const reset_guard guard(open_->rows_from);
  open_->rows_from.bind(1, next_id_);
  for (;;) {
    auto found = open_->rows_from.next();
    if (!found)
      return found.error();
    if (!*found)
      return {};
    next_id_ = open_->rows_from.number(0) + 1;
    for (std::string_view rest = open_->rows_from.text(1); !rest.empty(); ++unmarked_rows_) {
      const auto row = take_row(rest);
      if (!row)
        return row.error();
      if (row->place.shard < shard_count_) {
        std::uint64_t& last = leases_[row->place.shard].last_seq;
        last = std::max(last, row->place.seq);
      }
    }
  }
}

result<std::vector<lease>> append_log::leases() {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  auto tx = transaction::begin(open_->transactions);
  if (!tx)
    return tx.error();
  auto fresh = refresh();
  if (!fresh)
    return fresh.error();
  loaded_ = false; // rolled back: the version was that of this transaction
  return leases_;
}

result<lease> append_log::try_take(shard_id shard) {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  auto tx = transaction::begin(open_->transactions);
  if (!tx)
    return tx.error();
  auto fresh = refresh();
  if (!fresh)
    return fresh.error();
  lease next = leases_[shard];
  ++next.epoch;
  auto done = open_->put_lease.bind(1, std::int64_t{shard}).bind_u64(2, next.epoch).bind_u64(3, next.last_seq).run();
  if (!done)
    return done.error();
  done = tx->commit();
  if (!done)
    return done.error();
  seen_version_ = data_version();
  leases_[shard] = next;
  return next;
}

result<lease> append_log::take(shard_id shard) {
  if (shard >= shard_count_)
    return no_such_shard(shard);
  auto done = try_take(shard);
  if (!done)
    open_.reset();
  return done;
}

result<std::vector<shard_outcome>> append_log::append(const std::vector<row_ptr>& batch,
                                                      const std::vector<wrapped_key>& new_keys) {
  auto done = try_append(batch, new_keys);
  for (const share& s : shares_)
    share_of_[s.shard] = 0;
  shares_.clear();
  if (!done) {
    loaded_ = false; // the next call reads what really reached the disk
    if (done.error().code != errc::invalid_argument)
      open_.reset();
  }
  return done;
}

result<std::vector<shard_outcome>> append_log::try_append(const std::vector<row_ptr>& batch,
                                                          const std::vector<wrapped_key>& new_keys) {
  auto ready = ensure_open();
  if (!ready)
    return ready.error();
  auto tx = transaction::begin(open_->transactions);
  if (!tx)
    return tx.error();
  auto done = refresh();
  if (!done)
    return done.error();
  seen_version_ = data_version();
  done = split(batch);
  if (!done)
    return done.error();
  std::vector<shard_outcome> outcomes;
  outcomes.reserve(shares_.size());
  bool any = false;
  for (const share& s : shares_) {
    outcomes.push_back({s.shard, s.fenced ? append_outcome::fenced : append_outcome::committed});
    any = any || !s.fenced;
  }
  // Keys first: a row whose key is lost could never be read, a key without a row harms nobody.
  if (any || !new_keys.empty())
    done = put_keys(batch, new_keys);
  if (done && any)
    done = put_mark();
  if (done && any)
    done = put_rows(batch);
  if (!done)
    return done.error();
  if (!any)
    return outcomes;
  done = tx->commit();
  if (!done)
    return done.error();
  seen_version_ = data_version();
  for (const share& s : shares_)
    if (!s.fenced)
      leases_[s.shard].last_seq = s.last_seq;
  return outcomes;
}

result<void> append_log::split(const std::vector<row_ptr>& batch) {
  for (const row_ptr& row : batch) {
    if (row->shard >= shard_count_)
      return no_such_shard(row->shard);
    std::uint32_t& at = share_of_[row->shard];
    if (at == 0) {
      shares_.push_back({row->shard, leases_[row->shard].last_seq, false});
      at = static_cast<std::uint32_t>(shares_.size());
    }
    if (row->epoch == 0 || row->epoch != leases_[row->shard].epoch)
      shares_[at - 1].fenced = true;
  }
  for (const row_ptr& row : batch) {
    share& s = shares_[share_of_[row->shard] - 1];
    if (s.fenced)
      continue;
    if (row->seq != s.last_seq + 1)
      return make_error(errc::invalid_argument, "journal rows of shard " + std::to_string(row->shard) +
                                                    " must continue at " + std::to_string(s.last_seq + 1) +
                                                    ", not at " + std::to_string(row->seq));
    s.last_seq = row->seq;
  }
  return {};
}

result<void> append_log::put_keys(const std::vector<row_ptr>& batch, const std::vector<wrapped_key>& new_keys) {
  if (new_keys.empty())
    return {};
  fresh_keys_.clear();
  const bool any_fenced = std::any_of(shares_.begin(), shares_.end(), [](const share& s) { return s.fenced; });
  for (const wrapped_key& key : new_keys) {
    // An owner that was fenced must not replace a key that its successor has written.
    const bool refused = any_fenced && std::any_of(batch.begin(), batch.end(), [&](const row_ptr& row) {
                           return row->conversation == key.conversation && row->tenant == key.tenant && fenced(*row);
                         });
    if (!refused)
      fresh_keys_.push_back(&key);
  }
  if (fresh_keys_.empty())
    return {};
  return keys_.put(fresh_keys_);
}

result<void> append_log::put_mark() {
  if (unmarked_rows_ < mark_interval)
    return {};
  std::vector<std::uint64_t> positions(leases_.size());
  std::transform(leases_.begin(), leases_.end(), positions.begin(), [](const lease& l) { return l.last_seq; });
  const bytes encoded = encode_positions(positions);
  auto done = open_->insert_mark.bind(1, next_id_).bind_bytes(2, encoded).run();
  if (done)
    unmarked_rows_ = 0; // undone together with the connection when the transaction fails
  return done;
}

result<void> append_log::put_rows(const std::vector<row_ptr>& batch) {
  encoded_.clear();
  for (const row_ptr& row : batch) {
    if (fenced(*row))
      continue;
    append_row(*row, encoded_);
    ++unmarked_rows_;
    if (encoded_.size() >= value_size) {
      auto done = flush_rows();
      if (!done)
        return done;
    }
  }
  if (encoded_.empty())
    return {};
  return flush_rows();
}

result<void> append_log::flush_rows() {
  auto done = open_->insert_rows.bind(1, next_id_++).bind_bytes(2, encoded_).run();
  encoded_.clear();
  if (encoded_.capacity() > 4 * value_size) // a large commit must not keep its room for ever
    encoded_.shrink_to_fit();
  return done;
}

} // namespace wakala::persistence::sqlite
