#include "http/media_graph.hpp"

#include "http/core/form_data.hpp"
#include "runtime/core/encoding.hpp"
#include "whatsapp/outbound.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <charconv>

namespace wakala::http {

namespace {

using nlohmann::json;
using whatsapp::error_class;

constexpr std::size_t answer_bytes_max = 1024 * 1024;
constexpr std::size_t refusal_bytes_max = 64 * 1024; // it may be longer than a small file
constexpr std::size_t digest_bytes = 32;
constexpr std::chrono::seconds transfer_base{30};
constexpr std::size_t transfer_bytes_per_second = 1024 * 1024; ///< slower than that is given up

std::chrono::milliseconds time_for(std::size_t bytes) {
  return transfer_base + std::chrono::seconds{bytes / transfer_bytes_per_second};
}

std::string text_of(const json& object, const char* key) {
  const auto at = object.find(key);
  return at != object.end() && at->is_string() ? at->get<std::string>() : std::string{};
}

/// What a call is about: the object that Meta does not know is that.
enum class subject : std::uint8_t { file, number };

constexpr int object_does_not_exist = 33; // or none that the token may use
constexpr int invalid_parameter = 100;

/// What to tell of an answer that is no success. Meta's own text is left out: it may name what was asked for.
error failure_of(const client_answer& answer, subject about) {
  const auto read = whatsapp::parse_answer(answer.status, answer.body);
  const auto* const failed = std::get_if<whatsapp::send_error>(&read);
  if (failed == nullptr)
    return make_error(errc::unavailable, "Meta's answer cannot be read");
  const auto said =
      failed->no_code ? "status " + std::to_string(answer.status) : "error " + std::to_string(failed->code);
  const bool is_unknown = answer.status == 404 || failed->code == object_does_not_exist;
  if (about == subject::file && (is_unknown || failed->code == invalid_parameter))
    return make_error(errc::not_found, "Meta knows no such file of this number: " + said);
  if (is_unknown)
    return make_error(errc::conflict,
                      "Meta knows no such number, or the tenant's access token may not use it: " + said);
  if (answer.status == 401 || answer.status == 403)
    return make_error(errc::conflict, "Meta refuses the tenant's access token: " + said);
  switch (whatsapp::classify(*failed)) {
  case error_class::fix_request:
    return make_error(errc::invalid_argument, "Meta refuses the file: " + said, "/content");
  case error_class::unauthorised:
  case error_class::blocked:
    return make_error(errc::conflict, "Meta refuses the tenant's access token or account: " + said);
  case error_class::pace_pair:
  case error_class::pace_number:
  case error_class::pace_account:
    return make_error(errc::overloaded, "Meta asks for a slower pace: " + said);
  case error_class::transient:
  case error_class::window_closed:
  case error_class::recipient_only:
  case error_class::template_problem:
  case error_class::unknown_outcome:
    break;
  }
  return make_error(errc::unavailable, "Meta does not answer as it should: " + said);
}

/// The answer of a call that went well, or why there is none.
result<client_answer> answer_of(client_result&& outcome, subject about) {
  if (auto* const answer = std::get_if<client_answer>(&outcome)) {
    if (answer->status == 200)
      return std::move(*answer);
    return failure_of(*answer, about);
  }
  if (const auto* const unsent = std::get_if<not_sent>(&outcome))
    return make_error(errc::unavailable, "Meta cannot be reached: " + unsent->why);
  const auto& unknown = std::get<unknown_outcome>(outcome);
  if (unknown.body_too_large)
    return make_error(errc::invalid_argument, "the file is larger than Meta says", "/size");
  return make_error(errc::unavailable, "Meta did not answer: " + unknown.why);
}

client_options options_for(std::chrono::milliseconds graph_timeout) {
  client_options options;
  options.connect_timeout = std::min(options.connect_timeout, graph_timeout);
  options.write_timeout = graph_timeout;
  options.read_timeout = graph_timeout;
  options.body_bytes = answer_bytes_max;
  options.proxy = proxy_settings::from_environment();
  return options;
}

std::string base_of(const meta_config& meta) {
  auto base = meta.graph_url;
  while (base.ends_with('/'))
    base.pop_back();
  return base + '/' + meta.version + '/';
}

header_list headers_for(const std::string& token) { return {{"Authorization", "Bearer " + token}}; }

} // namespace

result<media_facts> read_media_facts(std::string_view body) {
  const auto read = json::parse(body, nullptr, false);
  const auto unreadable = [] { return make_error(errc::invalid_argument, "no description of a file"); };
  if (!read.is_object())
    return unreadable();
  media_facts facts{text_of(read, "url"), text_of(read, "mime_type"), {}, 0};
  const auto digest = text_of(read, "sha256");
  const auto raw = digest.size() == 2 * digest_bytes ? from_hex(digest) : from_base64(digest);
  if (raw && raw->size() == digest_bytes)
    facts.sha256 = to_hex(as_span(*raw));
  const auto size = read.find("file_size");
  if (size != read.end() && size->is_number_unsigned()) {
    facts.bytes = size->get<std::uint64_t>();
  } else {
    const auto text = text_of(read, "file_size");
    const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), facts.bytes);
    if (text.empty() || failure != std::errc{} || end != text.data() + text.size())
      return unreadable();
  }
  return facts.url.empty() ? result<media_facts>(unreadable()) : facts;
}

bool may_fetch_from(const url& file, const url& graph) {
  if (!file.user_info.empty())
    return false;
  if (file.https == graph.https && file.host == graph.host && file.port == graph.port)
    return true;
  constexpr std::array<std::string_view, 3> of_meta{"fbsbx.com", "fbcdn.net", "facebook.com"};
  return file.https && file.port == 443 && std::any_of(of_meta.begin(), of_meta.end(), [&](std::string_view domain) {
           return file.host == domain || file.host.ends_with("." + std::string(domain));
         });
}

media_graph::media_graph(io_runtime& io, const meta_config& meta, std::chrono::milliseconds graph_timeout)
    : base_(base_of(meta)), client_(io, options_for(graph_timeout)) {
  if (const auto read = parse_url(base_))
    graph_ = *read;
}

void media_graph::describe(const access& as, const std::string& id, std::function<void(result<media_facts>)> done) {
  client_request call;
  call.url = base_ + url_encode(id) + "?phone_number_id=" + url_encode(as.phone_number_id);
  call.headers = headers_for(as.token);
  client_.send(std::move(call), [done = std::move(done)](client_result outcome) {
    const auto answer = answer_of(std::move(outcome), subject::file);
    if (!answer)
      return done(answer.error());
    auto facts = read_media_facts(answer->body);
    if (facts)
      return done(std::move(facts));
    done(make_error(errc::unavailable, "Meta's answer is " + facts.error().what));
  });
}

void media_graph::download(const access& as, const media_facts& file, std::function<void(result<std::string>)> done) {
  const auto from = parse_url(file.url);
  if (!from || !may_fetch_from(*from, graph_))
    return done(make_error(errc::unavailable, "Meta names a place that the token is not shown to"));
  client_request call;
  call.url = file.url;
  call.headers = headers_for(as.token);
  call.body_bytes = std::max(static_cast<std::size_t>(file.bytes), refusal_bytes_max);
  call.read_timeout = time_for(static_cast<std::size_t>(file.bytes));
  client_.send(std::move(call), [done = std::move(done)](client_result outcome) {
    auto answer = answer_of(std::move(outcome), subject::file);
    if (answer)
      return done(std::move(answer->body));
    done(answer.error());
  });
}

void media_graph::upload(const access& as, const std::string& mime_type, const std::string& filename,
                         std::string_view content, std::string_view boundary,
                         std::function<void(result<std::string>)> done) {
  client_request call;
  call.method = "POST";
  call.url = base_ + url_encode(as.phone_number_id) + "/media";
  call.headers = headers_for(as.token);
  call.headers.emplace_back("Content-Type", "multipart/form-data; boundary=" + std::string(boundary));
  call.body = write_form_data(boundary, std::array{form_part{"messaging_product", {}, {}, "whatsapp"},
                                                   form_part{"type", {}, {}, mime_type},
                                                   form_part{"file", filename, mime_type, content}});
  call.write_timeout = call.read_timeout = time_for(content.size());
  client_.send(std::move(call), [done = std::move(done)](client_result outcome) {
    const auto answer = answer_of(std::move(outcome), subject::number);
    if (!answer)
      return done(answer.error());
    const auto read = json::parse(answer->body, nullptr, false);
    auto id = read.is_object() ? text_of(read, "id") : std::string{};
    if (id.empty())
      return done(make_error(errc::unavailable, "Meta's answer names no file"));
    done(std::move(id));
  });
}

} // namespace wakala::http
