#include "whatsapp/delivery.hpp"

#include <array>
#include <utility>

namespace wakala::whatsapp {

namespace {

constexpr std::array<std::pair<delivery_status, std::string_view>, 10> names{{
    {delivery_status::queued, "queued"},
    {delivery_status::attempting, "attempting"},
    {delivery_status::ambiguous, "ambiguous"},
    {delivery_status::accepted, "accepted"},
    {delivery_status::sent, "sent"},
    {delivery_status::delivered, "delivered"},
    {delivery_status::read, "read"},
    {delivery_status::played, "played"},
    {delivery_status::failed, "failed"},
    {delivery_status::expired, "expired"},
}};

/// Where `failed` stands is what makes the outcome the same in whatever order the reports arrive: above `sent`, below
/// the proof that a device has the message. 0: Meta has not reported anything yet.
int rank(delivery_status s) noexcept {
  switch (s) {
  case delivery_status::queued:
  case delivery_status::attempting:
  case delivery_status::ambiguous:
  case delivery_status::expired:
    return 0;
  case delivery_status::accepted:
    return 1;
  case delivery_status::sent:
    return 2;
  case delivery_status::failed:
    return 3;
  case delivery_status::delivered:
    return 4;
  case delivery_status::read:
    return 5;
  case delivery_status::played:
    return 6;
  }
  return 0;
}

} // namespace

std::string_view to_string(delivery_status s) noexcept {
  for (const auto& [status, name] : names)
    if (status == s)
      return name;
  return "queued";
}

std::optional<delivery_status> parse_delivery_status(std::string_view text) noexcept {
  for (const auto& [status, name] : names)
    if (name == text)
      return status;
  return std::nullopt;
}

delivery_status merge_status(delivery_status current, std::string_view reported) noexcept {
  const auto status = parse_delivery_status(reported);
  return status && rank(*status) > rank(current) ? *status : current;
}

} // namespace wakala::whatsapp
