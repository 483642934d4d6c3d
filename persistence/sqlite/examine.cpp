#include "persistence/sqlite/examine.hpp"

#include "persistence/sqlite/create.hpp"
#include "persistence/sqlite/schema.hpp"
#include "persistence/sqlite/setup.hpp"
#include "persistence/sqlite/stored_rows.hpp"
#include "persistence/sqlite/table_file.hpp"

#include <algorithm>
#include <limits>
#include <tuple>

namespace wakala::persistence::sqlite {

namespace {

constexpr const char* setup_fresh =
    "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA temp_store = FILE; PRAGMA cache_size = -32768;";
constexpr const char* folded_sql = "SELECT shard, seq FROM main.folded";
constexpr const char* leases_sql = "SELECT shard, epoch, last_seq FROM shard_leases";
constexpr const char* fact_sql = "SELECT value FROM main.facts WHERE name = ?1";
constexpr const char* journal_sql = "SELECT id, rows FROM journal ORDER BY id";
constexpr const char* tenant_numbers_sql = "SELECT id, number FROM main.tenant_numbers ORDER BY number";
constexpr const char* marks_sql = "SELECT id, positions FROM journal_marks ORDER BY id";
constexpr const char* event_keys_sql =
    "SELECT shard, bucket, hash, at FROM main.event_keys ORDER BY shard, bucket, hash";
constexpr const char* tenants_sql = "SELECT id, shard, wrapped_key, config, version, digest FROM main.tenants";
constexpr const char* meta_sql = "SELECT name, value, digest FROM main.meta";
constexpr const char* keys_sql = "SELECT tenant, conversation, wrapped, digest FROM conversation_keys";
constexpr const char* integrity_sql = "PRAGMA integrity_check(20)";

/// Rows that are folded in one transaction.
constexpr std::size_t slice_rows = 32'768;

std::string hex_of(std::string_view raw) { return to_hex(as_span(raw)); }

/// Calls `each` for every row until it says false.
template <class Each>
result<void> walk(const connection& db, const char* sql, Each each) {
  auto query = statement::prepare(db, sql);
  if (!query)
    return query.error();
  for (;;) {
    auto row = query->next();
    if (!row)
      return row.error();
    if (!*row || !each(*query))
      return {};
  }
}

/// Steps through two sorted results side by side. `order(a, b)` compares the keys of the present rows: negative, 0,
/// positive.
template <class Order, class Pair>
result<void> merge(statement& stored, statement& fresh, Order order, Pair pair) {
  auto left = stored.next();
  auto right = fresh.next();
  while (left && right && (*left || *right)) {
    const int which = !*left ? 1 : !*right ? -1 : order(stored, fresh);
    pair(which <= 0 ? &stored : nullptr, which >= 0 ? &fresh : nullptr);
    if (which <= 0)
      left = stored.next();
    if (which >= 0)
      right = fresh.next();
  }
  if (!left)
    return left.error();
  if (!right)
    return right.error();
  return {};
}

template <class T>
int order_of(const T& a, const T& b) {
  return a < b ? -1 : b < a ? 1 : 0;
}

std::string of_shard(std::uint64_t shard) { return "shard " + std::to_string(shard); }

} // namespace

result<examiner> examiner::open(const std::string& path) {
  const auto files = find_files(path);
  if (!files)
    return files.error();
  examiner out;
  auto db = connection::open(files->tables, access::read_only, setup_reader);
  if (!db)
    return db.error();
  out.db_ = std::move(*db);
  if (!files->one_file()) {
    auto done = out.db_.attach_read_only(files->journal, attach_commits_sql);
    if (!done)
      return done.error();
  }
  auto done = out.db_.attach_read_only(files->keys, attach_keys_sql);
  if (done)
    done = out.db_.run("BEGIN");
  if (done)
    done = out.read_positions();
  if (!done)
    return done.error();

  auto fresh = connection::open_temporary(setup_fresh);
  if (!fresh)
    return fresh.error();
  out.fresh_ = std::move(*fresh);
  for (const migration& step : migrations()) {
    done = out.fresh_.run(step.tables);
    if (!done)
      return done.error();
  }
  auto writer = tables_writer::prepare(out.fresh_);
  if (!writer)
    return writer.error();
  out.writer_ = std::move(*writer);
  done = out.copy_tenant_numbers();
  if (!done)
    return done.error();
  return out;
}

result<std::int64_t> examiner::fact(const char* name) {
  auto query = statement::prepare(db_, fact_sql);
  if (!query)
    return query.error();
  auto row = query->bind_text(1, name).next();
  if (!row)
    return row.error();
  return *row ? query->number(0) : 0;
}

result<void> examiner::read_positions() {
  const auto count = fact(shard_count_fact); // the first read: from here on the tables stand still
  if (!count)
    return count.error();
  if (*count < 1 || *count > 65'536)
    return make_error(errc::corrupt, "the store does not say how many shards it has");
  shard_count_ = static_cast<std::uint32_t>(*count);
  folded_.assign(shard_count_, 0);
  epochs_.assign(shard_count_, 0);
  floors_.assign(shard_count_, 0);
  bool good = true;
  auto done = walk(db_, folded_sql, [&](const statement& row) {
    const std::uint64_t shard = row.unsigned_number(0);
    good = good && shard < shard_count_;
    if (good)
      folded_[static_cast<std::size_t>(shard)] = row.unsigned_number(1);
    return good;
  });
  if (done)
    done = walk(db_, leases_sql, [&](const statement& row) {
      const std::uint64_t shard = row.unsigned_number(0);
      good = good && shard < shard_count_;
      if (good) {
        epochs_[static_cast<std::size_t>(shard)] = row.unsigned_number(1);
        floors_[static_cast<std::size_t>(shard)] = row.unsigned_number(2);
      }
      return good;
    });
  if (done && !good)
    return make_error(errc::corrupt, "the store names a shard that it does not have");
  return done;
}

result<void> examiner::copy_tenant_numbers() {
  result<void> copied;
  auto done = walk(db_, tenant_numbers_sql, [&](const statement& row) {
    copied = writer_.set_tenant_number(row.text(0), row.number(1));
    return copied.has_value();
  });
  return done ? copied : done;
}

result<void> examiner::check_integrity(const report_line& problem) {
  return walk(db_, integrity_sql, [&](const statement& row) {
    if (row.text(0) != "ok")
      problem("database structure: " + std::string(row.text(0)));
    return true;
  });
}

result<void> examiner::check_sums(const report_line& problem) {
  auto done = walk(db_, tenants_sql, [&](const statement& row) {
    const tenant_row read{tenant_id(row.text(0)), static_cast<shard_id>(row.number(1)), bytes(row.text(2)),
                          bytes(row.text(3)), row.unsigned_number(4)};
    if (row.number(5) != std::int64_t{tenant_digest(read)} || read.shard >= shard_count_)
      problem("the row of a tenant is damaged: " + to_valid_utf8(read.id));
    return true;
  });
  if (done)
    done = walk(db_, meta_sql, [&](const statement& row) {
      if (row.number(2) != std::int64_t{meta_digest(row.text(0), row.text(1))})
        problem("a value of the store's own is damaged: " + to_valid_utf8(row.text(0)));
      return true;
    });
  if (done)
    done = walk(db_, keys_sql, [&](const statement& row) {
      if (row.number(3) != std::int64_t{key_digest(row.text(0), row.text(1), row.text(2))})
        problem("the wrapped key of conversation " + hex_of(row.text(1)) + " is damaged");
      return true;
    });
  return done;
}

result<void> examiner::flush() {
  // In the order of arrival over all shards: a conversation may have gone from one to another.
  std::vector<fold_slice> slices;
  for (std::size_t first = 0, next = 0; first < pending_.size(); first = next) {
    const auto shard = pending_[first]->shard;
    while (next < pending_.size() && pending_[next]->shard == shard)
      ++next;
    slices.push_back({shard, std::span(pending_).subspan(first, next - first)});
  }
  auto done = writer_.apply(slices);
  pending_.clear();
  return done;
}

void examiner::check_row(const encoded_row& stored, journal_walk& so_far, const report_line& problem) {
  ++journal_rows_;
  auto row = read_row(stored);
  if (!row) {
    problem(row.error().what);
    // What the row said of itself cannot be trusted; its neighbours will be found to leave a gap.
    return;
  }
  if (row->shard >= shard_count_) {
    problem("the journal names " + of_shard(row->shard) + ", which does not exist");
    return;
  }
  std::uint64_t& last = so_far.last[row->shard];
  std::uint64_t& last_epoch = so_far.last_epoch[row->shard];
  if (row->seq != last + 1)
    problem(of_shard(row->shard) + ": sequence number " + std::to_string(row->seq) + " follows " +
            std::to_string(last));
  if (row->epoch < last_epoch || row->epoch > epochs_[row->shard])
    problem(of_shard(row->shard) + ": sequence number " + std::to_string(row->seq) + " has epoch " +
            std::to_string(row->epoch) + " out of order");
  last = row->seq;
  last_epoch = std::max(last_epoch, row->epoch);
  if (row->seq <= folded_[row->shard]) {
    pending_.push_back(std::make_shared<const journal_row>(std::move(*row)));
    ++so_far.waiting;
  }
}

result<void> examiner::fold_again(const report_line& problem) {
  journal_walk so_far{std::vector<std::uint64_t>(shard_count_), std::vector<std::uint64_t>(shard_count_), 0};
  auto marks = statement::prepare(db_, marks_sql);
  if (!marks)
    return marks.error();
  auto mark = marks->next();
  if (!mark)
    return mark.error();
  result<void> failed;
  // A mark tells where each shard stands before the value of its number.
  const auto check_marks = [&](std::int64_t before) {
    while (mark && *mark && marks->number(0) <= before) {
      for (shard_id shard = 0; shard < shard_count_; ++shard)
        if (position_in(marks->text(1), shard) != so_far.last[shard]) {
          problem("the journal's mark at value " + std::to_string(marks->number(0)) + " is wrong for " +
                  of_shard(shard));
          break;
        }
      mark = marks->next();
    }
  };
  auto done = walk(db_, journal_sql, [&](const statement& stored) {
    check_marks(stored.number(0));
    for (std::string_view rest = stored.text(1); !rest.empty();) {
      const auto row = take_row(rest);
      if (!row) {
        problem("value " + std::to_string(stored.number(0)) + ": " + row.error().what);
        break; // where the next row would begin is unknown
      }
      check_row(*row, so_far, problem);
    }
    if (so_far.waiting >= slice_rows) {
      failed = flush();
      so_far.waiting = 0;
    }
    return failed.has_value();
  });
  if (done)
    done = failed;
  if (!done)
    return done;
  check_marks(std::numeric_limits<std::int64_t>::max());
  if (!mark)
    return mark.error();
  for (shard_id shard = 0; shard < shard_count_; ++shard) {
    const std::uint64_t last = so_far.last[shard];
    if (folded_[shard] > last)
      problem(of_shard(shard) + ": the tables hold " + std::to_string(folded_[shard]) + " commits, the journal " +
              std::to_string(last));
    if (floors_[shard] > last)
      problem(of_shard(shard) + ": the journal ends at " + std::to_string(last) + ", but its owner began after " +
              std::to_string(floors_[shard]));
  }
  return flush();
}

result<void> examiner::compare_table(const table_sql& sql, const report_line& difference) {
  auto stored = statement::prepare(db_, sql.scan);
  if (!stored)
    return stored.error();
  auto fresh = statement::prepare(fresh_, sql.scan);
  if (!fresh)
    return fresh.error();
  const std::string name(table_name(sql.where));
  return merge(
      *stored, *fresh,
      [](const statement& a, const statement& b) {
        return order_of(std::make_tuple(a.number(0), a.text(1)), std::make_tuple(b.number(0), b.text(1)));
      },
      [&](const statement* a, const statement* b) {
        if (a != nullptr)
          ++table_rows_;
        const statement& either = a != nullptr ? *a : *b;
        const char* what = nullptr;
        if (a == nullptr)
          what = " is missing";
        else if (b == nullptr)
          what = " should not be there";
        else if (a->number(2) != b->number(2) || a->number(3) != b->number(3) || a->text(4) != b->text(4))
          what = " differs";
        if (what != nullptr)
          difference(name + " " + hex_of(either.text(1)) + what);
      });
}

result<void> examiner::compare_event_keys(const report_line& difference) {
  const auto bucket_before = fact(dropped_bucket_fact);
  const auto committed_before = fact(dropped_time_fact);
  if (!bucket_before)
    return bucket_before.error();
  if (!committed_before)
    return committed_before.error();
  auto stored = statement::prepare(db_, event_keys_sql);
  if (!stored)
    return stored.error();
  auto fresh = statement::prepare(fresh_, event_keys_sql);
  if (!fresh)
    return fresh.error();
  return merge(
      *stored, *fresh,
      [](const statement& a, const statement& b) {
        return order_of(std::make_tuple(a.number(0), a.number(1), a.text(2)),
                        std::make_tuple(b.number(0), b.number(1), b.text(2)));
      },
      [&](const statement* a, const statement* b) {
        if (a != nullptr)
          ++table_rows_;
        const statement& either = a != nullptr ? *a : *b;
        const bool expired =
            either.number(1) == 0 ? either.number(3) < *committed_before : either.number(1) < *bucket_before;
        if (expired)
          return; // dropped, or about to be
        const char* what = nullptr;
        if (a == nullptr)
          what = " is missing";
        else if (b == nullptr)
          what = " should not be there";
        else if (a->number(3) != b->number(3))
          what = " differs";
        if (what != nullptr)
          difference("event_keys " + hex_of(either.text(2)) + what);
      });
}

result<void> examiner::compare(const report_line& difference) {
  for (const table_sql& sql : all_table_sql) {
    auto done = compare_table(sql, difference);
    if (!done)
      return done;
  }
  return compare_event_keys(difference);
}

} // namespace wakala::persistence::sqlite
