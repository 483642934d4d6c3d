/// \file
/// Several questions to the Graph API, one after the other. No actor in sight.
#pragma once

#include "actors/outbound/transport.hpp"

#include <nlohmann/json_fwd.hpp>

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wakala::actors {

struct errand_step {
  std::string name; ///< as shown to people
  graph_question question;
  /// Given a good answer; may ask for more of it, the next page for example. Empty: nothing to learn.
  std::function<std::optional<graph_question>(const nlohmann::json&)> learn = {};
};

struct errand_result {
  std::string name;
  bool is_good = false;
  bool was_tried = true; ///< false: a step before it says that it is of no use
  int code = -1;         ///< of the Graph error; -1: there was none
  std::string details;   ///< for people
};

/// `[{step,ok,code,details}]`.
nlohmann::json to_json(const std::vector<errand_result>& results);

/// Where the answers are dealt with: runs what it is given, later, one after the other.
using run_here = std::function<void(std::function<void()>)>;

/// Takes the steps in order; a token that is refused (classes A and B of §10.3) ends it. `done` runs once, by `here`,
/// with one result for each step.
void run_errand(std::shared_ptr<transport> graph, std::vector<errand_step> steps, run_here here,
                std::function<void(const std::vector<errand_result>&)> done);

} // namespace wakala::actors
