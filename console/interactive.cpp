#include "console/interactive.hpp"

#include "console/api_client.hpp"
#include "console/app.hpp"
#include "console/live_feed.hpp"

#include <array>
#include <atomic>
#include <chrono>
#include <csignal>
#include <cstdint>
#include <poll.h>
#include <stdexcept>
#include <sys/eventfd.h>
#include <unistd.h>

namespace wakala::console {

namespace {

std::atomic<bool> is_told_to_end = false;

void tell_to_end(int) { is_told_to_end = true; }

moment_now now() {
  const auto ms = [](auto since) { return std::chrono::duration_cast<std::chrono::milliseconds>(since).count(); };
  return {ms(std::chrono::steady_clock::now().time_since_epoch()),
          ms(std::chrono::system_clock::now().time_since_epoch())};
}

/// A counter in the kernel that wakes `poll`.
class alarm {
public:
  alarm() : descriptor_(::eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC)) {
    if (descriptor_ < 0)
      throw std::runtime_error("eventfd: no descriptor to be had");
  }
  ~alarm() { ::close(descriptor_); }
  alarm(const alarm&) = delete;
  alarm& operator=(const alarm&) = delete;

  int descriptor() const noexcept { return descriptor_; }
  void ring() noexcept {
    const std::uint64_t one = 1;
    [[maybe_unused]] const auto written = ::write(descriptor_, &one, sizeof one);
  }
  void silence() noexcept {
    std::uint64_t count = 0;
    [[maybe_unused]] const auto taken = ::read(descriptor_, &count, sizeof count);
  }

private:
  int descriptor_;
};

void loop(app& what, painter& terminal, api_client& client, alarm& answers, live_feed& feed) {
  std::int64_t drawn_second = -1;
  bool is_changed = true;
  while (!what.has_ended() && !is_told_to_end) {
    for (auto& each : what.due(now()))
      client.send(std::move(each));
    if (is_changed || now().wall_ms / 1000 != drawn_second) {
      if (what.wants_redraw())
        terminal.forget();
      terminal.paint(what.draw(terminal.rows(), terminal.columns(), now()));
      drawn_second = now().wall_ms / 1000;
      is_changed = false;
    }
    std::array<pollfd, 2> waited{{{STDIN_FILENO, POLLIN, 0}, {answers.descriptor(), POLLIN, 0}}};
    ::poll(waited.data(), waited.size(), static_cast<int>(what.wait_ms()));
    if ((waited[0].revents & (POLLHUP | POLLERR | POLLNVAL)) != 0)
      return; // the terminal is gone
    bool has_resized = false;
    while (const auto pressed = terminal.read(has_resized)) {
      is_changed = true;
      if (pressed->kind == key_kind::control && pressed->character == U'z') {
        terminal.suspend();
        continue;
      }
      what.on_key(*pressed, now());
      if (what.has_ended())
        return;
      // Keys act on what was on the screen when they were pressed; of those that came together, each sees the last
      // one's effect.
      what.draw(terminal.rows(), terminal.columns(), now());
    }
    answers.silence();
    for (const auto& each : client.take()) {
      what.on_answer(each, now());
      is_changed = true;
    }
    is_changed = feed.follow(what, now().steady_ms) || is_changed || has_resized;
  }
}

} // namespace

int run_interactive(const interactive_options& how) {
  std::signal(SIGTERM, tell_to_end);
  std::signal(SIGINT, tell_to_end);
  std::signal(SIGHUP, tell_to_end);
  alarm answers;
  painter terminal(how.look);
  api_client client(how.to, how.ca_file, [&] { answers.ring(); });
  app what(how.first);
  live_feed feed(how.to.token, how.ca_file, [&] { answers.ring(); });
  loop(what, terminal, client, answers, feed);
  return 0;
}

} // namespace wakala::console
