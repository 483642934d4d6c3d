#include "persistence/sqlite/paced_work.hpp"

#include <chrono>
#include <thread>

namespace wakala::persistence::sqlite {

namespace {

using clock = std::chrono::steady_clock;

/// Two thirds of the time work, as sleeping takes about 50 µs longer than asked for.
constexpr std::chrono::microseconds work{200};
constexpr std::chrono::microseconds rest{60};

struct pace {
  int paced = 0; ///< objects alive on this thread
  std::uint64_t rests = 0;
  clock::time_point since; ///< when it began to work
};
thread_local pace mine;

} // namespace

paced_work::paced_work() noexcept {
  ++mine.paced;
  mine.since = clock::now();
}

paced_work::~paced_work() { --mine.paced; }

void paced_work::breathe() noexcept {
  if (mine.paced == 0 || clock::now() - mine.since < work)
    return;
  std::this_thread::sleep_for(rest);
  ++mine.rests;
  mine.since = clock::now();
}

std::uint64_t paced_work::rests() noexcept { return mine.rests; }

} // namespace wakala::persistence::sqlite
