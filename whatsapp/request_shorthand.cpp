#include "whatsapp/request_shorthand.hpp"

#include <algorithm>
#include <array>
#include <cstdint>
#include <optional>
#include <vector>

namespace wakala::whatsapp {

namespace {

// The number of a piece is its place in this list plus one, and is on disk: append only, 29 at most. Numbers are
// bytes that no JSON text holds by itself.
constexpr std::array<std::string_view, 27> pieces{
    R"({"messaging_product":"whatsapp","recipient_type":"individual","to":"+)",
    R"({"messaging_product":"whatsapp","recipient_type":"individual","recipient":")",
    R"({"messaging_product":"whatsapp","status":"read","message_id":"wamid.)",
    R"(","biz_opaque_callback_data":"o)",
    R"(","type":"text","text":{"body":")",
    R"(","type":"interactive","interactive":{"type":"button","body":{"text":")",
    R"(","type":"interactive","interactive":{"type":"list","body":{"text":")",
    R"("},"action":{"buttons":[{"type":"reply","reply":{"id":")",
    R"("}},{"type":"reply","reply":{"id":")",
    R"(","title":")",
    R"("}}]}}})",
    R"("},"action":{"button":")",
    R"(","sections":[{"title":")",
    R"(","rows":[{"id":")",
    R"(","description":")",
    R"("},{"id":")",
    R"("}]}]}}})",
    R"("}})",
    R"("})",
    R"(","preview_url":true}})",
    R"(","context":{"message_id":"wamid.)",
    R"("},"biz_opaque_callback_data":"o)",
    R"(","type":"interactive","interactive":{"type":"button","header":{"type":"text","text":")",
    R"(","type":"interactive","interactive":{"type":"list","header":{"type":"text","text":")",
    R"("},"body":{"text":")",
    R"("},"footer":{"text":")",
    R"(","typing_indicator":{"type":"text"}})",
};
constexpr char literal_mark = '\x00'; ///< the next byte stands for itself
constexpr char id_mark = '\x1F';      ///< the next 16 bytes are 32 lower-case hexadecimal digits
constexpr std::size_t id_bytes = 16;
constexpr std::size_t request_max = std::size_t{1} << 20U;
static_assert(pieces.size() < 30);

constexpr std::size_t telling = 3; ///< the place in a piece that tells it from most others

struct numbered_piece {
  std::string_view text;
  char number = 0;
};

/// The pieces that a text can begin with, by its byte at `telling`. Longest first, so that no piece hides one that it
/// begins; pieces that end before that byte are under every one.
class piece_index {
public:
  piece_index() {
    std::vector<numbered_piece> sorted;
    for (std::size_t i = 0; i < pieces.size(); ++i)
      sorted.push_back({pieces[i], static_cast<char>(i + 1)});
    std::sort(sorted.begin(), sorted.end(),
              [](const auto& a, const auto& b) { return a.text.size() > b.text.size(); });
    for (std::size_t byte = 0; byte < by_byte_.size(); ++byte)
      for (const auto& piece : sorted)
        if (piece.text.size() <= telling || static_cast<unsigned char>(piece.text[telling]) == byte)
          by_byte_[byte].push_back(piece);
  }

  const numbered_piece* find(std::string_view rest) const noexcept {
    const auto byte = rest.size() > telling ? static_cast<unsigned char>(rest[telling]) : 0U;
    for (const auto& piece : by_byte_[byte])
      if (rest.starts_with(piece.text))
        return &piece;
    return nullptr;
  }

private:
  std::array<std::vector<numbered_piece>, 256> by_byte_;
};

std::size_t plain_prefix(std::string_view text) noexcept {
  std::size_t at = 0;
  while (at < text.size() && text[at] != '"' && text[at] != '{' && static_cast<unsigned char>(text[at]) >= 0x20U)
    ++at;
  return at;
}

/// The 16 bytes that `rest` begins with as digits; nothing else would be given back as it was.
std::optional<bytes> id_at(std::string_view rest) {
  const auto digits = rest.substr(0, 2 * id_bytes);
  auto raw = digits.size() == 2 * id_bytes ? from_hex(digits) : std::nullopt;
  return raw && to_hex(as_span(*raw)) == digits ? raw : std::nullopt;
}

} // namespace

bytes shorten_request(std::string_view request) {
  static const piece_index index;
  bytes out;
  out.reserve(request.size() / 2 + 16);
  while (!request.empty()) {
    const auto plain = plain_prefix(request);
    out += request.substr(0, plain);
    request.remove_prefix(plain);
    if (request.empty())
      break;
    if (const auto* piece = index.find(request)) {
      out += piece->number;
      request.remove_prefix(piece->text.size());
      if (!piece->text.ends_with(":\"o")) // our own ids are sent along behind these
        continue;
      if (const auto id = id_at(request)) {
        out += id_mark;
        out += *id;
        request.remove_prefix(2 * id_bytes);
      }
      continue;
    }
    if (static_cast<unsigned char>(request.front()) < 0x20U)
      out += literal_mark;
    out += request.front();
    request.remove_prefix(1);
  }
  return out;
}

result<std::string> expand_request(std::string_view shortened) {
  const auto damaged = [] { return make_error(errc::corrupt, "a stored request cannot be read"); };
  std::string out;
  out.reserve(std::min(4 * shortened.size() + 64, request_max));
  while (!shortened.empty()) {
    if (out.size() > request_max)
      return damaged();
    const auto stop = std::find_if(shortened.begin(), shortened.end(),
                                   [](char c) { return static_cast<unsigned char>(c) < 0x20U; });
    const auto plain = static_cast<std::size_t>(stop - shortened.begin());
    out += shortened.substr(0, plain);
    shortened.remove_prefix(plain);
    if (shortened.empty())
      break;
    const char mark = shortened.front();
    shortened.remove_prefix(1);
    const auto place = static_cast<std::size_t>(static_cast<unsigned char>(mark));
    const std::size_t taken = mark == literal_mark ? 1 : mark == id_mark ? id_bytes : 0;
    if (shortened.size() < taken || (taken == 0 && place > pieces.size()))
      return damaged();
    if (mark == literal_mark)
      out += shortened.front();
    else if (mark == id_mark)
      out += to_hex(as_span(shortened.substr(0, id_bytes)));
    else
      out += pieces[place - 1];
    shortened.remove_prefix(taken);
  }
  return out;
}

} // namespace wakala::whatsapp
