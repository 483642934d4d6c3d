#include "http/core/server_state.hpp"

#include <boost/asio/post.hpp>

#include <exception>

namespace wakala::http {

server::state::state(io_core& loops, server_options with, request_handler handle, request_precheck check,
                     body_bound bounds)
    : core(loops), options(std::move(with)), handler(std::move(handle)), precheck(std::move(check)),
      bound(std::move(bounds)), lanes(loops.size()) {}

void server::state::run_on(std::size_t loop, std::function<void()> work) {
  ++posted;
  asio::post(core.loop(loop), [self = shared_from_this(), work = std::move(work)] {
    work();
    --self->posted;
    self->core.changed();
  });
}

void server::state::cut_all() {
  for (std::size_t i = 0; i < lanes.size(); ++i)
    run_on(i, [this, i] {
      // A copy: ending connections take themselves out of the set.
      const std::vector<connection_base*> all(lanes[i].connections.begin(), lanes[i].connections.end());
      for (auto* each : all)
        if (lanes[i].connections.contains(each))
          each->cut();
    });
}

void server::state::leave(const std::function<void()>& mark) {
  ++posted; // before the mark: the server's end must not slip in between
  mark();
  if (draining)
    run_on(home, [this] { tell_if_drained(); });
  --posted;
  core.changed();
}

void server::state::tell_if_drained() {
  if (!drained || accepting || live != 0)
    return;
  timer->cancel();
  const auto tell = std::exchange(drained, {});
  tell();
}

connection_base::connection_base(std::shared_ptr<server::state> server, std::size_t lane, bool admitted)
    : server_(std::move(server)), lane_(lane), admitted_(admitted) {
  ++server_->live;
  if (admitted_)
    ++server_->counters.connections;
}

connection_base::~connection_base() {
  server_->leave([this] {
    if (admitted_) {
      --server_->counters.connections;
      --server_->admitted;
    } else {
      --server_->refusing;
    }
    --server_->live;
  });
}

std::uint64_t connection_base::expect_answer() {
  ready_.reset();
  waiting_for_answer_ = true;
  return ++expected_;
}

void connection_base::answer(std::uint64_t request_number, response&& what, bool at_once) {
  if (!waiting_for_answer_ || request_number != expected_)
    return;
  waiting_for_answer_ = false;
  if (!waiter_) {
    ready_ = std::move(what);
    return;
  }
  if (at_once) {
    std::exchange(waiter_, nullptr)->go_on(std::move(what));
    return;
  }
  // The answer comes from within some other code of this thread: let that return first.
  asio::post(loop(), [self = shared_from_this(), what = std::move(what)]() mutable {
    if (self->waiter_)
      std::exchange(self->waiter_, nullptr)->go_on(std::move(what));
  });
}

void connection_base::abandon_answer() {
  waiting_for_answer_ = false;
  if (waiter_)
    std::exchange(waiter_, nullptr)->go_on({});
}

bool connection_base::take_answer(response& into) {
  if (waiting_for_answer_ && !ready_)
    return false;
  into = ready_ ? std::move(*ready_) : response{};
  ready_.reset();
  return true;
}

responder::target::~target() {
  if (answered_.exchange(true))
    return;
  try {
    auto answer = response::problem(500, "Internal Server Error", "the request was given up");
    const auto core = core_.lock();
    if (deliver_here(core.get(), answer))
      return;
    asio::post(core->loop(loop_), [to = connection_, number = number_, answer = std::move(answer)]() mutable {
      if (const auto alive = to.lock())
        alive->answer(number, std::move(answer), true);
    });
  } catch (const std::exception&) {
    // Out of memory: the connection's client runs into its own timeout.
    return;
  }
}

bool responder::target::send(response&& answer, const std::shared_ptr<target>& self) {
  if (answered_.exchange(true))
    return false;
  const auto core = core_.lock();
  if (!deliver_here(core.get(), answer)) {
    answer_ = std::move(answer);
    core->hand(loop_, self);
  }
  return true;
}

bool responder::target::deliver_here(io_core* core, response& answer) {
  if (core == nullptr)
    return true;
  if (!core->loop(loop_).get_executor().running_in_this_thread())
    return false;
  if (const auto to = connection_.lock())
    to->answer(number_, std::move(answer), false);
  return true;
}

// The connection is only ever held by its own thread: it must not end on another.
void responder::target::run() {
  if (const auto to = connection_.lock())
    to->answer(number_, std::move(answer_), true);
}

bool responder::target::drop() {
  if (answered_.exchange(true))
    return false;
  if (const auto core = core_.lock())
    asio::post(core->loop(loop_), [to = connection_] {
      if (const auto alive = to.lock())
        alive->cut();
    });
  return true;
}

bool responder::send(response answer) const { return to_ && to_->send(std::move(answer), to_); }
bool responder::drop() const { return to_ && to_->drop(); }

} // namespace wakala::http
