// What the shop sells: put, imported, and brought to Meta's catalog batch by batch.
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/book_plan.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "commerce/catalog_import.hpp"
#include "runtime/backoff.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using commerce::sync_verdict;
using nlohmann::json;
using persistence::table;

namespace {

using std::chrono::milliseconds;

constexpr std::size_t failed_told_max = 100;
/// Changes come in groups: the cart of an importing program, the orders of a busy minute.
constexpr milliseconds gathering_pause{1'000};
constexpr milliseconds next_batch_pause{1'000};
/// Meta works on a batch for seconds, or for many minutes.
constexpr runtime::backoff_policy looking{milliseconds{2'000}, milliseconds{60'000}};
constexpr runtime::backoff_policy trying_again{milliseconds{10'000}, milliseconds{900'000}};
/// A batch that has not ended after so long is sent again.
constexpr time_ms batch_ends_within = ms_per_day;
/// After Meta has refused to show products, our own lists show them.
constexpr std::chrono::hours not_shown_for{1};
/// When so many items in a row are refused one by one, it is not the items: no more is asked in a hurry.
constexpr unsigned refusals_in_a_row_max = 10;

std::string dump(const json& value) { return value.dump(-1, ' ', false, json::error_handler_t::replace); }

} // namespace

// -- put and imported ------------------------------------------------------------

caf::response_promise tenant::put_catalog(const catalog_put& put) {
  auto promise = self_->make_response_promise();
  auto parsed = commerce::parse_catalog(put.json, context_->entry->config.currency);
  if (parsed && parsed->products().size() > commerce::products_max)
    parsed = make_error(errc::invalid_argument,
                        "a catalog has at most " + std::to_string(commerce::products_max) + " products", "/products");
  if (!parsed) {
    deliver(promise, parsed.error());
    return promise;
  }
  with_books([this, promise, shelf = std::move(*parsed)] {
    store_shelf(shelf, [this, promise](const result<void>& done) {
      deliver(promise, done ? result<std::string>(catalog_text()) : done.error());
    });
  });
  return promise;
}

caf::response_promise tenant::import_catalog(const catalog_import& import) {
  auto promise = self_->make_response_promise();
  const auto& currency = context_->entry->config.currency;
  auto read = import.is_csv ? result<commerce::catalog_import_read>(commerce::read_catalog_csv(import.text, currency))
                            : commerce::read_catalog_json(import.text, currency);
  if (!read) {
    deliver(promise, read.error());
    return promise;
  }
  const bool has_faults = read->fault_count > 0;
  const auto answer = [](const commerce::catalog_diff& changes, const commerce::catalog_import_read& from,
                         bool is_imported) {
    auto told = commerce::to_json(changes, from);
    told["imported"] = is_imported;
    return dump(told);
  };
  if (!read->is_usable || (has_faults && !import.is_partial)) {
    deliver(promise, answer({}, *read, false));
    return promise;
  }
  with_books([this, promise, answer, has_faults, read = std::move(*read)]() mutable {
    const auto done = [this, promise](result<std::string> what) {
      deliver(promise, std::move(what));
      books_free();
    };
    const auto before = present_shelf();
    auto shelf =
        commerce::catalog::make(commerce::merged(read, *before, has_faults), context_->entry->config.currency);
    if (shelf && shelf->products().size() > commerce::products_max)
      shelf = make_error(errc::invalid_argument,
                         "with those that are kept there are more than " + std::to_string(commerce::products_max),
                         "/products");
    if (!shelf)
      return done(shelf.error());
    const auto text = answer(commerce::diff(*before, *shelf), read, true);
    if (shelf->products() == before->products()) // nothing has changed: nothing is written
      return done(text);
    store_shelf(std::move(*shelf), [this, promise, text](const result<void>& stored) {
      deliver(promise, stored ? result<std::string>(text) : stored.error());
    });
  });
  return promise;
}

void tenant::store_shelf(commerce::catalog shelf, std::function<void(result<void>)> then) {
  const auto fresh = std::make_shared<const commerce::catalog>(std::move(shelf));
  // From now on these are the pieces there are: what was sold before is counted in.
  book_plan plan{balances_};
  for (const auto& [product_id, pieces] : book_.all_sold())
    plan.sold.emplace(product_id, 0);
  const auto& entry = *context_->entry;
  plan.more.push_back(sealed_record(entry.keys->data, entry.config.id, table::tenant_entity, catalog_key,
                                    commerce::to_text(*fresh), *context_->node->random));
  write_books(std::move(plan), [this, fresh, then](const error* why) {
    if (why != nullptr)
      return then(*why);
    put_shelf_ = fresh;
    meta_catalog_.is_shelf_known = true;
    show_shelf();
    tell_places_to_read([then] { then({}); });
  });
}

std::string tenant::catalog_text() {
  auto text = commerce::to_text(*context_->shelf);
  const auto& syncing = meta_catalog_;
  const auto& config = context_->entry->config;
  json sync{{"state", "off"}, {"catalog_id", nullptr},   {"last_at", nullptr}, {"pending", 0},
            {"why", nullptr}, {"failed", json::array()}, {"failed_total", 0}};
  if (!config.catalog_id.empty()) {
    const commerce::catalog_sync nothing;
    const auto& known = syncing.state.catalog_id == config.catalog_id ? syncing.state : nothing;
    const auto& wanted = wanted_at_meta();
    const auto pending = commerce::pending_items(known, wanted);
    auto [failed, count] = commerce::failed_items(known, wanted, failed_told_max);
    const bool can_send = context_->node->graph->can_ask() && !config.access_token.empty();
    sync["catalog_id"] = config.catalog_id;
    sync["pending"] = pending;
    sync["failed"] = std::move(failed);
    sync["failed_total"] = count;
    if (known.last_at > 0)
      sync["last_at"] = to_rfc3339(known.last_at);
    if (pending == 0 && !known.flight)
      sync["state"] = "synced";
    else if (!can_send || !syncing.why.empty()) {
      sync["state"] = "waiting";
      sync["why"] = can_send ? syncing.why
                             : std::string(config.access_token.empty() ? "the tenant has no access_token"
                                                                       : "this node does not talk to the Graph API");
    } else
      sync["state"] = "syncing";
  }
  text.pop_back(); // the closing brace
  return text + R"(,"sync":)" + dump(sync) + "}";
}

// -- Meta's catalog ------------------------------------------------------------

void tenant::read_catalog_sync(const std::optional<bytes>& sealed) {
  if (sealed) {
    const auto& entry = *context_->entry;
    const auto text =
        entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, catalog_sync_key), *sealed);
    auto known = text ? commerce::catalog_sync_from(*text) : result<commerce::catalog_sync>(text.error());
    if (known)
      meta_catalog_.state = std::move(*known);
    else // what is sold is sent once more; what was taken away meanwhile stays at Meta
      log::error("tenant.catalog_sync_unreadable", {{"tenant", entry.config.id}, {"why", known.error().what}});
  }
  meta_catalog_.is_known = true;
  show_meta_goods();
  sync_catalog_soon();
}

void tenant::show_meta_goods() {
  const auto& config = context_->entry->config;
  const auto& known = meta_catalog_.state;
  std::shared_ptr<commerce::meta_goods> goods;
  if (!config.catalog_id.empty() && known.catalog_id == config.catalog_id &&
      context_->node->clock->now() >= meta_catalog_.not_shown_until) {
    goods = std::make_shared<commerce::meta_goods>();
    goods->catalog_id = config.catalog_id;
    for (const auto& [product_id, digest] : known.held)
      if (!digest.empty() && !known.refused.contains(product_id))
        goods->products.insert(product_id);
  }
  const auto& before = context_->at_meta;
  if (before == nullptr ? goods == nullptr : goods != nullptr && *before == *goods)
    return;
  auto next = std::make_shared<tenant_context>(*context_);
  next->at_meta = std::move(goods);
  change_context(next);
}

void tenant::goods_were_refused() {
  if (context_->at_meta == nullptr)
    return;
  log::warn("catalog.not_shown", {{"tenant", context_->entry->config.id}});
  meta_catalog_.not_shown_until = context_->node->clock->now() + milliseconds{not_shown_for}.count();
  show_meta_goods(); // and again at the first look after that
}

const commerce::meta_shelf& tenant::wanted_at_meta() {
  auto& syncing = meta_catalog_;
  const auto& config = context_->entry->config;
  commerce::item_shop shop{config.id, {}};
  for (const auto& number : config.phone_numbers)
    if (shop.link.empty() && !number.display.empty() &&
        number.display.find_first_not_of("0123456789") == std::string::npos)
      shop.link = "https://wa.me/" + number.display; // a chat with the shop
  if (syncing.wanted_of != context_->shelf || syncing.wanted_for != shop) {
    syncing.wanted = commerce::meta_shelf_of(*context_->shelf, shop);
    syncing.wanted_of = context_->shelf;
    syncing.wanted_for = std::move(shop);
  }
  return syncing.wanted;
}

void tenant::sync_catalog_soon() {
  auto& syncing = meta_catalog_;
  if (syncing.is_soon || !syncing.is_known)
    return;
  syncing.is_soon = true;
  after(gathering_pause, [this] {
    meta_catalog_.is_soon = false;
    sync_catalog();
  });
}

void tenant::sync_catalog_in(milliseconds pause) {
  meta_catalog_.due_at = context_->node->clock->now() + pause.count();
  constexpr milliseconds more{20}; // that timer comes too late rather than too early
  after(pause + more, [this] { sync_catalog(); });
}

void tenant::sync_catalog() {
  auto& syncing = meta_catalog_;
  const auto& config = context_->entry->config;
  const auto now = context_->node->clock->now();
  if (!context_->is_home || !syncing.is_known || !syncing.is_shelf_known || syncing.is_busy || now < syncing.due_at ||
      config.catalog_id.empty() || config.access_token.empty() || !context_->node->graph->can_ask())
    return;
  if (syncing.state.catalog_id != config.catalog_id) {
    syncing.state = {}; // of another catalog nothing holds
    syncing.state.catalog_id = config.catalog_id;
  }
  if (syncing.state.flight && !syncing.state.flight->handles.empty())
    return ask_about_catalog_batch();
  if (syncing.state.flight) // we ended before we had the answer
    commerce::batch_lost(syncing.state);
  const auto& wanted = wanted_at_meta();
  auto body = commerce::next_batch(syncing.state, wanted, *context_->shelf, syncing.wanted_for, now);
  if (!body) {
    // Not before: what is on its way may be at Meta or not.
    const auto before = context_->at_meta;
    show_meta_goods();
    if (context_->at_meta != before)
      tell_places_to_read([] {});
    return;
  }
  syncing.is_busy = true;
  commit_entity(catalog_sync_key, commerce::to_text(syncing.state),
                [this, body = std::move(*body)](const result<void>& done) {
                  if (done)
                    return send_catalog_batch(body);
                  commerce::batch_lost(meta_catalog_.state);
                  catalog_step_done({sync_verdict::lost, done.error().what});
                });
}

void tenant::ask_about_catalog(graph_question question, std::function<void(result<graph_reply>)> then) {
  context_->node->graph->ask(std::move(question), [run = here(), then = std::move(then)](result<graph_reply> reply) {
    run([then, reply = std::move(reply)] { then(reply); });
  });
}

void tenant::send_catalog_batch(std::string body) {
  const auto& config = context_->entry->config;
  graph_question question{"POST", url_encode(meta_catalog_.state.catalog_id) + "/items_batch", config.access_token,
                          std::move(body)};
  ask_about_catalog(std::move(question), [this](const result<graph_reply>& reply) {
    auto& syncing = meta_catalog_;
    const auto now = context_->node->clock->now();
    if (!reply) { // perhaps Meta has it: sent again it changes nothing
      commerce::batch_lost(syncing.state);
      return catalog_step_done({sync_verdict::lost, reply.error().what});
    }
    auto how = commerce::judge(reply->status, reply->body);
    syncing.looks = 0;
    switch (how.what) {
    case sync_verdict::good:
      how = commerce::batch_taken(syncing.state, json::parse(reply->body, nullptr, false), syncing.wanted_for, now);
      syncing.refusals = 0;
      break;
    case sync_verdict::divide:
      if (commerce::batch_refused(syncing.state, how.why, now))
        ++syncing.refusals;
      if (syncing.refusals < refusals_in_a_row_max)
        how = {sync_verdict::good, {}}; // the next is sent
      break;
    case sync_verdict::wait:
    case sync_verdict::lost:
      commerce::batch_lost(syncing.state);
      break;
    }
    catalog_step_done(how);
  });
}

void tenant::ask_about_catalog_batch() {
  auto& syncing = meta_catalog_;
  syncing.is_busy = true;
  graph_question question{"GET",
                          url_encode(syncing.state.catalog_id) + "/check_batch_request_status?handle=" +
                              url_encode(syncing.state.flight->handles.front()) +
                              "&load_ids_of_invalid_requests=true",
                          context_->entry->config.access_token};
  ask_about_catalog(std::move(question), [this](const result<graph_reply>& reply) {
    auto& state = meta_catalog_.state;
    const auto now = context_->node->clock->now();
    const bool is_old = now - state.flight->sent_at > batch_ends_within;
    auto how = reply ? commerce::judge(reply->status, reply->body)
                     : commerce::sync_judgement{sync_verdict::wait, reply.error().what};
    if (how.what == sync_verdict::good)
      how = commerce::batch_told(state, json::parse(reply->body, nullptr, false), meta_catalog_.wanted_for, now);
    else if (how.what == sync_verdict::divide) // no such handle
      how.what = sync_verdict::lost;
    if (how.what == sync_verdict::wait && is_old)
      how = {sync_verdict::lost, "Meta has not done with a batch in a day"};
    if (how.what == sync_verdict::lost)
      commerce::batch_lost(state);
    catalog_step_done(how);
  });
}

void tenant::catalog_step_done(const commerce::sync_judgement& how) {
  auto& syncing = meta_catalog_;
  const bool is_out = syncing.state.flight.has_value();
  const auto go_on = [this, how, is_out] {
    auto& now_syncing = meta_catalog_;
    now_syncing.is_busy = false;
    const auto& random = context_->node->random;
    const bool is_patient = how.what == sync_verdict::wait && how.why.empty(); // Meta is still at work
    if (how.what == sync_verdict::good || is_patient) {
      now_syncing.failures = 0;
      now_syncing.why.clear();
      sync_catalog_in(is_out ? looking.wait(++now_syncing.looks, *random) : next_batch_pause);
      return;
    }
    now_syncing.why = how.why;
    log::warn("catalog.sync_waits", {{"tenant", context_->entry->config.id}, {"why", how.why}});
    sync_catalog_in(trying_again.wait(++now_syncing.failures, *random));
  };
  if (how.what == sync_verdict::wait && is_out)
    return go_on(); // nothing was learnt
  if (!is_out && how.what == sync_verdict::good && syncing.looks > 0)
    log::info("catalog.batch_done",
              {{"tenant", context_->entry->config.id}, {"refused", syncing.state.refused.size()}});
  // Should it not be written, the store is older than Meta's catalog: then what is sent is sent once more.
  commit_entity(catalog_sync_key, commerce::to_text(syncing.state), [go_on](const result<void>&) { go_on(); });
}

} // namespace wakala::actors
