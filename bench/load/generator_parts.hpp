/// \file
/// What the generator's own sources share.
#pragma once

#include "bench/load/generator.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <string_view>
#include <vector>

namespace wakala::bench {

/// Connections that cannot be opened are tried again after this.
constexpr std::chrono::milliseconds reconnect_wait{20};

/// 0 when `to` is before `from`.
inline std::uint64_t ns_between(generator::clock::time_point from, generator::clock::time_point to) {
  using std::chrono::nanoseconds;
  return to <= from ? 0 : static_cast<std::uint64_t>(std::chrono::duration_cast<nanoseconds>(to - from).count());
}

/// One request on its way, perhaps again.
struct generator::job {
  prepared_batch_ptr batch;
  std::uint32_t index = 0;
  bool was_sent = false;
  std::uint64_t intended_ns = 0; ///< from the start of the run
  clock::time_point not_before{};

  const prepared_request& request() const { return batch->requests[index]; }
  std::string_view bytes() const { return batch->bytes_of(request()); }
};

struct generator::connection {
  enum class state : std::uint8_t { closed, connecting, idle, busy };
  int fd = -1;
  state is = state::closed;
  answer_reader reader;
  job current;
  std::size_t written = 0;
  clock::time_point sent_at{};
  clock::time_point open_again{};
};

/// What belongs to one run.
struct generator::running {
  running(request_source& from, const arrivals& at) : source(from), when(at) {}

  request_source& source;
  const arrivals& when;
  load_result result;
  clock::time_point start{};
  std::uint64_t measured_from_ns = 0;
  std::uint64_t end_ns = 0;
  bool is_patient = false;              ///< requests wait for a connection however long
  std::uint64_t next = 0;               ///< number of the next arrival
  clock::time_point all_taken{};        ///< when the last arrival so far had its turn
  prepared_batch_ptr batch;             ///< holds it
  std::vector<prepared_batch_ptr> used; ///< kept, as giving memory back to the kernel takes time
  std::uint64_t batch_first = 0;
  std::deque<job> held;  ///< statuses too early to be caused, and repeats
  std::deque<job> again; ///< repeats to be added to them
  std::size_t busy = 0;
  std::uint64_t good_in_window = 0;
  clock::time_point now{};
  clock::time_point looked{};
  clock::time_point timeouts_looked{};
  clock::time_point woke{};
  clock::time_point seen_open{};  ///< when a connection was there last
  clock::time_point free_since{}; ///< when a connection was free at the end of a round, and has been in all since

  std::uint64_t now_ns() const { return ns_between(start, now); }
};

} // namespace wakala::bench
