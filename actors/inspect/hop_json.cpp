#include "actors/inspect/hop_json.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;

json to_json(const recent_hop& hop) {
  return {{"edge", hop.was_edge_here},  {"total_us", hop.total_us},
          {"edge_us", hop.edge_us},     {"away_us", hop.away_us},
          {"answer_us", hop.answer_us}, {"owner", hop.was_committed_here},
          {"shard", hop.shard},         {"seq", hop.seq},
          {"epoch", hop.epoch},         {"here_us", hop.here_us},
          {"commit_us", hop.commit_us}};
}
recent_hop hop_from(const json& j, const event_hash& event) {
  recent_hop hop;
  hop.event = event;
  hop.was_edge_here = j.value("edge", false);
  hop.total_us = j.value("total_us", 0U);
  hop.edge_us = j.value("edge_us", 0U);
  hop.away_us = j.value("away_us", 0U);
  hop.answer_us = j.value("answer_us", 0U);
  hop.was_committed_here = j.value("owner", false);
  hop.shard = j.value("shard", 0U);
  hop.seq = j.value("seq", std::uint64_t{0});
  hop.epoch = j.value("epoch", std::uint64_t{0});
  hop.here_us = j.value("here_us", 0U);
  hop.commit_us = j.value("commit_us", 0U);
  return hop;
}

} // namespace wakala::actors
