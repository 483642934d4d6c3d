/// \file
/// From a decoded webhook to events with an owner and a key. Pure.
#pragma once

#include "actors/config/directory.hpp"
#include "actors/protocol/spread.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"
#include "whatsapp/event.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::actors {

/// Why an update is nobody's business but the operator's.
enum class aside_reason : std::uint8_t {
  none,           ///< it has an owner
  unknown_number, ///< no tenant has that number or account; replayed once one has
  foreign,        ///< it came through a URL that may not carry it
  malformed,      ///< a part that could not be read
  no_webhook,     ///< signed JSON of another kind
  unmatched,      ///< a status of a message that this shop never sent; kept 30 days
};

std::string_view to_string(aside_reason reason) noexcept;

/// One update, addressed.
struct routed_event {
  whatsapp::event update;
  tenant_id tenant; ///< the owner; `system_tenant` for what is set aside
  event_key key;
  std::uint32_t other_bucket = 0; ///< the bucket that the key would have had at another age: probed too
  std::uint32_t index = 0;        ///< position in its POST
  aside_reason aside = aside_reason::none;
  std::string origin;            ///< tenant whose URL it came through; empty: the app's
  bool replay = false;           ///< a dead letter or set-aside event brought back by an operator
  std::optional<handing> handed; ///< by the home of a spread tenant, to the shard of the conversation
};

/// The key of an update (design §6.5): keyed hash of number or account, kind and id; statuses add status and
/// recipient. Sets `key` and `other_bucket`.
void assign_key(routed_event& e, const persistence::tenant_keys& keys, time_ms now);

/// The key under which a replay is applied at most once.
event_key replay_key(const event_key& original);

struct routing_input {
  const directory& tenants;
  const tenant_entry* origin = nullptr; ///< the tenant whose URL was called; null: the app's URL
  const persistence::tenant_keys& system_keys;
  time_ms now = 0;
};

/// Gives every update of the POST its owner, in document order; parts without an owner go to `system_tenant`.
std::vector<routed_event> route(whatsapp::decoded_webhook decoded, std::string_view body, const routing_input& in);

} // namespace wakala::actors
