/// \file
/// The life of an outbound message, from our queue to the shopper's eyes (Cloud API reference §6).
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace wakala::whatsapp {

enum class delivery_status : std::uint8_t {
  queued,     ///< committed, not yet tried
  attempting, ///< an attempt is on its way
  ambiguous,  ///< an attempt's outcome is unknown; waits for the echo
  accepted,   ///< Meta answered with a message id
  sent,
  delivered,
  read,
  played,
  failed,  ///< final, unless a report of delivery was only late
  expired, ///< its time to live ran out before it could be sent; final
};

std::string_view to_string(delivery_status s) noexcept;
std::optional<delivery_status> parse_delivery_status(std::string_view text) noexcept;

/// The status after a webhook reported `reported` for a message that stands at `current`: rank accepted < sent <
/// failed < delivered < read < played, moving only upward, so the outcome is the same in whatever order reports
/// arrive: `failed` wins over everything up to `sent`, and proof that a device has the message wins over `failed`. A
/// status of Meta's also settles `queued`, `attempting`, `ambiguous` and `expired`. Words that are not a rank leave
/// it.
delivery_status merge_status(delivery_status current, std::string_view reported) noexcept;

} // namespace wakala::whatsapp
