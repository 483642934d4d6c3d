/// \file
/// A node in this process with both listeners on real sockets.
#pragma once

#include "http/admin_api.hpp"
#include "http/core/client.hpp"
#include "http/media_service.hpp"
#include "http/payment_edge.hpp"
#include "http/webhook_edge.hpp"
#include "tests/actors/support/shop.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace wakala::http::test {

using actors::test::amina;
using actors::test::baraka;
using nlohmann::json;

inline constexpr std::string_view app_secret = "app-secret-for-tests";
inline constexpr std::string_view operator_token = "operator-token";
inline constexpr std::string_view duka_token = "duka-token";

/// Sends bytes as they are and reads until the other side closes or `patience` is over. With `half_close` our side
/// says that nothing more will come.
std::string raw_exchange(std::uint16_t port, std::string_view sent, bool half_close = false,
                         std::chrono::seconds patience = std::chrono::seconds{10});

/// A client that asks again and again and never reads an answer.
class slow_reader {
public:
  slow_reader(std::uint16_t port, const std::string& request, std::size_t copies);
  ~slow_reader();
  slow_reader(const slow_reader&) = delete;
  slow_reader& operator=(const slow_reader&) = delete;

private:
  int fd_;
};

/// Of a raw answer; 0 when it is none.
int status_of(std::string_view raw);

class http_node : public actors::test::shop_fixture {
protected:
  http_node();
  ~http_node() override;

  /// Starts node and listeners, waits until every shard is open, and adds the tenants `duka` (without secret, reached
  /// through the app's URL) and `bidii` (secret `bidii-secret`).
  void serve();
  void close_listeners();

  client_answer call(std::uint16_t port, std::string method, const std::string& target, std::string body = {},
                     header_list headers = {});

  client_answer post(const std::string& path, const std::string& body, std::string_view secret);
  client_answer post_with(const std::string& path, const std::string& body, header_list headers);
  client_answer visit(const std::string& target) { return call(public_server->port(), "GET", target); }

  client_answer admin(std::string method, const std::string& target, std::string body = {},
                      std::string_view token = operator_token);
  /// A GET as operator that must succeed.
  json read(const std::string& target);

  /// Rows of all journals: what was ever committed.
  std::size_t committed() const;
  /// The number of the tenant's business, as a webhook with one text.
  std::string hello_to(const tenant_id& tenant, const std::string& id, const std::string& text = "hi");

  meta_config meta{std::string(app_secret), "app-verify", "http://127.0.0.1:1", "v23.0"};
  std::vector<admin_token> tokens{{std::string(operator_token), {"operator"}, {}},
                                  {std::string(duka_token), {"tenant:duka"}, {}}};

  std::string media_directory; ///< files are kept there; none when empty

  io_runtime io{1};
  std::unique_ptr<media_service> media;
  std::unique_ptr<bridge> asks;
  std::shared_ptr<runtime::admission> gate;
  std::unique_ptr<server> public_server;
  std::unique_ptr<server> admin_server;
};

} // namespace wakala::http::test
