// Meta's catalog: batches are taken, worked on later, and read back.
#include "tests/sandbox/fixture.hpp"

#include <gmock/gmock.h>

namespace wakala::sandbox {
namespace {

using nlohmann::json;
using ::testing::HasSubstr;

struct catalogs : sandbox_fixture {
  static constexpr std::string_view catalog_id = "194836987003835";

  static json item(const std::string& id) {
    return {{"id", id},
            {"title", "Sugar"},
            {"description", "Sweet"},
            {"availability", "in stock"},
            {"condition", "new"},
            {"price", "250 KES"},
            {"link", "https://shop.example/" + id},
            {"image_link", "https://img.example/" + id + ".jpg"}};
  }
  static json batch(json requests) {
    return {{"item_type", "PRODUCT_ITEM"}, {"allow_upsert", true}, {"requests", std::move(requests)}};
  }
  static json change(const std::string& method, json data) { return {{"method", method}, {"data", std::move(data)}}; }

  using sandbox_fixture::send;
  graph_answer send_batch(const json& body) { return call("POST", catalog_id, "items_batch", body).answer; }
  std::string take(json requests) {
    const auto answer = send_batch(batch(std::move(requests)));
    EXPECT_EQ(answer.status, 200) << answer.body;
    return parse(answer.body).at("handles")[0].get<std::string>();
  }
  json status(const std::string& handle) {
    return get(catalog_id, "check_batch_request_status",
               {{"handle", handle}, {"load_ids_of_invalid_requests", "true"}})
        .at("data")[0];
  }
  json held() { return json::parse(meta.catalog(catalog_id).dump()).at("items"); }
};

TEST_F(catalogs, take_a_batch_and_work_on_it_later) {
  const auto answer = send_batch(parse(golden("requests/catalog-items-batch.json")));
  expect_same_shape(parse(answer.body), parse(golden("responses/catalog-batch-accepted.json")));
  const auto handle = parse(answer.body).at("handles")[0].get<std::string>();
  EXPECT_EQ(status(handle).at("status"), "scheduled");
  EXPECT_EQ(held(), json::object());
  clock.advance(std::chrono::seconds{1});
  const auto told =
      get(catalog_id, "check_batch_request_status", {{"handle", handle}, {"load_ids_of_invalid_requests", "true"}});
  expect_same_shape(told, parse(golden("responses/catalog-batch-status-finished.json")));
  EXPECT_EQ(told.at("data")[0].at("ids_of_invalid_requests"), json({"sku-1002"})) << "nothing to update";
  EXPECT_TRUE(held().contains("sku-1001"));
}

TEST_F(catalogs, products_that_are_not_there_cannot_be_shown) {
  const auto with = [](const json& part) {
    return json{
        {"messaging_product", "whatsapp"}, {"to", "254700000001"}, {"type", "interactive"}, {"interactive", part}};
  };
  const auto list = [&](const std::string& id) {
    return with({{"type", "product_list"},
                 {"header", {{"type", "text"}, {"text", "Sugar"}}},
                 {"body", {{"text", "pick"}}},
                 {"action",
                  {{"catalog_id", catalog_id},
                   {"sections", {{{"title", "Sugar"}, {"product_items", {{{"product_retailer_id", id}}}}}}}}}});
  };
  const auto single = [&](const std::string& id) {
    return with({{"type", "product"}, {"action", {{"catalog_id", catalog_id}, {"product_retailer_id", id}}}});
  };
  const auto swiped = [&](const std::string& a, const std::string& b) {
    json cards;
    for (const auto& id : {a, b})
      cards.push_back({{"card_index", cards.size()},
                       {"type", "product"},
                       {"action", {{"product_retailer_id", id}, {"catalog_id", catalog_id}}}});
    return with({{"type", "carousel"}, {"body", {{"text", "swipe"}}}, {"action", {{"cards", cards}}}});
  };
  EXPECT_EQ(send(list("duka_a")).answer.status, 200) << "nobody has called the catalog: it may hold anything";
  take({change("CREATE", item("duka_a"))});
  EXPECT_EQ(send(single("duka_a")).answer.code, 131009) << "not yet";
  clock.advance(std::chrono::seconds{1});
  for (const auto& shown : {list("duka_a"), single("duka_a"), swiped("duka_b", "duka_a")})
    EXPECT_EQ(send(shown).answer.status, 200) << shown;
  for (const auto& missing : {list("duka_b"), single("duka_b"), swiped("duka_b", "duka_c")})
    EXPECT_EQ(send(missing).answer.code, 131009) << missing;
}

TEST_F(catalogs, keep_good_items_beside_bad_ones) {
  auto bad = item("b");
  bad["image_link"] = "https://img.example/bad.jpg";
  auto cents = item("c");
  cents["price"] = "5.50 JPY";
  const auto handle = take({change("CREATE", item("a")), change("CREATE", bad), change("CREATE", cents)});
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(status(handle).at("errors_total_count"), 2);
  EXPECT_THAT(status(handle).at("errors")[0].at("message").get<std::string>(), HasSubstr("image"));
  EXPECT_EQ(held().size(), 1U);
}

TEST_F(catalogs, update_what_is_named_and_delete) {
  take({change("CREATE", item("a")), change("CREATE", item("b"))});
  clock.advance(std::chrono::seconds{1});
  take({change("UPDATE", {{"id", "a"}, {"availability", "out of stock"}}), change("DELETE", {{"id", "b"}})});
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(held().at("a").at("availability"), "out of stock");
  EXPECT_EQ(held().at("a").at("title"), "Sugar");
  EXPECT_FALSE(held().contains("b"));
  const auto list = get(catalog_id, "products", {{"limit", "10"}}).at("data");
  ASSERT_EQ(list.size(), 1U);
  EXPECT_EQ(list[0].at("retailer_id"), "a");
  EXPECT_EQ(list[0].at("currency"), "KES");
}

TEST_F(catalogs, refuse_a_batch_with_a_duplicate_as_a_whole) {
  EXPECT_EQ(send_batch(batch({change("CREATE", item("a")), change("UPDATE", item("a"))})).code, 100);
  EXPECT_EQ(send_batch({{"item_type", "PRODUCT_ITEM"}}).code, 100);
  EXPECT_EQ(call("POST", catalog_id, "items_batch", batch(json::array()), "").answer.code, 190);
}

TEST_F(catalogs, do_what_a_tester_wants) {
  control("catalogs", catalog_id, {{"batch_ms", 60'000}, {"refuse", 80014}});
  EXPECT_EQ(send_batch(batch({change("CREATE", item("a"))})).code, 80014);
  const auto slow = take({change("CREATE", item("a"))});
  clock.advance(std::chrono::seconds{59});
  EXPECT_EQ(status(slow).at("status"), "started");
  clock.advance(std::chrono::seconds{1});
  EXPECT_EQ(status(slow).at("status"), "finished");
  control("catalogs", catalog_id, {{"batch_ms", 0}, {"end", "error"}});
  EXPECT_EQ(status(take({change("DELETE", {{"id", "a"}})})).at("status"), "error");
  EXPECT_TRUE(held().contains("a"));
  EXPECT_EQ(meta.control("catalogs", catalog_id, R"({"end":"x"})").error().field, "end");
  EXPECT_EQ(meta.control("catalogs", catalog_id, R"({"batch_ms":-1})").error().field, "batch_ms");
}

} // namespace
} // namespace wakala::sandbox
