/// \file
/// Reads transcripts back through the admin API and checks them all.
#pragma once

#include "bench/load/checker.hpp"
#include "bench/load/population.hpp"
#include "bench/process/admin_client.hpp"
#include "runtime/core/result.hpp"

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::bench {

/// One page of `…/messages`.
struct transcript_page {
  std::vector<transcript_line> lines;
  std::string next; ///< empty after the last
};
/// Error: `corrupt` when it is no such page.
result<transcript_page> parse_transcript_page(std::string_view json);

/// The whole transcript; empty when the node knows no such conversation.
result<std::vector<transcript_line>> read_transcript(admin_client& node, const std::string& tenant,
                                                     const std::string& contact);

/// Checks every conversation that anything was sent to, over several connections. `told(done, all)` is called now and
/// then, on one thread at a time. Error: `unavailable` when the node does not answer.
result<check_summary> check_all(const admin_access& node, const population& who, const ledger& book,
                                const check_rules& rules, unsigned connections,
                                const std::function<void(std::size_t, std::size_t)>& told = {});

} // namespace wakala::bench
