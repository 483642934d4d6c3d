// Meta's catalog: what an item becomes, what is sent, and what answers mean.
#include "commerce/catalog_sync.hpp"
#include "runtime/core/encoding.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

#include <set>

namespace wakala::commerce {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

product thing(const std::string& id, std::int64_t minor = 25'000, const std::string& currency = "KES") {
  product p;
  p.id = id;
  p.name = "Thing " + id;
  p.category = "Things";
  p.price = {minor, currency};
  p.images = {"https://img.example/" + id + ".jpg"};
  return p;
}

const item_shop duka{"duka", "https://wa.me/254700000000"};

/// A shop and Meta, between them the plan.
struct shop_and_meta {
  catalog shelf;
  meta_shelf wanted;
  catalog_sync sync{"1234", {}, {}, {}, {}, 0};
  int handles = 0;

  void sells(std::vector<product> products) {
    shelf = catalog::make(std::move(products), "KES").value();
    wanted = meta_shelf_of(shelf, duka);
  }
  /// `CREATE duka_a` for each item of the next batch.
  std::vector<std::string> send() {
    const auto body = next_batch(sync, wanted, shelf, duka, 1'000);
    std::vector<std::string> sent;
    const auto requests = body ? json::parse(*body).at("requests") : json::array();
    for (const auto& each : requests)
      sent.push_back(each.at("method").get<std::string>() + " " + each.at("data").at("id").get<std::string>());
    return sent;
  }
  sync_verdict taken(const json& more = json::object()) {
    json answer{{"handles", {"h" + std::to_string(++handles)}}, {"validation_status", json::array()}};
    answer.update(more);
    return batch_taken(sync, answer, duka, 2'000).what;
  }
  sync_verdict told(const std::string& status, json errors = json::array(), json invalid = json::array()) {
    return batch_told(sync,
                      {{"data",
                        {{{"handle", "h" + std::to_string(handles)},
                          {"status", status},
                          {"errors", std::move(errors)},
                          {"ids_of_invalid_requests", std::move(invalid)}}}}},
                      duka, 3'000)
        .what;
  }
  void all_goes_well() {
    while (!send().empty()) {
      taken();
      told("finished");
    }
  }
  std::vector<std::string> failed() {
    std::vector<std::string> ids;
    for (const auto& each : failed_items(sync, wanted, 100).first)
      ids.push_back(each.at("id").get<std::string>());
    return ids;
  }
};

TEST(meta_items, have_the_tenant_in_their_id_and_the_price_as_text) {
  auto p = thing("sugar");
  p.description = "Sweet.";
  p.images.push_back("https://img.example/2.jpg");
  p.brand = "Kanga";
  p.group = "sugars";
  p.options = {{"Colour", "brown"}, {"size", "1 kg"}};
  const auto item = meta_item(p, duka).value();
  EXPECT_EQ(item.id, "duka_sugar");
  EXPECT_EQ(item.title, "Thing sugar (brown, 1 kg)");
  EXPECT_EQ(item.description, "Sweet.");
  EXPECT_EQ(item.availability, "in stock");
  EXPECT_EQ(item.condition, "new");
  EXPECT_EQ(item.price, "250.00 KES");
  EXPECT_EQ(item.link, duka.link);
  EXPECT_EQ(item.image_link, "https://img.example/sugar.jpg");
  EXPECT_EQ(std::get<0>(*item.additional_image_link), (std::vector<std::string>{"https://img.example/2.jpg"}));
  EXPECT_EQ(item.brand, "Kanga");
  EXPECT_EQ(item.item_group_id, "duka_sugars");
  EXPECT_EQ(item.color, "brown");
  EXPECT_EQ(item.size, "1 kg");
  EXPECT_EQ(product_of("duka", "duka_sugar"), "sugar");
  EXPECT_EQ(product_of("duka", "dukani_sugar"), std::nullopt);
  EXPECT_EQ(product_of("duka", "duka_"), std::nullopt);
}

TEST(meta_items, have_as_many_decimals_as_the_currency) {
  EXPECT_EQ(meta_item(thing("a", 45'000, "UGX"), duka)->price, "45000 UGX");
  EXPECT_EQ(meta_item(thing("a", 1'200, "RWF"), duka)->price, "1200 RWF");
  EXPECT_EQ(meta_item(thing("a", 250'050, "TZS"), duka)->price, "2500.50 TZS");
  EXPECT_EQ(meta_item(thing("a", 999, "USD"), duka)->price, "9.99 USD");
  EXPECT_EQ(meta_item(thing("a", 5, "USD"), duka)->price, "0.05 USD");
  EXPECT_EQ(meta_item(thing("a", 500, "JPY"), duka)->price, "500 JPY");
  EXPECT_EQ(meta_item(thing("a", 1'005, "KWD"), duka)->price, "1.005 KWD");
}

TEST(meta_items, are_out_of_stock_when_none_are_left) {
  auto p = thing("a");
  for (const auto& [stock, wanted] : {std::pair{0, "out of stock"}, {1, "in stock"}}) {
    p.stock = stock;
    EXPECT_EQ(meta_item(p, duka)->availability, wanted);
  }
}

TEST(meta_items, are_cut_between_characters) {
  auto p = thing("a");
  for (const std::string& character :
       {std::string("é"), std::string("e\u0301"), std::string("👩🏾‍🌾"), std::string("🇰🇪")}) {
    p.description.clear();
    for (int i = 0; i < 6'000; ++i)
      p.description += character;
    const auto cut_text = *meta_item(p, duka)->description;
    EXPECT_LE(code_points(cut_text), 5'000U);
    EXPECT_TRUE(is_utf8(cut_text));
    ASSERT_TRUE(cut_text.ends_with("…"));
    EXPECT_EQ((cut_text.size() - std::string("…").size()) % character.size(), 0U) << "half a character";
  }
  p.name = std::string(200, 'x');
  EXPECT_EQ(code_points(*meta_item(p, duka)->title), 150U);
}

TEST(meta_items, that_meta_would_refuse_are_not_made) {
  auto bare = thing("a");
  bare.images.clear();
  EXPECT_EQ(meta_item(bare, duka).error().field, "images");
  EXPECT_EQ(meta_item(thing("a"), {"duka", ""}).error().field, "link");
  EXPECT_EQ(meta_item(thing(std::string(96, 'x')), duka).error().field, "id");
  EXPECT_TRUE(meta_item(thing(std::string(95, 'x')), duka));
}

TEST(sync, sends_only_what_has_changed) {
  shop_and_meta s;
  s.sells({thing("a"), thing("b"), thing("c")});
  EXPECT_EQ(pending_items(s.sync, s.wanted), 3U);
  EXPECT_THAT(s.send(), ElementsAre("CREATE duka_a", "CREATE duka_b", "CREATE duka_c"));
  EXPECT_EQ(s.taken(), sync_verdict::good);
  EXPECT_EQ(s.told("started"), sync_verdict::wait);
  EXPECT_EQ(pending_items(s.sync, s.wanted), 3U);
  EXPECT_EQ(s.told("finished"), sync_verdict::good);
  EXPECT_EQ(pending_items(s.sync, s.wanted), 0U);
  EXPECT_EQ(s.sync.last_at, 3'000);
  EXPECT_THAT(s.send(), IsEmpty());
  s.sells({thing("a"), thing("b", 30'000), thing("d")});
  EXPECT_THAT(s.send(), ElementsAre("DELETE duka_c", "UPDATE duka_b", "CREATE duka_d"));
  s.taken();
  s.told("finished");
  auto fewer = thing("a");
  fewer.stock = 7; // still in stock: nothing for Meta
  s.sells({fewer, thing("b", 30'000), thing("d")});
  EXPECT_THAT(s.send(), IsEmpty());
  fewer.stock = 0;
  s.sells({fewer, thing("b", 30'000), thing("d")});
  EXPECT_THAT(s.send(), ElementsAre("UPDATE duka_a"));
}

TEST(sync, an_update_takes_away_what_the_product_has_no_more) {
  shop_and_meta s;
  auto p = thing("a");
  p.brand = "Kanga";
  s.sells({p});
  s.all_goes_well();
  s.sells({thing("a")});
  const auto body = json::parse(next_batch(s.sync, s.wanted, s.shelf, duka, 0).value());
  EXPECT_EQ(body.at("item_type"), "PRODUCT_ITEM");
  EXPECT_EQ(body.at("allow_upsert"), true);
  EXPECT_EQ(body.at("requests")[0].at("data").at("brand"), "");
}

TEST(sync, ten_thousand_items_leave_in_batches_each_once) {
  shop_and_meta s;
  std::vector<product> products;
  for (int i = 0; i < 10'000; ++i)
    products.push_back(thing("p" + std::to_string(i)));
  s.sells(std::move(products));
  std::set<std::string> seen;
  int batches = 0;
  for (auto sent = s.send(); !sent.empty(); sent = s.send(), ++batches) {
    EXPECT_LE(sent.size(), 3'000U);
    for (const auto& each : sent)
      EXPECT_TRUE(seen.insert(each).second) << each;
    s.taken();
    s.told("finished");
  }
  EXPECT_EQ(seen.size(), 10'000U);
  EXPECT_EQ(batches, 10);
}

TEST(sync, batches_are_bounded_in_bytes) {
  shop_and_meta s;
  std::vector<product> products;
  for (int i = 0; i < 900; ++i) {
    products.push_back(thing("p" + std::to_string(i)));
    products.back().description = std::string(5'000, 'x');
  }
  s.sells(std::move(products));
  const auto body = next_batch(s.sync, s.wanted, s.shelf, duka, 0);
  ASSERT_TRUE(body);
  EXPECT_LE(body->size(), std::size_t{4} * 1024 * 1024);
  EXPECT_LT(s.sync.flight->items.size(), 900U);
}

TEST(sync, one_bad_item_is_told_and_not_sent_again_until_it_changes) {
  shop_and_meta s;
  s.sells({thing("a"), thing("b"), thing("c")});
  s.send();
  s.taken();
  s.told("finished", {{{"line", 1}, {"id", "duka_b"}, {"message", "The image cannot be loaded"}}}, {"duka_b"});
  EXPECT_THAT(s.failed(), ElementsAre("b"));
  EXPECT_EQ(s.sync.refused.at("b").why, "The image cannot be loaded");
  EXPECT_EQ(pending_items(s.sync, s.wanted), 0U);
  EXPECT_THAT(s.send(), IsEmpty());
  auto better = thing("b");
  better.images = {"https://img.example/better.jpg"};
  s.sells({thing("a"), better, thing("c")});
  EXPECT_THAT(s.failed(), IsEmpty());
  EXPECT_THAT(s.send(), ElementsAre("CREATE duka_b"));
  s.taken();
  s.told("finished");
  EXPECT_THAT(s.sync.refused, IsEmpty());
}

TEST(sync, believes_the_list_of_ids_and_the_first_check_as_well) {
  shop_and_meta s;
  s.sells({thing("a"), thing("b"), thing("c")});
  s.send();
  s.taken({{"validation_status",
            {{{"retailer_id", "duka_a"}, {"errors", {{{"message", "bad title"}}}}},
             {{"retailer_id", "duka_c"}, {"errors", json::array()}}}}});
  s.told("finished", json::array(), {"duka_b", "other_c"});
  EXPECT_THAT(s.failed(), ElementsAre("a", "b"));
  EXPECT_EQ(s.sync.refused.at("a").why, "bad title");
  EXPECT_THAT(s.sync.held, ElementsAre(::testing::Key("c")));
}

TEST(sync, a_batch_that_is_refused_as_a_whole_is_divided_until_the_bad_item_stands_alone) {
  shop_and_meta s;
  std::vector<product> products;
  for (int i = 0; i < 100; ++i)
    products.push_back(thing("p" + std::to_string(100 + i)));
  s.sells(std::move(products));
  int calls = 0;
  for (auto sent = s.send(); !sent.empty(); sent = s.send()) {
    ASSERT_LT(++calls, 30);
    if (std::find(sent.begin(), sent.end(), "CREATE duka_p137") != sent.end()) {
      EXPECT_EQ(batch_refused(s.sync, "Meta refuses with code 100", 5'000), sent.size() == 1);
      s.sync = catalog_sync_from(to_text(s.sync)).value(); // what is divided outlives us
    } else {
      s.taken();
      s.told("finished");
    }
  }
  EXPECT_THAT(s.failed(), ElementsAre("p137"));
  EXPECT_EQ(s.sync.held.size(), 99U);
  EXPECT_THAT(s.sync.suspects, IsEmpty());
}

TEST(sync, what_is_no_longer_fit_is_taken_away_and_told) {
  shop_and_meta s;
  s.sells({thing("a")});
  s.all_goes_well();
  auto bare = thing("a", 99'900);
  bare.images.clear();
  s.sells({bare});
  EXPECT_THAT(s.failed(), ElementsAre("a"));
  EXPECT_THAT(s.send(), ElementsAre("DELETE duka_a")) << "an old price is worse than none";
}

TEST(sync, a_batch_whose_fate_is_unknown_is_sent_again_as_updates) {
  shop_and_meta s;
  s.sells({thing("a"), thing("b")});
  s.all_goes_well();
  s.sells({thing("b"), thing("c")});
  EXPECT_THAT(s.send(), ElementsAre("DELETE duka_a", "CREATE duka_c"));
  s.sync = catalog_sync_from(to_text(s.sync)).value(); // the crash
  ASSERT_TRUE(s.sync.flight && s.sync.flight->handles.empty());
  batch_lost(s.sync);
  EXPECT_THAT(s.send(), ElementsAre("DELETE duka_a", "UPDATE duka_c"));
  s.taken();
  EXPECT_EQ(s.told("error"), sync_verdict::lost);
}

TEST(sync, what_is_kept_can_be_read_again) {
  shop_and_meta s;
  s.sells({thing("a"), thing("b"), thing("c")});
  s.send();
  s.taken({{"validation_status", {{{"retailer_id", "duka_a"}, {"errors", {{{"message", "bad title"}}}}}}}});
  s.sync.suspects = {{"a", "b"}, {"c"}};
  s.sync.refused["c"] = {"", "no"};
  EXPECT_EQ(catalog_sync_from(to_text(s.sync)).value(), s.sync);
  EXPECT_FALSE(catalog_sync_from("{}"));
  EXPECT_FALSE(catalog_sync_from("nonsense"));
}

TEST(sync, knows_what_an_answer_asks_for) {
  const auto refusal = [](int code, const char* message = "m", int subcode = 0) {
    json error{{"code", code}, {"message", message}, {"type", "OAuthException"}};
    if (subcode != 0)
      error["error_subcode"] = subcode;
    return json{{"error", error}}.dump();
  };
  EXPECT_EQ(judge(200, R"({"handles":["x"]})").what, sync_verdict::good);
  EXPECT_EQ(judge(200, "<html>").what, sync_verdict::wait);
  EXPECT_EQ(judge(503, "").what, sync_verdict::wait);
  EXPECT_EQ(judge(400, refusal(100)).what, sync_verdict::divide);
  EXPECT_THAT(judge(400, refusal(100)).why, HasSubstr("100"));
  EXPECT_EQ(judge(400, refusal(100, "m", 33)).what, sync_verdict::wait) << "no such catalog";
  EXPECT_EQ(judge(400, refusal(1, "Please reduce the amount of data")).what, sync_verdict::divide);
  EXPECT_EQ(judge(400, refusal(1)).what, sync_verdict::wait);
  EXPECT_EQ(judge(400, refusal(80014)).what, sync_verdict::wait);
  EXPECT_EQ(judge(401, refusal(190)).what, sync_verdict::wait);
  EXPECT_EQ(judge(413, "").what, sync_verdict::divide);
}

} // namespace
} // namespace wakala::commerce
