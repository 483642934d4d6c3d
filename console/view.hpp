/// \file
/// One thing to look at: what it needs from the API, and how that is shown. Pure: no terminal, no network, no clock.
#pragma once

#include "console/actions.hpp"
#include "console/history.hpp"
#include "console/models.hpp"
#include "console/page.hpp"
#include "console/table.hpp"

#include <nlohmann/json_fwd.hpp>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace wakala::console {

/// What every view may look at.
struct surroundings {
  const history& past;
  const whoami& who;
  std::int64_t now_ms = 0; ///< since 1970
};

/// A GET that the view lives on.
struct wish {
  std::string part; ///< which one, for `take`
  std::string target;
  std::chrono::milliseconds every{2000}; ///< 0: once
};

class view {
public:
  virtual ~view() = default;

  /// The command that opens it, for example `actors shard:5`.
  virtual std::string command() const = 0;
  virtual std::string title() const = 0;

  virtual std::vector<wish> wishes(const surroundings&) const { return {}; }
  /// An answer to a wish; `at_ms` on a clock that never goes back.
  virtual void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms);
  /// Everything is to be asked anew.
  virtual void refresh() {}

  virtual page show(const surroundings& around, std::size_t width) const = 0;

  /// The command that Enter on a line gives; empty: none.
  virtual std::string open(const std::string& key) const;
  virtual std::vector<action> actions(const surroundings&, const std::string& key) const;
  /// Tab.
  virtual void turn() {}
  /// The reason was typed and confirmed.
  virtual void reveal(const std::string& reason);

  virtual std::vector<column> sort_columns() const { return {}; }

  /// What the live stream should watch for this view; null: nothing.
  virtual nlohmann::json watched(const whoami&) const;
  virtual void take_trace(const nlohmann::json&) {}
  virtual void take_skipped(double /*count*/) {}

  sorting sorted;
  std::string filter;  ///< typed after `/`
  bool is_live = true; ///< false: asked once, by a command line: nothing moves, and nothing is cut short

protected:
  /// Filters and sorts the rows, and lays them out.
  std::vector<line> table_lines(table rows, std::size_t width) const;
  std::string note_of(std::size_t shown, std::size_t loaded, std::optional<double> total) const;
};

} // namespace wakala::console
