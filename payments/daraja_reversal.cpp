#include "payments/daraja_reversal.hpp"

#include "payments/amounts.hpp"
#include "payments/json_values.hpp"

namespace wakala::payments {

using nlohmann::json;

namespace {

reversal_ids ids_in(const json& from) {
  return {text_of(from, "ConversationID"), text_of(from, "OriginatorConversationID")};
}

} // namespace

result<provider_request> reversal_request(const daraja_initiator& who, const reversal_order& order) {
  if (who.name.empty())
    return bad_member("initiator", "must not be empty");
  if (who.credential.empty())
    return bad_member("credential", "must not be empty");
  if (order.receipt.empty())
    return bad_member("receipt", "must not be empty");
  if (order.shillings < 1)
    return bad_member("amount", "one shilling or more");
  if (order.short_code.empty() || order.short_code.find_first_not_of("0123456789") != std::string::npos)
    return bad_member("short_code", "a shortcode is digits");
  if (order.result_url.empty())
    return bad_member("result_url", "must not be empty");
  if (order.timeout_url.empty())
    return bad_member("timeout_url", "must not be empty");
  const json body{{"Initiator", who.name},
                  {"SecurityCredential", who.credential},
                  {"CommandID", "TransactionReversal"},
                  {"TransactionID", order.receipt},
                  {"Amount", order.shillings},
                  {"ReceiverParty", order.short_code},
                  {"RecieverIdentifierType", "11"}, // misspelt on the wire, too
                  {"ResultURL", order.result_url},
                  {"QueueTimeOutURL", order.timeout_url},
                  {"Remarks", order.remarks}};
  return provider_request{"POST", "/mpesa/reversal/v1/request", body.dump(), {}};
}

reversal_ids read_reversal_ids(std::string_view body) {
  const auto parsed = parse_object(body);
  return parsed ? ids_in(*parsed) : reversal_ids{};
}

result<daraja_result> read_daraja_result(std::string_view body) {
  const auto parsed = parse_object(body);
  if (!parsed)
    return bad_member("", "a result is a JSON object");
  const auto* from = member(*parsed, "Result");
  if (from == nullptr || !from->is_object())
    return bad_member("/Result", "missing");
  daraja_result out;
  out.code = text_of(*from, "ResultCode");
  if (out.code.empty())
    return bad_member("/Result/ResultCode", "missing");
  out.done = out.code == "0";
  out.text = text_of(*from, "ResultDesc");
  out.ids = ids_in(*from);
  out.trans_id = text_of(*from, "TransactionID");
  const auto keep = [&](const json& parameter) {
    if (auto key = text_of(parameter, "Key"); !key.empty())
      out.parameters[std::move(key)] = text_of(parameter, "Value");
  };
  if (const auto* all = member(*from, "ResultParameters")) {
    const auto* parameters = member(*all, "ResultParameter");
    if (parameters != nullptr && parameters->is_array())
      for (const auto& one : *parameters)
        keep(one);
    else if (parameters != nullptr) // a single one is no array
      keep(*parameters);
  }
  if (const auto amount = out.parameters.find("Amount"); amount != out.parameters.end())
    if (auto read = money_from_daraja(amount->second))
      out.amount = std::move(*read);
  return out;
}

} // namespace wakala::payments
