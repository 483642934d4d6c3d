/// \file
/// How the node's shards are, asked for at most a few times a second however often it is wanted.
#pragma once

#include "http/bridge.hpp"

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wakala::http {

struct shard_status {
  std::string name;
  std::uint64_t epoch = 0;
  std::string state; ///< `open`, `opening`, `down`
  std::uint64_t seq = 0;
  std::uint64_t unfolded_rows = 0;
  std::uint64_t tenants = 0;
};
using shard_list = std::shared_ptr<const std::vector<shard_status>>;

/// Thread-safe. Held by shared pointer: an answer may come after its owner is gone.
class shard_view : public std::enable_shared_from_this<shard_view> {
public:
  using done_list = std::function<void(const result<shard_list>&)>;

  explicit shard_view(bridge& actors) : actors_(actors) {}

  /// `done` runs once, at once with an answer of the last 200 ms, or later on an actor's thread.
  void get(done_list done);

private:
  void answered(const result<std::string>& text);

  bridge& actors_;
  std::mutex mutex_;
  std::vector<done_list> waiting_;
  shard_list last_;
  std::chrono::steady_clock::time_point last_at_{};
};

} // namespace wakala::http
