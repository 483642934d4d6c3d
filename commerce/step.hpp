/// \file
/// What a shop does, as a pure function of state, event and context. No clock, no I/O, no actor.
#pragma once

#include "commerce/catalog.hpp"
#include "commerce/conversation.hpp"
#include "commerce/order.hpp"
#include "commerce/phrasebook.hpp"
#include "commerce/search_index.hpp"
#include "commerce/shop_settings.hpp"
#include "runtime/core/ids.hpp"
#include "whatsapp/event.hpp"
#include "whatsapp/outbound.hpp"

#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce {

class order_templates;

/// A template that is to go to a shopper whose window is closed.
struct template_request {
  std::string name;
  std::string language; ///< as Meta writes it

  bool operator==(const template_request&) const = default;
};

/// Why Meta would not take it.
struct send_refusal {
  int code = 0;
  std::string details;

  bool operator==(const send_refusal&) const = default;
};

/// What the tenant's home says to a wish for a template.
struct template_answer {
  std::optional<send_refusal> refused; ///< nothing: it may go, and is counted
  std::string category;                ///< as Meta has it: `UTILITY`, …; empty: not known

  bool operator==(const template_answer&) const = default;
};
// As JSON. Reading anything else is `corrupt`.
std::string to_text(const template_answer& a);
result<template_answer> template_answer_from(std::string_view text);

/// What Meta's catalog is known to hold of the shop's.
struct meta_goods {
  std::string catalog_id;
  std::set<std::string, std::less<>> products; ///< by our ids

  bool operator==(const meta_goods&) const = default;
};

/// What a step may know beside state and event.
struct step_context {
  time_ms now = 0;           ///< store time
  std::uint64_t id_seed = 0; ///< random, fresh for each step: ids made in the step derive from it
  std::string store_name;
  std::string currency;                       ///< ISO 4217
  const catalog* shelf = nullptr;             ///< never null
  const phrasebook* phrases = nullptr;        ///< never null
  const order_answer* order = nullptr;        ///< to what the step before asked for; null: it has asked for nothing
  const payment_answer* payment = nullptr;    ///< the same, of `wants_payment`
  bool silent = false;                        ///< record only: the tenant keeps messages out of the dialogue
  std::string_view tenant;                    ///< its id, which begins the ids of its products in Meta's catalog
  const search_index* finder = nullptr;       ///< over `shelf`; null: free text is not searched for
  const shop_settings* shop = nullptr;        ///< null: nothing was configured
  pay_offer pay = {};                         ///< how orders can be paid
  const order_templates* templates = nullptr; ///< null: outside the window nothing is told
  const template_answer* may_reach = nullptr; ///< to what the step before asked for; null: it has asked for nothing
  const meta_goods* at_meta = nullptr;        ///< null: products are shown in lists of our own
};

/// A message that the step wants to send to the shopper, from the number that received.
struct reply {
  whatsapp::outbound_content content;
  std::string shown = {};                   ///< in the transcript; empty: what the content says of itself
  std::optional<send_refusal> refused = {}; ///< it stands in the transcript as failed and is not sent
};

/// A figure for the daily reports: one row per session, replaced as the session goes on.
struct session_figures {
  std::string session_id;
  time_ms created_at = 0;
  std::string category;
  std::uint32_t message_count = 0;
  std::int64_t duration_seconds = 0;

  bool operator==(const session_figures&) const = default;
};

struct step_result {
  conversation_state state;
  std::vector<reply> replies;
  session_figures figures; ///< of the current session
  bool is_notice = false;  ///< nobody waits for the replies: they are the shop's own news
  std::string from_number; ///< phone number id that notices leave from; empty: any
  bool answered = false;   ///< false: recorded only (old, echo, status, system, group, filtered …)
  bool opts_out = false; ///< the shopper has just written STOP: what waits and nobody asked for is not sent any more
  /// The tenant's home has to be asked first. Nothing else of the result counts: with the answer in the context, the
  /// same step is taken again.
  std::optional<order_request> wants_order;
  std::optional<payment_request> wants_payment;   ///< the same
  std::optional<template_request> wants_template; ///< the same, of a template
};

/// Older than this on arrival: recorded and acknowledged, never answered by the bot (design §6.7).
constexpr time_ms answer_age_max = ms_per_day;

/// One inbound event. `at == 0` counts as `context.now`. Only `message` events of a shopper (not `system`,
/// `reaction`, `unsupported`, `edit`, `revoke`, `request_welcome` or group messages) are answered; `history`, `echo`,
/// `status`, `preference` never are. An echo means that a person answered from the phone app: the bot falls silent
/// (`talk.human`). STOP and START are heard in every message of a shopper, also when it is old or not to be answered,
/// and confirmed when it is. Learns identity (phone, user id, username, name) from the event. Opens or extends the
/// session window from the event's own time (system messages do not). Deterministic: same arguments, same result.
/// Give the state away (`std::move`) when it is not needed any more: the new one is made of it.
step_result step(conversation_state state, const whatsapp::event& event, const step_context& context);

} // namespace wakala::commerce
