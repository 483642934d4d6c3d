#include "persistence/postgres/serving_guard.hpp"

#include <thread>

namespace wakala::persistence::postgres {

namespace {

/// Next to the number of the turn that migrations take.
constexpr const char* take_sql = "SELECT pg_try_advisory_lock(131260297079906)::int4";
constexpr const char* share_sql = "SELECT pg_try_advisory_lock_shared(131260297079906)::int4";
constexpr int tries = 30;
constexpr std::chrono::milliseconds pause{100};

} // namespace

result<serving_guard> serving_guard::take(connector& from, bool shared) {
  auto on = from.open(session{});
  if (!on)
    return on.error();
  for (int left = tries; left > 0; --left) {
    const auto taken = on->run(shared ? share_sql : take_sql);
    if (!taken)
      return taken.error();
    if (taken->number(0, 0) == 1)
      return serving_guard(std::move(*on));
    std::this_thread::sleep_for(pause);
  }
  return make_error(errc::conflict,
                    shared ? "a daemon that is alone serves this database" : "another daemon serves this database",
                    "store.url");
}

} // namespace wakala::persistence::postgres
