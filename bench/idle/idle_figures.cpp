#include "bench/idle/idle_figures.hpp"

#include "bench/report/numbers.hpp"
#include "bench/report/progress.hpp"

#include <filesystem>
#include <thread>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

std::string turn_of(unsigned turn, unsigned turns) {
  return " (" + std::to_string(turn + 1) + " of " + std::to_string(turns) + ")";
}

result<void> expect_awake(loaded_daemon& node, std::uint32_t conversations) {
  const auto now = node.counts();
  if (!now)
    return now.error();
  if (now->live_conversations != conversations)
    return make_error(errc::unavailable,
                      "of " + show(conversations) + " conversations " + show(now->live_conversations) + " are awake");
  return {};
}

/// Makes conversations and measures what each of those beyond `few` adds.
result<double> grow(loaded_daemon& node, std::uint32_t few, std::uint32_t many) {
  if (auto filled = node.fill(0, few); !filled)
    return filled.error();
  const auto before = node.settled_memory();
  if (!before)
    return before;
  if (auto filled = node.fill(few, many - few); !filled)
    return filled.error();
  const auto after = node.settled_memory();
  if (!after)
    return after;
  if (auto awake = expect_awake(node, many); !awake)
    return awake.error();
  return (*after - *before) / (many - few);
}

/// Lets the next `shoppers` write once and waits until all are at rest. The node's memory then.
result<double> memory_after_wave(loaded_daemon& node, std::uint64_t first, std::uint32_t shoppers) {
  if (auto filled = node.fill(first, shoppers); !filled)
    return filled.error();
  if (auto rest = node.wait_until([](const node_counts& now) { return now.live_conversations == 0; },
                                  "put all conversations to rest");
      !rest)
    return rest.error();
  return node.settled_memory();
}

void take_turn(crowd& found, driven turn, std::vector<double>& p99_ms, histogram& latency) {
  p99_ms.push_back(to_ms(turn.load.latency.percentile(99)));
  latency.merge(turn.load.latency);
  found.void_because.insert(found.void_because.end(), turn.void_because.begin(), turn.void_because.end());
}

} // namespace

daemon_options idle_place::base() const {
  daemon_options options;
  options.program = wakalad;
  return options;
}

daemon_folder::daemon_folder(const idle_place& where, const std::string& name)
    : path_(where.directory + "/" + name), options_(where.base()) {
  std::filesystem::remove_all(path_);
  options_.directory = path_;
}

daemon_folder::~daemon_folder() {
  std::error_code ignored;
  std::filesystem::remove_all(path_, ignored);
}

daemon_options daemon_folder::options() const { return options_; }

double daemon_folder::bytes() const {
  double sum = 0;
  for (const auto& entry : std::filesystem::recursive_directory_iterator(path_))
    if (entry.is_regular_file())
      sum += static_cast<double>(entry.file_size());
  return sum;
}

result<idle_node> measure_idle_node(const idle_place& where, unsigned repeats, double seconds_each) {
  console_progress().step("idle node: starting");
  const daemon_folder place(where, "idle");
  auto node = loaded_daemon::start(place.options(), where.crowd_of(1'000));
  if (!node)
    return node.error();
  const auto memory = (*node)->settled_memory();
  if (!memory)
    return memory.error();
  idle_node found;
  found.memory_bytes = *memory;
  for (unsigned turn = 0; turn < repeats; ++turn) {
    console_progress().step("idle node: processor time over " + show(seconds_each, "s") + turn_of(turn, repeats));
    const auto percent = (*node)->idle_cpu_percent(std::chrono::duration<double>(seconds_each));
    if (!percent)
      return percent.error();
    found.cpu_percent.push_back(*percent);
  }
  return found;
}

result<std::vector<double>> measure_resident(const idle_place& where, std::uint32_t few, std::uint32_t many,
                                             unsigned repeats) {
  std::vector<double> found;
  for (unsigned turn = 0; turn < repeats; ++turn) {
    console_progress().step("resident: " + show(many) + " conversations awake" + turn_of(turn, repeats));
    const daemon_folder place(where, "resident");
    auto node = loaded_daemon::start(place.options(), where.crowd_of(many));
    if (!node)
      return node.error();
    const auto each = grow(**node, few, many);
    if (!each)
      return each.error();
    found.push_back(*each);
  }
  return found;
}

result<std::vector<double>> measure_passivated(const idle_place& where, std::uint32_t few, std::uint32_t many,
                                               unsigned repeats) {
  const daemon_folder place(where, "passivated");
  auto options = place.options();
  options.limits["conversation_idle"] = "1s";
  options.limits["live_conversations"] = std::to_string(few);
  auto node = loaded_daemon::start(options, where.crowd_of(many * (repeats + 1)));
  if (!node)
    return node.error();
  std::vector<double> memory;
  for (unsigned wave = 0; wave <= repeats; ++wave) {
    console_progress().step("passivated: " + show(many) + " more shoppers" + turn_of(wave, repeats + 1));
    const auto now = memory_after_wave(**node, std::uint64_t{many} * wave, many);
    if (!now)
      return now.error();
    memory.push_back(*now);
  }
  std::vector<double> found;
  for (unsigned wave = 1; wave <= repeats; ++wave)
    found.push_back((memory[wave] - memory[wave - 1]) / many);
  return found;
}

result<crowd> measure_crowd(const idle_place& where, const crowd_plan& plan) {
  const daemon_folder few_place(where, "few");
  const daemon_folder many_place(where, "many");
  auto small = loaded_daemon::start(few_place.options(), where.crowd_of(plan.few));
  if (!small)
    return small.error();
  console_progress().step("crowd: " + show(plan.few) + " conversations");
  if (auto filled = (*small)->fill(0, plan.few); !filled)
    return filled.error();
  console_progress().step("crowd: " + show(plan.many) + " conversations");
  auto large = loaded_daemon::start(many_place.options(), where.crowd_of(plan.many));
  if (!large)
    return large.error();
  crowd found;
  const auto each = grow(**large, plan.few, plan.many);
  if (!each)
    return each.error();
  found.resident_bytes = *each;
  found.memory_bytes = static_cast<double>(read_pss((*large)->process().pid()).value_or(0));
  console_progress().step("crowd: resting for " + show(plan.rest_s, "s"));
  std::this_thread::sleep_for(std::chrono::duration<double>(plan.rest_s));
  console_progress().step("crowd: processor time over " + show(plan.idle_s, "s"));
  const auto percent = (*large)->idle_cpu_percent(std::chrono::duration<double>(plan.idle_s));
  if (!percent)
    return percent.error();
  found.idle_cpu_percent = *percent;

  const drive_plan load{plan.per_second, plan.warm_up_s, plan.measured_s, false, 0};
  for (unsigned turn = 0; turn < plan.repeats; ++turn) {
    console_progress().step("crowd: " + show(plan.per_second, "1/s") + " in turn" + turn_of(turn, plan.repeats));
    auto with_few = (*small)->drive(load);
    if (!with_few)
      return with_few.error();
    auto with_many = (*large)->drive(load);
    if (!with_many)
      return with_many.error();
    found.turns.push_back(*with_many);
    take_turn(found, std::move(*with_few), found.p99_few_ms, found.latency_few);
    take_turn(found, std::move(*with_many), found.p99_many_ms, found.latency_many);
    found.ratio.push_back(found.p99_many_ms.back() / found.p99_few_ms.back());
  }
  for (auto* node : {small->get(), large->get()})
    if (auto awake = expect_awake(*node, node == small->get() ? plan.few : plan.many); !awake)
      found.void_because.push_back(awake.error().what);
  return found;
}

} // namespace wakala::bench
