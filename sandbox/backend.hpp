/// \file
/// The sandbox without sockets: what a request does, what it is answered, and which webhooks follow when.
#pragma once

#include "runtime/core/clock.hpp"
#include "runtime/core/result.hpp"
#include "sandbox/catalogs.hpp"
#include "sandbox/graph_call.hpp"
#include "sandbox/media.hpp"
#include "sandbox/pacing.hpp"
#include "sandbox/record.hpp"
#include "sandbox/shopper_book.hpp"
#include "sandbox/webhook_body.hpp"

#include <nlohmann/json.hpp>

#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace wakala::sandbox {

/// One update on its way to a business.
struct webhook_update {
  std::string phone_number_id; ///< whose URL and secret
  addressed_change change;
  std::string raw_body; ///< when not empty, this is POSTed as it is
  std::string wamid;    ///< of the message or status it is about
  std::string status;   ///< empty for messages
  std::string field = "messages";
  std::string template_id{}; ///< under review: it happens only when the review ends this way
};

/// An update and when it happens. Times count from the call that planned it.
struct timed_update {
  std::int64_t after_ms = 0;                  ///< when it happens: give it to `backend::happened` then
  std::int64_t held_ms = 0;                   ///< from then until its POST
  std::optional<std::int64_t> again_after_ms; ///< a second POST of the same this long after the first
  bool lost = false;                          ///< happens, but is never POSTed
  webhook_update update;
};

/// What a send leads to.
struct send_outcome {
  graph_answer answer;
  bool drop_connection = false; ///< close without an answer
  std::int64_t answer_after_ms = 0;
  std::vector<timed_update> updates;
};

/// What a shopper's message leads to.
struct inbound_outcome {
  std::string id; ///< message id; empty for raw webhooks without one
  timed_update update;
  bool blocked = false; ///< the business does not want to hear of them: no webhook
};

struct backend_options {
  std::uint64_t seed = 0;
  chaos_spec chaos;
  business_number defaults;       ///< what an unconfigured number gets
  bool accept_any_number = false; ///< an unknown phone number id is created on first use
  bool strict_templates = false;  ///< templates have to exist also for accounts that created none
};

/// What a Graph call about numbers, accounts or templates leads to.
struct managed_outcome {
  graph_answer answer;
  std::vector<timed_update> updates;
  std::optional<callback_override> check; ///< nothing was done: ask this URL, then call again with the verdict
};

/// What a tester's change leads to.
struct controlled_outcome {
  nlohmann::ordered_json answer;
  std::vector<timed_update> updates;
};

/// Not thread-safe.
class backend {
public:
  backend(backend_options options, number_book numbers, const clock_source& clock);

  /// `POST /{version}/{phone-number-id}/messages`. `bearer` is the token, empty when there was none.
  send_outcome send(std::string_view phone_number_id, std::string_view bearer, std::string_view body);

  /// `POST /{version}/{phone-number-id}/media`, with the multipart body.
  graph_answer upload(std::string_view phone_number_id, std::string_view bearer, std::string_view content_type,
                      std::string_view body);
  /// `GET /{version}/{id}`: a number's facts, or a medium's URL under `base_url`.
  graph_answer describe(std::string_view id, std::string_view bearer, std::string_view only_for_number,
                        std::string_view base_url);
  /// `DELETE /{version}/{media-id}`.
  graph_answer remove(std::string_view id, std::string_view bearer);
  /// The bytes behind a medium's URL.
  struct download {
    int status = 404;
    std::string mime_type;
    std::string bytes;
  };
  download fetch(std::string_view id, std::string_view bearer, std::string_view expires, std::string_view ticket);

  /// A shopper writes: the body of `POST /_sandbox/inbound`. Errors: `invalid_argument` naming the key.
  result<inbound_outcome> inbound(std::string_view body);
  /// Adds or changes a shopper: `{"phone"?, "user_id"?, "username"?, "name"?, "hide_phone"?}`.
  result<shopper> add_shopper(std::string_view body);
  /// The body of `POST /_sandbox/chaos`: `{"spec": "…"}`.
  result<chaos_spec> set_chaos(std::string_view body);
  const chaos_spec& chaos() const noexcept { return options_.chaos; }

  /// Graph calls about numbers, accounts and templates (Cloud API reference §3.6, §13.1, §18); nothing when it is
  /// none of these.
  std::optional<managed_outcome> manage(const graph_call& call);
  /// The answer when a callback URL failed its check. The reference names no code: 2200 is what the Graph API says.
  graph_answer callback_refused();
  /// `POST /_sandbox/{what}/{id}`, where `what` is `numbers`, `accounts`, `templates` or `catalogs`. Errors:
  /// `not_found`; `invalid_argument` naming the key.
  result<controlled_outcome> control(std::string_view what, std::string_view id, std::string_view body);
  /// `POST /_sandbox/shoppers`: as `add_shopper`, with `{"marketing"?: "stop" | "resume", "new_phone"?,
  /// "new_user_id"?, "phone_number_id"?}`. The webhooks go to the number named, else to all the shopper wrote with.
  result<controlled_outcome> change_shopper(std::string_view body);
  /// `POST /_sandbox/webhooks`: `{"phone_number_id"?, "waba_id"?, "field", "value"}` goes out as it is.
  result<controlled_outcome> send_webhook(std::string_view body);

  /// To be called when a planned update's time has come: notes it for record and page. False: it did not come true,
  /// do not tell it.
  bool happened(const webhook_update& update);
  /// To be called when the business answered 200 to an update.
  void acknowledged(const webhook_update& update);

  /// Null when the number is unknown.
  const business_number* number(std::string_view id) const { return held_.numbers.find(id); }
  const number_book& numbers() const noexcept { return held_.numbers; }
  /// The number with the URL that this update goes to (Cloud API reference §3.6); nothing when nobody is subscribed.
  std::optional<business_number> receiver_of(const webhook_update& update) const;
  const record& log() const noexcept { return record_; }
  /// `GET /_sandbox/catalogs/{id}`; null when nobody has called it yet.
  nlohmann::ordered_json catalog(std::string_view id) { return catalogs_.view(id, clock_->now()); }
  /// `{"numbers":[…],"accounts":[…],"templates":[…],"shoppers":[…],"chaos":"…","seq":N,…}`, without secrets.
  nlohmann::ordered_json state() const;

private:
  /// What is counted per business number and shopper.
  struct pair_state {
    std::uint64_t attempts = 0;
    std::uint64_t updates = 0;
    token_bucket bucket;
    time_ms last_inbound = 0;
    bool marketing_stopped = false;
  };

  const business_number* number_for(std::string_view id);
  /// Adds a number and its account.
  const business_number* add_number(business_number number);
  account& owner_of(const business_number& number) { return held_.accounts.of(number.waba_id, number.name); }
  bool may(const business_number& number, std::string_view bearer) const;
  bool may(std::string_view waba_id, std::string_view bearer) const;
  /// Calls an hour about an account: more with a registered number (Cloud API reference §11).
  std::size_t calls_max(std::string_view waba_id) const;
  call_context context();
  bool window_is_open(const pair_state& pair) const;
  shopper& shopper_for(const std::string& phone, const std::string& user_id);
  pair_state& pair_of(const business_number& number, const shopper& who);
  /// The refusal that chaos or a rate limit asks for, if any.
  std::optional<send_outcome> disturbed(const business_number& number, const std::string& subject, std::uint64_t n,
                                        pair_state* pair);
  timed_update plan(webhook_update update, const std::string& subject, std::uint64_t n) const;
  timed_update plan_change(const meta_change& change);
  std::vector<timed_update> plan_changes(const std::vector<meta_change>& changes);
  std::vector<timed_update> plan_statuses(const business_number& number, const shopper& who, pair_state& pair,
                                          const accepted_message& message, const nlohmann::ordered_json& request);
  std::vector<std::string> numbers_of(const shopper& who, const std::string& wanted) const;
  void rekey_pairs(const std::string& old_key, const std::string& new_key, bool keep_window);
  send_outcome refused(const business_number* number, std::string_view number_id, std::string to,
                       graph_answer answer);
  send_outcome mark_read(const business_number& number, const nlohmann::ordered_json& request);

  backend_options options_;
  registry held_;
  const clock_source* clock_;
  chaos_dice dice_;
  id_source ids_;
  record record_;
  media_store media_;
  catalog_store catalogs_;
  shopper_book shoppers_;
  std::unordered_map<std::string, pair_state> pairs_;
  std::unordered_map<std::string, token_bucket> number_buckets_;
  std::unordered_map<std::string, token_bucket> level_buckets_; ///< of the numbers' throughput levels
  std::uint64_t raw_count_ = 0;
  std::uint64_t change_count_ = 0;
};

} // namespace wakala::sandbox
