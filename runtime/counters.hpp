/// \file
/// What a node counts. Plain atomics, read by the metrics page.
#pragma once

#include <atomic>
#include <cstdint>

namespace wakala::runtime {

/// Thread-safe. Names follow the Prometheus families they become.
struct counters {
  using counter = std::atomic<std::uint64_t>;
  counter events_committed{0};
  counter events_repeated{0};
  counter events_set_aside{0};
  counter events_dead_lettered{0};
  counter events_refused{0}; ///< answered 503
  counter handler_failures{0};
  counter journal_rows{0};
  counter journal_batches{0};
  counter shard_reopens{0};
  counter folded_rows{0};
  counter sends_attempted{0};
  counter sends_accepted{0};
  counter sends_failed{0};
  counter sends_retried{0};
  counter sends_ambiguous{0};
  counter sends_resent_after_ambiguity{0};
  counter sends_expired{0};
  counter statuses_unmatched{0};
  counter identity_clashes{0};
  counter messages_too_many{0}; ///< of one shopper: recorded, not answered
  counter hooks_delivered{0};   ///< events that a merchant's own system has taken
  counter hooks_retried{0};     ///< tries that will be repeated
  counter hooks_failed{0};      ///< events that were set aside
  counter conversations_activated{0};
  counter conversations_passivated{0};
  counter webhook_posts{0};
  counter webhook_signatures_rejected{0};
  counter webhook_bodies_refused{0};  ///< signed, but not JSON
  counter webhook_posts_shed{0};      ///< over the bound of admission
  counter webhook_posts_throttled{0}; ///< put off, whole or in part, since a tenant was over its rate
  counter media_fetched{0};           ///< from Meta
  counter media_from_store{0};        ///< answered without asking Meta
  counter media_uploaded{0};
  counter media_uploads_saved{0}; ///< answered with the id of an earlier upload
  counter media_refused{0};       ///< wrong type, size or digest
  counter media_infected{0};
  counter media_unscanned{0}; ///< the scan command gave no verdict
  counter media_busy{0};      ///< put off: too many transfers at once
  std::atomic<std::int64_t> conversations_live{0};
};

} // namespace wakala::runtime
