#include "payments/daraja_c2b.hpp"

#include "payments/amounts.hpp"
#include "payments/json_values.hpp"
#include "payments/nairobi_time.hpp"
#include <array>

namespace wakala::payments {

using nlohmann::json;

namespace {

constexpr std::array<std::string_view, 7> refused_words{"mpesa", "safaricom", "exec", "exe", "cmd", "sql", "query"};
constexpr std::string_view code_letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ"; // as order codes are made of

std::string lower_case(std::string_view text) {
  std::string out(text);
  for (auto& c : out)
    if (c >= 'A' && c <= 'Z')
      c = static_cast<char>(c - 'A' + 'a');
  return out;
}

std::optional<error> check_address(const std::string& url, const char* field, bool plain_http) {
  if (!url.starts_with("https://") && !(plain_http && url.starts_with("http://")))
    return bad_member(field, "must be an https address");
  if (const auto word = word_daraja_refuses(url); !word.empty())
    return bad_member(field, "Daraja refuses addresses with the word " + std::string(word));
  return std::nullopt;
}

std::string_view refusal_code(c2b_refusal why) {
  switch (why) {
  case c2b_refusal::none:
    return "0";
  case c2b_refusal::msisdn:
    return "C2B00011";
  case c2b_refusal::account:
    return "C2B00012";
  case c2b_refusal::amount:
    return "C2B00013";
  case c2b_refusal::kyc:
    return "C2B00014";
  case c2b_refusal::short_code:
    return "C2B00015";
  case c2b_refusal::other:
    return "C2B00016";
  }
  return "C2B00016";
}

} // namespace

std::string_view word_daraja_refuses(std::string_view url) {
  const auto lower = lower_case(url);
  for (const auto word : refused_words)
    if (lower.find(word) != std::string::npos)
      return word;
  return {};
}

result<provider_request> c2b_register_request(const c2b_addresses& addresses, bool plain_http) {
  if (addresses.short_code.empty() || addresses.short_code.find_first_not_of("0123456789") != std::string::npos)
    return bad_member("short_code", "a shortcode is digits");
  if (auto wrong = check_address(addresses.confirmation_url, "confirmation_url", plain_http))
    return *wrong;
  if (auto wrong = check_address(addresses.validation_url, "validation_url", plain_http))
    return *wrong;
  const json body{{"ShortCode", addresses.short_code},
                  {"ResponseType", addresses.cancel_when_unreachable ? "Cancelled" : "Completed"},
                  {"ConfirmationURL", addresses.confirmation_url},
                  {"ValidationURL", addresses.validation_url}};
  return provider_request{"POST", "/mpesa/c2b/v1/registerurl", body.dump(), {}};
}

result<c2b_payment> read_c2b_payment(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed)
    return bad_member("", "a payment is a JSON object");
  c2b_payment out;
  out.trans_id = text_of(*parsed, "TransID");
  if (out.trans_id.empty())
    return bad_member("/TransID", "missing");
  auto amount = money_from_daraja(text_of(*parsed, "TransAmount"));
  if (!amount || amount->minor <= 0)
    return bad_member("/TransAmount", "is no amount above zero");
  out.amount = std::move(*amount);
  out.short_code = text_of(*parsed, "BusinessShortCode");
  if (out.short_code.empty())
    return bad_member("/BusinessShortCode", "missing");
  out.typed_reference = text_of(*parsed, "BillRefNumber");
  out.payer = text_of(*parsed, "MSISDN");
  out.first_name = text_of(*parsed, "FirstName");
  out.paid_at = from_nairobi_time(text_of(*parsed, "TransTime"));
  return out;
}

std::optional<std::string> order_code_in(std::string_view typed, std::size_t length) {
  std::string code;
  for (char c : typed) {
    if (c >= 'a' && c <= 'z')
      c = static_cast<char>(c - 'a' + 'A');
    if (c == ' ' || c == '-' || c == '.' || c == '#' || c == '/' || c == '_' || c == '\t')
      continue;
    if (code_letters.find(c) == std::string_view::npos)
      return std::nullopt;
    code += c;
  }
  if (code.size() != length)
    return std::nullopt;
  return code;
}

std::string c2b_validation_answer(c2b_refusal why) {
  return json{{"ResultCode", refusal_code(why)}, {"ResultDesc", why == c2b_refusal::none ? "Accepted" : "Rejected"}}
      .dump();
}

std::string c2b_confirmation_answer() { return R"({"ResultCode":0,"ResultDesc":"Success"})"; }

} // namespace wakala::payments
