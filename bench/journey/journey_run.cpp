#include "bench/journey/journey_run.hpp"

#include "bench/process/daemon.hpp"
#include "bench/process/process_figures.hpp"
#include "bench/process/sandbox_process.hpp"
#include "bench/report/progress.hpp"
#include "http/core/url.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <memory>

namespace wakala::bench {

namespace {

using nlohmann::json;
using steady = std::chrono::steady_clock;

constexpr const char* tenant_id = "duka";
constexpr const char* number_id = "200000000000001";
constexpr const char* catalog = R"({"products":[
  {"id":"unga","name":"Unga wa dola 2kg","category":"Flour","price":"250.00"},
  {"id":"chai","name":"Majani ya chai","category":"Tea","price":"140.00"}]})";
constexpr std::chrono::seconds answer_patience{10};

/// What a shopper does, and how many messages come back to it.
struct move {
  const char* kind; ///< `text`, `button_reply`, `list_reply`
  const char* what; ///< `{phone}` is the shopper's number
  unsigned answers;
};

constexpr move journey[] = {
    {"text", "hi", 1},
    {"button_reply", "menu:shop", 1},
    {"list_reply", "cat:Flour", 1},
    {"list_reply", "prod:unga", 1},
    {"button_reply", "add:unga:2", 1},
    {"text", "CART", 1},
    {"text", "LANGUAGE", 1},
    {"text", "LANGUAGE", 1},
    {"text", "CHECKOUT", 1},
    {"button_reply", "pay:mpesa", 1},
    {"button_reply", "pay:from:{phone}", 2}, // the prompt is on its way; the payment has come
    {"text", "my order", 1},
};

double ms_since(steady::time_point began) {
  return std::chrono::duration<double, std::milli>(steady::now() - began).count();
}

class shop {
public:
  static result<std::unique_ptr<shop>> open(const journey_plan& plan) {
    const std::vector<daemon_tenant> tenants{
        {tenant_id, "100000000000001", number_id, "254700000001", "bench-access-token", {}}};
    const auto phone_port = free_port();
    const auto phone_url = "http://127.0.0.1:" + std::to_string(phone_port);
    daemon_options options;
    options.program = plan.bin_dir + "/wakalad";
    options.directory = plan.directory + "/journey";
    options.graph_url = phone_url;
    options.public_port = free_port();
    options.environment = {{"WAKALA_PAYMENTS_PUBLIC_URL", "http://127.0.0.1:" + std::to_string(options.public_port)},
                           {"WAKALA_PAYMENTS_DARAJA_URL", phone_url + "/_sandbox/daraja"},
                           {"WAKALA_PAYMENTS_DARAJA_ADDRESSES", "any"}};
    auto daemon = daemon_process::start(options);
    if (!daemon)
      return daemon.error();
    auto sandbox = sandbox_process::start({plan.bin_dir + "/wakala-sandbox", plan.directory + "/journey/sandbox",
                                           phone_port, daemon->webhook_url(), options.app_secret, 1},
                                          tenants);
    if (!sandbox)
      return sandbox.error();
    auto made = std::unique_ptr<shop>(new shop(std::move(*daemon), std::move(*sandbox)));
    if (auto ready = made->prepare(tenants); !ready)
      return ready.error();
    return made;
  }

  double cpu_ms() const {
    constexpr double ms_per_s = 1'000;
    const auto figures = read_process(daemon_.pid());
    return figures ? figures->cpu_seconds * ms_per_s : 0;
  }

  /// The whole journey; how many messages it had.
  result<unsigned> play(const std::string& phone) {
    unsigned messages = 0;
    for (const auto& step : journey) {
      std::string what = step.what;
      if (const auto at = what.find("{phone}"); at != std::string::npos)
        what.replace(at, std::string_view("{phone}").size(), phone);
      json body{{"from", phone}, {"name", "Amina"}, {"phone_number_id", number_id}};
      if (std::string_view(step.kind) == "text")
        body["text"] = what;
      else
        body[step.kind] = {{"id", what}, {"title", "x"}};
      if (auto said = sandbox_call("POST", "/_sandbox/inbound", body.dump()); !said)
        return said.error();
      if (auto heard = wait_for_answers(phone, step.answers); !heard)
        return make_error(errc::unavailable, what + ": " + heard.error().what);
      messages += 1 + step.answers;
    }
    return messages;
  }

private:
  shop(daemon_process daemon, sandbox_process sandbox) : sandbox_(std::move(sandbox)), daemon_(std::move(daemon)) {}

  result<void> prepare(const std::vector<daemon_tenant>& tenants) {
    const auto url = http::parse_url(sandbox_.url());
    if (!url)
      return url.error();
    line_ = std::make_unique<http_line>(url->host, url->port);
    if (auto added = add_tenants(daemon_.admin(), tenants, catalog); !added)
      return added;
    auto admin = admin_client::connect_to(daemon_.admin());
    if (!admin)
      return admin.error();
    const auto path = std::string("/v1/tenants/") + tenant_id;
    const auto known = admin->get(path);
    if (!known)
      return known.error();
    auto form = json::parse(*known);
    form["limits"]["messages_per_hour"] = 1'000'000;
    form["payments"]["mpesa"] = {{"consumer_key", "bench-key"},
                                 {"consumer_secret", "bench-secret"},
                                 {"short_code", "174379"},
                                 {"passkey", "bench-passkey"}};
    if (auto put = admin->put(path, form.dump()); !put)
      return put.error();
    // The payer enters the PIN at once.
    const auto set = sandbox_call("POST", "/_sandbox/daraja", json{{"auto", "right_pin"}, {"auto_ms", 0}}.dump());
    return set ? result<void>{} : set.error();
  }

  result<std::string> sandbox_call(std::string_view method, std::string_view target, std::string_view body = {}) {
    const auto answer = line_->call(method, target, "Content-Type: application/json\r\n", body);
    if (!answer)
      return answer.error();
    if (answer->status != 200)
      return make_error(errc::unavailable, "the sandbox answered " + std::to_string(answer->status));
    return answer->body;
  }

  result<void> wait_for_answers(const std::string& phone, unsigned count) {
    const auto deadline = steady::now() + answer_patience;
    unsigned heard = 0;
    while (heard < count) {
      if (steady::now() > deadline)
        return make_error(errc::unavailable, "the shop has not answered");
      const auto found =
          sandbox_call("GET", "/_sandbox/messages?wait_ms=1000&to=" + phone + "&after=" + std::to_string(seen_));
      if (!found)
        return found.error();
      const auto all = json::parse(*found);
      for (const auto& message : all.at("messages")) {
        seen_ = std::max(seen_, message.at("seq").get<std::uint64_t>());
        ++heard;
      }
    }
    return {};
  }

  sandbox_process sandbox_;
  daemon_process daemon_; ///< ends first
  std::unique_ptr<http_line> line_;
  std::uint64_t seen_ = 0;
};

} // namespace

result<journey_figures> measure_journeys(const journey_plan& plan) {
  auto opened = shop::open(plan);
  if (!opened)
    return opened.error();
  auto& where = **opened;
  std::uint64_t number = 0;
  const auto next_phone = [&] { return "2547" + std::to_string(10'000'000 + ++number); };
  for (unsigned i = 0; i < 3; ++i) // the first ones pay for caches and connections
    if (auto warm = where.play(next_phone()); !warm)
      return warm.error();
  journey_figures found;
  for (unsigned turn = 0; turn < plan.repeats; ++turn) {
    console_progress().step("journey: repeat " + std::to_string(turn + 1) + " of " + std::to_string(plan.repeats));
    const auto cpu = where.cpu_ms();
    double wall = 0;
    double messages = 0;
    for (unsigned i = 0; i < plan.shoppers; ++i) {
      const auto began = steady::now();
      const auto played = where.play(next_phone());
      if (!played)
        return played.error();
      wall += ms_since(began);
      messages += *played;
    }
    found.cpu_ms.push_back((where.cpu_ms() - cpu) / plan.shoppers);
    found.wall_ms.push_back(wall / plan.shoppers);
    found.messages.push_back(messages / plan.shoppers);
  }
  return found;
}

} // namespace wakala::bench
