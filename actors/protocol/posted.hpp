/// \file
/// One POST and what became of its updates.
#pragma once

#include "actors/tracing/recent_hops.hpp"
#include "runtime/core/ids.hpp"
#include "runtime/counters.hpp"

#include <boost/container/small_vector.hpp>

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <utility>
#include <vector>

namespace wakala::actors {

/// What became of one update.
enum class event_outcome : std::uint8_t {
  committed,
  repeated,
  set_aside,
  dead_lettered,
  retry,          ///< nothing was decided: answer 503, the redelivery will
  handler_failed, ///< between conversation and tenant only: the handler threw
  unmatched,      ///< between conversation and tenant only: a status of an unknown message
};

/// True when Meta may be told 200.
constexpr bool is_settled(event_outcome o) noexcept {
  return o == event_outcome::committed || o == event_outcome::repeated || o == event_outcome::set_aside ||
         o == event_outcome::dead_lettered;
}

/// Gathers the outcomes of a POST's updates. Whoever has the last one calls `done`, on its own thread. Places that
/// nobody settles count as `retry` once all who could settle them are gone: a lost message is a 503, never silence.
class posted {
public:
  using done_function = std::function<void(std::vector<event_outcome>)>;

  /// `count` may be null: then nothing is counted.
  posted(std::size_t places, std::shared_ptr<runtime::counters> count, done_function done);
  ~posted();
  posted(const posted&) = delete;
  posted& operator=(const posted&) = delete;

  /// For a POST at the edge, before anything can be settled: which update has which place, when the request was there
  /// and when its updates were handed on (`monotonic_us`). How long they took is then remembered.
  void watch(std::shared_ptr<node_memory> memory, const std::vector<event_hash>& places, std::uint64_t began_us,
             std::uint64_t handed_us);
  /// Each place once, from any thread.
  void settle(std::size_t place, event_outcome outcome);

private:
  struct watched {
    event_hash event{};
    std::uint64_t settled_us = 0;
  };
  void finish();
  void remember() const;

  std::vector<event_outcome> outcomes_;
  std::atomic<std::size_t> open_;
  std::shared_ptr<runtime::counters> count_;
  done_function done_;
  std::shared_ptr<node_memory> memory_; ///< null: nobody wants to know
  boost::container::small_vector<watched, 1> watched_;
  std::uint64_t began_us_ = 0;
  std::uint64_t handed_us_ = 0;
};

} // namespace wakala::actors
