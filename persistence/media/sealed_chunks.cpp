#include "persistence/media/sealed_chunks.hpp"

#include <algorithm>
#include <array>

namespace wakala::persistence {

namespace {

constexpr char form = 1;
constexpr std::size_t id_size = media_head_size - 1;
constexpr std::size_t note_prefix = 4;
static_assert(note_prefix + medium_note_max < chunk_size, "the note is wholly in the first chunk");

/// Every file has a key of its own, so that a chunk opens in no other file, not even an earlier one of that name.
sealing_key key_of(const media_address& where, std::string_view id) {
  std::string purpose = "wakala media file 1:";
  purpose += id;
  return sealing_key{derive_key(where.keys->data.raw(), purpose)};
}

/// What a chunk is bound to. Lengths in front, so that no two places have the same text.
std::string place_of(const media_address& where, std::uint64_t index, bool last) {
  std::string place = "media:";
  append_u64(place, where.tenant.size());
  place += where.tenant;
  append_u64(place, where.key.size());
  place += where.key;
  append_u64(place, index);
  place += last ? '\1' : '\0';
  return place;
}

error damaged() { return make_error(errc::corrupt, "a stored file does not match its key or place"); }

} // namespace

std::string media_name(const media_address& where) {
  const auto owner = to_hex(keyed_hash(where.keys->lookup, {"media", where.tenant}));
  const auto file = to_hex(keyed_hash(where.keys->lookup, {"media", where.tenant, where.key}));
  return owner.substr(0, media_owner_size) + file.substr(media_owner_size);
}

std::uint64_t sealed_size(std::size_t note, std::size_t content) noexcept {
  const auto plain = note_prefix + note + content;
  const auto chunks = (plain + chunk_size - 1) / chunk_size;
  return media_head_size + plain + chunks * (sealed_chunk_size - chunk_size);
}

result<void> seal_medium(const media_address& where, std::string_view note, std::string_view content,
                         random_source& random, const std::function<result<void>(std::string_view)>& write) {
  std::array<std::uint8_t, id_size> fresh{};
  random.fill(fresh);
  bytes head(1, form);
  head.append(fresh.begin(), fresh.end());
  if (auto done = write(head); !done)
    return done;
  const auto key = key_of(where, std::string_view(head).substr(1));
  bytes plain;
  plain.reserve(std::min(chunk_size, note_prefix + note.size() + content.size()));
  append_u32(plain, static_cast<std::uint32_t>(note.size()));
  plain += note;
  for (std::uint64_t index = 0;; ++index) {
    const auto part = content.substr(0, chunk_size - plain.size());
    plain += part;
    content.remove_prefix(part.size());
    const bool last = content.empty();
    if (auto done = write(key.seal(place_of(where, index, last), plain, random)); !done || last)
      return done;
    plain.clear();
  }
}

result<medium> open_medium(const media_address& where, std::uint64_t size,
                           const std::function<result<bytes>(std::size_t)>& read) {
  const auto head = read(media_head_size);
  if (!head)
    return head.error();
  if (head->size() != media_head_size || head->front() != form ||
      size > sealed_size(medium_note_max, medium_bytes_max))
    return damaged();
  const auto key = key_of(where, std::string_view(*head).substr(1));
  medium found;
  found.content.reserve(static_cast<std::size_t>(size));
  std::uint64_t left = size - std::min<std::uint64_t>(size, media_head_size);
  for (std::uint64_t index = 0;; ++index) {
    const auto sealed = read(static_cast<std::size_t>(std::min<std::uint64_t>(left, sealed_chunk_size)));
    if (!sealed)
      return sealed.error();
    if (sealed->empty() || sealed->size() > left)
      return damaged();
    left -= sealed->size();
    const auto plain = key.open(place_of(where, index, left == 0), *sealed);
    if (!plain)
      return damaged();
    std::string_view rest = *plain;
    if (index == 0) {
      if (rest.size() < note_prefix || read_u32(rest) > rest.size() - note_prefix)
        return damaged();
      found.note = rest.substr(note_prefix, read_u32(rest));
      rest.remove_prefix(note_prefix + found.note.size());
    }
    found.content += rest;
    if (left == 0)
      return found;
  }
}

} // namespace wakala::persistence
