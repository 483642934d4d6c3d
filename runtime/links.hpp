/// \file
/// What nodes say to each other, over CAF's middleman: questions with answers, as bytes. It knows nothing of what is
/// in them.
#pragma once

#include "runtime/core/node_config.hpp"
#include "runtime/link_protocol.hpp"

#include <caf/actor.hpp>
#include <caf/actor_system.hpp>
#include <caf/allowed_unsafe_message_type.hpp>

#include <chrono>
#include <functional>
#include <string>

namespace wakala::runtime {

using link_answered = std::function<void(result<bytes>)>;

/// Called, on any thread, for each question that another node asks. Answers once, on any thread, or never: then the
/// one who asked hears of it when its time is up.
using link_asked = std::function<void(const std::string& node, bytes question, std::function<void(bytes)> answer)>;

/// Called, on any thread, when another node has greeted us: by its `door` it can be asked back over the same
/// connection.
using link_greeted = std::function<void(const link_hello& who, caf::actor door)>;

/// Our side of what others begin: answers greetings, and questions of those who greeted us. Whoever does not, is not
/// heard.
caf::actor spawn_door(caf::actor_system& sys, link_hello me, link_asked asked, link_greeted greeted);

/// Listens there and lets in who can name `door`; the port. `unavailable` when it cannot listen there.
result<std::uint16_t> publish_door(caf::actor_system& sys, const caf::actor& door, const listen_address& where,
                                   bool with_tls);

/// link ← anybody of this node: ask the other side. `done` is called once: with the answer, `unavailable` (the link
/// is down; whether it had effect is unknown), `overloaded` (too much is being waited for), `deadline_exceeded`.
struct link_question {
  bytes what;
  std::chrono::milliseconds patience{2'500};
  link_answered done;
};

enum class link_state : std::uint8_t {
  up,
  down,    ///< and it is being tried again
  refused, ///< its machine says that nobody listens there
  stranger ///< it is another node, of another cluster, or speaks no protocol of ours
};
std::string_view to_string(link_state s) noexcept;

/// link → the one who made it, whenever it changes.
struct link_changed {
  std::string node;
  std::uint64_t incarnation = 0;
  link_state state = link_state::down;
};

struct link_target {
  std::string node;
  std::uint64_t incarnation = 0;
  std::string address; ///< `host:port`

  bool operator==(const link_target&) const = default;
};

/// To a link that waits for the other side to connect: it has.
struct link_offer {
  caf::actor door; ///< the other side's
};

/// At most so many questions of a link, and bytes in them, wait for their answers.
constexpr std::size_t link_questions_max = 20'000;
constexpr std::size_t link_bytes_max = std::size_t{64} * 1024 * 1024;

/// Keeps a link to one life of one node, and tells `owner`. Ends by an exit message. Of two nodes, the one whose name
/// comes first connects; the other waits for its `link_offer`, and connects itself only when none comes: CAF does not
/// always survive two connections that cross. `door` is ours.
caf::actor spawn_link(caf::actor_system& sys, link_hello me, caf::actor door, link_target to, bool with_tls,
                      caf::actor owner);

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::link_question)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::link_offer)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::link_changed)
