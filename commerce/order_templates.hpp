/// \file
/// How the shop tells of an order when the shopper's window is closed: one template for each state and language, read
/// from order-templates.yaml. This is its checked form.
#pragma once

#include "commerce/conversation.hpp"
#include "commerce/order.hpp"
#include "commerce/phrasebook.hpp"
#include "whatsapp/template_definition.hpp"

#include <nlohmann/json_fwd.hpp>

#include <map>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::commerce {

struct order_template {
  whatsapp::template_definition definition; ///< as Meta is asked to approve it
  std::string header;                       ///< texts with `{{variables}}`; the header's may be empty
  std::string body;
};

/// `en` or `sw`: of strings/, and Meta's.
std::string_view locale_of(language spoken) noexcept;

class order_templates {
public:
  /// `file`: the file as a tree whose leaves are texts. Error: `invalid_argument` naming entry, language, component
  /// and variable; its field is the entry.
  static result<order_templates> make(const nlohmann::json& file);

  /// Null where nothing is told: of an order that was just placed.
  const order_template* find(order_state state, language spoken) const;
  /// What stands in for a variable that may be unknown.
  const std::string& fallback(std::string_view variable, language spoken) const;
  /// In the order of the states.
  const std::map<std::pair<order_state, language>, order_template>& all() const noexcept { return templates_; }

private:
  friend class template_reader;

  std::map<std::pair<order_state, language>, order_template> templates_;
  std::map<std::pair<std::string, language>, std::string> fallbacks_;
};

/// What the variables of a template stand for, by their names; what is empty is not known.
using order_values = std::map<std::string, std::string, std::less<>>;
order_values values_of(const order_news& news, std::string_view customer, std::string_view business, language spoken,
                       const phrasebook& phrases);

/// A day of the calendar, as `2026-12-01`, for people: `1 December 2026`. Empty when it is none.
std::string day_in_words(std::string_view date, language spoken, const phrasebook& phrases);
/// Is it a day of the calendar, written so?
bool is_date(std::string_view text) noexcept;

struct filled_template {
  whatsapp::template_message message;
  std::string text; ///< what the shopper reads: header and body
};
/// Every value is one line, and not longer than leaves the whole within Meta's bounds.
filled_template filled(const order_templates& all, const order_template& form, language spoken,
                       const order_values& values);

} // namespace wakala::commerce
