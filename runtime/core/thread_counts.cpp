#include "runtime/core/thread_counts.hpp"

#include <algorithm>
#include <thread>

namespace wakala {

std::size_t processors() noexcept { return std::max<std::size_t>(std::thread::hardware_concurrency(), 1); }

} // namespace wakala
