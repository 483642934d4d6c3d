// Tenants and their catalogs.
#include "http/admin_call.hpp"
#include "http/admin_handlers.hpp"
#include "http/status.hpp"

#include <nlohmann/json.hpp>

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

} // namespace wakala::http
