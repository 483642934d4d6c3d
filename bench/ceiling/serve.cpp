#include "bench/ceiling/serve.hpp"

#include <csignal>
#include <iostream>

namespace wakala::bench::ceiling {

result<void> serve(const server_options& options) {
  // Blocked in every thread from here on; `sigwait` takes them.
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  auto running = server::start(options);
  if (!running)
    return running.error();
  std::cout << "public: " << (*running)->url() << std::endl;
  int signal = 0;
  sigwait(&stop_signals, &signal);
  const auto counts = (*running)->counts();
  std::cout << "rows: " << counts.rows << "\nbatches: " << counts.batches << std::endl;
  return {};
}

} // namespace wakala::bench::ceiling
