/// \file
/// The shop `duka` with accounts at both payment providers, one shopper who orders and pays, and providers that
/// answer what a test wants.
#pragma once

#include "tests/actors/support/fake_provider.hpp"
#include "tests/actors/support/provider_texts.hpp"
#include "tests/actors/support/shop.hpp"

#include <nlohmann/json.hpp>

#include <atomic>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace wakala::actors::test {

class paying_shop : public shop_fixture {
protected:
  void SetUp() override;
  void TearDown() override;
  void restart_all();

  static nlohmann::json accounts();

  // What the providers answer, unless a test says otherwise.
  std::optional<payments::provider_answer> daraja_answer(const payments::provider_request& r);
  std::optional<payments::provider_answer> stripe_answer(const payments::provider_request& r);
  static nlohmann::json session(const std::string& status, bool is_paid, std::int64_t amount = 50'000);

  // The shopper.
  void tell(const std::string& text);
  void tap(const std::string& id);
  /// Orders; the order's code, which `order` asks for from now on.
  std::string place(const std::string& what = "2 unga");
  nlohmann::json orders() { return json_of(ask_tenant("duka", orders_query{"", 10})).at("orders"); }
  nlohmann::json order() { return json_of(ask_tenant("duka", order_action{id_, "get", ""})); }
  bool is_in(const std::string& state);
  /// Texts that the shop has sent to the shopper and that hold `part`.
  std::size_t texts_with(const std::string& part);
  bool is_told(const std::string& part, std::size_t times = 1);

  // Payments.
  text_answer call(const std::string& action, const std::string& id = {}, const std::string& text = {}) {
    return ask_tenant("duka", payment_call{action, id, text});
  }
  nlohmann::json attempts();
  nlohmann::json newest();
  std::string attempt_id() { return newest().at("id"); }
  /// Comes the newest attempt to this state?
  bool stands(const std::string& state);
  bool is_asked(fake_provider& whom, const std::string& path, std::size_t times = 1);
  /// An event of Stripe's about `object`, of the newest attempt.
  std::string event(const std::string& type, const nlohmann::json& object);
  void pay_by_mpesa();
  void pay_by_card();
  std::string balance(const std::string& account);
  void expect_books_balance();

  std::shared_ptr<fake_provider> stripe_;
  std::shared_ptr<fake_provider> daraja_;
  std::atomic<const char*> query_result_{"0"};
  std::atomic<int> prompts_{0};
  shopper amina_ = with_phone("254722000001");
  int told_ = 0;
  std::string code_;
  std::string id_;
};

} // namespace wakala::actors::test
