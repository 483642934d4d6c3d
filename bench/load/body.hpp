/// \file
/// The bodies of webhooks as Meta writes them, about 860 bytes each.
#pragma once

#include "bench/load/traffic.hpp"

#include <cstdint>
#include <string>

namespace wakala::bench {

/// The message id of a shopper's message: in Meta's form, a record in base64 that holds the shopper's number. `run`
/// makes ids of different runs differ.
std::string inbound_message_id(const planned_message& message, std::uint64_t run);

/// What the shopper writes, or the title of what is tapped. Each text gets exactly one reply from a shop that has
/// `bench_catalog`.
std::string text_of(const planned_message& message);

/// Renders bodies for one population. Not thread-safe, cheap to make.
class body_writer {
public:
  /// `epoch`: Unix time, in seconds, of second 0 of the run.
  body_writer(const population& who, std::uint64_t run, std::int64_t epoch) : who_(who), run_(run), epoch_(epoch) {}

  /// Appends the JSON of one update.
  void append(std::string& out, const planned_update& update) const;

private:
  void append_message(std::string& out, const planned_update& update) const;
  void append_status(std::string& out, const planned_update& update) const;

  const population& who_;
  std::uint64_t run_;
  std::int64_t epoch_;
};

/// The goods that the texts speak of, as `PUT /v1/tenants/{t}/catalog` takes them. Nothing of it ever sells out.
std::string bench_catalog();

} // namespace wakala::bench
