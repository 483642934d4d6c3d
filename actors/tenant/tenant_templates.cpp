// Order templates: what may go by them outside of shoppers' windows, and how Meta comes to know them.
#include "actors/outbound/account_steps.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors {

using nlohmann::json;

namespace {

/// However long a limit is used up: meanwhile the shopper may write, and then the news need no template.
constexpr time_ms wait_max = 60 * ms_per_second;

commerce::template_answer answer_of(const message_post& post) {
  commerce::template_answer answer;
  answer.category = post.category;
  if (const auto refusal = json::parse(post.refusal, nullptr, false); refusal.is_object()) {
    auto& why = answer.refused.emplace();
    why.code = refusal.value("code", 0);
    why.details = refusal.value("details", "");
  }
  return answer;
}

/// Meta has listed the account's templates, and this one is not among them. Of an account that has none at all it may
/// be that nobody has asked.
bool is_absent(const whatsapp::account_facts& account, const whatsapp::template_key& key) {
  return account.asked_at > 0 && !account.templates.empty() && !account.templates.contains(key);
}

whatsapp::template_key key_of(const commerce::order_template& form) {
  return whatsapp::key_of_template(form.definition.name, form.definition.language);
}

bool has_template(const whatsapp::account_facts& account, const whatsapp::template_key& key) {
  const auto known = account.templates.find(key);
  return known != account.templates.end() && known->second.status.text != "DELETED";
}

json text_or_null(const std::string& text) { return text.empty() ? json(nullptr) : json(text); }

/// What became of one template: `exists`, `submitted`, `refused` or `not_tried`, and what Meta says of it.
json shown(const whatsapp::account_facts& account, commerce::order_state state, const commerce::order_template& form,
           const errand_result* tried) {
  const auto known = account.templates.find(key_of(form));
  const auto facts = known == account.templates.end() ? whatsapp::template_facts{} : known->second;
  const bool is_refused = tried != nullptr && tried->was_tried && !tried->is_good;
  const auto* const outcome = tried == nullptr    ? (has_template(account, key_of(form)) ? "exists" : "not_tried")
                              : !tried->was_tried ? "not_tried"
                              : is_refused        ? "refused"
                                                  : "submitted";
  return {{"entry", "order_" + std::string(to_string(state))},
          {"name", form.definition.name},
          {"language", form.definition.language},
          {"outcome", outcome},
          {"status", text_or_null(facts.status.text)},
          {"category", text_or_null(facts.category.text)},
          {"code", is_refused && tried->code >= 0 ? json(tried->code) : json(nullptr)},
          {"details", text_or_null(tried != nullptr && !tried->is_good ? tried->details : facts.reason)}};
}

} // namespace

caf::response_promise tenant::allow_template(const template_wanted& wanted) {
  constexpr int no_such_template = 132001;
  auto promise = self_->make_response_promise();
  if (!context_->is_home) {
    ask_place(context_->entry->shard, place_question{wanted},
              [this, promise](result<std::string> answer) { deliver(promise, std::move(answer)); });
    return promise;
  }
  message_post post;
  post.type = "template";
  post.template_name = wanted.name;
  post.template_language = wanted.language;
  look_at_standing(post);
  auto answer = answer_of(post);
  if (!answer.refused && is_absent(account_, whatsapp::key_of_template(wanted.name, wanted.language))) {
    auto& why = answer.refused.emplace();
    why.code = no_such_template;
    why.details = "the account has no template " + wanted.name + " (" + wanted.language + "): submit it first";
  }
  if (answer.refused) {
    deliver(promise, commerce::to_text(answer));
    return promise;
  }
  const auto told = std::find_if(news_.begin(), news_.end(), [&](const auto& item) {
    return item.second.conversation == wanted.conversation && item.second.event == wanted.event;
  });
  if (told != news_.end() && told->second.is_counted) { // asked before; the answer was lost, or came too late
    deliver(promise, commerce::to_text(answer));
    return promise;
  }
  const auto now = context_->node->clock->now();
  auto over = posted_.over(post, now);
  if (over) { // answers were counted that have not left
    posted_.return_replies(replies_->take_back());
    over = posted_.over(post, now);
  }
  if (!over && !posted_.may_reach_out(wanted.conversation, account_.messaging_limit, now))
    over = posting_windows::refusal{"messaging_limit", posted_.wait_to_reach_out(now)};
  if (over) {
    if (told != news_.end())
      told->second.wait = std::min(over->wait, wait_max);
    deliver(promise, make_error(errc::overloaded, std::string("over the tenant's limit: ") + over->limit));
    return promise;
  }
  const auto counted = posted_.count(post, wanted.conversation, now, *context_->node->random);
  // On disk before it is sent, as with what is posted.
  commit_request request;
  request.tenant = context_->entry->config.id;
  put_posting_rows(request.drafts.emplace_back(), counted.rows);
  const auto failed = [this, promise, counted](const error& why) {
    posted_.take_back(counted);
    deliver(promise, why);
  };
  const auto key = told == news_.end() ? bytes{} : told->first;
  self_->request(context_->supervisor, caf::infinite, std::move(request))
      .then(
          [this, promise, counted, answer, key, failed](const commit_answer& written) {
            if (!written.committed)
              return failed(written.why);
            posted_.settle(counted, true);
            if (const auto item = news_.find(key); item != news_.end())
              item->second.is_counted = true;
            deliver(promise, commerce::to_text(answer));
          },
          [failed](const caf::error&) { failed(make_error(errc::unavailable, "the store did not answer")); });
  return promise;
}

void tenant::submit_order_templates(std::function<void(std::string)> then) {
  // What the account has is asked first: it may have changed since, and Meta remembers what it was sent twice.
  ask_meta({}, [this, then = std::move(then)](const std::string& asked) {
    auto answer = json::parse(asked);
    const auto& asking = answer.at("steps");
    const bool is_known = std::any_of(asking.begin(), asking.end(), [](const json& step) {
      return step.at("step") == "templates" && step.at("ok") == true;
    });
    const auto now = context_->node->clock->now() / ms_per_second * ms_per_second;
    std::vector<errand_step> steps;
    std::vector<whatsapp::template_key> wanted;
    for (const auto& [where, form] : context_->node->order_templates->all())
      if (is_known && !has_template(account_, key_of(form))) {
        steps.push_back(creating_step(context_->entry->config, account_, now, form.definition));
        wanted.push_back(key_of(form));
      }
    is_asking_meta_ = true;
    run_errand(context_->node->graph, std::move(steps), here(),
               [this, then, answer, wanted](const std::vector<errand_result>& results) mutable {
                 is_asking_meta_ = false;
                 answer["templates"] = json::array();
                 for (const auto& [where, form] : context_->node->order_templates->all()) {
                   const auto at = std::find(wanted.begin(), wanted.end(), key_of(form));
                   const auto* tried =
                       at == wanted.end() ? nullptr : &results.at(static_cast<std::size_t>(at - wanted.begin()));
                   answer["templates"].push_back(shown(account_, where.first, form, tried));
                 }
                 account_changed();
                 then(answer.dump(-1, ' ', false, json::error_handler_t::replace));
               });
  });
}

} // namespace wakala::actors
