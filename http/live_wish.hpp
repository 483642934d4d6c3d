/// \file
/// What clients of the live feed say. Pure.
#pragma once

#include "actors/tracing/trace_watch.hpp"
#include "http/admin_auth.hpp"
#include "runtime/core/result.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::http {

/// The token of `{"token":"…"}`; nothing when it is something else.
std::optional<std::string> live_token_from(std::string_view text);

struct live_wish {
  std::optional<actors::trace_wish> watch; ///< nothing: an end of it
  std::string shown = "null";              ///< the watch as it was asked for, JSON
  std::chrono::seconds lasts{60};
};

constexpr std::chrono::seconds live_watch_max{600};

/// Reads `{"watch":{"conversation":ID}|{"tenant":ID}|{"share":0.01}|null,"seconds":60}`. A token of tenants watches
/// only those: a share is one of theirs. Error: `invalid_argument` naming the member by a JSON Pointer.
result<live_wish> live_wish_from(std::string_view text, const principal& who,
                                 const std::function<bool(const tenant_id&)>& is_known);

} // namespace wakala::http
