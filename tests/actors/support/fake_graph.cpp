#include "tests/actors/support/fake_graph.hpp"

#include <algorithm>

namespace wakala::actors::test {

std::string recorded_call::text() const {
  const nlohmann::json::json_pointer plain{"/text/body"};
  const nlohmann::json::json_pointer rich{"/interactive/body/text"};
  if (body.contains(plain))
    return body.at(plain).get<std::string>();
  return body.contains(rich) ? body.at(rich).get<std::string>() : std::string{};
}

void fake_graph::send(send_call call, std::function<void(send_outcome)> done) {
  recorded_call seen{call.phone_number_id, call.access_token, nlohmann::json::parse(call.body)};
  std::optional<send_outcome> answer;
  {
    const std::lock_guard lock(mutex_);
    const auto number = calls_.size();
    calls_.push_back(seen);
    answer = how_ ? how_(seen, number) : accepted(seen);
    if (!answer)
      kept_.emplace_back(std::move(seen), done);
  }
  changed_.notify_all();
  if (answer)
    done(std::move(*answer));
}

void fake_graph::ask(graph_question question, std::function<void(result<graph_reply>)> done) {
  question_answerer how;
  {
    const std::lock_guard lock(mutex_);
    questions_.push_back(question);
    how = how_to_questions_;
  }
  done(how ? how(question) : result<graph_reply>(make_error(errc::unavailable, "nobody answers")));
}

bool fake_graph::can_ask() const noexcept {
  const std::lock_guard lock(mutex_);
  return static_cast<bool>(how_to_questions_);
}

void fake_graph::answer_questions_with(question_answerer how) {
  const std::lock_guard lock(mutex_);
  how_to_questions_ = std::move(how);
}

std::vector<graph_question> fake_graph::questions() const {
  const std::lock_guard lock(mutex_);
  return questions_;
}

void fake_graph::answer_with(answerer how) {
  const std::lock_guard lock(mutex_);
  how_ = std::move(how);
}

void fake_graph::release(const std::function<send_outcome(const recorded_call&)>& how) {
  decltype(kept_) kept;
  {
    const std::lock_guard lock(mutex_);
    kept.swap(kept_);
  }
  for (auto& [call, done] : kept)
    done(how(call));
}

bool fake_graph::release_one(const std::function<send_outcome(const recorded_call&)>& how) {
  std::unique_lock lock(mutex_);
  if (kept_.empty())
    return false;
  const auto [call, done] = std::move(kept_.front());
  kept_.erase(kept_.begin());
  lock.unlock();
  done(how(call));
  return true;
}

void fake_graph::lose() {
  decltype(kept_) kept;
  const std::lock_guard lock(mutex_);
  kept.swap(kept_);
}

std::vector<recorded_call> fake_graph::calls() const {
  const std::lock_guard lock(mutex_);
  return calls_;
}

std::vector<recorded_call> fake_graph::messages() const {
  auto all = calls();
  std::erase_if(all, [](const recorded_call& call) { return call.is_read_mark(); });
  return all;
}

std::size_t fake_graph::read_marks() const {
  const auto all = calls();
  return static_cast<std::size_t>(
      std::count_if(all.begin(), all.end(), [](const recorded_call& call) { return call.is_read_mark(); }));
}

bool fake_graph::wait_until(const std::function<bool(const std::vector<recorded_call>&)>& enough,
                            std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  return changed_.wait_for(lock, patience, [&] { return enough(calls_); });
}

bool fake_graph::wait_for_messages(std::size_t count, std::chrono::milliseconds patience) {
  return wait_until(
      [count](const std::vector<recorded_call>& all) {
        return static_cast<std::size_t>(std::count_if(
                   all.begin(), all.end(), [](const recorded_call& call) { return !call.is_read_mark(); })) >= count;
      },
      patience);
}

std::string wamid_of(const recorded_call& call) { return "wamid.out." + call.callback(); }

send_outcome accepted(const recorded_call& call) {
  send_outcome outcome;
  outcome.what = send_outcome::kind::accepted;
  if (!call.is_read_mark())
    outcome.answer.message_id = wamid_of(call);
  return outcome;
}

send_outcome refused(int code, int http_status) {
  send_outcome outcome;
  outcome.what = send_outcome::kind::refused;
  outcome.failure.code = code;
  outcome.failure.http_status = http_status;
  outcome.failure.details = "refused by the test";
  return outcome;
}

send_outcome of_kind(send_outcome::kind what) {
  send_outcome outcome;
  outcome.what = what;
  outcome.why = "by the test";
  return outcome;
}

} // namespace wakala::actors::test
