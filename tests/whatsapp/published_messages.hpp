// The published messages of tests/data/payloads/requests, written by hand as typed values.
#pragma once

#include "whatsapp/outbound.hpp"

#include <map>
#include <string>

namespace wakala::whatsapp {

/// What the envelope of the published files says, and their content, by the file's name without `.json`.
struct published_message {
  outbound_content content;
  recipient to{"16505551234", {}};
  std::string context_id{};
};

const std::map<std::string, published_message>& published_messages();

} // namespace wakala::whatsapp
