#include "commerce/ledger.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <limits>

namespace wakala::commerce {

using nlohmann::json;

namespace {

constexpr std::string_view sales = "sales";
constexpr std::string_view owed = "owed_to_shoppers";
constexpr std::string_view unmatched = "unmatched";
constexpr std::string_view rounded = "rounding";
constexpr std::int64_t sum_max = std::int64_t{1} << 62; // of a sum; single amounts are far below (money.hpp)

std::string held_by(std::string_view method) { return "money:" + std::string(method); }

void post(ledger_entry& e, std::string account, std::int64_t minor) {
  if (minor != 0)
    e.postings.push_back({std::move(account), minor});
}

ledger_entry entry(const placed_order& o, std::string_view what, std::string_view reference, time_ms at) {
  return {at, std::string(what), o.code, std::string(reference), o.total.currency, {}};
}

} // namespace

bool is_balanced(const ledger_entry& e) noexcept {
  std::int64_t sum = 0;
  for (const auto& p : e.postings) {
    if (p.minor == 0 || p.minor > sum_max || p.minor < -sum_max || sum + p.minor > sum_max ||
        sum + p.minor < -sum_max)
      return false;
    sum += p.minor;
  }
  return sum == 0 && !e.postings.empty();
}

result<ledger_entry> payment_entry(const placed_order& o, const payment& what, std::int64_t for_order, time_ms at) {
  auto e = entry(o, "payment", what.reference, at);
  post(e, what.was_unmatched ? std::string(unmatched) : held_by(what.method), what.amount.minor);
  post(e, std::string(sales), -for_order);
  post(e, std::string(owed), for_order - what.counted());
  post(e, std::string(rounded), what.counted() - what.amount.minor);
  if (!is_balanced(e))
    return make_error(errc::invalid_argument, "is not an amount that can be booked", "/amount");
  return e;
}

result<ledger_entry> refund_entry(const placed_order& o, std::string_view method, std::string_view reference,
                                  time_ms at) {
  auto e = entry(o, "refund", reference, at);
  post(e, held_by(method), -o.paid - o.owed);
  post(e, std::string(sales), o.paid);
  post(e, std::string(owed), o.owed);
  if (!is_balanced(e))
    return make_error(errc::conflict, "nothing was paid for this order");
  return e;
}

ledger_entry owing_entry(const placed_order& o, std::string_view what, time_ms at) {
  auto e = entry(o, what, {}, at);
  post(e, std::string(sales), o.paid);
  post(e, std::string(owed), -o.paid);
  return e;
}

result<ledger_entry> return_entry(const placed_order& o, const payment& what, time_ms at) {
  auto e = entry(o, "refund", what.reference, at);
  post(e, held_by(what.method), -what.amount.minor);
  post(e, std::string(owed), what.counted());
  post(e, std::string(rounded), what.amount.minor - what.counted());
  if (!is_balanced(e))
    return make_error(errc::invalid_argument, "is not an amount that can be booked", "/amount");
  return e;
}

result<ledger_entry> unmatched_entry(const payment& what, bool returned, time_ms at) {
  ledger_entry e{at, returned ? "returned" : "unmatched", {}, what.reference, what.amount.currency, {}};
  const auto held = returned ? -what.amount.minor : what.amount.minor;
  post(e, held_by(what.method), held);
  post(e, std::string(unmatched), -held);
  if (!is_balanced(e))
    return make_error(errc::invalid_argument, "is not an amount that can be booked", "/amount");
  return e;
}

result<void> balances::add(const ledger_entry& e) {
  if (!is_balanced(e))
    return make_error(errc::corrupt, "an entry of the books does not balance");
  auto sums = sums_[e.currency];
  for (const auto& p : e.postings) {
    auto& sum = sums[p.account];
    if (sum + p.minor > sum_max || sum + p.minor < -sum_max)
      return make_error(errc::corrupt, "the sum of an account can no longer be counted");
    sum += p.minor;
  }
  sums_[e.currency] = std::move(sums);
  return {};
}

std::string to_text(const ledger_entry& e) {
  auto postings = json::array();
  for (const auto& p : e.postings)
    postings.push_back({{"account", p.account}, {"minor", p.minor}});
  return json{{"at", e.at},
              {"what", e.what},
              {"order_code", e.order_code},
              {"reference", e.reference},
              {"currency", e.currency},
              {"postings", std::move(postings)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<ledger_entry> ledger_entry_from(std::string_view text) {
  try {
    const auto j = json::parse(text);
    ledger_entry e;
    e.at = j.at("at").get<time_ms>();
    e.what = j.at("what").get<std::string>();
    e.order_code = j.at("order_code").get<std::string>();
    e.reference = j.at("reference").get<std::string>();
    e.currency = j.at("currency").get<std::string>();
    for (const auto& p : j.at("postings"))
      e.postings.push_back({p.at("account").get<std::string>(), p.at("minor").get<std::int64_t>()});
    if (is_balanced(e))
      return e;
  } catch (const json::exception&) { // as below
  }
  return make_error(errc::corrupt, "an entry of the books cannot be read");
}

std::string to_text(const balances& b) { return json(b.sums()).dump(); }

result<balances> balances_from(std::string_view text) {
  const auto broken = make_error(errc::corrupt, "the balances of the books cannot be read");
  try {
    balances b;
    b.sums_ = json::parse(text).get<decltype(b.sums_)>();
    for (const auto& [currency, sums] : b.sums_) {
      ledger_entry all;
      for (const auto& [account, minor] : sums)
        if (minor != 0)
          all.postings.push_back({account, minor});
      if (!all.postings.empty() && !is_balanced(all))
        return broken;
    }
    return b;
  } catch (const json::exception&) {
    return broken;
  }
}

} // namespace wakala::commerce
