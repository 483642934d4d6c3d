/// \file
/// What a conversation keeps in the store, as bytes to seal and read back. Pure.
#pragma once

#include "actors/outbound/message_post.hpp"
#include "actors/records/mapped_identities.hpp"
#include "commerce/conversation.hpp"
#include "persistence/crypto/seal.hpp"
#include "persistence/store.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/ids.hpp"
#include "whatsapp/delivery.hpp"
#include "whatsapp/media_reference.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace wakala::actors {

/// The conversation's row: the shop's state and the counters around it.
struct conversation_record {
  commerce::conversation_state shop;
  std::uint64_t next_ordinal = 1; ///< of transcript entries and other outgoing calls
  mapped_identities mapped;

  bool operator==(const conversation_record&) const = default;
};

/// One line of the transcript. Never changed once written; the delivery status has its own row.
struct transcript_entry {
  std::string id; ///< the message id of the shopper's message, or our outbox id
  bool inbound = true;
  std::string type; ///< `text`, `interactive`, `image`, …
  std::string text;
  std::string number_id; ///< business number it came to or left from
  std::string context_id;
  time_ms at = 0;
  bool answered = false;                                         ///< inbound: the bot answered
  bool echo = false;                                             ///< outbound, written by a person in the phone app
  std::optional<whatsapp::media_reference> media = std::nullopt; ///< of a message with a file

  bool operator==(const transcript_entry&) const = default;
};

/// Latest known status of an outbound message.
struct delivery_record {
  whatsapp::delivery_status status = whatsapp::delivery_status::queued;
  std::string message_id; ///< the wamid, once known
  time_ms at = 0;         ///< of the status
  std::string error_code;
  std::string error_text;
  std::uint32_t attempts = 0;
  std::uint32_t ambiguous = 0; ///< attempts whose outcome was unknown

  bool operator==(const delivery_record&) const = default;
};

/// A message that is not accepted yet.
struct outbox_item {
  std::uint64_t ordinal = 0;
  std::string number_id;
  std::string request;     ///< body of the call
  bool read_mark = false;  ///< mark-as-read: no transcript, may be repeated freely
  bool attempting = false; ///< an attempt was committed and has no result yet
  std::uint32_t tries = 0; ///< attempts that ended in a refusal or before anything was sent
  std::uint32_t ambiguous = 0;
  time_ms created_at = 0;
  time_ms next_at = 0;       ///< not before
  time_ms attempt_at = 0;    ///< of the last attempt
  bool is_posted = false;    ///< from outside: it was counted when it was taken
  std::uint8_t priority = 0; ///< a `send_priority`; of what is not posted, that of the request's type
  time_ms in_doubt_from = 0; ///< since when its echo has been listened for; in memory only

  bool operator==(const outbox_item&) const = default;
};

/// The packed form of a record: a byte for the form, then values without names (runtime/core/codec.hpp), each no
/// longer than it must be. A packed state is about 200 bytes with a small cart. Reading refuses everything else as
/// `corrupt`.
/// Attempts so far, the one that is out included; the outbox row knows, also after a reload.
inline std::uint32_t attempts_of(const outbox_item& item) { return item.tries + item.ambiguous + 1; }

std::string to_text(const conversation_record& r);
std::string to_text(const transcript_entry& e);
std::string to_text(const delivery_record& d);
std::string to_text(const outbox_item& i);
result<conversation_record> conversation_record_from(std::string_view text);
result<transcript_entry> transcript_entry_from(std::string_view text);
result<delivery_record> delivery_record_from(std::string_view text);
result<outbox_item> outbox_item_from(std::string_view text);

/// Row keys.
bytes conversation_row_key(const conversation_id& id);
bytes ordinal_row_key(const conversation_id& id, std::uint64_t ordinal);
std::optional<std::pair<conversation_id, std::uint64_t>> parse_ordinal_row_key(std::string_view key);

/// A conversation's timer of that name.
bytes timer_row_key(const conversation_id& id, std::string_view name);
std::optional<std::pair<conversation_id, std::string>> parse_timer_row_key(std::string_view key);

/// Our id of an outbound message, sent along as `biz_opaque_callback_data`: `o`, 32 hex digits of the conversation, a
/// point and the ordinal. It says nothing about the shopper and needs no look-up when it comes back.
std::string outbox_id(const conversation_id& id, std::uint64_t ordinal);
std::optional<std::pair<conversation_id, std::uint64_t>> parse_outbox_id(std::string_view text);

/// What a sealed row is bound to: tenant, table and row key (which holds the conversation). Never shard or sequence,
/// so that rows can move.
std::string associated_data(const tenant_id& tenant, persistence::table where, const bytes& key);

/// Seals one row.
persistence::record sealed_record(const persistence::sealing_key& key, const tenant_id& tenant,
                                  persistence::table where, bytes row_key, std::string_view text,
                                  random_source& random, time_ms due = 0);
persistence::record erased_record(persistence::table where, bytes row_key);

} // namespace wakala::actors
