/// \file
/// Many who want the same thing at once, and one who gets it for all.
#pragma once

#include "runtime/core/result.hpp"

#include <functional>
#include <map>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

namespace wakala::http {

/// Thread-safe.
template <class T>
class single_flight {
public:
  using done = std::function<void(result<T>)>;

  /// True for the first, who is to see to `finish`.
  bool join(const std::string& what, done then) {
    const std::lock_guard lock{mutex_};
    auto& waiting = flights_[what];
    waiting.push_back(std::move(then));
    return waiting.size() == 1;
  }

  /// Tells all who wait; nothing when it was finished before.
  void finish(const std::string& what, result<T> outcome) {
    std::vector<done> waiting;
    {
      const std::lock_guard lock{mutex_};
      const auto flight = flights_.find(what);
      if (flight == flights_.end())
        return;
      waiting = std::move(flight->second);
      flights_.erase(flight);
    }
    for (std::size_t i = 0; i + 1 < waiting.size(); ++i)
      waiting[i](outcome);
    waiting.back()(std::move(outcome));
  }

private:
  std::mutex mutex_;
  std::map<std::string, std::vector<done>> flights_;
};

} // namespace wakala::http
