#include "payments/daraja_stk.hpp"

#include "runtime/core/encoding.hpp"

#include "payments/amounts.hpp"
#include "payments/json_values.hpp"
#include "payments/msisdn.hpp"
#include "payments/nairobi_time.hpp"
#include <algorithm>

namespace wakala::payments {

using nlohmann::json;

namespace {

constexpr std::size_t reference_max = 12;
constexpr std::size_t description_max = 13;

bool is_digits(std::string_view text) {
  return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

bool is_alphanumeric(std::string_view text) {
  return std::ranges::all_of(
      text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'Z') || (c >= 'a' && c <= 'z'); });
}

/// Items go by their name: they may be in another order, or missing, or without a value.
void read_item(const json& item, stk_report& into) {
  const auto name = text_of(item, "Name");
  const auto value = text_of(item, "Value");
  if (name == "Amount") {
    if (const auto amount = money_from_daraja(value))
      into.amount = *amount;
    else
      into.amount_unreadable = !value.empty();
  } else if (name == "MpesaReceiptNumber") {
    into.receipt = value;
  } else if (name == "TransactionDate") {
    into.paid_at = from_nairobi_time(value);
  } else if (name == "PhoneNumber") {
    into.payer = value;
  }
}

/// What callbacks and queries have in common.
void read_result(const json& from, stk_report& into) {
  into.merchant_request_id = text_of(from, "MerchantRequestID");
  into.checkout_request_id = text_of(from, "CheckoutRequestID");
  into.code = text_of(from, "ResultCode");
  into.what = stk_result_of(into.code);
  into.text = text_of(from, "ResultDesc");
}

} // namespace

std::string stk_password(const daraja_shop& shop, std::string_view timestamp) {
  return to_base64(as_span(shop.short_code + shop.passkey + std::string(timestamp)));
}

result<provider_request> stk_push_request(const daraja_shop& shop, const stk_order& order, time_ms now,
                                          const stk_limits& limits) {
  if (!is_digits(shop.short_code))
    return bad_member("short_code", "a shortcode is digits");
  if (shop.passkey.empty())
    return bad_member("passkey", "must not be empty");
  if (!shop.till.empty() && !is_digits(shop.till))
    return bad_member("till", "a till number is digits");
  if (order.shillings < 1 || order.shillings > limits.shillings_max)
    return bad_member("amount", "from 1 to " + std::to_string(limits.shillings_max) + " shillings");
  const auto payer = parse_msisdn(order.payer);
  if (!payer)
    return payer.error();
  if (!order.callback_url.starts_with("https://") &&
      !(limits.plain_http && order.callback_url.starts_with("http://")))
    return bad_member("callback_url", "must be an https address");
  if (order.reference.empty() || order.reference.size() > reference_max || !is_alphanumeric(order.reference))
    return bad_member("reference", "1 to 12 letters and digits");
  if (order.description.empty() || code_points(order.description) > description_max || !is_utf8(order.description))
    return bad_member("description", "1 to 13 characters");
  const auto timestamp = nairobi_time(now);
  const json body{{"BusinessShortCode", shop.short_code},
                  {"Password", stk_password(shop, timestamp)},
                  {"Timestamp", timestamp},
                  {"TransactionType", shop.till.empty() ? "CustomerPayBillOnline" : "CustomerBuyGoodsOnline"},
                  {"Amount", order.shillings},
                  {"PartyA", *payer},
                  {"PartyB", shop.till.empty() ? shop.short_code : shop.till},
                  {"PhoneNumber", *payer},
                  {"CallBackURL", order.callback_url},
                  {"AccountReference", order.reference},
                  {"TransactionDesc", order.description}};
  return provider_request{"POST", "/mpesa/stkpush/v1/processrequest", body.dump(), {}};
}

stk_push_answer read_stk_push_answer(int status, std::string_view body) {
  stk_push_answer out{read_daraja_verdict(status, body), {}, {}};
  if (out.verdict.what != call_outcome::accepted)
    return out;
  const auto parsed = parse_object(body);
  out.merchant_request_id = text_of(*parsed, "MerchantRequestID");
  out.checkout_request_id = text_of(*parsed, "CheckoutRequestID");
  if (out.checkout_request_id.empty())
    out.verdict.what = call_outcome::ambiguous; // taken, it seems, and nobody can ask about it
  return out;
}

result<stk_report> read_stk_callback(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed)
    return bad_member("", "a callback is a JSON object");
  const auto* outer = member(*parsed, "Body");
  const auto* callback = outer == nullptr ? nullptr : member(*outer, "stkCallback");
  if (callback == nullptr || !callback->is_object())
    return bad_member("/Body/stkCallback", "missing");
  stk_report out;
  read_result(*callback, out);
  if (out.checkout_request_id.empty())
    return bad_member("/Body/stkCallback/CheckoutRequestID", "missing");
  if (out.code.empty())
    return bad_member("/Body/stkCallback/ResultCode", "missing");
  if (const auto* metadata = member(*callback, "CallbackMetadata")) {
    const auto* items = member(*metadata, "Item");
    if (items != nullptr && items->is_array())
      for (const auto& item : *items)
        read_item(item, out);
    else if (items != nullptr)
      read_item(*items, out);
  }
  return out;
}

provider_request stk_query_request(const daraja_shop& shop, std::string_view checkout_request_id, time_ms now) {
  const auto timestamp = nairobi_time(now);
  const json body{{"BusinessShortCode", shop.short_code},
                  {"Password", stk_password(shop, timestamp)},
                  {"Timestamp", timestamp},
                  {"CheckoutRequestID", checkout_request_id}};
  return {"POST", "/mpesa/stkpushquery/v1/query", body.dump(), {}};
}

stk_query_answer read_stk_query_answer(int status, std::string_view body) {
  stk_query_answer out{read_daraja_verdict(status, body), {}};
  if (stk_result_of(out.verdict.code) == stk_result::still_processing) { // it comes as an error 500
    out.verdict.what = call_outcome::accepted;
    out.report.code = out.verdict.code;
    out.report.what = stk_result::still_processing;
    return out;
  }
  if (out.verdict.what == call_outcome::ambiguous)
    out.verdict.what = call_outcome::retry_later; // a question changes nothing: it may be asked again
  if (out.verdict.what != call_outcome::accepted)
    return out;
  read_result(*parse_object(body), out.report);
  if (out.report.code.empty())
    out.verdict.what = call_outcome::retry_later;
  return out;
}

std::string daraja_callback_accepted() { return R"({"ResultCode":0,"ResultDesc":"Accepted"})"; }

} // namespace wakala::payments
