#include "bench/report/build.hpp"

#include "bench/report/report.hpp"

namespace wakala::bench {

build_facts read_build() { return {WAKALA_BENCH_COMPILER, WAKALA_BENCH_FLAGS, built_commit(), WAKALA_BENCH_TYPE}; }

} // namespace wakala::bench
