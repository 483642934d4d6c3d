#include "bench/report/report.hpp"

#include <nlohmann/json.hpp>

namespace wakala::bench {
namespace {

using json = nlohmann::ordered_json;

const char* name_of(figure::direction wanted) {
  switch (wanted) {
  case figure::direction::at_least:
    return "at_least";
  case figure::direction::at_most:
    return "at_most";
  case figure::direction::none:
    break;
  }
  return "none";
}

const char* name_of(curve::kind kind) {
  switch (kind) {
  case curve::kind::latency:
    return "latency";
  case curve::kind::saturation:
    return "saturation";
  case curve::kind::series:
    break;
  }
  return "series";
}

json to_value(const figure& f) {
  const bool has_goal = f.goal && f.wanted != figure::direction::none;
  return {{"name", f.name},
          {"unit", f.unit},
          {"median", f.values.empty() ? json(nullptr) : json(median(f.values))},
          {"spread", spread(f.values)},
          {"values", f.values},
          {"goal", f.goal ? json(*f.goal) : json(nullptr)},
          {"wanted", name_of(f.wanted)},
          {"met", has_goal ? json(is_met(f)) : json(nullptr)}};
}

/// The keys are there without a load too, so that a reader need not ask.
json to_value(const std::optional<load_facts>& load) {
  json object;
  const auto put = [&](const char* key, auto member) { object[key] = load ? json((*load).*member) : json(nullptr); };
  put("offered_per_s", &load_facts::offered_per_s);
  put("achieved_per_s", &load_facts::achieved_per_s);
  put("sent", &load_facts::sent);
  put("late", &load_facts::late);
  put("failed", &load_facts::failed);
  put("generator_cpu_percent", &load_facts::generator_cpu_percent);
  put("server_cpu_percent", &load_facts::server_cpu_percent);
  return object;
}

json to_value(const report& r) {
  json config = json::object();
  for (const auto& [key, value] : r.config)
    config[key] = value;
  json figures = json::array();
  for (const figure& f : r.figures)
    figures.push_back(to_value(f));
  json curves = json::array();
  for (const curve& c : r.curves)
    curves.push_back({{"kind", name_of(c.what)}, {"name", c.name}, {"unit", c.unit}, {"points", c.points}});
  return {{"command", r.command},
          {"target", r.target},
          {"verdict", verdict(r)},
          {"void", r.void_because.empty() ? 0 : 1},
          {"void_because", r.void_because},
          {"started_at", r.started_at},
          {"machine",
           {{"cpu", r.machine.cpu},
            {"cores", r.machine.cores},
            {"memory_bytes", r.machine.memory_bytes},
            {"kernel", r.machine.kernel},
            {"file_system", r.machine.file_system}}},
          {"build",
           {{"compiler", r.build.compiler},
            {"flags", r.build.flags},
            {"commit", r.build.commit},
            {"type", r.build.type}}},
          {"durability",
           {{"mode", r.durability.mode},
            {"fsync_p50_ms", r.durability.fsync_p50_ms},
            {"fsync_p99_ms", r.durability.fsync_p99_ms}}},
          {"config", config},
          {"warm_up_s", r.warm_up_s},
          {"measured_s", r.measured_s},
          {"repeats", r.repeats},
          {"load", to_value(r.load)},
          {"figures", figures},
          {"curves", curves}};
}

/// One line; what is not UTF-8 (a file name, say) is replaced rather than thrown over.
std::string print(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

std::string to_json(const report& r) { return print(to_value(r)); }

std::string to_json(const std::string& command, const std::vector<report>& all, const std::string& failure) {
  json reports = json::array();
  bool is_void = false;
  for (const report& r : all) {
    reports.push_back(to_value(r));
    is_void = is_void || !r.void_because.empty();
  }
  return print({{"command", command},
                {"verdict", verdict(all, failure)},
                {"void", is_void || all.empty() ? 1 : 0},
                {"failure", failure},
                {"reports", reports}});
}

} // namespace wakala::bench
