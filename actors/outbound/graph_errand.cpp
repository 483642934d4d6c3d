#include "actors/outbound/graph_errand.hpp"

#include <nlohmann/json.hpp>

namespace wakala::actors {

using nlohmann::json;

namespace {

constexpr std::size_t pages_max = 100; ///< of one step: nobody has more, and no answer may keep us busy for good

/// What the Graph API says is wrong; nothing when all is well.
std::optional<whatsapp::send_error> error_of(const graph_reply& reply, const json& body) {
  if (reply.status >= 200 && reply.status < 300 && body.is_object() && !body.contains("error"))
    return std::nullopt;
  auto read = whatsapp::parse_answer(reply.status, reply.body);
  if (auto* wrong = std::get_if<whatsapp::send_error>(&read))
    return std::move(*wrong);
  return whatsapp::send_error{};
}

class errand : public std::enable_shared_from_this<errand> {
public:
  errand(std::shared_ptr<transport> graph, std::vector<errand_step> steps, run_here here,
         std::function<void(const std::vector<errand_result>&)> done)
      : graph_(std::move(graph)), steps_(std::move(steps)), here_(std::move(here)), done_(std::move(done)) {}

  void go_on() {
    if (results_.size() == steps_.size())
      return done_(results_);
    pages_ = 0;
    ask(steps_[results_.size()].question);
  }

private:
  void ask(graph_question question) {
    graph_->ask(std::move(question), [me = shared_from_this()](result<graph_reply> reply) {
      me->here_([me, reply = std::move(reply)] { me->answered(reply); });
    });
  }

  void answered(const result<graph_reply>& reply) {
    const auto& step = steps_[results_.size()];
    errand_result outcome;
    outcome.name = step.name;
    bool is_over = false;
    if (!reply) {
      outcome.details = reply.error().what;
    } else {
      const auto body = json::parse(reply->body, nullptr, false);
      if (const auto wrong = error_of(*reply, body)) {
        outcome.code = wrong->no_code ? -1 : wrong->code;
        outcome.details = wrong->details.empty() ? "status " + std::to_string(reply->status) : wrong->details;
        const auto kind = whatsapp::classify(*wrong);
        is_over = !wrong->no_code &&
                  (kind == whatsapp::error_class::unauthorised || kind == whatsapp::error_class::blocked);
      } else {
        if (auto more = step.learn ? step.learn(body) : std::nullopt; more && ++pages_ < pages_max)
          return ask(std::move(*more));
        outcome.is_good = true;
      }
    }
    results_.push_back(std::move(outcome));
    if (is_over)
      while (results_.size() < steps_.size()) {
        errand_result left;
        left.name = steps_[results_.size()].name;
        left.was_tried = false;
        left.details = "not tried: " + results_.back().details;
        results_.push_back(std::move(left));
      }
    go_on();
  }

  std::shared_ptr<transport> graph_;
  std::vector<errand_step> steps_;
  run_here here_;
  std::function<void(const std::vector<errand_result>&)> done_;
  std::vector<errand_result> results_;
  std::size_t pages_ = 0;
};

} // namespace

json to_json(const std::vector<errand_result>& results) {
  auto list = json::array();
  for (const auto& r : results)
    list.push_back({{"step", r.name},
                    {"ok", r.is_good},
                    {"tried", r.was_tried},
                    {"code", r.code < 0 ? json(nullptr) : json(r.code)},
                    {"details", r.details}});
  return list;
}

void run_errand(std::shared_ptr<transport> graph, std::vector<errand_step> steps, run_here here,
                std::function<void(const std::vector<errand_result>&)> done) {
  std::make_shared<errand>(std::move(graph), std::move(steps), std::move(here), std::move(done))->go_on();
}

} // namespace wakala::actors
