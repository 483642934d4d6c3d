// Random histories of a shop: stock, orders, money. After each step the books are compared with a plain count of what
// went in and out. The seed of a history that fails is printed; WAKALA_BOOKS_SEED runs that one alone.
#include "commerce/order_moves.hpp"
#include "commerce/stock_book.hpp"
#include "runtime/core/random.hpp"

#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <set>

namespace wakala::commerce::test {
namespace {

constexpr std::size_t histories = 10'000;
constexpr std::size_t steps = 40;
constexpr std::size_t goods = 3;
constexpr time_ms kept_for = 1'000;

class shop {
public:
  explicit shop(std::uint64_t seed) : random_(seed) {
    for (std::size_t i = 0; i < goods; ++i)
      pieces_["p" + std::to_string(i)] = static_cast<std::int64_t>(pick(6));
    put_catalog();
  }

  void step() {
    now_ += static_cast<time_ms>(pick(300));
    switch (pick(11)) {
    case 0:
    case 1:
    case 2:
      return place();
    case 3:
    case 4:
    case 5:
      return pay();
    case 6:
      return lapse();
    case 7:
      return edit_stock();
    case 8:
      return pick(3) == 0 ? forget_and_read_again() : pay();
    case 9:
      return give_back();
    default:
      return move();
    }
  }

  /// Empty when all is as it must be.
  std::string fault() const {
    for (const auto& [id, pieces] : pieces_) {
      const auto* const p = shelf_.find(id);
      if (*p->stock - book_.sold(id) != pieces)
        return id + ": " + std::to_string(*p->stock - book_.sold(id)) + " pieces in the books, " +
               std::to_string(pieces) + " there";
      if (pieces - book_.kept(id, now_) < oversold_.at(id))
        return id + ": promised more than there is";
    }
    std::int64_t in = 0;
    std::int64_t paid_for = 0;
    std::int64_t owed = 0;
    for (const auto& [id, o] : orders_) {
      paid_for += o.paid;
      owed += o.owed;
      in += o.paid + o.owed;
      if (o.paid > o.total.minor)
        return o.code + ": paid twice";
      if (is_sold(o.state) && o.state == order_state::paid && o.paid != o.total.minor)
        return o.code + ": called paid, and is not";
      if (news_[id] != o.history.size())
        return o.code + ": news of a state that it has not come to, or none of one that it has";
      if (const auto* live = book_.live(id); is_final(o.state) ? live != nullptr : live == nullptr || *live != o)
        return o.code + ": the book has it otherwise";
    }
    if (in != money_)
      return "money is unaccounted for";
    return sum("money:cash", money_ + rounded_) + sum("sales", -paid_for) + sum("owed_to_shoppers", -owed) +
           sum("rounding", -rounded_);
  }

private:
  std::size_t pick(std::size_t below) { return static_cast<std::size_t>(random_.next_u64() % below); }

  void put_catalog() {
    std::vector<product> products;
    for (auto& [id, pieces] : pieces_) {
      pieces = std::max<std::int64_t>(pieces, 0); // pieces that never were are counted no more
      products.push_back({id, id, "", "all", {100, "KES"}, pieces});
      // The merchant may count fewer pieces than were promised; then that many are missing, and no more.
      oversold_[id] = std::min<std::int64_t>(pieces - book_.kept(id, now_), 0);
    }
    shelf_ = catalog::make(std::move(products), "KES").value();
    book_.forget_sold();
  }

  void edit_stock() {
    auto one = std::next(pieces_.begin(), static_cast<std::ptrdiff_t>(pick(goods)));
    one->second = static_cast<std::int64_t>(pick(8));
    put_catalog();
  }

  void place() {
    std::vector<cart_line> lines;
    std::int64_t sum = 0;
    for (const auto& [id, pieces] : pieces_)
      if (pick(2) == 0) {
        lines.push_back({id, id, 1 + static_cast<std::int64_t>(pick(3)), {100, "KES"}});
        sum += lines.back().quantity * 100;
      }
    if (lines.empty() || !book_.short_of(lines, shelf_, now_).empty())
      return;
    placed_order o;
    o.id = std::to_string(orders_.size());
    o.code = "o" + o.id;
    o.lines = std::move(lines);
    o.total = {sum, "KES"};
    o.placed_at = now_;
    o.kept_until = now_ + kept_for;
    book_.put(o);
    orders_[o.id] = std::move(o);
  }

  placed_order* any_order() {
    return orders_.empty() ? nullptr
                           : &std::next(orders_.begin(), static_cast<std::ptrdiff_t>(pick(orders_.size())))->second;
  }

  void pay() {
    auto* o = any_order();
    if (o == nullptr)
      return;
    auto before = *o;
    if (before.state == order_state::awaiting_payment && before.kept_until <= now_)
      return lapse();
    const auto minor = pick(4) == 0 ? 1 + static_cast<std::int64_t>(pick(900)) : o->total.minor;
    const bool can_be_had = book_.short_of(before.lines, shelf_, now_).empty();
    // Some ways of paying know no fractions: a little more or less comes in than what it counts for.
    const auto more = pick(4) == 0 ? static_cast<std::int64_t>(pick(3)) : 0;
    auto change = paid(before, {"cash", "", {minor + more, "KES"}, minor, false}, can_be_had, now_);
    ASSERT_TRUE(change) << change.error().what;
    money_ += minor;
    rounded_ += more;
    take(*change);
  }

  void move() {
    auto* o = any_order();
    constexpr std::array moves{order_move::confirm, order_move::pack,   order_move::ship,
                               order_move::deliver, order_move::cancel, order_move::refund};
    if (o == nullptr || (o->state == order_state::awaiting_payment && o->kept_until <= now_))
      return;
    const auto by = moves[pick(moves.size())];
    move_options how;
    how.is_still_owed = pick(2) == 0; // it goes back later, through a provider
    auto change = moved(*o, by, how, now_);
    if (!change)
      return;
    if (by == order_move::refund && !how.is_still_owed)
      money_ -= o->paid + o->owed;
    take(*change);
  }

  /// Some of what is owed has gone back.
  void give_back() {
    auto* o = any_order();
    if (o == nullptr)
      return;
    const auto minor = 1 + static_cast<std::int64_t>(pick(static_cast<std::size_t>(o->total.minor) + 1));
    const auto change = given_back(*o, {"cash", "", {minor, "KES"}, 0, false}, now_);
    if (!change) {
      ASSERT_GT(minor, o->owed);
      return;
    }
    money_ -= minor;
    take(*change);
  }

  void lapse() {
    for (const auto& o : book_.lapsed(now_, 100))
      take(moved(o, order_move::expire, {}, now_).value());
  }

  void take(const order_change& change) {
    if (change.booked) {
      ASSERT_TRUE(balances_.add(*change.booked));
      written_.push_back(to_text(*change.booked));
    }
    const auto sold = book_.sold_with(change, shelf_);
    for (const auto& line : change.order.lines)
      pieces_[line.product_id] -= change.sells * line.quantity;
    book_.apply(change.order, sold);
    news_[change.order.id] += change.is_news ? 1U : 0U;
    orders_[change.order.id] = change.order;
  }

  /// As after a crash: from what was written.
  void forget_and_read_again() {
    stock_book again;
    for (const auto& [id, o] : orders_)
      if (!is_final(o.state))
        again.put(placed_order_from(to_text(o)).value());
    for (const auto& [id, sold] : book_.all_sold())
      again.set_sold(id, sold);
    book_ = std::move(again);
    balances sums;
    for (const auto& text : written_)
      ASSERT_TRUE(sums.add(ledger_entry_from(text).value()));
    ASSERT_EQ(sums, balances_);
  }

  std::string sum(const std::string& account, std::int64_t expected) const {
    const auto currency = balances_.sums().find("KES");
    if (currency == balances_.sums().end())
      return expected == 0 ? "" : account + " is empty";
    const auto at = currency->second.find(account);
    const auto found = at == currency->second.end() ? 0 : at->second;
    return found == expected ? "" : account + " holds " + std::to_string(found) + ", not " + std::to_string(expected);
  }

  seeded_random random_;
  time_ms now_ = 1'000'000;
  std::map<std::string, std::int64_t> pieces_;   ///< that lie in the shop, promised or not
  std::map<std::string, std::int64_t> oversold_; ///< below zero: by the merchant's own counting
  catalog shelf_;
  stock_book book_;
  balances balances_;
  std::map<std::string, placed_order> orders_;
  mutable std::map<std::string, std::size_t> news_;
  std::vector<std::string> written_;
  std::int64_t money_ = 0;   ///< that came in, for what it counts, less what was given back
  std::int64_t rounded_ = 0; ///< that came in beyond that
};

void play(std::uint64_t seed) {
  shop s(seed);
  for (std::size_t i = 0; i < steps; ++i) {
    s.step();
    const auto fault = s.fault();
    ASSERT_EQ(fault, "") << "seed " << seed << ", step " << i;
  }
}

TEST(books, random_histories_leave_no_piece_and_no_cent_unaccounted_for) {
  if (const char* one = std::getenv("WAKALA_BOOKS_SEED"))
    return play(std::strtoull(one, nullptr, 10));
  for (std::uint64_t seed = 1; seed <= histories && !HasFatalFailure(); ++seed)
    play(seed);
}

} // namespace
} // namespace wakala::commerce::test
