#include "http/admin_api.hpp"

#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"
#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace wakala::http {

namespace {

std::optional<response> refuse(const route_match& found) {
  if (found.route != nullptr)
    return std::nullopt;
  if (found.allowed.empty())
    return problem_for(404);
  return problem_for(405).with("Allow", found.allowed);
}

/// Whether the caller may; before anything is said about what exists.
std::optional<response> authorize(admin_call& call, access who) {
  if (who == access::open || who == access::by_handler)
    return std::nullopt;
  auto known = call.api->tokens.find(call.what);
  if (!known)
    return unauthorized(call.what.header("Authorization").has_value());
  call.who = std::move(*known);
  const auto may = [&] {
    switch (who) {
    case access::open:
    case access::by_handler:
    case access::any_token:
      return true;
    case access::tenant:
      return call.who.may_see(call.value("tenant"));
    case access::operators:
      return call.who.is_operator;
    }
    return false;
  };
  if (!may())
    return problem_for(403, "the token's scopes do not allow this");
  return std::nullopt;
}

constexpr unsigned large_bodies_max = 4;

/// Lets in a body over the usual size, if there are not too many of them just now.
std::variant<std::monostate, body_permission, response> bound_large(const admin_call& call, std::size_t bytes) {
  const auto count = call.api->large_bodies;
  if (count->fetch_add(1) >= large_bodies_max) {
    count->fetch_sub(1);
    return problem_for(make_error(errc::unavailable, "too many large bodies at once"));
  }
  return body_permission{bytes, std::shared_ptr<void>(nullptr, [count](void*) { count->fetch_sub(1); })};
}

bool tenant_exists(const admin_call& call) {
  const auto tenant = call.values.find("tenant");
  return tenant == call.values.end() || (tenant->second != actors::system_tenant &&
                                         call.api->options.context->tenants->get()->find(tenant->second) != nullptr);
}

} // namespace

admin_api::state::state(admin_api_options o)
    : options(std::move(o)), tokens(options.tokens),
      shards(std::make_shared<recent_answer>(
          [actors = options.actors](bridge::done_text done) { actors->shards(std::move(done)); })),
      overview(std::make_shared<recent_answer>([actors = options.actors](bridge::done_text done) {
        actors->inspect(R"({"ask":"overview"})", std::move(done));
      })),
      // The smallest question that reaches the disk.
      store(std::make_shared<recent_answer>([node = options.actors](bridge::done_text done) {
        node->letters(actors::system_tenant, persistence::table::aside, {}, 1, std::move(done));
      })) {
  if (options.io != nullptr)
    live =
        std::make_shared<live_feed>(live_feed_options{options.context, options.actors, tokens, overview, options.io});
}

admin_api::admin_api(admin_api_options options) : state_(std::make_shared<state>(std::move(options))) {}

request_handler admin_api::handler() {
  return [state = state_](request&& what, const responder& to) {
    auto found = find_route(what.method, what.path);
    if (auto refused = refuse(found)) {
      to.send(std::move(*refused));
      return;
    }
    admin_call call{state, std::move(what), std::move(found.values), {}, to};
    if (auto refused = authorize(call, found.route->who))
      to.send(std::move(*refused));
    else if (!tenant_exists(call))
      to.send(problem_for(404, "no such tenant"));
    else
      found.route->handle(call);
  };
}

request_precheck admin_api::precheck() {
  return [](const request_head& head) { return refuse(find_route(head.method, head.path)); };
}

body_bound admin_api::bound() {
  return [state = state_](const request_head& head) -> std::variant<std::monostate, body_permission, response> {
    auto found = find_route(head.method, head.path);
    if (found.route == nullptr || (!found.route->takes_files && found.route->body_bytes == 0))
      return std::monostate{};
    admin_call call{state, request{head, {}, {}}, std::move(found.values), {}, {}};
    if (auto refused = authorize(call, found.route->who))
      return std::move(*refused);
    if (!tenant_exists(call))
      return problem_for(404, "no such tenant");
    return found.route->takes_files ? bound_file(call, *found.route) : bound_large(call, found.route->body_bytes);
  };
}

web_socket_gate admin_api::sockets() {
  return [state = state_](const request_head& head) -> std::variant<std::monostate, web_socket_welcome, response> {
    if (head.path != "/v1/live" || !state->live)
      return std::monostate{};
    return state->live->welcome();
  };
}

result<page> read_page(const request_head& what, bool (*is_cursor)(std::string_view)) {
  page wanted;
  const query_values query{what.query};
  if (const auto limit = query.find("limit")) {
    const auto [end, failure] = std::from_chars(limit->data(), limit->data() + limit->size(), wanted.limit);
    if (failure != std::errc{} || end != limit->data() + limit->size() || wanted.limit < 1 ||
        wanted.limit > page_limit_max)
      return make_error(errc::invalid_argument, "must be a number from 1 to " + std::to_string(page_limit_max),
                        "limit");
  }
  if (const auto after = query.find("after"); after && !after->empty()) {
    if (!is_cursor(*after))
      return make_error(errc::invalid_argument, "is not a cursor of this list; take it from `next`", "after");
    wanted.after = std::string(*after);
  }
  return wanted;
}

bool is_hex_cursor(std::string_view text) { return text.size() == 32 && from_hex(text).has_value(); }

bool is_order_cursor(std::string_view text) { return text.size() == 48 && from_hex(text).has_value(); }

bool is_ordinal_cursor(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), value);
  return failure == std::errc{} && end == text.data() + text.size();
}

bool is_tenant_cursor(std::string_view text) {
  return text.size() <= 64 && std::all_of(text.begin(), text.end(), [](char c) {
           return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
         });
}

result<std::string> number_asked_for(const actors::tenant_config& config, const request_head& what) {
  const auto& numbers = config.phone_numbers;
  const auto has = [&](std::string_view id) {
    return std::any_of(numbers.begin(), numbers.end(), [&](const auto& n) { return n.id == id; });
  };
  if (const auto wanted = query_values{what.query}.find("phone_number_id")) {
    if (!has(*wanted))
      return make_error(errc::invalid_argument, "is no number of this tenant", "phone_number_id");
    return std::string(*wanted);
  }
  if (numbers.size() == 1)
    return numbers.front().id;
  return make_error(errc::invalid_argument,
                    numbers.empty() ? "the tenant has no number" : "is needed: the tenant has several numbers",
                    "phone_number_id");
}

bool is_graph_version(std::string_view text) {
  const auto point = text.find('.');
  const auto digits = [](std::string_view part) {
    return !part.empty() && std::all_of(part.begin(), part.end(), [](char c) { return c >= '0' && c <= '9'; });
  };
  return text.starts_with('v') && point != std::string_view::npos && digits(text.substr(1, point - 1)) &&
         digits(text.substr(point + 1));
}

bridge::done_text answer_with(const responder& to, int status) {
  return [to, status](result<std::string> text) {
    to.send(text ? response::json(status, std::move(*text)) : problem_for(text.error()));
  };
}

} // namespace wakala::http
