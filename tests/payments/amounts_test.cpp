// Amounts on every provider's wire (payments reference §1), phone numbers and times.
#include "http/core/hmac.hpp"
#include "runtime/core/encoding.hpp"

#include <gtest/gtest.h>

#include "payments/amounts.hpp"
#include "payments/msisdn.hpp"
#include "payments/nairobi_time.hpp"

namespace wakala::payments {
namespace {

std::int64_t on_stripe(std::string_view amount, std::string_view currency) {
  return stripe_amount(parse_money(amount, currency).value()).value();
}

struct stripe_case {
  std::string_view amount;
  std::string_view currency;
  std::int64_t wire;
};

TEST(stripe_amounts, every_rule_of_the_table) {
  const std::vector<stripe_case> cases{
      {"500", "JPY", 500},        {"5", "UGX", 500},      {"5", "ISK", 500},
      {"1250", "RWF", 1250},      {"500.00", "MGA", 500}, {"10.45", "HUF", 1045},
      {"800.45", "TWD", 80045},   {"5.120", "KWD", 5120}, {"5.130", "KWD", 5130},
      {"1250.00", "KES", 125000}, {"0.29", "USD", 29},    {"1.15", "USD", 115},
      {"4.35", "EUR", 435},       {"19.99", "GBP", 1999}, {"250000", "UGX", 25'000'000},
      {"2500", "TZS", 250000},    {"99.90", "ZAR", 9990}, {"12.50", "GHS", 1250},
      {"100.00", "NGN", 10000},
  };
  for (const auto& one : cases) {
    SCOPED_TRACE(std::string(one.amount) + " " + std::string(one.currency));
    EXPECT_EQ(on_stripe(one.amount, one.currency), one.wire);
    EXPECT_EQ(money_from_stripe(one.wire, stripe_currency(one.currency)).value(),
              parse_money(one.amount, one.currency).value());
  }
}

TEST(stripe_amounts, every_currency_without_digits_is_sent_as_it_is) {
  for (const auto* code :
       {"BIF", "CLP", "DJF", "GNF", "JPY", "KMF", "KRW", "PYG", "RWF", "VND", "VUV", "XAF", "XOF", "XPF"})
    EXPECT_EQ(on_stripe("7", code), 7) << code;
  EXPECT_EQ(on_stripe("7.00", "MGA"), 7);
  for (const auto* code : {"UGX", "ISK"})
    EXPECT_EQ(on_stripe("7", code), 700) << code;
  for (const auto* code : {"BHD", "JOD", "KWD", "OMR", "TND"})
    EXPECT_EQ(on_stripe("7.010", code), 7010) << code;
}

TEST(stripe_amounts, no_price_is_one_unit_short) {
  for (std::int64_t minor = 1; minor < 100'000; ++minor) {
    const auto text =
        std::to_string(minor / 100) + "." + std::to_string(minor / 10 % 10) + std::to_string(minor % 10);
    ASSERT_EQ(on_stripe(text, "USD"), minor) << text;
  }
}

TEST(stripe_amounts, what_cannot_be_expressed_is_refused) {
  const auto field_of = [](money m) { return stripe_amount(m).error().field; };
  EXPECT_EQ(field_of({5124, "KWD"}), "amount");
  EXPECT_EQ(field_of({550, "MGA"}), "amount");
  EXPECT_EQ(field_of({0, "KES"}), "amount");
  EXPECT_EQ(field_of({-100, "KES"}), "amount");
  EXPECT_EQ(field_of({INT64_MAX, "UGX"}), "amount");
  EXPECT_EQ(field_of({100, "XXQ"}), "currency");
  EXPECT_EQ(money_from_stripe(550, "ugx").error().field, "amount") << "half a shilling is none";
  EXPECT_EQ(money_from_stripe(550, "isk").error().field, "amount");
  EXPECT_EQ(money_from_stripe(-1, "kes").error().field, "amount");
  EXPECT_EQ(money_from_stripe(1, "k").error().field, "currency");
  EXPECT_EQ(money_from_stripe(0, "kes").value(), (money{0, "KES"}));
}

TEST(daraja_amounts, are_whole_shillings_by_a_rule_that_tells_the_result) {
  const money odd{125050, "KES"};
  EXPECT_EQ(daraja_amount({125000, "KES"}).value(), (shilling_amount{1250, {125000, "KES"}, false}));
  EXPECT_EQ(daraja_amount(odd).value(), (shilling_amount{1251, {125100, "KES"}, true}));
  EXPECT_EQ(daraja_amount({125049, "KES"}).value(), (shilling_amount{1250, {125000, "KES"}, true}));
  EXPECT_EQ(daraja_amount(odd, shilling_rule::down)->shillings, 1250);
  EXPECT_EQ(daraja_amount({125001, "KES"}, shilling_rule::up)->shillings, 1251);
  EXPECT_EQ(daraja_amount({49, "KES"}).error().field, "amount");
  EXPECT_EQ(daraja_amount({50, "KES"})->shillings, 1);
  EXPECT_EQ(daraja_amount({0, "KES"}).error().field, "amount");
  EXPECT_EQ(daraja_amount({100, "UGX"}).error().field, "currency");
  EXPECT_EQ(money_from_daraja("1250.00").value(), (money{125000, "KES"}));
  EXPECT_EQ(money_from_daraja("1250").value(), (money{125000, "KES"}));
  EXPECT_FALSE(money_from_daraja("1,250.00"));
}

TEST(msisdn, is_read_as_people_type_it) {
  for (const auto* typed : {"0712345678", "712345678", "254712345678", "+254 712-345 678", "0712 345 678"})
    EXPECT_EQ(parse_msisdn(typed).value(), "254712345678") << typed;
  EXPECT_EQ(parse_msisdn("0110123456").value(), "254110123456");
  EXPECT_EQ(parse_msisdn("110123456").value(), "254110123456");
  for (const auto* typed : {"", "0812345678", "07123456789", "071234567", "255712345678", "2540712345678",
                            "25471234567a", "0712345678;", "254812345678", "00254712345678"}) {
    const auto read = parse_msisdn(typed);
    ASSERT_FALSE(read) << typed;
    EXPECT_EQ(read.error().field, "phone_number");
  }
  EXPECT_EQ(parse_msisdn("0812345678").error().what.find("0812"), std::string::npos);
}

TEST(msisdn, a_payer_may_be_named_by_a_hash) {
  const auto sha256 = [](std::string_view data) {
    const auto digest = http::sha256(data);
    return std::string(digest.begin(), digest.end());
  };
  constexpr std::string_view hash = "7132104d6aae9c3fac82095a42c2817952bca48e09d98d5bf4ac08218982fb90";
  EXPECT_TRUE(is_payer(hash, "254712345678", sha256));
  EXPECT_FALSE(is_payer(hash, "254712345679", sha256));
  EXPECT_TRUE(is_payer("254712345678", "254712345678", sha256));
  EXPECT_FALSE(is_payer("", "254712345678", sha256));
}

TEST(nairobi_time, is_three_hours_ahead) {
  const time_ms at = 1'795'352'400'000; // 2026-11-22T13:00:00Z
  EXPECT_EQ(nairobi_time(at), "20261122160000");
  EXPECT_EQ(from_nairobi_time("20261122160000"), at);
  EXPECT_EQ(nairobi_time(at + 8 * ms_per_hour + 999), "20261123000000");
  for (const auto* text :
       {"", "2026112216000", "20261322160000", "20260230160000", "20261122240000", "2026112216000x"})
    EXPECT_FALSE(from_nairobi_time(text)) << text;
}

} // namespace
} // namespace wakala::payments
