#include "sandbox/daraja_desk.hpp"

#include "http/core/hmac.hpp"
#include "http/core/message.hpp"
#include "runtime/core/encoding.hpp"
#include "sandbox/chaos.hpp"
#include "sandbox/daraja_page.hpp"
#include "sandbox/request_parts.hpp"
#include "sandbox/stripe_page.hpp"
#include "sandbox/web_parts.hpp"

#include <fmt/chrono.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace wakala::sandbox {

using std::chrono::milliseconds;

namespace {

using json = nlohmann::ordered_json;

constexpr std::int64_t token_life_ms = 3'599'000;
constexpr std::int64_t overtaken_ms = 300; // the callback comes first
constexpr std::int64_t shillings_max = 250'000;
constexpr std::array<std::string_view, 5> callback_modes{"normal", "lost", "double", "late", "before_answer"};
constexpr std::array<std::string_view, 6> faults{"",          "error_500", "lost_answer", "rate_limited",
                                                 "bad_token", "forbidden"};
constexpr std::array<std::string_view, 7> refused_words{"mpesa", "safaricom", "exec", "exe", "cmd", "sql", "query"};

struct ending {
  std::string_view what;
  std::string_view code;
  std::string_view words;
};
constexpr std::array<ending, 8> endings{{
    {"right_pin", "0", "The service request is processed successfully."},
    {"no_money", "1", "The balance is insufficient for the transaction."},
    {"locked", "1001", "Unable to lock subscriber, a transaction is already in process for the current subscriber"},
    {"expired", "1019", "Transaction has expired"},
    {"cannot_prompt", "1025", "An error occurred while sending a push request"},
    {"cancel", "1032", "Request cancelled by user"},
    {"unreachable", "1037", "DS timeout user cannot be reached"},
    {"wrong_pin", "2001", "The initiator information is invalid."},
}};

std::string_view words_of(std::string_view code) {
  const auto at = std::ranges::find(endings, code, &ending::code);
  return at == endings.end() ? "Failed" : at->words;
}

bool is_digits(std::string_view text) {
  return !text.empty() && text.size() < 16 && text.find_first_not_of("0123456789") == std::string_view::npos;
}

/// The code that a payer's doing leads to; empty for what is none.
std::string_view code_of(std::string_view what) {
  const auto at = std::ranges::find(endings, what, &ending::what);
  return at != endings.end() ? at->code : is_digits(what) ? what : std::string_view{};
}

/// Numbers come as numbers or as text.
std::string value_of(const json& body, const char* key) {
  if (!body.contains(key))
    return {};
  return body[key].is_string() ? body[key].get<std::string>() : body[key].is_number_integer() ? body[key].dump() : "";
}

bool is_kenyan_mobile(std::string_view number) {
  return is_digits(number) && number.size() == 12 && (number.starts_with("2547") || number.starts_with("2541"));
}

bool is_address(std::string_view url) { return url.starts_with("http://") || url.starts_with("https://"); }

bool has_refused_word(std::string url) {
  std::ranges::transform(url, url.begin(),
                         [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return std::ranges::any_of(refused_words, [&](auto word) { return url.find(word) != std::string::npos; });
}

bool is_open(const json& prompt) { return prompt["code"] == ""; }

} // namespace

daraja_desk::daraja_desk(payment_world world, payment_options options)
    : world_(std::move(world)), options_(std::move(options)) {}

std::string daraja_desk::nairobi_now() const {
  const auto seconds = static_cast<std::time_t>(world_.clock.now() / ms_per_second + 3 * 60 * 60);
  return fmt::format("{:%Y%m%d%H%M%S}", fmt::gmtime(seconds));
}

std::string daraja_desk::receipt() {
  constexpr std::string_view letters = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ";
  auto random = mix64(options_.seed ^ mix64(static_cast<std::uint64_t>(world_.clock.now()) + (++count_ << 44U)));
  std::string out = "S";
  for (auto i = 0; i < 9; ++i, random /= letters.size())
    out += letters[random % letters.size()];
  return out;
}

/// What happens to the `about`th prompt hangs on the seed and on that alone.
bool daraja_desk::falls(double chance, std::uint64_t about) const {
  constexpr double whole = 9007199254740992.0; // 2^53
  return static_cast<double>(mix64(options_.seed ^ about) >> 11U) / whole < chance;
}

web_reply daraja_desk::refuse(int status, std::string_view code, std::string_view message) {
  return {
      status,
      "application/json",
      dump({{"requestId", fmt::format("{}-{}-1", 9458, ++count_)}, {"errorCode", code}, {"errorMessage", message}}),
      {},
      false};
}

web_reply daraja_desk::phone(const payment_call& call) {
  const auto& request = call.request;
  if (call.parts.size() == 2 && request.method == "POST") {
    const http::query_values form{request.body};
    auto what = std::string(form.find("do").value_or(""));
    if (what == "pin")
      what = form.find("pin") == right_pin ? "right_pin" : "wrong_pin";
    static_cast<void>(act(call.parts[1], what)); // what is too late shows what is left
  }
  const auto mark = request.target.find('?');
  const http::query_values query{mark == std::string::npos ? std::string_view{}
                                                           : std::string_view(request.target).substr(mark + 1)};
  return {200, "text/html; charset=utf-8", daraja_phone_page(prompts_, query.find("phone").value_or("")),
          page_headers(), false};
}

void daraja_desk::handle(const payment_call& call, const routes::respond& answer) {
  if (!call.parts.empty() && call.parts[0] == "phone")
    return answer(phone(call));
  auto reply = api(call);
  const auto overtaken =
      behaviour_.callback == "before_answer" && !call.parts.empty() && call.parts.back() == "processrequest";
  const auto wait = behaviour_.answer_ms > 0 ? behaviour_.answer_ms : overtaken ? overtaken_ms : 0;
  if (wait > 0)
    world_.later(milliseconds{wait}, [answer, reply = std::move(reply)] { answer(reply); });
  else
    answer(std::move(reply));
}

web_reply daraja_desk::api(const payment_call& call) {
  const auto& request = call.request;
  std::string path;
  for (const auto& part : call.parts)
    path += '/' + part;
  if (path == "/oauth/v1/generate" && request.method == "GET")
    return token(request);
  if (request.method != "POST")
    return refuse(404, "404.001.01", "Resource not found");
  if (!may_call(request))
    return refuse(404, "404.001.03", "Invalid Access Token");
  const auto body = json::parse(request.body, nullptr, false);
  if (!body.is_object())
    return refuse(400, "400.002.02", "Bad Request - Invalid Request Payload");
  if (path == "/mpesa/stkpush/v1/processrequest") {
    const auto fault = std::exchange(behaviour_.next, {});
    if (fault == "rate_limited")
      return refuse(429, "429.001.01", "Spike arrest violation");
    if (fault == "bad_token")
      return refuse(401, "401.002.01", "Error Occurred - Invalid Access Token");
    if (fault == "forbidden")
      return refuse(403, "403.001.01", "Forbidden");
    auto reply = prompt(body); // also when the answer says something else: that is what makes it ambiguous
    if (fault == "error_500")
      return refuse(500, "500.001.1001", "Unable to lock subscriber, a transaction is already in process");
    reply.drop_connection = fault == "lost_answer";
    return reply;
  }
  if (path == "/mpesa/stkpushquery/v1/query")
    return query(body);
  if (path == "/mpesa/c2b/v1/registerurl" || path == "/mpesa/c2b/v2/registerurl")
    return register_urls(body);
  if (path == "/mpesa/c2b/v1/simulate" || path == "/mpesa/c2b/v2/simulate")
    return simulate(body);
  if (path == "/mpesa/reversal/v1/request")
    return reverse(body);
  return refuse(404, "404.001.01", "Resource not found");
}

web_reply daraja_desk::token(const web_request& request) {
  if (request.target.find("grant_type=client_credentials") == std::string::npos)
    return refuse(400, "400.008.02", "Invalid grant type passed");
  constexpr std::string_view basic = "Basic ";
  const std::string_view given = request.authorization;
  const auto pair = given.starts_with(basic) ? from_base64(given.substr(basic.size())) : std::nullopt;
  if (!pair || pair->find(':') == std::string::npos ||
      (!options_.daraja_key.empty() && *pair != options_.daraja_key + ':' + options_.daraja_secret))
    return refuse(400, "400.008.01", "Invalid Authentication passed");
  const auto value = fmt::format("{:016x}", mix64(options_.seed ^ mix64(++count_)));
  tokens_[value] = world_.clock.now() + token_life_ms;
  return ok(dump({{"access_token", value}, {"expires_in", "3599"}}));
}

bool daraja_desk::may_call(const web_request& request) const {
  constexpr std::string_view bearer = "Bearer ";
  if (!request.authorization.starts_with(bearer))
    return false;
  const auto at = tokens_.find(request.authorization.substr(bearer.size()));
  return at != tokens_.end() && world_.clock.now() < at->second;
}

bool daraja_desk::good_password(const json& body) const {
  const auto password = from_base64(value_of(body, "Password"));
  return password &&
         (options_.daraja_passkey.empty() ||
          *password == value_of(body, "BusinessShortCode") + options_.daraja_passkey + value_of(body, "Timestamp"));
}

web_reply daraja_desk::prompt(const json& body) {
  const auto bad = [this](std::string_view what) {
    return refuse(400, "400.002.02", fmt::format("Bad Request - Invalid {}", what));
  };
  const auto type = value_of(body, "TransactionType");
  const auto phone = value_of(body, "PhoneNumber");
  const auto reference = value_of(body, "AccountReference");
  const auto callback = value_of(body, "CallBackURL");
  if (!is_digits(value_of(body, "BusinessShortCode")))
    return bad("BusinessShortCode");
  if (value_of(body, "Timestamp").size() != 14 || !is_digits(value_of(body, "Timestamp")))
    return bad("Timestamp");
  if (!good_password(body))
    return bad("Password");
  if (type != "CustomerPayBillOnline" && type != "CustomerBuyGoodsOnline")
    return bad("TransactionType");
  if (!body.contains("Amount") || !body["Amount"].is_number_integer() || body["Amount"] < 1 ||
      body["Amount"] > shillings_max)
    return bad("Amount");
  if (!is_kenyan_mobile(phone) || value_of(body, "PartyA") != phone)
    return bad("PhoneNumber");
  if (!is_digits(value_of(body, "PartyB")))
    return bad("PartyB");
  if (!is_address(callback))
    return bad("CallBackURL");
  if (reference.empty() || reference.size() > 12)
    return bad("AccountReference");
  if (value_of(body, "TransactionDesc").empty() || value_of(body, "TransactionDesc").size() > 13)
    return bad("TransactionDesc");
  const auto number = ++count_;
  const auto id = fmt::format("ws_CO_{}{:06}{}", nairobi_now(), number, phone.substr(3));
  const auto merchant = fmt::format("16813-{}-1", 1'590'512 + number);
  const auto busy = std::ranges::any_of(
      prompts_, [&](const auto& one) { return is_open(one.second) && one.second["phone"] == phone; });
  prompts_[id] = {{"id", id},
                  {"merchant_request_id", merchant},
                  {"phone", phone},
                  {"shillings", body["Amount"]},
                  {"short_code", value_of(body, "BusinessShortCode")},
                  {"party_b", value_of(body, "PartyB")},
                  {"reference", reference},
                  {"description", value_of(body, "TransactionDesc")},
                  {"callback_url", callback},
                  {"number", number},
                  {"at", world_.clock.now()},
                  {"code", ""},
                  {"receipt", ""},
                  {"callbacks", 0},
                  {"callback_status", 0}};
  const auto end_after = [this, id](milliseconds wait, std::string code) {
    world_.later(wait, [this, id, code = std::move(code)] {
      if (auto& kept = prompts_.at(id); is_open(kept))
        finish(kept, code);
    });
  };
  if (busy)
    end_after(milliseconds{0}, "1001"); // another prompt holds the subscriber
  else if (!behaviour_.auto_answer.empty())
    end_after(milliseconds{behaviour_.callback == "before_answer" ? 0 : behaviour_.auto_ms},
              std::string(code_of(behaviour_.auto_answer)));
  end_after(options_.prompt_life, "1037");
  return ok(dump({{"MerchantRequestID", merchant},
                  {"CheckoutRequestID", id},
                  {"ResponseCode", "0"},
                  {"ResponseDescription", "Success. Request accepted for processing"},
                  {"CustomerMessage", "Success. Request accepted for processing"}}));
}

result<bool> daraja_desk::act(const std::string& checkout_request_id, std::string_view what) {
  const auto found = prompts_.find(checkout_request_id);
  if (found == prompts_.end())
    return false;
  const auto code = code_of(what);
  if (code.empty())
    return bad_key("do",
                   "right_pin, wrong_pin, cancel, no_money, unreachable, locked, expired, cannot_prompt or a code");
  if (!is_open(found->second))
    return make_error(errc::conflict, "the prompt has ended", "do");
  finish(found->second, code);
  return true;
}

void daraja_desk::finish(json& prompt, std::string_view code) {
  prompt["code"] = code;
  if (code == "0")
    prompt["receipt"] = receipt();
  const auto number = prompt["number"].get<std::uint64_t>();
  const auto& mode = behaviour_.callback;
  if (mode == "lost" || falls(behaviour_.lost, mix64(number * 4)))
    return;
  const auto late = mode == "late" || falls(behaviour_.late, mix64(number * 4 + 1));
  const auto copies = mode == "double" || falls(behaviour_.twice, mix64(number * 4 + 2)) ? 2 : 1;
  const milliseconds wait{mode == "before_answer" ? 0 : behaviour_.callback_ms + (late ? behaviour_.late_ms : 0)};
  for (auto i = 0; i < copies; ++i)
    world_.later(wait, [this, id = prompt["id"].get<std::string>()] { call_back(id); });
}

void daraja_desk::call_back(const std::string& checkout_request_id) {
  auto& prompt = prompts_.at(checkout_request_id);
  const auto code = prompt["code"].get<std::string>();
  json callback{{"MerchantRequestID", prompt["merchant_request_id"]},
                {"CheckoutRequestID", prompt["id"]},
                {"ResultCode", std::stoll(code)},
                {"ResultDesc", words_of(code)}};
  if (code == "0") {
    const auto told = prompt["shillings"].get<std::int64_t>() + behaviour_.shillings_more;
    callback["CallbackMetadata"] = {
        {"Item",
         json::array({{{"Name", "Amount"}, {"Value", static_cast<double>(told)}},
                      {{"Name", "MpesaReceiptNumber"}, {"Value", prompt["receipt"]}},
                      {{"Name", "Balance"}},
                      {{"Name", "TransactionDate"}, {"Value", std::stoll(nairobi_now())}},
                      {{"Name", "PhoneNumber"}, {"Value", std::stoll(prompt["phone"].get<std::string>())}}})}};
  }
  prompt["callbacks"] = prompt["callbacks"].get<int>() + 1;
  post(prompt["callback_url"].get<std::string>(), {{"Body", {{"stkCallback", callback}}}},
       [this, checkout_request_id](int status, const std::string&) {
         prompts_.at(checkout_request_id)["callback_status"] = status;
       });
}

web_reply daraja_desk::query(const json& body) {
  if (!good_password(body))
    return refuse(400, "400.002.02", "Bad Request - Invalid Password");
  const auto found = prompts_.find(value_of(body, "CheckoutRequestID"));
  if (found == prompts_.end())
    return refuse(400, "400.002.02", "Bad Request - Invalid CheckoutRequestID");
  const auto& prompt = found->second;
  if (is_open(prompt))
    return refuse(500, "500.001.1001", "The transaction is being processed");
  const auto code = prompt["code"].get<std::string>();
  return ok(dump({{"ResponseCode", "0"},
                  {"ResponseDescription", "The service request has been accepted successsfully"},
                  {"MerchantRequestID", prompt["merchant_request_id"]},
                  {"CheckoutRequestID", prompt["id"]},
                  {"ResultCode", code},
                  {"ResultDesc", words_of(code)}}));
}

web_reply daraja_desk::register_urls(const json& body) {
  const auto code = value_of(body, "ShortCode");
  const auto type = value_of(body, "ResponseType");
  if (!is_digits(code))
    return refuse(400, "400.003.02", "Bad Request - Invalid ShortCode");
  if (type != "Completed" && type != "Cancelled")
    return refuse(400, "400.003.02", "Bad Request - Invalid ResponseType");
  for (const auto* key : {"ConfirmationURL", "ValidationURL"})
    if (const auto url = value_of(body, key); !is_address(url) || has_refused_word(url))
      return refuse(400, "400.003.02", fmt::format("Bad Request - Invalid {}", key));
  registered_[code] = body;
  return ok(dump({{"OriginatorCoversationID", fmt::format("7619-{}-1", ++count_)},
                  {"ResponseCode", "0"},
                  {"ResponseDescription", "Success"}}));
}

web_reply daraja_desk::simulate(const json& body) {
  const auto code = value_of(body, "ShortCode");
  const auto found = registered_.find(code);
  const auto phone = value_of(body, "Msisdn");
  if (found == registered_.end())
    return refuse(400, "400.003.02", "Bad Request - Invalid ShortCode");
  if (!body.contains("Amount") || !body["Amount"].is_number_integer() || body["Amount"] < 1)
    return refuse(400, "400.003.02", "Bad Request - Invalid Amount");
  if (!is_kenyan_mobile(phone))
    return refuse(400, "400.003.02", "Bad Request - Invalid Msisdn");
  const json payment{
      {"TransactionType", value_of(body, "CommandID") == "CustomerBuyGoodsOnline" ? "Buy Goods" : "Pay Bill"},
      {"TransID", receipt()},
      {"TransTime", nairobi_now()},
      {"TransAmount", fmt::format("{}.00", body["Amount"].get<std::int64_t>())},
      {"BusinessShortCode", code},
      {"BillRefNumber", value_of(body, "BillRefNumber")},
      {"InvoiceNumber", ""},
      {"OrgAccountBalance", "49197.00"},
      {"ThirdPartyTransID", ""},
      {"MSISDN", behaviour_.hash_numbers ? to_hex(http::sha256(phone)) : phone},
      {"FirstName", "AMINA"},
      {"MiddleName", ""},
      {"LastName", ""}};
  by_hand_.push_back({{"payment", payment}, {"validation", ""}, {"confirmations", 0}, {"confirmation_status", 0}});
  const auto index = by_hand_.size() - 1;
  const auto cancels = value_of(found->second, "ResponseType") == "Cancelled";
  post(value_of(found->second, "ValidationURL"), payment,
       [this, index, cancels](int status, const std::string& told) {
         const auto verdict = json::parse(told, nullptr, false);
         auto& kept = by_hand_[index];
         const auto heard = status == 200 && verdict.is_object() && verdict.contains("ResultCode");
         const auto result = heard     ? value_of(verdict, "ResultCode")
                             : cancels ? std::string{"unreachable"}
                                       : std::string{"0"};
         kept["validation"] = result;
         if (result == "0")
           confirm(kept["payment"]);
       });
  return ok(dump({{"OriginatorCoversationID", fmt::format("53e3-{}-1", ++count_)},
                  {"ResponseCode", "0"},
                  {"ResponseDescription", "Accept the service request successfully."}}));
}

void daraja_desk::confirm(const json& payment) {
  const auto& mode = behaviour_.callback;
  if (mode == "lost")
    return;
  const auto id = payment["TransID"];
  const auto copies = mode == "double" ? 2 : 1;
  const milliseconds wait{behaviour_.callback_ms + (mode == "late" ? behaviour_.late_ms : 0)};
  const auto url = value_of(registered_.at(payment["BusinessShortCode"].get<std::string>()), "ConfirmationURL");
  for (auto i = 0; i < copies; ++i)
    world_.later(wait, [this, id, url, payment] {
      for (auto& kept : by_hand_)
        if (kept["payment"]["TransID"] == id)
          kept["confirmations"] = kept["confirmations"].get<int>() + 1;
      post(url, payment, [this, id](int status, const std::string&) {
        for (auto& kept : by_hand_)
          if (kept["payment"]["TransID"] == id)
            kept["confirmation_status"] = status;
      });
    });
}

web_reply daraja_desk::reverse(const json& body) {
  const auto paid = value_of(body, "TransactionID");
  const auto url = value_of(body, "ResultURL");
  if (value_of(body, "CommandID") != "TransactionReversal")
    return refuse(400, "400.002.02", "Bad Request - Invalid CommandID");
  for (const auto* key : {"Initiator", "SecurityCredential", "ReceiverParty", "QueueTimeOutURL", "Remarks"})
    if (value_of(body, key).empty())
      return refuse(400, "400.002.02", fmt::format("Bad Request - Invalid {}", key));
  if (!is_address(url))
    return refuse(400, "400.002.02", "Bad Request - Invalid ResultURL");
  std::int64_t shillings = 0;
  for (const auto& [id, prompt] : prompts_)
    if (prompt["receipt"] == paid && !paid.empty())
      shillings = prompt["shillings"].get<std::int64_t>();
  for (const auto& one : by_hand_)
    if (one["payment"]["TransID"] == paid)
      shillings = std::stoll(one["payment"]["TransAmount"].get<std::string>());
  const auto again =
      std::ranges::any_of(reversals_, [&](const json& one) { return one["of"] == paid && one["code"] == "0"; });
  const auto asked =
      body.contains("Amount") && body["Amount"].is_number_integer() ? body["Amount"].get<std::int64_t>() : 0;
  const std::string code = shillings == 0                   ? "R000002"
                           : again                          ? "R000001"
                           : asked < 1 || asked > shillings ? "R000003"
                                                            : "0";
  const auto own = receipt();
  const auto conversation = fmt::format("AG_{}_{:020x}", nairobi_now().substr(0, 8), ++count_);
  const auto originator = fmt::format("10816-{}-2", 694'519 + count_);
  reversals_.push_back(
      {{"of", paid}, {"shillings", asked}, {"code", code}, {"receipt", own}, {"conversation_id", conversation}});
  json told{{"ResultType", 0},
            {"ResultCode", 0},
            {"ResultDesc",
             code == "0" ? "The service request is processed successfully." : "The transaction cannot be reversed."},
            {"OriginatorConversationID", originator},
            {"ConversationID", conversation},
            {"TransactionID", own}};
  if (code == "0") // one parameter is no array
    told["ResultParameters"] = {{"ResultParameter", {{"Key", "Amount"}, {"Value", asked}}}};
  else
    told["ResultCode"] = code;
  world_.later(milliseconds{behaviour_.callback_ms}, [this, url, told] { post(url, {{"Result", told}}); });
  return ok(dump({{"OriginatorConversationID", originator},
                  {"ConversationID", conversation},
                  {"ResponseCode", "0"},
                  {"ResponseDescription", "Accept the service request successfully."}}));
}

void daraja_desk::post(const std::string& url, const json& body, std::function<void(int, const std::string&)> done) {
  world_.post({url, {{"Content-Type", "application/json"}}, dump(body)},
              [done = std::move(done)](int status, const std::string& told) {
                if (done)
                  done(status, told);
              });
}

result<std::string> daraja_desk::control(const json& wish) {
  auto next = behaviour_;
  for (const auto& [key, value] : wish.items()) {
    const auto text = value.is_string() ? value.get<std::string>() : std::string{};
    const auto time = [&](std::int64_t& into) {
      if (!value.is_number_unsigned() || value > 3'600'000)
        return false;
      into = value.get<std::int64_t>();
      return true;
    };
    const auto chance = [&](double& into) {
      if (!value.is_number() || value < 0 || value > 1)
        return false;
      into = value.get<double>();
      return true;
    };
    auto good = true;
    if (key == "auto")
      good = value.is_string() && (text.empty() || !code_of(text).empty()), next.auto_answer = text;
    else if (key == "callback")
      good = std::ranges::find(callback_modes, text) != callback_modes.end(), next.callback = text;
    else if (key == "next")
      good = value.is_string() && std::ranges::find(faults, text) != faults.end(), next.next = text;
    else if (key == "auto_ms")
      good = time(next.auto_ms);
    else if (key == "callback_ms")
      good = time(next.callback_ms);
    else if (key == "late_ms")
      good = time(next.late_ms);
    else if (key == "answer_ms")
      good = time(next.answer_ms);
    else if (key == "shillings_more")
      good = time(next.shillings_more);
    else if (key == "lost")
      good = chance(next.lost);
    else if (key == "double")
      good = chance(next.twice);
    else if (key == "late")
      good = chance(next.late);
    else if (key == "hash_numbers")
      good = value.is_boolean(), next.hash_numbers = flag(wish, "hash_numbers");
    else if (key == "forget_tokens")
      tokens_.clear();
    else
      return bad_key(key, "is no key of this call");
    if (!good)
      return bad_key(key, "has no such value");
  }
  behaviour_ = next;
  return dump({{"auto", behaviour_.auto_answer}, {"callback", behaviour_.callback}, {"next", behaviour_.next}});
}

json daraja_desk::state() const {
  auto prompts = json::array();
  for (const auto& [id, prompt] : prompts_)
    prompts.push_back(prompt);
  auto urls = json::array();
  for (const auto& [code, one] : registered_)
    urls.push_back(one);
  return {{"prompts", std::move(prompts)},
          {"by_hand", by_hand_},
          {"reversals", reversals_},
          {"registered", std::move(urls)},
          {"tokens", tokens_.size()}};
}

} // namespace wakala::sandbox
