/// \file
/// Nodes and shards as tables, for the overview and for views of their own.
#pragma once

#include "console/table.hpp"
#include "console/view.hpp"

namespace wakala::console {

/// How a state is coloured: serving and open are good, draining and opening are on their way, the others are bad.
look look_of_state(std::string_view state);

/// Keys are `node:NAME`.
table nodes_table(const surroundings& around);
std::vector<column> node_columns();
/// Keys are the shards' ids.
table shards_table(const surroundings& around);
std::vector<column> shard_columns();

/// A figure and its cell; `–` when it is missing.
table_cell count_cell(std::optional<double> value);
table_cell bytes_cell(std::optional<double> value);
table_cell micros_cell(std::optional<double> value);
table_cell rate_cell(std::optional<double> value);

/// The name in an id like `node:a`.
std::string after_colon(std::string_view id);

} // namespace wakala::console
