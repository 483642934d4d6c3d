#include "http/bridge.hpp"

#include "actors/node.hpp"
#include "runtime/shard_map.hpp"

#include <caf/event_based_actor.hpp>
#include <fmt/core.h>

#include <algorithm>

namespace wakala::http {

namespace {

constexpr std::chrono::seconds ask_timeout{20};

/// One question, one answer, by an actor that ends with it.
template <class Question>
void ask(caf::actor_system& sys, caf::actor whom, Question question, bridge::done_text done) {
  sys.spawn([whom = std::move(whom), question = std::move(question),
             done = std::move(done)](caf::event_based_actor* self) {
    self->request(whom, ask_timeout, question)
        .then(
            [done](const actors::text_answer& answer) {
              if (answer.value)
                done(*answer.value);
              else
                done(answer.why);
            },
            [done](const caf::error&) { done(make_error(errc::unavailable, "the node did not answer in time")); });
  });
}

template <class Question>
void ask_tenant(actors::node& node, std::string tenant, Question question, bridge::done_text done) {
  auto shard = node.shard_of(tenant);
  ask(node.system(), std::move(shard), actors::for_tenant<Question>{std::move(tenant), std::move(question)},
      std::move(done));
}

} // namespace

void bridge::deliver(std::vector<actors::routed_event> events, time_ms received_at, time_ms deadline,
                     std::function<void(post_verdict)> done) {
  actors::post_updates(node_.shards(), node_.context(), std::move(events), received_at, deadline,
                       [done = std::move(done)](const std::vector<actors::event_outcome>& outcomes) {
                         done(post_verdict{std::all_of(outcomes.begin(), outcomes.end(), actors::is_settled)});
                       });
}

void bridge::create_tenant(std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_put{std::move(form), {}, false}, std::move(done));
}

void bridge::replace_tenant(std::string id, std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_put{std::move(form), std::move(id), true}, std::move(done));
}

void bridge::delete_tenant(std::string id, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenant_delete{std::move(id)}, std::move(done));
}

void bridge::import_tenants(std::string form, done_text done) {
  ask(node_.system(), node_.registry(), actors::tenants_import{std::move(form)}, std::move(done));
}

void bridge::put_catalog(std::string tenant, std::string json, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::catalog_put{std::move(json)}, std::move(done));
}

void bridge::get_catalog(std::string tenant, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::catalog_get{}, std::move(done));
}

void bridge::conversation(std::string tenant, std::string contact, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::conversation_query{std::move(contact)}, std::move(done));
}

void bridge::messages(std::string tenant, std::string contact, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::messages_query{std::move(contact), std::move(after), limit},
             std::move(done));
}

void bridge::conversations(std::string tenant, std::string after, std::size_t limit, done_text done) {
  ask_tenant(node_, std::move(tenant), actors::conversations_query{std::move(after), limit}, std::move(done));
}

void bridge::letters(std::string tenant, persistence::table where, std::string after, std::size_t limit,
                     done_text done) {
  ask_tenant(node_, std::move(tenant), actors::letters_query{where, std::move(after), limit, false}, std::move(done));
}

void bridge::act_on_letter(std::string tenant, persistence::table where, std::string id, bool replay,
                           done_text done) {
  ask_tenant(node_, std::move(tenant), actors::letter_action{where, std::move(id), replay}, std::move(done));
}

void bridge::shards(done_text done) {
  const auto table = node_.shards();
  struct gather {
    std::vector<std::string> parts;
    std::size_t open = 0;
    done_text done;
    void finish_one() {
      if (--open > 0)
        return;
      std::string all = R"({"shards":[)";
      for (std::size_t i = 0; i < parts.size(); ++i)
        all += (i > 0 ? "," : "") + parts[i];
      done(all + "]}");
    }
  };
  auto work = std::make_shared<gather>();
  work->open = table->size();
  work->done = std::move(done);
  for (shard_id shard = 0; shard < table->size(); ++shard)
    work->parts.push_back(
        fmt::format(R"({{"shard":"{}","epoch":0,"state":"down","seq":0,"unfolded_rows":0,"tenants":0}})",
                    runtime::shard_name(shard)));
  node_.system().spawn([table, work](caf::event_based_actor* self) {
    for (std::size_t i = 0; i < table->size(); ++i)
      self->request((*table)[i], std::chrono::seconds{1}, actors::shard_query{})
          .then(
              [work, i](const actors::text_answer& answer) {
                if (answer.value)
                  work->parts[i] = *answer.value;
                work->finish_one();
              },
              [work](const caf::error&) { work->finish_one(); });
  });
}

} // namespace wakala::http
