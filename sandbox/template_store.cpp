#include "sandbox/template_store.hpp"

#include <algorithm>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

stored_template& template_store::add(stored_template one, time_ms now) {
  created_[one.waba_id].note(now);
  return templates_.emplace_back(std::move(one));
}

stored_template* template_store::find(std::string_view id) {
  const auto at = std::ranges::find(templates_, id, &stored_template::id);
  return at == templates_.end() ? nullptr : &*at;
}

const stored_template* template_store::find(std::string_view waba_id, std::string_view name,
                                            std::string_view language) const {
  const auto at = std::ranges::find_if(templates_, [&](const stored_template& one) {
    return one.waba_id == waba_id && one.definition.name == name && one.definition.language == language;
  });
  return at == templates_.end() ? nullptr : &*at;
}

std::vector<const stored_template*> template_store::of(std::string_view waba_id) const {
  std::vector<const stored_template*> found;
  for (const auto& one : templates_)
    if (one.waba_id == waba_id)
      found.push_back(&one);
  return found;
}

void template_store::erase(const std::string& id, time_ms now) {
  const auto at = std::ranges::find(templates_, id, &stored_template::id);
  if (at == templates_.end())
    return;
  if (at->was_approved)
    blocked_[at->waba_id + "|" + at->definition.name] = now + 30 * ms_per_day;
  templates_.erase(at);
}

bool template_store::is_name_blocked(const std::string& waba_id, const std::string& name, time_ms now) const {
  const auto at = blocked_.find(waba_id + "|" + name);
  return at != blocked_.end() && at->second > now;
}

std::size_t template_store::created_lately(const std::string& waba_id, time_ms now) {
  return created_[waba_id].within(ms_per_hour, now);
}

json to_json(const stored_template& one, const std::vector<std::string>& fields) {
  json shown = json::object();
  for (const auto& field : fields) {
    if (field == "name")
      shown[field] = one.definition.name;
    else if (field == "language")
      shown[field] = one.definition.language;
    else if (field == "status")
      shown[field] = one.status;
    else if (field == "category")
      shown[field] = one.category;
    else if (field == "id")
      shown[field] = one.id;
    else if (field == "components")
      shown[field] = one.components;
    else if (field == "parameter_format")
      shown[field] = one.definition.parameter_format == whatsapp::parameter_format::named ? "NAMED" : "POSITIONAL";
    else if (field == "quality_score")
      shown[field] = {{"score", one.quality}};
    else if (field == "rejected_reason")
      shown[field] = one.reason;
    else if (field == "previous_category" && !one.previous_category.empty())
      shown[field] = one.previous_category;
    else if (field == "correct_category" && !one.correct_category.empty())
      shown[field] = one.correct_category;
    else if (field == "message_send_ttl_seconds" && one.definition.message_send_ttl_seconds)
      shown[field] = *one.definition.message_send_ttl_seconds;
  }
  return shown;
}

} // namespace wakala::sandbox
