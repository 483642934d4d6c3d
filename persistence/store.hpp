/// \file
/// What a commit is, and how state is read back. A store keeps a journal (one row a commit, the truth) and tables
/// that are folds of it, written behind. It knows nothing of shops: values are sealed bytes, keys hold no personal
/// data.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::persistence {

/// The folded tables. Numbers are written into the journal: never reuse one.
enum class table : std::uint8_t {
  conversation = 1,  ///< key: conversation id. One conversation's state
  transcript = 2,    ///< key: conversation id, ordinal (8 bytes). One message, in or out
  delivery = 3,      ///< key: conversation id, ordinal. Latest status of an outbound message
  outbox = 4,        ///< key: conversation id, ordinal; due: next try. A message not yet accepted
  timer = 5,         ///< key: conversation id, name; due: when it fires
  identity = 6,      ///< key: keyed hash of (kind, value). Which conversation a phone number or user id names
  message_ref = 7,   ///< key: keyed hash of a message id. Which conversation and ordinal it names
  tenant_entity = 8, ///< key: a name such as `catalog`
  dead_letter = 9,   ///< key: event key's hash. An event whose handler failed for good
  aside = 10,        ///< key: event key's hash. Signed input that is not (yet) anybody's; due: when it may be dropped
  notice = 11,       ///< key: event key's hash. A management event of the tenant's account
  figures = 12,      ///< key: session id; value: plain JSON of figures without personal data
  order = 13,        ///< key: order id. What a shopper ordered, without personal data
  stock_hold = 14,   ///< key: order id. Pieces that are kept for an order which is not paid yet
};

constexpr table all_tables[] = {table::conversation, table::transcript, table::delivery,    table::outbox,
                                table::timer,        table::identity,   table::message_ref, table::tenant_entity,
                                table::dead_letter,  table::aside,      table::notice,      table::figures,
                                table::order,        table::stock_hold};

/// SQL name of the table, for example `conversations`.
std::string_view table_name(table t) noexcept;

/// Tables whose rows may be asked for by due time.
constexpr bool has_due_rows(table t) noexcept { return t == table::outbox || t == table::timer || t == table::aside; }

/// One change to one row of a folded table, within the row's tenant. The value was sealed by the caller, so that
/// folding moves bytes, needs no key, and gives the same bytes each time.
struct record {
  table where = table::conversation;
  bool erase = false;
  time_ms due = 0; ///< 0: none
  bytes key;
  bytes value;

  bool operator==(const record&) const = default;
};

/// One commit. `personal` records are sealed with the conversation's key, `business` records with the tenant's.
struct journal_row {
  shard_id shard = 0;
  std::uint64_t epoch = 0;
  std::uint64_t seq = 0; ///< 1, 2, 3 … per shard, given by the owner without gaps
  tenant_id tenant;
  conversation_id conversation; ///< nil for commits of the tenant itself
  std::optional<event_key> key; ///< absent for commits that no outside event caused (sends, timers, administration)
  time_ms at = 0;
  bytes hops; ///< ≤ 48 bytes of hop stamps, for tracing
  std::vector<record> personal;
  std::vector<record> business;

  bool operator==(const journal_row&) const = default;
};

/// A commit as writer, unfolded tail and fold share it: made once, never copied, never changed.
using row_ptr = std::shared_ptr<const journal_row>;

std::vector<row_ptr> share(std::vector<journal_row> rows);

/// A conversation's key, wrapped by its tenant's key. Never journalled: its own table, where erasing is secure.
struct wrapped_key {
  tenant_id tenant;
  conversation_id conversation;
  bytes wrapped;

  bool operator==(const wrapped_key&) const = default;
};

struct tenant_row {
  tenant_id id;
  shard_id shard = 0;
  bytes wrapped_key; ///< the tenant's data key, wrapped by the key-encryption key
  bytes config;      ///< sealed with the tenant's key
  std::uint64_t version = 0;

  bool operator==(const tenant_row&) const = default;
};

enum class append_outcome : std::uint8_t { committed, fenced };

struct shard_outcome {
  shard_id shard = 0;
  append_outcome outcome = append_outcome::committed;

  bool operator==(const shard_outcome&) const = default;
};

/// What the owner of a shard starts from.
struct opened_shard {
  std::uint64_t epoch = 0;      ///< higher than every earlier one of this shard
  std::uint64_t last_seq = 0;   ///< of the journal
  std::uint64_t folded_seq = 0; ///< the tables hold everything up to here
  time_ms last_at = 0;          ///< of the last row; 0 when there is none, or it is old and the store has one clock
  std::vector<row_ptr> tail;    ///< rows after `folded_seq`, in order
};

/// Rows of one shard for the tables.
struct fold_part {
  shard_id shard = 0;
  std::uint64_t epoch = 0;
  std::vector<row_ptr> rows;
};

struct stored_value {
  tenant_id tenant;
  bytes key;
  bytes value;
  time_ms due = 0;

  bool operator==(const stored_value&) const = default;
};

/// A cursor read of one table.
struct range_query {
  tenant_id tenant;
  table where = table::conversation;
  bytes prefix; ///< keys that start with it
  bytes after;  ///< keys greater than it; empty: from the start
  std::size_t limit = 100;
  bool backwards = false; ///< largest keys first; then `after` means keys smaller than it
};

/// The store. Thread-safe: appends, folds and reads go on beside each other, each role on its own connection.
/// Errors: `unavailable` when the medium refuses (disk full, read-only, database away); after an error of `append`
/// the outcome is unknown: open the shard again. `corrupt` when stored bytes fail their checks.
class store {
public:
  virtual ~store() = default;

  /// Fixed when the store was created.
  virtual std::uint32_t shard_count() const noexcept = 0;

  /// Takes the shard under a new epoch, durably; from then on every append under an older epoch is fenced. In a store
  /// that nodes share, `seen` is the epoch that the caller believes to be the present one: `fenced`, and nothing
  /// taken, when somebody else has taken or given up the shard since. Without it, and in other stores, it is taken
  /// anyway.
  virtual result<opened_shard> open_shard(shard_id shard, std::optional<std::uint64_t> seen) = 0;
  result<opened_shard> open_shard(shard_id shard) { return open_shard(shard, std::nullopt); }

  /// Appends rows of any number of shards and the wrapped keys of their conversations: keys first, then all rows in
  /// one transaction with one fsync. A key whose conversation has no row here belongs to no shard and need not be
  /// written. One outcome per shard in the batch, in order of first appearance; of a fenced shard nothing was
  /// written. `invalid_argument` (nothing written) when a shard's rows do not continue its sequence without a gap.
  virtual result<std::vector<shard_outcome>> append(const std::vector<row_ptr>& batch,
                                                    const std::vector<wrapped_key>& new_keys) = 0;
  /// The same for a caller that keeps no rows.
  result<std::vector<shard_outcome>> append(const std::vector<journal_row>& batch,
                                            const std::vector<wrapped_key>& new_keys);

  /// Applies rows to the tables, each shard's in order and together with its new `folded_seq`; of several shards in
  /// as few transactions as possible. One answer per part, in order: the position reached, or why this shard's rows
  /// were not (all) applied while others' were. Rows at or below the present position are skipped, so a fold may be
  /// repeated. Rows must follow without a gap. `fenced` under an old epoch.
  virtual std::vector<result<std::uint64_t>> fold(const std::vector<fold_part>& parts) = 0;
  /// The same for one shard.
  result<std::uint64_t> fold(shard_id shard, std::uint64_t epoch, const std::vector<journal_row>& rows);

  virtual result<std::optional<bytes>> get(const tenant_id& tenant, table where, const bytes& key) = 0;
  virtual result<std::vector<stored_value>> range(const range_query& query) = 0;
  /// Rows of a shard's `where` whose due time is set and ≤ `until`, earliest first. `invalid_argument` for a table
  /// without `has_due_rows`.
  virtual result<std::vector<stored_value>> due(shard_id shard, table where, time_ms until, std::size_t limit) = 0;

  /// Folded event keys: is it there?
  virtual result<bool> has_event_key(shard_id shard, const event_key& key) = 0;
  /// A time that the commit of a folded key is not before: its own, or the second of its bucket; nothing when it is
  /// not there.
  virtual result<std::optional<time_ms>> event_time(shard_id shard, const event_key& key) = 0;
  /// Folded keys of a shard in buckets up to `newest_bucket`, newest bucket first, at most `limit`.
  virtual result<std::vector<event_key>> event_keys(shard_id shard, std::uint32_t newest_bucket,
                                                    std::size_t limit) = 0;
  /// Drops keys of buckets before `bucket_before` (except bucket 0) and keys of bucket 0 committed before
  /// `committed_before`.
  virtual result<std::uint64_t> drop_event_keys(std::uint32_t bucket_before, time_ms committed_before) = 0;

  /// Journal rows with seq > `after_seq`, in order.
  virtual result<std::vector<journal_row>> journal(shard_id shard, std::uint64_t after_seq, std::size_t limit) = 0;

  /// Journal rows of a shard that were written at `from` or later, in order; a few that are a little earlier may
  /// stand before them. Looks for the place as one looks into a dictionary, since rows are in the order of time.
  virtual result<std::vector<journal_row>> journal_since(shard_id shard, time_ms from, std::size_t limit) = 0;

  virtual result<std::optional<bytes>> conversation_key(const tenant_id& tenant,
                                                        const conversation_id& conversation) = 0;

  /// Inserts or replaces. Durable on return. `conflict` in a store that nodes share, when what is there has the same
  /// version with another content, or a later one.
  virtual result<void> put_tenant(const tenant_row& row) = 0;
  virtual result<void> erase_tenant(const tenant_id& id) = 0;
  virtual result<std::vector<tenant_row>> tenants() = 0;

  /// Small named values of the store itself, such as the check of the key-encryption key. Durable on return.
  virtual result<std::optional<bytes>> get_meta(std::string_view name) = 0;
  virtual result<void> put_meta(std::string_view name, const bytes& value) = 0;
};

} // namespace wakala::persistence
