/// \file
/// A shopper with a phone, for tests: says things, taps things, and sees what the shop answers.
#pragma once

#include "commerce/step.hpp"

#include <cstdint>
#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::commerce::test {

constexpr time_ms start_time = 1'760'000'000'000;

/// The texts of strings/{en,sw}.yaml.
phrasebook::texts texts_of(const std::string& language);
const phrasebook& phrases();

product make_product(std::string id, std::string category, std::int64_t minor, std::optional<std::int64_t> stock = {},
                     std::string name = {});
catalog make_catalog(std::vector<product> products);
/// `count` products p1, p2, … at KES 100 in category "Shelf".
catalog numbered(std::size_t count);
/// Flour (unga 250, 10 pieces; rice 220, uncounted), Tea (chai 140, 1 piece; kahawa 390, none).
catalog small_shop();

whatsapp::event text_event(std::string_view text, time_ms at);
whatsapp::event tap_event(std::string_view id, time_ms at);

class chat {
public:
  explicit chat(catalog shelf = small_shop());

  conversation_state state;
  catalog shelf;
  time_ms now = start_time;
  std::string name = "Amina";
  step_result last;
  shop_settings shop; ///< nothing is configured

  /// What the tenant's home says to a wish for an order; empty: it has enough of everything.
  std::function<order_answer(const order_request&)> home;
  std::vector<placed_order> books;        ///< without `home`: what was ordered, the latest last
  std::optional<meta_goods> at_meta = {}; ///< nothing is known to be in Meta's catalog

  pay_offer pay; ///< nothing can be paid
  /// What the tenant's home says to a wish to pay; empty: it is started.
  std::function<payment_answer(const payment_request&)> desk;

  /// Steps (again with the home's answer when the step asks for it), checks every reply against the API's limits, and
  /// keeps the new state.
  chat& receive(const whatsapp::event& event);
  chat& say(std::string_view text);
  chat& tap(std::string_view id);
  /// Taps the button or row with this title in the last reply; fails the test when there is none.
  chat& tap_title(std::string_view title);
  chat& wait(time_ms ms);
  /// Sends a native order message with these `product_items`.
  chat& order(const std::string& items);
  chat& share(const std::string& location);

  std::size_t replies() const { return last.replies.size(); }
  std::string body() const; ///< of the last reply; empty when there was none
  std::vector<std::string> titles() const;
  std::vector<std::string> ids() const;
  std::string description_of(std::string_view title) const;
  bool is_list() const;
  std::string total_text() const;

private:
  order_answer answer_to(const order_request& asked);

  std::uint64_t steps_ = 0;
  catalog indexed_; ///< that `finder_` is over
  search_index finder_;
};

/// The state as bytes of a record of its own, and back.
bytes packed(const conversation_state& state);
result<conversation_state> unpacked(const bytes& from);

/// Every limit that the replies break, as text; empty when there is none.
std::string broken_limits(const std::vector<reply>& replies);

} // namespace wakala::commerce::test
