/// \file
/// What a node's actors have done, kept up to date for as long as somebody looks: a look costs what has changed since
/// the one before, not what there is.
#pragma once

#include "actors/inspect/figures.hpp"

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <span>
#include <tuple>
#include <utility>
#include <vector>

namespace wakala::actors {

/// All actors of a node together.
struct node_sums {
  actor_sums all;
  std::map<shard_id, actor_sums> shards;                            ///< supervisors and what is below them
  std::map<std::pair<shard_id, std::uint32_t>, actor_sums> tenants; ///< by shard and name, with their conversations
  std::vector<seen_actor> services;
};

/// For one thread. A table has at most one index at a time, which takes its marks away. About 45 bytes for each row.
class figures_index {
public:
  explicit figures_index(std::shared_ptr<runtime::actor_table> table);

  /// Everything, as of now. Of many actors together `waiting_max_us` and `last_s` are the largest since the index was
  /// made, also of those that are gone.
  node_sums sums();
  /// A list of conversations.
  conversations_seen find(const conversation_wish& wish);

private:
  static constexpr std::size_t orders = 8;
  static constexpr conversation_id nobody{
      {0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}};
  static_assert(static_cast<std::size_t>(actor_order::last_activity) + 1 == orders);

  /// What of a row is in the sums.
  struct counted {
    std::uint64_t handling_us = 0;
    std::uint64_t waiting_us = 0;
    std::uint32_t messages = 0;
    std::uint32_t mailbox = 0;
    std::uint32_t bytes = 0;
    std::uint32_t place = 0; ///< number in `places_`; 0: nowhere
  };
  using place_name = std::tuple<runtime::actor_kind, shard_id, std::uint32_t>;
  struct together {
    place_name name;
    std::uint64_t rows = 0;
    actor_sums sums; ///< without `actors`
  };
  /// The conversation of a block that is the most of something.
  struct first_one {
    std::uint64_t figure = 0;
    conversation_id whose = nobody;

    bool operator<(const first_one& other) const noexcept {
      return figure != other.figure ? figure > other.figure : whose < other.whose;
    }
  };
  struct some_rows {
    std::span<const runtime::actor_figures> rows;
    bool has_just_changed = true;
    bool has_services = false;
  };

  void look();
  /// The list that leaves none out.
  conversations_seen most(actor_order by, std::size_t limit) const;
  void count(std::size_t block_number);
  void take_out(const counted& was);
  std::uint32_t place_of(const place_name& name);

  std::shared_ptr<runtime::actor_table> table_;
  std::vector<counted> counted_; ///< `actor_chunk::block_places` for each block
  std::vector<some_rows> blocks_;
  std::array<std::vector<first_one>, orders> best_; ///< one for each block
  std::vector<together> places_;
  std::map<place_name, std::uint32_t> numbers_;
};

} // namespace wakala::actors
