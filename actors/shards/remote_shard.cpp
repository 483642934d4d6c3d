#include "actors/shards/remote_shard.hpp"

#include "actors/shards/link_messages.hpp"
#include "runtime/shard_map.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

namespace {

struct look_again {};
struct remote_answer {
  std::uint64_t question = 0;
  text_answer answer;
};
constexpr std::chrono::milliseconds look_pause{50};
constexpr std::chrono::milliseconds answer_patience{18'000}; ///< a little less than who asked us has
/// Short, since a message to oneself that is planned keeps a node from ending.
constexpr std::chrono::milliseconds question_pause{500};

} // namespace

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::look_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::remote_answer)

namespace wakala::actors {

caf::behavior remote_shard::start(shard_id shard, node_context_ptr context) {
  shard_ = shard;
  context_ = std::move(context);
  self_->set_default_handler(caf::drop);
  self_->set_error_handler([](caf::error&) {});
  return {
      [this](route_change& change) {
        route_ = std::move(change);
        release();
      },
      [this](shard_is_here& change) {
        here_ = std::move(change.supervisor);
        release();
      },
      [this](look_again) {
        look_is_planned_ = false;
        release();
        give_up_questions();
      },
      [this](shard_batch& batch) { pass_on(std::move(batch)); },
      [this](remote_answer& given) {
        if (auto node = questions_.extract(given.question); !node.empty())
          node.mapped().promise.deliver(std::move(given.answer));
      },
      [this](shard_query) {
        return text_answer{nlohmann::json{{"shard", runtime::shard_name(shard_)},
                                          {"epoch", route_.to.epoch},
                                          {"state", "remote"},
                                          {"node", route_.to.node},
                                          {"seq", 0},
                                          {"unfolded_rows", 0},
                                          {"tenants", 0}}
                               .dump(),
                           {}};
      },
      [this](const for_tenant<conversation_query>& q) { return ask(q); },
      [this](const for_tenant<messages_query>& q) { return ask(q); },
      [this](const for_tenant<conversations_query>& q) { return ask(q); },
      [this](const for_tenant<catalog_put>& q) { return ask(q); },
      [this](const for_tenant<catalog_get>& q) { return ask(q); },
      [this](const for_tenant<catalog_import>& q) { return ask(q); },
      [this](const for_tenant<letters_query>& q) { return ask(q); },
      [this](const for_tenant<letter_action>& q) { return ask(q); },
      [this](const for_tenant<place_question>& q) { return ask(q); },
      [this](const for_tenant<orders_query>& q) { return ask(q); },
      [this](const for_tenant<order_action>& q) { return ask(q); },
      [this](const for_tenant<ledger_query>& q) { return ask(q); },
      [this](const for_tenant<payment_call>& q) { return ask(q); },
      [this](const for_tenant<hooks_query>& q) { return ask(q); },
      [this](const for_tenant<hook_action>& q) { return ask(q); },
      [this](const for_tenant<message_post>& q) { return ask(q); },
      [this](const for_tenant<read_post>& q) { return ask(q); },
      [this](const for_tenant<account_query>& q) { return ask(q); },
      [this](const for_tenant<account_errand>& q) { return ask(q); },
      [this](const for_tenant<shopper_block>& q) { return ask(q); },
      [this](const for_tenant<human_turn>& q) { return ask(q); },
      [this](const for_tenant<actor_action>& q) { return ask(q); },
      [this](const for_tenant<audit_add>& q) { return ask(q); },
      [this](const for_tenant<audit_query>& q) { return ask(q); },
      [this](const for_tenant<tenant_put>& q) { return ask(q); },
      [this](const for_tenant<tenant_delete>& q) { return ask(q); },
      [this](const for_tenant<tenants_import>& q) { return ask(q); },
      [](const for_tenant<reconfigure>&) {}, // its own node reads the tenants, too
  };
}

caf::actor remote_shard::way() const {
  if (route_.to.link || route_.to.node.empty() || route_.others.empty())
    return route_.to.link;
  return route_.others.front(); // its owner lives, and perhaps somebody else reaches it
}

void remote_shard::pass_on(shard_batch batch) {
  if (here_) {
    self_->send(here_, std::move(batch));
    return;
  }
  const auto link = way();
  if (!link) {
    held_.hold(std::move(batch), context_->clock->now());
    release();
    return;
  }
  if (batch.hops >= hops_max)
    return refuse(batch);
  const auto patience = std::max<time_ms>(batch.deadline - context_->clock->now(), 1);
  link_batch out{shard_,
                 static_cast<std::uint8_t>(batch.hops + 1),
                 batch.received_at,
                 batch.deadline,
                 std::move(batch.events),
                 batch.times};
  self_->send(link, runtime::link_question{
                        to_frame(out), std::chrono::milliseconds{patience},
                        [to = batch.to, places = std::move(batch.places)](const result<bytes>& answer) {
                          const auto outcomes =
                              answer ? outcomes_from(*answer) : result<std::vector<event_outcome>>(answer.error());
                          for (std::size_t i = 0; i < places.size(); ++i)
                            to->settle(places[i],
                                       outcomes && i < outcomes->size() ? (*outcomes)[i] : event_outcome::retry);
                        }});
}

void remote_shard::release() {
  if (here_ || way())
    return held_.let_go([this](shard_batch batch) { pass_on(std::move(batch)); });
  held_.expire(context_->clock->now());
  if (!held_.empty())
    plan_look(look_pause);
}

void remote_shard::plan_look(std::chrono::milliseconds pause) {
  if (!std::exchange(look_is_planned_, true))
    self_->delayed_send(self_, pause, look_again{});
}

void remote_shard::give_up_questions() {
  // A link that ends before it has read a question does not answer it.
  const auto now = context_->clock->now();
  for (auto it = questions_.begin(); it != questions_.end();) {
    auto& question = it->second;
    if (question.until > now) {
      ++it;
      continue;
    }
    question.promise.deliver(text_answer{std::nullopt, make_error(errc::unavailable, "no answer in time")});
    it = questions_.erase(it);
  }
  if (!questions_.empty())
    plan_look(question_pause);
}

template <class T>
caf::response_promise remote_shard::ask(const for_tenant<T>& q) {
  auto promise = self_->make_response_promise();
  const auto link = route_.to.link;
  if (!link) {
    promise.deliver(text_answer{std::nullopt, make_error(errc::unavailable, "the tenant's node cannot be reached")});
    return promise;
  }
  const auto number = ++last_question_;
  questions_[number] = open_question{promise, context_->clock->now() + answer_patience.count() + 500};
  plan_look(question_pause);
  // The answer comes on the link's thread; a promise is its actor's own.
  self_->send(link, runtime::link_question{
                        to_frame(link_query{shard_, q.tenant, q.question}), answer_patience,
                        [me = caf::actor_cast<caf::actor>(self_), number](const result<bytes>& answer) {
                          caf::anon_send(me,
                                         remote_answer{number, answer ? answer_from(*answer)
                                                                      : text_answer{std::nullopt, answer.error()}});
                        }});
  return promise;
}

caf::actor spawn_remote_shard(caf::actor_system& sys, shard_id shard, node_context_ptr context) {
  return sys.spawn([shard, context = std::move(context)](caf::stateful_actor<remote_shard>* self) -> caf::behavior {
    return self->state.start(shard, context);
  });
}

} // namespace wakala::actors
