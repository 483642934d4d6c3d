#include "actors/outbound/transport.hpp"

namespace wakala::actors {

void transport::ask(graph_question, std::function<void(result<graph_reply>)> done) {
  done(make_error(errc::unavailable, "this node does not talk to the Graph API"));
}

} // namespace wakala::actors
