#include "actors/tracing/hop_stamps.hpp"

#include "runtime/core/codec.hpp"

#include <algorithm>

namespace wakala::actors {

namespace {

constexpr std::uint8_t form = 2; ///< before there were two times of 8 bytes, so that a row began with 0
constexpr std::uint32_t longest = (1U << 21U) - 1; ///< 2.1 s: three bytes, and nearly as long as an update may take

std::uint32_t between(std::uint64_t from, std::uint64_t to) noexcept {
  return from == 0 || to <= from ? 0 : static_cast<std::uint32_t>(std::min<std::uint64_t>(to - from, longest));
}

} // namespace

std::uint32_t node_mark(std::string_view name) noexcept {
  std::uint32_t mark = 2'166'136'261U; // FNV-1a
  for (const char c : name)
    mark = (mark ^ static_cast<std::uint8_t>(c)) * 16'777'619U;
  return mark;
}

hop_stamps stamps_of(const hop_times& t, time_ms received_at, std::uint32_t owner,
                     std::uint64_t numbered_us) noexcept {
  hop_stamps out;
  out.origin = t.origin;
  out.owner = owner;
  out.received_at = received_at;
  out.edge_us = std::min(t.edge_us, longest);
  out.has_crossed = t.has_crossed;
  out.crossing_ms = t.crossing_ms;
  out.before_us = std::min(t.before_us, longest);
  out.shard_waiting_us = between(t.arrived, t.shard_began);
  out.shard_us = between(t.shard_began, t.shard_ended);
  out.tenant_waiting_us = between(t.shard_ended, t.tenant_began);
  out.tenant_us = between(t.tenant_began, t.tenant_ended);
  out.conversation_waiting_us = between(t.tenant_ended, t.conversation_began);
  out.conversation_us = between(t.conversation_began, t.conversation_ended);
  out.commit_waiting_us = between(t.conversation_ended, numbered_us);
  return out;
}

bytes to_bytes(const hop_stamps& s) {
  encoder out(form, hop_bytes_max);
  out.byte(s.has_crossed ? 1 : 0);
  bytes marks;
  append_u32(marks, s.origin);
  append_u32(marks, s.owner);
  out.raw(marks);
  out.number(static_cast<std::uint64_t>(std::max<time_ms>(s.received_at, 0)));
  out.number(s.edge_us);
  if (s.has_crossed)
    out.number(std::min(s.crossing_ms, longest));
  for (const auto each : {s.before_us, s.shard_waiting_us, s.shard_us, s.tenant_waiting_us, s.tenant_us,
                          s.conversation_waiting_us, s.conversation_us, s.commit_waiting_us})
    out.number(each);
  return out.take();
}

std::optional<hop_stamps> hop_stamps_from(std::string_view text) {
  decoder in(text);
  if (in.form() != form)
    return std::nullopt;
  hop_stamps s;
  s.has_crossed = in.byte() == 1;
  const auto marks = in.raw(8);
  if (!in.good() || marks.size() != 8)
    return std::nullopt;
  s.origin = read_u32(marks.substr(0, 4));
  s.owner = read_u32(marks.substr(4));
  s.received_at = static_cast<time_ms>(in.number());
  s.edge_us = in.number32();
  if (s.has_crossed)
    s.crossing_ms = in.number32();
  for (auto* each : {&s.before_us, &s.shard_waiting_us, &s.shard_us, &s.tenant_waiting_us, &s.tenant_us,
                     &s.conversation_waiting_us, &s.conversation_us, &s.commit_waiting_us})
    *each = in.number32();
  return in.finished() ? std::optional(s) : std::nullopt;
}

} // namespace wakala::actors
