/// \file
/// Which addresses are the internet's, and which are somebody's own network.
#pragma once

#include <string_view>

namespace wakala::http {

/// An IP address that everybody on the internet means the same host by: not loopback, not private, not link-local,
/// not multicast, and none of the ranges that are reserved (RFC 6890 and its registry). IPv4 inside IPv6 counts as
/// what it is. False for what is no address.
bool is_public_address(std::string_view text);

/// `localhost`, a name below it, or the text of an address that is not public.
bool is_local_name(std::string_view host);

} // namespace wakala::http
