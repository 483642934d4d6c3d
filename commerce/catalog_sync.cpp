#include "commerce/catalog_sync.hpp"

#include "commerce/text_cut.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::commerce {

namespace {

using nlohmann::json;

// Meta allows 5,000 items and 30 MB. Smaller batches lose less when one is refused, and are sent in time.
constexpr std::size_t batch_items_max = 1'000;
constexpr std::size_t batch_bytes_max = std::size_t{4} * 1024 * 1024;
constexpr std::size_t why_max = 300; ///< of Meta's words that are kept

std::string text_at(const json& object, const char* key) {
  const auto it = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && it != object.end() && it->is_string() ? it->get<std::string>() : std::string{};
}

json list_at(const json& object, const char* key) {
  const auto it = object.is_object() ? object.find(key) : object.end();
  return object.is_object() && it != object.end() && it->is_array() ? *it : json::array();
}

/// What this product is to become at Meta, and why it is to be sent; nothing when it is not.
std::optional<std::string> change_of(const catalog_sync& sync, const meta_shelf& wanted, std::string_view id) {
  const auto held = sync.held.find(id);
  const auto refused = sync.refused.find(id);
  const auto item = wanted.items.find(id);
  const std::string digest = item == wanted.items.end() ? std::string{} : item->second.digest;
  if (refused != sync.refused.end() && refused->second.digest == digest)
    return std::nullopt;
  if (item == wanted.items.end() ? held == sync.held.end() : held != sync.held.end() && held->second == digest)
    return std::nullopt;
  return digest;
}

/// Calls `take(id, digest)` for each item that is to be sent, until that is false.
template <class Take>
void each_change(const catalog_sync& sync, const meta_shelf& wanted, Take take) {
  for (const auto& [id, digest] : sync.held) // what is taken away first makes room
    if (!wanted.items.contains(id))
      if (const auto change = change_of(sync, wanted, id); change && !take(id, *change))
        return;
  for (const auto& [id, item] : wanted.items)
    if (const auto change = change_of(sync, wanted, id); change && !take(id, *change))
      return;
}

void forget_refusals(catalog_sync& sync, const meta_shelf& wanted) {
  std::erase_if(sync.refused, [&](const auto& each) {
    const auto item = wanted.items.find(each.first);
    return item == wanted.items.end() ? !sync.held.contains(each.first) || !each.second.digest.empty()
                                      : item->second.digest != each.second.digest;
  });
}

void note_refusal(sync_flight& flight, const item_shop& shop, const std::string& retailer_id, std::string why) {
  const auto id = product_of(shop.tenant, retailer_id);
  const auto is_ours = id && std::any_of(flight.items.begin(), flight.items.end(),
                                         [&](const auto& each) { return each.first == *id; });
  if (!is_ours)
    return;
  if (why.empty())
    why = "Meta refuses it and does not say why";
  auto& said = flight.refused[std::string(*id)];
  if (said.empty() || said.starts_with("Meta refuses it and"))
    said = why.size() > why_max ? cut(std::move(why), why_max) : std::move(why);
}

/// The batch is over; `is_known`: what Meta did not refuse it has done.
void end_flight(catalog_sync& sync, bool is_known) {
  const auto flight = std::move(*sync.flight);
  sync.flight.reset();
  for (const auto& [id, digest] : flight.items) {
    if (const auto refused = flight.refused.find(id); refused != flight.refused.end()) {
      sync.refused[id] = {digest, refused->second};
      continue;
    }
    if (is_known && digest.empty())
      sync.held.erase(id);
    else if (is_known)
      sync.held[id] = digest;
    else if (!digest.empty())
      sync.held[id].clear(); // an update that may create is right in any case
    if (is_known)
      sync.refused.erase(id);
  }
}

void done_with(catalog_sync& sync, time_ms now) {
  end_flight(sync, true);
  sync.last_at = now;
}

} // namespace

std::string to_text(const catalog_sync& sync) {
  json out{{"catalog_id", sync.catalog_id}, {"held", sync.held}, {"last_at", sync.last_at}};
  auto refused = json::object();
  for (const auto& [id, each] : sync.refused)
    refused[id] = {{"digest", each.digest}, {"why", each.why}};
  out["refused"] = std::move(refused);
  if (sync.flight)
    out["flight"] = {{"items", sync.flight->items},
                     {"handles", sync.flight->handles},
                     {"refused", sync.flight->refused},
                     {"sent_at", sync.flight->sent_at}};
  if (!sync.suspects.empty())
    out["suspects"] = sync.suspects;
  return out.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<catalog_sync> catalog_sync_from(std::string_view text) {
  const auto stored = json::parse(text, nullptr, false);
  try {
    catalog_sync sync;
    sync.catalog_id = stored.at("catalog_id").get<std::string>();
    stored.at("held").get_to(sync.held);
    sync.last_at = stored.at("last_at").get<time_ms>();
    for (const auto& [id, each] : stored.at("refused").items())
      sync.refused[id] = {each.at("digest").get<std::string>(), each.at("why").get<std::string>()};
    if (const auto found = stored.find("flight"); found != stored.end()) {
      auto& flight = sync.flight.emplace();
      found->at("items").get_to(flight.items);
      found->at("handles").get_to(flight.handles);
      found->at("refused").get_to(flight.refused);
      flight.sent_at = found->at("sent_at").get<time_ms>();
    }
    if (const auto found = stored.find("suspects"); found != stored.end())
      found->get_to(sync.suspects);
    return sync;
  } catch (const json::exception& e) {
    return make_error(errc::corrupt, std::string("what is known of Meta's catalog cannot be read: ") + e.what());
  }
}

std::size_t pending_items(const catalog_sync& sync, const meta_shelf& wanted) {
  std::size_t count = 0;
  each_change(sync, wanted, [&](const std::string&, const std::string&) {
    ++count;
    return true;
  });
  return count;
}

std::pair<json, std::size_t> failed_items(const catalog_sync& sync, const meta_shelf& wanted, std::size_t most) {
  auto list = json::array();
  std::size_t count = 0;
  const auto tell = [&](const std::string& id, const std::string& why) {
    if (count++ < most)
      list.push_back({{"id", id}, {"why", why}});
  };
  for (const auto& [id, why] : wanted.unfit)
    tell(id, why);
  for (const auto& [id, each] : sync.refused)
    if (const auto item = wanted.items.find(id);
        item == wanted.items.end() ? each.digest.empty() : each.digest == item->second.digest)
      tell(id, each.why);
  return {std::move(list), count};
}

std::optional<std::string> next_batch(catalog_sync& sync, const meta_shelf& wanted, const catalog& shelf,
                                      const item_shop& shop, time_ms now) {
  forget_refusals(sync, wanted);
  sync_flight flight;
  std::size_t bytes = 0;
  const auto take = [&](const std::string& id, const std::string& digest) {
    const auto item = wanted.items.find(id);
    bytes += item == wanted.items.end() ? 0 : item->second.bytes;
    if (!flight.items.empty() && (flight.items.size() == batch_items_max || bytes > batch_bytes_max))
      return false;
    flight.items.emplace_back(id, digest);
    return true;
  };
  while (!sync.suspects.empty() && flight.items.empty()) {
    for (const auto& id : sync.suspects.front())
      if (const auto change = change_of(sync, wanted, id))
        take(id, *change);
    sync.suspects.pop_front();
  }
  if (flight.items.empty())
    each_change(sync, wanted, take);
  if (flight.items.empty())
    return std::nullopt;
  whatsapp::catalog_batch batch;
  batch.allow_upsert = true;
  for (const auto& [id, digest] : flight.items) {
    using enum whatsapp::catalog_method;
    if (digest.empty()) {
      whatsapp::catalog_item gone;
      gone.id = retailer_id(shop.tenant, id);
      batch.requests.push_back({remove, std::move(gone)});
      continue;
    }
    const bool is_new = !sync.held.contains(id);
    auto item = meta_item(*shelf.find(id), shop).value();
    batch.requests.push_back({is_new ? create : update, is_new ? std::move(item) : full_update(std::move(item))});
  }
  flight.sent_at = now;
  sync.flight = std::move(flight);
  return to_request(batch).dump(-1, ' ', false, json::error_handler_t::replace);
}

sync_judgement judge(int status, std::string_view body) {
  const auto answer = json::parse(body, nullptr, false);
  if (status >= 200 && status < 300 && answer.is_object() && !answer.contains("error"))
    return {sync_verdict::good, {}};
  if (status == 413)
    return {sync_verdict::divide, "Meta finds the batch too large"};
  auto read = whatsapp::parse_answer(status, body);
  const auto* wrong = std::get_if<whatsapp::send_error>(&read);
  if (wrong == nullptr || wrong->no_code)
    return {sync_verdict::wait, "Meta answers with status " + std::to_string(status)};
  const auto why = "Meta refuses with code " + std::to_string(wrong->code) + ": " + cut(wrong->details, why_max);
  const bool is_too_much = wrong->code == 1 && body.find("reduce the amount") != std::string_view::npos;
  const bool is_about_items = whatsapp::classify(*wrong) == whatsapp::error_class::fix_request;
  return {is_too_much || is_about_items ? sync_verdict::divide : sync_verdict::wait, why};
}

sync_judgement batch_taken(catalog_sync& sync, const json& answer, const item_shop& shop, time_ms now) {
  auto& flight = *sync.flight;
  for (const auto& each : list_at(answer, "validation_status"))
    if (const auto errors = list_at(each, "errors"); !errors.empty())
      note_refusal(flight, shop, text_at(each, "retailer_id"), text_at(errors.front(), "message"));
  for (const auto& handle : list_at(answer, "handles"))
    if (handle.is_string() && !handle.get<std::string>().empty())
      flight.handles.push_back(handle.get<std::string>());
  if (!flight.handles.empty())
    return {sync_verdict::good, {}};
  if (flight.refused.size() == flight.items.size()) {
    done_with(sync, now);
    return {sync_verdict::good, {}};
  }
  batch_lost(sync);
  return {sync_verdict::lost, "Meta took the batch and gave nothing to ask about"};
}

bool batch_refused(catalog_sync& sync, const std::string& why, time_ms now) {
  auto& flight = *sync.flight;
  if (flight.items.size() == 1) {
    flight.refused[flight.items.front().first] = why;
    done_with(sync, now);
    return true;
  }
  std::vector<std::string> first;
  std::vector<std::string> second;
  for (std::size_t i = 0; i < flight.items.size(); ++i)
    (i < flight.items.size() / 2 ? first : second).push_back(flight.items[i].first);
  sync.suspects.push_front(std::move(second));
  sync.suspects.push_front(std::move(first));
  sync.flight.reset();
  return false;
}

void batch_lost(catalog_sync& sync) { end_flight(sync, false); }

sync_judgement batch_told(catalog_sync& sync, const json& answer, const item_shop& shop, time_ms now) {
  auto& flight = *sync.flight;
  const auto list = list_at(answer, "data");
  const auto told = std::find_if(list.begin(), list.end(), [&](const json& each) {
    const auto handle = text_at(each, "handle");
    return handle.empty() || handle == flight.handles.front();
  });
  if (told == list.end())
    return {sync_verdict::lost, "Meta does not know the batch any more"};
  const auto status = text_at(*told, "status");
  if (status == "canceled" || status == "error")
    return {sync_verdict::lost, "Meta says that the batch is " + status};
  if (status != "finished")
    return {sync_verdict::wait, {}};
  for (const auto& each : list_at(*told, "errors"))
    note_refusal(flight, shop, text_at(each, "id"), text_at(each, "message"));
  for (const auto& each : list_at(*told, "ids_of_invalid_requests"))
    if (each.is_string())
      note_refusal(flight, shop, each.get<std::string>(), {});
  flight.handles.erase(flight.handles.begin());
  if (flight.handles.empty())
    done_with(sync, now);
  return {sync_verdict::good, {}};
}

} // namespace wakala::commerce
