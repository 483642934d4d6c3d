/// \file
/// A stand-in for Stripe: sessions, links, refunds, a page to pay on, and signed events.
#pragma once

#include "sandbox/payment_world.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// Not thread-safe: lives on the timer queue's thread.
class stripe_desk {
public:
  stripe_desk(payment_world world, payment_options options);

  /// A call of the API, or of the pay page.
  void handle(const payment_call& call, const routes::respond& answer);
  /// What a tester does to a session: `pay`, `decline`, `delayed`, `settle`, `fail`, `abandon`, `expire`. False:
  /// there is no such session. Errors: `invalid_argument`, `conflict`.
  result<bool> act(std::string_view session_id, std::string_view what);
  /// How it misbehaves from now on: `{"next"?, "events"?, "late_ms"?, "answer_ms"?}`. The answer's body.
  result<std::string> control(const nlohmann::ordered_json& wish);
  nlohmann::ordered_json state() const;

private:
  using json = nlohmann::ordered_json;
  struct replay {
    std::string asked; ///< path and body
    int status = 200;
    std::string body;
  };
  struct fields;

  web_reply api(const payment_call& call);
  web_reply perform(const payment_call& call, const fields& form);
  web_reply create_session(const fields& form, const std::string& base_url, const std::string& link);
  web_reply create_link(const fields& form, const std::string& base_url);
  web_reply create_refund(const fields& form);
  web_reply page(const payment_call& call);
  web_reply open_link(const std::string& id, const std::string& base_url);
  void pay(json& session, bool delayed);
  void settle(json& session);
  void expire(json& session);
  void emit(const std::string& type, const json& object);
  void deliver(std::size_t event, int tries_left, std::chrono::milliseconds wait);
  std::string next_id(std::string_view prefix);
  std::int64_t now_s() const { return world_.clock.now() / ms_per_second; }

  payment_world world_;
  payment_options options_;
  std::map<std::string, json> sessions_;
  std::map<std::string, json> links_;
  std::map<std::string, json> intents_;
  std::map<std::string, json> refunds_;
  std::map<std::string, std::string> link_forms_; ///< the body that made it: each payment is a session like that
  std::map<std::string, replay> replays_;
  std::vector<json> events_; ///< `{"event", "tries", "delivered", "status"}`
  std::string next_;         ///< what becomes of the next POST
  std::string event_mode_ = "normal";
  std::int64_t late_ms_ = 0;
  std::int64_t answer_ms_ = 0;
  std::uint64_t count_ = 0;
};

} // namespace wakala::sandbox
