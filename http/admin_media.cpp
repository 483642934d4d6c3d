// Files: fetched by Meta's id, and uploaded in the admin API's manner and in the Graph API's.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/core/form_data.hpp"
#include "http/graph_answers.hpp"
#include "http/media_service.hpp"
#include "http/status.hpp"
#include "runtime/core/time_text.hpp"
#include "whatsapp/media_rules.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <charconv>

namespace wakala::http {

using nlohmann::json;

namespace {

constexpr std::size_t media_id_max = 32; // 19 digits in fact
constexpr std::size_t form_around_file = 64 * 1024;
constexpr std::size_t bytes_per_second_least = 1024 * 1024; // a client that reads more slowly is cut off
constexpr const char* no_place_for_files = "this node keeps no files: media.directory is not set or cannot be used";
constexpr const char* too_many = "too many files are on their way at once";

bool is_media_id(std::string_view text) {
  return text.size() <= media_id_max &&
         std::all_of(text.begin(), text.end(), [](char c) { return c >= '0' && c <= '9'; });
}

/// Whose file it is; in Meta's manner the number says so.
struct addressed {
  media_owner owner;
  bool as_graph = false;

  response problem(const error& why) const {
    if (!as_graph)
      return problem_for(why);
    const auto details = why.field.starts_with('/') ? why.field.substr(1) + ": " + why.what : why.what;
    switch (why.code) {
    case errc::invalid_argument:
      return graph_error(why.field == "/size" || why.field == "/content" ? 131053 : 100, details);
    case errc::not_found:
      return graph_error(100, details);
    case errc::conflict:
    case errc::fenced:
    case errc::overloaded:
    case errc::unavailable:
    case errc::deadline_exceeded:
    case errc::unauthenticated:
    case errc::corrupt:
    case errc::handler_failed:
      break;
    }
    return graph_error(2, details).with("Retry-After", retry_after);
  }
};

using address_or_answer = std::variant<addressed, response>;

address_or_answer tenants_number(const admin_call& call) {
  auto entry = call.api->options.context->tenants->get()->find(call.value("tenant"));
  if (!entry)
    return problem_for(404, "no such tenant");
  auto number = number_asked_for(entry->config, call.what);
  if (!number)
    return problem_for(number.error());
  return addressed{{std::move(entry), std::move(*number)}, false};
}

address_or_answer graphs_number(const admin_call& call) {
  if (!is_graph_version(call.value("version")))
    return problem_for(404);
  const auto known = call.api->tokens.find(call.what);
  if (!known)
    return graph_error(190, "a token of the admin API that may act for the tenant is needed");
  const auto& number = call.value("number");
  auto entry = call.api->options.context->tenants->get()->by_number(number);
  if (!entry || !known->may_see(entry->config.id))
    return graph_unknown_object(number);
  return addressed{{std::move(entry), number}, true};
}

response no_place(bool as_graph) {
  return as_graph ? graph_error(2, no_place_for_files) : problem_for(501, no_place_for_files);
}

response busy(const addressed& to) { return to.problem(make_error(errc::overloaded, too_many)); }

/// The place that was given before the body came, or one now.
std::shared_ptr<void> place_for(admin_call& call, const addressed& from) {
  if (call.what.hold)
    return std::move(call.what.hold);
  return call.api->options.media->take_place(from.owner.tenant->config.id);
}

response answer_of(const uploaded_medium& medium, bool as_graph) {
  if (as_graph)
    return response::json(200, json{{"id", medium.id}}.dump());
  return response::json(201, json{{"id", medium.id},
                                  {"sha256", medium.sha256},
                                  {"mime_type", medium.mime_type},
                                  {"size", medium.size},
                                  {"expires_at", to_rfc3339(medium.expires_at)},
                                  {"cached", medium.cached}}
                                 .dump());
}

response answer_of(fetched_medium&& medium, const std::string& id, std::shared_ptr<void> place) {
  const auto* const rule = whatsapp::find_media_rule(medium.mime_type);
  response answer;
  answer.content_type = rule != nullptr ? std::string(rule->mime_type) : "application/octet-stream";
  answer.body = std::move(medium.content);
  answer.hold = std::move(place);
  answer.more_time = std::chrono::seconds{answer.body.size() / bytes_per_second_least};
  const auto ending = rule != nullptr ? "." + std::string(rule->file_ending) : std::string{};
  return std::move(answer)
      .with("Content-Disposition", "attachment; filename=\"" + id + ending + "\"")
      .with("X-Content-Type-Options", "nosniff")
      .with("Cache-Control", "private");
}

void upload(admin_call& call, const address_or_answer& to_whom) {
  if (const auto* const refused = std::get_if<response>(&to_whom)) {
    call.to.send(*refused);
    return;
  }
  const auto& to = std::get<addressed>(to_whom);
  const auto place = call.api->options.media != nullptr ? place_for(call, to) : nullptr;
  if (!place) {
    call.to.send(call.api->options.media == nullptr ? no_place(to.as_graph) : busy(to));
    return;
  }
  call.api->options.media->upload(
      to.owner, std::string(call.what.header("Content-Type").value_or("")), std::move(call.what.body),
      [answer_to = call.to, to, place](const result<uploaded_medium>& medium) {
        answer_to.send(medium ? answer_of(*medium, to.as_graph) : to.problem(medium.error()));
      });
}

/// The largest body of that type; an answer for a type that is not taken at all.
result<std::size_t> body_bytes_max(std::string_view content_type) {
  if (is_form_data(content_type))
    return whatsapp::inbound_bytes_max + form_around_file;
  const auto type = whatsapp::normal_mime_type(content_type);
  const auto* const rule = whatsapp::find_media_rule(type);
  if (rule == nullptr)
    return make_error(errc::invalid_argument,
                      "Content-Type must be multipart/form-data or a type of file that WhatsApp takes", "/mime_type");
  return rule->bytes_max;
}

std::optional<std::uint64_t> announced(const request_head& what) {
  const auto text = what.header("Content-Length").value_or("");
  std::uint64_t size = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), size);
  return !text.empty() && failure == std::errc{} && end == text.data() + text.size() ? std::optional(size)
                                                                                     : std::nullopt;
}

} // namespace

std::variant<std::monostate, body_permission, response> bound_file(admin_call& call, const admin_route& route) {
  auto to_whom = route.who == access::by_handler ? graphs_number(call) : tenants_number(call);
  if (auto* const refused = std::get_if<response>(&to_whom))
    return std::move(*refused);
  const auto& to = std::get<addressed>(to_whom);
  auto* const media = call.api->options.media;
  if (media == nullptr)
    return no_place(to.as_graph);
  const auto most = body_bytes_max(call.what.header("Content-Type").value_or(""));
  if (!most)
    return to.problem(most.error());
  if (announced(call.what).value_or(0) > *most) {
    const auto why = "a body of this Content-Type has at most " + std::to_string(*most) + " bytes";
    return to.as_graph ? graph_error(131053, why) : problem_for(413, why);
  }
  auto place = media->take_place(to.owner.tenant->config.id);
  if (!place)
    return busy(to);
  return body_permission{*most, std::move(place)};
}

void get_media(admin_call& call) {
  auto* const media = call.api->options.media;
  if (media == nullptr) {
    call.to.send(no_place(false));
    return;
  }
  auto from_whom = tenants_number(call);
  if (const auto* const refused = std::get_if<response>(&from_whom)) {
    call.to.send(*refused);
    return;
  }
  const auto& from = std::get<addressed>(from_whom);
  const auto& id = call.value("id");
  if (!is_media_id(id)) {
    call.to.send(problem_for(404, "no such file"));
    return;
  }
  const auto place = place_for(call, from);
  if (!place) {
    call.to.send(busy(from));
    return;
  }
  media->fetch(from.owner, id, [to = call.to, id, place](result<fetched_medium> medium) {
    to.send(medium ? answer_of(std::move(*medium), id, place) : problem_for(medium.error()));
  });
}

void post_media(admin_call& call) { upload(call, tenants_number(call)); }

void post_graph_media(admin_call& call) { upload(call, graphs_number(call)); }

} // namespace wakala::http
