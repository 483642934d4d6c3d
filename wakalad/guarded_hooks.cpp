#include "wakalad/guarded_hooks.hpp"

#include <utility>

namespace wakala::daemon {

namespace {

actors::hook_answer held(std::string why) {
  actors::hook_answer answer;
  answer.what = actors::hook_answer::kind::held;
  answer.why = std::move(why);
  return answer;
}

class fenced_hooks final : public actors::merchant_hooks {
public:
  fenced_hooks(std::shared_ptr<actors::merchant_hooks> to, std::shared_ptr<runtime::standing> may_act)
      : to_(std::move(to)), may_act_(std::move(may_act)) {}

  void post(actors::hook_call call, std::function<void(actors::hook_answer)> done) override {
    if (!may_act_->holds())
      return done(held("the node has not been heard of by the cluster"));
    call.may_leave = [may_act = may_act_] { return may_act->holds(); };
    to_->post(std::move(call), std::move(done));
  }

private:
  const std::shared_ptr<actors::merchant_hooks> to_;
  const std::shared_ptr<runtime::standing> may_act_;
};

} // namespace

void closable_hooks::post(actors::hook_call call, std::function<void(actors::hook_answer)> done) {
  std::shared_ptr<actors::merchant_hooks> to;
  {
    const std::lock_guard lock{mutex_};
    to = to_;
  }
  if (to)
    to->post(std::move(call), std::move(done));
  else
    done(held("the node stops"));
}

void closable_hooks::close() {
  std::shared_ptr<actors::merchant_hooks> last;
  const std::lock_guard lock{mutex_};
  last.swap(to_);
}

std::shared_ptr<actors::merchant_hooks> make_fenced_hooks(std::shared_ptr<actors::merchant_hooks> to,
                                                          std::shared_ptr<runtime::standing> may_act) {
  return std::make_shared<fenced_hooks>(std::move(to), std::move(may_act));
}

} // namespace wakala::daemon
