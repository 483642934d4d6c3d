#include "actors/outbound/number_gate.hpp"

#include "whatsapp/outbound.hpp"

#include <algorithm>
#include <utility>

namespace wakala::actors {

class number_gate::permit {
public:
  permit(std::shared_ptr<number_gate> gate, std::shared_ptr<reply_budget> counted)
      : gate_(std::move(gate)), counted_(std::move(counted)) {
    if (gate_->valve_)
      gate_->valve_->let_out();
  }
  ~permit() {
    if (counted_)
      counted_->give_back();
    gate_->leave();
    if (gate_->valve_)
      gate_->valve_->came_back();
  }
  permit(const permit&) = delete;
  permit& operator=(const permit&) = delete;

  /// It has let a message out.
  void let_out() { counted_ = nullptr; }

private:
  std::shared_ptr<number_gate> gate_;
  std::shared_ptr<reply_budget> counted_; ///< given back with it
};

void number_gate::settle(const permit_ptr& permit, const send_outcome& outcome) {
  if (outcome.what == send_outcome::kind::accepted || outcome.what == send_outcome::kind::unknown)
    permit->let_out();
}

namespace {

/// A grant that was not used by then is void, and a question that was not answered by then is asked again.
constexpr time_ms allowance_lasts = ms_per_second;
constexpr int spam_code = 131048; ///< Cloud API reference §10.3
constexpr time_ms answer_patience = 2 * ms_per_second;

double burst_of(std::size_t per_second) { return std::max(1.0, static_cast<double>(per_second) / 4); }
double interval_of(std::size_t per_second) { return 1'000.0 / static_cast<double>(per_second); }

} // namespace

number_gate::number_gate(std::size_t messages_per_second, bool limited, std::shared_ptr<send_valve> valve,
                         ask_for_sends ask_home, std::shared_ptr<reply_budget> replies)
    : usual_per_second_(messages_per_second), limited_(limited), valve_(std::move(valve)),
      ask_home_(std::move(ask_home)), replies_(std::move(replies)),
      pace_(burst_of(messages_per_second), interval_of(messages_per_second)) {}

bool is_template(std::string_view request) noexcept {
  // Inside of a text its quotes would stand behind backslashes.
  return request.find(R"("type":"template")") != std::string_view::npos;
}

bool number_gate::holds(message_class what, time_ms now) {
  if (!limited_)
    return false;
  if (what == message_class::reply && replies_ && replies_->is_used_up(now))
    return true;
  const std::lock_guard lock{mutex_};
  return is_held(what, now);
}

void number_gate::set_rules(const gate_rules& rules, time_ms now) {
  {
    const std::lock_guard lock{mutex_};
    if (rules == rules_)
      return;
    if (rules.messages_per_second != rules_.messages_per_second) {
      const auto pace = rules.messages_per_second == 0 ? usual_per_second_ : rules.messages_per_second;
      pace_.set_pace(burst_of(pace), interval_of(pace), now);
    }
    rules_ = rules;
    is_in_trouble_ = is_in_trouble_ || rules.is_in_trouble;
  }
  wake();
}

number_gate::permit_ptr number_gate::enter(time_ms now, bool from_queue, message_class what) {
  if (valve_ && !valve_->lets_through())
    return nullptr;
  const bool is_counted = limited_ && what == message_class::reply && replies_;
  if (limited_) {
    if (is_counted && replies_->is_empty(now))
      return nullptr;
    const std::lock_guard lock{mutex_};
    if (is_held(what, now) || (queue_waits_ && !from_queue) || in_flight_ >= places() || paused_until_ > now ||
        !take_pace(now) || (is_counted && !replies_->take(now)))
      return nullptr;
    ++in_flight_;
  }
  return std::make_shared<permit>(shared_from_this(), is_counted ? replies_ : nullptr);
}

bool number_gate::take_pace(time_ms now) {
  if (!ask_home_)
    return pace_.take(now);
  if (allowed_ == 0 || now >= allowed_until_)
    return false;
  --allowed_;
  return true;
}

void number_gate::want(time_ms now, std::size_t count) {
  {
    const std::lock_guard lock{mutex_};
    if (!ask_home_ || !limited_ || now < ask_not_before_ || paused_until_ > now ||
        in_flight_ >= calls_in_flight_max || (allowed_ > 0 && now < allowed_until_))
      return;
    ask_not_before_ = now + answer_patience;
    count = std::min(count, calls_in_flight_max - in_flight_);
  }
  ask_home_(static_cast<std::uint32_t>(count), 0);
}

void number_gate::allow(time_ms now, std::uint32_t count, time_ms wait) {
  {
    const std::lock_guard lock{mutex_};
    allowed_ = (now < allowed_until_ ? allowed_ : 0) + count;
    allowed_until_ = now + allowance_lasts;
    ask_not_before_ = now + (count > 0 ? 0 : std::min(wait, answer_patience));
  }
  wake();
}

number_gate::share number_gate::give(time_ms now, std::uint32_t count) {
  const std::lock_guard lock{mutex_};
  if (paused_until_ > now)
    return {0, paused_until_ - now};
  share given;
  while (given.count < count && pace_.take(now))
    ++given.count;
  given.wait = std::max<time_ms>(pace_.wait(now), 1);
  return given;
}

void number_gate::pause(time_ms now, time_ms how_long) {
  const std::lock_guard lock{mutex_};
  paused_until_ = std::max(paused_until_, now + how_long);
}

time_ms number_gate::wait(time_ms now) {
  const std::lock_guard lock{mutex_};
  if (in_flight_ >= places())
    return ms_per_second; // whoever leaves wakes the queue
  if (ask_home_)
    return std::max({ask_not_before_ - now, paused_until_ - now, time_ms{1}});
  return std::max({pace_.wait(now), paused_until_ - now, time_ms{1}});
}

void number_gate::set_queue(bool waiting, std::function<void()> wake) {
  const std::lock_guard lock{mutex_};
  queue_waits_ = waiting;
  wake_ = std::move(wake);
}

void number_gate::leave() {
  if (!limited_)
    return;
  {
    const std::lock_guard lock{mutex_};
    --in_flight_;
  }
  wake();
}

void number_gate::wake() {
  std::function<void()> call;
  {
    const std::lock_guard lock{mutex_};
    call = wake_;
  }
  if (call)
    call();
}

number_gate::lesson number_gate::returned(const send_outcome& outcome, time_ms now, std::uint64_t message) {
  time_ms pause = 0;
  const auto learnt = learn(outcome, now, message, pause);
  if (pause > 0 && ask_home_)
    ask_home_(0, pause); // what Meta says holds for the number, wherever it was said
  return learnt;
}

number_gate::lesson number_gate::learn(const send_outcome& outcome, time_ms now, std::uint64_t message,
                                       time_ms& pause) {
  using whatsapp::error_class;
  const std::lock_guard lock{mutex_};
  if (outcome.what == send_outcome::kind::not_sent || outcome.what == send_outcome::kind::unknown) {
    failed(now, message);
    return lesson::none;
  }
  const auto kind = outcome.what == send_outcome::kind::accepted ? error_class::fix_request // Meta works, in any case
                                                                 : whatsapp::classify(outcome.failure);
  if (kind == error_class::transient || kind == error_class::unknown_outcome) {
    failed(now, message);
    return lesson::none;
  }
  failures_ = 0;
  probes_ = 0;
  several_fail_ = false;
  if (kind == error_class::pace_number) {
    pace_.drain(now);
    pause = ms_per_second;
    paused_until_ = std::max(paused_until_, now + pause);
    return outcome.failure.code == spam_code ? lesson::spam : lesson::none;
  } else if (kind == error_class::unauthorised || kind == error_class::blocked || kind == error_class::pace_account) {
    const bool is_trouble = kind != error_class::pace_account;
    const bool is_new = paused_until_ <= now || (is_trouble && !is_in_trouble_);
    pause = 60 * ms_per_second;
    paused_until_ = now + pause;
    is_in_trouble_ = is_in_trouble_ || is_trouble;
    return is_new ? lesson::paused : lesson::none;
  }
  if (outcome.what == send_outcome::kind::accepted && std::exchange(is_in_trouble_, false))
    return lesson::recovered;
  return lesson::none;
}

void number_gate::failed(time_ms now, std::uint64_t message) {
  several_fail_ = several_fail_ || (failures_ > 0 && message != failed_last_);
  failed_last_ = message;
  ++failures_;
  if (failures_ < failures_of_an_outage || paused_until_ > now)
    return;
  constexpr std::uint32_t doublings_max = 5;
  paused_until_ = now + std::min(ms_per_second << std::min(probes_++, doublings_max), probe_pause_max);
}

bool number_gate::is_failing() {
  const std::lock_guard lock{mutex_};
  return several_fail_;
}

void number_gate::resume() {
  {
    const std::lock_guard lock{mutex_};
    failures_ = 0;
    probes_ = 0;
    several_fail_ = false;
    paused_until_ = 0;
    ask_not_before_ = 0;
  }
  wake();
}

std::shared_ptr<number_gate> number_gates::at(const std::string& number_id) {
  const std::lock_guard lock{mutex_};
  auto& gate = gates_[number_id];
  if (!gate)
    gate = std::make_shared<number_gate>(
        messages_per_second_, limited_, valve_,
        ask_home_
            ? [ask = ask_home_, number_id](std::uint32_t count, time_ms paused) { ask(number_id, count, paused); }
            : ask_for_sends{},
        replies_);
  return gate;
}

void number_gates::wake_all() {
  const std::lock_guard lock{mutex_};
  for (const auto& [id, gate] : gates_)
    gate->wake();
}

void number_gates::resume_all() {
  const std::lock_guard lock{mutex_};
  for (const auto& [id, gate] : gates_)
    gate->resume();
}

} // namespace wakala::actors
