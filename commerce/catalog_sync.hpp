/// \file
/// Bringing Meta's catalog up to date: what is to be sent next, and what an answer means. No clock, no network.
///
/// Meta takes changes in batches and works on them later, so there is at most one batch out. It is written down
/// before it leaves; when its answer was lost with a crash it is sent again, which changes nothing at Meta.
#pragma once

#include "commerce/meta_item.hpp"
#include "runtime/core/clock.hpp"
#include "whatsapp/outbound.hpp"

#include <nlohmann/json_fwd.hpp>

#include <cstddef>
#include <deque>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::commerce {

/// A batch that has left, or is about to.
struct sync_flight {
  std::vector<std::pair<std::string, std::string>> items; ///< product's id → digest; empty: it is taken away
  std::vector<std::string> handles; ///< not asked about yet; empty: nobody knows whether Meta has the batch
  std::map<std::string, std::string, std::less<>> refused; ///< product's id → why, as far as Meta has said
  time_ms sent_at = 0;

  bool operator==(const sync_flight&) const = default;
};

struct refused_item {
  std::string digest; ///< it is not sent again until it has another; empty: it could not be taken away
  std::string why;

  bool operator==(const refused_item&) const = default;
};

/// What is known of Meta's side. Kept in the store.
struct catalog_sync {
  std::string catalog_id;
  std::map<std::string, std::string, std::less<>> held; ///< product's id → digest; empty: Meta may hold anything
  std::map<std::string, refused_item, std::less<>> refused;
  std::optional<sync_flight> flight;
  /// Batches that Meta refused as a whole, in halves: one of them holds what is wrong.
  std::deque<std::vector<std::string>> suspects;
  time_ms last_at = 0; ///< when a batch was last done with

  bool operator==(const catalog_sync&) const = default;
};

std::string to_text(const catalog_sync& sync);
/// `corrupt` for what is none.
result<catalog_sync> catalog_sync_from(std::string_view text);

/// How many items are still to be sent, those in flight among them.
std::size_t pending_items(const catalog_sync& sync, const meta_shelf& wanted);

/// `[{id,why}]` of what Meta does not show as the shop has it, at most `most`; and how many there are.
std::pair<nlohmann::json, std::size_t> failed_items(const catalog_sync& sync, const meta_shelf& wanted,
                                                    std::size_t most);

/// Takes the next items into flight. The body to send, or nothing when all is done. Precondition: nothing is in
/// flight; `wanted` is that of `shelf`.
std::optional<std::string> next_batch(catalog_sync& sync, const meta_shelf& wanted, const catalog& shelf,
                                      const item_shop& shop, time_ms now);

/// What an answer of the Graph API asks for.
enum class sync_verdict : std::uint8_t {
  good,
  divide, ///< something in the batch is wrong, or it is too much
  wait,   ///< ask again later
  lost,   ///< the batch has come to nothing, or Meta does not know it any more
};
struct sync_judgement {
  sync_verdict what = sync_verdict::wait;
  std::string why; ///< for people, when it is not good
};
/// Of an answer to a batch or to a question about one.
sync_judgement judge(int status, std::string_view body);

/// After a good answer to the batch. `good`: it is to be asked about, or is done with already.
sync_judgement batch_taken(catalog_sync& sync, const nlohmann::json& answer, const item_shop& shop, time_ms now);
/// Meta refused the batch as a whole: it is divided, or its only item is what is wrong. True for the latter.
bool batch_refused(catalog_sync& sync, const std::string& why, time_ms now);
/// Nobody knows what became of it: its items are sent again, but for those that Meta has refused.
void batch_lost(catalog_sync& sync);
/// After a good answer about the first handle. `good`: that one is done with, and with the last the batch is.
sync_judgement batch_told(catalog_sync& sync, const nlohmann::json& answer, const item_shop& shop, time_ms now);

} // namespace wakala::commerce
