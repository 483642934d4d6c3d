#include "tests/actors/support/provider_texts.hpp"

namespace wakala::actors::test {

using nlohmann::json;

std::string stk_callback(const std::string& name, int code, const std::string& receipt, double amount) {
  json told{{"MerchantRequestID", "m"}, {"CheckoutRequestID", name}, {"ResultCode", code}, {"ResultDesc", "told"}};
  if (code == 0)
    told["CallbackMetadata"] = {{"Item",
                                 {{{"Name", "Amount"}, {"Value", amount}},
                                  {{"Name", "MpesaReceiptNumber"}, {"Value", receipt}},
                                  {{"Name", "Balance"}}}}};
  return json{{"Body", {{"stkCallback", told}}}}.dump();
}

std::string paid_by_hand(const std::string& receipt, const std::string& reference, const std::string& amount) {
  return json{{"TransactionType", "Pay Bill"}, {"TransID", receipt},
              {"TransTime", "20261122063845"}, {"TransAmount", amount},
              {"BusinessShortCode", "174379"}, {"BillRefNumber", reference},
              {"MSISDN", "254722000001"},      {"FirstName", "AMINA"}}
      .dump();
}

std::string stripe_event_text(const std::string& id, const std::string& type, const std::string& attempt_id,
                              json object) {
  object["metadata"] = {{"tenant_id", "duka"}, {"order_id", "o"}, {"attempt_id", attempt_id}};
  return json{{"id", id},          {"object", "event"}, {"created", 1'790'000'000},
              {"livemode", false}, {"type", type},      {"data", {{"object", std::move(object)}}}}
      .dump();
}

} // namespace wakala::actors::test
