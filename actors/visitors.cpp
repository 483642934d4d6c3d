#include "actors/visitors.hpp"

#include "actors/inspect/inspector.hpp"
#include "actors/protocol/ask.hpp"
#include "actors/shards/link_messages.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/monotonic.hpp"
#include "runtime/link_frames.hpp"
#include "runtime/membership.hpp"

#include <algorithm>

namespace wakala::actors {

using runtime::frame_kind;

namespace {

void unreadable(const std::string& from, const error& why) {
  log::error("link.unreadable", {{"peer", from}, {"why", why.what}});
}

template <class T>
constexpr bool is_for_registry =
    std::is_same_v<T, tenant_put> || std::is_same_v<T, tenant_delete> || std::is_same_v<T, tenants_import>;

} // namespace

void link_visitors::meet(caf::actor membership) {
  const std::lock_guard lock{mutex_};
  membership_ = std::move(membership);
}

void link_visitors::meet_inspector(caf::actor inspector) {
  const std::lock_guard lock{mutex_};
  inspector_ = std::move(inspector);
}

void link_visitors::greeted(const runtime::link_hello& who, caf::actor door) {
  const std::lock_guard lock{mutex_};
  if (membership_)
    caf::anon_send(membership_, runtime::guest_arrived{who.node, who.incarnation, std::move(door)});
}

void link_visitors::asked(const std::string& from, bytes what, std::function<void(bytes)> answer) {
  if (what.empty())
    return;
  switch (static_cast<frame_kind>(static_cast<std::uint8_t>(what.front()))) {
  case frame_kind::shard_free:
  case frame_kind::shard_taken: {
    const std::lock_guard lock{mutex_};
    if (membership_)
      caf::anon_send(membership_, runtime::membership_note{from, std::move(what)});
    return answer({});
  }
  case frame_kind::batch:
    return take_batch(from, what, std::move(answer));
  case frame_kind::question:
    return take_question(from, what, std::move(answer));
  case frame_kind::node_question: {
    const auto done = [answer = std::move(answer)](result<std::string> given) {
      answer(to_frame(text_answer::from(std::move(given))));
    };
    caf::actor inspector;
    {
      const std::lock_guard lock{mutex_};
      inspector = inspector_;
    }
    if (!inspector)
      return done(make_error(errc::unavailable, "the node is starting"));
    return ask(sys_, inspector, inspect_request{what.substr(1)}, done);
  }
  case frame_kind::tenants_changed:
    caf::anon_send(registry_, reload_tenants{[answer = std::move(answer)] { answer({}); }});
    return;
  }
  unreadable(from, make_error(errc::corrupt, "a kind of message that this program does not know"));
}

void link_visitors::take_batch(const std::string& from, const bytes& what, std::function<void(bytes)> answer) {
  auto batch = batch_from(what);
  if (batch && batch->shard >= node_->shard_count)
    batch = make_error(errc::corrupt, "updates for a shard that does not exist");
  if (!batch)
    return unreadable(from, batch.error());
  const auto count = batch->events.size();
  const auto to = std::make_shared<posted>(
      count, nullptr, [answer = std::move(answer)](const auto& outcomes) { answer(to_frame(outcomes)); });
  std::vector<std::uint32_t> places(count);
  for (std::uint32_t i = 0; i < places.size(); ++i)
    places[i] = i;
  auto times = batch->times;
  times.arrived = monotonic_us();
  times.has_crossed = true;
  times.crossing_ms = static_cast<std::uint32_t>(std::max<time_ms>(node_->clock->now() - times.sent_at, 0));
  caf::anon_send((*node_->shards->get())[batch->shard],
                 shard_batch{std::move(batch->events), std::move(places), to, batch->received_at, batch->deadline,
                             batch->hops, times});
}

void link_visitors::take_question(const std::string& from, const bytes& what, std::function<void(bytes)> answer) {
  auto question = query_from(what);
  if (!question)
    return unreadable(from, question.error());
  const auto done = [answer = std::move(answer)](result<std::string> given) {
    answer(to_frame(text_answer::from(std::move(given))));
  };
  const auto table = node_->shards->get();
  const auto shard = question->shard;
  if (shard >= node_->shard_count)
    return done(make_error(errc::invalid_argument, "a question for a shard that does not exist"));
  if (!table->is_here(shard))
    return done(make_error(errc::unavailable, "the tenant has just moved to another node"));
  std::visit(
      [&](auto& q) {
        using question_type = std::decay_t<decltype(q)>;
        if constexpr (is_for_registry<question_type>)
          ask(sys_, registry_, std::move(q), done);
        else
          ask(sys_, (*table)[shard], for_tenant<question_type>{std::move(question->tenant), std::move(q)}, done);
      },
      question->what);
}

} // namespace wakala::actors
