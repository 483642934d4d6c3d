// wakala-sandbox: a local stand-in for Meta's WhatsApp Cloud API, with phones in the browser.
#include "http/core/url.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/random.hpp"
#include "sandbox/app.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <charconv>
#include <csignal>
#include <fstream>
#include <iostream>
#include <sstream>

namespace {

using namespace wakala;

constexpr auto bad = 1;
constexpr auto usage = 2;

int complain(const std::string& option, const error& wrong, int code = usage) {
  std::cerr << "wakala-sandbox: " << option << ": " << wrong.what << '\n';
  return code;
}

result<listen_address> parse_listen(const std::string& text) {
  const auto colon = text.rfind(':');
  unsigned port = 0;
  const auto* end = text.data() + text.size();
  if (colon == std::string::npos || colon == 0)
    return make_error(errc::invalid_argument, "expected HOST:PORT", "listen");
  const auto [at, failure] = std::from_chars(text.data() + colon + 1, end, port);
  if (failure != std::errc{} || at != end || port > 65'535)
    return make_error(errc::invalid_argument, "expected HOST:PORT", "listen");
  return listen_address{text.substr(0, colon), static_cast<std::uint16_t>(port)};
}

/// Waits for SIGINT or SIGTERM, which every thread must have blocked.
void wait_for_end(const sigset_t& signals) {
  auto number = 0;
  sigwait(&signals, &number);
}

} // namespace

int main(int argc, char** argv) {
  sandbox::app_options options;
  auto& number = options.behaviour.defaults;
  number.id = "106540352242922";
  number.waba_id = "102290129340398";
  number.display = "15550783881";
  number.name = "Demo shop";
  std::string listen = "127.0.0.1:8090";
  std::string chaos;
  std::string numbers_file;
  std::vector<std::string> secrets_for;
  std::uint64_t seed = 0;
  std::int64_t retry_base = options.delivery.retry_base.count();
  std::int64_t retry_max = options.delivery.retry_max.count();
  std::int64_t give_up = options.delivery.give_up.count() / ms_per_second;
  std::int64_t batch_ms = options.delivery.batch_wait.count();
  std::int64_t prompt_ms = options.payments.prompt_life.count();
  std::int64_t timeout_ms = options.webhook_timeout.count();
  std::string log_level = "info";

  CLI::App cli{
      "A local stand-in for Meta's WhatsApp Cloud API: answers sends and media calls, signs and posts webhooks,\n"
      "and shows the shoppers' phones in the browser.",
      "wakala-sandbox"};
  cli.add_option("--listen", listen, "HOST:PORT of the Graph API and the phone page; port 0 takes a free one")
      ->capture_default_str();
  cli.add_option("--webhook-url", number.webhook_url, "where webhooks go");
  cli.add_option("--app-secret", number.webhook_secret, "signs webhooks (X-Hub-Signature-256)")
      ->envname("WAKALA_SANDBOX_APP_SECRET");
  cli.add_option("--access-token", number.access_token, "the only bearer token accepted; any when absent")
      ->envname("WAKALA_SANDBOX_ACCESS_TOKEN");
  const auto* named =
      cli.add_option("--phone-number-id", number.id, "id of the one business number, when no other option names any")
          ->capture_default_str();
  cli.add_option("--waba-id", number.waba_id, "its account")->capture_default_str();
  cli.add_option("--display-number", number.display, "its phone number, digits")->capture_default_str();
  cli.add_option("--business-name", number.name, "its verified name")->capture_default_str();
  cli.add_option(
      "--numbers-file", numbers_file,
      "JSON array of business numbers: phone_number_id, waba_id, display_phone_number, verified_name,\n"
      "access_token, webhook_url, app_secret, messaging_limit, quality_rating, throughput, status, name_status,\n"
      "code_verification_status, pin, registered, coexistence, token_expired, spam_limited, unpaid;\n"
      "what is absent comes from the options above");
  cli.add_option("--webhook-secret-for", secrets_for,
                 "PHONE_ID=SECRET@URL: a business number with its own webhook; repeatable");
  cli.add_flag("--accept-any-number", options.behaviour.accept_any_number,
               "create unknown phone number ids on first use; so it is when no option names a number");
  cli.add_flag("--strict-templates", options.behaviour.strict_templates,
               "templates have to exist and be approved also for accounts that created none (132001)");
  const auto* seeded = cli.add_option("--seed", seed, "seed of ids and chaos; random when absent");
  cli.add_option("--chaos", chaos, "what goes wrong: key=value,key=value (keys below)");
  cli.add_flag("--verify", options.verify, "ask every webhook URL for the challenge at start");
  cli.add_option("--verify-token", options.verify_token, "token for that");
  cli.add_option("--retry-base-ms", retry_base, "wait before a webhook is posted again; doubles each time")
      ->check(CLI::Range(1, 3'600'000))
      ->capture_default_str();
  cli.add_option("--retry-max-ms", retry_max, "longest such wait")
      ->check(CLI::Range(1, 86'400'000))
      ->capture_default_str();
  cli.add_option("--give-up-s", give_up, "how long a webhook is tried")
      ->check(CLI::Range(0, 604'800))
      ->capture_default_str();
  cli.add_option("--concurrency", options.delivery.concurrency, "webhooks in flight per URL")
      ->check(CLI::Range(1, 1'024))
      ->capture_default_str();
  cli.add_option("--batch", options.delivery.batch_max, "most updates in one webhook")
      ->check(CLI::Range(1, 1'000))
      ->capture_default_str();
  cli.add_option("--batch-ms", batch_ms, "how long an update waits for others")
      ->check(CLI::Range(0, 60'000))
      ->capture_default_str();
  cli.add_option("--webhook-timeout-ms", timeout_ms, "how long a webhook may take to answer")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
  auto& money = options.payments;
  cli.add_option("--stripe-webhook-url", money.stripe_webhook_url, "where Stripe's events go");
  cli.add_option("--stripe-webhook-secret", money.stripe_webhook_secret, "whsec_…, signs them (Stripe-Signature)")
      ->envname("WAKALA_SANDBOX_STRIPE_WEBHOOK_SECRET");
  cli.add_option("--stripe-key", money.stripe_key, "the only secret key that Stripe takes; any when absent")
      ->envname("WAKALA_SANDBOX_STRIPE_KEY");
  cli.add_option("--daraja-key", money.daraja_key, "the only app that Daraja knows; any when absent")
      ->envname("WAKALA_SANDBOX_DARAJA_KEY");
  cli.add_option("--daraja-secret", money.daraja_secret, "its secret")->envname("WAKALA_SANDBOX_DARAJA_SECRET");
  cli.add_option("--daraja-passkey", money.daraja_passkey, "of every shortcode; not looked at when absent")
      ->envname("WAKALA_SANDBOX_DARAJA_PASSKEY");
  cli.add_option("--prompt-ms", prompt_ms, "how long an M-Pesa prompt waits for the PIN")
      ->check(CLI::Range(1, 600'000))
      ->capture_default_str();
  cli.add_option("--log", log_level, "debug, info, warn or error")
      ->check(CLI::IsMember({"debug", "info", "warn", "error"}))
      ->capture_default_str();
  cli.footer("Chaos keys (chances from 0 to 1):\n" + sandbox::chaos_help() +
             "\nPaths: / (phones), /{version}/{phone-number-id}/messages, …/media, /{version}/{media-id},\n"
             "/{version}/{phone-number-id} and register, deregister, request_code, verify_code,\n"
             "whatsapp_business_profile, block_users; /{version}/{waba-id} and phone_numbers, subscribed_apps,\n"
             "message_templates; /{version}/{template-id} and unpause;\n"
             "/_sandbox/messages, attempts, feed, state, health (GET), inbound, shoppers, chaos, webhooks,\n"
             "numbers/{id}, accounts/{id}, templates/{id} (POST);\n"
             "/_sandbox/stripe and /_sandbox/daraja (base URLs of the payment providers), payments (GET).");
  try {
    cli.parse(argc, argv);
  } catch (const CLI::ParseError& wrong) {
    return cli.exit(wrong) == 0 ? 0 : usage;
  }

  // Whoever names no number brings numbers of his own.
  if (named->empty() && numbers_file.empty() && secrets_for.empty())
    options.behaviour.accept_any_number = true;

  const auto address = parse_listen(listen);
  if (!address)
    return complain("--listen", address.error());
  options.listen = *address;
  const auto spec = sandbox::parse_chaos(chaos);
  if (!spec)
    return complain("--chaos", spec.error());
  options.behaviour.chaos = *spec;
  if (!numbers_file.empty()) {
    std::ifstream in{numbers_file};
    std::stringstream text;
    text << in.rdbuf();
    if (!in)
      return complain("--numbers-file", make_error(errc::invalid_argument, "cannot be read"));
    auto numbers = sandbox::parse_numbers(text.str(), number);
    if (!numbers)
      return complain("--numbers-file", numbers.error());
    for (auto& one : *numbers)
      options.numbers.add(std::move(one));
  }
  for (const auto& text : secrets_for) {
    const auto id = text.substr(0, text.find('='));
    const auto* known = options.numbers.find(id);
    const auto one = sandbox::parse_secret_for(text, known ? *known : number);
    if (!one)
      return complain("--webhook-secret-for", one.error());
    options.numbers.add(*one);
  }
  if (options.numbers.empty())
    options.numbers.add(number);
  for (const auto& one : options.numbers.all()) {
    if (one.webhook_url.empty())
      continue;
    if (const auto url = http::parse_url(one.webhook_url); !url)
      return complain("webhook URL of number " + one.id, url.error());
    if (one.webhook_secret.empty())
      return complain("--app-secret",
                      make_error(errc::invalid_argument, "number " + one.id + " has a webhook URL but no secret"));
  }
  if (!money.stripe_webhook_url.empty()) {
    if (const auto url = http::parse_url(money.stripe_webhook_url); !url)
      return complain("--stripe-webhook-url", url.error());
    if (money.stripe_webhook_secret.empty())
      return complain("--stripe-webhook-secret",
                      make_error(errc::invalid_argument, "signs what goes to the webhook URL"));
  }
  money.retry_base = std::chrono::milliseconds{retry_base};
  money.prompt_life = std::chrono::milliseconds{prompt_ms};
  options.behaviour.seed = seeded->count() > 0 ? seed : system_random{}.next_u64();
  money.seed = options.behaviour.seed;
  options.delivery.retry_base = std::chrono::milliseconds{retry_base};
  options.delivery.retry_max = std::chrono::milliseconds{std::max(retry_base, retry_max)};
  options.delivery.give_up = std::chrono::seconds{give_up};
  options.delivery.batch_wait = std::chrono::milliseconds{batch_ms};
  options.webhook_timeout = std::chrono::milliseconds{timeout_ms};
  const auto level = log_level == "debug"   ? log::level::debug
                     : log_level == "warn"  ? log::level::warn
                     : log_level == "error" ? log::level::error
                                            : log::level::info;

  sigset_t signals;
  sigemptyset(&signals);
  sigaddset(&signals, SIGINT);
  sigaddset(&signals, SIGTERM);
  pthread_sigmask(SIG_BLOCK, &signals, nullptr); // before threads start, so that they inherit it
  log::init(level, "wakala-sandbox");
  const system_clock_source clock;
  const auto used_seed = options.behaviour.seed;
  const auto host = options.listen.host;
  const auto running = sandbox::app::start(std::move(options), clock);
  if (!running)
    return complain("--listen", running.error(), bad);
  std::cout << fmt::format("phone: http://{}:{}/\nseed: {}\n", host, (*running)->port(), used_seed) << std::flush;
  wait_for_end(signals);
  return 0;
}
