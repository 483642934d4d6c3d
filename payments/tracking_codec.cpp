#include <nlohmann/json.hpp>

#include "payments/tracking.hpp"
#include <algorithm>
#include <array>

namespace wakala::payments {

using nlohmann::json;

namespace {

using stage = refund_work::stage;

constexpr std::array stages{stage::wanted,   stage::sent, stage::ambiguous,
                            stage::accepted, stage::done, stage::failed};

json refund_json(const refund_work& r) {
  return {{"number", r.number},       {"receipt", r.receipt},
          {"minor", r.amount.minor},  {"currency", r.amount.currency},
          {"counts_as", r.counts_as}, {"state", to_string(r.state)},
          {"reference", r.reference}, {"code", r.code},
          {"tries", r.tries},         {"next_at", r.next_at}};
}

refund_work refund_of(const json& j) {
  refund_work r;
  r.number = j.at("number").get<std::int64_t>();
  r.receipt = j.at("receipt").get<std::string>();
  r.amount = {j.at("minor").get<std::int64_t>(), j.at("currency").get<std::string>()};
  r.counts_as = j.at("counts_as").get<std::int64_t>();
  const auto name = j.at("state").get<std::string>();
  const auto* const found = std::find_if(stages.begin(), stages.end(), [&](auto s) { return to_string(s) == name; });
  if (found == stages.end())
    throw json::out_of_range::create(401, "state", &j); // as of anything else that is not what it should be
  r.state = *found;
  r.reference = j.at("reference").get<std::string>();
  r.code = j.at("code").get<std::string>();
  r.tries = j.at("tries").get<std::int64_t>();
  r.next_at = j.at("next_at").get<time_ms>();
  return r;
}

} // namespace

std::string to_text(const tracked_attempt& t) {
  auto refunds = json::array();
  for (const auto& r : t.refunds)
    refunds.push_back(refund_json(r));
  return json{{"attempt", json::parse(to_text(t.what))},
              {"order_row", t.order_row},
              {"order_code", t.order_code},
              {"conversation", t.conversation},
              {"covers", t.covers},
              {"created_at", t.created_at},
              {"sent_at", t.sent_at},
              {"next_at", t.next_at},
              {"expires_at", t.expires_at},
              {"looks", t.looks},
              {"url", t.url},
              {"is_link", t.is_link},
              {"by_hand", t.by_hand},
              {"typed", t.typed},
              {"payer", t.payer},
              {"is_closing", t.is_closing},
              {"is_closed", t.is_closed},
              {"is_contradicted", t.is_contradicted},
              {"is_disputed", t.is_disputed},
              {"code", t.code},
              {"is_settled", t.is_settled},
              {"by_hand_meanwhile", t.by_hand_meanwhile},
              {"booked_at", t.booked_at},
              {"booked", t.booked},
              {"refunds", std::move(refunds)}}
      .dump(-1, ' ', false, json::error_handler_t::replace);
}

result<tracked_attempt> tracked_attempt_from(std::string_view text) {
  const auto broken = make_error(errc::corrupt, "a payment attempt cannot be read");
  try {
    const auto j = json::parse(text);
    auto what = attempt_from(j.at("attempt").dump());
    if (!what)
      return broken;
    tracked_attempt t;
    t.what = std::move(*what);
    t.order_row = j.at("order_row").get<std::string>();
    t.order_code = j.at("order_code").get<std::string>();
    t.conversation = j.at("conversation").get<std::string>();
    t.covers = j.at("covers").get<std::int64_t>();
    t.created_at = j.at("created_at").get<time_ms>();
    t.sent_at = j.at("sent_at").get<time_ms>();
    t.next_at = j.at("next_at").get<time_ms>();
    t.expires_at = j.at("expires_at").get<time_ms>();
    t.looks = j.at("looks").get<std::int64_t>();
    t.url = j.at("url").get<std::string>();
    t.is_link = j.at("is_link").get<bool>();
    t.by_hand = j.at("by_hand").get<bool>();
    t.typed = j.at("typed").get<std::string>();
    t.payer = j.at("payer").get<std::string>();
    t.is_closing = j.at("is_closing").get<bool>();
    t.is_closed = j.at("is_closed").get<bool>();
    t.is_contradicted = j.at("is_contradicted").get<bool>();
    t.is_disputed = j.at("is_disputed").get<bool>();
    t.code = j.at("code").get<std::string>();
    t.is_settled = j.at("is_settled").get<bool>();
    t.by_hand_meanwhile = j.at("by_hand_meanwhile").get<std::vector<std::string>>();
    t.booked_at = j.at("booked_at").get<time_ms>();
    t.booked = j.at("booked").get<std::vector<std::string>>();
    for (const auto& r : j.at("refunds"))
      t.refunds.push_back(refund_of(r));
    if (t.looks >= 0)
      return t;
  } catch (const json::exception&) { // its words may quote what it found
  }
  return broken;
}

} // namespace wakala::payments
