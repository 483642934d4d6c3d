/// \file
/// Which conversation an identity names, as a row. Pure.
#pragma once

#include "persistence/crypto/keyring.hpp"
#include "persistence/store.hpp"
#include "runtime/core/ids.hpp"

#include <cstdint>
#include <string>
#include <string_view>

namespace wakala::actors {

enum class identity_kind : std::uint8_t { phone, user_id };

/// Row key of an identity: keyed hash of kind and value, so that the store holds no number.
bytes identity_row_key(const persistence::tenant_keys& keys, identity_kind kind, std::string_view value);
/// Row key of a message id.
bytes message_row_key(const persistence::tenant_keys& keys, std::string_view message_id);

struct identity_row {
  conversation_id conversation;
  std::string user; ///< hex of the user id's row key, when the conversation has one
};
std::string to_text(const identity_row& row);
result<identity_row> identity_row_from(std::string_view text);

struct message_row {
  conversation_id conversation;
  std::uint64_t ordinal = 0;
};
std::string to_text(const message_row& row);
result<message_row> message_row_from(std::string_view text);

} // namespace wakala::actors
