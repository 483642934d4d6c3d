/// \file
/// Requests made ready before they are needed: rendered, signed, with their heads, so that sending one costs a system
/// call and nothing else.
#pragma once

#include "bench/load/body.hpp"
#include "bench/load/traffic.hpp"
#include "bench/stats/arrivals.hpp"
#include "http/core/hmac.hpp"

#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace wakala::bench {

struct prepared_request {
  planned_update what;
  std::uint32_t offset = 0; ///< into the batch's bytes
  std::uint32_t length = 0;
};

/// Requests that are sent one after the other, in one piece of memory.
struct prepared_batch {
  std::string bytes;
  std::vector<prepared_request> requests;

  std::string_view bytes_of(const prepared_request& r) const {
    return std::string_view(bytes).substr(r.offset, r.length);
  }
};
using prepared_batch_ptr = std::shared_ptr<const prepared_batch>;

/// Where requests go, and who signs them.
struct webhook_target {
  std::string host; ///< IP address or name
  std::uint16_t port = 0;
  std::string path;   ///< with query, if any
  std::string secret; ///< of the signature
};

/// Renders requests in the order of a schedule. Not thread-safe.
class request_writer {
public:
  request_writer(const webhook_target& target, traffic& what, const body_writer& bodies);

  /// The next `count` requests, of which the first is `arrivals` number `first`. `offset_ns`: the time of the traffic
  /// at which these arrivals begin.
  prepared_batch_ptr write(const arrivals& when, std::uint64_t first, std::uint64_t count, std::uint64_t offset_ns);

private:
  std::string head_;
  http::hmac_key key_;
  traffic& what_;
  const body_writer& bodies_;
  std::string body_;
};

/// Hands out the batches of one run. If all fit into `bytes_max` they are rendered by `prepare`; otherwise a thread
/// renders them while the run goes on, some seconds ahead.
class request_source {
public:
  request_source(request_writer& writer, const arrivals& when, std::uint64_t offset_ns, std::size_t bytes_max);
  ~request_source();
  request_source(const request_source&) = delete;
  request_source& operator=(const request_source&) = delete;

  /// Renders everything, or as much as is rendered ahead.
  void prepare();
  bool is_all_ready() const noexcept { return !alongside_; }

  /// The next batch, null after the last. Waits when the thread is behind, which spoils the run: see `waits`.
  prepared_batch_ptr next();
  std::uint64_t waits() const noexcept { return waits_; } ///< times that `next` had to wait

private:
  void render_alongside();
  prepared_batch_ptr render_one();

  request_writer& writer_;
  const arrivals& when_;
  std::uint64_t offset_ns_;
  bool alongside_;
  std::size_t ahead_max_;
  std::uint64_t rendered_ = 0; ///< requests; of the one thread that renders
  std::deque<prepared_batch_ptr> ready_;
  bool done_ = false;
  bool stop_ = false;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::thread thread_;
  std::uint64_t waits_ = 0;
};

} // namespace wakala::bench
