#include "actors/number_gate.hpp"

#include "whatsapp/outbound.hpp"

#include <algorithm>
#include <utility>

namespace wakala::actors {

class number_gate::permit {
public:
  explicit permit(std::shared_ptr<number_gate> gate) : gate_(std::move(gate)) {
    if (gate_->valve_)
      ++gate_->valve_->permits;
  }
  ~permit() {
    gate_->leave();
    if (gate_->valve_)
      --gate_->valve_->permits;
  }
  permit(const permit&) = delete;
  permit& operator=(const permit&) = delete;

private:
  std::shared_ptr<number_gate> gate_;
};

number_gate::number_gate(std::size_t messages_per_second, bool limited, std::shared_ptr<send_valve> valve)
    : limited_(limited), valve_(std::move(valve)), pace_(std::max(1.0, static_cast<double>(messages_per_second) / 4),
                                                         1'000.0 / static_cast<double>(messages_per_second)) {}

number_gate::permit_ptr number_gate::enter(time_ms now, bool from_queue) {
  if (valve_ && valve_->is_shut)
    return nullptr;
  if (limited_) {
    const std::lock_guard lock{mutex_};
    if ((queue_waits_ && !from_queue) || in_flight_ >= calls_in_flight_max || paused_until_ > now || !pace_.take(now))
      return nullptr;
    ++in_flight_;
  }
  return std::make_shared<permit>(shared_from_this());
}

time_ms number_gate::wait(time_ms now) {
  const std::lock_guard lock{mutex_};
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
  std::function<void()> wake;
  {
    const std::lock_guard lock{mutex_};
    --in_flight_;
    wake = wake_;
  }
  if (wake)
    wake();
}

number_gate::lesson number_gate::returned(const send_outcome& outcome, time_ms now) {
  using whatsapp::error_class;
  if (outcome.what != send_outcome::kind::refused)
    return lesson::none;
  const auto kind = whatsapp::classify(outcome.failure);
  const std::lock_guard lock{mutex_};
  if (kind == error_class::pace_number) {
    pace_.drain(now);
    paused_until_ = std::max(paused_until_, now + ms_per_second);
  } else if (kind == error_class::unauthorised || kind == error_class::blocked || kind == error_class::pace_account) {
    const bool is_new = paused_until_ <= now;
    paused_until_ = now + 60 * ms_per_second;
    return is_new ? lesson::paused : lesson::none;
  }
  return lesson::none;
}

void number_gate::resume() {
  std::function<void()> wake;
  {
    const std::lock_guard lock{mutex_};
    paused_until_ = 0;
    wake = wake_;
  }
  if (wake)
    wake();
}

std::shared_ptr<number_gate> number_gates::at(const std::string& number_id) {
  const std::lock_guard lock{mutex_};
  auto& gate = gates_[number_id];
  if (!gate)
    gate = std::make_shared<number_gate>(messages_per_second_, limited_, valve_);
  return gate;
}

void number_gates::resume_all() {
  const std::lock_guard lock{mutex_};
  for (const auto& [id, gate] : gates_)
    gate->resume();
}

} // namespace wakala::actors
