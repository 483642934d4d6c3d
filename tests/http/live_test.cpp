// The consoles' live feed: who hears what, and that nobody hears more.
#include "runtime/core/encoding.hpp"
#include "tests/http/core/frames.hpp"
#include "tests/http/support/http_node.hpp"

#include <future>

namespace wakala::http::test {
namespace {

using testing::frame;
using testing::op;
using testing::raw_peer;

/// A console's side of the feed.
class console {
public:
  explicit console(std::uint16_t port) : peer_(raw_peer::connect(port)) {
    peer_.send(testing::upgrade_request("/v1/live", "wakala.v1"));
    is_open = peer_.read_head().starts_with("HTTP/1.1 101 ");
  }

  void say(const std::string& text) { peer_.send(frame(op::text, text)); }
  void say(const json& what) { say(what.dump()); }
  /// The next message; null when it was closed, with `closed_with`.
  json next() {
    const auto got = read_frame(peer_);
    closed_with = close_code_of(got);
    if (got.kind == op::close)
      peer_.send(frame(op::close, got.payload.substr(0, 2)));
    return got.kind == op::text ? json::parse(got.payload) : json();
  }
  /// The next one of that type; what comes before it is kept in `others`.
  json next(const std::string& type) {
    for (;;) {
      auto message = next();
      if (message.is_null() || message.at("type") == type)
        return message;
      others.push_back(std::move(message));
    }
  }
  std::size_t heard_before(const std::string& type) const {
    return static_cast<std::size_t>(
        std::count_if(others.begin(), others.end(), [&](const auto& each) { return each.at("type") == type; }));
  }

  bool is_open = false;
  int closed_with = 0;
  std::vector<json> others;

private:
  raw_peer peer_;
};

class live_feed : public http_node {
protected:
  void SetUp() override { serve(); }

  console listen(std::string_view token = operator_token) {
    console c{admin_server->port()};
    EXPECT_TRUE(c.is_open);
    c.say(json{{"token", token}});
    hello = c.next();
    EXPECT_EQ(hello.value("type", ""), "hello");
    return c;
  }
  console watch(const json& what, std::string_view token = operator_token, int seconds = 60) {
    auto c = listen(token);
    c.say(json{{"watch", what}, {"seconds", seconds}});
    EXPECT_EQ(c.next("watching").at("watch"), what);
    return c;
  }
  void write(const tenant_id& tenant, const std::string& id, const actors::test::shopper& who = amina) {
    const auto body = actors::test::text_webhook(number_of(tenant), who, id, "siri yangu", now()).dump();
    const bool is_bidii = tenant == "bidii";
    ASSERT_EQ(
        post(is_bidii ? "/v1/webhooks/bidii" : "/v1/webhooks", body, is_bidii ? "bidii-secret" : app_secret).status,
        200);
  }
  static std::string escaped(const std::string& text) {
    std::string out;
    for (const char c : text)
      out += std::isalnum(static_cast<unsigned char>(c)) != 0 ? std::string(1, c)
                                                              : "%" + to_hex(as_span(std::string_view(&c, 1)));
    return out;
  }

  json hello;
};

TEST_F(live_feed, says_who_one_is_and_each_second_what_there_is) {
  auto c = listen();
  EXPECT_EQ(hello.at("whoami"), read("/v1/whoami"));
  auto asked = read("/v1/overview");
  asked["type"] = "overview";
  const auto began = std::chrono::steady_clock::now();
  for (int i = 0; i < 4; ++i) {
    const auto told = c.next();
    ASSERT_EQ(told.at("type"), "overview");
    EXPECT_TRUE(told.at("nodes").at(0).contains("counters"));
    for (const auto& [member, value] : asked.items())
      EXPECT_TRUE(told.contains(member)) << member;
    EXPECT_EQ(told.size(), asked.size());
  }
  const auto took = std::chrono::steady_clock::now() - began; // the first comes at once
  EXPECT_GE(took, std::chrono::milliseconds{2'500});
  EXPECT_LE(took, std::chrono::milliseconds{6'000});
}

TEST_F(live_feed, wants_a_token_first) {
  for (const std::string first : {R"({"token":"unknown"})", R"({"token":7})", R"({"watch":{"share":1}})", "no"}) {
    console c{admin_server->port()};
    c.say(first);
    EXPECT_TRUE(c.next().is_null());
    EXPECT_EQ(c.closed_with, 4401) << first;
  }
  console silent{admin_server->port()};
  EXPECT_TRUE(silent.next().is_null());
  EXPECT_EQ(silent.closed_with, 4401);
  EXPECT_EQ(admin("GET", "/v1/live").status, 426);
}

TEST_F(live_feed, shows_a_merchant_what_is_his) {
  auto c = listen(duka_token);
  const auto told = c.next("overview");
  auto asked = json::parse(admin("GET", "/v1/overview", "", duka_token).body);
  EXPECT_EQ(told.at("shards"), asked.at("shards"));
  EXPECT_EQ(told.at("shards").size(), 1U);
  EXPECT_FALSE(told.at("nodes").at(0).contains("counters"));
  for (const json& others :
       {json{{"tenant", "bidii"}}, json{{"conversation", "conversation:bidii:00000000000000000000000000000000"}}}) {
    c.say(json{{"watch", others}});
    const auto refused = c.next("error");
    EXPECT_EQ(refused.at("field"), "/watch/" + others.begin().key());
  }
  c.say(json{{"watch", {{"share", 1}}}});
  c.next("watching");
  write("bidii", "wamid.1");
  write("duka", "wamid.2");
  EXPECT_EQ(c.next("trace").at("trace").at("tenant"), "duka");
  EXPECT_EQ(c.heard_before("trace"), 0U);
}

TEST_F(live_feed, shows_the_way_of_a_message_and_nothing_personal) {
  auto c = watch({{"tenant", "duka"}});
  write("bidii", "wamid.1");
  write("duka", "wamid.2");
  const auto trace = c.next("trace").at("trace");
  EXPECT_EQ(trace.at("tenant"), "duka");
  EXPECT_EQ(trace.at("complete"), true) << trace.dump();
  EXPECT_EQ(trace.at("hops").front().at("hop"), "edge");
  EXPECT_EQ(trace.at("hops").back().at("hop"), "answer");
  EXPECT_EQ(trace.at("decided").at("kind"), "message");
  EXPECT_EQ(trace.at("decided").at("text"), "•••");
  EXPECT_EQ(trace.at("redacted"), true);
  EXPECT_FALSE(trace.contains("sends"));
  EXPECT_EQ(trace.dump().find("siri"), std::string::npos);
  EXPECT_EQ(trace.dump().find("wamid.2"), std::string::npos) << "Meta's ids hold phone numbers";
  // What it is called is good for looking closer.
  const auto closer = read("/v1/trace/" + escaped(trace.at("wamid")));
  EXPECT_EQ(closer.at("seq"), trace.at("seq"));
  EXPECT_EQ(closer.at("conversation"), trace.at("conversation"));
  EXPECT_EQ(admin("GET", "/v1/trace/" + escaped(trace.at("wamid")), "", duka_token).status, 200);
  // Reports of what became of our messages are no messages.
  c.say(json{{"watch", nullptr}});
  EXPECT_EQ(c.next("watching").at("watch"), nullptr);
  write("duka", "wamid.3");
  c.others.clear();
  for (int i = 0; i < 3; ++i)
    c.next("overview");
  EXPECT_EQ(c.heard_before("trace"), 0U) << "it was ended";
}

TEST_F(live_feed, follows_one_conversation) {
  write("duka", "wamid.1", amina);
  write("duka", "wamid.2", baraka);
  const auto found = read("/v1/find?q=%2B" + baraka.phone + "&tenant=duka").at("found");
  ASSERT_EQ(found.size(), 1U);
  const auto actor = found.at(0).at("actor");
  auto c = watch({{"conversation", actor}});
  write("duka", "wamid.3", amina);
  write("duka", "wamid.4", baraka);
  EXPECT_EQ(c.next("trace").at("trace").at("conversation"), actor);
  EXPECT_EQ(c.heard_before("trace"), 0U);
}

TEST_F(live_feed, leaves_out_what_is_too_much_and_says_so) {
  auto c = watch({{"share", 1}});
  constexpr std::size_t sent = 130;
  for (std::size_t i = 0; i < sent; ++i)
    write("duka", "wamid." + std::to_string(i), {"2547000" + std::to_string(10'000 + i), {}, "Amina"});
  std::size_t traces = 0;
  std::size_t skipped = 0;
  std::size_t in_second = 0;
  for (int seconds = 0; seconds < 15 && traces + skipped < sent;) {
    const auto told = c.next();
    ASSERT_FALSE(told.is_null());
    if (told.at("type") == "trace") {
      ++traces;
      ++in_second;
    } else if (told.at("type") == "overview") {
      EXPECT_LE(in_second, 100U) << "50 a second, and no second is cut in the same place everywhere";
      skipped += told.value("skipped", std::size_t{0});
      in_second = 0;
      ++seconds;
    }
  }
  EXPECT_EQ(traces + skipped, sent);
  EXPECT_GE(traces, 40U) << "one that is asked for too late counts as left out";
}

TEST_F(live_feed, ends_a_watch_by_itself) {
  auto c = watch({{"tenant", "duka"}}, operator_token, 1);
  EXPECT_EQ(c.next("watching").at("watch"), nullptr);
  write("duka", "wamid.1");
  c.others.clear();
  for (int i = 0; i < 3; ++i)
    c.next("overview");
  EXPECT_EQ(c.heard_before("trace"), 0U);
}

TEST_F(live_feed, names_what_is_wrong) {
  auto c = listen();
  const std::pair<std::string, std::string> table[] = {
      {"{", ""},
      {"[1]", ""},
      {"{}", "/watch"},
      {R"({"watch":7})", "/watch"},
      {R"({"watch":{}})", "/watch"},
      {R"({"watch":{"mood":"x"}})", "/watch"},
      {R"({"watch":{"share":1,"tenant":"duka"}})", "/watch"},
      {R"({"watch":{"share":0}})", "/watch/share"},
      {R"({"watch":{"share":1.5}})", "/watch/share"},
      {R"({"watch":{"share":"all"}})", "/watch/share"},
      {R"({"watch":{"tenant":"nobody"}})", "/watch/tenant"},
      {R"({"watch":{"tenant":"~system"}})", "/watch/tenant"},
      {R"({"watch":{"tenant":7}})", "/watch/tenant"},
      {R"({"watch":{"conversation":"shard:1"}})", "/watch/conversation"},
      {R"({"watch":{"conversation":"conversation:duka:zz"}})", "/watch/conversation"},
      {R"({"watch":{"share":1},"seconds":0})", "/seconds"},
      {R"({"watch":{"share":1},"seconds":601})", "/seconds"},
      {R"({"watch":{"share":1},"seconds":"long"})", "/seconds"},
  };
  for (const auto& [said, field] : table) {
    c.say(said);
    const auto told = c.next("error");
    ASSERT_FALSE(told.is_null()) << said;
    EXPECT_EQ(told.value("field", ""), field) << said;
    EXPECT_NE(told.at("detail"), "") << said;
  }
  EXPECT_EQ(c.next().at("type"), "overview") << "it goes on";
}

TEST_F(live_feed, costs_nothing_while_nobody_listens) {
  const auto asked = [&] {
    const auto services = read("/v1/actors?kind=service");
    for (const auto& actor : services.at("actors"))
      if (actor.at("name") == "inspector")
        return actor.at("messages").get<int>();
    ADD_FAILURE() << services;
    return 0;
  };
  {
    auto c = watch({{"share", 1}});
    c.next("overview");
  }
  ASSERT_TRUE(eventually([&] { return admin_server->counters().web_sockets == 0; }));
  // By then sums are made anew, and the deadlines of what was asked have passed: they count as messages.
  std::this_thread::sleep_for(std::chrono::milliseconds{1'500});
  const auto before = asked();
  std::this_thread::sleep_for(std::chrono::milliseconds{2'500});
  EXPECT_LE(asked() - before, 3) << "our own questions; a feed would have asked five times as often";
}

TEST_F(live_feed, says_goodbye_when_the_node_drains) {
  auto c = watch({{"tenant", "duka"}});
  std::promise<void> drained;
  admin_server->drain([&drained] { drained.set_value(); });
  EXPECT_TRUE(c.next("nothing").is_null());
  EXPECT_EQ(c.closed_with, 1001);
  EXPECT_EQ(drained.get_future().wait_for(std::chrono::seconds{10}), std::future_status::ready);
}

} // namespace
} // namespace wakala::http::test
