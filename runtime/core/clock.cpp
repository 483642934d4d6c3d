#include "runtime/core/clock.hpp"

namespace wakala {

using namespace std::chrono;

system_clock_source::system_clock_source()
    : started_(steady_clock::now()),
      offset_(duration_cast<milliseconds>(system_clock::now().time_since_epoch()).count()) {}

time_ms system_clock_source::now() const noexcept {
  return offset_ + duration_cast<milliseconds>(steady_clock::now() - started_).count();
}

} // namespace wakala
