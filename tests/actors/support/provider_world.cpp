#include "tests/actors/support/provider_world.hpp"

#include "tests/actors/support/fake_provider.hpp"
#include "tests/actors/support/provider_texts.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>

namespace wakala::actors::test {

using nlohmann::json;
using payments::call_outcome;
using payments::provider_request;

namespace {

constexpr time_ms prompt_life = 60 * ms_per_second; ///< after that the phone shows it no more
constexpr int not_reached = 1037;
constexpr int cancelled = 1032;

/// Values of a form whose keys are looked for as they are written.
std::int64_t number_after(const std::string& body, const std::string& key) {
  const auto at = body.find(key + "=");
  return at == std::string::npos ? 0 : std::stoll(body.substr(at + key.size() + 1));
}

/// `tenant/order/attempt/what`.
std::string attempt_in(const std::string& idempotency_key) {
  const auto last = idempotency_key.rfind('/');
  const auto before = idempotency_key.rfind('/', last - 1);
  return idempotency_key.substr(before + 1, last - before - 1);
}

} // namespace

std::uint64_t provider_world::roll(std::string_view what, std::size_t which) const {
  seeded_random dice(seed_ * 1'000'003 + which * 7'919 + std::hash<std::string_view>{}(what) % 1'000);
  dice.next_u64();
  return dice.next_u64() % 100;
}

provider_world::answer provider_world::new_prompt(const provider_request& r) {
  const auto which = prompts_asked_++;
  const auto how = roll("prompt", which);
  if (how < 5)
    return came_to(call_outcome::retry_later);
  if (how < 9)
    return came_to(call_outcome::refused, "400.002.02");
  const auto asked = json::parse(r.body);
  const auto url = asked.at("CallBackURL").get<std::string>();
  const auto end = url.rfind('/');
  const auto token = url.substr(url.rfind('/', end - 1) + 1);
  prompt p;
  p.attempt = token.substr(0, 32);
  p.name = "ws_" + std::to_string(which);
  p.receipt = "SKM" + std::to_string(which);
  p.shillings = asked.at("Amount").get<std::int64_t>();
  p.sent_at = clock_->now();
  const auto tells = roll("tells", which);
  const bool has_name = how >= 22; // whoever has lost the name of its prompt has nothing to ask about
  p.tells = tells < 25 && has_name ? 0 : tells < 50 ? 2 : 1;
  prompts_.push_back(p);
  if (how < 16)
    return came_to(call_outcome::ambiguous);
  if (how < 22)
    return std::nullopt;
  return accepted_with(json{{"MerchantRequestID", "m"}, {"CheckoutRequestID", p.name}, {"ResponseCode", "0"}}.dump());
}

provider_world::answer provider_world::mpesa(const provider_request& r) {
  const std::lock_guard lock{mutex_};
  if (r.path.find("processrequest") != std::string::npos)
    return new_prompt(r);
  const auto name = json::parse(r.body).value("CheckoutRequestID", "");
  const auto p =
      std::find_if(prompts_.begin(), prompts_.end(), [&](const prompt& each) { return each.name == name; });
  if (p == prompts_.end())
    return came_to(call_outcome::refused, "400.002.02");
  return accepted_with(json{
      {"ResponseCode", "0"},
      {"CheckoutRequestID", name},
      {"ResultCode", p->code ? std::to_string(*p->code) : "4999"}, // still at it
      {"ResultDesc",
       "so it is"}}.dump());
}

std::string provider_world::page_text(const page& p) {
  return json{{"id", p.id},
              {"object", "checkout.session"},
              {"status", p.is_paid ? "complete" : (p.is_over ? "expired" : "open")},
              {"payment_status", p.is_paid ? "paid" : "unpaid"},
              {"amount_total", p.cents},
              {"currency", "kes"},
              {"payment_intent", p.is_paid ? json("pi_" + p.id) : json(nullptr)},
              {"url", "https://checkout.example/" + p.id}}
      .dump();
}

provider_world::answer provider_world::new_page(const provider_request& r) {
  auto known = std::find_if(pages_.begin(), pages_.end(), [&](const page& p) { return p.key == r.idempotency_key; });
  if (known == pages_.end()) {
    page p;
    p.key = r.idempotency_key;
    p.attempt = attempt_in(r.idempotency_key);
    p.id = "cs_" + std::to_string(pages_.size());
    for (int line = 0;; ++line) {
      const auto key = "line_items[" + std::to_string(line) + "]";
      const auto quantity = number_after(r.body, key + "[quantity]");
      if (quantity == 0)
        break;
      p.cents += quantity * number_after(r.body, key + "[price_data][unit_amount]");
    }
    p.tells = roll("page tells", pages_.size()) < 30 ? 2 : 1;
    const auto how = roll("page", pages_.size());
    pages_.push_back(p);
    if (how < 12)
      return came_to(call_outcome::ambiguous);
    known = std::prev(pages_.end());
  }
  return accepted_with(page_text(*known));
}

provider_world::answer provider_world::refund(const provider_request& r) {
  const auto [at, is_new] = refunds_.try_emplace(r.idempotency_key);
  if (is_new) {
    const auto amount = number_after(r.body, "amount");
    refunded_ += amount;
    at->second = json{
        {"id", "re_" + std::to_string(refunds_.size())},
        {"object", "refund"},
        {"status", "succeeded"},
        {"amount", amount},
        {"currency",
         "kes"}}.dump();
    if (roll("refund", refunds_.size()) < 20)
      return came_to(call_outcome::ambiguous);
  }
  return accepted_with(at->second);
}

provider_world::answer provider_world::stripe(const provider_request& r) {
  const std::lock_guard lock{mutex_};
  if (r.path.find("/refunds") != std::string::npos)
    return refund(r);
  if (r.path.ends_with("/checkout/sessions"))
    return new_page(r);
  for (auto& p : pages_)
    if (r.path.ends_with("/" + p.id) || r.path.ends_with("/" + p.id + "/expire")) {
      if (r.path.ends_with("/expire")) {
        if (p.is_paid)
          return came_to(call_outcome::refused, "not_open");
        p.is_over = true;
      }
      return accepted_with(page_text(p));
    }
  return came_to(call_outcome::refused, "resource_missing");
}

void provider_world::payers_act(random_source& dice, bool everybody) {
  const std::lock_guard lock{mutex_};
  for (auto& p : prompts_) {
    if (p.code)
      continue;
    if (clock_->now() - p.sent_at > prompt_life)
      p.code = not_reached;
    else if (everybody)
      p.code = cancelled;
    else if (dice.next_u64() % 100 < 70) {
      constexpr std::array ends{0, 0, 0, 1, cancelled, 2001};
      p.code = ends[dice.next_u64() % ends.size()];
    }
  }
  for (auto& p : pages_)
    if (!p.is_paid && !p.is_over && !everybody && dice.next_u64() % 100 < 50)
      p.is_paid = true;
}

std::vector<provider_world::news> provider_world::waiting() const {
  const std::lock_guard lock{mutex_};
  std::vector<news> all;
  for (std::size_t i = 0; i < prompts_.size(); ++i)
    if (const auto& p = prompts_[i]; p.code && p.tells > 0)
      all.push_back(
          {false, i, p.attempt, stk_callback(p.name, *p.code, p.receipt, static_cast<double>(p.shillings))});
  for (std::size_t i = 0; i < pages_.size(); ++i)
    if (const auto& p = pages_[i]; p.is_paid && p.tells > 0)
      all.push_back(
          {true, i, p.attempt,
           stripe_event_text("evt_" + p.id, "checkout.session.completed", p.attempt, json::parse(page_text(p)))});
  return all;
}

void provider_world::taken(const news& what) {
  const std::lock_guard lock{mutex_};
  --(what.is_card ? pages_[what.place].tells : prompts_[what.place].tells);
}

std::int64_t provider_world::taken_by_mpesa() const {
  const std::lock_guard lock{mutex_};
  std::int64_t sum = 0;
  for (const auto& p : prompts_)
    sum += p.code == 0 ? p.shillings * 100 : 0;
  return sum;
}

std::int64_t provider_world::taken_by_card() const {
  const std::lock_guard lock{mutex_};
  std::int64_t sum = -refunded_;
  for (const auto& p : pages_)
    sum += p.is_paid ? p.cents : 0;
  return sum;
}

} // namespace wakala::actors::test
