#include "bench/failover/shoppers.hpp"

#include "bench/process/http_line.hpp"
#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

namespace wakala::bench {

using namespace std::chrono_literals;
using nlohmann::json;

namespace {

/// A balancer turns away from a node that does not answer for so long.
constexpr auto answer_patience = 1s;
constexpr auto retry_pause = 10ms;

} // namespace

std::string failover_message_id(std::uint32_t conversation, std::size_t place) {
  return "wamid." + to_base64(as_span(phone_of(conversation) + "-failover-" + std::to_string(place)));
}

shoppers::shoppers(const population& who, std::vector<std::uint16_t> ports, std::string app_secret, double rate)
    : who_(who), ports_(std::move(ports)), app_secret_(std::move(app_secret)),
      period_(std::chrono::duration_cast<bench_clock::duration>(
          std::chrono::duration<double>(static_cast<double>(who.conversations()) / rate))),
      said_(who.conversations()) {}

shoppers::~shoppers() {
  stop_ = true;
  give_up_ = true;
  for (auto& thread : threads_)
    if (thread.joinable())
      thread.join();
}

void shoppers::start() {
  for (std::uint32_t conversation = 0; conversation < who_.conversations(); ++conversation) {
    ++running_;
    threads_.emplace_back([this, conversation] {
      run(conversation);
      --running_;
    });
  }
}

said_messages shoppers::finish(std::chrono::milliseconds patience) {
  stop_ = true;
  const auto until = bench_clock::now() + patience;
  while (running_ > 0 && bench_clock::now() < until)
    std::this_thread::sleep_for(retry_pause);
  give_up_ = true;
  for (auto& thread : threads_)
    thread.join();
  threads_.clear();
  return std::move(said_);
}

std::string shoppers::body_of(std::uint32_t conversation, std::size_t place) const {
  const auto& shop = who_.shop_of(conversation);
  const auto phone = phone_of(conversation);
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const json message{{"from", phone},
                     {"id", failover_message_id(conversation, place)},
                     {"timestamp", std::to_string(std::chrono::duration_cast<std::chrono::seconds>(now).count())},
                     {"type", "text"},
                     {"text", {{"body", "HELP"}}}};
  const json value{{"messaging_product", "whatsapp"},
                   {"metadata", {{"display_phone_number", shop.display}, {"phone_number_id", shop.number_id}}},
                   {"contacts", json::array({{{"profile", {{"name", name_of(conversation)}}}, {"wa_id", phone}}})},
                   {"messages", json::array({message})}};
  return json{{"object", "whatsapp_business_account"},
              {"entry", json::array({{{"id", shop.waba_id},
                                      {"changes", json::array({{{"field", "messages"}, {"value", value}}})}}})}}
      .dump();
}

void shoppers::run(std::uint32_t conversation) {
  const http::hmac_key key{app_secret_};
  std::vector<std::unique_ptr<http_line>> lines;
  for (const auto port : ports_)
    lines.push_back(std::make_unique<http_line>("127.0.0.1", port, answer_patience));
  auto& said = said_[conversation];
  std::size_t at = conversation % lines.size();
  // Not all at the same moment.
  auto next = bench_clock::now() + period_ * conversation / who_.conversations();
  while (!stop_) {
    std::this_thread::sleep_until(next);
    const auto body = body_of(conversation, said.size());
    const auto headers =
        "Content-Type: application/json\r\nX-Hub-Signature-256: " + http::signature_header(body, key) + "\r\n";
    auto& message = said.emplace_back();
    message.sent = bench_clock::now();
    while (!give_up_) {
      const auto answer = lines[at]->call("POST", "/v1/webhooks", headers, body);
      if (answer && answer->status == 200) {
        message.acked = bench_clock::now();
        ++acknowledged_;
        break;
      }
      ++message.refusals;
      at = (at + 1) % lines.size();
      std::this_thread::sleep_for(retry_pause);
    }
    next = std::max(next + period_, bench_clock::now());
  }
}

} // namespace wakala::bench
