#include "tests/actors/support/fake_hooks.hpp"

namespace wakala::actors::test {

using nlohmann::json;

hook_answer answered(int status) {
  hook_answer answer;
  answer.what = hook_answer::kind::answered;
  answer.status = status;
  return answer;
}

hook_answer of_kind(hook_answer::kind what) {
  hook_answer answer;
  answer.what = what;
  answer.why = "as the test wants it";
  return answer;
}

json body_of(const hook_call& call) { return json::parse(call.body, nullptr, false); }

std::string code_of(const hook_call& call) {
  const auto body = body_of(call);
  return body.value("/data/order/code"_json_pointer, std::string{});
}

void fake_hooks::post(hook_call call, std::function<void(hook_answer)> done) {
  std::optional<hook_answer> answer = answered(200);
  {
    const std::lock_guard lock{mutex_};
    calls_.push_back(call);
    if (how_)
      answer = how_(call, calls_.size() - 1);
    if (!answer)
      return kept_.emplace_back(std::move(call), std::move(done)), void();
  }
  done(std::move(*answer));
}

void fake_hooks::answer_with(answerer how) {
  const std::lock_guard lock{mutex_};
  how_ = std::move(how);
}

void fake_hooks::release(const hook_answer& how) {
  std::vector<std::pair<hook_call, std::function<void(hook_answer)>>> kept;
  {
    const std::lock_guard lock{mutex_};
    kept.swap(kept_);
  }
  for (auto& [call, done] : kept)
    done(how);
}

void fake_hooks::lose() {
  std::vector<std::pair<hook_call, std::function<void(hook_answer)>>> kept;
  const std::lock_guard lock{mutex_};
  kept.swap(kept_);
}

std::vector<hook_call> fake_hooks::calls() const {
  const std::lock_guard lock{mutex_};
  return calls_;
}

std::size_t fake_hooks::kept() const {
  const std::lock_guard lock{mutex_};
  return kept_.size();
}

std::vector<std::string> fake_hooks::told() const {
  std::vector<std::string> all;
  for (const auto& call : calls()) {
    const auto type = body_of(call).value("type", "");
    all.push_back(type.substr(type.find('.') + 1) + " " + code_of(call));
  }
  return all;
}

} // namespace wakala::actors::test
