#include "runtime/overlay.hpp"

#include "runtime/core/devector_insert.hpp"
#include "runtime/core/ordered_word.hpp"

#include <algorithm>
#include <cstring>
#include <iterator>
#include <map>
#include <utility>

namespace wakala::runtime {

using persistence::journal_row;
using persistence::record;
using persistence::row_ptr;
using persistence::stored_value;
using persistence::table;

namespace {

/// What a message or a status writes, and nobody reads by ranges on its way.
constexpr bool is_hashed(table where) noexcept {
  return where == table::conversation || where == table::delivery || where == table::message_ref ||
         where == table::figures || where == table::identity;
}

/// What a message writes and what is read by conversation. Keys begin with its id.
constexpr bool is_grouped(table where) noexcept { return where == table::transcript || where == table::outbox; }

/// Folds that fail ask for the same rows again; no need to keep apart what came between.
constexpr std::size_t indexes_max = 3;

/// Room beyond this is given back when the tail is empty.
constexpr std::size_t room_kept = 4096;

} // namespace

const overlay::places& overlay::index::of_table(table where) const noexcept {
  return tables[static_cast<std::size_t>(where) - 1];
}

overlay::places& overlay::index::of_table(table where) noexcept {
  return tables[static_cast<std::size_t>(where) - 1];
}

overlay::group_key overlay::group_of(std::string_view key) noexcept {
  group_key out{};
  std::memcpy(out.data(), key.data(), std::min(key.size(), out.size()));
  return out;
}

std::uint64_t overlay::number_of(std::string_view key) noexcept { return ordered_word(key, sizeof(group_key)); }

/// The first place that is not before `at`.
overlay::group::const_iterator overlay::place_in(const group& all, const address& at) noexcept {
  const auto is_before = [](const numbered_slot& s, const std::pair<std::uint64_t, address>& wanted) {
    return s.number != wanted.first ? s.number < wanted.first : slot_less{}(s, wanted.second);
  };
  const std::pair wanted{number_of(at.key), at};
  if (all.empty() || is_before(all.back(), wanted))
    return all.end();
  return std::lower_bound(all.begin(), all.end(), wanted, is_before);
}

bool overlay::is_at(const group& all, group::const_iterator place, const address& wanted) noexcept {
  return place != all.end() && place->number == number_of(wanted.key) && slot_equal{}(*place, wanted);
}

void overlay::index::put(const journal_row& row, const record& r) {
  auto& table = of_table(r.where);
  const slot fresh{&row, &r};
  const auto replace = [&](const slot& place) {
    place.row = &row;
    place.newest = &r;
  };
  if (is_grouped(r.where)) {
    auto& fellows = table.grouped[group_of(r.key)];
    const auto place = place_in(fellows, of(fresh));
    if (is_at(fellows, place, of(fresh)))
      replace(*place);
    else
      insert_before(fellows, place, numbered_slot{fresh, number_of(r.key)});
  } else if (is_hashed(r.where)) {
    if (const auto [place, is_new] = table.hashed.insert(fresh); !is_new)
      replace(*place);
  } else if (const auto [place, is_new] = table.ordered.insert(fresh); !is_new) {
    replace(*place);
  }
}

void overlay::index::forget(const journal_row& row, const record& r) {
  auto& table = of_table(r.where);
  const slot gone{&row, &r};
  const auto forget_in = [&](auto& kept) {
    const auto place = kept.find(gone);
    if (place != kept.end() && place->newest == &r)
      kept.erase(place);
  };
  if (is_grouped(r.where)) {
    const auto known = table.grouped.find(group_of(r.key));
    if (known == table.grouped.end())
      return;
    auto& fellows = known->second;
    const auto place = place_in(fellows, of(gone));
    if (place != fellows.end() && place->newest == &r)
      fellows.erase(place);
    if (fellows.empty())
      table.grouped.erase(known);
  } else if (is_hashed(r.where)) {
    forget_in(table.hashed);
  } else {
    forget_in(table.ordered);
  }
}

void overlay::index::forget(const journal_row& row) {
  for (const auto* part : {&row.personal, &row.business})
    for (const record& r : *part)
      forget(row, r);
  if (row.key)
    if (const auto known = keys.find(row.key->hash); known != keys.end() && known->second <= row.seq)
      keys.erase(known);
}

const overlay::slot* overlay::index::find(const address& at, persistence::table where) const {
  const auto& table = of_table(where);
  if (is_grouped(where)) {
    const auto known = table.grouped.find(group_of(at.key));
    if (known == table.grouped.end())
      return nullptr;
    const auto place = place_in(known->second, at);
    return is_at(known->second, place, at) ? &*place : nullptr;
  }
  const auto find_in = [&](const auto& kept) -> const slot* {
    const auto place = kept.find(at);
    return place == kept.end() ? nullptr : &*place;
  };
  return is_hashed(where) ? find_in(table.hashed) : find_in(table.ordered);
}

void overlay::index::clear() {
  for (auto& table : tables) {
    table.hashed.clear();
    table.grouped.clear();
    table.ordered.clear();
  }
  keys.clear();
  last = 0;
}

void overlay::add(row_ptr row) {
  auto& newest = indexes_.back();
  for (const auto* part : {&row->personal, &row->business})
    for (const record& r : *part)
      newest.put(*row, r);
  if (row->key)
    newest.keys[row->key->hash] = row->seq;
  newest.last = row->seq;
  rows_.push_back(std::move(row));
}

bool overlay::has_key(const event_hash& hash) const {
  return std::any_of(indexes_.begin(), indexes_.end(), [&](const index& each) { return each.keys.contains(hash); });
}

const record* overlay::find(const tenant_id& tenant, table where, const bytes& key) const {
  const address at{tenant, key};
  for (auto each = indexes_.rbegin(); each != indexes_.rend(); ++each)
    if (const auto* const place = each->find(at, where))
      return place->newest;
  return nullptr;
}

template <class Each>
void overlay::for_prefix(const index& all, const persistence::range_query& query, Each each) {
  const auto& table = all.of_table(query.where);
  const auto fits = [&](const slot& s) {
    return s.row->tenant == query.tenant && std::string_view(s.newest->key).starts_with(query.prefix);
  };
  const auto look_at = [&](const auto& kept) {
    for (const slot& s : kept)
      if (fits(s))
        each(*s.newest);
  };
  look_at(table.hashed);
  if (query.prefix.size() < sizeof(group_key)) {
    for (const auto& [key, fellows] : table.grouped)
      look_at(fellows);
  } else if (const auto known = table.grouped.find(group_of(query.prefix)); known != table.grouped.end()) {
    look_at(known->second);
  }
  for (auto it = table.ordered.lower_bound(address{query.tenant, query.prefix});
       it != table.ordered.end() && fits(*it); ++it)
    each(*it->newest);
}

std::vector<stored_value> overlay::merge(const persistence::range_query& query,
                                         std::vector<stored_value> stored) const {
  std::map<bytes, stored_value> rows;
  // When the tables answered a full page, keys beyond its end belong to the next page.
  const bool page_is_full = stored.size() >= query.limit && !stored.empty();
  const bytes page_end = page_is_full ? stored.back().key : bytes{};
  for (auto& value : stored)
    rows[value.key] = std::move(value);
  const auto take = [&](const record& newest) {
    const auto& key = newest.key;
    if (!query.after.empty() && (query.backwards ? key >= query.after : key <= query.after))
      return;
    if (page_is_full && (query.backwards ? key < page_end : key > page_end))
      return;
    if (newest.erase)
      rows.erase(key);
    else
      rows[key] = stored_value{query.tenant, key, newest.value, newest.due};
  };
  for (const auto& each : indexes_) // a newer one has the last word
    for_prefix(each, query, take);
  std::vector<stored_value> out;
  out.reserve(rows.size());
  for (auto& [key, value] : rows)
    out.push_back(std::move(value));
  if (query.backwards)
    std::reverse(out.begin(), out.end());
  if (out.size() > query.limit)
    out.resize(query.limit);
  return out;
}

std::vector<stored_value> overlay::all(table where) const {
  std::vector<stored_value> out;
  for (auto each = indexes_.begin(); each != indexes_.end(); ++each) {
    const auto is_known_newer = [&](const slot& s) {
      return std::any_of(std::next(each), indexes_.end(),
                         [&](const index& newer) { return newer.find(of(s), where) != nullptr; });
    };
    const auto add = [&](const slot& s) {
      if (!s.newest->erase && !is_known_newer(s))
        out.push_back(stored_value{s.row->tenant, s.newest->key, s.newest->value, s.newest->due});
    };
    const auto& table = each->of_table(where);
    std::for_each(table.hashed.begin(), table.hashed.end(), add);
    for (const auto& [key, fellows] : table.grouped)
      std::for_each(fellows.begin(), fellows.end(), add);
    std::for_each(table.ordered.begin(), table.ordered.end(), add);
  }
  return out;
}

std::vector<row_ptr> overlay::after(std::uint64_t seq) {
  if (indexes_.back().last > 0 && indexes_.size() < indexes_max)
    indexes_.push_back(std::exchange(spare_, {}));
  const auto first = std::upper_bound(rows_.begin(), rows_.end(), seq,
                                      [](std::uint64_t wanted, const row_ptr& row) { return wanted < row->seq; });
  return {first, rows_.end()};
}

void overlay::drop_index() {
  auto& oldest = indexes_.front();
  last_without_index_ = oldest.last;
  oldest.clear();
  if (indexes_.size() == 1)
    return;
  spare_ = std::move(oldest);
  indexes_.pop_front();
}

bool overlay::drop_through(std::uint64_t seq, std::size_t most) {
  while (indexes_.front().last > 0 && indexes_.front().last <= seq)
    drop_index(); // before its rows, which it points to
  for (std::size_t dropped = 0; !rows_.empty() && rows_.front()->seq <= seq; ++dropped) {
    if (dropped == most)
      return false;
    if (rows_.front()->seq > last_without_index_)
      indexes_.front().forget(*rows_.front());
    rows_.pop_front();
  }
  if (rows_.empty()) {
    spare_ = {}; // what comes next is little, or it would have come meanwhile
    if (indexes_.front().keys.bucket_count() > room_kept)
      clear();
  }
  return true;
}

void overlay::clear() {
  rows_ = {};
  indexes_ = std::deque<index>(1);
  last_without_index_ = 0;
  spare_ = {};
}

} // namespace wakala::runtime
