/// \file
/// Dead letters and set-aside input: events as rows that a person can look at and bring back. Pure.
#pragma once

#include "actors/protocol/routing.hpp"
#include "persistence/store.hpp"
#include "runtime/core/result.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>
#include <string_view>

namespace wakala::actors {

/// An event with everything needed to process it again, as text that fits into JSON; and back. `corrupt` for what was
/// never packed.
std::string pack_event(const routed_event& e);
result<routed_event> unpack_event(std::string_view text);
/// The same as bytes.
bytes event_to_bytes(const routed_event& e);
result<routed_event> event_from_bytes(std::string_view packed);

struct letter {
  routed_event event;
  std::string why;
  time_ms at = 0;
};
/// As bytes to seal; and back.
std::string to_text(const letter& l);
result<letter> letter_from(std::string_view text);

/// What the admin API shows of it: no text of the shopper, ids masked.
nlohmann::json describe(const letter& l);

} // namespace wakala::actors
