/// \file
/// A way out that leads nowhere: for load benchmarks, where Meta's pace would otherwise be the limit.
#pragma once

#include "actors/outbound/transport.hpp"

#include <memory>
#include <string>
#include <string_view>

namespace wakala::actors {

/// `meta.graph_url` of a node that sends nothing.
inline constexpr std::string_view discard_url = "discard:";

/// Accepts every message at once, on the caller's thread, and sends none. Message ids are `discarded_message_id`;
/// read marks get none. The limits of numbers and pairs do not hold for it.
std::shared_ptr<transport> make_discard_transport();

/// `wamid.D<recipient>.<ordinal>`: recipient as in `to` without its plus sign, or the user id; the ordinal of our
/// outbox id. Whoever knows what a conversation was sent can name its messages, as Meta's statuses do. Empty when the
/// body names no callback data, as that of a read mark.
std::string discarded_message_id(std::string_view body);

} // namespace wakala::actors
