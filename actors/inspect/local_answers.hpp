/// \file
/// What one node answers of itself alone.
#pragma once

#include "actors/inspect/cluster_asker.hpp"
#include "actors/inspect/node_part.hpp"
#include "actors/protocol/node_context.hpp"

#include <caf/event_based_actor.hpp>
#include <nlohmann/json_fwd.hpp>

namespace wakala::actors {

constexpr std::size_t rows_max = 5'000; ///< of one answer, before it is cut to a page

/// A part of the inspector; used on its thread only. Questions are those of `inspect_request`.
class local_answers {
public:
  local_answers(caf::event_based_actor* self, node_context_ptr node);

  void part(const answer_function& then);
  told actors(const nlohmann::json& question);
  told actor(const nlohmann::json& question);
  told hops(const nlohmann::json& question) const;
  told watched(const nlohmann::json& question) const;

private:
  /// The figures, which are given up when nobody looks any more.
  node_part& here();
  void tidy_later();

  caf::event_based_actor* self_;
  node_context_ptr node_;
  node_part part_;
  bool is_tidy_due_ = false;
};

} // namespace wakala::actors
