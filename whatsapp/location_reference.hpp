/// \file
/// The place that a location message shares.
#pragma once

#include "whatsapp/event.hpp"

#include <optional>
#include <string>

namespace wakala::whatsapp {

struct location_reference {
  std::string coordinates; ///< `latitude,longitude`, in the digits that came
  std::string name;        ///< of the place; may be empty
  std::string address;     ///< may be empty

  bool operator==(const location_reference&) const = default;
};

/// Nothing for any other message, or when there is no such place on earth.
std::optional<location_reference> location_of(const event& update);

} // namespace wakala::whatsapp
