// Tenants and their catalogs.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::http {

using nlohmann::json;

void list_tenants(admin_call& call) {
  const auto wanted = read_page(call.what, is_tenant_cursor);
  if (!wanted) {
    call.to.send(problem_for(wanted.error()));
    return;
  }
  const auto snapshot = call.api->options.context->tenants->get();
  const auto& all = snapshot->all();
  auto list = json::array();
  json next = nullptr;
  for (auto it = wanted->after.empty() ? all.begin() : all.upper_bound(wanted->after); it != all.end(); ++it) {
    if (it->first == actors::system_tenant || !call.who.may_see(it->first))
      continue;
    if (list.size() == wanted->limit) {
      next = list.back().at("id");
      break;
    }
    list.push_back(actors::to_form(it->second->config));
  }
  call.to.send(response::json(200, json{{"tenants", std::move(list)}, {"next", std::move(next)}}.dump()));
}

void create_tenant(admin_call& call) {
  call.actors().create_tenant(std::move(call.what.body), [to = call.to](result<std::string> form) {
    if (!form) {
      to.send(problem_for(form.error()));
      return;
    }
    const auto id = json::parse(*form).at("id").get<std::string>();
    to.send(response::json(201, std::move(*form)).with("Location", "/v1/tenants/" + id));
  });
}

void import_tenants(admin_call& call) {
  call.actors().import_tenants(std::move(call.what.body), answer_with(call.to));
}

void get_tenant(admin_call& call) {
  if (const auto entry = call.api->options.context->tenants->get()->find(call.value("tenant")))
    call.to.send(response::json(200, actors::to_form(entry->config).dump()));
  else
    call.to.send(problem_for(404, "no such tenant"));
}

void replace_tenant(admin_call& call) {
  call.actors().replace_tenant(call.value("tenant"), std::move(call.what.body), answer_with(call.to));
}

void delete_tenant(admin_call& call) {
  call.actors().delete_tenant(call.value("tenant"), [to = call.to](const result<std::string>& done) {
    to.send(done ? response::empty(204) : problem_for(done.error()));
  });
}

void get_catalog(admin_call& call) { call.actors().get_catalog(call.value("tenant"), answer_with(call.to)); }

void put_catalog(admin_call& call) {
  call.actors().put_catalog(call.value("tenant"), std::move(call.what.body), answer_with(call.to));
}

namespace {

/// `text/csv` or `application/json`, whatever parameters follow.
std::string media_type_of(const request_head& what) {
  auto type = what.header("Content-Type").value_or("");
  type = type.substr(0, type.find(';'));
  std::string name(type.substr(0, type.find_last_not_of(" \t") + 1));
  std::transform(name.begin(), name.end(), name.begin(),
                 [](unsigned char c) { return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c); });
  return name;
}

/// 422 with what is wrong on each line.
response not_imported(json told) {
  const auto count = std::to_string(told.at("errors_total").get<std::size_t>());
  told["type"] = "about:blank";
  told["title"] = reason_phrase(422);
  told["status"] = 422;
  told["detail"] = count + " errors; nothing was imported";
  told["field"] = told.at("errors").front().at("field");
  auto answer = response::json(422, told.dump(-1, ' ', false, json::error_handler_t::replace));
  answer.content_type = "application/problem+json";
  return answer;
}

} // namespace

void import_catalog(admin_call& call) {
  const auto type = media_type_of(call.what);
  if (type != "text/csv" && type != "application/json") {
    call.to.send(problem_for(415, "a catalog is text/csv or application/json", "Content-Type"));
    return;
  }
  const auto partial = std::string(query_values{call.what.query}.find("partial").value_or("false"));
  if (partial != "true" && partial != "false") {
    call.to.send(problem_for(400, "must be true or false", "partial"));
    return;
  }
  call.actors().import_catalog(call.value("tenant"), std::move(call.what.body), type == "text/csv", partial == "true",
                               [to = call.to](result<std::string> answer) {
                                 if (!answer) {
                                   to.send(problem_for(answer.error()));
                                   return;
                                 }
                                 auto told = json::parse(*answer);
                                 to.send(told.at("imported").get<bool>() ? response::json(200, std::move(*answer))
                                                                         : not_imported(std::move(told)));
                               });
}

} // namespace wakala::http
