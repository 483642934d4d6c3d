#include "sandbox/catalogs.hpp"

#include "runtime/core/encoding.hpp"
#include "runtime/core/money.hpp"
#include "sandbox/request_parts.hpp"
#include "whatsapp/catalog_batch.hpp"

#include <algorithm>
#include <array>
#include <charconv>
#include <set>
#include <utility>

namespace wakala::sandbox {

using json = nlohmann::ordered_json;

namespace {

constexpr std::size_t requests_max = 5'000;
constexpr std::size_t requests_bytes_max = 30'000'000;
constexpr std::size_t page_max = 1'000;
constexpr std::array<std::string_view, 3> edges{"items_batch", "check_batch_request_status", "products"};
constexpr std::array<std::string_view, 5> availabilities{"in stock", "out of stock", "preorder",
                                                         "available for order", "discontinued"};

graph_answer good(const json& body) { return {200, dump(body), 0, {}}; }

/// A number, a blank and a currency with as many decimals as it has.
bool is_price(std::string_view text) {
  const auto blank = text.find(' ');
  if (blank == std::string_view::npos)
    return false;
  const auto price = parse_money(text.substr(0, blank), text.substr(blank + 1));
  return price && price->minor >= 0;
}

std::string image_of(const json& data) {
  if (data.contains("image") && data.at("image").is_array() && !data.at("image").empty())
    return text_or(data.at("image").front(), "url");
  return text_or(data, "image_link");
}

/// What is wrong with an item as it would be, or nothing.
std::string fault_of(const json& data) {
  for (const auto* key : {"title", "description", "availability", "condition", "price", "link"})
    if (text_or(data, key).empty())
      return std::string("A required field is missing: ") + key;
  if (image_of(data).empty())
    return "A required field is missing: image_link";
  if (code_points(text_or(data, "title")) > 150)
    return "The title has more than 150 characters";
  if (code_points(text_or(data, "description")) > 5'000)
    return "The description has more than 5000 characters";
  if (!is_price(text_or(data, "price")))
    return "The price is no number with an ISO 4217 currency";
  if (std::ranges::find(availabilities, text_or(data, "availability")) == availabilities.end())
    return "The availability is unknown";
  for (const auto& url : {text_or(data, "link"), image_of(data)})
    if (!url.starts_with("https://"))
      return "An address is no https URL";
  if (image_of(data).find("bad") != std::string::npos)
    return "The image cannot be loaded";
  return {};
}

} // namespace

bool catalog_store::is_edge(std::string_view edge) noexcept { return std::ranges::find(edges, edge) != edges.end(); }

graph_answer catalog_store::call(std::string_view method, std::string_view id, std::string_view edge,
                                 const json& parameters, time_ms now, id_source& ids) {
  const auto is_batch = edge == "items_batch";
  if ((method == "POST") != is_batch || id.empty() || id.find_first_not_of("0123456789") != std::string_view::npos)
    return refuse_unknown_object(method == "POST" ? "post" : "get", id, ids.trace_id());
  auto& of = catalogs_[std::string{id}];
  work(of, now);
  if (is_batch)
    return take(of, parameters, now, ids);
  return edge == "products" ? products(of, parameters) : status(of, parameters, now, ids);
}

graph_answer catalog_store::take(catalog& of, const json& parameters, time_ms now, id_source& ids) {
  if (const auto code = std::exchange(of.refuse_next, 0); code != 0)
    return refuse(code, {}, ids.trace_id());
  auto body = nlohmann::json(parameters);
  if (body.contains("requests") && body["requests"].is_string()) // as in Meta's examples with curl
    body["requests"] = nlohmann::json::parse(body["requests"].get<std::string>(), nullptr, false);
  const auto read = whatsapp::parse_catalog_batch(body);
  if (!read)
    return refuse(100, read.error().field + ": " + read.error().what, ids.trace_id());
  if (read->requests.size() > requests_max || body["requests"].dump().size() > requests_bytes_max)
    return refuse(100, "requests: at most 5000 and 30 MB", ids.trace_id());
  std::set<std::string> seen;
  for (const auto& each : read->requests)
    if (!seen.insert(each.data.id).second)
      return refuse(100, "Duplicate retailer id: " + each.data.id, ids.trace_id());
  batch taken;
  taken.handle = "Acz" + ids.media_id();
  taken.taken_at = now;
  taken.done_at = now + of.batch_ms;
  taken.end = of.end;
  taken.requests = json::parse(body["requests"].dump());
  taken.is_upsert = read->allow_upsert.value_or(true);
  of.batches.push_back(std::move(taken));
  return good({{"handles", {of.batches.back().handle}}, {"validation_status", json::array()}});
}

void catalog_store::work(catalog& on, time_ms now) {
  for (auto& each : on.batches) {
    if (each.is_done || each.done_at > now)
      continue;
    each.is_done = true;
    const auto requests = std::exchange(each.requests, json::array());
    if (each.end != "finished")
      continue;
    for (std::size_t i = 0; i < requests.size(); ++i) {
      const auto& data = requests[i].at("data");
      const auto id = text_or(data, "id");
      const auto method = text_or(requests[i], "method");
      const auto held = on.items.find(id);
      if (method == "DELETE") {
        if (held != on.items.end())
          on.items.erase(held);
        continue;
      }
      auto after = method == "UPDATE" && held != on.items.end() ? held->second : json::object();
      after.update(data);
      std::string why;
      if (code_points(id) > 100)
        why = "The id has more than 100 characters";
      else if (method == "UPDATE" && held == on.items.end() && !each.is_upsert)
        why = "There is no such item";
      else
        why = fault_of(after);
      if (!why.empty()) {
        each.errors.push_back({{"line", i}, {"id", id}, {"message", why}});
        continue;
      }
      json kept = json::object();
      for (const auto& [key, value] : after.items())
        if (value != "") // an empty text takes an optional key away
          kept[key] = value;
      on.items[id] = std::move(kept);
    }
  }
}

graph_answer catalog_store::status(const catalog& of, const json& parameters, time_ms now, id_source& ids) {
  const auto handle = text_or(parameters, "handle");
  const auto found = std::ranges::find(of.batches, handle, &batch::handle);
  if (found == of.batches.end())
    return refuse(100, "Unknown handle", ids.trace_id());
  json told{{"handle", handle},
            {"status", found->is_done           ? found->end
                       : found->taken_at == now ? "scheduled"
                                                : "started"}};
  told["errors"] = found->errors;
  told["errors_total_count"] = found->errors.size();
  told["warnings"] = json::array();
  told["warnings_total_count"] = 0;
  if (text_or(parameters, "load_ids_of_invalid_requests") == "true") {
    auto ids_of_invalid = json::array();
    for (const auto& each : found->errors)
      ids_of_invalid.push_back(each.at("id"));
    told["ids_of_invalid_requests"] = std::move(ids_of_invalid);
  }
  return good({{"data", json::array({std::move(told)})}});
}

graph_answer catalog_store::products(const catalog& of, const json& parameters) {
  std::size_t limit = 25;
  const auto wanted = text_or(parameters, "limit");
  std::from_chars(wanted.data(), wanted.data() + wanted.size(), limit);
  const auto after = text_or(parameters, "after");
  auto list = json::array();
  auto at = after.empty() ? of.items.begin() : of.items.upper_bound(after);
  for (; at != of.items.end() && list.size() < std::min(limit, page_max); ++at) {
    const auto price = text_or(at->second, "price");
    list.push_back({{"id", "9" + std::to_string(std::hash<std::string>{}(at->first))},
                    {"retailer_id", at->first},
                    {"name", text_or(at->second, "title")},
                    {"price", price},
                    {"currency", price.substr(price.find(' ') + 1)},
                    {"availability", text_or(at->second, "availability")},
                    {"image_url", image_of(at->second)},
                    {"url", text_or(at->second, "link")}});
  }
  json answer{{"data", std::move(list)}};
  if (at != of.items.end() && !answer["data"].empty())
    answer["paging"] = {{"cursors", {{"after", answer["data"].back().at("retailer_id")}}}, {"next", "?after"}};
  return good(answer);
}

bool catalog_store::shows_nothing(const json& message, time_ms now) {
  const auto part = message.find("interactive");
  if (part == message.end() || !part->contains("action"))
    return false;
  const auto& action = part->at("action");
  std::vector<json> shown; // `{product_retailer_id, catalog_id}`
  const auto type = text_or(*part, "type");
  if (type == "product")
    shown.push_back(action);
  for (const auto& section : type == "product_list" ? action.at("sections") : json::array())
    for (const auto& item : section.at("product_items"))
      shown.push_back(
          {{"product_retailer_id", item.at("product_retailer_id")}, {"catalog_id", action.at("catalog_id")}});
  for (const auto& card : type == "carousel" ? action.at("cards") : json::array())
    if (text_or(card, "type") == "product")
      shown.push_back(card.at("action"));
  return !shown.empty() && std::ranges::all_of(shown, [&](const json& each) {
    const auto held = catalogs_.find(text_or(each, "catalog_id"));
    if (held == catalogs_.end())
      return false;
    work(held->second, now);
    return !held->second.items.contains(text_or(each, "product_retailer_id"));
  });
}

json catalog_store::view(std::string_view id, time_ms now) {
  const auto found = catalogs_.find(id);
  if (found == catalogs_.end())
    return nullptr;
  auto& of = found->second;
  work(of, now);
  auto items = json::object();
  for (const auto& [retailer_id, item] : of.items)
    items[retailer_id] = item;
  auto batches = json::array();
  for (const auto& each : of.batches)
    batches.push_back({{"handle", each.handle}, {"done", each.is_done}, {"errors", each.errors.size()}});
  return {{"id", id}, {"batch_ms", of.batch_ms}, {"batches", std::move(batches)}, {"items", std::move(items)}};
}

result<void> catalog_store::control(std::string_view id, std::string_view body) {
  const auto request = json::parse(body, nullptr, false);
  if (!request.is_object())
    return bad_key("body", "the body must be a JSON object");
  if (id.empty() || id.find_first_not_of("0123456789") != std::string_view::npos)
    return bad_key("id", "a catalog's id has digits only");
  const auto number = [&](const char* key, std::int64_t most) {
    return !request.contains(key) ||
           (request.at(key).is_number_integer() && request.at(key).get<std::int64_t>() >= 0 &&
            request.at(key).get<std::int64_t>() <= most);
  };
  if (!number("batch_ms", ms_per_day))
    return bad_key("batch_ms", "batch_ms is a whole number of milliseconds, a day at most");
  if (!number("refuse", 10'000'000))
    return bad_key("refuse", "refuse is an error code");
  const auto end = text_or(request, "end", "finished");
  if (end != "finished" && end != "error" && end != "canceled")
    return bad_key("end", "end is finished, error or canceled");
  auto& of = catalogs_[std::string{id}];
  of.batch_ms = request.value("batch_ms", of.batch_ms);
  of.refuse_next = request.value("refuse", of.refuse_next);
  if (request.contains("end"))
    of.end = end;
  return {};
}

} // namespace wakala::sandbox
