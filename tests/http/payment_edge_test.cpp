// What payment providers tell, on real sockets: who is believed, what is refused, and that nothing is told in vain.
#include "actors/tenant/payments/pay_tokens.hpp"
#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"
#include "tests/http/support/http_node.hpp"

namespace wakala::http::test {
namespace {

class payment_edges : public http_node {
protected:
  void SetUp() override {
    payments.daraja_addresses = "127.0.0.1,203.0.113.7";
    serve();
    add_tenant(
        "lipa",
        {{"payments",
          {{"stripe",
            {{"secret_key", "sk_test_1"}, {"webhook_secret", "whsec_new"}, {"webhook_secret_before", "whsec_old"}}},
           {"mpesa",
            {{"consumer_key", "ck"}, {"consumer_secret", "cs"}, {"short_code", "174379"}, {"passkey", "pass"}}}}}});
  }

  const persistence::tenant_keys& keys() { return *running->context()->tenants->get()->find("lipa")->keys; }
  std::string by_hand(const std::string& end) {
    return "/v1/payments/daraja/lipa/" + actors::by_hand_token(keys(), "lipa") + "/" + end;
  }
  std::string of_attempt(const std::string& end) {
    return "/v1/payments/daraja/lipa/" + actors::attempt_token(keys(), "lipa", std::string(32, 'a')) + "/" + end;
  }
  int told(const std::string& path, const std::string& body, header_list headers = {}) {
    return post_with(path, body, std::move(headers)).status;
  }
  header_list signed_by(const std::string& secret, const std::string& body, time_ms at) {
    const auto t = std::to_string(at / ms_per_second);
    const auto digest = hmac_sha256(secret, t + "." + body);
    return {{"Stripe-Signature",
             "t=" + t + ",v1=" + to_hex(as_span({reinterpret_cast<const char*>(digest.data()), digest.size()}))}};
  }

  const std::string paid_ = R"({"TransID":"RKT1","TransAmount":"5.00","BusinessShortCode":"174379",)"
                            R"("BillRefNumber":"who","MSISDN":"254700000001","FirstName":"AMINA"})";
  const std::string event_ = R"({"id":"evt_1","object":"event","type":"balance.available","created":1,)"
                             R"("data":{"object":{"id":"b","object":"balance"}}})";
};

TEST_F(payment_edges, daraja_is_known_by_its_token_and_its_address) {
  EXPECT_EQ(told(by_hand("confirmation"), paid_), 200);
  EXPECT_EQ(read("/v1/tenants/lipa/payments").at("payments").size(), 1U);
  EXPECT_EQ(told(by_hand("confirmation"), paid_), 200) << "once more";
  EXPECT_EQ(read("/v1/tenants/lipa/payments").at("payments").size(), 1U);
  const auto refused = post_with(by_hand("validation"), paid_, {});
  EXPECT_EQ(refused.status, 200);
  EXPECT_EQ(json::parse(refused.body).at("ResultCode"), "C2B00012");
  EXPECT_EQ(told(of_attempt("stk"), R"({"Body":{"stkCallback":{"CheckoutRequestID":"x","ResultCode":0}}})"), 200)
      << "an attempt that is not there: taken, and nothing is done";
  EXPECT_EQ(told(by_hand("confirmation"), "{}"), 422);
  EXPECT_EQ(told(of_attempt("stk"), "not JSON"), 400);
}

TEST_F(payment_edges, strangers_learn_nothing) {
  auto bent = by_hand("confirmation");
  auto& digit = bent[bent.size() - std::string("/confirmation").size() - 1];
  digit = digit == '0' ? '1' : '0';
  for (const auto& path :
       {bent, by_hand("stk"), of_attempt("confirmation"), by_hand("other"), by_hand(""), by_hand("confirmation/x"),
        std::string("/v1/payments/daraja/lipa/confirmation"), std::string("/v1/payments/daraja/duka/x/confirmation"),
        std::string("/v1/payments/stripe/duka"), std::string("/v1/payments/stripe/nobody"),
        std::string("/v1/payments/stripe/~system"), std::string("/v1/payments/stripe"),
        std::string("/v1/payments/stripe/lipa/x"), std::string("/v1/payments/")})
    EXPECT_EQ(told(path, paid_), 404) << path;
  EXPECT_EQ(call(public_server->port(), "GET", by_hand("confirmation")).status, 405);
  EXPECT_TRUE(read("/v1/tenants/lipa/payments").at("payments").empty());
  EXPECT_EQ(told(by_hand("confirmation"), std::string(300U * 1024U, ' ')), 413);
}

TEST_F(payment_edges, stripe_is_known_by_its_signature_with_either_secret) {
  const std::string path = "/v1/payments/stripe/lipa";
  const auto now_ms = now();
  EXPECT_EQ(told(path, event_, signed_by("whsec_new", event_, now_ms)), 200);
  EXPECT_EQ(told(path, event_, signed_by("whsec_old", event_, now_ms)), 200);
  EXPECT_EQ(told(path, event_, signed_by("whsec_other", event_, now_ms)), 403);
  EXPECT_EQ(told(path, event_ + " ", signed_by("whsec_new", event_, now_ms)), 403);
  EXPECT_EQ(told(path, event_, signed_by("whsec_new", event_, now_ms - 400 * ms_per_second)), 403);
  EXPECT_EQ(told(path, event_), 403);
  auto twice = signed_by("whsec_new", event_, now_ms);
  twice.push_back(twice.front());
  EXPECT_EQ(told(path, event_, twice), 403);
  EXPECT_EQ(told(path, "{}", signed_by("whsec_new", "{}", now_ms)), 400) << "signed, and no event";
}

TEST_F(payment_edges, only_a_proxy_of_our_own_says_who_called) {
  request_head head;
  head.peer = "::ffff:10.0.0.1";
  head.headers.emplace_back("X-Forwarded-For", "196.201.214.200, 203.0.113.9");
  EXPECT_EQ(caller_address(head, ""), "10.0.0.1");
  EXPECT_EQ(caller_address(head, "10.0.0.2"), "10.0.0.1");
  EXPECT_EQ(caller_address(head, "10.0.0.2,10.0.0.1"), "203.0.113.9") << "the last one: the caller writes the first";
  request_head bare;
  bare.peer = "10.0.0.1";
  EXPECT_EQ(caller_address(bare, "10.0.0.1"), "10.0.0.1");
}

class payment_edges_of_safaricom : public payment_edges {
protected:
  void SetUp() override {
    serve();
    add_tenant(
        "lipa",
        {{"payments",
          {{"mpesa",
            {{"consumer_key", "ck"}, {"consumer_secret", "cs"}, {"short_code", "174379"}, {"passkey", "pass"}}}}}});
  }
};

TEST_F(payment_edges_of_safaricom, other_addresses_are_refused) {
  EXPECT_EQ(told(by_hand("confirmation"), paid_), 403);
  EXPECT_EQ(told(by_hand("confirmation"), paid_, {{"X-Forwarded-For", "196.201.214.200"}}), 403);
  EXPECT_TRUE(read("/v1/tenants/lipa/payments").at("payments").empty());
}

} // namespace
} // namespace wakala::http::test
