/// \file
/// Parts of a report that `idle` and `cold` have in common.
#pragma once

#include "bench/idle/idle_figures.hpp"
#include "bench/report/report.hpp"

#include <string>
#include <vector>

namespace wakala::bench {

/// Where the daemons of a command are; small and hasty in a smoke run.
idle_place place_of(const std::string& bin_dir, const std::string& directory, bool smoke);
/// How the daemons of `loaded_daemon` are set up.
void add_daemon_config(report& r, std::uint32_t shops);
/// Means of rates and processor time over the runs, sums of counts.
load_facts load_of(const std::vector<driven>& runs);
/// p99 of each second, one curve a run.
void add_series(report& r, const std::vector<driven>& runs);
/// Without the goal in a smoke run, which measures nothing.
figure figure_at_most(std::string name, std::string unit, std::vector<double> values, double goal, bool smoke);

} // namespace wakala::bench
