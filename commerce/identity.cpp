#include "commerce/identity.hpp"

#include "commerce/text_cut.hpp"

#include <algorithm>
#include <optional>
#include <string_view>

namespace wakala::commerce {

namespace {

constexpr std::size_t phone_max = 20;
constexpr std::size_t user_id_max = 200; // two letters, ".ENT.", 128 letters or digits, and some reserve
constexpr std::size_t name_max = 256;

/// Digits of a number, with or without a leading plus; empty for anything else.
std::string_view digits_of(std::string_view text) {
  if (!text.empty() && text.front() == '+')
    text.remove_prefix(1);
  const bool good = text.size() <= phone_max && text.find_first_not_of("0123456789") == std::string_view::npos;
  return good ? text : std::string_view{};
}

std::string_view user_id_of(std::string_view text) {
  const bool good = text.size() <= user_id_max && std::all_of(text.begin(), text.end(), [](char c) {
                      return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z') || c == '.' ||
                             c == '_' || c == '-';
                    });
  return good ? text : std::string_view{};
}

std::string_view view(const std::optional<std::string>& text) {
  return text ? std::string_view(*text) : std::string_view{};
}

/// What an event says about the shopper. Parts of the event.
struct claim {
  std::string_view phone;
  std::string_view user_id;
  std::string_view previous_user_id;
  std::string_view new_phone; ///< the number is another from now on
  bool user_id_changes = false;
  bool is_written = false; ///< by the shopper: what it carries is the latest
};

std::optional<claim> claim_of(const whatsapp::event& event) {
  claim said;
  const auto of_sender = [&] {
    said.phone = digits_of(view(event.from));
    if (said.phone.empty())
      said.phone = digits_of(event.contact_phone);
    said.user_id = user_id_of(view(event.from_user_id));
    said.previous_user_id = user_id_of(event.previous_user_id);
  };
  switch (event.kind) {
  case whatsapp::event_kind::message:
    of_sender();
    said.new_phone = digits_of(event.new_phone);
    // `user_changed_user_id` names the current id beside the sender's, which can be either.
    said.is_written = event.type != "system";
    said.user_id_changes = !said.is_written && !event.contact_user_id.empty();
    if (said.user_id.empty() || said.user_id_changes)
      said.user_id = user_id_of(event.contact_user_id);
    return said;
  case whatsapp::event_kind::user_id_update:
    of_sender();
    said.user_id_changes = true;
    return said;
  case whatsapp::event_kind::echo:
    said.phone = digits_of(view(event.to));
    said.user_id = user_id_of(view(event.to_user_id));
    return said;
  case whatsapp::event_kind::status:
  case whatsapp::event_kind::preference:
    if (!event.group_id.empty()) // the recipient is the group or one of its members
      return std::nullopt;
    of_sender();
    return said;
  case whatsapp::event_kind::call: // either side may have called: `from` can be the business
  case whatsapp::event_kind::call_status:
  case whatsapp::event_kind::error:
  case whatsapp::event_kind::group:
  case whatsapp::event_kind::history:
  case whatsapp::event_kind::state_sync:
  case whatsapp::event_kind::management:
  case whatsapp::event_kind::order:
    return std::nullopt;
  }
  return std::nullopt;
}

} // namespace

void learn(identity& who, const whatsapp::event& event, bool is_recent) {
  const auto said = claim_of(event);
  if (!said)
    return;
  const bool other_number = !said->phone.empty() && !who.phone.empty() && said->phone != who.phone;
  const bool same_number = !said->phone.empty() && said->phone == who.phone;
  const bool replaces = said->user_id_changes &&
                        (said->previous_user_id.empty() ? same_number // nothing else says that it is this shopper
                                                        : said->previous_user_id == who.user_id);
  const bool fills = who.user_id.empty() && !other_number;
  if (!said->user_id.empty() && (fills || replaces))
    who.user_id = said->user_id;

  const bool same_user = !said->user_id.empty() && said->user_id == who.user_id;
  const bool other_user = !said->user_id.empty() && !who.user_id.empty() && !same_user;
  if (!said->phone.empty() && !other_user && (who.phone.empty() || (same_user && said->is_written && is_recent)))
    who.phone = said->phone;
  const bool is_of_this = said->phone.empty() ? same_user : said->phone == who.phone && !other_user;
  if (!said->new_phone.empty() && is_of_this)
    who.phone = said->new_phone;

  const bool is_stranger = other_user || (other_number && !same_user);
  if (!said->is_written || is_stranger)
    return;
  const auto take = [&](std::string& known, std::string_view told) {
    if (told == known)
      return;
    if (auto text = cut_line(std::string(told), name_max); !text.empty() && (known.empty() || is_recent))
      known = std::move(text);
  };
  take(who.name, event.profile_name);
  const std::string_view username = event.username;
  take(who.username, username.starts_with('@') ? username.substr(1) : username);
}

} // namespace wakala::commerce
