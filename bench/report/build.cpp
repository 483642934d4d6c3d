#include "bench/report/build.hpp"

#include "bench/report/report.hpp"
#include "runtime/core/time_text.hpp"

#include <chrono>

namespace wakala::bench {

build_facts read_build() { return {WAKALA_BENCH_COMPILER, WAKALA_BENCH_FLAGS, built_commit(), WAKALA_BENCH_TYPE}; }

report begin_report(std::string command, std::string target, const std::string& directory,
                    std::string durability_mode) {
  report r;
  r.command = std::move(command);
  r.target = std::move(target);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  r.started_at = to_rfc3339(std::chrono::duration_cast<std::chrono::milliseconds>(now).count());
  r.machine = read_machine(directory);
  r.build = read_build();
  r.durability = measure_fsync(directory, std::move(durability_mode));
  return r;
}

} // namespace wakala::bench
