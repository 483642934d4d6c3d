/// \file
/// Asks every node of the cluster the same question.
#pragma once

#include "actors/inspect/told.hpp"
#include "runtime/membership.hpp"

#include <caf/actor.hpp>
#include <caf/allowed_unsafe_message_type.hpp>
#include <caf/event_based_actor.hpp>

#include <functional>
#include <map>
#include <string>
#include <vector>

namespace wakala::actors {

/// To the actor that asks, from itself: what another node has answered, brought back to its own thread.
struct run_here_now {
  std::function<void()> run;
};

/// One answer for each that was asked; what did not come is missing.
struct gathering {
  std::size_t open = 0;
  std::map<std::string, nlohmann::json> parts; ///< by node
  std::vector<std::string> unreachable;
  std::function<void(gathering&)> done;

  void finish_one() {
    if (--open == 0)
      done(*this);
  }
};

using answer_function = std::function<void(told)>;

/// A part of the actor that asks; used on its thread only. The actor handles `run_here_now`.
class cluster_asker {
public:
  using local_function = std::function<void(const nlohmann::json& question, const answer_function& then)>;

  /// `local` answers what the node is asked that it runs on.
  cluster_asker(caf::event_based_actor* self, std::string own_node, local_function local);

  void meet(caf::actor membership) { membership_ = std::move(membership); }
  bool has_met() const { return static_cast<bool>(membership_); }
  void connect(std::map<std::string, caf::actor> links) { links_ = std::move(links); }

  /// Asks the other nodes and ourselves, or one of them only; `done` runs here, when all have answered or were not
  /// heard of for 1.5 s.
  void everywhere(const nlohmann::json& question, std::function<void(gathering&)> done, const std::string& only = {});
  /// Null where there is no cluster, or it says nothing.
  void with_cluster(std::function<void(const runtime::cluster_report*)> then);

private:
  caf::event_based_actor* self_;
  std::string own_node_;
  local_function local_;
  caf::actor membership_;
  std::map<std::string, caf::actor> links_;
};

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::run_here_now)
