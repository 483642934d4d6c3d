// Events for merchants' own systems without an actor: configuration, what is told, and who goes next.
#include "actors/config/tenant_config.hpp"
#include "actors/tenant/hooks/hook_events.hpp"
#include "actors/tenant/hooks/hook_window.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <set>

namespace wakala::actors::test {
namespace {

using commerce::order_move;
using commerce::order_state;
using nlohmann::json;

const std::string secret = "a-secret-of-the-shop";

json form_with(const json& webhook) { return {{"id", "duka"}, {"webhook", webhook}}; }

// -- configuration ------------------------------------------------------------

TEST(webhook_config, is_read_and_its_secrets_are_never_shown) {
  const json form{{"url", "https://shop.example:8443/hooks?from=wakala"},
                  {"secret", secret},
                  {"secret_before", "the-one-before-that"},
                  {"events", {"order.paid", "payment.received"}}};
  const auto config = parse_tenant(form_with(form), nullptr, "").value();
  EXPECT_TRUE(config.webhook.wants("order.paid"));
  EXPECT_FALSE(config.webhook.wants("order.placed"));
  const auto shown = to_form(config);
  EXPECT_EQ(shown.at("webhook").at("secret"), (json{{"set", true}}));
  EXPECT_EQ(shown.dump().find(secret), std::string::npos);
  EXPECT_EQ(shown.dump().find("the-one-before"), std::string::npos);
  EXPECT_EQ(from_stored(to_stored(config)).value(), config);
  EXPECT_EQ(parse_tenant(shown, &config, "duka").value(), config) << "what is set stays";
}

TEST(webhook_config, a_shop_without_one_tells_nothing) {
  const auto config = parse_tenant(json{{"id", "duka"}}, nullptr, "").value();
  EXPECT_FALSE(config.webhook.wants("order.paid"));
  EXPECT_FALSE(to_form(config).contains("webhook"));
  EXPECT_FALSE(config.works_unasked());
}

TEST(webhook_config, addresses_that_will_do) {
  for (const std::string url :
       {"https://shop.example", "https://shop.example/", "https://shop.example?x=1", "https://SHOP.example:1/a%20b",
        "https://[2a02:4780::1]/hook", "https://[2a02:4780::1]:8443", "http://localhost:9000/hook",
        "http://127.0.0.1/hook", "http://127.1.2.3:1", "http://[::1]:9000/", "https://10.0.0.1/",
        "https://a_b.example"})
    EXPECT_TRUE(parse_tenant(form_with({{"url", url}, {"secret", secret}}), nullptr, "")) << url;
  const auto longest = "https://shop.example/" + std::string(2'000 - 21, 'x');
  EXPECT_TRUE(parse_tenant(form_with({{"url", longest}, {"secret", secret}}), nullptr, ""));
}

TEST(webhook_config, what_is_wrong_is_named_and_the_address_is_not_repeated) {
  const auto url = [](std::string text) { return json{{"url", std::move(text)}, {"secret", secret}}; };
  const json good = url("https://shop.example/hook");
  const auto with = [&good](const char* key, const json& value) {
    auto form = good;
    form[key] = value;
    return form;
  };
  const std::vector<std::pair<json, std::string>> bad{
      {"https://shop.example", "/webhook"},
      {json::object(), "/webhook/url"},
      {json{{"secret", secret}}, "/webhook/url"},
      {with("url", 7), "/webhook/url"},
      {url(""), "/webhook/url"},
      {url("shop.example/hook"), "/webhook/url"},
      {url("ftp://shop.example"), "/webhook/url"},
      {url("HTTPS://shop.example"), "/webhook/url"},
      {url("http://shop.example/hook"), "/webhook/url"},
      {url("http://127.0.0.1.shop.example/"), "/webhook/url"},
      {url("http://127.0.0.x/"), "/webhook/url"},
      {url("http://127.0.0/"), "/webhook/url"},
      {url("http://localhost.shop.example/"), "/webhook/url"},
      {url("http://localhost@shop.example/"), "/webhook/url"},
      {url("https://user:password@shop.example/"), "/webhook/url"},
      {url("https://@shop.example/"), "/webhook/url"},
      {url("https://"), "/webhook/url"},
      {url("https:///hook"), "/webhook/url"},
      {url("https://:443/"), "/webhook/url"},
      {url("https://shop.example:0/"), "/webhook/url"},
      {url("https://shop.example:65536/"), "/webhook/url"},
      {url("https://shop.example:/"), "/webhook/url"},
      {url("https://shop.example:1x/"), "/webhook/url"},
      {url("https://shop.example/#top"), "/webhook/url"},
      {url("https://shop.example/a b"), "/webhook/url"},
      {url("https://shop.example/\r\nX: y"), "/webhook/url"},
      {url("https://dükä.example/"), "/webhook/url"},
      {url("https://[::1"), "/webhook/url"},
      {url("https://shop.example/" + std::string(2'000 - 20, 'x')), "/webhook/url"},
      {json{{"url", "https://shop.example"}}, "/webhook/secret"},
      {with("secret", ""), "/webhook/secret"},
      {with("secret", "fifteen-letters"), "/webhook/secret"},
      {with("secret", std::string(257, 's')), "/webhook/secret"},
      {with("secret", 5), "/webhook/secret"},
      {with("secret", {{"set", true}}), "/webhook/secret"},
      {with("secret", {{"set", 1}}), "/webhook/secret"},
      {with("secret_before", "short"), "/webhook/secret_before"},
      {with("secret_before", secret), "/webhook/secret_before"},
      {with("events", "order.paid"), "/webhook/events"},
      {with("events", json::array()), "/webhook/events"},
      {with("events", {1}), "/webhook/events/0"},
      {with("events", {"order.paid", "order.lost"}), "/webhook/events/1"},
      {with("events", {"order.paid", "order.paid"}), "/webhook/events/1"},
      {with("retries", 3), "/webhook/retries"},
  };
  for (const auto& [form, field] : bad) {
    const auto read = parse_tenant(form_with(form), nullptr, "");
    ASSERT_FALSE(read) << form;
    EXPECT_EQ(read.error().code, errc::invalid_argument);
    EXPECT_EQ(read.error().field, field) << form;
    EXPECT_EQ(read.error().what.find("shop.example"), std::string::npos) << read.error().what;
  }
}

// -- what is told ------------------------------------------------------------

commerce::placed_order some_order() {
  commerce::placed_order o;
  o.id = "00112233445566778899aabbccddeeff";
  o.code = "K7Q2M";
  o.lines = {{"unga", "Unga", 2, {25'000, "KES"}}};
  o.total = {50'000, "KES"};
  o.placed_at = 1'700'000'000'000;
  o.kept_until = o.placed_at + 1;
  return o;
}

std::vector<std::string> types_of(const result<commerce::order_change>& change) {
  std::vector<std::string> types;
  for (const auto& note : hook_notes_of(change.value()))
    types.push_back(note.type);
  return types;
}

using types = std::vector<std::string>;

TEST(hook_events, each_state_and_each_payment_is_one) {
  auto o = some_order();
  const commerce::payment part{"cash", "", {10'000, "KES"}};
  const commerce::payment rest{"mpesa", "R1", {45'000, "KES"}};
  EXPECT_EQ(types_of(commerce::paid(o, part, true, 5)), types{"payment.received"});
  o = commerce::paid(o, part, true, 5).value().order;
  EXPECT_EQ(types_of(commerce::paid(o, rest, true, 6)), (types{"payment.received", "order.paid"}));
  EXPECT_EQ(types_of(commerce::moved(o, order_move::refund, {}, 6)), (types{"order.cancelled", "order.refunded"}))
      << "of what was paid";
  EXPECT_EQ(types_of(commerce::moved(o, order_move::expire, {}, 6)), types{"order.expired"});
  o = commerce::paid(o, rest, true, 6).value().order;
  for (const auto move : {order_move::confirm, order_move::pack, order_move::ship, order_move::deliver}) {
    const auto change = commerce::moved(o, move, {}, 7);
    EXPECT_EQ(types_of(change), types{"order." + std::string(to_string(change.value().order.state))});
    o = change.value().order;
  }
  EXPECT_EQ(types_of(commerce::moved(o, order_move::refund, {}, 8)), types{"order.refunded"});
  o = commerce::moved(o, order_move::refund, {}, 8).value().order;
  EXPECT_EQ(types_of(commerce::paid(o, part, true, 9)), types{"payment.received"}) << "too late, and owed";
  o = commerce::paid(o, part, true, 9).value().order;
  EXPECT_EQ(types_of(commerce::moved(o, order_move::refund, {}, 10)), types{"order.refunded"});
  EXPECT_EQ(types_of(commerce::moved(some_order(), order_move::cancel, {}, 5)), types{"order.cancelled"});
}

TEST(hook_events, every_type_can_be_chosen) {
  for (const auto state :
       {order_state::paid, order_state::confirmed, order_state::packed, order_state::shipped, order_state::delivered,
        order_state::cancelled, order_state::refunded, order_state::expired})
    EXPECT_NE(std::find(hook_types.begin(), hook_types.end(), "order." + std::string(to_string(state))),
              hook_types.end());
}

TEST(hook_events, the_body_has_the_order_as_the_api_shows_it) {
  const auto change = commerce::paid(some_order(), {"mpesa", "SKM7XYZ123", {50'000, "KES"}}, true, 5).value();
  const auto notes = hook_notes_of(change);
  const auto id = hook_id(hook_key(1'764'444'444'250, 7));
  const auto body = json::parse(hook_body(id, "duka", notes.at(0), 1'764'444'444'250));
  EXPECT_EQ(body.at("id"), "evt_0000019ad115965a0000000000000007");
  EXPECT_EQ(body.at("type"), "payment.received");
  EXPECT_EQ(body.at("created_at"), "2025-11-29T19:27:24.250Z");
  EXPECT_EQ(body.at("tenant"), "duka");
  EXPECT_EQ(body.at("data").at("order").at("code"), "K7Q2M");
  EXPECT_EQ(body.at("data").at("order").at("state"), "paid");
  EXPECT_EQ(body.at("data").at("payment"), (json{{"method", "mpesa"},
                                                 {"amount", {{"amount", "500.00"}, {"currency", "KES"}}},
                                                 {"reference", "SKM7XYZ123"}}));
  const auto other = json::parse(hook_body(id, "duka", notes.at(1), 5));
  EXPECT_EQ(other.at("type"), "order.paid");
  EXPECT_FALSE(other.at("data").contains("payment"));
  EXPECT_TRUE(json::parse(hook_test_body(id, "duka", 5)).at("data").empty());
}

TEST(hook_events, keys_are_in_order_whatever_the_clock_says_and_ids_name_them) {
  seeded_random random(3);
  bytes last;
  std::set<std::string> ids;
  for (const time_ms now : {1'000, 1'000, 1'000, 900, 1'001, 5, 2'000}) {
    const auto next = next_hook_key(last, now, random);
    EXPECT_GT(next, last);
    EXPECT_EQ(hook_key_of(hook_id(next)), next);
    EXPECT_TRUE(ids.insert(hook_id(next)).second);
    last = next;
  }
  EXPECT_EQ(hook_time(last), 2'000);
  const auto id = hook_id(last);
  for (const std::string& bad :
       {std::string(), std::string("evt_"), id.substr(4), id + "0", id.substr(0, id.size() - 2),
        "EVT_" + id.substr(4), "evt_" + std::string(32, 'x'), "evt_" + std::string(32, 'A')})
    EXPECT_FALSE(hook_key_of(bad)) << bad;
}

TEST(hook_events, rows_are_read_as_they_were_written) {
  const hook_row row{"evt_1", "order.paid", "00ff", "K7Q2M", R"({"a":"b"})", 1, 2, 3, 503, "the answer was 503", 4};
  EXPECT_EQ(hook_row_from(to_text(row)).value(), row);
  for (const auto* const bad : {"", "7", "{}", R"({"id":"evt_1"})", "[]"})
    EXPECT_EQ(hook_row_from(bad).error().code, errc::corrupt) << bad;
}

TEST(hook_events, pauses_grow_to_an_hour) {
  seeded_random random(9);
  using std::chrono::seconds;
  const seconds at_most[] = {seconds{5},     seconds{10},    seconds{20},    seconds{40},
                             seconds{80},    seconds{160},   seconds{320},   seconds{640},
                             seconds{1'280}, seconds{2'560}, seconds{3'600}, seconds{3'600}};
  for (unsigned tries = 1; tries <= std::size(at_most); ++tries)
    for (int i = 0; i < 50; ++i) {
      const auto pause = hook_backoff.wait(tries, random);
      EXPECT_LE(pause, at_most[tries - 1]);
      EXPECT_GE(pause, at_most[tries - 1] / 2);
    }
  EXPECT_EQ(hook_backoff.wait(10'000, random) / seconds{3'601}, 0);
}

// -- who goes next ------------------------------------------------------------

TEST(hook_window, events_of_one_order_go_one_after_the_other_and_orders_do_not_wait) {
  hook_window w;
  w.add("1", {"a", 0, 0, false});
  w.add("2", {"a", 0, 0, false});
  w.add("3", {"b", 0, 0, false});
  w.add("4", {"", 0, 0, false});
  w.add("5", {"", 0, 0, false});
  EXPECT_EQ(w.take(10), "1");
  EXPECT_EQ(w.take(10), "3");
  EXPECT_EQ(w.take(10), "4");
  EXPECT_EQ(w.take(10), "5") << "those of no order wait for nothing";
  EXPECT_FALSE(w.take(10));
  EXPECT_EQ(w.on_their_way(), 4U);
  w.put_back("1", 100, true);
  EXPECT_FALSE(w.take(10)) << "2 waits for 1";
  EXPECT_EQ(w.next_due(), 100);
  EXPECT_EQ(w.take(100), "1");
  w.erase("1");
  EXPECT_EQ(w.take(100), "2");
  for (const auto* const key : {"2", "3", "4", "5"})
    w.erase(key);
  EXPECT_EQ(w.size(), 0U);
  EXPECT_EQ(w.on_their_way(), 0U);
  EXPECT_FALSE(w.next_due());
}

TEST(hook_window, what_has_been_due_longest_goes_first) {
  hook_window w;
  w.add("1", {"a", 0, 50, false});
  w.add("2", {"b", 0, 40, false});
  EXPECT_FALSE(w.take(39));
  EXPECT_EQ(w.take(60), "2");
  EXPECT_EQ(w.take(60), "1");
}

TEST(hook_window, an_earlier_event_that_comes_back_goes_before_the_later_one) {
  hook_window w;
  w.add("2", {"a", 0, 0, false});
  EXPECT_EQ(w.take(1), "2");
  w.add("1", {"a", 0, 0, false});
  EXPECT_FALSE(w.take(1)) << "while the later one is on its way";
  EXPECT_FALSE(w.hold("1"));
  w.put_back("2", 0, false);
  EXPECT_EQ(w.take(1), "1");
  w.add("1", {"other", 0, 0, false});
  EXPECT_EQ(w.size(), 2U) << "known already";
}

TEST(hook_window, the_end_of_an_outage_ends_its_pauses) {
  hook_window w;
  for (const auto& [key, was_unreachable] : {std::pair{"1", true}, {"2", false}, {"3", true}}) {
    w.add(key, {key, 0, 0, false});
    EXPECT_EQ(w.take(1), key);
    w.put_back(key, 1'000, was_unreachable);
  }
  w.bring_forward(hook_window::which::unreachable, 10);
  EXPECT_EQ(w.take(10), "1");
  EXPECT_EQ(w.take(10), "3");
  EXPECT_FALSE(w.take(10)) << "2 was refused, which has other reasons";
  w.bring_forward(hook_window::which::all, 11);
  EXPECT_EQ(w.take(11), "2");
}

TEST(hook_window, one_that_was_dropped_on_its_way_is_forgotten) {
  hook_window w;
  w.add("1", {"a", 5, 0, false});
  w.add("2", {"a", 6, 0, false});
  EXPECT_EQ(w.older_than(5), std::vector<bytes>{"1"});
  EXPECT_EQ(w.take(1), "1");
  EXPECT_TRUE(w.is_on_its_way("1"));
  EXPECT_TRUE(w.older_than(5).empty()) << "its answer is awaited";
  w.erase("1");
  w.put_back("1", 7, false); // what its answer would have done
  EXPECT_FALSE(w.contains("1"));
  EXPECT_EQ(w.take(1), "2");
}

TEST(hook_window, many_events_in_any_order_keep_the_order_of_each_order) {
  seeded_random random(11);
  hook_window w;
  std::map<bytes, std::string> order_of;
  std::map<std::string, bytes> last;
  std::vector<bytes> out;
  std::size_t added = 0;
  std::size_t gone = 0;
  for (time_ms now = 0; gone < 2'000; ++now) {
    if (added < 2'000) {
      const auto order = "o" + std::to_string(random.below(40));
      const auto key = hook_key(now, added++);
      order_of[key] = order;
      w.add(key, {order, 0, now, false});
    }
    if (w.on_their_way() < 8)
      if (const auto key = w.take(now))
        out.push_back(*key);
    if (out.empty() || random.below(2) == 0)
      continue;
    const auto at = random.below(out.size());
    const auto key = out[at];
    out.erase(out.begin() + static_cast<std::ptrdiff_t>(at));
    if (random.below(3) == 0) {
      w.put_back(key, now + static_cast<time_ms>(random.below(20)), false);
      continue;
    }
    w.erase(key);
    ++gone;
    auto& before = last[order_of.at(key)];
    ASSERT_LT(before, key);
    before = key;
  }
  EXPECT_EQ(w.size(), 0U);
}

} // namespace
} // namespace wakala::actors::test
