/// \file
/// The templates of every account (Cloud API reference §11, §13).
#pragma once

#include "runtime/core/clock.hpp"
#include "sandbox/recent_times.hpp"
#include "whatsapp/template_definition.hpp"

#include <nlohmann/json.hpp>

#include <list>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

struct stored_template {
  std::string id; ///< digits
  std::string waba_id;
  std::string status = "PENDING"; ///< `APPROVED`, `REJECTED`, `PAUSED`, `DISABLED`, …
  std::string reason = "NONE";    ///< why it was rejected
  std::string quality = "UNKNOWN";
  std::string category;          ///< `MARKETING`, `UTILITY`, `AUTHENTICATION`: may differ from the one asked for
  std::string previous_category; ///< empty: it never changed
  std::string correct_category;  ///< announced; empty: none is
  nlohmann::ordered_json components;
  whatsapp::template_definition definition;
  int pauses = 0;
  int reviews = 0; ///< how often it was sent to review
  bool was_approved = false;
  recent_times edits;    ///< while it was approved
  time_ms edited_at = 0; ///< the last of them
};

/// Not thread-safe. References stay good until that template is erased.
class template_store {
public:
  stored_template& add(stored_template one, time_ms now);
  stored_template* find(std::string_view id);
  const stored_template* find(std::string_view waba_id, std::string_view name, std::string_view language) const;
  /// In the order they were created.
  std::vector<const stored_template*> of(std::string_view waba_id) const;
  std::size_t count(std::string_view waba_id) const { return of(waba_id).size(); }
  const std::list<stored_template>& all() const noexcept { return templates_; }

  /// A name that was approved cannot be used again for 30 days.
  void erase(const std::string& id, time_ms now);
  bool is_name_blocked(const std::string& waba_id, const std::string& name, time_ms now) const;
  /// How many were created in the last hour.
  std::size_t created_lately(const std::string& waba_id, time_ms now);

private:
  std::list<stored_template> templates_;
  std::map<std::string, time_ms> blocked_; ///< account and name → until
  std::map<std::string, recent_times> created_;
};

/// As the Graph API shows it, with these fields only.
nlohmann::ordered_json to_json(const stored_template& one, const std::vector<std::string>& fields);

} // namespace wakala::sandbox
