// Files fetched and uploaded, against a server of this process in Meta's place.
#include "http/core/form_data.hpp"
#include "http/core/hmac.hpp"
#include "http/core/server.hpp"
#include "http/media_service.hpp"
#include "persistence/media/file_media_store.hpp"
#include "persistence/media/sealed_chunks.hpp"
#include "whatsapp/media_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <deque>
#include <filesystem>
#include <fstream>
#include <future>
#include <map>
#include <mutex>

namespace wakala::http::test {
namespace {

using nlohmann::json;
namespace fs = std::filesystem;

const std::string jpeg = std::string("\xFF\xD8\xFF\xE0") + "naomba risiti";

persistence::tenant_keys_ptr keys_of(std::uint8_t seed) {
  persistence::key_bytes key{};
  key.fill(seed);
  return std::make_shared<const persistence::tenant_keys>(
      persistence::tenant_keys{persistence::sealing_key{key}, key});
}

actors::tenant_entry_ptr entry_of(const std::string& id, std::uint8_t seed) {
  actors::tenant_entry entry;
  entry.config.id = id;
  entry.config.access_token = "token-" + id;
  entry.keys = keys_of(seed);
  return std::make_shared<const actors::tenant_entry>(std::move(entry));
}

struct media_service_test : ::testing::Test {
  media_service_test() {
    io.start();
    meta_io.start();
    graph = server::start(meta_io, {}, [this](request&& what, responder to) {
              answer(std::move(what), std::move(to));
            }).value();
    options.meta.graph_url = base();
    options.clock = clock;
    options.random = std::make_shared<system_random>();
    options.count = count;
    store = open_store();
    restart();
  }
  ~media_service_test() override {
    service.reset();
    graph.reset();
    store.reset();
    fs::remove_all(directory);
  }

  std::string base() const { return "http://127.0.0.1:" + std::to_string(graph->port()); }
  std::shared_ptr<persistence::media_store> open_store(std::uint64_t bytes_max = 1U << 30U) {
    return persistence::open_file_media_store({directory, bytes_max, 90 * ms_per_day, clock, options.random}).value();
  }
  void restart() {
    service.reset();
    service = std::make_unique<media_service>(io, store, options);
  }

  // -- Meta

  struct file {
    std::string content;
    json facts;
  };
  /// Puts a file there; `changes` are what Meta says of it instead.
  void put(const std::string& id, const std::string& content, const std::string& type = "image/jpeg",
           const json& changes = json::object()) {
    json facts{{"messaging_product", "whatsapp"},   {"id", id},
               {"url", base() + "/_media/" + id},   {"mime_type", type},
               {"sha256", to_hex(sha256(content))}, {"file_size", content.size()}};
    facts.update(changes);
    const std::lock_guard lock{mutex};
    files[id] = {content, facts};
  }

  void answer(request&& what, responder to) {
    const std::lock_guard lock{mutex};
    seen.push_back(what);
    if (const auto forced = forced_answers.find(what.path);
        forced != forced_answers.end() && !forced->second.empty()) {
      auto next = std::move(forced->second.front());
      forced->second.pop_front();
      to.send(std::move(next));
      return;
    }
    if (holding) {
      held.emplace_back(std::move(what), std::move(to));
      came.notify_all();
      return;
    }
    to.send(usual_answer(what));
  }

  response usual_answer(const request& what) {
    const auto id = what.path.substr(what.path.rfind('/') + 1);
    if (what.method == "POST")
      return response::json(200, json{{"id", std::to_string(next_id++)}}.dump());
    const auto found = files.find(id);
    if (found == files.end())
      return response::json(400, R"({"error":{"message":"no","code":100,"error_subcode":33}})");
    if (what.path.starts_with("/_media/"))
      return response::text(200, found->second.content);
    return response::json(200, found->second.facts.dump());
  }

  void hold() {
    const std::lock_guard lock{mutex};
    holding = true;
  }
  void wait_for_held(std::size_t many) {
    std::unique_lock lock{mutex};
    came.wait(lock, [&] { return held.size() >= many; });
  }
  void let_go() {
    const std::lock_guard lock{mutex};
    holding = false;
    for (auto& [what, to] : held)
      to.send(usual_answer(what));
    held.clear();
  }

  std::size_t calls(std::string_view method, std::string_view beginning) {
    const std::lock_guard lock{mutex};
    return static_cast<std::size_t>(std::count_if(seen.begin(), seen.end(), [&](const request& r) {
      return r.method == method && r.path.starts_with(beginning);
    }));
  }
  std::size_t downloads() { return calls("GET", "/_media/"); }
  std::size_t uploads() { return calls("POST", "/"); }

  // -- the service

  std::future<result<fetched_medium>> start_fetch(const std::string& id, actors::tenant_entry_ptr who = nullptr) {
    auto promise = std::make_shared<std::promise<result<fetched_medium>>>();
    service->fetch({who ? who : duka, "200"}, id,
                   [promise](result<fetched_medium> got) { promise->set_value(std::move(got)); });
    return promise->get_future();
  }
  result<fetched_medium> fetch(const std::string& id) { return start_fetch(id).get(); }

  std::future<result<uploaded_medium>> start_upload(const std::string& type, const std::string& body,
                                                    const std::string& number = "200") {
    auto promise = std::make_shared<std::promise<result<uploaded_medium>>>();
    service->upload({duka, number}, type, body,
                    [promise](result<uploaded_medium> got) { promise->set_value(std::move(got)); });
    return promise->get_future();
  }
  result<uploaded_medium> upload(const std::string& type, const std::string& body,
                                 const std::string& number = "200") {
    return start_upload(type, body, number).get();
  }

  template <class T>
  static void expect_refused(const result<T>& got, const std::string& field) {
    ASSERT_FALSE(got);
    EXPECT_EQ(got.error().code, errc::invalid_argument) << got.error().what;
    EXPECT_EQ(got.error().field, field) << got.error().what;
  }
  template <class T>
  static errc code_of(const result<T>& got) {
    return got ? errc{} : got.error().code;
  }

  fs::path path_of(const std::string& key) const {
    return fs::path(directory) / persistence::media_name({"duka", duka->keys, key});
  }
  std::size_t kept() const {
    std::size_t names = 0;
    for (const auto& entry : fs::directory_iterator(directory))
      names += entry.path().filename() == "lock" ? 0U : 1U;
    return names;
  }

  std::string directory = ::testing::TempDir() + "media-service-" + std::to_string(::getpid());
  std::shared_ptr<manual_clock> clock = std::make_shared<manual_clock>();
  std::shared_ptr<runtime::counters> count = std::make_shared<runtime::counters>();
  actors::tenant_entry_ptr duka = entry_of("duka", 1);
  actors::tenant_entry_ptr bidii = entry_of("bidii", 2);
  media_options options;
  std::shared_ptr<persistence::media_store> store;
  io_runtime io{1};
  io_runtime meta_io{1};

  std::mutex mutex;
  std::condition_variable came;
  std::map<std::string, file> files;
  std::map<std::string, std::deque<response>> forced_answers; ///< by path, one for each call
  std::vector<request> seen;
  std::vector<std::pair<request, responder>> held;
  bool holding = false;
  int next_id = 9000;

  std::unique_ptr<server> graph;
  std::unique_ptr<media_service> service;
};

TEST_F(media_service_test, fetches_once_and_keeps_what_it_fetched) {
  put("300", jpeg, "image/jpeg; name=x");
  const auto got = fetch("300");
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->content, jpeg);
  EXPECT_EQ(got->mime_type, "image/jpeg");
  EXPECT_EQ(got->sha256, to_hex(sha256(jpeg)));
  {
    const std::lock_guard lock{mutex};
    ASSERT_EQ(seen.size(), 2U);
    EXPECT_EQ(seen[0].target, "/v23.0/300?phone_number_id=200");
    EXPECT_EQ(seen[0].header("Authorization"), "Bearer token-duka");
    EXPECT_EQ(seen[1].target, "/_media/300");
    EXPECT_EQ(seen[1].header("Authorization"), "Bearer token-duka");
    files.clear();
  }
  restart();
  EXPECT_EQ(fetch("300").value().content, jpeg);
  EXPECT_EQ(downloads(), 1U);
  EXPECT_EQ(count->media_fetched, 1U);
  EXPECT_EQ(count->media_from_store, 1U);
  // Another tenant, and another number, have it neither from us nor from Meta.
  EXPECT_EQ(code_of(start_fetch("300", bidii).get()), errc::not_found);
}

TEST_F(media_service_test, downloads_once_for_all_who_ask_meanwhile) {
  put("300", jpeg);
  hold();
  auto first = start_fetch("300");
  wait_for_held(1);
  auto second = start_fetch("300");
  auto third = start_fetch("300");
  let_go();
  for (auto* each : {&first, &second, &third})
    EXPECT_EQ(each->get().value().content, jpeg);
  EXPECT_EQ(downloads(), 1U);
}

TEST_F(media_service_test, asks_again_when_the_url_is_over_but_only_once) {
  put("300", jpeg);
  forced_answers["/_media/300"].push_back(response::text(404, std::string(5000, 'x')));
  EXPECT_EQ(fetch("300").value().content, jpeg);
  EXPECT_EQ(calls("GET", "/v23.0/300"), 2U);
  put("301", jpeg);
  forced_answers["/_media/301"] = {response::text(404, ""), response::text(404, "")};
  EXPECT_EQ(code_of(fetch("301")), errc::unavailable);
  EXPECT_EQ(calls("GET", "/v23.0/301"), 2U);
}

TEST_F(media_service_test, refuses_what_is_not_as_promised) {
  const auto refused = [&](const std::string& content, const std::string& type, const json& changes,
                           const std::string& field) {
    put("300", content, type, changes);
    expect_refused(fetch("300"), field);
    EXPECT_EQ(kept(), 0U) << field;
  };
  refused(jpeg, "image/gif", json::object(), "/mime_type");
  refused(jpeg, "", json::object(), "/mime_type");
  refused(jpeg, "image/jpeg", {{"file_size", whatsapp::inbound_bytes_max + 1}}, "/size");
  refused(jpeg, "image/jpeg", {{"sha256", "odd"}}, "/sha256");
  EXPECT_EQ(downloads(), 0U) << "this was known before";
  refused(jpeg, "image/png", json::object(), "/mime_type");
  refused("<html><script>", "image/jpeg", json::object(), "/mime_type");
  refused(jpeg, "image/jpeg", {{"sha256", std::string(64, '0')}}, "/sha256");
  refused(jpeg, "image/jpeg", {{"file_size", jpeg.size() + 1}}, "/size");
  refused(jpeg, "image/jpeg", {{"file_size", jpeg.size() - 1}}, "/size");
  refused(jpeg + std::string(200'000, 'x'), "image/jpeg", {{"file_size", jpeg.size()}}, "/size");
  EXPECT_EQ(count->media_refused, 10U);
}

TEST_F(media_service_test, shows_the_token_to_nobody_else) {
  put("300", jpeg, "image/jpeg", {{"url", "http://127.0.0.1:1/_media/300"}});
  EXPECT_EQ(code_of(fetch("300")), errc::unavailable);
  put("300", jpeg);
  forced_answers["/_media/300"].push_back(response::empty(302).with("Location", base() + "/elsewhere"));
  EXPECT_EQ(code_of(fetch("300")), errc::unavailable);
  EXPECT_EQ(calls("GET", "/elsewhere"), 0U);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(media_service_test, tells_what_meta_answers_and_no_secret) {
  const auto after = [&](int status, const std::string& body) {
    {
      const std::lock_guard lock{mutex};
      forced_answers["/v23.0/300"].push_back(response::json(status, body));
    }
    const auto got = fetch("300");
    EXPECT_FALSE(got);
    for (const std::string_view secret : {"token-duka", "300", "200", "254700000001"})
      EXPECT_EQ(got.error().what.find(secret), std::string::npos) << got.error().what;
    return got.error().code;
  };
  const auto error_of = [](int code) {
    return R"({"error":{"message":"to 254700000001","code":)" + std::to_string(code) + "}}";
  };
  EXPECT_EQ(after(400, error_of(100)), errc::not_found);
  EXPECT_EQ(after(404, "gone"), errc::not_found);
  EXPECT_EQ(after(401, error_of(190)), errc::conflict);
  EXPECT_EQ(after(403, error_of(10)), errc::conflict);
  EXPECT_EQ(after(400, error_of(4)), errc::overloaded);
  EXPECT_EQ(after(500, error_of(131000)), errc::unavailable);
  EXPECT_EQ(after(503, "<html>"), errc::unavailable);
  EXPECT_EQ(after(200, "not JSON"), errc::unavailable);
  graph.reset();
  EXPECT_EQ(code_of(fetch("300")), errc::unavailable);
}

TEST_F(media_service_test, gives_a_damaged_file_to_nobody) {
  put("300", jpeg);
  ASSERT_TRUE(fetch("300"));
  const auto path = path_of("file:3:200:3:300");
  ASSERT_TRUE(fs::exists(path));
  const auto damage = [&] {
    std::fstream(path, std::ios::binary | std::ios::in | std::ios::out).seekp(40).put('?').put('!');
  };
  damage();
  EXPECT_EQ(fetch("300").value().content, jpeg) << "Meta still has it";
  EXPECT_EQ(downloads(), 2U);
  damage();
  files.clear();
  EXPECT_EQ(code_of(fetch("300")), errc::corrupt);
}

TEST_F(media_service_test, gives_what_it_cannot_keep) {
  service.reset();
  store.reset();
  store = open_store(10);
  restart();
  put("300", jpeg);
  EXPECT_EQ(fetch("300").value().content, jpeg);
  EXPECT_EQ(kept(), 0U);
}

TEST_F(media_service_test, uploads_the_same_bytes_once_in_29_days) {
  const auto first = upload("image/jpeg", jpeg);
  ASSERT_TRUE(first) << first.error().what;
  EXPECT_EQ(first->id, "9000");
  EXPECT_EQ(first->sha256, to_hex(sha256(jpeg)));
  EXPECT_EQ(first->mime_type, "image/jpeg");
  EXPECT_EQ(first->size, jpeg.size());
  EXPECT_EQ(first->expires_at, clock->now() + 29 * ms_per_day);
  EXPECT_FALSE(first->cached);
  {
    const std::lock_guard lock{mutex};
    ASSERT_EQ(seen.size(), 1U);
    EXPECT_EQ(seen[0].target, "/v23.0/200/media");
    EXPECT_EQ(seen[0].header("Authorization"), "Bearer token-duka");
    const auto form = parse_form_data(seen[0].header("Content-Type").value(), seen[0].body).value();
    ASSERT_EQ(form.size(), 3U);
    EXPECT_EQ(form[0].name, "messaging_product");
    EXPECT_EQ(form[0].data, "whatsapp");
    EXPECT_EQ(form[1].name, "type");
    EXPECT_EQ(form[1].data, "image/jpeg");
    EXPECT_EQ(form[2].name, "file");
    EXPECT_EQ(form[2].filename, "file.jpg");
    EXPECT_EQ(form[2].content_type, "image/jpeg");
    EXPECT_EQ(form[2].data, jpeg);
  }
  restart();
  const auto again = upload("image/jpg", jpeg);
  EXPECT_EQ(again.value().id, "9000");
  EXPECT_TRUE(again->cached);
  EXPECT_EQ(again->expires_at, first->expires_at);
  const auto in_a_form = write_form_data("xx", std::array{form_part{"messaging_product", {}, {}, "whatsapp"},
                                                          form_part{"file", "a.jpg", "image/jpeg", jpeg}});
  EXPECT_EQ(upload("multipart/form-data; boundary=xx", in_a_form).value().id, "9000");
  EXPECT_EQ(upload("image/jpeg", jpeg, "201").value().id, "9001") << "ids are of one number";
  EXPECT_EQ(upload("image/jpeg", jpeg + "2").value().id, "9002");
  EXPECT_EQ(fetch("9000").value().content, jpeg) << "what was sent can be looked at";
  EXPECT_EQ(downloads(), 0U);
  clock->advance(std::chrono::hours{24 * 29});
  EXPECT_EQ(upload("image/jpeg", jpeg).value().id, "9003");
  EXPECT_EQ(uploads(), 4U);
  EXPECT_EQ(count->media_uploaded, 4U);
  EXPECT_EQ(count->media_uploads_saved, 2U);
}

TEST_F(media_service_test, uploads_once_for_all_who_come_meanwhile) {
  hold();
  auto first = start_upload("image/jpeg", jpeg);
  wait_for_held(1);
  auto second = start_upload("image/jpeg", jpeg);
  auto other = start_upload("image/jpeg", jpeg + "2");
  wait_for_held(2); // the other's; whoever comes before it has been looked at
  let_go();
  EXPECT_EQ(first.get().value().id, second.get().value().id);
  EXPECT_TRUE(other.get());
  EXPECT_EQ(uploads(), 2U);
}

TEST_F(media_service_test, refuses_uploads_that_meta_would_refuse) {
  expect_refused(upload("image/gif", "GIF89a"), "/mime_type");
  expect_refused(upload("", jpeg), "/mime_type");
  expect_refused(upload("image/png", jpeg), "/mime_type");
  expect_refused(upload("image/jpeg", ""), "/size");
  auto large = upload("image/jpeg", jpeg + std::string(5'000'000, 'x'));
  expect_refused(large, "/size");
  EXPECT_NE(large.error().what.find("5000000"), std::string::npos);
  expect_refused(upload("image/webp", std::string("RIFF\x24\0\0\0WEBPVP8 ", 16) + std::string(100'000, 'x')),
                 "/size");
  EXPECT_EQ(code_of(upload("multipart/form-data; boundary=xx", "no form")), errc::invalid_argument);
  const auto without_file = write_form_data("xx", std::array{form_part{"type", {}, {}, "image/jpeg"}});
  expect_refused(upload("multipart/form-data; boundary=xx", without_file), "/content");
  EXPECT_EQ(uploads(), 0U);
  forced_answers["/v23.0/200/media"] = {
      response::json(400, R"({"error":{"message":"x","code":131053}})"),
      response::json(400, R"({"error":{"message":"x","code":100,"error_subcode":33}})"),
      response::json(500, R"({"error":{"message":"x","code":131000}})"), response::json(200, "{}")};
  expect_refused(upload("image/jpeg", jpeg), "/content");
  EXPECT_EQ(code_of(upload("image/jpeg", jpeg)), errc::conflict);
  EXPECT_EQ(code_of(upload("image/jpeg", jpeg)), errc::unavailable);
  EXPECT_EQ(code_of(upload("image/jpeg", jpeg)), errc::unavailable);
  EXPECT_EQ(kept(), 0U);
  EXPECT_TRUE(upload("image/jpeg", jpeg));
}

TEST_F(media_service_test, passes_nothing_that_is_harmful_or_was_not_scanned) {
  const auto script = [](const std::string& text) {
    return scan_options{{"sh", "-c", text}, std::chrono::seconds{20}};
  };
  put("300", jpeg);
  options.scan = script("grep -q -a risiti && exit 1; exit 0");
  restart();
  expect_refused(fetch("300"), "/content");
  expect_refused(upload("image/jpeg", jpeg), "/content");
  EXPECT_EQ(count->media_infected, 2U);
  options.scan = script("exit 2");
  restart();
  EXPECT_EQ(code_of(fetch("300")), errc::unavailable);
  EXPECT_EQ(code_of(upload("image/jpeg", jpeg)), errc::unavailable);
  EXPECT_EQ(count->media_unscanned, 2U);
  EXPECT_EQ(uploads(), 0U);
  EXPECT_EQ(kept(), 0U);
  options.scan = script("test $(wc -c) -eq " + std::to_string(jpeg.size()));
  restart();
  EXPECT_TRUE(fetch("300"));
  EXPECT_TRUE(upload("image/jpeg", jpeg));
}

TEST_F(media_service_test, ends_with_every_answer_given) {
  put("300", jpeg);
  hold();
  auto fetching = start_fetch("300");
  auto uploading = start_upload("image/jpeg", jpeg);
  wait_for_held(2);
  service.reset();
  EXPECT_EQ(code_of(fetching.get()), errc::unavailable);
  EXPECT_EQ(code_of(uploading.get()), errc::unavailable);
  let_go();
  options.scan = {{"sleep", "60"}, std::chrono::seconds{60}};
  restart();
  auto scanning = start_upload("image/jpeg", jpeg);
  service.reset(); // does not wait for the scan
  EXPECT_EQ(code_of(scanning.get()), errc::unavailable);
}

} // namespace
} // namespace wakala::http::test
