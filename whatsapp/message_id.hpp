/// \file
/// What a message id gives away. Cloud API reference §2.2: ids are opaque, and hold the customer's phone number.
#pragma once

#include <string>
#include <string_view>

namespace wakala::whatsapp {

/// The customer's phone number in digits, or nothing when the id holds none that can be read. A hint for looking,
/// never to be relied upon.
std::string phone_in_message_id(std::string_view message_id);

} // namespace wakala::whatsapp
