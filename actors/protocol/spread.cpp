#include "actors/protocol/spread.hpp"

#include "runtime/core/codec.hpp"

#include <algorithm>

namespace wakala::actors {

namespace {

constexpr std::uint8_t form = 2;
constexpr std::uint8_t form_without_after = 1;
/// Meta's clock and the store's may differ by so much.
constexpr time_ms clocks_differ = 60 * ms_per_second;

} // namespace

spread begun(const spread& before, std::uint32_t width, time_ms now, std::uint32_t newest, time_ms latest) {
  spread out;
  out.width = width;
  out.generation = before.generation + 1;
  out.widest = std::max({before.widest, before.width, width});
  out.since = std::max(now, static_cast<time_ms>(newest) * ms_per_second);
  out.after = std::max(before.after, latest);
  return out;
}

bool may_be_known_elsewhere(const spread& s, const event_key& key) noexcept {
  return s.widest > 1 && s.since > 0 && key.bucket <= bucket_at(s.since + clocks_differ);
}

bool place_rules::obeys(std::uint64_t generation, std::uint64_t epoch) noexcept {
  // Of a generation that is being left only the next one counts.
  if (epoch < epoch_ || generation < now_.generation + (now_.is_changing() ? 1 : 0))
    return false;
  epoch_ = epoch;
  return true;
}

bool place_rules::learn(std::uint64_t generation, std::uint32_t width, time_ms after) noexcept {
  now_.generation = generation;
  now_.width = width;
  now_.next = 0;
  now_.after = std::max(now_.after, after);
  return true;
}

bool place_rules::leave(std::uint64_t next_generation, std::uint64_t epoch) noexcept {
  if (epoch < epoch_ || next_generation <= now_.generation)
    return false;
  epoch_ = epoch;
  now_.generation = next_generation - 1;
  now_.next = std::max(now_.next, 1U);
  return true;
}

bytes to_text(const spread& s) {
  encoder out(form, 24);
  out.number(s.width);
  out.number(s.generation);
  out.number(s.next);
  out.number(s.widest);
  out.difference(s.since);
  out.difference(s.after);
  return out.take();
}

result<spread> spread_from(std::string_view text) {
  decoder in(text);
  spread s;
  const bool is_known = in.form() == form || in.form() == form_without_after;
  if (is_known) {
    s.width = in.number32();
    s.generation = in.number<std::uint64_t>(~std::uint64_t{0});
    s.next = in.number32();
    s.widest = in.number32();
    s.since = in.difference();
    s.after = in.form() == form ? in.difference() : 0;
    in.expect(s.width > 0 && s.widest > 0);
  }
  if (!is_known || !in.finished())
    return make_error(errc::corrupt, "how a tenant is spread cannot be read");
  return s;
}

} // namespace wakala::actors
