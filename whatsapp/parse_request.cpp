// A request body back as one of our types.
#include "whatsapp/describe_request.hpp"
#include "whatsapp/json_read.hpp"
#include "whatsapp/request_reader.hpp"

#include <algorithm>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// A message of the kind with this place in `outbound_content`, with nothing in it yet.
template <std::size_t... Places>
outbound_content blank(std::size_t place, std::index_sequence<Places...>) {
  outbound_content content;
  (void)((Places == place && (content.emplace<Places>(), true)) || ...);
  return content;
}

/// The two kinds of carousel share their words; the first card tells.
bool shows_products(const json& interactive) {
  const json* action = member(interactive, "action");
  const json* cards = action == nullptr ? nullptr : array_member(*action, "cards");
  return cards != nullptr && !cards->empty() && text_member(cards->front(), "type") == "product";
}

/// What the request says that it is, or the error that names the word.
result<outbound_content> blank_of(const json& request) {
  constexpr std::make_index_sequence<outbound_kinds.size()> places;
  const auto type = text_member(request, "type").value_or("text");
  kind_words wanted{type};
  std::string kind;
  if (type == "interactive") {
    const json* interactive = object_member(request, "interactive");
    if (interactive == nullptr)
      return make_error(errc::invalid_argument, "an object is missing", "/interactive");
    kind = text_or_empty(*interactive, "type");
    wanted.interactive = kind;
    if (kind == "carousel" && shows_products(*interactive))
      return outbound_content(product_carousel_message{});
  }
  const auto* const found = std::find(outbound_kinds.begin(), outbound_kinds.end(), wanted);
  if (found == outbound_kinds.end() || type == "read") {
    const char* at = type == "interactive" ? "/interactive/type" : "/type";
    return make_error(errc::invalid_argument, "this kind of message cannot be read", at);
  }
  return blank(static_cast<std::size_t>(found - outbound_kinds.begin()), places);
}

} // namespace

result<outbound_content> parse_request(const json& request) {
  if (!request.is_object())
    return make_error(errc::invalid_argument, "a message is a JSON object");
  reading whole;
  request_reader in(request, "", whole);
  request_envelope envelope;
  outbound_content content = mark_as_read{};
  if (in.has("status")) {
    describe(in, std::get<mark_as_read>(content));
    describe_receiver(in, envelope); // others send it along, and it says nothing: the message id names the chat
  } else {
    auto found = blank_of(request);
    if (!found)
      return found;
    content = *std::move(found);
    describe(in, envelope);
    std::visit(
        [&](auto& message) {
          if constexpr (!std::is_same_v<std::decay_t<decltype(message)>, mark_as_read>)
            describe_content(in, outbound_kinds[content.index()], message);
        },
        content);
  }
  in.finish();
  if (whole.failure)
    return *std::move(whole.failure);
  return content;
}

} // namespace wakala::whatsapp
