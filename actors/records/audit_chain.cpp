#include "actors/records/audit_chain.hpp"

#include "runtime/core/time_text.hpp"
#include "whatsapp/sha256.hpp"

namespace wakala::actors {

using nlohmann::json;

std::string hash_of(const audit_entry& entry) {
  // An array has one order, and JSON text of it one form: objects are sorted by their keys.
  return whatsapp::sha256_hex(json::array({entry.number, entry.at, entry.what, entry.before}).dump());
}

audit_entry next_entry(const audit_entry* last, json what, time_ms at) {
  audit_entry out;
  out.number = last == nullptr ? 1 : last->number + 1;
  out.at = at;
  out.what = std::move(what);
  out.before = last == nullptr ? std::string{} : last->hash;
  out.hash = hash_of(out);
  return out;
}

std::string to_text(const audit_entry& e) {
  return json{{"n", e.number}, {"at", e.at}, {"what", e.what}, {"before", e.before}, {"hash", e.hash}}.dump();
}

result<audit_entry> audit_entry_from(std::string_view text) {
  const auto j = json::parse(text, nullptr, false);
  try {
    audit_entry out;
    out.number = j.at("n").get<std::uint64_t>();
    out.at = j.at("at").get<time_ms>();
    out.what = j.at("what");
    out.before = j.at("before").get<std::string>();
    out.hash = j.at("hash").get<std::string>();
    return out;
  } catch (const json::exception&) {
    return make_error(errc::corrupt, "an entry of the audit record is damaged");
  }
}

json entry_json(const audit_entry& e) {
  json out{{"n", e.number}, {"at", to_rfc3339(e.at)}, {"hash", e.hash}};
  for (const auto* member : {"who", "node", "action", "on", "reason", "result", "tenant"})
    out[member] = e.what.contains(member) ? e.what.at(member) : json(nullptr);
  return out;
}

bool audit_check::follows(const audit_entry& entry) {
  if (broken_at)
    return false;
  if (entry.number != entries + 1 || entry.before != last || entry.hash != hash_of(entry)) {
    broken_at = entries + 1;
    return false;
  }
  ++entries;
  last = entry.hash;
  return true;
}

json audit_check::report() const {
  return {{"ok", !broken_at},
          {"entries", entries},
          {"broken_at", broken_at ? json(*broken_at) : json(nullptr)},
          {"last_hash", last.empty() ? json(nullptr) : json(last)}};
}

} // namespace wakala::actors
