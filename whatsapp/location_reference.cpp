#include "whatsapp/location_reference.hpp"

#include "whatsapp/json_read.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <cmath>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

bool is_degrees(const std::string& text, double most) {
  double value = 0;
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failed == std::errc{} && end == text.data() + text.size() && std::abs(value) <= most;
}

} // namespace

std::optional<location_reference> location_of(const event& update) {
  if (update.type != "location")
    return std::nullopt;
  const auto message = json::parse(update.raw.text(), nullptr, false);
  const auto* place = object_member(message, "location");
  if (place == nullptr)
    return std::nullopt;
  const auto latitude = text_or_empty(*place, "latitude");
  const auto longitude = text_or_empty(*place, "longitude");
  if (!is_degrees(latitude, 90) || !is_degrees(longitude, 180))
    return std::nullopt;
  return location_reference{latitude + "," + longitude, text_or_empty(*place, "name"),
                            text_or_empty(*place, "address")};
}

} // namespace wakala::whatsapp
