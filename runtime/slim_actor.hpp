/// \file
/// An actor of which a node can hold a million.
#pragma once

#include "runtime/actor_table.hpp"

#include <caf/actor_cast.hpp>
#include <caf/actor_traits.hpp>
#include <caf/intrusive/lifo_inbox.hpp>
#include <caf/local_actor.hpp>
#include <caf/resumable.hpp>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace wakala::runtime {

/// Beside the framework's event-based actor: one queue instead of four, a virtual function instead of a behaviour, a
/// list of open requests that takes no room when it is empty. About 200 bytes where that one takes 1,500, and cheaper
/// for each message. It can be sent to, asked, monitored, linked and ended like any other.
///
/// What it lacks: it does not link or monitor others, has no message priorities, and never traps exits. Messages that
/// `receive` does not know are dropped, requests among them answered with `unexpected_message`. An exception ends the
/// actor with `runtime_error`.
class slim_actor : public caf::local_actor, public caf::resumable, public caf::dynamically_typed_actor_base {
public:
  using behavior_type = caf::behavior; ///< says that it takes whatever comes

  /// `figures`: its row in the table of actors; may be nobody's.
  explicit slim_actor(caf::actor_config& config, own_figures figures = {});
  ~slim_actor() override;

  using caf::abstract_actor::enqueue;
  void enqueue(caf::mailbox_element_ptr what, caf::execution_unit* host) override;
  void launch(caf::execution_unit* host, bool lazy, bool hide) override;
  resume_result resume(caf::execution_unit* host, std::size_t max_throughput) override;
  bool cleanup(caf::error&& why, caf::execution_unit* host) override;
  void intrusive_ptr_add_ref_impl() override;
  void intrusive_ptr_release_impl() override;

protected:
  /// One message that is neither an answer nor an exit. False when it is not known.
  virtual bool receive(caf::type_erased_tuple& what) = 0;

  /// The message as a `T`, to be moved from; null when it is something else.
  template <class T>
  static T* as(caf::type_erased_tuple& what) {
    return what.size() == 1 && what.match_element<T>(0) ? &what.get_mutable_as<T>(0) : nullptr;
  }

  template <class T>
  void send(const caf::actor& whom, T&& what) {
    if (whom)
      whom->enqueue(caf::make_mailbox_element(ctrl(), caf::make_message_id(), {}, std::forward<T>(what)), context());
  }
  template <class T>
  void send_later(const caf::actor& whom, std::chrono::milliseconds wait, T&& what) {
    if (whom)
      clock().schedule_message(clock().now() + wait, caf::actor_cast<caf::strong_actor_ptr>(whom),
                               caf::make_mailbox_element(ctrl(), caf::make_message_id(), {}, std::forward<T>(what)));
  }
  template <class T>
  void remind(std::chrono::milliseconds wait, T&& what) {
    send_later(self(), wait, std::forward<T>(what));
  }

  /// Asks; calls `then` with an `Answer&`, or `failed` with an `caf::error`: one of them, once, unless the actor ends
  /// before. Other messages are handled meanwhile. `patience` is a duration or `caf::infinite`.
  template <class Answer, class Patience, class Request, class Then, class Failed>
  void ask(const caf::actor& whom, Patience patience, Request&& request, Then then, Failed failed) {
    const auto id = new_request_id(caf::message_priority::normal);
    questions_.push_back({id.response_id(), [then = std::move(then),
                                             failed = std::move(failed)](caf::type_erased_tuple& answer) mutable {
                            if (auto* good = as<Answer>(answer))
                              then(*good);
                            else if (auto* why = as<caf::error>(answer))
                              failed(*why);
                            else
                              failed(caf::make_error(caf::sec::unexpected_response));
                          }});
    whom->enqueue(caf::make_mailbox_element(ctrl(), id, {}, std::forward<Request>(request)), context());
    request_response_timeout(caf::duration{patience}, id);
  }

  void shows_paused(bool is_paused) noexcept {
    if (figures_) // nothing is counted or sorted by it
      figures_->is_paused.store(is_paused, std::memory_order_relaxed);
  }
  /// Of what it keeps.
  void keeps(std::size_t bytes) noexcept {
    if (figures_)
      figures_->keeps(bytes);
  }

  caf::actor self() { return caf::actor_cast<caf::actor>(this); }

  /// The actor ends when the message at hand is done with; `on_exit` is its last call. What is in the mailbox then is
  /// dropped, requests bounce.
  void quit(caf::error why = {});

private:
  struct mailbox_policy {
    using mapped_type = caf::mailbox_element;
    using unique_pointer = caf::mailbox_element_ptr;
  };
  struct question {
    caf::message_id id;
    std::function<void(caf::type_erased_tuple&)> answered;
  };

  caf::mailbox_element_ptr next();
  void handle(caf::mailbox_element& element);
  void dispatch(caf::mailbox_element& element);
  bool is_ending() const { return getf(is_shutting_down_flag); }

  caf::intrusive::lifo_inbox<mailbox_policy> inbox_;
  caf::mailbox_element* waiting_ = nullptr; ///< taken from the inbox, oldest first
  std::vector<question> questions_;
  own_figures figures_;
  std::uint64_t ready_us_ = 0; ///< when it was made ready to run
};

} // namespace wakala::runtime
