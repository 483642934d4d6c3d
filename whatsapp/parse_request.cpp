// A request body back as one of our types.
#include "whatsapp/json_read.hpp"
#include "whatsapp/outbound.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// Reads members and remembers the first that is missing or of the wrong type.
class reader {
public:
  std::string text(const json& owner, const std::string& path, const char* key) {
    const json* found = member(owner, key);
    if (found != nullptr && found->is_string())
      return found->get<std::string>();
    fail(path + "/" + key, "text is missing");
    return {};
  }

  std::string optional_text(const json& owner, const std::string& path, const char* key) {
    return member(owner, key) == nullptr ? std::string{} : text(owner, path, key);
  }

  const json& object(const json& owner, const std::string& path, const char* key) {
    static const json empty = json::object();
    const json* found = object_member(owner, key);
    if (found != nullptr)
      return *found;
    fail(path + "/" + key, "an object is missing");
    return empty;
  }

  const json& array(const json& owner, const std::string& path, const char* key) {
    static const json empty = json::array();
    const json* found = array_member(owner, key);
    if (found != nullptr)
      return *found;
    fail(path + "/" + key, "an array is missing");
    return empty;
  }

  void fail(std::string path, std::string why) {
    if (!failure_)
      failure_ = make_error(errc::invalid_argument, std::move(why), std::move(path));
  }

  result<outbound_content> finish(outbound_content content) {
    if (failure_)
      return *std::move(failure_);
    return content;
  }

private:
  std::optional<error> failure_;
};

/// Header, body and footer of an interactive message of ours.
template <class Message>
void read_texts(reader& in, const json& interactive, Message& m) {
  const std::string path = "/interactive";
  if (const json* header = object_member(interactive, "header")) {
    if (in.text(*header, path + "/header", "type") != "text")
      in.fail(path + "/header/type", "only text headers can be read");
    m.header = in.text(*header, path + "/header", "text");
  }
  m.body = in.text(in.object(interactive, path, "body"), path + "/body", "text");
  if (const json* footer = object_member(interactive, "footer"))
    m.footer = in.text(*footer, path + "/footer", "text");
}

result<outbound_content> read_list(const json& interactive) {
  reader in;
  list_message m;
  read_texts(in, interactive, m);
  const std::string path = "/interactive/action";
  const auto& action = in.object(interactive, "/interactive", "action");
  m.button = in.text(action, path, "button");
  const auto& sections = in.array(action, path, "sections");
  for (std::size_t i = 0; i < sections.size(); ++i) {
    const auto section_at = path + "/sections/" + std::to_string(i);
    list_section section{in.optional_text(sections[i], section_at, "title"), {}};
    const auto& rows = in.array(sections[i], section_at, "rows");
    for (std::size_t k = 0; k < rows.size(); ++k) {
      const auto row_at = section_at + "/rows/" + std::to_string(k);
      section.rows.push_back({in.text(rows[k], row_at, "id"), in.text(rows[k], row_at, "title"),
                              in.optional_text(rows[k], row_at, "description")});
    }
    m.sections.push_back(std::move(section));
  }
  return in.finish(std::move(m));
}

result<outbound_content> read_buttons(const json& interactive) {
  reader in;
  buttons_message m;
  read_texts(in, interactive, m);
  const std::string path = "/interactive/action";
  const auto& buttons = in.array(in.object(interactive, "/interactive", "action"), path, "buttons");
  for (std::size_t i = 0; i < buttons.size(); ++i) {
    const auto button_at = path + "/buttons/" + std::to_string(i);
    const auto& reply = in.object(buttons[i], button_at, "reply");
    m.buttons.push_back({in.text(reply, button_at + "/reply", "id"), in.text(reply, button_at + "/reply", "title")});
  }
  return in.finish(std::move(m));
}

result<outbound_content> read_text(const json& request) {
  reader in;
  text_message m;
  const auto& text = in.object(request, "", "text");
  m.body = in.text(text, "/text", "body");
  const json* preview = member(text, "preview_url");
  m.preview_url = preview != nullptr && preview->is_boolean() && preview->get<bool>();
  return in.finish(std::move(m));
}

} // namespace

result<outbound_content> parse_request(const json& request) {
  if (!request.is_object())
    return make_error(errc::invalid_argument, "a message is a JSON object");
  if (text_member(request, "status") == "read") {
    reader in;
    mark_as_read m{in.text(request, "", "message_id"), object_member(request, "typing_indicator") != nullptr};
    return in.finish(std::move(m));
  }
  const auto type = text_member(request, "type").value_or("text");
  if (type == "text")
    return read_text(request);
  if (type != "interactive")
    return make_error(errc::invalid_argument, "this type of message cannot be read", "/type");
  reader in;
  const auto& interactive = in.object(request, "", "interactive");
  const auto kind = text_or_empty(interactive, "type");
  if (kind == "list")
    return read_list(interactive);
  if (kind == "button")
    return read_buttons(interactive);
  return make_error(errc::invalid_argument, "this kind of interactive message cannot be read", "/interactive/type");
}

} // namespace wakala::whatsapp
