#include "actors/conversation/kept_deliveries.hpp"

#include "runtime/core/devector_insert.hpp"

#include <algorithm>
#include <functional>
#include <utility>

namespace wakala::actors {

namespace {

std::uint32_t hash_of(std::string_view message_id) noexcept {
  return static_cast<std::uint32_t>(std::hash<std::string_view>{}(message_id));
}

} // namespace

kept_deliveries::kept::kept(const delivery_record& record)
    : at(record.at), message_id(record.message_id), attempts(record.attempts), ambiguous(record.ambiguous),
      status(record.status) {
  if (!record.error_code.empty() || !record.error_text.empty())
    error = std::make_unique<failure>(record.error_code, record.error_text);
}

delivery_record kept_deliveries::kept::record() const {
  delivery_record all;
  all.status = status;
  all.message_id = message_id;
  all.at = at;
  if (error) {
    all.error_code = error->code;
    all.error_text = error->text;
  }
  all.attempts = attempts;
  all.ambiguous = ambiguous;
  return all;
}

std::size_t kept_deliveries::place_of(std::uint64_t ordinal) const noexcept {
  if (ordinals_.empty() || ordinals_.back() < ordinal)
    return ordinals_.size();
  return static_cast<std::size_t>(std::lower_bound(ordinals_.begin(), ordinals_.end(), ordinal) - ordinals_.begin());
}

std::optional<delivery_record> kept_deliveries::find(std::uint64_t ordinal) const {
  const auto place = place_of(ordinal);
  return is_at(place, ordinal) ? std::optional(records_[place].record()) : std::nullopt;
}

std::optional<std::uint64_t> kept_deliveries::ordinal_of(std::string_view message_id) const noexcept {
  const auto hash = hash_of(message_id);
  for (auto end = last_with(hash, ids_.size()); end > 0; end = last_with(hash, end - 1))
    if (records_[end - 1].message_id == message_id)
      return ordinals_[end - 1];
  return std::nullopt;
}

/// In blocks, of which the compiler compares all at a time.
std::size_t kept_deliveries::last_with(std::uint32_t hash, std::size_t end) const noexcept {
  constexpr std::size_t block = 16;
  const std::uint32_t* const ids = ids_.data();
  for (; end >= block; end -= block) {
    std::uint32_t found = 0;
    for (std::size_t i = 0; i < block; ++i)
      found |= ids[end - block + i] == hash ? 1U : 0U;
    if (found != 0)
      break;
  }
  while (end > 0 && ids[end - 1] != hash)
    --end;
  return end;
}

void kept_deliveries::put(std::uint64_t ordinal, const delivery_record& record) {
  const auto place = place_of(ordinal);
  const auto hash = hash_of(record.message_id);
  kept fresh(record); // first, as it may find no memory
  if (is_at(place, ordinal)) {
    ids_[place] = hash;
    records_[place] = std::move(fresh);
    return;
  }
  const auto at = static_cast<std::ptrdiff_t>(place);
  insert_before(ordinals_, ordinals_.cbegin() + at, ordinal);
  insert_before(ids_, ids_.cbegin() + at, hash);
  insert_before(records_, records_.cbegin() + at, std::move(fresh));
}

void kept_deliveries::erase(std::uint64_t ordinal) {
  const auto place = place_of(ordinal);
  if (!is_at(place, ordinal))
    return;
  const auto at = static_cast<std::ptrdiff_t>(place);
  ordinals_.erase(ordinals_.begin() + at);
  ids_.erase(ids_.begin() + at);
  records_.erase(records_.begin() + at);
  if (ordinals_.empty())
    *this = {}; // an idle conversation keeps no room for them
}

void kept_deliveries::drop(std::size_t count) {
  const auto end = static_cast<std::ptrdiff_t>(count);
  ordinals_.erase(ordinals_.begin(), ordinals_.begin() + end);
  ids_.erase(ids_.begin(), ids_.begin() + end);
  records_.erase(records_.begin(), records_.begin() + end);
}

void kept_deliveries::trim(std::size_t most) {
  if (size() > most)
    drop(size() - most);
}

void kept_deliveries::trim_before(time_ms time, std::size_t most) {
  std::size_t count = 0;
  while (size() - count > most && records_[count].at < time)
    ++count;
  if (count > 0)
    drop(count);
}

} // namespace wakala::actors
