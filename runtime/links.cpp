#include "runtime/links.hpp"

#include "runtime/core/log.hpp"
#include "runtime/probe.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <caf/openssl/all.hpp>

#include <map>
#include <optional>
#include <unordered_map>

namespace wakala::runtime {

namespace {

// Only types of CAF's own travel, so that nothing arrives empty because one side does not know it.
using hello_atom = caf::atom_constant<caf::atom("wk_hello")>;
using ask_atom = caf::atom_constant<caf::atom("wk_ask")>;
using tell_atom = caf::atom_constant<caf::atom("wk_tell")>;

constexpr std::chrono::milliseconds probe_patience{400};
constexpr std::chrono::milliseconds connect_patience{2'000};
constexpr std::chrono::milliseconds first_retry{50};
constexpr std::chrono::milliseconds longest_retry{500};
constexpr std::chrono::milliseconds expiry_pause{100};
constexpr std::chrono::milliseconds offer_pause{300};
constexpr unsigned waits_for_offer = 6;

// -- the door ------------------------------------------------------------

struct door_state {
  door_state() = default;
  static inline const char* name = "wakala.door";
  std::unordered_map<caf::actor_addr, std::string> guests; ///< who has greeted us, and its node
};

/// Greetings are answered by `yes` and our own, or by `no` and why.
constexpr char yes = '+';
constexpr char no = '-';

std::string answer_greeting(caf::stateful_actor<door_state>* self, const link_hello& me, const std::string& from,
                            const caf::actor& their_door, const link_greeted& greeted) {
  const auto hello = unpack_hello(from);
  const auto agreed = hello ? agree(me, *hello) : result<std::uint32_t>(hello.error());
  if (!agreed) {
    log::warn("link.refused", {{"node", hello ? hello->node : "unknown"}, {"why", agreed.error().what}});
    return no + agreed.error().what;
  }
  const auto& who = self->current_sender();
  if (!who)
    return std::string(1, no);
  if (self->state.guests.emplace(caf::actor_cast<caf::actor_addr>(who), hello->node).second)
    self->monitor(who);
  log::info("link.accepted", {{"node", hello->node}, {"version", hello->version}});
  if (greeted && their_door)
    greeted(*hello, their_door);
  return yes + pack(me);
}

} // namespace

caf::actor spawn_door(caf::actor_system& sys, link_hello me, link_asked asked, link_greeted greeted) {
  return sys.spawn([me = std::move(me), asked = std::move(asked),
                    greeted = std::move(greeted)](caf::stateful_actor<door_state>* self) {
    self->set_default_handler(caf::drop);
    self->set_error_handler([](caf::error&) {});
    self->set_exit_handler([self](const caf::exit_msg& message) {
      if (message.reason == caf::exit_reason::kill || message.reason == caf::exit_reason::user_shutdown)
        self->quit(message.reason);
    });
    self->set_down_handler([self](const caf::down_msg& down) {
      self->state.guests.erase(caf::actor_cast<caf::actor_addr>(down.source));
    });
    return caf::behavior{
        [self, me, greeted](hello_atom, const std::string& hello, const caf::actor& their_door) {
          return answer_greeting(self, me, hello, their_door, greeted);
        },
        [self, asked](ask_atom, std::uint64_t id, std::string& question) {
          const auto who = self->current_sender();
          const auto guest = self->state.guests.find(caf::actor_cast<caf::actor_addr>(who));
          if (!who || guest == self->state.guests.end())
            return;
          asked(guest->second, std::move(question), [to = caf::actor_cast<caf::actor>(who), id](bytes answer) {
            caf::anon_send(to, tell_atom::value, id, std::move(answer));
          });
        },
    };
  });
}

result<std::uint16_t> publish_door(caf::actor_system& sys, const caf::actor& door, const listen_address& where,
                                   bool with_tls) {
  const auto port = with_tls ? caf::openssl::publish(door, where.port, where.host.c_str(), true)
                             : sys.middleman().publish(door, where.port, where.host.c_str(), true);
  if (port)
    return *port;
  return make_error(errc::unavailable, "cannot listen on " + where.host + ":" + std::to_string(where.port) + ": " +
                                           sys.render(port.error()));
}

std::string_view to_string(link_state s) noexcept {
  switch (s) {
  case link_state::up:
    return "up";
  case link_state::down:
    return "down";
  case link_state::refused:
    return "refused";
  case link_state::stranger:
    return "stranger";
  }
  return "unknown";
}

// -- a link ------------------------------------------------------------

namespace {

struct try_again {};
struct look_at_time {};

} // namespace

} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::try_again)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::look_at_time)

namespace wakala::runtime {

namespace {

using probed_atom = caf::atom_constant<caf::atom("wk_probed")>;

class link_actor {
public:
  static inline const char* name = "wakala.link";

  explicit link_actor(caf::event_based_actor* self) : self_(self) {}
  ~link_actor() { forget_all("the link has ended"); }
  link_actor(const link_actor&) = delete;
  link_actor& operator=(const link_actor&) = delete;

  caf::behavior start(link_hello me, caf::actor door, link_target to, bool with_tls, caf::actor owner) {
    me_ = std::move(me);
    our_door_ = std::move(door);
    dials_ = me_.node < to.node;
    to_ = std::move(to);
    with_tls_ = with_tls;
    owner_ = std::move(owner);
    self_->set_default_handler(caf::drop);
    self_->set_error_handler([](caf::error&) {});
    self_->set_down_handler([this](const caf::down_msg& down) {
      if (door_ && down.source == door_.address())
        went_down(link_state::down, "the connection was lost");
    });
    const auto colon = to_.address.rfind(':');
    host_ = to_.address.substr(0, colon);
    if (host_.size() > 2 && host_.front() == '[')
      host_ = host_.substr(1, host_.size() - 2);
    port_ = colon == std::string::npos ? 0 : static_cast<std::uint16_t>(std::atoi(to_.address.c_str() + colon + 1));
    connect();
    self_->delayed_send(self_, expiry_pause, look_at_time{});
    return {
        [this](link_question& question) { ask(question); },
        [this](tell_atom, std::uint64_t id, std::string& answer) {
          if (auto node = waiting_.extract(id); !node.empty()) {
            waiting_bytes_ -= node.mapped().size;
            node.mapped().done(bytes(std::move(answer)));
          }
        },
        [this](probed_atom, std::uint64_t attempt, int how) {
          if (attempt == attempt_)
            probed(static_cast<probe_result>(how));
        },
        [this](const link_offer& offer) {
          if (!dials_)
            greet(offer.door);
        },
        [this](try_again) { connect(); },
        [this](look_at_time) {
          expire();
          self_->delayed_send(self_, expiry_pause, look_at_time{});
        },
    };
  }

private:
  struct waiting {
    link_answered done;
    std::size_t size = 0;
    std::chrono::steady_clock::time_point until;
  };

  void connect() {
    if (door_)
      return;
    // Looked at first, by a thread that may wait: the middleman's connects for all.
    self_->system().spawn<caf::detached>(
        [me = caf::actor_cast<caf::actor>(self_), attempt = ++attempt_, host = host_, port = port_] {
          caf::anon_send(me, probed_atom::value, attempt, static_cast<int>(probe(host, port, probe_patience)));
        });
  }

  void probed(probe_result how) {
    if (how != probe_result::listens)
      return went_down(how == probe_result::refused ? link_state::refused : link_state::down,
                       how == probe_result::refused ? "nobody listens there" : "no answer");
    if (!dials_ && waits_++ < waits_for_offer) {
      if (state_ == link_state::refused)
        tell(link_state::down, "somebody listens there again");
      self_->delayed_send(self_, offer_pause, try_again{});
      return;
    }
    waits_ = 0;
    auto& sys = self_->system();
    const auto& connector = with_tls_ ? sys.openssl_manager().actor_handle() : sys.middleman().actor_handle();
    self_->request(connector, connect_patience, caf::connect_atom::value, host_, port_)
        .then(
            [this](const caf::node_id&, const caf::strong_actor_ptr& door, const std::set<std::string>&) {
              if (door)
                greet(caf::actor_cast<caf::actor>(door));
              else
                went_down(link_state::stranger, "no node of ours listens there");
            },
            [this](const caf::error& why) {
              went_down(link_state::down, "cannot connect: " + self_->system().render(why));
            });
  }

  void greet(const caf::actor& door) {
    self_->request(door, connect_patience, hello_atom::value, std::string(pack(me_)), our_door_)
        .then(
            [this, door](const std::string& answer) {
              if (answer.empty() || answer.front() != yes)
                return went_down(link_state::stranger, answer.empty() ? "no greeting" : answer.substr(1));
              const auto hello = unpack_hello(std::string_view(answer).substr(1));
              const auto agreed = hello ? agree(me_, *hello) : result<std::uint32_t>(hello.error());
              if (!agreed)
                return went_down(link_state::stranger, agreed.error().what);
              if (hello->node != to_.node || hello->incarnation != to_.incarnation)
                return went_down(link_state::stranger, "it is another node, or another life of it");
              came_up(door);
            },
            [this](const caf::error&) { went_down(link_state::down, "no answer to our greeting"); });
  }

  void came_up(const caf::actor& door) {
    if (door_)
      forget_all("the other side has connected again");
    door_ = door;
    failures_ = 0;
    waits_ = 0;
    self_->monitor(door_);
    tell(link_state::up, "");
  }

  void went_down(link_state how, const std::string& why) {
    door_ = nullptr;
    forget_all(why);
    tell(how, why);
    const auto wait = std::min(first_retry * (1U << std::min(failures_, 4U)), longest_retry);
    ++failures_;
    self_->delayed_send(self_, wait, try_again{});
  }

  void tell(link_state state, const std::string& why) {
    // Every refusal is told: the owner may have doubted the one before. Words for people only when something changes.
    if (state == state_ && state != link_state::refused)
      return;
    if (state != state_)
      log::write(state == link_state::up ? log::level::info : log::level::warn,
                 "link." + std::string(to_string(state)),
                 {{"peer", to_.node}, {"address", to_.address}, {"why", why}});
    state_ = state;
    self_->send(owner_, link_changed{to_.node, to_.incarnation, state});
  }

  void ask(link_question& question) {
    if (!door_)
      return question.done(make_error(errc::unavailable, "no link to " + to_.node));
    if (waiting_.size() >= link_questions_max || waiting_bytes_ + question.what.size() > link_bytes_max)
      return question.done(make_error(errc::overloaded, "too much is waiting for " + to_.node));
    const auto id = ++last_id_;
    waiting_bytes_ += question.what.size();
    waiting_.emplace(id, waiting{std::move(question.done), question.what.size(),
                                 std::chrono::steady_clock::now() + question.patience});
    self_->send(door_, ask_atom::value, id, std::string(std::move(question.what)));
  }

  void expire() {
    const auto now = std::chrono::steady_clock::now();
    std::vector<std::uint64_t> late;
    for (const auto& [id, each] : waiting_)
      if (each.until <= now)
        late.push_back(id);
    for (const auto id : late) {
      auto node = waiting_.extract(id);
      waiting_bytes_ -= node.mapped().size;
      node.mapped().done(make_error(errc::deadline_exceeded, to_.node + " did not answer in time"));
    }
  }

  void forget_all(const std::string& why) {
    auto all = std::exchange(waiting_, {});
    waiting_bytes_ = 0;
    for (auto& [id, each] : all)
      each.done(make_error(errc::unavailable, why));
  }

  caf::event_based_actor* self_;
  link_hello me_;
  link_target to_;
  bool with_tls_ = true;
  bool dials_ = true;
  unsigned waits_ = 0; ///< looks at a machine that listens, without an offer from there
  caf::actor our_door_;
  caf::actor owner_;
  std::string host_;
  std::uint16_t port_ = 0;
  caf::actor door_;                 ///< the other side's; null while there is no link
  std::optional<link_state> state_; ///< none: not tried yet
  unsigned failures_ = 0;
  std::uint64_t attempt_ = 0;
  std::uint64_t last_id_ = 0;
  std::map<std::uint64_t, waiting> waiting_;
  std::size_t waiting_bytes_ = 0;
};

} // namespace

caf::actor spawn_link(caf::actor_system& sys, link_hello me, caf::actor door, link_target to, bool with_tls,
                      caf::actor owner) {
  return sys.spawn([me = std::move(me), door = std::move(door), to = std::move(to), with_tls,
                    owner = std::move(owner)](caf::stateful_actor<link_actor>* self) -> caf::behavior {
    return self->state.start(me, door, to, with_tls, owner);
  });
}

} // namespace wakala::runtime
