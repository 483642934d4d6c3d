/// \file
/// Graph calls about numbers, accounts and templates: what goes in, what comes out.
#pragma once

#include "sandbox/accounts.hpp"
#include "sandbox/chaos.hpp"
#include "sandbox/graph_errors.hpp"
#include "sandbox/ids.hpp"
#include "sandbox/number_file.hpp"
#include "sandbox/numbers.hpp"
#include "sandbox/template_store.hpp"

#include <nlohmann/json.hpp>

#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// `{method} /{version}/{id}/{edge}`; `edge` may be empty.
struct graph_call {
  std::string_view method;
  std::string_view id;
  std::string_view edge;
  std::string_view bearer;
  nlohmann::ordered_json parameters = nlohmann::ordered_json::object(); ///< of the query, then of the JSON body
  std::string base_url;                                                 ///< of links to further pages
  bool callback_verified = false; ///< the URL named by `graph_outcome::check` answered its challenge
};

/// A change that Meta tells of. Fields about accounts, numbers and templates carry a time and go to the app's URL;
/// all others may go elsewhere (Cloud API reference §3.6, §4).
struct meta_change {
  std::string waba_id;
  std::string phone_number_id; ///< empty: any of the account's
  std::string field;
  nlohmann::ordered_json value;
  std::string template_id; ///< under review: the change is true only when the review ends this way
  std::int64_t after_ms = 0;
};

struct graph_outcome {
  graph_answer answer;
  std::vector<meta_change> changes;
  std::optional<callback_override> check; ///< nothing was done: ask this URL, then call again with the verdict
};

/// Everything Meta keeps of businesses.
struct registry {
  number_book numbers;
  account_book accounts;
  template_store templates;
  std::map<std::string, number_file, std::less<>> files; ///< by phone number id
  bool strict_templates = false; ///< templates have to exist also for accounts that created none
};

/// What a call may use.
struct call_context {
  registry& held;
  id_source& ids;
  const chaos_dice& dice;
  const chaos_spec& spec;
  time_ms now = 0;
  /// Did this shopper (number or user id) write to this number in the last 24 h?
  std::function<bool(const business_number&, const std::string&)> wrote_lately;
};

graph_answer answer_json(const nlohmann::ordered_json& body);
graph_answer answer_success();

/// The names in `fields=a,b{c},d`; `fallback` when there are none.
std::vector<std::string> fields_of(const graph_call& call, const std::vector<std::string>& fallback);
/// The refusal when `fields` names anything that is not in `known`.
std::optional<graph_answer> refuse_unknown_fields(const std::vector<std::string>& fields,
                                                  const std::vector<std::string>& known, std::string_view node,
                                                  id_source& ids);
/// `{data, paging}`: the page of `items` that `limit`, `after` and `before` ask for.
nlohmann::ordered_json page_of(const nlohmann::ordered_json& items, const graph_call& call,
                               std::size_t limit_default);

// Nothing when the call is none of theirs.
std::optional<graph_outcome> call_number(call_context& context, business_number& number, const graph_call& call);
std::optional<graph_outcome> call_account(call_context& context, account& whose, const graph_call& call);
std::optional<graph_outcome> call_templates(call_context& context, account& whose, const graph_call& call);
std::optional<graph_outcome> call_template(call_context& context, stored_template& one, const graph_call& call);

// Parts of `call_number`.
graph_outcome register_number(call_context& context, business_number& number, const graph_call& call);
graph_outcome deregister_number(call_context& context, business_number& number);
graph_outcome request_code(call_context& context, business_number& number, const graph_call& call);
graph_outcome verify_code(call_context& context, business_number& number, const graph_call& call);
graph_outcome change_pin(call_context& context, business_number& number, const graph_call& call);
graph_outcome business_profile(call_context& context, const business_number& number, const graph_call& call);
graph_outcome block_users(call_context& context, const business_number& number, const graph_call& call);

/// Reads `override_callback_uri` and `verify_token`: sets `target`, or asks for the check first.
graph_outcome set_callback(call_context& context, callback_override& target, const nlohmann::ordered_json& parameters,
                           bool verified);

} // namespace wakala::sandbox
