#include "bench/load/body.hpp"
#include "bench/load/ledger.hpp"
#include "bench/load/population.hpp"
#include "bench/load/prepared.hpp"
#include "bench/load/reply_ids.hpp"
#include "bench/load/traffic.hpp"
#include "http/core/hmac.hpp"
#include "whatsapp/event.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <array>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace wakala::bench {
namespace {

constexpr std::uint64_t ms = 1'000'000;
constexpr std::uint64_t run_id = 42;
constexpr std::int64_t epoch = 1'790'000'000;

population_options small_world() {
  population_options o;
  o.tenants = 7;
  o.conversations = 300;
  return o;
}

struct timed_update {
  planned_update what;
  std::uint64_t at_ns;
};

/// `count` updates, one each millisecond.
std::vector<timed_update> some_traffic(const population& who, std::size_t count,
                                       const traffic_options& options = {}) {
  traffic t(who, options);
  std::vector<timed_update> list;
  for (std::size_t i = 0; i < count; ++i)
    list.push_back({t.next(i * ms), i * ms});
  return list;
}

TEST(population, gives_every_shopper_a_name_of_their_own_and_every_shop_its_number) {
  const population who(small_world());
  std::set<std::string> phones;
  std::set<std::string> users;
  std::set<std::uint32_t> shops;
  for (std::uint32_t c = 0; c < who.conversations(); ++c) {
    phones.insert(phone_of(c));
    users.insert(user_id_of(c));
    shops.insert(who.tenant_of(c));
    EXPECT_EQ(&who.shop_of(c), &who.tenants()[who.tenant_of(c)]);
  }
  EXPECT_EQ(phones.size(), who.conversations());
  EXPECT_EQ(users.size(), who.conversations());
  EXPECT_EQ(shops.size(), who.tenants().size());
  EXPECT_TRUE(std::all_of(phones.begin(), phones.end(), [](const auto& p) { return p.size() == 12; }));
}

TEST(traffic, is_three_statuses_to_a_message_with_one_repeat_in_a_hundred) {
  const population who(small_world());
  std::map<update_kind, std::size_t> kinds;
  std::size_t copies = 0;
  for (const auto& [what, at] : some_traffic(who, 200'000)) {
    copies += what.is_copy ? 1 : 0;
    kinds[what.kind] += what.is_copy ? 0 : 1;
  }
  const auto messages = static_cast<double>(kinds[update_kind::text] + kinds[update_kind::list_reply]);
  for (const auto kind : {update_kind::sent, update_kind::delivered, update_kind::read})
    EXPECT_NEAR(static_cast<double>(kinds[kind]) / messages, 1, 0.05);
  EXPECT_NEAR(static_cast<double>(copies), 2'000, 200);
  EXPECT_NEAR(static_cast<double>(kinds[update_kind::list_reply]) / messages, 0.3, 0.02);
}

TEST(traffic, numbers_and_ranks_have_no_gaps) {
  const population who(small_world());
  std::uint32_t next = 0;
  std::map<std::uint32_t, std::uint32_t> ranks;
  for (const auto& [what, at] : some_traffic(who, 50'000)) {
    if (is_status(what.kind) || what.is_copy)
      continue;
    EXPECT_EQ(what.about.number, next++);
    EXPECT_EQ(what.about.rank, ranks[what.about.conversation]++);
    EXPECT_EQ(what.about.second, at / 1'000'000'000);
  }
  EXPECT_GT(next, 10'000U);
}

TEST(traffic, each_status_follows_its_message_by_its_delay_and_comes_once) {
  const population who(small_world());
  const traffic_options options;
  std::map<std::uint32_t, std::uint64_t> written;
  std::map<std::uint32_t, std::uint8_t> seen;
  for (const auto& [what, at] : some_traffic(who, 50'000, options)) {
    if (what.is_copy)
      continue;
    if (!is_status(what.kind)) {
      written[what.about.number] = at;
      continue;
    }
    const auto place = static_cast<std::size_t>(what.kind) - static_cast<std::size_t>(update_kind::sent);
    ASSERT_TRUE(written.contains(what.about.number));
    EXPECT_GE(at, written[what.about.number] + options.status_delay_ns[place]);
    auto& bits = seen[what.about.number];
    EXPECT_EQ(bits & status_bit(what.kind), 0U) << "twice";
    EXPECT_EQ(bits, status_bit(what.kind) - 1U) << "out of their order";
    bits = static_cast<std::uint8_t>(bits | status_bit(what.kind));
  }
}

TEST(traffic, repeats_are_of_what_was_sent_a_while_before) {
  const population who(small_world());
  const traffic_options options;
  std::map<std::pair<std::uint32_t, update_kind>, std::uint64_t> first;
  std::size_t copies = 0;
  for (const auto& [what, at] : some_traffic(who, 50'000, options)) {
    const auto key = std::pair(what.about.number, what.kind);
    if (!what.is_copy) {
      EXPECT_TRUE(first.emplace(key, at).second);
      continue;
    }
    ++copies;
    ASSERT_TRUE(first.contains(key));
    EXPECT_GE(at, first[key] + options.copy_delay_ns);
  }
  EXPECT_GT(copies, 100U);
}

TEST(traffic, can_be_messages_only_and_repeats_with_its_seed) {
  const population who(small_world());
  traffic_options options;
  options.statuses = false;
  options.copies = 0;
  traffic a(who, options);
  traffic b(who, options);
  auto other = small_world();
  other.seed = 2;
  const population elsewhere(other);
  traffic c(elsewhere, options);
  std::size_t same = 0;
  for (std::uint64_t i = 0; i < 1'000; ++i) {
    const auto x = a.next(i);
    EXPECT_FALSE(is_status(x.kind));
    EXPECT_FALSE(x.is_copy);
    EXPECT_EQ(x.about, b.next(i).about);
    same += x.about == c.next(i).about ? 1U : 0U;
  }
  EXPECT_LT(same, 500U);
}

TEST(traffic, introduces_everybody_first_when_asked_to) {
  const population who(small_world());
  traffic_options options;
  options.introductions = true;
  std::set<std::uint32_t> met;
  std::size_t place = 0;
  for (const auto& [what, at] : some_traffic(who, 5'000, options)) {
    if (place++ < who.conversations()) {
      EXPECT_FALSE(is_status(what.kind) || what.is_copy);
      EXPECT_EQ(what.about.rank, 0U);
      met.insert(what.about.conversation);
    }
  }
  EXPECT_EQ(met.size(), who.conversations());
}

TEST(traffic, is_mixed_from_the_first_moment_by_what_became_of_the_introductions) {
  const population who(small_world());
  traffic_options options;
  options.introductions = true;
  const auto all = some_traffic(who, who.conversations() + 4'000, options);
  std::map<std::uint32_t, std::vector<update_kind>> told;
  std::size_t messages = 0;
  for (std::size_t i = who.conversations(); i < all.size(); ++i) {
    const auto& what = all[i].what;
    if (i < who.conversations() + 1'000U) // no later reply can have a status yet
      messages += is_status(what.kind) ? 0U : 1U;
    if (is_status(what.kind) && !what.is_copy && what.about.number < who.conversations())
      told[what.about.number].push_back(what.kind);
  }
  EXPECT_GT(messages, 200U);
  EXPECT_LT(messages, 300U) << "a quarter, not all";
  EXPECT_EQ(told.size(), who.conversations());
  for (const auto& [number, kinds] : told)
    EXPECT_EQ(kinds, (std::vector{update_kind::sent, update_kind::delivered, update_kind::read})) << number;
}

TEST(traffic, is_as_skewed_as_asked) {
  auto options = small_world();
  options.conversations = 10'000;
  const population who(options);
  std::size_t hottest = 0;
  std::size_t messages = 0;
  for (const auto& [what, at] : some_traffic(who, 100'000))
    if (!is_status(what.kind)) {
      ++messages;
      hottest += what.about.conversation == 0 ? 1U : 0U;
    }
  // 1 / sum of k^-0.99 for k up to 10,000
  EXPECT_NEAR(static_cast<double>(hottest) / static_cast<double>(messages), 0.0978, 0.008);
}

// -- bodies ---------------------------------------------------------------

TEST(body, every_kind_is_what_the_decoder_expects) {
  const population who(small_world());
  const body_writer bodies(who, run_id, epoch);
  std::set<std::string> ids;
  double bytes = 0;
  const auto list = some_traffic(who, 20'000);
  for (const auto& [what, at] : list) {
    std::string body;
    bodies.append(body, what);
    bytes += static_cast<double>(body.size());
    const auto delivery = whatsapp::decode(body);
    ASSERT_TRUE(delivery) << body;
    ASSERT_EQ(delivery->events.size(), 1U) << body;
    const auto& e = delivery->events.front();
    const auto& m = what.about;
    const auto& shop = who.shop_of(m.conversation);
    EXPECT_EQ(e.phone_number_id, shop.number_id);
    EXPECT_EQ(e.waba_id, shop.waba_id);
    if (is_status(what.kind)) {
      EXPECT_EQ(e.kind, whatsapp::event_kind::status);
      EXPECT_EQ(e.id, reply_message_id(phone_of(m.conversation), m.rank));
      EXPECT_EQ(e.type, what.kind == update_kind::sent   ? "sent"
                        : what.kind == update_kind::read ? "read"
                                                         : "delivered");
      continue;
    }
    EXPECT_EQ(e.kind, whatsapp::event_kind::message);
    EXPECT_EQ(e.from, phone_of(m.conversation));
    EXPECT_EQ(e.from_user_id, user_id_of(m.conversation));
    EXPECT_EQ(e.id, inbound_message_id(m, run_id));
    EXPECT_EQ(e.text, text_of(m));
    EXPECT_EQ(e.at, (epoch + m.second) * 1'000);
    EXPECT_EQ(e.type, what.kind == update_kind::text ? "text" : "interactive");
    EXPECT_EQ(e.reply_id.starts_with("prod:"), what.kind == update_kind::list_reply) << e.reply_id;
    EXPECT_EQ(ids.insert(*e.id).second, !what.is_copy) << "an id twice";
  }
  const auto mean = bytes / static_cast<double>(list.size());
  EXPECT_NEAR(mean, 860, 20);
}

TEST(body, ids_of_another_run_are_others) {
  planned_message m;
  m.conversation = 5;
  EXPECT_NE(inbound_message_id(m, 1), inbound_message_id(m, 2));
  m.number = 1;
  const auto id = inbound_message_id(m, 1);
  EXPECT_NE(id, inbound_message_id(planned_message{0, 5, 0, 0, false}, 1));
  EXPECT_TRUE(id.starts_with("wamid.HBgM")) << "Meta's form: " << id;
}

TEST(body, the_catalog_holds_what_the_lists_offer) {
  const auto catalog = nlohmann::json::parse(bench_catalog());
  std::set<std::string> products;
  for (const auto& p : catalog.at("products")) {
    products.insert(p.at("name").get<std::string>());
    EXPECT_FALSE(p.contains("stock")) << "it would sell out";
  }
  for (std::uint32_t i = 0; i < 1'000; ++i)
    EXPECT_TRUE(products.contains(text_of(planned_message{i, 0, 0, 0, true})));
}

TEST(reply_ids, follow_the_discard_transport) {
  EXPECT_EQ(reply_message_id("254700000001", 0), "wamid.D254700000001.3");
  EXPECT_EQ(reply_message_id("254700000001", 9), "wamid.D254700000001.30");
  EXPECT_EQ(ordinals_of(2).inbound, 7U);
  EXPECT_EQ(ordinals_of(2).read_mark, 8U);
}

// -- requests -------------------------------------------------------------

std::string header_of(std::string_view request, std::string_view name) {
  const auto at = request.find(std::string(name) + ": ");
  if (at == std::string_view::npos)
    return {};
  const auto from = at + name.size() + 2;
  return std::string(request.substr(from, request.find("\r\n", from) - from));
}

TEST(request_writer, signs_each_body_and_counts_it) {
  const population who(small_world());
  traffic t(who, {});
  const body_writer bodies(who, run_id, epoch);
  request_writer writer({"127.0.0.1", 8080, "/v1/webhooks?a=b", "secret"}, t, bodies);
  const http::hmac_key key("secret");
  const auto when = make_steady_arrivals(1'000, 3);
  const auto batch = writer.write(*when, 0, 3'000, 0);
  ASSERT_EQ(batch->requests.size(), 3'000U);
  std::set<std::string> signatures;
  std::size_t copies = 0;
  for (const auto& r : batch->requests) {
    const auto request = batch->bytes_of(r);
    ASSERT_TRUE(request.starts_with("POST /v1/webhooks?a=b HTTP/1.1\r\nHost: 127.0.0.1:8080\r\n"));
    const auto body = request.substr(request.find("\r\n\r\n") + 4);
    EXPECT_EQ(header_of(request, "Content-Length"), std::to_string(body.size()));
    const auto signature = header_of(request, "X-Hub-Signature-256");
    const std::array<std::string_view, 1> given{signature};
    EXPECT_EQ(http::check_signature(given, {}, body, key), http::signature_check::good);
    copies += r.what.is_copy ? 1U : 0U;
    EXPECT_EQ(signatures.insert(signature).second, !r.what.is_copy) << "only repeats are the same twice";
  }
  EXPECT_GT(copies, 5U);
}

std::vector<std::string> all_of(request_source& source) {
  std::vector<std::string> requests;
  source.prepare();
  while (const auto batch = source.next())
    for (const auto& r : batch->requests)
      requests.emplace_back(batch->bytes_of(r));
  return requests;
}

TEST(request_source, gives_the_same_requests_rendered_before_or_beside_the_run) {
  const population who(small_world());
  const body_writer bodies(who, run_id, epoch);
  const auto when = make_steady_arrivals(10'000, 3);
  const webhook_target target{"localhost", 80, "/", "secret"};
  traffic first(who, {});
  request_writer before(target, first, bodies);
  request_source whole(before, *when, 0, std::size_t{1} << 30U);
  EXPECT_TRUE(whole.is_all_ready());
  traffic second(who, {});
  request_writer beside(target, second, bodies);
  request_source pieces(beside, *when, 0, 1'000);
  EXPECT_FALSE(pieces.is_all_ready());
  const auto wanted = all_of(whole);
  EXPECT_EQ(wanted.size(), 30'000U);
  EXPECT_EQ(all_of(pieces), wanted);
}

TEST(request_source, ends_its_thread_when_nobody_takes_the_rest) {
  const population who(small_world());
  const body_writer bodies(who, run_id, epoch);
  const auto when = make_steady_arrivals(100'000, 10);
  traffic t(who, {});
  request_writer writer({"localhost", 80, "/", "secret"}, t, bodies);
  request_source source(writer, *when, 0, 1'000);
  source.prepare();
  EXPECT_TRUE(source.next());
} // and the destructor returns

// -- ledger ---------------------------------------------------------------

planned_update message(std::uint32_t number, std::uint32_t conversation, std::uint32_t rank) {
  return {planned_message{number, conversation, rank, 0, false}, update_kind::text, false};
}

planned_update status_of(const planned_update& m, update_kind kind) { return {m.about, kind, false}; }

TEST(ledger, lets_a_status_go_when_so_many_messages_were_acknowledged) {
  ledger book(3);
  const std::array<planned_update, 3> m{message(0, 2, 0), message(1, 2, 1), message(2, 0, 0)};
  for (const auto& one : m) {
    book.plan(one.about);
    book.note_sent(one, 10);
  }
  const auto first = status_of(m[0], update_kind::sent);
  const auto second = status_of(m[1], update_kind::sent);
  EXPECT_TRUE(book.may_send(m[0], 0, 100)) << "messages are nobody's answer";
  EXPECT_FALSE(book.may_send(first, 1'000, 100));
  // The second message of the conversation was quicker: one reply exists, and it is the first by its name.
  book.note_acknowledged(m[1], 50);
  EXPECT_FALSE(book.may_send(first, 149, 100)) << "not before it was held back for so long";
  EXPECT_TRUE(book.may_send(first, 150, 100));
  EXPECT_FALSE(book.may_send(second, 1'000, 100));
  book.note_acknowledged(m[0], 200);
  EXPECT_TRUE(book.may_send(second, 300, 100));
  EXPECT_FALSE(book.may_send(status_of(m[2], update_kind::sent), 1'000, 100)) << "another conversation";
  EXPECT_EQ(book.acknowledged_messages(), 2U);
  EXPECT_THAT(book.messages_of(2), ::testing::ElementsAre(0, 1));
  EXPECT_THAT(book.messages_of(1), ::testing::IsEmpty());
}

TEST(ledger, counts_a_repeat_once_and_keeps_the_first_times) {
  ledger book(1);
  const auto m = message(0, 0, 0);
  book.plan(m.about);
  book.note_sent(m, 5);
  book.note_acknowledged(m, 8);
  book.note_sent(m, 20);
  book.note_acknowledged(m, 25);
  EXPECT_EQ(book.acknowledged_messages(), 1U);
  EXPECT_EQ(book.entries()[0].first_sent, 5U);
  EXPECT_EQ(book.entries()[0].acknowledged, 8U);
  const auto read = status_of(m, update_kind::read);
  book.note_sent(read, 30);
  EXPECT_EQ(book.entries()[0].statuses_sent, status_bit(update_kind::read));
  EXPECT_EQ(book.entries()[0].statuses_acknowledged, 0U);
  book.note_acknowledged(read, 31);
  book.note_acknowledged(read, 32);
  EXPECT_EQ(book.acknowledged_statuses(), 1U);
  EXPECT_EQ(book.entries()[0].statuses_acknowledged, status_bit(update_kind::read));
}

TEST(ledger, goes_on_after_a_message_that_was_never_acknowledged) {
  ledger book(1);
  const auto lost = message(0, 0, 0);
  const auto good = message(1, 0, 1);
  book.plan(lost.about); // given up before it was sent
  book.plan(good.about);
  book.note_sent(good, 1);
  book.note_acknowledged(good, 2);
  // The server answered one message: its reply bears the first name, whoever asked.
  EXPECT_TRUE(book.may_send(status_of(lost, update_kind::sent), 2, 0));
  EXPECT_FALSE(book.may_send(status_of(good, update_kind::sent), 1'000, 0));
}

} // namespace
} // namespace wakala::bench
