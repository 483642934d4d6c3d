// What Meta says of the merchant's account: webhooks, refusals and answers, kept at home; what follows from it holds
// at every place.
#include "actors/outbound/account_steps.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

/// What nobody tells us by a webhook is asked for so often; sooner while Meta has still to decide something.
constexpr time_ms asked_every = 6 * ms_per_hour;
constexpr time_ms asked_every_while_pending = ms_per_hour / 4;

bool is_pending(const whatsapp::account_facts& account) {
  const auto waits = [](const whatsapp::dated_text& said) {
    return said.text.starts_with("PENDING") || said.text == "pending";
  };
  if (waits(account.review) || waits(account.verification))
    return true;
  return std::any_of(account.numbers.begin(), account.numbers.end(),
                     [&](const auto& each) { return waits(each.second.name) || waits(each.second.status); }) ||
         std::any_of(account.templates.begin(), account.templates.end(),
                     [&](const auto& each) { return waits(each.second.status); });
}

} // namespace

void tenant::read_account(const std::optional<bytes>& sealed) {
  if (sealed) {
    const auto& entry = *context_->entry;
    const auto text =
        entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, account_key), *sealed);
    auto known = text ? whatsapp::account_from(*text) : result<whatsapp::account_facts>(text.error());
    if (known)
      account_ = std::move(*known);
    else // it is learnt again
      log::error("tenant.account_unreadable", {{"tenant", entry.config.id}, {"why", known.error().what}});
  }
  look_whose_account();
  knows_account_ = true;
  apply_account();
}

void tenant::apply_account() {
  const auto now = context_->node->clock->now();
  const auto hold = whatsapp::hold_of(account_, now);
  const auto usual = context_->node->limits.messages_per_second;
  for (const auto& number : context_->entry->config.phone_numbers) {
    gate_rules rules;
    const auto pace = whatsapp::pace_of(account_, number.id, usual, now);
    rules.messages_per_second = pace == usual ? 0 : pace;
    rules.templates_held_until = hold.templates_until;
    rules.service_held_until = hold.others_until;
    rules.is_in_trouble =
        account_.trouble && !account_.trouble->is_of_status && account_.trouble->number_id == number.id;
    context_->gates->at(number.id)->set_rules(rules, now);
  }
}

void tenant::account_changed() {
  apply_account();
  ++account_learnt_;
  save_account();
}

void tenant::save_account() {
  if (account_saved_ == account_learnt_ || is_saving_account_)
    return;
  is_saving_account_ = true;
  commit_entity(account_key, whatsapp::to_text(account_),
                [this, version = account_learnt_](const result<void>& done) { account_stored(version, done); });
}

void tenant::account_stored(std::uint64_t version, const result<void>& done) {
  is_saving_account_ = false;
  if (done) {
    account_saved_ = std::max(account_saved_, version);
    tell_places_to_read([] {});
    return save_account(); // what was learnt meanwhile
  }
  log::warn("account.not_saved", {{"tenant", context_->entry->config.id}, {"why", done.error().what}});
  after(std::chrono::seconds{1}, [this] { save_account(); });
}

void tenant::record_management(const event_ptr& what) {
  const auto& entry = *context_->entry;
  auto request = letter_commit(what, aside_reason::none);
  if (whatsapp::learn(account_, what->update, known_numbers(entry.config), context_->node->clock->now())) {
    const auto& u = what->update;
    log::info("account.changed",
              {{"tenant", entry.config.id}, {"field", u.field.value_or("")}, {"what", u.value.value_or("")}});
    ++account_learnt_;
    apply_account();
  }
  if (account_saved_ == account_learnt_)
    return commit_letter(what, std::move(request));
  // With the notice in one commit, until one was written: whoever was told that it failed tells it again.
  request.drafts.front().business.push_back(sealed_record(entry.keys->data, entry.config.id, table::tenant_entity,
                                                          account_key, whatsapp::to_text(account_),
                                                          *context_->node->random));
  commit_letter(what, std::move(request),
                [this, version = account_learnt_] { account_stored(version, result<void>{}); });
}

void tenant::look_whose_account() {
  const auto& waba_id = context_->entry->config.waba_id;
  if (account_.waba_id == waba_id)
    return;
  const bool is_first = account_.waba_id.empty();
  if (!is_first)
    account_ = {}; // of another account nothing holds
  account_.waba_id = waba_id;
  if (!is_first && context_->is_home && knows_account_)
    account_changed();
}

void tenant::take_news(const number_news& news) {
  constexpr int goods_refused = 131009;
  if (news.code == goods_refused) // says nothing of the account; each place learns it by itself
    return goods_were_refused();
  if (!context_->is_home) {
    ask_place(context_->entry->shard, place_question{news},
              [](const result<std::string>&) {}); // told again by the next
    return;
  }
  const auto now = context_->node->clock->now();
  if (!knows_account_)
    return;
  if (news.is_recovery ? !whatsapp::forget_trouble(account_)
                       : !whatsapp::learn_refusal(account_, news.number_id, news.code, now, news.is_of_status))
    return;
  if (news.is_recovery)
    log::info("account.accepted_again", {{"tenant", context_->entry->config.id}, {"number", news.number_id}});
  else
    log::error("account.refused",
               {{"tenant", context_->entry->config.id}, {"number", news.number_id}, {"code", news.code}});
  account_changed();
}

void tenant::learn_if_shared(const routed_event& e) {
  using whatsapp::event_kind;
  const auto& u = e.update;
  const bool is_of_phone =
      u.kind == event_kind::echo || u.kind == event_kind::state_sync || u.kind == event_kind::history;
  if (is_of_phone && e.aside == aside_reason::none && u.phone_number_id && knows_account_ &&
      whatsapp::learn_shared(account_, *u.phone_number_id))
    account_changed();
}

caf::response_promise tenant::answer_account(const account_query& q) {
  auto promise = self_->make_response_promise();
  if (q.are_templates) {
    deliver(promise, json{{"templates", whatsapp::templates_json(account_, whatsapp::time_form::rfc3339)}}.dump());
    return promise;
  }
  const auto now = context_->node->clock->now();
  auto answer = whatsapp::to_json(account_, whatsapp::time_form::rfc3339);
  const auto hold = whatsapp::hold_of(account_, now);
  answer["held"] = {{"templates", hold.holds(true, now)},
                    {"others", hold.holds(false, now)},
                    {"why", hold.why.empty() ? json(nullptr) : json(hold.why)}};
  auto paces = json::object();
  for (const auto& number : context_->entry->config.phone_numbers)
    paces[number.id] = whatsapp::pace_of(account_, number.id, context_->node->limits.messages_per_second, now);
  answer["messages_per_second"] = std::move(paces);
  deliver(promise, answer.dump());
  return promise;
}

// -- asking Meta ------------------------------------------------------------

run_here tenant::here() {
  return [me = caf::actor_cast<caf::actor>(self_)](std::function<void()> run) {
    caf::anon_send(me, deferred{std::move(run)});
  };
}

caf::response_promise tenant::run_account_errand(const account_errand& errand) {
  auto promise = self_->make_response_promise();
  const auto& config = context_->entry->config;
  const auto refuse = [&](errc code, const char* why, const char* field) {
    deliver(promise, make_error(code, why, field));
    return promise;
  };
  if (!context_->node->graph->can_ask())
    return refuse(errc::unavailable, "this node does not talk to the Graph API", "");
  if (config.waba_id.empty())
    return refuse(errc::conflict, "the tenant has no account yet: set it first", "waba_id");
  if (config.access_token.empty())
    return refuse(errc::conflict, "the tenant has no token yet: set it first", "access_token");
  if (!errand.callback_url.empty() && config.verify_token.empty())
    return refuse(errc::conflict, "Meta verifies the callback with it: set it first", "verify_token");
  if (is_asking_meta_)
    return refuse(errc::overloaded, "Meta is being asked just now", "");
  if (errand.submits_order_templates && !context_->node->order_templates)
    return refuse(errc::conflict, "this node has no order templates", "");
  whatsapp::forget_trouble(account_); // somebody acts; what is still wrong shows itself again
  context_->gates->resume_all();
  const auto answer = [this, promise](std::string text) { deliver(promise, std::move(text)); };
  if (errand.submits_order_templates)
    submit_order_templates(answer);
  else
    ask_meta(errand, answer);
  return promise;
}

void tenant::ask_meta(const account_errand& errand, std::function<void(std::string)> then) {
  const auto& config = context_->entry->config;
  const auto now = context_->node->clock->now() / ms_per_second * ms_per_second; // as webhooks have it
  const auto found = std::make_shared<json>(json::array());
  std::vector<errand_step> steps;
  if (errand.is_onboarding)
    steps = onboarding_steps(config, account_, now, errand.pin, errand.callback_url);
  for (auto& step : asking_steps(config, account_, now, found))
    steps.push_back(std::move(step));
  is_asking_meta_ = true;
  run_errand(context_->node->graph, std::move(steps), here(),
             [this, now, found, then](const std::vector<errand_result>& results) {
               is_asking_meta_ = false;
               account_.asked_at = now; // however it went: the next time comes
               for (const auto& r : results)
                 if (!r.is_good && r.was_tried)
                   log::warn("account.question_failed", {{"tenant", context_->entry->config.id},
                                                         {"step", r.name},
                                                         {"code", r.code},
                                                         {"why", r.details}});
               account_changed();
               then(json{{"steps", to_json(results)}, {"numbers", *found}}.dump());
             });
}

void tenant::ask_meta_now_and_then() {
  const auto& config = context_->entry->config;
  if (!context_->is_home || !knows_account_ || is_asking_meta_ || !context_->node->graph->can_ask() ||
      config.waba_id.empty() || config.access_token.empty())
    return;
  const auto pause = is_pending(account_) ? asked_every_while_pending : asked_every;
  if (context_->node->clock->now() - account_.asked_at >= pause)
    ask_meta({}, [](const std::string&) {});
}

// -- shoppers that are not to be served ------------------------------------------------------------

caf::response_promise tenant::block_shopper(const shopper_block& q) {
  if (q.conversation) // the home has looked
    return ask_conversation(q);
  auto promise = self_->make_response_promise();
  with_contact(q.contact, [this, q, promise](const result<conversation_id>& id) {
    if (!id)
      return deliver(promise, id.error());
    put_question(*id, q, [this, q, promise](text_answer answer) {
      if (!answer.value)
        return deliver(promise, answer.why);
      tell_meta_of_block(q, promise);
    });
  });
  return promise;
}

void tenant::tell_meta_of_block(const shopper_block& q, const caf::response_promise& promise) {
  const auto& config = context_->entry->config;
  if (!context_->node->graph->can_ask() || config.access_token.empty())
    return deliver(promise, json{{"blocked", q.is_blocked}, {"at_meta", json::array()}}.dump());
  // Here it holds already. Meta takes only those who wrote lately (§18): whatever it says is shown.
  run_errand(context_->node->graph, blocking_steps(config, q.contact, q.is_blocked), here(),
             [this, q, promise](const std::vector<errand_result>& results) {
               auto numbers = json::array();
               for (const auto& r : results)
                 numbers.push_back({{"phone_number_id", r.name},
                                    {"ok", r.is_good},
                                    {"code", r.code < 0 ? json(nullptr) : json(r.code)},
                                    {"details", r.details}});
               deliver(promise, json{{"blocked", q.is_blocked}, {"at_meta", std::move(numbers)}}.dump());
             });
}

} // namespace wakala::actors
