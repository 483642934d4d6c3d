/// \file
/// Meta's product catalogs (Cloud API reference §14): batches are taken at once and worked on later.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "sandbox/graph_errors.hpp"
#include "sandbox/ids.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// Not thread-safe.
class catalog_store {
public:
  static bool is_edge(std::string_view edge) noexcept;

  /// `{method} /{version}/{catalog-id}/{edge}`, where `edge` is one of ours. A catalog is there once somebody calls
  /// it.
  graph_answer call(std::string_view method, std::string_view id, std::string_view edge,
                    const nlohmann::ordered_json& parameters, time_ms now, id_source& ids);

  /// A message that shows products of which its catalog has none; a catalog that nobody has called yet may have any.
  bool shows_nothing(const nlohmann::ordered_json& message, time_ms now);

  /// What a tester sees: `{"id","batch_ms","batches":[…],"items":{…}}`; null when nobody has called it yet.
  nlohmann::ordered_json view(std::string_view id, time_ms now);
  /// `{"batch_ms"?: how long batches take from now on, "end"?: "error" for those that come to nothing, "refuse"?: the
  /// code that the next batch is refused with}`. Errors: `invalid_argument` naming the key.
  result<void> control(std::string_view id, std::string_view body);

private:
  struct batch {
    std::string handle;
    time_ms taken_at = 0;
    time_ms done_at = 0;
    std::string end = "finished";
    nlohmann::ordered_json requests;
    bool is_upsert = true;
    bool is_done = false;
    nlohmann::ordered_json errors = nlohmann::ordered_json::array();
  };
  struct catalog {
    std::map<std::string, nlohmann::ordered_json, std::less<>> items; ///< by retailer id
    std::vector<batch> batches;
    std::int64_t batch_ms = 300;
    std::string end = "finished"; ///< of batches
    int refuse_next = 0;          ///< code; 0: none
  };

  graph_answer take(catalog& of, const nlohmann::ordered_json& parameters, time_ms now, id_source& ids);
  static graph_answer status(const catalog& of, const nlohmann::ordered_json& parameters, time_ms now,
                             id_source& ids);
  static graph_answer products(const catalog& of, const nlohmann::ordered_json& parameters);
  /// Works on what is due.
  static void work(catalog& on, time_ms now);

  std::map<std::string, catalog, std::less<>> catalogs_;
};

} // namespace wakala::sandbox
