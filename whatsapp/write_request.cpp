#include "whatsapp/write_request.hpp"

#include "runtime/core/encoding.hpp"
#include "whatsapp/json_read.hpp"

namespace wakala::whatsapp {

namespace {

class writer {
public:
  writer() { out_.reserve(512); }

  writer& operator<<(std::string_view fixed) {
    out_ += fixed;
    return *this;
  }
  /// A string value, in quotes.
  writer& text(std::string_view value) {
    append_json_string(out_, value);
    return *this;
  }
  std::string take() { return std::move(out_); }

private:
  std::string out_;
};

void put_receiver(writer& out, const recipient& to) {
  out << R"({"messaging_product":"whatsapp","recipient_type":"individual",)";
  if (to.phone.empty())
    out << R"("recipient":)";
  else
    out << R"("to":)";
  // With `+`: without it the business number's own country code may be put in front (reference §2.3).
  if (to.phone.empty() || to.phone.starts_with('+'))
    out.text(to.phone.empty() ? to.user_id : to.phone);
  else
    out.text("+" + to.phone);
}

/// Everything between the braces of an interactive message but its action.
void put_frame(writer& out, std::string_view type, std::string_view header, const std::string& body,
               const std::string& footer) {
  out << R"(,"type":"interactive","interactive":{"type":)";
  out.text(type);
  if (!header.empty())
    (out << R"(,"header":{"type":"text","text":)").text(header) << "}";
  (out << R"(,"body":{"text":)").text(body) << "}";
  if (!footer.empty())
    (out << R"(,"footer":{"text":)").text(footer) << "}";
}

void put_content(writer& out, const text_message& m) {
  (out << R"(,"type":"text","text":{"body":)").text(m.body);
  out << (m.preview_url ? R"(,"preview_url":true}})" : "}}");
}

void put_content(writer& out, const list_message& m) {
  put_frame(out, "list", m.header, m.body, m.footer);
  (out << R"(,"action":{"button":)").text(m.button) << R"(,"sections":[)";
  std::string_view between_sections;
  for (const auto& section : m.sections) {
    out << between_sections << "{";
    between_sections = ",";
    if (!section.title.empty())
      (out << R"("title":)").text(section.title) << ",";
    out << R"("rows":[)";
    std::string_view between_rows;
    for (const auto& row : section.rows) {
      (out << between_rows << R"({"id":)").text(row.id);
      (out << R"(,"title":)").text(row.title);
      between_rows = ",";
      if (!row.description.empty())
        (out << R"(,"description":)").text(row.description);
      out << "}";
    }
    out << "]}";
  }
  out << "]}}}";
}

/// Precondition: the header is text.
void put_content(writer& out, const buttons_message& m) {
  put_frame(out, "button", std::get<std::string>(m.header.content), m.body, m.footer);
  out << R"(,"action":{"buttons":[)";
  std::string_view between;
  for (const auto& button : m.buttons) {
    (out << between << R"({"type":"reply","reply":{"id":)").text(button.id);
    (out << R"(,"title":)").text(button.title) << "}}";
    between = ",";
  }
  out << "]}}}";
}

std::string read_receipt(const mark_as_read& m) {
  writer out;
  (out << R"({"messaging_product":"whatsapp","status":"read","message_id":)").text(m.message_id);
  out << (m.typing ? R"(,"typing_indicator":{"type":"text"}})" : "}");
  return out.take();
}

/// The kinds that the shop answers with are written here; the others are rare enough for the way over a JSON value.
bool is_written_here(const outbound_content& content) {
  if (const auto* buttons = std::get_if<buttons_message>(&content))
    return std::holds_alternative<std::string>(buttons->header.content);
  return std::holds_alternative<text_message>(content) || std::holds_alternative<list_message>(content);
}

} // namespace

std::string request_text(const recipient& to, const outbound_content& content, std::string_view callback_data,
                         std::string_view context_id) {
  if (const auto* receipt = std::get_if<mark_as_read>(&content))
    return read_receipt(*receipt);
  if (!is_written_here(content))
    return compact(to_request(to, content, callback_data, context_id));
  writer out;
  put_receiver(out, to);
  if (!context_id.empty())
    (out << R"(,"context":{"message_id":)").text(context_id) << "}";
  if (!callback_data.empty())
    (out << R"(,"biz_opaque_callback_data":)").text(callback_data);
  if (const auto* text = std::get_if<text_message>(&content))
    put_content(out, *text);
  else if (const auto* list = std::get_if<list_message>(&content))
    put_content(out, *list);
  else if (const auto* buttons = std::get_if<buttons_message>(&content))
    put_content(out, *buttons);
  return out.take();
}

} // namespace wakala::whatsapp
