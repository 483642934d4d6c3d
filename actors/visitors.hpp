/// \file
/// What other nodes ask this one.
#pragma once

#include "actors/shards/shard_host.hpp"
#include "runtime/links.hpp"

#include <caf/actor_system.hpp>

#include <memory>
#include <mutex>

namespace wakala::actors {

/// Hands what comes over links to the actors that it is for, and their answers back. Thread-safe.
class link_visitors {
public:
  link_visitors(caf::actor_system& sys, node_context_ptr node, caf::actor registry)
      : sys_(sys), node_(std::move(node)), registry_(std::move(registry)) {}

  void meet(caf::actor membership);
  void meet_inspector(caf::actor inspector);

  /// As `runtime::link_greeted`.
  void greeted(const runtime::link_hello& who, caf::actor door);

  /// As `runtime::link_asked`. What cannot be read is logged and gets no answer.
  void asked(const std::string& from, bytes what, std::function<void(bytes)> answer);

private:
  void take_batch(const std::string& from, const bytes& what, std::function<void(bytes)> answer);
  void take_question(const std::string& from, const bytes& what, std::function<void(bytes)> answer);

  caf::actor_system& sys_;
  node_context_ptr node_;
  caf::actor registry_;
  std::mutex mutex_;
  caf::actor membership_;
  caf::actor inspector_;
};

} // namespace wakala::actors
