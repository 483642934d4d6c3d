#include "runtime/slim_actor.hpp"

#include "runtime/core/log.hpp"

#include <caf/actor_registry.hpp>
#include <caf/detail/sync_request_bouncer.hpp>
#include <caf/scheduler/abstract_coordinator.hpp>
#include <caf/system_messages.hpp>

#include <algorithm>
#include <typeinfo>

namespace wakala::runtime {

slim_actor::slim_actor(caf::actor_config& config, own_figures figures)
    : caf::local_actor(config), figures_(std::move(figures)) {}

slim_actor::~slim_actor() = default;

void slim_actor::launch(caf::execution_unit*, bool, bool hide) {
  if (!hide)
    register_at_system();
  // The first message makes it run. The inbox is empty: nobody knows of the actor yet.
  inbox_.try_block();
}

void slim_actor::enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) {
  const auto id = what->mid;
  const auto asker = id.is_request() ? what->sender : nullptr;
  if (figures_)
    figures_->admitted_one();
  switch (inbox_.push_front(std::move(what))) {
  case caf::intrusive::inbox_result::success:
    break;
  case caf::intrusive::inbox_result::unblocked_reader:
    ready_us_ = monotonic_us();   // nobody else is here: it does not run yet, and nobody else unblocks it
    intrusive_ptr_add_ref_impl(); // of the job
    if (host != nullptr)
      host->exec_later(this);
    else
      home_system().scheduler().enqueue(this);
    break;
  case caf::intrusive::inbox_result::queue_closed:
    if (figures_)
      figures_->bounced_one();
    if (id.is_request())
      caf::detail::sync_request_bouncer{fail_state()}(asker, id);
    break;
  }
}

caf::mailbox_element_ptr slim_actor::next() {
  if (waiting_ == nullptr)
    for (auto* newest = inbox_.take_head(); newest != nullptr;) {
      auto* const older = static_cast<caf::mailbox_element*>(newest->next);
      newest->next = std::exchange(waiting_, newest);
      newest = older;
    }
  if (waiting_ == nullptr)
    return nullptr;
  auto* const oldest = waiting_;
  waiting_ = static_cast<caf::mailbox_element*>(oldest->next);
  oldest->next = nullptr;
  return caf::mailbox_element_ptr{oldest};
}

caf::resumable::resume_result slim_actor::resume(caf::execution_unit* host, std::size_t max_throughput) {
  context(host);
  auto began = monotonic_us();
  for (std::size_t handled = 0; handled < max_throughput && !getf(is_cleaned_up_flag);) {
    const auto element = next();
    if (!element) {
      if (inbox_.try_block())
        return awaiting_message;
      continue;
    }
    handle(*element);
    ++handled;
    if (figures_) {
      const auto ended = monotonic_us();
      figures_->handled_one(ready_us_, began, ended);
      began = ended;
    }
    if (!is_ending())
      continue;
    on_exit();
    auto why = fail_state_;
    cleanup(std::move(why), host);
  }
  return getf(is_cleaned_up_flag) ? done : resume_later;
}

void slim_actor::handle(caf::mailbox_element& element) {
  current_mailbox_element(&element);
  try {
    dispatch(element);
  } catch (const std::exception& problem) {
    // Its type only: the text of an exception may quote what a shopper wrote.
    log::error("actor.exception", {{"actor", name()}, {"exception", typeid(problem).name()}});
    quit(caf::sec::runtime_error);
  } catch (...) {
    log::error("actor.exception", {{"actor", name()}, {"exception", "unknown"}});
    quit(caf::sec::runtime_error);
  }
  current_mailbox_element(nullptr);
}

void slim_actor::dispatch(caf::mailbox_element& element) {
  auto& content = element.content();
  if (element.mid.is_response()) {
    const auto is_it = [&](const question& q) { return q.id == element.mid; };
    const auto at = std::find_if(questions_.begin(), questions_.end(), is_it);
    if (at == questions_.end())
      return; // it was answered; this is its timeout
    const auto answered = std::move(at->answered);
    questions_.erase(at);
    if (questions_.empty())
      std::vector<question>{}.swap(questions_);
    answered(content);
    return;
  }
  if (const auto* exit = as<caf::exit_msg>(content)) {
    if (exit->reason)
      quit(exit->reason);
    return;
  }
  if (!receive(content) && element.mid.is_request() && !element.mid.is_answered())
    make_response_promise().deliver(caf::make_error(caf::sec::unexpected_message));
}

void slim_actor::quit(caf::error why) {
  if (is_ending())
    return;
  fail_state_ = std::move(why);
  setf(is_shutting_down_flag);
}

bool slim_actor::cleanup(caf::error&& why, caf::execution_unit* host) {
  const caf::detail::sync_request_bouncer bounce{why};
  if (!inbox_.closed()) {
    auto refuse = [&](caf::mailbox_element* element) {
      const caf::mailbox_element_ptr owned{element};
      bounce(*owned);
    };
    for (auto* element = std::exchange(waiting_, nullptr); element != nullptr;) {
      auto* const younger = static_cast<caf::mailbox_element*>(element->next);
      refuse(element);
      element = younger;
    }
    inbox_.close(refuse);
  }
  questions_.clear();
  return caf::local_actor::cleanup(std::move(why), host);
}

void slim_actor::intrusive_ptr_add_ref_impl() { intrusive_ptr_add_ref(ctrl()); }

void slim_actor::intrusive_ptr_release_impl() { intrusive_ptr_release(ctrl()); }

} // namespace wakala::runtime
