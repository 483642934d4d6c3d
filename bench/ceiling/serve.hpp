/// \file
/// `wakala-bench ceiling --serve`.
#pragma once

#include "bench/ceiling/server.hpp"
#include "runtime/core/result.hpp"

namespace wakala::bench::ceiling {

/// Prints `public: URL`, serves until SIGTERM or SIGINT, then prints `rows: N` and `batches: N`.
result<void> serve(const server_options& options);

} // namespace wakala::bench::ceiling
