#include "bench/process/admin_client.hpp"

#include "http/core/url.hpp"

namespace wakala::bench {

result<admin_client> admin_client::connect_to(const admin_access& access) {
  const auto url = http::parse_url(access.url);
  if (!url || url->https)
    return make_error(errc::invalid_argument, "must be an http:// URL", "--admin-url");
  auto headers = "Authorization: Bearer " + access.token + "\r\nContent-Type: application/json\r\n";
  return admin_client(std::make_unique<http_line>(url->host, url->port), std::move(headers));
}

admin_client::admin_client(std::unique_ptr<http_line> line, std::string headers)
    : line_(std::move(line)), headers_(std::move(headers)) {}
admin_client::admin_client(admin_client&&) noexcept = default;
admin_client::~admin_client() = default;

result<std::string> admin_client::call(std::string_view method, std::string_view path, std::string_view json) {
  auto answer = line_->call(method, path, headers_, json);
  if (!answer)
    return answer.error();
  if (answer->status >= 200 && answer->status < 300)
    return std::move(answer->body);
  const auto code = answer->status == 404   ? errc::not_found
                    : answer->status == 409 ? errc::conflict
                    : answer->status >= 500 ? errc::unavailable
                                            : errc::invalid_argument;
  return make_error(code, std::string(method) + " " + std::string(path) + ": status " +
                              std::to_string(answer->status) + " " + answer->body.substr(0, 300));
}

result<std::string> admin_client::get(std::string_view path) { return call("GET", path, {}); }
result<std::string> admin_client::post(std::string_view path, std::string_view json) {
  return call("POST", path, json);
}
result<std::string> admin_client::put(std::string_view path, std::string_view json) {
  return call("PUT", path, json);
}

result<node_counts> admin_client::counts() {
  auto text = get("/metrics");
  if (!text)
    return text.error();
  return counts_of(parse_metrics(*text));
}

result<void> admin_client::ready() {
  if (auto answer = get("/readyz"); !answer)
    return answer.error();
  return {};
}

} // namespace wakala::bench
