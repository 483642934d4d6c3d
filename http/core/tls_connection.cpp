#include "http/core/connection.hpp"

namespace wakala::http {

std::shared_ptr<connection_base> make_tls_connection(std::shared_ptr<server::state> server, std::size_t lane,
                                                     tcp_socket socket, bool admitted) {
  auto& tls = *server->tls;
  return std::make_shared<connection<asio::ssl::stream<tcp_socket>>>(std::move(server), lane, admitted,
                                                                     std::move(socket), tls);
}

} // namespace wakala::http
