#include "actors/inspect/cluster_asker.hpp"

#include "actors/shards/link_messages.hpp"
#include "runtime/link_frames.hpp"
#include "runtime/links.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::chrono::milliseconds node_patience{1'500};
constexpr std::chrono::milliseconds cluster_patience{2'000};

} // namespace

cluster_asker::cluster_asker(caf::event_based_actor* self, std::string own_node, local_function local)
    : self_(self), own_node_(std::move(own_node)), local_(std::move(local)) {}

void cluster_asker::everywhere(const json& q, std::function<void(gathering&)> done, const std::string& only) {
  const auto work = std::make_shared<gathering>();
  work->done = std::move(done);
  work->open = 1;
  const auto me = caf::actor_cast<caf::actor>(self_);
  for (const auto& [node, link] : links_) {
    if (!only.empty() && node != only)
      continue;
    ++work->open;
    const auto told = [work, node = node](const result<bytes>& frame) {
      const auto text = frame ? answer_from(*frame) : text_answer{std::nullopt, frame.error()};
      auto part = text.value ? json::parse(*text.value, nullptr, false) : json();
      if (part.is_object())
        work->parts[node] = std::move(part);
      else
        work->unreachable.push_back(node);
      work->finish_one();
    };
    bytes frame(1, static_cast<char>(runtime::frame_kind::node_question));
    frame += q.dump();
    self_->send(link,
                runtime::link_question{std::move(frame), node_patience, [me, told](const result<bytes>& answer) {
                                         caf::anon_send(me, run_here_now{[told, answer] { told(answer); }});
                                       }});
  }
  if (only.empty() || only == own_node_) {
    ++work->open;
    local_(q, [this, work](told own) {
      if (own)
        work->parts[own_node_] = std::move(*own);
      else
        work->unreachable.push_back(own_node_);
      work->finish_one();
    });
  }
  work->finish_one();
}

void cluster_asker::with_cluster(std::function<void(const runtime::cluster_report*)> then) {
  if (!membership_)
    return then(nullptr);
  self_->request(membership_, cluster_patience, runtime::cluster_query{})
      .then([then](const runtime::cluster_answer& answer) { then(answer.value ? &*answer.value : nullptr); },
            [then](const caf::error&) { then(nullptr); });
}

} // namespace wakala::actors
