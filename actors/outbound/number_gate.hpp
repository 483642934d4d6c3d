/// \file
/// How many messages of one business number may be on their way, and how fast: the way out's turnstile.
#pragma once

#include "actors/outbound/reply_budget.hpp"
#include "actors/outbound/transport.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/token_bucket.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>

namespace wakala::actors {

/// Calls in flight at once per number; the pace bounds them over time.
constexpr std::size_t calls_in_flight_max = 32;

/// So many calls in a row without a usable answer mean that the other side is down: then the gate opens for one call
/// at a time, after growing pauses, until one succeeds.
constexpr std::uint32_t failures_of_an_outage = 8;
constexpr time_ms probe_pause_max = 10 * ms_per_second;

/// Shuts all gates of a shard or a tenant that is about to move, so that what is on its way out comes to its end.
/// Thread-safe.
struct send_valve {
  std::shared_ptr<send_valve> above; ///< of the shard, when this is a tenant's; counts and shuts with it
  std::atomic<bool> is_shut{false};
  std::atomic<std::size_t> permits{0}; ///< that are out

  bool lets_through() const noexcept { return !is_shut && (!above || above->lets_through()); }
  void let_out() noexcept {
    ++permits;
    if (above)
      above->let_out();
  }
  void came_back() noexcept {
    --permits;
    if (above)
      above->came_back();
  }
};

/// Asks the home of a spread tenant how many messages may leave here, and tells it when Meta wants a pause of so many
/// milliseconds (0: it does not). Called on any thread; the answer is `number_gate::allow`.
using ask_for_sends = std::function<void(std::uint32_t count, time_ms paused)>;

/// What may be allowed or not each by itself.
enum class message_class : std::uint8_t {
  reply,     ///< the shop's own answer: counts against the merchant's hour when it leaves
  service,   ///< another message inside of a window; it was counted when it was posted
  templated, ///< a template
};
/// Is it the body of a template?
bool is_template(std::string_view request) noexcept;

/// What the standing of the account makes of a number.
struct gate_rules {
  std::size_t messages_per_second = 0; ///< 0: the usual
  time_ms templates_held_until = 0;    ///< 0: they may leave
  time_ms service_held_until = 0;
  bool is_in_trouble = false; ///< Meta refused it; the next message that it accepts is news

  bool operator==(const gate_rules&) const = default;
};

/// Shared by the conversations that send through the number and by its sender, who keeps the queue of those that
/// found it shut. Thread-safe. A conversation that finds it open needs no message to any actor before it sends.
class number_gate : public std::enable_shared_from_this<number_gate> {
public:
  /// A place among the calls in flight; gone with its last copy.
  class permit;
  using permit_ptr = std::shared_ptr<permit>;

  /// What the other side said about more than the one message.
  enum class lesson : std::uint8_t {
    none,
    paused,    ///< nothing of this number will be accepted before somebody acted; said once a pause
    spam,      ///< the number has sent what people did not want: slow down for hours
    recovered, ///< it accepts again
  };

  /// `limited` false: only the places count, and there is always one. `valve` may be null. `ask_home` is null where
  /// the number's pace is kept; elsewhere nothing leaves that was not granted there. `replies` may be null: any
  /// number.
  number_gate(std::size_t messages_per_second, bool limited, std::shared_ptr<send_valve> valve = nullptr,
              ask_for_sends ask_home = nullptr, std::shared_ptr<reply_budget> replies = nullptr);

  /// What became of the call that the permit was for: one that did not leave does not count as a reply. To be called
  /// before the permit goes; one that goes without it has let nothing out.
  static void settle(const permit_ptr& permit, const send_outcome& outcome);
  /// A place, or null: the valve is shut, none is free, the pace is used up, or others wait in the queue
  /// (`from_queue` false only), or messages of the class are held.
  permit_ptr enter(time_ms now, bool from_queue, message_class what);
  /// Messages of the class may not leave at present, whatever the pace.
  bool holds(message_class what, time_ms now);
  /// There may be places now.
  void wake();
  /// A new standing of the account.
  void set_rules(const gate_rules& rules, time_ms now);
  /// Milliseconds until `enter` may succeed again; at least 1.
  time_ms wait(time_ms now);
  /// The sender's queue is not empty, or is: `wake` is called, on any thread, when a place becomes free meanwhile.
  void set_queue(bool waiting, std::function<void()> wake);
  /// Where the pace is kept elsewhere: so many messages wait, ask for them.
  void want(time_ms now, std::size_t count);
  /// The answer: so many may leave within a second; after `wait` milliseconds there may be more.
  void allow(time_ms now, std::uint32_t count, time_ms wait);
  struct share {
    std::uint32_t count = 0;
    time_ms wait = 0; ///< until there may be more
  };
  /// Where the pace is kept: takes up to `count` messages for another place.
  share give(time_ms now, std::uint32_t count);
  /// Another place was told to pause.
  void pause(time_ms now, time_ms how_long);
  /// Learns from what became of a call; `message` tells messages apart.
  lesson returned(const send_outcome& outcome, time_ms now, std::uint64_t message = 0);
  /// The last calls failed one after the other for no fault of their own, and not all for one message.
  bool is_failing();
  /// Somebody acted: perhaps with a new token.
  void resume();

private:
  void leave();
  bool take_pace(time_ms now);
  lesson learn(const send_outcome& outcome, time_ms now, std::uint64_t message, time_ms& pause);
  void failed(time_ms now, std::uint64_t message);
  bool is_held(message_class what, time_ms now) const noexcept {
    return (what == message_class::templated ? rules_.templates_held_until : rules_.service_held_until) > now;
  }
  std::size_t places() const noexcept { return failures_ < failures_of_an_outage ? calls_in_flight_max : 1; }

  std::mutex mutex_;
  const std::size_t usual_per_second_;
  const bool limited_;
  const std::shared_ptr<send_valve> valve_;
  const ask_for_sends ask_home_;
  const std::shared_ptr<reply_budget> replies_;
  gate_rules rules_;
  bool is_in_trouble_ = false; ///< paused until somebody acts, or Meta accepts again
  std::uint32_t allowed_ = 0;  ///< messages that were granted and have not left
  time_ms allowed_until_ = 0;
  time_ms ask_not_before_ = 0;
  runtime::token_bucket pace_;
  std::size_t in_flight_ = 0;
  time_ms paused_until_ = 0;
  std::uint32_t failures_ = 0; ///< in a row
  std::uint32_t probes_ = 0;   ///< pauses for them, in a row
  std::uint64_t failed_last_ = 0;
  bool several_fail_ = false; ///< messages, not one of them again and again
  bool queue_waits_ = false;
  std::function<void()> wake_;
};

/// The gates of a tenant's numbers, made on first use. Thread-safe.
class number_gates {
public:
  /// `ask_home` as of the gates, with the number in front.
  using ask_home_function = std::function<void(const std::string& number_id, std::uint32_t count, time_ms paused)>;

  number_gates(std::size_t messages_per_second, bool limited, std::shared_ptr<send_valve> valve = nullptr,
               ask_home_function ask_home = nullptr, std::shared_ptr<reply_budget> replies = nullptr)
      : messages_per_second_(messages_per_second), limited_(limited), valve_(std::move(valve)),
        ask_home_(std::move(ask_home)), replies_(std::move(replies)) {}

  std::shared_ptr<number_gate> at(const std::string& number_id);
  void resume_all();
  void wake_all();

private:
  const std::size_t messages_per_second_;
  const bool limited_;
  const std::shared_ptr<send_valve> valve_;
  const ask_home_function ask_home_;
  const std::shared_ptr<reply_budget> replies_;
  std::mutex mutex_;
  std::map<std::string, std::shared_ptr<number_gate>, std::less<>> gates_;
};

} // namespace wakala::actors
