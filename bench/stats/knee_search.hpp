/// \file
/// Finds the highest rate that a server carries.
#pragma once

#include <optional>
#include <utility>
#include <vector>

namespace wakala::bench {

struct knee_options {
  double start = 2'000;    ///< first rate, 1/s
  double growth = 1.5;     ///< factor from one rate to the next until one fails; above 1
  double precision = 0.05; ///< the search ends when the rates that held and failed are this close, relative
  double ceiling = 1e6;    ///< never asked beyond
  double floor = 1;        ///< not even this: there is no knee
  /// Long trials at most. The first that fails lowers the rate by `precision`, the second by twice that, and so on.
  unsigned confirmations = 6;
};

/// Short trials first rise until one fails, then halve the distance; a long trial at the best rate confirms it. Ask
/// `next`, make the trial, tell with `report`, until `next` has nothing.
class knee_search {
public:
  explicit knee_search(knee_options options) : options_(options), rate_(options.start) {}

  struct trial {
    double rate = 0;
    bool is_long = false;
  };
  /// What to try now; nothing when the search is over.
  std::optional<trial> next() const;
  void report(bool held);

  /// After the search: the confirmed rate; nothing when none held.
  std::optional<double> knee() const noexcept { return knee_; }

private:
  void choose();
  void confirm(double rate);

  knee_options options_;
  double rate_;
  std::optional<double> held_;
  std::optional<double> failed_;
  bool is_long_ = false;
  bool is_over_ = false;
  unsigned confirmed_tries_ = 0;
  std::optional<double> knee_;
};

} // namespace wakala::bench
