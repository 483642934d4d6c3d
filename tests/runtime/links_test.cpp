#include "runtime/links.hpp"
#include "runtime/probe.hpp"
#include "runtime/system_config.hpp"

#include <caf/all.hpp>
#include <caf/io/middleman.hpp>
#include <gtest/gtest.h>

#include <future>
#include <mutex>

namespace wakala::runtime {
namespace {

using namespace std::chrono_literals;

constexpr auto patience = 20s;

node_config config_for_links() {
  node_config config;
  config.cluster.listen = "127.0.0.1:0";
  config.cluster.tls = "off";
  return config;
}

link_hello hello_of(const std::string& node, std::uint64_t incarnation) {
  link_hello hello;
  hello.cluster_id = 5;
  hello.node = node;
  hello.incarnation = incarnation;
  hello.version = "test";
  return hello;
}

/// A machine with an actor system of its own.
struct machine {
  system_config config{config_for_links()};
  caf::actor_system system{config};
  caf::actor door;
  std::uint16_t port = 0;

  void open_door(const link_hello& me, link_asked asked) {
    door = spawn_door(system, me, std::move(asked), nullptr);
    port = publish_door(system, door, {"127.0.0.1", 0}, false).value();
  }
  std::string address() const { return "127.0.0.1:" + std::to_string(port); }
  ~machine() { caf::anon_send_exit(door, caf::exit_reason::kill); }
};

/// Keeps what a link says of itself.
struct watcher {
  std::mutex mutex;
  std::condition_variable changed;
  std::vector<link_state> seen;
  caf::actor actor;

  explicit watcher(caf::actor_system& sys) {
    actor = sys.spawn([this](caf::event_based_actor*) -> caf::behavior {
      return {[this](const link_changed& change) {
        const std::lock_guard lock(mutex);
        seen.push_back(change.state);
        changed.notify_all();
      }};
    });
  }
  bool saw(link_state state) {
    std::unique_lock lock(mutex);
    return changed.wait_for(lock, patience, [&] { return std::find(seen.begin(), seen.end(), state) != seen.end(); });
  }
  void forget() {
    const std::lock_guard lock(mutex);
    seen.clear();
  }
  ~watcher() {
    caf::scoped_actor self{actor->home_system()};
    self->monitor(actor); // it knows what is of this one
    caf::anon_send_exit(actor, caf::exit_reason::kill);
    self->receive([](const caf::down_msg&) {});
  }
};

std::future<result<bytes>> ask(const caf::actor& link, bytes what, std::chrono::milliseconds within = 5s) {
  const auto answer = std::make_shared<std::promise<result<bytes>>>();
  caf::anon_send(
      link, link_question{std::move(what), within, [answer](result<bytes> r) { answer->set_value(std::move(r)); }});
  return answer->get_future();
}

result<bytes> answer_of(std::future<result<bytes>> answer) {
  if (answer.wait_for(patience) != std::future_status::ready)
    return make_error(errc::deadline_exceeded, "the test waited in vain");
  return answer.get();
}

struct links_test : ::testing::Test {
  machine here;
  machine there;
  watcher seen{here.system};
  caf::actor link;

  void connect(const link_target& to) {
    link = spawn_link(here.system, hello_of("here", 1), here.door, to, false, seen.actor);
  }
  void echo_there() {
    there.open_door(hello_of("there", 9),
                    [](const std::string& from, bytes what, const std::function<void(bytes)>& answer) {
                      if (what != "say nothing")
                        answer(from + " said " + what);
                    });
  }
  ~links_test() override { caf::anon_send_exit(link, caf::exit_reason::kill); }
};

TEST_F(links_test, questions_come_back_with_their_answers) {
  echo_there();
  connect({"there", 9, there.address()});
  ASSERT_TRUE(seen.saw(link_state::up));
  std::vector<std::future<result<bytes>>> answers;
  for (int i = 0; i < 200; ++i)
    answers.push_back(ask(link, std::string(static_cast<std::size_t>(i), 'x') + std::string(1, '\0') + "y"));
  for (int i = 0; i < 200; ++i)
    EXPECT_EQ(answer_of(std::move(answers[static_cast<std::size_t>(i)])).value(),
              "here said " + std::string(static_cast<std::size_t>(i), 'x') + std::string(1, '\0') + "y");
}

TEST_F(links_test, of_two_nodes_the_one_with_the_later_name_waits_to_be_connected) {
  echo_there();
  link = spawn_link(here.system, hello_of("zebra", 1), here.door, {"there", 9, there.address()}, false, seen.actor);
  const auto door = here.system.middleman().remote_actor("127.0.0.1", there.port); // as if they had come to us
  ASSERT_TRUE(door);
  caf::anon_send(link, link_offer{*door});
  ASSERT_TRUE(seen.saw(link_state::up));
  EXPECT_EQ(answer_of(ask(link, "hello")).value(), "zebra said hello");
}

TEST_F(links_test, it_connects_itself_when_nobody_comes) {
  echo_there();
  link = spawn_link(here.system, hello_of("zebra", 1), here.door, {"there", 9, there.address()}, false, seen.actor);
  EXPECT_TRUE(seen.saw(link_state::up));
}

TEST_F(links_test, a_question_without_an_answer_ends_in_its_time) {
  echo_there();
  connect({"there", 9, there.address()});
  ASSERT_TRUE(seen.saw(link_state::up));
  EXPECT_EQ(answer_of(ask(link, "say nothing", 50ms)).error().code, errc::deadline_exceeded);
  EXPECT_EQ(answer_of(ask(link, "hello")).value(), "here said hello");
}

TEST_F(links_test, without_a_link_a_question_is_answered_at_once) {
  connect({"there", 9, "127.0.0.1:1"});
  EXPECT_EQ(answer_of(ask(link, "hello")).error().code, errc::unavailable);
  EXPECT_TRUE(seen.saw(link_state::refused)) << "nobody listens there";
}

TEST_F(links_test, another_life_of_the_node_is_not_the_one_that_was_meant) {
  echo_there();
  connect({"there", 8, there.address()});
  EXPECT_TRUE(seen.saw(link_state::stranger));
  EXPECT_EQ(answer_of(ask(link, "hello")).error().code, errc::unavailable);
}

TEST_F(links_test, a_node_of_another_cluster_is_refused) {
  auto other = hello_of("there", 9);
  other.cluster_id = 6;
  std::atomic<int> asked{0};
  there.open_door(other, [&](const auto&, const auto&, const auto&) { ++asked; });
  connect({"there", 9, there.address()});
  EXPECT_TRUE(seen.saw(link_state::stranger));
  EXPECT_EQ(asked, 0);
}

TEST_F(links_test, a_node_that_speaks_only_an_old_protocol_is_refused) {
  auto old = hello_of("there", 9);
  old.protocol = 0;
  old.oldest = 0;
  there.open_door(old, [](const auto&, const auto&, const auto&) {});
  connect({"there", 9, there.address()});
  EXPECT_TRUE(seen.saw(link_state::stranger));
}

TEST_F(links_test, who_has_not_greeted_is_not_heard) {
  std::atomic<int> asked{0};
  there.open_door(hello_of("there", 9), [&](const auto&, const auto&, const std::function<void(bytes)>& answer) {
    ++asked;
    answer({});
  });
  caf::scoped_actor stranger{here.system};
  const auto door = here.system.middleman().remote_actor("127.0.0.1", there.port);
  ASSERT_TRUE(door);
  using ask_atom = caf::atom_constant<caf::atom("wk_ask")>;
  using hello_atom = caf::atom_constant<caf::atom("wk_hello")>;
  stranger->send(*door, ask_atom::value, std::uint64_t{1}, std::string("let me in"));
  // Whatever comes behind it on the same connection is answered, so the first has been looked at by then.
  std::string answer;
  stranger->request(*door, patience, hello_atom::value, std::string("no greeting"), caf::actor{})
      .receive([&](const std::string& text) { answer = text; },
               [&](const caf::error& why) { ADD_FAILURE() << here.system.render(why); });
  EXPECT_EQ(answer.substr(0, 1), "-");
  EXPECT_EQ(asked, 0);
}

TEST_F(links_test, when_the_other_side_goes_who_waits_is_told) {
  auto other = std::make_unique<machine>();
  other->open_door(hello_of("there", 9), [](const auto&, const auto&, const auto&) {});
  connect({"there", 9, other->address()});
  ASSERT_TRUE(seen.saw(link_state::up));
  auto waiting = ask(link, "hello", 60s);
  seen.forget();
  other.reset();
  EXPECT_EQ(answer_of(std::move(waiting)).error().code, errc::unavailable);
  EXPECT_TRUE(seen.saw(link_state::refused));
}

TEST(probe, tells_who_listens_from_who_does_not) {
  machine m;
  m.open_door(hello_of("there", 9), [](const auto&, const auto&, const auto&) {});
  EXPECT_EQ(probe("127.0.0.1", m.port, 1s), probe_result::listens);
  EXPECT_EQ(probe("127.0.0.1", 1, 1s), probe_result::refused);
  EXPECT_EQ(probe("no-such-machine.invalid", 80, 1s), probe_result::unreachable);
}

} // namespace
} // namespace wakala::runtime
