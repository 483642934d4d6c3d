/// \file
/// A list of actors: the children of one, or the top of the cluster by some figure.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

namespace wakala::console {

/// The whole list, as the API gives it.
struct actors_query {
  std::string under;     ///< id; empty: see `kind`
  std::string kind;      ///< of a flat list over the cluster; empty without `under`: the nodes
  std::string tenant;    ///< only of this one
  std::size_t limit = 0; ///< 0: as fits
};

class actors_view : public view {
public:
  explicit actors_view(actors_query query);

  std::string command() const override;
  std::string title() const override;
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<action> actions(const surroundings& around, const std::string& key) const override;
  /// A flat list: conversations, tenants, shards, services, nodes.
  void turn() override;
  std::vector<column> sort_columns() const override;

private:
  /// What a bulk action begun here is limited to.
  nlohmann::json bulk_filter() const;
  /// What is asked for such a token.
  actors_query query_for(const whoami& who) const;
  std::optional<double> rate_of_actor(const actor& each) const;

  actors_query query_;
  actor_list list_;
  numbers messages_before_; ///< by actor
  std::int64_t before_ms_ = 0;
  std::int64_t at_ms_ = 0;
  bool has_answer_ = false;
};

} // namespace wakala::console
