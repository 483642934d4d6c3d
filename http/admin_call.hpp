/// \file
/// One call of the admin API on its way through its handler.
#pragma once

#include "http/admin_api.hpp"
#include "http/admin_auth.hpp"
#include "http/admin_routes.hpp"
#include "http/live_feed.hpp"
#include "http/recent_answer.hpp"

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <string>

namespace wakala::http {

/// What all handlers share; lives as long as any of them may run.
struct admin_api::state {
  explicit state(admin_api_options o);

  admin_api_options options;
  token_table tokens;
  std::shared_ptr<recent_answer> shards;
  std::shared_ptr<recent_answer> overview; ///< of the cluster, for operators
  std::shared_ptr<live_feed> live;         ///< null: there is none
  std::shared_ptr<recent_answer> store;    ///< an error while the store cannot be read
  /// Bodies over the usual size that are being read or worked on, files aside.
  std::shared_ptr<std::atomic<unsigned>> large_bodies = std::make_shared<std::atomic<unsigned>>(0);
};

struct admin_call {
  std::shared_ptr<admin_api::state> api;
  request what;
  path_values values;
  principal who;
  responder to;

  bridge& actors() const { return *api->options.actors; }
  const std::string& value(std::string_view name) const { return values.find(name)->second; }
};

/// Where a list starts and how long it may be.
struct page {
  std::string after;
  std::size_t limit = 100;
};
constexpr std::size_t page_limit_max = 500;

/// Reads `?after=&limit=`; `is_cursor` says what a cursor of that list looks like. Error: `invalid_argument` naming
/// the parameter.
result<page> read_page(const request_head& what, bool (*is_cursor)(std::string_view));
bool is_hex_cursor(std::string_view text);     ///< 32 hexadecimal digits
bool is_order_cursor(std::string_view text);   ///< 48 hexadecimal digits
bool is_ordinal_cursor(std::string_view text); ///< a positive number
bool is_tenant_cursor(std::string_view text);

/// The number that `?phone_number_id=` names, or the tenant's only one. Error: `invalid_argument`.
result<std::string> number_asked_for(const actors::tenant_config& config, const request_head& what);
/// `v` and digits, a point and digits, as in the Graph API's paths.
bool is_graph_version(std::string_view text);
/// A phone number as people write it becomes its digits; anything else is a user id and stays as it is.
std::string contact_of(const std::string& text);

/// `?name=true` or `false`; false when it is missing. Error: `invalid_argument` naming it.
result<bool> flag_of(const request_head& what, std::string_view name);

/// Answers with the text that the actors give, or with their error.
bridge::done_text answer_with(const responder& to, int status = 200);

} // namespace wakala::http
