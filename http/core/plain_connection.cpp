#include "http/core/connection.hpp"

namespace wakala::http {

std::shared_ptr<connection_base> make_plain_connection(std::shared_ptr<server::state> server, std::size_t lane,
                                                       tcp_socket socket, bool admitted) {
  return std::make_shared<connection<tcp_socket>>(std::move(server), lane, admitted, std::move(socket));
}

} // namespace wakala::http
