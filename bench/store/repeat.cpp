#include "bench/store/repeat.hpp"

#include "bench/report/values.hpp"
#include "bench/store/drive.hpp"
#include "bench/store/prefill.hpp"

#include <algorithm>
#include <filesystem>
#include <memory>
#include <optional>

namespace wakala::bench {

namespace {

using say_function = std::function<void(const std::string&)>;

/// Batch sizes beside the one that is asked for, with the most rows that an append of them is given.
struct other_batch {
  std::size_t rows;
  std::size_t rows_max;
};
constexpr other_batch other_batches[] = {{1, 2'000}, {8, 10'000}, {512, 100'000}};

void add_percentiles(report& r, const std::string& name, const histogram& ns) {
  add_value(r, name + "_p50_ms", "ms", to_ms(ns.percentile(50)));
  add_value(r, name + "_p99_ms", "ms", to_ms(ns.percentile(99)));
  add_value(r, name + "_p999_ms", "ms", to_ms(ns.percentile(99.9)));
}

class store_repeat {
public:
  store_repeat(const backend& b, const store_plan& plan, const recording& rows, const say_function& say, report& into)
      : backend_(b), plan_(plan), rows_(rows), say_(say), into_(into) {}
  ~store_repeat() {
    store_.reset();
    std::error_code ignored;
    std::filesystem::remove_all(plan_.directory, ignored);
  }
  store_repeat(const store_repeat&) = delete;
  store_repeat& operator=(const store_repeat&) = delete;

  result<void> run() {
    auto done = open();
    // Two fifths of the recording each for the main parts; the rest for the other batch sizes.
    const auto main_part = rows_.rows.size() * 2 / 5;
    if (done)
      done = alone(main_part);
    if (done)
      done = beside(main_part);
    const auto rest = rows_.rows.size() - next_row_;
    for (const auto& [batch, most] : other_batches)
      if (done && batch != plan_.batch_rows)
        done = other_size(batch, std::min(most, rest / 3));
    return done ? check() : done;
  }

private:
  result<void> open() {
    std::filesystem::remove_all(plan_.directory);
    std::filesystem::create_directories(plan_.directory);
    auto opened = backend_.open(plan_.directory, rows_.shards);
    if (!opened)
      return opened.error();
    store_ = std::move(*opened);
    auto driver = store_driver::take(*store_);
    if (!driver)
      return driver.error();
    driver_.emplace(std::move(*driver));
    const auto told = [this](std::uint64_t made) {
      say_("filling: " + std::to_string(made) + " of " + std::to_string(plan_.conversations) + " conversations");
    };
    return prefill(*driver_, rows_, plan_.conversations, told);
  }

  script take_part(std::size_t rows, std::size_t batch_rows) {
    auto part = make_script(rows_, next_row_, rows, batch_rows, plan_.slice_rows);
    next_row_ += part.rows;
    driver_->adopt(part);
    return part;
  }

  result<void> alone(std::size_t rows) {
    const auto part = take_part(rows, plan_.batch_rows);
    say_("appends alone");
    const auto appends = driver_->append_all(part);
    if (!appends)
      return appends.error();
    say_("folds alone");
    const auto folds = driver_->fold_all(part);
    if (!folds)
      return folds.error();
    add_value(into_, "append_rows_per_s", "1/s", appends->rows_per_s());
    add_percentiles(into_, "append_batch", appends->call_ns);
    add_value(into_, "append_bytes_per_row", "bytes", appends->bytes_per_row());
    add_value(into_, "append_cpu_us_per_row", "us", appends->cpu_us_per_row());
    add_value(into_, "fold_rows_per_s", "1/s", folds->rows_per_s());
    add_percentiles(into_, "fold_slice", folds->call_ns);
    add_value(into_, "fold_bytes_per_row", "bytes", folds->bytes_per_row());
    add_value(into_, "fold_cpu_us_per_row", "us", folds->cpu_us_per_row());
    into_.curves = {{curve::kind::latency, "a batch of " + std::to_string(plan_.batch_rows) + " alone", "ms",
                     latency_points(appends->call_ns)}};
    measured_s_ = appends->seconds + folds->seconds;
    return {};
  }

  result<void> beside(std::size_t rows) {
    const auto part = take_part(rows, plan_.batch_rows);
    say_("appends and folds beside each other");
    const auto both = driver_->append_and_fold(part);
    if (!both)
      return both.error();
    add_value(into_, "beside_append_rows_per_s", "1/s", both->appends.rows_per_s());
    add_percentiles(into_, "beside_append_batch", both->appends.call_ns);
    add_value(into_, "beside_fold_rows_per_s", "1/s", both->folds.rows_per_s());
    add_value(into_, "caught_up_s", "s", both->caught_up_s);
    const auto bytes = static_cast<double>(both->written_bytes) / static_cast<double>(part.rows);
    add_value(into_, "bytes_per_row", "bytes", bytes);
    add_value(into_, "bytes_per_update", "bytes", bytes * rows_.rows_per_update());
    into_.curves.push_back(
        {curve::kind::latency, "the same while folds go on", "ms", latency_points(both->appends.call_ns)});
    into_.measured_s = std::max(into_.measured_s, measured_s_ + both->appends.seconds + both->caught_up_s);
    return {};
  }

  result<void> other_size(std::size_t batch_rows, std::size_t rows) {
    const auto part = take_part(rows, batch_rows);
    say_("appends of " + std::to_string(batch_rows) + " rows");
    const auto appends = driver_->append_all(part);
    if (!appends)
      return appends.error();
    const auto name = "append_by_" + std::to_string(batch_rows);
    add_value(into_, name + "_rows_per_s", "1/s", appends->rows_per_s());
    add_value(into_, name + "_p99_ms", "ms", to_ms(appends->call_ns.percentile(99)));
    const auto folds = driver_->fold_all(part);
    if (!folds)
      return folds.error();
    return {};
  }

  result<void> check() {
    const auto complete = driver_->is_complete();
    if (!complete)
      return complete.error();
    if (!*complete)
      into_.void_because.emplace_back("the store does not hold, or has not folded, all that it was given");
    driver_.reset();
    store_.reset();
    if (!plan_.verify)
      return {};
    say_("reading the store back");
    auto problems = backend_.verify(plan_.directory);
    if (!problems)
      return problems.error();
    for (auto& problem : *problems)
      into_.void_because.push_back(std::move(problem));
    return {};
  }

  const backend& backend_;
  const store_plan& plan_;
  const recording& rows_;
  const say_function& say_;
  report& into_;
  std::unique_ptr<persistence::store> store_;
  std::optional<store_driver> driver_;
  std::size_t next_row_ = 0;
  double measured_s_ = 0;
};

} // namespace

result<void> measure_store(const backend& what, const store_plan& plan, const recording& rows,
                           const std::function<void(const std::string&)>& say, report& into) {
  return store_repeat(what, plan, rows, say, into).run();
}

} // namespace wakala::bench
