/// \file
/// What is around the content of a message, and where the content is (Cloud API reference §9.1, §9.3). Internal to
/// this folder.
#pragma once

#include "whatsapp/describe_carousel.hpp"
#include "whatsapp/describe_template.hpp"
#include "whatsapp/outbound_kinds.hpp"

#include <optional>
#include <string>

namespace wakala::whatsapp {

enum class recipient_kind : std::uint8_t { individual, group };

/// What a request says beside its content.
struct request_envelope {
  std::optional<recipient_kind> recipient_type = recipient_kind::individual;
  std::optional<std::string> to;
  std::optional<std::string> recipient;
  std::string context_id;
  std::string callback_data;
};

template <class Archive>
void describe_receiver(Archive& a, field<Archive, request_envelope>& m) {
  a.optional_word("recipient_type", m.recipient_type, word_list<2>{"individual", "group"});
  a.optional("to", m.to);
  a.optional("recipient", m.recipient);
}

template <class Archive>
void describe(Archive& a, field<Archive, request_envelope>& m) {
  a.usual("messaging_product", "whatsapp");
  describe_receiver(a, m);
  a.optional_object("context", !m.context_id.empty(),
                    [&](auto& context) { context.required("message_id", m.context_id); });
  a.optional("biz_opaque_callback_data", m.callback_data);
}

template <class Archive>
void describe(Archive& a, field<Archive, mark_as_read>& m) {
  a.usual("messaging_product", "whatsapp");
  a.fixed("status", "read");
  a.required("message_id", m.message_id);
  a.flag("typing_indicator", m.typing, [](auto& indicator) { indicator.fixed("type", "text"); });
}

/// The content of a message (not of a read receipt), inside its request.
template <class Archive, class Message>
void describe_content(Archive& a, const kind_words& kind, Message& m) {
  a.usual("type", kind.type);
  if constexpr (std::is_same_v<std::remove_const_t<Message>, contacts_message>)
    a.required(kind.type, m.contacts);
  else if (kind.interactive.empty())
    a.required(kind.type, m);
  else
    a.object(kind.type, [&](auto& interactive) {
      interactive.fixed("type", kind.interactive);
      describe(interactive, m);
    });
}

} // namespace wakala::whatsapp
