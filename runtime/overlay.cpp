#include "runtime/overlay.hpp"

#include <algorithm>

namespace wakala::runtime {

using persistence::journal_row;
using persistence::record;
using persistence::stored_value;
using persistence::table;

void overlay::add(journal_row row) {
  const auto put = [&](const record& r) { tables_[r.where][address{row.tenant, r.key}] = slot{row.seq, r}; };
  std::for_each(row.personal.begin(), row.personal.end(), put);
  std::for_each(row.business.begin(), row.business.end(), put);
  if (row.key)
    keys_[*row.key] = row.seq;
  rows_.push_back(std::move(row));
}

const record* overlay::find(const tenant_id& tenant, table where, const bytes& key) const {
  const auto t = tables_.find(where);
  if (t == tables_.end())
    return nullptr;
  const auto found = t->second.find(address{tenant, key});
  return found == t->second.end() ? nullptr : &found->second.newest;
}

bool overlay::has_key(const event_key& key) const { return keys_.contains(key); }

std::vector<stored_value> overlay::merge(const persistence::range_query& query, std::vector<stored_value> stored) const {
  std::map<bytes, stored_value> rows;
  // When the tables answered a full page, keys beyond its end belong to the next page.
  const bool page_is_full = stored.size() >= query.limit && !stored.empty();
  const bytes page_end = page_is_full ? stored.back().key : bytes{};
  for (auto& value : stored)
    rows[value.key] = std::move(value);
  if (const auto t = tables_.find(query.where); t != tables_.end()) {
    for (auto it = t->second.lower_bound(address{query.tenant, query.prefix}); it != t->second.end(); ++it) {
      const auto& newest = it->second.newest;
      const auto& key = it->first.second;
      if (it->first.first != query.tenant || key.compare(0, query.prefix.size(), query.prefix) != 0)
        break;
      if (!query.after.empty() && (query.backwards ? key >= query.after : key <= query.after))
        continue;
      if (page_is_full && (query.backwards ? key < page_end : key > page_end))
        continue;
      if (newest.erase)
        rows.erase(key);
      else
        rows[key] = stored_value{query.tenant, key, newest.value, newest.due};
    }
  }
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
  if (const auto t = tables_.find(where); t != tables_.end())
    for (const auto& [at, row] : t->second)
      if (!row.newest.erase)
        out.push_back(stored_value{at.first, at.second, row.newest.value, row.newest.due});
  return out;
}

std::vector<journal_row> overlay::oldest(std::size_t limit) const {
  const auto count = std::min(limit, rows_.size());
  return {rows_.begin(), rows_.begin() + static_cast<std::ptrdiff_t>(count)};
}

void overlay::drop_through(std::uint64_t seq) {
  while (!rows_.empty() && rows_.front().seq <= seq) {
    const auto& row = rows_.front();
    const auto forget = [&](const record& r) {
      const auto t = tables_.find(r.where);
      if (t == tables_.end())
        return;
      if (const auto found = t->second.find(address{row.tenant, r.key}); found != t->second.end() &&
                                                                         found->second.seq <= seq)
        t->second.erase(found);
    };
    std::for_each(row.personal.begin(), row.personal.end(), forget);
    std::for_each(row.business.begin(), row.business.end(), forget);
    if (row.key)
      keys_.erase(*row.key);
    rows_.pop_front();
  }
}

void overlay::clear() {
  rows_.clear();
  tables_.clear();
  keys_.clear();
}

} // namespace wakala::runtime
