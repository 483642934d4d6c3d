#include "commerce/order.hpp"

#include "commerce/cart.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::commerce {

using nlohmann::json;

namespace {

constexpr std::string_view code_letters = "23456789ABCDEFGHJKMNPQRSTVWXYZ";

json to_json(const money& m) { return {{"minor", m.minor}, {"currency", m.currency}}; }

money money_of(const json& j) { return {j.at("minor").get<std::int64_t>(), j.at("currency").get<std::string>()}; }

json to_json(const std::vector<cart_line>& lines) {
  auto all = json::array();
  for (const auto& line : lines)
    all.push_back({{"product_id", line.product_id},
                   {"name", line.name},
                   {"quantity", line.quantity},
                   {"price", to_json(line.price)}});
  return all;
}

std::vector<cart_line> lines_of(const json& j) {
  std::vector<cart_line> lines;
  for (const auto& each : j) {
    lines.push_back({each.at("product_id").get<std::string>(), each.at("name").get<std::string>(),
                     each.at("quantity").get<std::int64_t>(), money_of(each.at("price"))});
    if (lines.back().quantity < 1 || lines.back().quantity > quantity_max)
      throw json::out_of_range::create(401, "quantity", &each); // as of anything else that is not what it should be
  }
  return lines;
}

json to_json(const order_receipt& r) {
  return {{"code", r.code},
          {"total", to_json(r.total)},
          {"placed_at", r.placed_at},
          {"kept_until", r.kept_until},
          {"state", to_string(r.state)},
          {"tracking_url", r.tracking_url}};
}

order_receipt receipt_of(const json& j) {
  order_receipt r;
  r.code = j.at("code").get<std::string>();
  r.total = money_of(j.at("total"));
  r.placed_at = j.at("placed_at").get<time_ms>();
  r.kept_until = j.at("kept_until").get<time_ms>();
  r.state = order_state_from(j.value("state", std::string{})).value_or(order_state::awaiting_payment);
  r.tracking_url = j.value("tracking_url", std::string{});
  return r;
}

/// How the shopper gets it, of an order or of a request for one.
template <class T>
void put_getting(json& form, const T& from) {
  if (from.how == hand_over::pick_up)
    form["getting"] = {{"how", "pick_up"}};
  if (from.how == hand_over::delivery)
    form["getting"] = {{"how", "delivery"}, {"area", from.area}, {"fee", to_json(from.fee)}};
}

template <class T>
bool get_getting(const json& form, T& into) {
  const auto at = form.find("getting");
  if (at == form.end())
    return true;
  const auto how = at->at("how").get<std::string>();
  if (how != "pick_up" && how != "delivery")
    return false;
  into.how = how == "pick_up" ? hand_over::pick_up : hand_over::delivery;
  if (into.how == hand_over::delivery) {
    into.area = at->at("area").get<std::string>();
    into.fee = money_of(at->at("fee"));
  }
  return true;
}

bool get_question(const json& form, order_request& into) {
  const auto at = form.find("about");
  if (at == form.end())
    return true;
  const auto what = at->at("what").get<std::string>();
  if (what != "look" && what != "cancel")
    return false;
  into.about = order_question{what == "cancel" ? order_question::kind::cancel : order_question::kind::look,
                              at->at("code").get<std::string>(), at->at("placed_at").get<time_ms>()};
  return true;
}

/// What `make` makes of the text.
template <class T, class Make>
result<T> read(std::string_view text, const char* what, Make make) {
  try {
    return make(json::parse(text));
  } catch (const json::exception&) { // its words may quote what it found
    return make_error(errc::corrupt, std::string(what) + " cannot be read");
  }
}

} // namespace

std::string make_order_code(std::uint64_t random) {
  std::string code;
  for (std::size_t i = 0; i < order_code_length; ++i) {
    code += code_letters[random % code_letters.size()];
    random /= code_letters.size();
  }
  return code;
}

bool is_order_code(std::string_view text) noexcept {
  return text.size() == order_code_length && text.find_first_not_of(code_letters) == std::string_view::npos;
}

std::string to_text(const placed_order& o) {
  auto history = json::array();
  for (const auto& step : o.history)
    history.push_back({{"state", to_string(step.state)}, {"at", step.at}});
  json form{{"id", o.id},
            {"code", o.code},
            {"conversation", to_string(o.conversation)},
            {"lines", to_json(o.lines)},
            {"total", to_json(o.total)},
            {"state", to_string(o.state)},
            {"placed_at", o.placed_at},
            {"kept_until", o.kept_until},
            {"paid", o.paid},
            {"owed", o.owed},
            {"history", std::move(history)},
            {"tracking_url", o.tracking_url},
            {"told", o.told}};
  put_getting(form, o);
  if (!o.attempts.empty())
    form["attempts"] = o.attempts;
  if (o.provided != 0)
    form["provided"] = o.provided;
  if (o.returning != 0)
    form["returning"] = o.returning;
  if (!o.delivery_date.empty())
    form["delivery_date"] = o.delivery_date;
  return form.dump();
}

result<placed_order> placed_order_from(std::string_view text) {
  return read<placed_order>(text, "an order", [](const json& j) -> result<placed_order> {
    placed_order o;
    o.id = j.at("id").get<std::string>();
    o.code = j.at("code").get<std::string>();
    const auto conversation = parse_conversation_id(j.at("conversation").get<std::string>());
    o.lines = lines_of(j.at("lines"));
    o.total = money_of(j.at("total"));
    const auto state = order_state_from(j.at("state").get<std::string>());
    o.placed_at = j.at("placed_at").get<time_ms>();
    o.kept_until = j.at("kept_until").get<time_ms>();
    o.paid = j.value("paid", std::int64_t{0}); // orders of earlier versions have neither this nor what follows
    o.owed = j.value("owed", std::int64_t{0});
    o.tracking_url = j.value("tracking_url", std::string{});
    o.delivery_date = j.value("delivery_date", std::string{});
    bool is_whole = conversation && state && !o.lines.empty() && get_getting(j, o);
    for (const auto& step : j.value("history", json::array())) {
      const auto reached = order_state_from(step.at("state").get<std::string>());
      is_whole = is_whole && reached;
      o.history.push_back({reached.value_or(order_state::expired), step.at("at").get<time_ms>()});
    }
    o.attempts = j.value("attempts", std::vector<std::string>{});
    o.provided = j.value("provided", std::int64_t{0});
    o.returning = j.value("returning", std::int64_t{0});
    o.told = j.value("told", static_cast<std::uint32_t>(o.history.size())); // a state was told each time
    if (!is_whole)
      return make_error(errc::corrupt, "an order cannot be read");
    o.conversation = *conversation;
    o.state = *state;
    return o;
  });
}

order_news news_of(const placed_order& o) {
  std::int64_t items = 0;
  for (const auto& line : o.lines)
    items += line.quantity;
  return {o.code, o.state, o.total, items, o.placed_at, o.kept_until, o.tracking_url, std::nullopt, o.delivery_date};
}

std::string to_text(const order_news& n) {
  json form{
      {"code", n.code},           {"state", to_string(n.state)}, {"total", to_json(n.total)},     {"items", n.items},
      {"placed_at", n.placed_at}, {"kept_until", n.kept_until},  {"tracking_url", n.tracking_url}};
  if (n.payment)
    form["payment"] = to_json(*n.payment);
  if (!n.delivery_date.empty())
    form["delivery_date"] = n.delivery_date;
  return form.dump();
}

result<order_news> order_news_from(std::string_view text) {
  return read<order_news>(text, "news of an order", [](const json& j) -> result<order_news> {
    const auto state = order_state_from(j.at("state").get<std::string>());
    if (!state)
      return make_error(errc::corrupt, "news of an order cannot be read");
    order_news news{j.at("code").get<std::string>(),
                    *state,
                    money_of(j.at("total")),
                    j.at("items").get<std::int64_t>(),
                    j.at("placed_at").get<time_ms>(),
                    j.at("kept_until").get<time_ms>(),
                    j.at("tracking_url").get<std::string>(),
                    std::nullopt,
                    j.value("delivery_date", std::string{})};
    if (const auto at = j.find("payment"); at != j.end())
      if (news.payment = payment_news_in(*at); !news.payment)
        return make_error(errc::corrupt, "news of an order cannot be read");
    return news;
  });
}

std::string to_text(const order_request& r) {
  json form{{"cart_id", r.cart_id}, {"lines", to_json(r.lines)}, {"total", to_json(r.total)}};
  put_getting(form, r);
  if (r.about)
    form["about"] = {{"what", r.about->what == order_question::kind::cancel ? "cancel" : "look"},
                     {"code", r.about->code},
                     {"placed_at", r.about->placed_at}};
  return form.dump();
}

result<order_request> order_request_from(std::string_view text) {
  return read<order_request>(text, "a request for an order", [](const json& j) -> result<order_request> {
    order_request r{j.at("cart_id").get<std::string>(), lines_of(j.at("lines")), money_of(j.at("total"))};
    if (!get_getting(j, r) || !get_question(j, r))
      return make_error(errc::corrupt, "a request for an order cannot be read");
    return r;
  });
}

std::string to_text(const order_answer& a) {
  auto shortages = json::array();
  for (const auto& s : a.short_of)
    shortages.push_back({{"product_id", s.product_id}, {"left", s.left}, {"sold", s.sold}});
  json form{{"placed", a.placed ? to_json(*a.placed) : json(nullptr)}, {"short_of", std::move(shortages)}};
  if (a.about)
    form["about"] = to_text(*a.about);
  return form.dump();
}

result<order_answer> order_answer_from(std::string_view text) {
  return read<order_answer>(text, "the answer to a request for an order", [](const json& j) -> result<order_answer> {
    order_answer a;
    if (!j.at("placed").is_null())
      a.placed = receipt_of(j.at("placed"));
    for (const auto& s : j.at("short_of"))
      a.short_of.push_back(
          {s.at("product_id").get<std::string>(), s.at("left").get<std::int64_t>(), s.at("sold").get<bool>()});
    if (const auto at = j.find("about"); at != j.end()) {
      auto order = placed_order_from(at->get<std::string>());
      if (!order)
        return order.error();
      a.about = std::move(*order);
    }
    return a;
  });
}

} // namespace wakala::commerce
