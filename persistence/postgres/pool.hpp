/// \file
/// Connections that come back by themselves.
#pragma once

#include "persistence/postgres/connection.hpp"

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace wakala::persistence::postgres {

/// Opens connections. While the database refuses, only one caller in so many milliseconds tries; the others are told
/// at once what the last one was told. Thread-safe.
class connector {
public:
  connector(std::string url, std::string application_name)
      : url_(std::move(url)), application_name_(std::move(application_name)) {}

  result<connection> open(session how);

private:
  const std::string url_;
  const std::string application_name_;
  std::mutex mutex_;
  std::chrono::milliseconds wait_{0}; ///< 0: the last attempt was good
  std::chrono::steady_clock::time_point not_before_;
  error last_;
};

/// At most so many connections of one kind. Thread-safe.
class pool {
public:
  pool(connector& from, session how, std::size_t most) : from_(from), how_(how), most_(most) {}

  /// Calls `use` with a connection of its own, which is thrown away when it is no good afterwards. Waits for a free
  /// one as long as an answer may take.
  template <class Use>
  auto run(Use use) -> decltype(use(std::declval<connection&>())) {
    auto taken = take();
    if (!taken)
      return taken.error();
    const keeper returns{*this, *taken};
    return use(*taken->on);
  }

  /// The same for what may be done twice: once more on a new connection when the one at hand had been cut off while
  /// nobody used it.
  template <class Use>
  auto read(Use use) -> decltype(use(std::declval<connection&>())) {
    {
      auto taken = take();
      if (!taken)
        return taken.error();
      const keeper returns{*this, *taken};
      auto out = use(*taken->on);
      if (out || !taken->is_used || taken->on->is_usable())
        return out;
    }
    return run(use);
  }

private:
  struct loan {
    std::optional<connection> on;
    bool is_used = false; ///< before this loan
  };

  /// Gives a loan back, whatever happens.
  struct keeper {
    pool& from;
    loan& taken;
    ~keeper() { from.give_back(std::move(taken)); }
  };

  result<loan> take();
  void give_back(loan taken);

  connector& from_;
  const session how_;
  const std::size_t most_;
  std::mutex mutex_;
  std::condition_variable returned_;
  std::size_t lent_ = 0;
  std::vector<connection> free_;
};

/// Runs a change that may be done twice; the rows it has changed.
result<std::uint64_t> change(pool& on, const char* sql, const parameters& values);
/// The same where their number says nothing.
result<void> change_any(pool& on, const char* sql, const parameters& values);

} // namespace wakala::persistence::postgres
