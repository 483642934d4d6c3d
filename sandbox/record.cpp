#include "sandbox/record.hpp"

#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::sandbox {

namespace {

using json = nlohmann::ordered_json;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

std::string render(const accepted_message& message) {
  json item{{"seq", message.seq},
            {"at", to_rfc3339(message.at)},
            {"phone_number_id", message.phone_number_id},
            {"to", message.to},
            {"recipient", message.recipient},
            {"shopper", message.shopper},
            {"wamid", message.wamid},
            {"type", message.type},
            {"text", message.text},
            {"biz_opaque_callback_data", message.callback_data},
            {"accepted", true},
            {"answered", message.answered},
            {"statuses", message.statuses}};
  auto text = dump(item);
  text.pop_back();
  return text + ",\"body\":" + message.body + "}"; // the body is JSON already
}

bool matches(const accepted_message& message, const message_filter& filter) {
  return (filter.phone_number_id.empty() || message.phone_number_id == filter.phone_number_id) &&
         (filter.to.empty() || message.to == filter.to || message.recipient == filter.to ||
          message.shopper == filter.to);
}

/// The text at a path of object keys, empty when it is not there.
std::string text_at(const json& value, std::initializer_list<const char*> path) {
  const auto* at = &value;
  for (const auto* key : path) {
    if (!at->is_object() || !at->contains(key))
      return {};
    at = &(*at)[key];
  }
  return at->is_string() ? at->get<std::string>() : std::string{};
}

} // namespace

const accepted_message& record::accept(accepted_message message) {
  message.seq = messages_.size() + 1;
  by_wamid_.emplace(message.wamid, messages_.size());
  return messages_.emplace_back(std::move(message));
}

void record::refuse(refused_attempt attempt) {
  attempt.seq = ++refused_;
  attempts_.push_back(std::move(attempt));
  if (attempts_.size() > attempts_max)
    attempts_.pop_front();
}

bool record::note_status(const std::string& wamid, const std::string& status) {
  const auto at = by_wamid_.find(wamid);
  if (at == by_wamid_.end())
    return false;
  messages_[at->second].statuses.push_back(status);
  return true;
}

const accepted_message* record::find(const std::string& wamid) const {
  const auto at = by_wamid_.find(wamid);
  return at == by_wamid_.end() ? nullptr : &messages_[at->second];
}

bool record::has_match(const message_filter& filter) const {
  for (auto i = static_cast<std::size_t>(std::min<std::uint64_t>(filter.after, messages_.size()));
       i < messages_.size(); ++i)
    if (matches(messages_[i], filter))
      return true;
  return false;
}

std::string record::messages_json(const message_filter& filter) const {
  std::string text = R"({"messages":[)";
  std::size_t found = 0;
  for (auto i = static_cast<std::size_t>(std::min<std::uint64_t>(filter.after, messages_.size()));
       i < messages_.size(); ++i) {
    const auto& message = messages_[i];
    if (!matches(message, filter))
      continue;
    if (found++ > 0)
      text += ',';
    text += render(message);
    if (found == filter.limit)
      break;
  }
  return text + "]}";
}

std::string record::attempts_json(std::uint64_t after) const {
  auto items = json::array();
  for (const auto& attempt : attempts_)
    if (attempt.seq > after)
      items.push_back({{"seq", attempt.seq},
                       {"at", to_rfc3339(attempt.at)},
                       {"phone_number_id", attempt.phone_number_id},
                       {"to", attempt.to},
                       {"accepted", false},
                       {"http_status", attempt.http_status},
                       {"code", attempt.code},
                       {"reason", attempt.reason}});
  return dump({{"attempts", std::move(items)}});
}

void record::feed(json item) {
  item["seq"] = ++feed_seq_;
  feed_.push_back(dump(item));
  if (feed_.size() > feed_max)
    feed_.pop_front();
}

std::string record::feed_json(std::uint64_t after) const {
  const auto first = feed_seq_ - feed_.size(); // sequence number before the oldest item that is kept
  const auto from = std::min(std::max(after, first), feed_seq_);
  std::string text =
      R"({"seq":)" + std::to_string(feed_seq_) + R"(,"gap":)" + (after < first ? "true" : "false") + R"(,"items":[)";
  for (auto seq = from; seq < feed_seq_; ++seq) {
    if (seq > from)
      text += ',';
    text += feed_[static_cast<std::size_t>(seq - first)];
  }
  return text + "]}";
}

std::string summary_of(const json& request) {
  if (!request.is_object())
    return {};
  auto type = text_at(request, {"type"});
  if (type.empty())
    type = "text";
  if (type == "text")
    return text_at(request, {"text", "body"});
  if (type == "interactive") {
    auto text = text_at(request, {"interactive", "body", "text"});
    return text.empty() ? text_at(request, {"interactive", "type"}) : text;
  }
  if (type == "template")
    return text_at(request, {"template", "name"});
  if (type == "reaction")
    return text_at(request, {"reaction", "emoji"});
  if (type == "location")
    return text_at(request, {"location", "name"});
  auto caption = text_at(request, {type.c_str(), "caption"});
  return caption.empty() ? type : caption;
}

} // namespace wakala::sandbox
