// Loaded before a program (LD_PRELOAD): its wall clock is wrong by WRONG_CLOCK_SECONDS, as that of a machine whose
// clock nobody sets. Waiting until a time of the wall clock ends when that clock says so.
#include <cerrno>
#include <cstdlib>
#include <ctime>
#include <dlfcn.h>
#include <pthread.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <unistd.h>

namespace {

time_t wrong_by() noexcept {
  static const time_t seconds = [] {
    const char* const text = std::getenv("WRONG_CLOCK_SECONDS");
    return text == nullptr ? 0 : static_cast<time_t>(std::atol(text));
  }();
  return seconds;
}

/// Not the library's own function: to look it up takes memory, and the allocator asks for the time.
int real_time(clockid_t clock, timespec* to) noexcept {
  return static_cast<int>(syscall(SYS_clock_gettime, clock, to));
}

bool is_wall(clockid_t clock) noexcept { return clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE; }

timespec in_real_time(const timespec* of_ours) noexcept {
  timespec out = *of_ours;
  out.tv_sec -= wrong_by();
  return out;
}

} // namespace

extern "C" int clock_gettime(clockid_t clock, timespec* to) noexcept {
  const int failed = real_time(clock, to);
  if (failed == 0 && is_wall(clock))
    to->tv_sec += wrong_by();
  return failed;
}

extern "C" int gettimeofday(timeval* __restrict to, void* __restrict) noexcept {
  timespec now{};
  if (clock_gettime(CLOCK_REALTIME, &now) != 0)
    return -1;
  to->tv_sec = now.tv_sec;
  to->tv_usec = now.tv_nsec / 1'000;
  return 0;
}

extern "C" time_t time(time_t* to) noexcept {
  timespec now{};
  clock_gettime(CLOCK_REALTIME, &now);
  if (to != nullptr)
    *to = now.tv_sec;
  return now.tv_sec;
}

extern "C" int pthread_cond_timedwait(pthread_cond_t* __restrict condition, pthread_mutex_t* __restrict mutex,
                                      const timespec* __restrict until) {
  static auto* const real = reinterpret_cast<int (*)(pthread_cond_t*, pthread_mutex_t*, const timespec*)>(
      dlsym(RTLD_NEXT, "pthread_cond_timedwait"));
  const auto moment = in_real_time(until);
  return real(condition, mutex, &moment);
}

extern "C" int pthread_cond_clockwait(pthread_cond_t* __restrict condition, pthread_mutex_t* __restrict mutex,
                                      clockid_t clock, const timespec* __restrict until) {
  static auto* const real = reinterpret_cast<int (*)(pthread_cond_t*, pthread_mutex_t*, clockid_t, const timespec*)>(
      dlsym(RTLD_NEXT, "pthread_cond_clockwait"));
  const auto moment = is_wall(clock) ? in_real_time(until) : *until;
  return real(condition, mutex, clock, &moment);
}
