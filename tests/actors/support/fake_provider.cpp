#include "tests/actors/support/fake_provider.hpp"

namespace wakala::actors::test {

using payments::provider_answer;
using payments::provider_request;

void fake_provider::send(account, provider_request request, done_function done) {
  std::optional<provider_answer> answer;
  {
    const std::lock_guard lock{mutex_};
    calls_.push_back(request);
    answer = how_ ? how_(request) : std::optional(came_to(payments::call_outcome::not_sent));
    if (!answer) {
      kept_.emplace_back(std::move(request), std::move(done));
      return;
    }
  }
  done(std::move(*answer));
}

void fake_provider::answer_with(answerer how) {
  const std::lock_guard lock{mutex_};
  how_ = std::move(how);
}

void fake_provider::release(const answerer& how) {
  std::vector<std::pair<provider_request, done_function>> all;
  {
    const std::lock_guard lock{mutex_};
    all.swap(kept_);
  }
  for (auto& [request, done] : all)
    if (auto answer = how(request))
      done(std::move(*answer));
}

void fake_provider::lose() {
  const std::lock_guard lock{mutex_};
  kept_.clear();
}

std::vector<provider_request> fake_provider::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

std::vector<provider_request> fake_provider::calls_of(const std::string& part) const {
  std::vector<provider_request> found;
  for (auto& call : calls())
    if (call.path.find(part) != std::string::npos)
      found.push_back(std::move(call));
  return found;
}

provider_answer accepted_with(std::string body) {
  provider_answer answer;
  answer.what = payments::call_outcome::accepted;
  answer.status = 200;
  answer.body = std::move(body);
  return answer;
}

provider_answer came_to(payments::call_outcome what, std::string code) {
  provider_answer answer;
  answer.what = what;
  answer.code = std::move(code);
  return answer;
}

} // namespace wakala::actors::test
