/// \file
/// A stand-in for Safaricom's Daraja: tokens, prompts with a PIN, callbacks that may get lost, payments by hand,
/// reversals.
#pragma once

#include "sandbox/payment_world.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::sandbox {

/// How Daraja behaves from now on. Chances are 0 to 1 and fall the same way for the same seed.
struct daraja_behaviour {
  std::string auto_answer;         ///< as `act` takes it: so the payer answers every prompt; empty: somebody has to
  std::int64_t auto_ms = 500;      ///< ... after so long
  std::string callback = "normal"; ///< `normal`, `lost`, `double`, `late`, `before_answer`
  std::int64_t callback_ms = 0;    ///< from the payer's answer to the callback
  std::int64_t late_ms = 5'000;    ///< ... more, when it is late
  std::int64_t answer_ms = 0;      ///< before a call is answered
  double lost = 0;                 ///< chance of each
  double twice = 0;
  double late = 0;
  std::string next;                ///< what becomes of the next request for a prompt, see `daraja_desk::control`
  bool hash_numbers = false;       ///< payments by hand name the payer by a hash
  std::int64_t shillings_more = 0; ///< callbacks tell so much more than was asked for
};

/// Not thread-safe: lives on the timer queue's thread.
class daraja_desk {
public:
  daraja_desk(payment_world world, payment_options options);

  void handle(const payment_call& call, const routes::respond& answer);
  /// What the payer does with a prompt: `right_pin`, `wrong_pin`, `cancel`, `no_money`, `unreachable`, or another
  /// result code in digits. False: there is no such prompt. Errors: `invalid_argument`, `conflict`.
  result<bool> act(const std::string& checkout_request_id, std::string_view what);
  result<std::string> control(const nlohmann::ordered_json& wish);
  nlohmann::ordered_json state() const;

private:
  using json = nlohmann::ordered_json;

  web_reply api(const payment_call& call);
  web_reply phone(const payment_call& call);
  web_reply token(const web_request& request);
  web_reply prompt(const json& body);
  web_reply query(const json& body);
  web_reply register_urls(const json& body);
  web_reply simulate(const json& body);
  web_reply reverse(const json& body);
  web_reply refuse(int status, std::string_view code, std::string_view message);
  bool may_call(const web_request& request) const;
  bool good_password(const json& body) const;
  void finish(json& prompt, std::string_view code);
  void call_back(const std::string& checkout_request_id);
  void confirm(const json& payment);
  void post(const std::string& url, const json& body, std::function<void(int, const std::string&)> done = {});
  std::string receipt();
  bool falls(double chance, std::uint64_t about) const;
  std::string nairobi_now() const;

  payment_world world_;
  payment_options options_;
  daraja_behaviour behaviour_;
  std::map<std::string, std::int64_t> tokens_; ///< until when
  std::map<std::string, json> prompts_;
  std::map<std::string, json> registered_; ///< by shortcode
  std::vector<json> by_hand_;
  std::vector<json> reversals_;
  std::uint64_t count_ = 0;
};

} // namespace wakala::sandbox
