#include "actors/shards/shard_parts.hpp"
#include "actors/shards/shard_supervisor.hpp"
#include "runtime/core/log.hpp"
#include "runtime/shard_map.hpp"

namespace wakala::actors {

namespace {

/// Calls that are out get so long for their answers; then they are settled by their echoes, at the new owner's.
constexpr time_ms sends_patience = 2 * ms_per_second;
/// Updates that are being worked on get so long.
constexpr time_ms flights_patience = 3 * ms_per_second;
constexpr std::chrono::milliseconds quiet_pause{5};

} // namespace

bool shard_supervisor::passes_on(shard_batch& batch) {
  if (intake_shut_since_ != 0 || is_stopping_) {
    self_->send(place_.remote, std::move(batch));
    return true;
  }
  return false;
}

void shard_supervisor::give_up() {
  if (giving_up_since_ != 0 || is_stopping_)
    return;
  giving_up_since_ = context_->clock->now();
  valve_->is_shut = true;
  if (is_open_)
    fold(); // the fewer rows are not in the tables, the sooner the new owner has read them
  look_if_quiet();
}

void shard_supervisor::look_if_quiet() {
  if (is_stopping_)
    return;
  const auto now = context_->clock->now();
  if (intake_shut_since_ == 0) {
    // The shop goes on while the last answers of the other side come in.
    if (is_open_ && valve_->permits > 0 && now - giving_up_since_ < sends_patience) {
      self_->delayed_send(self_, quiet_pause, quiet_tick{});
      return;
    }
    intake_shut_since_ = now;
    const auto passed_by = [this] { is_passed_by_ = true; };
    self_->request(place_.host, caf::infinite, shard_is_closing{shard_})
        .then(passed_by, [passed_by](const caf::error&) { passed_by(); });
  }
  // Until everybody knows of it, and a little longer, updates may still come here. They are passed on; once this
  // actor has ended they would be refused.
  const bool is_busy = !is_passed_by_ || !in_flight_.empty() || appends_out_ > 0;
  if (is_open_ && is_busy && now - intake_shut_since_ < flights_patience) {
    self_->delayed_send(self_, quiet_pause, quiet_tick{});
    return;
  }
  is_stopping_ = true;
  close(make_error(errc::unavailable, "the shard moves to another node"));
  end_when_quiet();
}

void shard_supervisor::end_as_lost() {
  // Two that want it at the same moment is the way of things; losing what one had is not.
  log::write(epoch_ == 0 ? log::level::debug : log::level::warn, "shard.fenced",
             {{"shard", runtime::shard_name(shard_)}, {"epoch", epoch_}});
  is_lost_ = true;
  is_stopping_ = true;
  end_when_quiet();
}

} // namespace wakala::actors
