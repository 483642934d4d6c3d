// The calls for files through the admin listener.
#include "http/core/form_data.hpp"
#include "http/core/hmac.hpp"
#include "tests/http/support/http_node.hpp"

#include <gtest/gtest.h>

#include <filesystem>
#include <mutex>

namespace wakala::http::test {
namespace {

const std::string jpeg = std::string("\xFF\xD8\xFF\xE0") + "naomba risiti";
const std::string version = "v23.0";

struct media_routes : http_node {
  media_routes() {
    meta_io.start();
    graph =
        server::start(meta_io, {}, [this](request&& what, const responder& to) { to.send(as_meta(what)); }).value();
    meta.graph_url = "http://127.0.0.1:" + std::to_string(graph->port());
    media_directory = ::testing::TempDir() + "media-routes-" + std::to_string(::getpid());
  }
  ~media_routes() override {
    close_listeners();
    std::filesystem::remove_all(media_directory);
  }

  /// It has one file, 300, and takes every other.
  response as_meta(const request& what) {
    if (what.method == "POST")
      return response::json(200, R"({"id":"9000"})");
    if (what.path == "/_media/300")
      return response::text(200, jpeg);
    if (what.path == "/" + version + "/300")
      return response::json(200, json{{"url", meta.graph_url + "/_media/300"},
                                      {"mime_type", "image/jpeg"},
                                      {"sha256", to_hex(sha256(jpeg))},
                                      {"file_size", jpeg.size()}}
                                     .dump());
    return response::json(400, R"({"error":{"message":"no","code":100,"error_subcode":33}})");
  }

  client_answer post_file(const std::string& type, const std::string& body, const std::string& path = {},
                          std::string_view token = duka_token) {
    header_list headers{{"Content-Type", type}};
    if (!token.empty())
      headers.emplace_back("Authorization", "Bearer " + std::string(token));
    return call(admin_server->port(), "POST", path.empty() ? "/v1/tenants/duka/media" : path, body,
                std::move(headers));
  }
  std::string graph_path() const { return "/" + version + "/" + number_of("duka") + "/media"; }
  static std::string form_of(const std::string& content, const std::string& type = "image/jpeg") {
    return write_form_data(
        "xx", std::array{form_part{"messaging_product", {}, {}, "whatsapp"}, form_part{"file", "a", type, content}});
  }
  static json parsed(const client_answer& answer) { return json::parse(answer.body, nullptr, false); }
  static int graph_code(const client_answer& answer) { return parsed(answer).at("error").at("code").get<int>(); }

  io_runtime meta_io{1};
  std::unique_ptr<server> graph;
};

const std::string form_type = "multipart/form-data; boundary=xx";

TEST_F(media_routes, give_a_file_so_that_no_browser_runs_it) {
  serve();
  const auto answer = admin("GET", "/v1/tenants/duka/media/300", {}, duka_token);
  EXPECT_EQ(answer.status, 200) << answer.body;
  EXPECT_EQ(answer.body, jpeg);
  EXPECT_EQ(answer.header("Content-Type"), "image/jpeg");
  EXPECT_EQ(answer.header("Content-Disposition"), "attachment; filename=\"300.jpg\"");
  EXPECT_EQ(answer.header("X-Content-Type-Options"), "nosniff");
  EXPECT_EQ(answer.header("Cache-Control"), "private");
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/300?phone_number_id=" + number_of("duka")).status, 200);
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/300?phone_number_id=1").status, 400);
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/301").status, 404);
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/..%2Fx").status, 404);
  EXPECT_EQ(admin("GET", "/v1/tenants/nobody/media/300").status, 404);
  EXPECT_EQ(admin("GET", "/v1/tenants/bidii/media/300", {}, duka_token).status, 403);
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/300", {}, "").status, 401);
}

TEST_F(media_routes, take_a_file_in_both_manners) {
  serve();
  const auto first = post_file("image/jpeg", jpeg);
  EXPECT_EQ(first.status, 201) << first.body;
  auto facts = parsed(first);
  EXPECT_EQ(facts.at("id"), "9000");
  EXPECT_EQ(facts.at("sha256"), to_hex(sha256(jpeg)));
  EXPECT_EQ(facts.at("mime_type"), "image/jpeg");
  EXPECT_EQ(facts.at("size"), jpeg.size());
  EXPECT_EQ(facts.at("cached"), false);
  EXPECT_TRUE(facts.at("expires_at").is_string());
  facts["cached"] = true;
  EXPECT_EQ(parsed(post_file(form_type, form_of(jpeg))), facts);
  const auto graphs = post_file(form_type, form_of(jpeg), graph_path());
  EXPECT_EQ(graphs.status, 200);
  EXPECT_EQ(graphs.body, R"({"id":"9000"})");
}

TEST_F(media_routes, refuse_in_the_manner_of_the_call) {
  serve();
  EXPECT_EQ(post_file("image/jpeg", jpeg, {}, "").status, 401);
  EXPECT_EQ(post_file("image/jpeg", jpeg, "/v1/tenants/bidii/media").status, 403);
  EXPECT_EQ(post_file("image/jpeg", jpeg, "/v1/tenants/nobody/media", operator_token).status, 404);
  EXPECT_EQ(post_file("image/jpeg", jpeg, "/v1/tenants/duka/media?phone_number_id=1").status, 400);
  EXPECT_EQ(post_file("image/png", jpeg).status, 422);
  EXPECT_EQ(parsed(post_file("image/gif", "GIF89a")).at("field"), "/mime_type");
  EXPECT_EQ(post_file(form_type, "no form").status, 400);

  EXPECT_EQ(graph_code(post_file(form_type, form_of(jpeg), graph_path(), "")), 190);
  EXPECT_EQ(graph_code(post_file(form_type, form_of(jpeg), "/v23.0/1/media")), 100);
  EXPECT_EQ(graph_code(post_file(form_type, form_of(jpeg, "image/gif"), graph_path())), 100);
  const auto empty = post_file(form_type, form_of(""), graph_path());
  EXPECT_EQ(graph_code(empty), 131053);
  EXPECT_EQ(empty.status, 400);
  EXPECT_EQ(post_file(form_type, form_of(jpeg), "/vX/1/media").status, 404);
}

TEST_F(media_routes, let_large_bodies_in_for_files_alone) {
  limits.body_bytes = 1000;
  serve();
  const auto large = jpeg + std::string(2000, 'x');
  EXPECT_EQ(post_file("image/jpeg", large).status, 201);
  EXPECT_EQ(post_file(form_type, form_of(large), graph_path()).status, 200);
  EXPECT_EQ(admin("PUT", "/v1/tenants/duka/catalog", std::string(2000, ' ')).status, 413);
  EXPECT_EQ(post_file("image/jpeg", large, "/v1/tenants/duka/messages").status, 413);
  // More than its kind may have is refused before it comes.
  const auto head = [&](const std::string& path, const std::string& type, std::size_t size) {
    return raw_exchange(admin_server->port(),
                        "POST " + path + " HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer " + std::string(duka_token) +
                            "\r\nContent-Type: " + type +
                            "\r\nExpect: 100-continue\r\nContent-Length: " + std::to_string(size) + "\r\n\r\n");
  };
  const auto refused = head("/v1/tenants/duka/media", "image/jpeg", 5'000'001);
  EXPECT_EQ(status_of(refused), 413);
  EXPECT_NE(refused.find("5000000"), std::string::npos);
  EXPECT_EQ(status_of(head("/v1/tenants/duka/media", form_type, 200'000'000)), 413);
  const auto as_graph = head(graph_path(), form_type, 200'000'000);
  EXPECT_EQ(status_of(as_graph), 400);
  EXPECT_NE(as_graph.find("131053"), std::string::npos);
}

TEST_F(media_routes, put_off_what_is_too_much_at_once) {
  serve();
  std::vector<std::shared_ptr<void>> taken;
  for (const auto* tenant : {"duka", "duka", "duka"})
    taken.push_back(media->take_place(tenant));
  for (const auto& answer : {post_file("image/jpeg", jpeg), admin("GET", "/v1/tenants/duka/media/300")}) {
    EXPECT_EQ(answer.status, 503);
    EXPECT_TRUE(answer.header("Retry-After"));
  }
  const auto as_graph = post_file(form_type, form_of(jpeg), graph_path());
  EXPECT_EQ(as_graph.status, 503);
  EXPECT_EQ(graph_code(as_graph), 2);
  taken.clear();
  EXPECT_EQ(post_file("image/jpeg", jpeg).status, 201);
  for (int i = 0; i < 8; ++i) // each gives its place back
    EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/300").status, 200);
}

TEST_F(media_routes, say_that_there_is_no_place_for_files) {
  media_directory.clear();
  serve();
  EXPECT_EQ(admin("GET", "/v1/tenants/duka/media/300").status, 501);
  const auto answer = post_file("image/jpeg", jpeg);
  EXPECT_EQ(answer.status, 501);
  EXPECT_NE(answer.body.find("media.directory"), std::string::npos);
  EXPECT_EQ(post_file(form_type, form_of(jpeg), graph_path()).status, 503);
}

TEST_F(media_routes, are_named_in_the_transcript) {
  serve();
  const json image{
      {"id", "300"}, {"mime_type", "image/jpeg"}, {"sha256", to_hex(sha256(jpeg))}, {"caption", "Risiti"}};
  auto body = json::parse(hello_to("duka", "wamid.1"));
  auto& message = body["entry"][0]["changes"][0]["value"]["messages"][0];
  message.erase("text");
  message["type"] = "image";
  message["image"] = image;
  EXPECT_EQ(post("/v1/webhooks", body.dump(), app_secret).status, 200);
  EXPECT_EQ(post("/v1/webhooks", hello_to("duka", "wamid.2"), app_secret).status, 200);
  const auto list = read("/v1/tenants/duka/conversations/" + amina.phone + "/messages").at("messages");
  int with_files = 0;
  for (const auto& entry : list)
    if (entry.contains("media")) {
      ++with_files;
      EXPECT_EQ(entry.at("id"), "wamid.1");
      EXPECT_EQ(entry.at("media"),
                (json{{"id", "300"}, {"mime_type", "image/jpeg"}, {"sha256", to_hex(sha256(jpeg))}}));
    }
  EXPECT_EQ(with_files, 1);
}

} // namespace
} // namespace wakala::http::test
