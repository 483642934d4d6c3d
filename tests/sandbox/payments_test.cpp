// The stand-ins for payment providers, without sockets: time passes when the test says so.
#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"
#include "sandbox/payment_routes.hpp"
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

namespace wakala::sandbox {
namespace {

using std::chrono::milliseconds;

struct payments_fixture : ::testing::Test {
  struct wait {
    time_ms due;
    std::function<void()> call;
  };
  manual_clock clock{1'790'000'000'000};
  std::vector<wait> waiting;
  std::vector<payment_post> posts;
  std::map<std::string, std::pair<int, std::string>> answers; ///< by URL; 200 else
  payment_options options;
  std::unique_ptr<payment_routes> sandbox;
  std::string token;

  void SetUp() override {
    options.stripe_webhook_url = "http://shop/stripe";
    options.stripe_webhook_secret = "whsec_test";
    options.stripe_key = "sk_test_1";
    options.daraja_key = "key";
    options.daraja_secret = "secret";
    options.daraja_passkey = "pass";
    restart();
  }
  void restart() {
    sandbox = std::make_unique<payment_routes>(
        payment_world{clock,
                      [this](milliseconds after, std::function<void()> call) {
                        waiting.push_back({clock.now() + after.count(), std::move(call)});
                      },
                      [this](payment_post what, std::function<void(int, const std::string&)> done) {
                        const auto at = answers.find(what.url);
                        posts.push_back(std::move(what));
                        at == answers.end() ? done(200, "{}") : done(at->second.first, at->second.second);
                      }},
        options);
  }
  void pass(milliseconds time) {
    const auto until = clock.now() + time.count();
    for (;;) {
      const auto next = std::ranges::min_element(waiting, {}, &wait::due);
      if (next == waiting.end() || next->due > until)
        break;
      clock.set(std::max(clock.now(), next->due));
      const auto call = std::move(next->call);
      waiting.erase(next);
      call();
    }
    clock.set(until);
  }

  web_reply call(const std::string& method, const std::string& path, const std::string& body,
                 const std::string& authorization = {}, const std::string& key = {}) {
    web_request request{method, "/_sandbox/" + path, authorization, "", "sandbox:1", body, key};
    std::vector<std::string> parts;
    std::string part;
    for (const char c : path.substr(0, path.find('?')) + "/")
      c == '/' ? (parts.push_back(part), part.clear()) : part.push_back(c);
    web_reply got;
    EXPECT_TRUE(sandbox->handle(request, parts, [&](web_reply reply) { got = std::move(reply); }));
    return got;
  }
  nlohmann::json stripe(const std::string& path, const std::string& body, int status = 200,
                        const std::string& key = {}) {
    last = call("POST", "stripe/v1/" + path, body, "Bearer sk_test_1", key);
    EXPECT_EQ(last.status, status) << last.body;
    return parse(last.body);
  }
  nlohmann::json daraja(const std::string& path, const nlohmann::json& body, int status = 200) {
    if (token.empty())
      token =
          parse(call("GET", "daraja/oauth/v1/generate?grant_type=client_credentials", "", "Basic a2V5OnNlY3JldA==")
                    .body)["access_token"];
    last = call("POST", "daraja/mpesa/" + path, body.dump(), "Bearer " + token);
    EXPECT_EQ(last.status, status) << last.body;
    return parse(last.body);
  }
  nlohmann::json state() { return parse(call("GET", "payments", "").body); }
  int act(const std::string& id, const std::string& what) {
    return call("POST", "payments/" + id, nlohmann::json{{"do", what}}.dump()).status;
  }
  int control(const std::string& which, const nlohmann::json& wish) {
    return call("POST", which, wish.dump()).status;
  }

  std::vector<std::string> events() {
    std::vector<std::string> types;
    for (const auto& post : posts)
      if (post.url == options.stripe_webhook_url)
        types.push_back(parse(post.body)["type"]);
    return types;
  }
  static std::string session_form(const std::string& more = {}) {
    return "mode=payment&client_reference_id=ord_7&success_url=https%3A%2F%2Fshop%2Fok&line_items[0][quantity]=2"
           "&line_items[0][price_data][currency]=kes&line_items[0][price_data][unit_amount]=62500"
           "&line_items[0][price_data][product_data][name]=Unga%20%3Cb%3E&metadata[order_id]=ord_7"
           "&payment_intent_data[metadata][order_id]=ord_7" +
           more;
  }
  static nlohmann::json prompt(int shillings = 1250, const std::string& phone = "254712345678") {
    const std::string timestamp = "20261122160000";
    return {{"BusinessShortCode", "174379"},
            {"Password", to_base64(as_span("174379pass" + timestamp))},
            {"Timestamp", timestamp},
            {"TransactionType", "CustomerPayBillOnline"},
            {"Amount", shillings},
            {"PartyA", phone},
            {"PartyB", "174379"},
            {"PhoneNumber", phone},
            {"CallBackURL", "http://shop/stk"},
            {"AccountReference", "7Q2M9"},
            {"TransactionDesc", "Order 7Q2M9"}};
  }
  nlohmann::json query(const std::string& id, int status = 200) {
    auto body = prompt();
    body["CheckoutRequestID"] = id;
    return daraja("stkpushquery/v1/query", body, status);
  }
  web_reply last;
};

TEST_F(payments_fixture, a_session_is_paid_on_its_page_and_events_are_signed) {
  const auto session = stripe("checkout/sessions", session_form());
  EXPECT_EQ(session["amount_total"], 125000);
  EXPECT_EQ(session["payment_status"], "unpaid");
  EXPECT_EQ(session["metadata"]["order_id"], "ord_7");
  EXPECT_FALSE(session.contains("sandbox_intent"));
  const std::string id = session["id"];
  EXPECT_EQ(session["url"], "http://sandbox:1/_sandbox/stripe/pay/" + id);
  const auto page = call("GET", "stripe/pay/" + id, "");
  EXPECT_THAT(page.body, testing::HasSubstr("Unga &lt;b&gt;"));
  EXPECT_THAT(page.body, testing::Not(testing::HasSubstr("<b>")));
  EXPECT_THAT(call("POST", "stripe/pay/" + id + "/decline", "").body, testing::HasSubstr("declined"));
  EXPECT_THAT(call("POST", "stripe/pay/" + id + "/pay", "").body, testing::HasSubstr("https://shop/ok"));
  pass(milliseconds{1});
  EXPECT_THAT(events(), testing::ElementsAre("payment_intent.payment_failed", "payment_intent.succeeded",
                                             "checkout.session.completed"));
  const auto& last_post = posts.back();
  const auto signature = last_post.headers.back().second;
  const auto time = signature.substr(2, signature.find(',') - 2);
  EXPECT_EQ(signature, "t=" + time + ",v1=" + to_hex(http::hmac_sha256("whsec_test", time + "." + last_post.body)));
  const auto paid = parse(last_post.body)["data"]["object"];
  EXPECT_EQ(paid["payment_status"], "paid");
  EXPECT_EQ(paid["status"], "complete");
  EXPECT_EQ(act(id, "pay"), 409) << "once";
  EXPECT_EQ(state()["stripe"]["events"].size(), 3U);
}

TEST_F(payments_fixture, events_come_again_until_they_are_taken) {
  answers["http://shop/stripe"] = {500, ""};
  stripe("checkout/sessions", session_form());
  pass(milliseconds{1});
  act(state()["stripe"]["sessions"][0]["id"], "expire");
  pass(milliseconds{1'500});
  EXPECT_EQ(posts.size(), 2U);
  EXPECT_NE(posts[0].headers.back().second, posts[1].headers.back().second) << "signed afresh";
  answers.clear();
  pass(milliseconds{60'000});
  EXPECT_EQ(posts.size(), 3U);
  EXPECT_EQ(state()["stripe"]["events"][0]["delivered"], true);
}

TEST_F(payments_fixture, complete_is_not_paid_with_a_delayed_method) {
  const std::string id = stripe("checkout/sessions", session_form())["id"];
  EXPECT_EQ(act(id, "settle"), 409);
  EXPECT_EQ(act(id, "delayed"), 200);
  EXPECT_EQ(state()["stripe"]["sessions"][0]["payment_status"], "unpaid");
  EXPECT_EQ(act(id, "settle"), 200);
  pass(milliseconds{1});
  EXPECT_THAT(events(), testing::ElementsAre("payment_intent.processing", "checkout.session.completed",
                                             "payment_intent.succeeded", "checkout.session.async_payment_succeeded"));
}

TEST_F(payments_fixture, sessions_end_by_time_and_by_call) {
  const std::string form = session_form("&expires_at=" + std::to_string(clock.now() / 1000 + 1'800));
  const std::string by_time = stripe("checkout/sessions", form)["id"];
  const std::string by_call = stripe("checkout/sessions", session_form())["id"];
  EXPECT_EQ(stripe("checkout/sessions/" + by_call + "/expire", "")["status"], "expired");
  stripe("checkout/sessions/" + by_call + "/expire", "", 400);
  stripe("checkout/sessions/cs_no/expire", "", 404);
  pass(milliseconds{1'801'000});
  EXPECT_THAT(events(), testing::ElementsAre("checkout.session.expired", "checkout.session.expired"));
  EXPECT_EQ(act(by_time, "pay"), 409);
  stripe("checkout/sessions", session_form("&expires_at=" + std::to_string(clock.now() / 1000 + 60)), 400);
}

TEST_F(payments_fixture, keys_are_replayed_and_not_shared) {
  const auto first = stripe("checkout/sessions", session_form(), 200, "t/o/a");
  EXPECT_EQ(stripe("checkout/sessions", session_form(), 200, "t/o/a")["id"], first["id"]);
  EXPECT_THAT(last.headers, testing::Contains(testing::Pair("Idempotent-Replayed", "true")));
  EXPECT_EQ(stripe("checkout/sessions", session_form("&metadata[x]=y"), 400, "t/o/a")["error"]["type"],
            "idempotency_error");
  stripe("checkout/sessions", "mode=payment", 400, "t/o/b");
  stripe("checkout/sessions", session_form(), 200, "t/o/b"); // what was not valid is not stored
  EXPECT_EQ(control("stripe", {{"next", "error_500"}}), 200);
  stripe("checkout/sessions", session_form(), 500, "t/o/c");
  stripe("checkout/sessions", session_form(), 500, "t/o/c"); // a 500 is
  EXPECT_EQ(control("stripe", {{"next", "lost_answer"}}), 200);
  const auto lost = stripe("checkout/sessions", session_form(), 200, "t/o/d");
  EXPECT_TRUE(last.drop_connection);
  EXPECT_EQ(stripe("checkout/sessions", session_form(), 200, "t/o/d")["id"], lost["id"]);
  EXPECT_FALSE(last.drop_connection);
}

TEST_F(payments_fixture, stripe_refuses_what_it_would_refuse) {
  EXPECT_EQ(call("POST", "stripe/v1/refunds", "", "Bearer sk_test_2").status, 401);
  const auto with = [&](const std::string& currency, const std::string& amount) {
    auto form = session_form();
    form.replace(form.find("kes"), 3, currency);
    form.replace(form.find("62500"), 5, amount);
    return stripe("checkout/sessions", form, 400)["error"]["code"].get<std::string>();
  };
  EXPECT_EQ(with("ugx", "550"), "invalid_charge_amount_no_decimal_compatible");
  EXPECT_EQ(with("kwd", "5124"), "invalid_charge_amount_no_decimal_compatible");
  EXPECT_EQ(with("kes", "10.5"), "parameter_invalid");
}

TEST_F(payments_fixture, a_link_is_paid_as_often_as_it_may) {
  const auto link = stripe("payment_links", session_form("&restrictions[completed_sessions][limit]=1"));
  const std::string id = link["id"];
  const auto opened = call("GET", "stripe/buy/" + id, "");
  ASSERT_EQ(opened.status, 303);
  const auto session = state()["stripe"]["sessions"][0];
  EXPECT_EQ(session["payment_link"], id);
  EXPECT_EQ(act(session["id"], "pay"), 200);
  EXPECT_EQ(call("GET", "stripe/buy/" + id, "").status, 410);
  const auto other = stripe("payment_links", session_form());
  stripe("payment_links/" + other["id"].get<std::string>(), "active=false");
  EXPECT_EQ(call("GET", "stripe/buy/" + other["id"].get<std::string>(), "").status, 410);
}

TEST_F(payments_fixture, refunds_never_exceed_what_was_paid) {
  const std::string id = stripe("checkout/sessions", session_form())["id"];
  act(id, "pay");
  const std::string intent = state()["stripe"]["sessions"][0]["payment_intent"];
  EXPECT_EQ(stripe("refunds", "payment_intent=" + intent + "&amount=25000")["status"], "succeeded");
  stripe("refunds", "payment_intent=" + intent + "&amount=100001", 400);
  stripe("refunds", "payment_intent=" + intent);
  EXPECT_EQ(stripe("refunds", "payment_intent=" + intent, 400)["error"]["code"], "charge_already_refunded");
  pass(milliseconds{1});
  const auto charge = parse(posts.back().body)["data"]["object"];
  EXPECT_EQ(charge["amount_refunded"], 125000);
  EXPECT_EQ(charge["refunded"], true);
}

TEST_F(payments_fixture, events_get_lost_and_double_when_asked_to) {
  EXPECT_EQ(control("stripe", {{"events", "double"}}), 200);
  act(stripe("checkout/sessions", session_form())["id"], "expire");
  pass(milliseconds{1});
  EXPECT_EQ(posts.size(), 2U);
  EXPECT_EQ(control("stripe", {{"events", "lost"}}), 200);
  act(stripe("checkout/sessions", session_form())["id"], "expire");
  pass(milliseconds{1});
  EXPECT_EQ(posts.size(), 2U);
  EXPECT_EQ(control("stripe", {{"events", "sideways"}}), 400);
}

TEST_F(payments_fixture, a_prompt_is_answered_and_called_back) {
  const auto taken = daraja("stkpush/v1/processrequest", prompt());
  const std::string id = taken["CheckoutRequestID"];
  EXPECT_EQ(query(id, 500)["errorCode"], "500.001.1001");
  EXPECT_EQ(act(id, "right_pin"), 200);
  EXPECT_EQ(act(id, "cancel"), 409);
  pass(milliseconds{1});
  ASSERT_EQ(posts.size(), 1U);
  EXPECT_EQ(posts[0].url, "http://shop/stk");
  const auto callback = parse(posts[0].body)["Body"]["stkCallback"];
  EXPECT_EQ(callback["CheckoutRequestID"], id);
  EXPECT_EQ(callback["ResultCode"], 0);
  EXPECT_THAT(posts[0].body, testing::HasSubstr(R"("Value":1250.0)"));
  EXPECT_EQ(query(id)["ResultCode"], "0");
  EXPECT_EQ(state()["daraja"]["prompts"][0]["callback_status"], 200);
}

TEST_F(payments_fixture, a_prompt_waits_on_the_payers_phone) {
  const std::string id = daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"];
  const std::string other = daraja("stkpush/v1/processrequest", prompt(5, "254110000001"))["CheckoutRequestID"];
  EXPECT_THAT(call("GET", "daraja/phone", "").body,
              testing::AllOf(testing::HasSubstr("KES 1250 to 174379, account 7Q2M9"), testing::HasSubstr("KES 5")));
  EXPECT_THAT(call("GET", "daraja/phone?phone=254110000001", "").body, testing::Not(testing::HasSubstr("KES 1250")));
  EXPECT_THAT(call("POST", "daraja/phone/" + id, "pin=1234&do=pin").body,
              testing::Not(testing::HasSubstr("KES 1250")));
  EXPECT_EQ(query(id)["ResultCode"], "0");
  call("POST", "daraja/phone/" + other, "pin=4321&do=pin");
  EXPECT_EQ(query(other)["ResultCode"], "2001");
  EXPECT_THAT(call("POST", "daraja/phone/" + other, "pin=1234&do=pin").body, testing::HasSubstr("No prompt waits"));
}

TEST_F(payments_fixture, every_way_a_prompt_can_end) {
  const std::vector<std::pair<std::string, std::string>> ends{
      {"wrong_pin", "2001"}, {"cancel", "1032"},        {"no_money", "1"}, {"unreachable", "1037"},
      {"expired", "1019"},   {"cannot_prompt", "1025"}, {"26", "26"}};
  for (const auto& [what, code] : ends) {
    const std::string id = daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"];
    EXPECT_EQ(act(id, what), 200);
    EXPECT_EQ(query(id)["ResultCode"], code);
    pass(milliseconds{1});
    EXPECT_FALSE(parse(posts.back().body)["Body"]["stkCallback"].contains("CallbackMetadata"));
  }
  const std::string silent = daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"];
  const std::string second = daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"];
  pass(milliseconds{1});
  EXPECT_EQ(query(second)["ResultCode"], "1001") << "one prompt at a time";
  pass(milliseconds{60'000});
  EXPECT_EQ(query(silent)["ResultCode"], "1037");
  EXPECT_EQ(act(silent, "dance"), 400);
  EXPECT_EQ(act("ws_CO_none", "cancel"), 404);
}

TEST_F(payments_fixture, callbacks_get_lost_late_double_and_wrong) {
  const auto callbacks = [&](const nlohmann::json& wish, milliseconds after) {
    EXPECT_EQ(control("daraja", wish), 200);
    posts.clear();
    act(daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"], "right_pin");
    pass(after);
    return posts.size();
  };
  EXPECT_EQ(callbacks({{"callback", "lost"}}, milliseconds{60'000}), 0U);
  EXPECT_EQ(callbacks({{"callback", "double"}}, milliseconds{1}), 2U);
  EXPECT_EQ(callbacks({{"callback", "late"}, {"late_ms", 9'000}}, milliseconds{8'999}), 0U);
  pass(milliseconds{1});
  EXPECT_EQ(posts.size(), 1U);
  EXPECT_EQ(callbacks({{"callback", "normal"}, {"lost", 1}}, milliseconds{60'000}), 0U);
  EXPECT_EQ(callbacks({{"lost", 0}, {"double", 1}}, milliseconds{1}), 2U);
  EXPECT_EQ(callbacks({{"double", 0}, {"shillings_more", 5}}, milliseconds{1}), 1U);
  EXPECT_THAT(posts[0].body, testing::HasSubstr("1255.0"));
  EXPECT_EQ(control("daraja", {{"lost", 2}}), 400);
  EXPECT_EQ(control("daraja", {{"nonsense", 2}}), 400);
}

TEST_F(payments_fixture, a_callback_may_overtake_the_answer) {
  daraja("stkpush/v1/processrequest", prompt(1), 200);
  control("daraja", {{"callback", "before_answer"}, {"auto", "right_pin"}});
  bool answered = false;
  const web_request request{"POST", "/x", "Bearer " + token, "", "sandbox:1", prompt(2, "254110000001").dump(), ""};
  sandbox->handle(request, {"daraja", "mpesa", "stkpush", "v1", "processrequest"},
                  [&](const web_reply&) { answered = true; });
  pass(milliseconds{50});
  EXPECT_EQ(posts.size(), 1U);
  EXPECT_FALSE(answered);
  pass(milliseconds{300});
  EXPECT_TRUE(answered);
}

TEST_F(payments_fixture, the_same_seed_loses_the_same_callbacks) {
  const auto lost = [&](std::uint64_t seed) {
    options.seed = seed;
    token.clear();
    restart();
    control("daraja", {{"lost", 0.5}});
    std::vector<std::size_t> story;
    for (int i = 0; i < 20; ++i) {
      posts.clear();
      act(daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"], "right_pin");
      pass(milliseconds{1});
      story.push_back(posts.size());
    }
    return story;
  };
  const auto story = lost(7);
  EXPECT_EQ(lost(7), story);
  EXPECT_NE(lost(8), story);
  EXPECT_THAT(story, testing::AllOf(testing::Contains(0U), testing::Contains(1U)));
}

TEST_F(payments_fixture, daraja_refuses_what_it_would_refuse) {
  const auto code = [&](auto change, int status = 400) {
    auto body = prompt();
    change(body);
    return daraja("stkpush/v1/processrequest", body, status)["errorCode"].template get<std::string>();
  };
  EXPECT_EQ(code([](auto& b) { b["PhoneNumber"] = "0712345678"; }), "400.002.02");
  EXPECT_EQ(code([](auto& b) { b["Amount"] = 1.5; }), "400.002.02");
  EXPECT_EQ(code([](auto& b) { b["Amount"] = 0; }), "400.002.02");
  EXPECT_EQ(code([](auto& b) { b["AccountReference"] = "1234567890123"; }), "400.002.02");
  EXPECT_EQ(code([](auto& b) { b["TransactionDesc"] = "12345678901234"; }), "400.002.02");
  EXPECT_EQ(code([](auto& b) { b["Password"] = "bm90IGl0"; }), "400.002.02");
  EXPECT_EQ(call("GET", "daraja/oauth/v1/generate?grant_type=client_credentials", "", "Basic a2V5Ondyb25n").status,
            400);
  clock.advance(milliseconds{3'600'000});
  EXPECT_EQ(code([](auto&) {}, 404), "404.001.03");
  token.clear();
  control("daraja", {{"next", "error_500"}});
  EXPECT_EQ(code([](auto&) {}, 500), "500.001.1001");
  EXPECT_EQ(state()["daraja"]["prompts"].size(), 1U) << "it was taken all the same";
  control("daraja", {{"next", "rate_limited"}});
  EXPECT_EQ(code([](auto&) {}, 429), "429.001.01");
}

TEST_F(payments_fixture, payments_by_hand_are_validated_and_confirmed) {
  const nlohmann::json urls{{"ShortCode", "600638"},
                            {"ResponseType", "Completed"},
                            {"ConfirmationURL", "http://shop/confirmation"},
                            {"ValidationURL", "http://shop/validation"}};
  const nlohmann::json paid{{"ShortCode", "600638"},
                            {"CommandID", "CustomerPayBillOnline"},
                            {"Amount", 1250},
                            {"Msisdn", "254712345678"},
                            {"BillRefNumber", "7q2m 9"}};
  daraja("c2b/v1/simulate", paid, 400);
  auto bad = urls;
  bad["ValidationURL"] = "http://shop/mpesa";
  daraja("c2b/v1/registerurl", bad, 400);
  daraja("c2b/v1/registerurl", urls);
  answers["http://shop/validation"] = {200, R"({"ResultCode":"0","ResultDesc":"Accepted"})"};
  control("daraja", {{"hash_numbers", true}});
  daraja("c2b/v1/simulate", paid);
  pass(milliseconds{1});
  ASSERT_EQ(posts.size(), 2U);
  EXPECT_EQ(posts[1].url, "http://shop/confirmation");
  const auto told = parse(posts[1].body);
  EXPECT_EQ(told["TransAmount"], "1250.00");
  EXPECT_EQ(told["MSISDN"], "7132104d6aae9c3fac82095a42c2817952bca48e09d98d5bf4ac08218982fb90");
  answers["http://shop/validation"] = {200, R"({"ResultCode":"C2B00012","ResultDesc":"Rejected"})"};
  daraja("c2b/v1/simulate", paid);
  pass(milliseconds{1});
  EXPECT_EQ(posts.size(), 3U) << "no confirmation";
  answers["http://shop/validation"] = {500, ""};
  daraja("c2b/v1/simulate", paid);
  pass(milliseconds{1});
  EXPECT_EQ(posts.size(), 5U) << "nobody answered: the default of the registration";
}

TEST_F(payments_fixture, a_payment_is_reversed_once) {
  const std::string id = daraja("stkpush/v1/processrequest", prompt())["CheckoutRequestID"];
  act(id, "right_pin");
  const nlohmann::json order{{"Initiator", "api"},
                             {"SecurityCredential", "x"},
                             {"CommandID", "TransactionReversal"},
                             {"TransactionID", state()["daraja"]["prompts"][0]["receipt"]},
                             {"Amount", 1250},
                             {"ReceiverParty", "174379"},
                             {"ResultURL", "http://shop/result"},
                             {"QueueTimeOutURL", "http://shop/timeout"},
                             {"Remarks", "Refund"}};
  const auto asked = daraja("reversal/v1/request", order);
  pass(milliseconds{1});
  const auto done = parse(posts.back().body)["Result"];
  EXPECT_EQ(posts.back().url, "http://shop/result");
  EXPECT_EQ(done["ResultCode"], 0);
  EXPECT_EQ(done["ConversationID"], asked["ConversationID"]);
  EXPECT_TRUE(done["ResultParameters"]["ResultParameter"].is_object());
  daraja("reversal/v1/request", order);
  pass(milliseconds{1});
  EXPECT_EQ(parse(posts.back().body)["Result"]["ResultCode"], "R000001");
}

} // namespace
} // namespace wakala::sandbox
