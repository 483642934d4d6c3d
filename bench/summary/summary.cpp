#include "bench/summary/summary.hpp"

#include "bench/idle/drive_facts.hpp"
#include "bench/load/webhook_report.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <map>

namespace wakala::bench {
namespace {

/// The comparison of targets: in each repeat the ceiling, then wakalad, then the peer.
class comparison {
public:
  comparison(const place& where, const summary_plan& plan, summary_result& into)
      : where_(where), plan_(plan), into_(into) {}

  result<void> take_turn() {
    const auto ceiling = ceiling_knee(where_, plan_.load, ceiling_);
    if (!ceiling)
      return ceiling.error();
    keep(*ceiling, ceiling_);
    const auto wakalad = wakalad_knee(where_, plan_.load, wakalad_);
    if (!wakalad)
      return wakalad.error();
    keep(*wakalad, wakalad_);
    if (!wakalad->knee || !ceiling->knee)
      return {}; // the reports are void and say why
    auto& found = into_.figures;
    found.ingest_per_s.push_back(*wakalad->knee);
    found.ceiling_ratio.push_back(*wakalad->knee / *ceiling->knee);
    take_latency(wakalad->reports.back());
    return compare_costs();
  }

private:
  /// Merges the reports of a turn with those of earlier ones; `near` becomes the knee that was found.
  void keep(const webhook_outcome& turn, double& near) {
    near = turn.knee.value_or(near);
    for (const report& r : turn.reports) {
      const auto known = std::find_if(into_.reports.begin(), into_.reports.end(),
                                      [&](const report& k) { return k.target == r.target; });
      if (known == into_.reports.end())
        into_.reports.push_back(r);
      else
        merge_repeat(*known, r);
      for (const std::string& reason : r.void_because)
        into_.void_because.push_back(r.target + ": " + reason);
    }
  }

  void take_latency(const report& at_share) {
    auto& found = into_.figures;
    const std::map<std::string, std::vector<double>*> wanted{
        {"ack_p50_ms", &found.ack_p50_ms},
        {"ack_p99_ms", &found.ack_p99_ms},
        {"ack_p999_ms", &found.ack_p999_ms},
        {"disk_bytes_per_webhook", &found.disk_bytes_per_webhook}};
    for (const figure& f : at_share.figures)
      if (const auto place = wanted.find(f.name); place != wanted.end())
        place->second->insert(place->second->end(), f.values.begin(), f.values.end());
  }

  result<void> compare_costs() {
    if (!into_.peer_missing.empty())
      return {};
    if (peer_ == 0) {
      const auto knee = peer_knee(where_, plan_.load, 0);
      if (!knee && knee.error().code == errc::not_found) {
        into_.peer_missing = knee.error().what;
        return {};
      }
      if (!knee)
        return knee.error();
      keep(*knee, peer_);
      if (peer_ == 0)
        return {};
    }
    const auto ours = wakalad_cost(where_, plan_.load, wakalad_ * plan_.load.share);
    if (!ours)
      return ours.error();
    const auto theirs = peer_cost(where_, plan_.load, peer_ * plan_.load.share);
    if (!theirs)
      return theirs.error();
    into_.figures.peer_ratio.push_back(ours->webhooks_per_cpu_s() / theirs->webhooks_per_cpu_s());
    for (const auto* cost : {&*ours, &*theirs})
      into_.void_because.insert(into_.void_because.end(), cost->void_because.begin(), cost->void_because.end());
    return {};
  }

  const place& where_;
  const summary_plan& plan_;
  summary_result& into_;
  double ceiling_ = 0; ///< knees found last, 1/s
  double wakalad_ = 0;
  double peer_ = 0;
};

result<void> measure_conversations(const place& where, const summary_plan& plan, summary_result& into) {
  const idle_place mine = place_of(where.bin_dir, where.directory, plan.load.smoke);
  const auto node = measure_idle_node(mine, plan.repeats, plan.idle_s);
  if (!node)
    return node.error();
  into.figures.idle_cpu_percent = node->cpu_percent;
  auto resident = measure_resident(mine, plan.few, plan.sample, plan.repeats);
  if (!resident)
    return resident.error();
  into.figures.resident_bytes = std::move(*resident);
  auto passivated = measure_passivated(mine, plan.few, plan.sample, plan.repeats);
  if (!passivated)
    return passivated.error();
  into.figures.passivated_bytes = std::move(*passivated);
  cold_plan waking = plan.cold;
  waking.repeats = plan.repeats;
  auto woken = measure_cold(mine, waking);
  if (!woken)
    return woken.error();
  into.figures.activation_p99_ms = std::move(woken->p99_ms);
  into.figures.start_ms = std::move(woken->start_ms);
  into.void_because.insert(into.void_because.end(), woken->void_because.begin(), woken->void_because.end());
  return {};
}

} // namespace

result<summary_result> measure_summary(const place& where, const summary_plan& plan) {
  summary_result found;
  comparison targets(where, plan, found);
  for (unsigned turn = 0; turn < plan.repeats; ++turn)
    if (auto taken = targets.take_turn(); !taken)
      return taken.error();
  if (auto done = measure_conversations(where, plan, found); !done)
    return done.error();
  return found;
}

std::vector<figure> figures_of(const summary_figures& found, bool with_goals) {
  using enum figure::direction;
  std::vector<figure> all{
      {"ceiling_ratio", "ratio", found.ceiling_ratio, 0.5, at_least},
      {"peer_ratio", "ratio", found.peer_ratio, 20, found.peer_ratio.empty() ? none : at_least},
      {"ingest_per_s", "1/s", found.ingest_per_s, {}, none},
      {"ack_p50_ms", "ms", found.ack_p50_ms, 2, at_most},
      {"ack_p99_ms", "ms", found.ack_p99_ms, 10, at_most},
      {"ack_p999_ms", "ms", found.ack_p999_ms, 40, at_most},
      {"resident_bytes", "bytes", found.resident_bytes, 2'048, at_most},
      {"passivated_bytes", "bytes", found.passivated_bytes, 32, at_most},
      {"activation_p99_ms", "ms", found.activation_p99_ms, 8, at_most},
      {"idle_cpu_percent", "percent", found.idle_cpu_percent, 1, at_most},
      {"start_ms", "ms", found.start_ms, 1'000, at_most},
      {"disk_bytes_per_webhook", "bytes", found.disk_bytes_per_webhook, 4'000, at_most},
  };
  if (!with_goals)
    for (figure& f : all)
      f.wanted = none;
  return all;
}

std::string summary_json(const std::vector<figure>& figures, bool is_void) {
  nlohmann::ordered_json object;
  for (const figure& f : figures)
    object[f.name] = f.values.empty() ? nlohmann::ordered_json(nullptr) : nlohmann::ordered_json(median(f.values));
  object["void"] = is_void ? 1 : 0;
  return object.dump();
}

} // namespace wakala::bench
