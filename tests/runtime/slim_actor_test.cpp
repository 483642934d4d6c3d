// The slim actor keeps the framework's promises: order, answers, bounces, exits, monitors, timeouts.
#include "runtime/slim_actor.hpp"
#include "runtime/system_config.hpp"

#include <caf/all.hpp>
#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <thread>

namespace wakala::runtime {
namespace {

using namespace std::chrono_literals;

struct note {
  int from = 0;
  int number = 0;
};
struct double_it {
  int number = 0;
};
struct doubled {
  int number = 0;
};
struct pass_on {
  caf::actor whom;
  int number = 0;
};
struct keep_quiet {};
struct throw_up {};
struct leave {};
struct hold {
  std::shared_future<void> until;
};
struct remind_me {
  int number = 0;
};

} // namespace
} // namespace wakala::runtime

CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::note)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::double_it)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::doubled)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::pass_on)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::keep_quiet)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::throw_up)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::leave)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::hold)
CAF_ALLOW_UNSAFE_MESSAGE_TYPE(wakala::runtime::remind_me)

namespace wakala::runtime {
namespace {

/// What the test learns from its actor; only read when nothing runs any more, or through the future.
struct seen {
  std::vector<note> notes;
  std::promise<void> enough;
  std::size_t wanted = 0;
  std::atomic<int> exits{0};
  std::promise<std::string> answer;
  std::promise<void> is_holding;
};

class subject final : public slim_actor {
public:
  subject(caf::actor_config& config, std::shared_ptr<seen> what) : slim_actor(config), seen_(std::move(what)) {}

  const char* name() const override { return "subject"; }
  void on_exit() override { ++seen_->exits; }

private:
  bool receive(caf::type_erased_tuple& what) override {
    if (const auto* n = as<note>(what)) {
      seen_->notes.push_back(*n);
      if (seen_->notes.size() == seen_->wanted)
        seen_->enough.set_value();
    } else if (const auto* d = as<double_it>(what)) {
      make_response_promise().deliver(doubled{2 * d->number});
    } else if (const auto* p = as<pass_on>(what)) {
      ask<doubled>(
          p->whom, 5s, double_it{p->number},
          [this](const doubled& answer) { seen_->answer.set_value(std::to_string(answer.number)); },
          [this](const caf::error& why) { seen_->answer.set_value(system().render(why)); });
    } else if (as<keep_quiet>(what) != nullptr) {
      ask<doubled>(
          self(), 30ms, hold{}, [](const doubled&) {},
          [this](const caf::error& why) { seen_->answer.set_value(system().render(why)); });
    } else if (as<throw_up>(what) != nullptr) {
      throw std::runtime_error("on purpose");
    } else if (as<leave>(what) != nullptr) {
      quit(caf::exit_reason::user_shutdown);
    } else if (const auto* h = as<hold>(what)) {
      if (h->until.valid()) {
        seen_->is_holding.set_value();
        h->until.wait();
      } else {
        held_.push_back(make_response_promise()); // never answered
      }
    } else if (const auto* r = as<remind_me>(what)) {
      remind(5ms, note{0, r->number});
    } else {
      return false;
    }
    return true;
  }

  std::shared_ptr<seen> seen_;
  std::vector<caf::response_promise> held_;
};

class slim_actor_test : public testing::Test {
protected:
  slim_actor_test() : config_(two_workers()), sys_(config_), what_(std::make_shared<seen>()) {
    actor_ = sys_.spawn<subject>(what_);
  }
  ~slim_actor_test() override { caf::anon_send_exit(actor_, caf::exit_reason::kill); }

  static node_config two_workers() {
    node_config config;
    config.worker_threads = 2;
    return config;
  }
  template <class Question>
  std::string ask(const caf::actor& whom, Question question) {
    caf::scoped_actor self{sys_};
    std::string out = "nothing";
    self->request(whom, 10s, std::move(question))
        .receive([&](const doubled& answer) { out = std::to_string(answer.number); },
                 [&](const caf::error& why) { out = sys_.render(why); });
    return out;
  }
  template <class T>
  static T wait_for(std::future<T> what) {
    EXPECT_EQ(what.wait_for(20s), std::future_status::ready);
    return what.get();
  }

  system_config config_;
  caf::actor_system sys_;
  std::shared_ptr<seen> what_;
  caf::actor actor_;
};

TEST_F(slim_actor_test, gets_every_message_once_and_each_senders_in_order) {
  constexpr int threads = 4;
  constexpr int each = 20'000;
  what_->wanted = threads * each;
  auto all = what_->enough.get_future();
  std::vector<std::thread> senders;
  for (int t = 0; t < threads; ++t)
    senders.emplace_back([&, t] {
      for (int i = 0; i < each; ++i)
        caf::anon_send(actor_, note{t, i});
    });
  for (auto& sender : senders)
    sender.join();
  wait_for(std::move(all));
  std::array<int, threads> next{};
  for (const auto& n : what_->notes)
    EXPECT_EQ(n.number, next[static_cast<std::size_t>(n.from)]++);
}

TEST_F(slim_actor_test, answers_questions_and_refuses_those_it_does_not_know) {
  EXPECT_EQ(ask(actor_, double_it{21}), "42");
  EXPECT_EQ(ask(actor_, doubled{1}), "system_error(unexpected_message)");
}

TEST_F(slim_actor_test, asks_others) {
  const auto other = sys_.spawn<subject>(std::make_shared<seen>());
  auto answer = what_->answer.get_future();
  caf::anon_send(actor_, pass_on{other, 4});
  EXPECT_EQ(wait_for(std::move(answer)), "8");
  caf::anon_send_exit(other, caf::exit_reason::kill);
}

TEST_F(slim_actor_test, hears_that_whom_it_asks_is_gone) {
  const auto other = sys_.spawn<subject>(std::make_shared<seen>());
  caf::anon_send(other, leave{});
  caf::scoped_actor self{sys_};
  self->wait_for(other);
  auto answer = what_->answer.get_future();
  caf::anon_send(actor_, pass_on{other, 4});
  EXPECT_EQ(wait_for(std::move(answer)), "system_error(request_receiver_down)");
}

TEST_F(slim_actor_test, its_patience_ends) {
  auto answer = what_->answer.get_future();
  caf::anon_send(actor_, keep_quiet{});
  EXPECT_EQ(wait_for(std::move(answer)), "system_error(request_timeout)");
}

TEST_F(slim_actor_test, reminds_itself) {
  what_->wanted = 1;
  auto enough = what_->enough.get_future();
  caf::anon_send(actor_, remind_me{7});
  wait_for(std::move(enough));
  EXPECT_EQ(what_->notes.front().number, 7);
}

TEST_F(slim_actor_test, ends_once_and_tells_its_monitors_why) {
  caf::scoped_actor self{sys_};
  self->monitor(actor_);
  caf::anon_send(actor_, leave{});
  caf::anon_send(actor_, leave{});
  self->receive([&](const caf::down_msg& down) { EXPECT_EQ(down.reason, caf::exit_reason::user_shutdown); });
  EXPECT_EQ(what_->exits, 1);
}

TEST_F(slim_actor_test, what_waits_when_it_ends_bounces) {
  std::promise<void> let_go;
  auto holding = what_->is_holding.get_future();
  caf::anon_send(actor_, hold{let_go.get_future().share()});
  wait_for(std::move(holding));
  caf::anon_send(actor_, leave{});
  caf::scoped_actor self{sys_};
  auto waits = self->request(actor_, 10s, double_it{1}); // behind its leave
  let_go.set_value();
  std::string why;
  waits.receive([&](const doubled&) { why = "an answer"; }, [&](const caf::error& e) { why = sys_.render(e); });
  EXPECT_EQ(why, "system_error(request_receiver_down)");
  EXPECT_EQ(ask(actor_, double_it{1}), "system_error(request_receiver_down)") << "long after its end";
}

TEST_F(slim_actor_test, an_exception_ends_it_alone) {
  caf::scoped_actor self{sys_};
  self->monitor(actor_);
  caf::anon_send(actor_, throw_up{});
  self->receive([&](const caf::down_msg& down) { EXPECT_EQ(down.reason, caf::sec::runtime_error); });
}

TEST_F(slim_actor_test, ends_with_what_it_is_linked_to) {
  const auto parent = sys_.spawn([this](caf::event_based_actor* self) -> caf::behavior {
    self->link_to(actor_);
    return {[](note) {}};
  });
  caf::scoped_actor self{sys_};
  self->monitor(actor_);
  caf::anon_send_exit(parent, caf::exit_reason::kill);
  self->receive([&](const caf::down_msg& down) { EXPECT_EQ(down.reason, caf::exit_reason::kill); });
}

TEST_F(slim_actor_test, gives_others_their_turn) {
  node_config alone;
  alone.worker_threads = 1;
  system_config config(alone);
  caf::actor_system sys{config};
  constexpr std::size_t many = 5'000; // more than one turn takes
  const auto busy_seen = std::make_shared<seen>();
  busy_seen->wanted = many;
  auto enough = busy_seen->enough.get_future();
  const auto busy = sys.spawn<subject>(busy_seen);
  std::promise<std::size_t> turn;
  auto behind = turn.get_future();
  const auto other = sys.spawn([&](caf::event_based_actor*) -> caf::behavior {
    return {[&](note) { turn.set_value(busy_seen->notes.size()); }}; // on the same worker
  });
  std::promise<void> let_go;
  auto holding = busy_seen->is_holding.get_future();
  caf::anon_send(busy, hold{let_go.get_future().share()});
  wait_for(std::move(holding));
  for (std::size_t i = 0; i < many; ++i)
    caf::anon_send(busy, note{0, static_cast<int>(i)});
  caf::anon_send(other, note{});
  let_go.set_value();
  EXPECT_LT(wait_for(std::move(behind)), many) << "it kept the worker until it had nothing left to do";
  wait_for(std::move(enough));
  for (std::size_t i = 0; i < many; ++i)
    EXPECT_EQ(busy_seen->notes[i].number, static_cast<int>(i));
  caf::anon_send_exit(busy, caf::exit_reason::kill);
  caf::anon_send_exit(other, caf::exit_reason::kill);
}

TEST_F(slim_actor_test, nobody_needs_it_any_more) {
  auto what = std::make_shared<seen>();
  auto forgotten = sys_.spawn<subject>(what);
  caf::scoped_actor self{sys_};
  self->monitor(forgotten);
  forgotten = nullptr;
  self->receive([&](const caf::down_msg& down) { EXPECT_EQ(down.reason, caf::exit_reason::unreachable); });
  EXPECT_EQ(what->exits, 1);
}

TEST(slim_actor_size, is_small) { EXPECT_LE(sizeof(slim_actor), 256U); }

} // namespace
} // namespace wakala::runtime
