#include "bench/process/sandbox_process.hpp"

#include "bench/process/http_line.hpp"
#include "http/core/url.hpp"

#include <nlohmann/json.hpp>

#include <arpa/inet.h>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <netinet/in.h>
#include <sys/socket.h>
#include <system_error>
#include <unistd.h>

namespace wakala::bench {

using nlohmann::json;

std::uint16_t free_port() {
  const int probe = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const bool good = probe >= 0 && bind(probe, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                    getsockname(probe, reinterpret_cast<sockaddr*>(&address), &size) == 0;
  const int why = errno;
  if (probe >= 0)
    ::close(probe);
  if (!good)
    throw std::system_error(why, std::generic_category(), "cannot find a free port");
  return ntohs(address.sin_port);
}

result<sandbox_process> sandbox_process::start(const sandbox_options& options,
                                               const std::vector<daemon_tenant>& tenants) {
  std::error_code failed;
  std::filesystem::create_directories(options.directory, failed);
  auto numbers = json::array();
  for (const auto& t : tenants)
    numbers.push_back({{"phone_number_id", t.number_id},
                       {"waba_id", t.waba_id},
                       {"display_phone_number", t.display},
                       {"verified_name", t.id},
                       {"access_token", t.access_token},
                       {"webhook_url", options.webhook_url},
                       {"app_secret", options.app_secret}});
  const auto file = options.directory + "/numbers.json";
  std::ofstream(file) << numbers.dump();
  const auto log = options.directory + "/sandbox.log";
  std::filesystem::remove(log, failed);
  auto process = child::start({options.program,
                               {"--listen", "127.0.0.1:" + std::to_string(options.port), "--numbers-file", file,
                                "--seed", std::to_string(options.seed), "--log", "warn", "--concurrency", "64"},
                               {},
                               log});
  if (!process)
    return process.error();
  auto phone = wait_for_line(*process, "phone: ", std::chrono::seconds{20});
  if (!phone)
    return make_error(phone.error().code, "wakala-sandbox " + phone.error().what);
  while (phone->ends_with('/'))
    phone->pop_back();
  return sandbox_process(std::move(*process), std::move(*phone));
}

result<std::uint64_t> sandbox_process::waiting_webhooks() const {
  const auto url = http::parse_url(url_);
  if (!url)
    return url.error();
  http_line line(url->host, url->port);
  const auto answer = line.call("GET", "/_sandbox/state");
  if (!answer)
    return answer.error();
  const auto state = json::parse(answer->body, nullptr, false);
  const auto webhooks = state.find("webhooks");
  if (webhooks == state.end() || !webhooks->contains("waiting"))
    return make_error(errc::unavailable, "the sandbox does not say how many webhooks wait");
  return webhooks->at("waiting").get<std::uint64_t>();
}

} // namespace wakala::bench
