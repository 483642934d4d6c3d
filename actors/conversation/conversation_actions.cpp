#include "actors/conversation/conversation.hpp"
#include "actors/conversation/conversation_parts.hpp"

#include <algorithm>

namespace wakala::actors {

bool conversation::is_paused() const { return paused_until_ != 0; }

void conversation::pause_until(time_ms until) {
  paused_until_ = until;
  shows_paused(until != 0);
}

void conversation::look_if_paused() {
  if (!is_paused())
    return;
  const auto left = paused_until_ - context_->node->clock->now();
  if (left > 0) {
    remind(std::min<std::chrono::milliseconds>(paused_look, std::chrono::milliseconds{left}), paused_tick{});
    return;
  }
  pause_until(0);
  go();
}

void conversation::act_on(const actor_action& q, const caf::response_promise& promise) {
  const auto say = [p = promise](const char* what) mutable {
    p.deliver(text_answer{std::string(R"({"result":")") + what + "\"}", {}});
  };
  auto answer = say;
  if (q.action == "pause") {
    const bool was_paused = is_paused();
    pause_until(context_->node->clock->now() + time_ms{q.minutes} * 60 * ms_per_second);
    if (!was_paused)
      look_if_paused();
    return answer("done");
  }
  if (q.action == "resume") {
    pause_until(0); // `go`, which has called us, goes on with what has waited
    return answer("done");
  }
  if (q.action == "restart") {
    answer("done");
    return end_early();
  }
  if (in_flight_ != 0 || !outbox_.empty() || is_paused())
    return answer("stays");
  answer("done");
  is_ending_ = true;
  quit();
}

} // namespace wakala::actors
