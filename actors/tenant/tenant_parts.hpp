/// \file
/// What the sources of the tenant share.
#pragma once

#include "actors/tenant/tenant.hpp"

#include <caf/allowed_unsafe_message_type.hpp>

namespace wakala::actors {

/// INTERNAL: run this later, in the actor.
struct deferred {
  std::function<void()> run;
};
struct idle_tick {};

inline constexpr std::chrono::seconds ask_timeout{10};
/// Updates waiting for one conversation; more are put off. Only a conversation that is stuck gathers so many.
inline constexpr std::size_t handed_over_max = 1'000;
inline constexpr std::size_t bounces_max = 5;
/// Updates that wait while nobody knows where they are to go; more are put off.
inline constexpr std::size_t waiting_events_max = 4'096;
inline constexpr time_ms unmatched_kept = 30 * ms_per_day;
inline const bytes catalog_key = "catalog";
inline const bytes catalog_sync_key = "catalog_sync";
inline const bytes spread_key = "spread";
inline const bytes account_key = "account";
inline const bytes balances_key = "balances";
inline const bytes ledger_prefix =
    "ledger.";                            ///< and the time (8 bytes), and a number that is never used twice (8 bytes)
inline const bytes news_prefix = "news."; ///< and the order's row key, and the how manieth of the order (8 bytes)
inline const bytes hook_prefix = "hook."; ///< and a `hook_key`: an event for the merchant's own system
inline const bytes failed_hook_prefix = "hook_failed."; ///< and a `hook_key`: one that was set aside
inline const bytes hooks_stopped_key = "webhook_stopped";
inline const bytes receipt_prefix = "receipt."; ///< and a keyed hash of how and with which reference was paid
inline const bytes stock_prefix = "stock.";     ///< and the product's id: pieces sold since the catalog was put

} // namespace wakala::actors

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::deferred)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::actors::idle_tick)
