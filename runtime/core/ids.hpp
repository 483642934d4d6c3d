/// \file
/// Identifiers that every part of a node speaks about.
#pragma once

#include <array>
#include <compare>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <functional>
#include <string>

namespace wakala {

/// Index of a shard, 0 .. shard_count-1.
using shard_id = std::uint32_t;

/// A merchant's id as the operator named it, for example `tenant_123`: 1-64 of `[A-Za-z0-9_-]`. Not a secret.
using tenant_id = std::string;

/// 16 random bytes that name one conversation (tenant, shopper). Says nothing about the shopper.
struct conversation_id {
  std::array<std::uint8_t, 16> bytes{};

  auto operator<=>(const conversation_id&) const = default;
  bool is_nil() const noexcept { return *this == conversation_id{}; }
};

/// A keyed hash of what the outside calls an event.
using event_hash = std::array<std::uint8_t, 16>;

/// Names an inbound event for de-duplication: its hash, in the bucket of its second. Keys are thus stored and
/// forgotten in the order of time, whatever their hashes.
struct event_key {
  /// Seconds since the Unix epoch; 0 for events older than 24 h on arrival, which expire by commit time instead.
  std::uint32_t bucket = 0;
  event_hash hash{};

  auto operator<=>(const event_key&) const = default;
};

/// The bucket of an event that happened then (milliseconds since the Unix epoch).
constexpr std::uint32_t bucket_at(std::int64_t time) noexcept { return static_cast<std::uint32_t>(time / 1000); }

/// For hash tables whose keys are 16 bytes that are random already: they are their own hash, and compared as two
/// words.
struct random_id_hash {
  using is_avalanching = void;
  using id_bytes = std::array<std::uint8_t, 16>;

  std::size_t operator()(const id_bytes& id) const noexcept { return word(id, 0); }
  std::size_t operator()(const conversation_id& id) const noexcept { return word(id.bytes, 0); }

  static std::uint64_t word(const id_bytes& id, std::size_t at) noexcept {
    std::uint64_t value = 0;
    std::memcpy(&value, id.data() + at, sizeof value);
    return value;
  }
};

struct random_id_equal {
  using id_bytes = random_id_hash::id_bytes;

  bool operator()(const id_bytes& a, const id_bytes& b) const noexcept {
    return random_id_hash::word(a, 0) == random_id_hash::word(b, 0) &&
           random_id_hash::word(a, 8) == random_id_hash::word(b, 8);
  }
  bool operator()(const conversation_id& a, const conversation_id& b) const noexcept {
    return (*this)(a.bytes, b.bytes);
  }
};

} // namespace wakala

template <>
struct std::hash<wakala::conversation_id> {
  std::size_t operator()(const wakala::conversation_id& id) const noexcept { return wakala::random_id_hash{}(id); }
};
