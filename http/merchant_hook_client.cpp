#include "http/merchant_hook_client.hpp"

#include "http/hook_signature.hpp"

#include <atomic>
#include <utility>
#include <variant>

namespace wakala::http {

namespace {

using actors::hook_answer;
using actors::hook_call;

constexpr std::size_t on_their_way_max = 512;
constexpr std::size_t answer_bytes_max = std::size_t{16} * 1024;

hook_answer answer_of(client_result&& from, bool may_leave) {
  hook_answer out;
  if (const auto* answer = std::get_if<client_answer>(&from)) {
    out.what = hook_answer::kind::answered;
    out.status = answer->status;
  } else if (auto* nothing = std::get_if<not_sent>(&from)) {
    out.what = may_leave ? hook_answer::kind::no_answer : hook_answer::kind::held;
    out.why = std::move(nothing->why);
  } else {
    auto& unknown = std::get<unknown_outcome>(from);
    if (unknown.status != 0) { // it said more than anybody wants to know
      out.what = hook_answer::kind::answered;
      out.status = unknown.status;
    } else {
      out.why = std::move(unknown.why);
    }
  }
  return out;
}

class merchant_hook_client final : public actors::merchant_hooks {
public:
  merchant_hook_client(io_runtime& io, client_options options) : client_(io, std::move(options)) {}

  void post(hook_call call, std::function<void(hook_answer)> done) override {
    if (on_their_way_->fetch_add(1) >= on_their_way_max) {
      --*on_their_way_;
      hook_answer held;
      held.what = hook_answer::kind::held;
      held.why = "too many events are on their way";
      return done(std::move(held));
    }
    client_request request;
    request.method = "POST";
    request.url = std::move(call.url);
    request.headers = {{"Content-Type", "application/json"},
                       {"Wakala-Event-Id", std::move(call.event_id)},
                       {"Wakala-Signature", hook_signature(call.body, call.secrets, call.at)}};
    request.body = std::move(call.body);
    // Asked once; what it said tells our own refusal from others that sent nothing.
    const auto leaves = std::make_shared<std::atomic<bool>>(true);
    if (call.may_leave)
      request.may_leave = [leaves, may_leave = std::move(call.may_leave)] {
        leaves->store(may_leave());
        return leaves->load();
      };
    client_.send(std::move(request), [done = std::move(done), leaves, count = on_their_way_](client_result from) {
      --*count;
      done(answer_of(std::move(from), leaves->load()));
    });
  }

private:
  std::shared_ptr<std::atomic<std::size_t>> on_their_way_ = std::make_shared<std::atomic<std::size_t>>(0);
  client client_;
};

} // namespace

std::shared_ptr<actors::merchant_hooks> make_merchant_hook_client(io_runtime& io, client_options options) {
  return std::make_shared<merchant_hook_client>(io, std::move(options));
}

client_options hook_client_options(const webhooks_config& config, const std::string& version) {
  client_options options;
  // Together less than what asks for a test waits for.
  options.connect_timeout = std::chrono::seconds{3};
  options.write_timeout = std::chrono::seconds{1};
  options.read_timeout = std::chrono::seconds{10};
  options.idle_keep = std::chrono::seconds{4}; // less than most servers keep theirs
  options.connections_per_host = 64;
  options.waiting_per_host = on_their_way_max;
  options.header_bytes = answer_bytes_max;
  options.body_bytes = answer_bytes_max;
  options.public_addresses_only = !config.allow_private_addresses;
  options.user_agent = "Wakala/" + version;
  options.proxy = proxy_settings::from_environment();
  return options;
}

} // namespace wakala::http
