// Reads JSON lines `{"name", "header", "body"}` and says of each what the check of its signature says: for the test
// of Stripe's own library. Usage: check_stripe SECRET < lines
#include "http/core/hmac.hpp"
#include "runtime/core/clock.hpp"

#include <nlohmann/json.hpp>

#include "payments/stripe_events.hpp"
#include "payments/stripe_signature.hpp"
#include <iostream>
#include <string>
#include <vector>

int main(int argc, char** argv) {
  using namespace wakala;
  const std::vector<std::string> secrets(argv + 1, argv + argc);
  const system_clock_source clock;
  const auto hmac = [](std::string_view key, std::string_view data) {
    const auto digest = http::hmac_sha256(key, data);
    return std::string(digest.begin(), digest.end());
  };
  for (std::string line; std::getline(std::cin, line);) {
    const auto given = nlohmann::json::parse(line);
    const auto body = given.at("body").get<std::string>();
    const auto verdict =
        payments::check_stripe_signature(given.at("header").get<std::string>(), body, secrets, clock.now(), hmac);
    const auto event = payments::read_stripe_event(body);
    std::cout << nlohmann::json{{"name", given.at("name")},
                                {"verdict", payments::to_string(verdict)},
                                {"fact", event ? payments::to_string(event->fact) : "none"}}
                     .dump()
              << '\n';
  }
}
