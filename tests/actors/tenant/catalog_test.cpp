// Catalogs: imported with their errors, and brought to Meta's catalog in batches that survive a crash.
#include "tests/actors/support/shop.hpp"

#include <gmock/gmock.h>

#include <set>
#include <thread>

namespace wakala::actors::test {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

/// Meta's side: takes batches, and is done with them when the test wants.
class meta_catalog {
public:
  graph_reply answer(const graph_question& question) {
    const std::lock_guard lock(mutex_);
    if (question.path.ends_with("/items_batch"))
      return take(question);
    if (question.path.find("/check_batch_request_status?") != std::string::npos)
      return status(question.path);
    return {200, R"({"data":[]})"}; // about the account
  }
  void work(bool does) {
    const std::lock_guard lock(mutex_);
    works_ = does;
  }
  void refuse_image(const std::string& part) {
    const std::lock_guard lock(mutex_);
    bad_image_ = part;
  }
  /// Whole batches with this item are refused.
  void refuse_batches_with(const std::string& id) {
    const std::lock_guard lock(mutex_);
    poison_ = id;
  }
  void answer_batches_with(std::optional<graph_reply> reply) {
    const std::lock_guard lock(mutex_);
    reply_ = std::move(reply);
  }
  /// What it holds: retailer id → item.
  std::map<std::string, json> items() const {
    const std::lock_guard lock(mutex_);
    return items_;
  }
  std::size_t item_count() const {
    const std::lock_guard lock(mutex_);
    return items_.size();
  }
  /// `CREATE duka_a` and so on, since the last call; batch by batch.
  std::vector<std::vector<std::string>> batches() {
    const std::lock_guard lock(mutex_);
    return std::exchange(batches_, {});
  }
  std::size_t batch_count() const {
    const std::lock_guard lock(mutex_);
    return batches_.size();
  }
  std::size_t looks() const {
    const std::lock_guard lock(mutex_);
    return looks_;
  }
  std::string catalog() const {
    const std::lock_guard lock(mutex_);
    return catalog_;
  }

private:
  graph_reply take(const graph_question& question) {
    catalog_ = question.path.substr(0, question.path.find('/'));
    const auto requests = json::parse(question.body).at("requests");
    auto& sent = batches_.emplace_back();
    bool is_poisoned = false;
    for (const auto& each : requests) {
      sent.push_back(each.at("method").get<std::string>() + " " + each.at("data").at("id").get<std::string>());
      is_poisoned = is_poisoned || (!poison_.empty() && each.at("data").at("id") == poison_);
    }
    if (reply_)
      return *reply_;
    if (is_poisoned)
      return {400, R"({"error":{"code":100,"message":"Invalid parameter","type":"OAuthException"}})"};
    open_.emplace_back("h" + std::to_string(++handles_), requests);
    return {200, json{{"handles", {open_.back().first}}, {"validation_status", json::array()}}.dump()};
  }
  graph_reply status(const std::string& path) {
    ++looks_;
    const auto from = path.find("handle=") + 7;
    const auto handle = path.substr(from, path.find('&') - from);
    json told{{"handle", handle}, {"status", "started"}, {"errors", json::array()}};
    if (works_ || done_.contains(handle)) {
      for (const auto& [name, requests] : open_)
        if (name == handle && done_.insert(handle).second)
          for (const auto& each : requests)
            work_on(each, handle);
      told["status"] = "finished";
      told["errors"] = errors_[handle];
    }
    return {200, json{{"data", {told}}}.dump()};
  }
  void work_on(const json& change, const std::string& handle) {
    const auto& data = change.at("data");
    const auto id = data.at("id").get<std::string>();
    if (change.at("method") == "DELETE") {
      items_.erase(id);
      return;
    }
    if (!bad_image_.empty() && data.at("image_link").get<std::string>().find(bad_image_) != std::string::npos) {
      errors_[handle].push_back({{"line", 0}, {"id", id}, {"message", "The image cannot be loaded"}});
      return;
    }
    items_[id] = data;
  }

  mutable std::mutex mutex_;
  bool works_ = true;
  std::string bad_image_;
  std::string poison_;
  std::string catalog_;
  std::optional<graph_reply> reply_;
  std::map<std::string, json> items_;
  std::vector<std::vector<std::string>> batches_;
  std::vector<std::pair<std::string, json>> open_;
  std::set<std::string> done_;
  std::map<std::string, std::vector<json>> errors_;
  std::size_t looks_ = 0;
  int handles_ = 0;
};

class shop_catalog : public shop_fixture {
protected:
  void SetUp() override {
    limits.conversation_idle = std::chrono::milliseconds{200}; // it looks after its affairs often
    graph->answer_questions_with([this](const graph_question& question) { return meta.answer(question); });
    start();
    add_tenant("duka", {{"catalog_id", "1948"}});
  }
  void TearDown() override { stop(); }

  static json product(const std::string& id, const std::string& price = "250.00") {
    return {{"id", id},
            {"name", "Thing " + id},
            {"category", "Things"},
            {"price", price},
            {"images", {"https://img.example/" + id + ".jpg"}}};
  }
  json import(const std::vector<json>& products, bool is_partial = false) {
    return json_of(ask_tenant("duka", catalog_import{json{{"products", products}}.dump(), false, is_partial}));
  }
  json sync() {
    json shown;
    EXPECT_TRUE(eventually([&] { return !(shown = json_of(ask_tenant("duka", catalog_get{}))).is_null(); }));
    return shown.at("sync");
  }
  /// Lets time pass until it is so.
  bool in_time(const std::function<bool()>& is_so) {
    return eventually([&] {
      clock->advance(std::chrono::seconds{30});
      return is_so();
    });
  }
  bool is_synced() {
    return in_time([&] { return sync().at("state") == "synced"; });
  }
  static std::vector<std::string> all_of(const std::vector<std::vector<std::string>>& batches) {
    std::vector<std::string> all;
    for (const auto& each : batches)
      all.insert(all.end(), each.begin(), each.end());
    return all;
  }

  meta_catalog meta;
};

TEST_F(shop_catalog, reaches_meta_and_shows_how_far_it_is) {
  meta.work(false);
  import({product("a"), product("b")});
  ASSERT_TRUE(in_time([&] { return meta.looks() > 1; }));
  auto shown = sync();
  EXPECT_EQ(shown.at("state"), "syncing");
  EXPECT_EQ(shown.at("pending"), 2);
  EXPECT_EQ(shown.at("catalog_id"), "1948");
  EXPECT_EQ(shown.at("last_at"), nullptr);
  meta.work(true);
  ASSERT_TRUE(is_synced());
  shown = sync();
  EXPECT_EQ(shown.at("pending"), 0);
  EXPECT_THAT(shown.at("failed"), IsEmpty());
  EXPECT_TRUE(shown.at("last_at").is_string());
  EXPECT_EQ(meta.catalog(), "1948");
  EXPECT_EQ(meta.items().at("duka_a").at("price"), "250.00 KES");
  EXPECT_EQ(meta.items().at("duka_a").at("link"), "https://wa.me/254711000000");
  EXPECT_THAT(meta.batches(), ElementsAre(ElementsAre("CREATE duka_a", "CREATE duka_b")));
}

TEST_F(shop_catalog, is_shown_by_whatsapp_itself_once_meta_has_it) {
  std::size_t answers = 0;
  const auto answer_to = [&](const std::string& text, std::size_t messages = 1) {
    answers += messages;
    insist(text_webhook("n-duka", amina, "wamid.m" + std::to_string(answers), text, now()));
    EXPECT_TRUE(graph->wait_for_messages(answers));
    const auto all = graph->messages();
    return all.size() == answers ? all.back().body.at("interactive") : json{{"type", "none"}};
  };
  const auto kind_of_answer = [&](std::size_t messages = 1) { return answer_to("things", messages).at("type"); };
  import({product("a"), product("b")});
  EXPECT_EQ(kind_of_answer(), "list") << "Meta has not heard of them";
  ASSERT_TRUE(is_synced());
  EXPECT_TRUE(in_time([&] { return kind_of_answer() == "product_list"; }));
  const auto shown = answer_to("things");
  EXPECT_EQ(shown.at("action").at("catalog_id"), "1948");
  EXPECT_EQ(shown.at("action").at("sections").at(0).at("product_items").at(1).at("product_retailer_id"), "duka_b");
  restart();
  EXPECT_TRUE(in_time([&] { return kind_of_answer() == "product_list"; })) << "it is remembered";
  // The catalog is not connected any more.
  graph->answer_with([](const recorded_call& call, std::size_t) -> std::optional<send_outcome> {
    const bool shows_goods = call.body.dump().find("product_list") != std::string::npos;
    return shows_goods ? refused(131009) : accepted(call);
  });
  EXPECT_EQ(kind_of_answer(2), "list") << "the shopper has an answer all the same";
  EXPECT_TRUE(in_time([&] { return kind_of_answer() == "list"; })) << "and Meta is left alone for a while";
  graph->answer_with([](const recorded_call& call, std::size_t) { return accepted(call); });
  clock->advance(std::chrono::minutes{61});
  EXPECT_TRUE(in_time([&] { return kind_of_answer() == "product_list"; }));
}

TEST_F(shop_catalog, sends_what_has_changed_and_nothing_else) {
  import({product("a"), product("b"), product("c")});
  ASSERT_TRUE(is_synced());
  meta.batches();
  EXPECT_EQ(import({product("a"), product("b", "300.00"), product("d")}).at("changed"), 1);
  ASSERT_TRUE(in_time([&] { return meta.items().contains("duka_d"); }));
  ASSERT_TRUE(is_synced());
  EXPECT_THAT(meta.batches(), ElementsAre(ElementsAre("DELETE duka_c", "UPDATE duka_b", "CREATE duka_d")));
  EXPECT_EQ(meta.items().size(), 3U);
  restart();
  ASSERT_TRUE(is_synced());
  clock->advance(std::chrono::hours{1});
  import({product("a", "275.00"), product("b", "300.00"), product("d")});
  ASSERT_TRUE(in_time([&] { return meta.items().at("duka_a").at("price") == "275.00 KES"; }));
  EXPECT_THAT(meta.batches(), ElementsAre(ElementsAre("UPDATE duka_a"))) << "nothing was sent again before it";
}

TEST_F(shop_catalog, one_bad_item_is_told_and_the_others_are_there) {
  meta.refuse_image("bad");
  auto bad = product("b");
  bad["images"] = {"https://img.example/bad.jpg"};
  auto bare = product("n");
  bare.erase("images");
  import({product("a"), bad, product("c"), bare});
  ASSERT_TRUE(is_synced());
  const auto failed = sync().at("failed");
  ASSERT_EQ(failed.size(), 2U);
  EXPECT_EQ(failed[0].at("id"), "n");
  EXPECT_EQ(failed[1], (json{{"id", "b"}, {"why", "The image cannot be loaded"}}));
  EXPECT_EQ(meta.items().size(), 2U);
  meta.batches();
  restart();
  ASSERT_TRUE(is_synced());
  EXPECT_EQ(sync().at("failed").size(), 2U);
  import({product("a"), product("b"), product("c"), bare}); // with a good image
  ASSERT_TRUE(in_time([&] { return meta.items().contains("duka_b"); }));
  ASSERT_TRUE(is_synced());
  EXPECT_THAT(all_of(meta.batches()), ElementsAre("CREATE duka_b"));
}

TEST_F(shop_catalog, a_batch_refused_as_a_whole_is_divided) {
  meta.refuse_batches_with("duka_p13");
  std::vector<json> products;
  for (int i = 10; i < 26; ++i)
    products.push_back(product("p" + std::to_string(i)));
  import(products);
  ASSERT_TRUE(in_time([&] { return sync().at("failed").size() == 1 && meta.item_count() == 15; }));
  ASSERT_TRUE(is_synced());
  EXPECT_EQ(sync().at("failed")[0].at("id"), "p13");
}

TEST_F(shop_catalog, a_batch_that_is_out_is_asked_about_after_a_crash) {
  meta.work(false);
  import({product("a"), product("b")});
  ASSERT_TRUE(in_time([&] { return meta.looks() > 0; }));
  stop();
  meta.work(true);
  start(); // nobody writes to the shop, and nobody asks
  ASSERT_TRUE(in_time([&] { return meta.item_count() == 2; }));
  ASSERT_TRUE(is_synced());
  EXPECT_EQ(meta.batch_count(), 1U) << "it was not sent again";
}

TEST_F(shop_catalog, a_batch_whose_answer_was_lost_in_a_crash_is_sent_again) {
  const auto stopped = stop_at_the_end();
  std::atomic<bool> is_dead{false};
  // The process ends between Meta's answer and the commit that keeps the handle.
  graph->answer_questions_with([&](const graph_question& question) -> result<graph_reply> {
    if (is_dead)
      return make_error(errc::unavailable, "the process is gone");
    auto reply = meta.answer(question);
    if (question.path.ends_with("/items_batch")) {
      is_dead = true;
      store->on_append([](const auto&) { return fault::before; });
    }
    return reply;
  });
  import({product("a"), product("b")});
  ASSERT_TRUE(in_time([&] { return is_dead.load(); }));
  stop();
  store->on_append([](const auto&) { return fault::none; });
  graph->answer_questions_with([this](const graph_question& question) { return meta.answer(question); });
  start();
  ASSERT_TRUE(in_time([&] { return meta.item_count() == 2; }));
  ASSERT_TRUE(is_synced());
  EXPECT_THAT(meta.batches(), ElementsAre(ElementsAre("CREATE duka_a", "CREATE duka_b"),
                                          ElementsAre("UPDATE duka_a", "UPDATE duka_b")));
}

TEST_F(shop_catalog, waits_while_meta_refuses_and_says_why) {
  meta.answer_batches_with(
      graph_reply{400, R"({"error":{"code":80014,"message":"Too many calls","type":"OAuthException"}})"});
  import({product("a")});
  ASSERT_TRUE(in_time([&] { return sync().at("state") == "waiting"; }));
  EXPECT_NE(sync().at("why").get<std::string>().find("80014"), std::string::npos);
  EXPECT_EQ(sync().at("pending"), 1);
  meta.answer_batches_with(std::nullopt);
  ASSERT_TRUE(in_time([&] {
    clock->advance(std::chrono::minutes{15});
    return meta.items().contains("duka_a");
  }));
  ASSERT_TRUE(is_synced());
  EXPECT_EQ(sync().at("why"), nullptr);
}

TEST_F(shop_catalog, of_ten_thousand_products_goes_out_in_batches) {
  std::string text = "id,name,category,price,images\r\n";
  for (int i = 0; i < 10'000; ++i)
    text += "p" + std::to_string(i) + ",Thing,Things,1.50,https://img.example/p.jpg\r\n";
  const auto told = json_of(ask_tenant("duka", catalog_import{text, true, false}));
  EXPECT_EQ(told.at("added"), 10'000);
  ASSERT_TRUE(in_time([&] { return meta.item_count() == 10'000; }));
  ASSERT_TRUE(is_synced());
  const auto batches = meta.batches();
  EXPECT_EQ(all_of(batches).size(), 10'000U);
  EXPECT_EQ(batches.size(), 10U);
  text += "p-new,Thing,Things,2,https://img.example/p.jpg\r\n";
  EXPECT_FALSE(json_of(ask_tenant("duka", catalog_import{text, true, false})).at("imported").get<bool>());
}

TEST_F(shop_catalog, is_off_without_a_catalog_and_goes_to_another_as_a_whole) {
  add_tenant("soko");
  EXPECT_EQ(json_of(ask_tenant("soko", catalog_get{})).at("sync").at("state"), "off");
  import({product("a")});
  ASSERT_TRUE(is_synced());
  auto form = to_form(running->context()->tenants->get()->find("duka")->config);
  form["catalog_id"] = "2000";
  ASSERT_TRUE(ask_registry(tenant_put{form.dump(), "duka", true}).value);
  ASSERT_TRUE(in_time([&] { return meta.catalog() == "2000"; }));
  ASSERT_TRUE(is_synced());
  EXPECT_THAT(all_of(meta.batches()), ElementsAre("CREATE duka_a", "CREATE duka_a"));
}

TEST_F(shop_catalog, import_changes_all_or_nothing_and_writes_only_changes) {
  EXPECT_EQ(import({product("a"), product("b")}).at("added"), 2);
  ASSERT_TRUE(is_synced());
  auto bad = product("b");
  bad["price"] = "1.005";
  const auto refused = import({product("c"), bad});
  EXPECT_FALSE(refused.at("imported").get<bool>());
  EXPECT_EQ(refused.at("errors").size(), 1U);
  EXPECT_EQ(refused.at("errors")[0].at("field"), "/products/1/price");
  const auto products = [&] { return json_of(ask_tenant("duka", catalog_get{})).at("products"); };
  EXPECT_EQ(products().size(), 2U);
  const auto before = store->appends();
  const auto same = import({product("a"), product("b")});
  EXPECT_EQ(same.at("unchanged"), 2);
  EXPECT_EQ(store->appends(), before) << "nothing has changed: nothing is written";
  const auto partly = import({product("c"), bad}, true);
  EXPECT_TRUE(partly.at("imported").get<bool>());
  EXPECT_EQ(partly.at("added"), 1);
  EXPECT_EQ(partly.at("removed"), 0);
  EXPECT_EQ(products().size(), 3U);
}

} // namespace
} // namespace wakala::actors::test
