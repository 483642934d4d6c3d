/// \file
/// Questions to actors from outside of them.
#pragma once

#include "actors/protocol/messages.hpp"

#include <caf/event_based_actor.hpp>

#include <chrono>
#include <functional>
#include <utility>

namespace wakala::actors {

/// More than any of them needs, and less than who asks over HTTP waits for.
constexpr std::chrono::seconds question_patience{20};

/// One question, one answer, by an actor that ends with it. `done` is called once, on an actor's thread.
template <class Question>
void ask(caf::actor_system& sys, caf::actor whom, Question question, std::function<void(result<std::string>)> done) {
  sys.spawn([whom = std::move(whom), question = std::move(question),
             done = std::move(done)](caf::event_based_actor* self) {
    self->request(whom, question_patience, question)
        .then(
            [done](const text_answer& answer) {
              if (answer.value)
                done(*answer.value);
              else
                done(answer.why);
            },
            [done](const caf::error&) { done(make_error(errc::unavailable, "the node did not answer in time")); });
  });
}

} // namespace wakala::actors
