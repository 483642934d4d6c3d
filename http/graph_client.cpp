#include "http/graph_client.hpp"

#include "actors/inspect/hop_view.hpp"
#include "actors/records/conversation_records.hpp"
#include "http/core/client.hpp"
#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <optional>
#include <utility>

namespace wakala::http {

namespace {

using actors::send_call;
using actors::send_outcome;

constexpr std::chrono::milliseconds connect_timeout_max{5'000};
constexpr std::size_t answer_bytes_max = 4 * 1024 * 1024; // a page of templates; most have a few hundred bytes

send_outcome outcome_of(client_result&& result) {
  send_outcome out;
  if (auto* answer = std::get_if<client_answer>(&result)) {
    auto read = whatsapp::parse_answer(answer->status, answer->body);
    if (auto* accepted = std::get_if<whatsapp::send_answer>(&read)) {
      out.what = send_outcome::kind::accepted;
      out.answer = std::move(*accepted);
    } else {
      // Also a 2xx that names no message and a 5xx without a Graph error: `classify` calls those an unknown outcome.
      out.what = send_outcome::kind::refused;
      out.failure = std::move(std::get<whatsapp::send_error>(read));
    }
  } else if (auto* nothing = std::get_if<not_sent>(&result)) {
    out.what = send_outcome::kind::not_sent;
    out.why = std::move(nothing->why);
  } else {
    out.what = send_outcome::kind::unknown;
    out.why = std::move(std::get<unknown_outcome>(result).why);
  }
  return out;
}

/// By which a call is found again in whatever lies between here and Meta; nothing when the message is none of ours.
std::optional<std::string> traceparent_in(std::string_view body) {
  constexpr std::string_view member = R"("biz_opaque_callback_data":")";
  const auto at = body.find(member);
  if (at == std::string_view::npos)
    return std::nullopt;
  const auto rest = body.substr(at + member.size());
  const auto ours = actors::parse_outbox_id(rest.substr(0, rest.find('"')));
  return ours ? std::optional(actors::traceparent_of(ours->first, ours->second)) : std::nullopt;
}

client_options options_for(const limits_config& limits) {
  client_options options;
  options.connect_timeout = std::min(connect_timeout_max, limits.graph_timeout);
  options.write_timeout = limits.graph_timeout;
  options.read_timeout = limits.graph_timeout;
  options.body_bytes = answer_bytes_max;
  options.proxy = proxy_settings::from_environment();
  return options;
}

class graph_client final : public actors::transport {
public:
  graph_client(io_runtime& io, const meta_config& meta, const limits_config& limits)
      : base_(meta.graph_url), client_(io, options_for(limits)) {
    while (base_.ends_with('/'))
      base_.pop_back();
    base_ += '/' + meta.version + '/';
  }

  void send(send_call call, std::function<void(send_outcome)> done) override {
    client_request request;
    request.method = "POST";
    request.url = base_ + url_encode(call.phone_number_id) + "/messages";
    request.headers = {{"Authorization", "Bearer " + call.access_token},
                       {"Content-Type", "application/json"},
                       {"Accept", "application/json"}};
    if (auto parent = traceparent_in(call.body))
      request.headers.emplace_back("traceparent", std::move(*parent));
    request.body = std::move(call.body);
    request.may_leave = std::move(call.may_leave);
    client_.send(std::move(request),
                 [done = std::move(done)](client_result result) { done(outcome_of(std::move(result))); });
  }

  void ask(actors::graph_question question, std::function<void(result<actors::graph_reply>)> done) override {
    client_request request;
    request.method = std::move(question.method);
    request.url = base_ + question.path;
    request.headers = {{"Authorization", "Bearer " + question.access_token}, {"Accept", "application/json"}};
    if (!question.body.empty())
      request.headers.emplace_back("Content-Type", "application/json");
    request.body = std::move(question.body);
    client_.send(std::move(request), [done = std::move(done)](client_result result) {
      if (auto* answer = std::get_if<client_answer>(&result))
        done(actors::graph_reply{answer->status, std::move(answer->body)});
      else if (const auto* nothing = std::get_if<not_sent>(&result))
        done(make_error(errc::unavailable, nothing->why));
      else
        done(make_error(errc::unavailable, std::get<unknown_outcome>(result).why));
    });
  }
  bool can_ask() const noexcept override { return true; }

private:
  std::string base_;
  client client_;
};

} // namespace

std::shared_ptr<actors::transport> make_graph_client(io_runtime& io, const meta_config& meta,
                                                     const limits_config& limits) {
  return std::make_shared<graph_client>(io, meta, limits);
}

} // namespace wakala::http
