#include "bench/store/repeat.hpp"

#include "bench/report/values.hpp"
#include "bench/store/drive.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>

namespace wakala::bench {

namespace {

using say_function = std::function<void(const std::string&)>;

/// Batch sizes beside the one that is asked for, with the most rows that a run of them takes.
struct other_batch {
  std::size_t rows;
  std::size_t rows_max;
};
constexpr other_batch other_batches[] = {{1, 4'000}, {8, 20'000}, {512, 100'000}};

void add_percentiles(report& r, const std::string& name, const histogram& ns) {
  add_value(r, name + "_p50_ms", "ms", to_ms(ns.percentile(50)));
  add_value(r, name + "_p99_ms", "ms", to_ms(ns.percentile(99)));
  add_value(r, name + "_p999_ms", "ms", to_ms(ns.percentile(99.9)));
}

/// A store of its own, gone at the end.
class fresh_store {
public:
  static result<std::unique_ptr<fresh_store>> open(const backend& b, const std::string& directory,
                                                   std::uint32_t shards) {
    std::filesystem::remove_all(directory);
    std::filesystem::create_directories(directory);
    auto made = std::make_unique<fresh_store>(b, directory);
    auto opened = b.open(directory, shards);
    if (!opened)
      return opened.error();
    made->store_ = std::move(*opened);
    return made;
  }
  fresh_store(const backend& b, std::string directory) : backend_(b), directory_(std::move(directory)) {}
  ~fresh_store() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(directory_, ignored);
  }
  fresh_store(const fresh_store&) = delete;
  fresh_store& operator=(const fresh_store&) = delete;

  persistence::store& get() { return *store_; }
  /// Closes it and reads it back.
  result<std::vector<std::string>> verify() {
    store_.reset();
    return backend_.verify(directory_);
  }

private:
  const backend& backend_;
  std::string directory_;
  std::unique_ptr<persistence::store> store_;
};

class store_repeat {
public:
  store_repeat(const backend& b, const store_plan& plan, const recording& rows, const say_function& say)
      : backend_(b), plan_(plan), rows_(rows), say_(say) {}

  result<void> run(report& r) {
    auto done = alone(r);
    if (done)
      done = beside(r);
    for (const auto& [rows, rows_max] : other_batches)
      if (done && rows != plan_.batch_rows)
        done = other_size(r, rows, rows_max);
    return done;
  }

private:
  using work = std::function<result<void>(store_driver&)>;

  result<void> on_fresh_store(script plan, const work& what, report* checked) {
    auto store = fresh_store::open(backend_, plan_.directory, rows_.shards);
    if (!store)
      return store.error();
    auto driver = store_driver::take((*store)->get(), plan);
    if (!driver)
      return driver.error();
    if (auto done = what(*driver); !done)
      return done.error();
    if (checked == nullptr)
      return {};
    const auto complete = driver->is_complete();
    if (!complete)
      return complete.error();
    if (!*complete)
      checked->void_because.emplace_back("the store does not hold, or has not folded, all that it was given");
    if (!plan_.verify)
      return {};
    say_("reading the store back");
    auto problems = (*store)->verify();
    if (!problems)
      return problems.error();
    for (auto& problem : *problems)
      checked->void_because.push_back(std::move(problem));
    return {};
  }

  result<void> alone(report& r) {
    return on_fresh_store(
        make_script(rows_, plan_.batch_rows, plan_.slice_rows),
        [&](store_driver& driver) -> result<void> {
          say_("appends alone");
          const auto appends = driver.append_all();
          if (!appends)
            return appends.error();
          say_("folds alone");
          const auto folds = driver.fold_all();
          if (!folds)
            return folds.error();
          add_value(r, "append_rows_per_s", "1/s", appends->rows_per_s());
          add_percentiles(r, "append_batch", appends->call_ns);
          add_value(r, "append_bytes_per_row", "bytes", appends->bytes_per_row());
          add_value(r, "append_cpu_us_per_row", "us", appends->cpu_us_per_row());
          add_value(r, "fold_rows_per_s", "1/s", folds->rows_per_s());
          add_percentiles(r, "fold_slice", folds->call_ns);
          add_value(r, "fold_bytes_per_row", "bytes", folds->bytes_per_row());
          add_value(r, "fold_cpu_us_per_row", "us", folds->cpu_us_per_row());
          alone_curve_ = {curve::kind::latency, "a batch of " + std::to_string(plan_.batch_rows) + " alone", "ms",
                          latency_points(appends->call_ns)};
          r.measured_s = std::max(r.measured_s, appends->seconds + folds->seconds);
          return {};
        },
        &r);
  }

  result<void> beside(report& r) {
    return on_fresh_store(
        make_script(rows_, plan_.batch_rows, plan_.slice_rows),
        [&](store_driver& driver) -> result<void> {
          say_("appends and folds beside each other");
          const auto both = driver.append_and_fold();
          if (!both)
            return both.error();
          add_value(r, "beside_append_rows_per_s", "1/s", both->appends.rows_per_s());
          add_percentiles(r, "beside_append_batch", both->appends.call_ns);
          add_value(r, "beside_fold_rows_per_s", "1/s", both->folds.rows_per_s());
          add_value(r, "caught_up_s", "s", both->caught_up_s);
          const auto bytes = static_cast<double>(both->written_bytes);
          add_value(r, "bytes_per_row", "bytes", bytes / static_cast<double>(rows_.rows.size()));
          add_value(r, "bytes_per_update", "bytes", bytes / static_cast<double>(rows_.updates));
          r.curves = {
              alone_curve_,
              {curve::kind::latency, "the same while folds go on", "ms", latency_points(both->appends.call_ns)}};
          return {};
        },
        &r);
  }

  result<void> other_size(report& r, std::size_t batch_rows, std::size_t rows_max) {
    return on_fresh_store(
        make_script(rows_, batch_rows, plan_.slice_rows, rows_max),
        [&](store_driver& driver) -> result<void> {
          const auto name = "append_by_" + std::to_string(batch_rows);
          say_("appends of " + std::to_string(batch_rows) + " rows");
          const auto appends = driver.append_all();
          if (!appends)
            return appends.error();
          add_value(r, name + "_rows_per_s", "1/s", appends->rows_per_s());
          add_value(r, name + "_p99_ms", "ms", to_ms(appends->call_ns.percentile(99)));
          return {};
        },
        nullptr);
  }

  const backend& backend_;
  const store_plan& plan_;
  const recording& rows_;
  const say_function& say_;
  curve alone_curve_;
};

} // namespace

result<void> measure_store(const backend& what, const store_plan& plan, const recording& rows,
                           const std::function<void(const std::string&)>& say, report& into) {
  return store_repeat(what, plan, rows, say).run(into);
}

} // namespace wakala::bench
