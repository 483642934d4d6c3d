#include "tests/commerce/chat.hpp"

#include <gtest/gtest.h>
#include <nlohmann/json.hpp>
#include <yaml-cpp/yaml.h>

#include <array>
#include <stdexcept>
#include <variant>

namespace wakala::commerce::test {

phrasebook::texts texts_of(const std::string& language) {
  phrasebook::texts texts;
  for (const auto& entry : YAML::LoadFile(std::string(WAKALA_SOURCE_DIR) + "/strings/" + language + ".yaml"))
    texts[entry.first.as<std::string>()] = entry.second.as<std::string>();
  return texts;
}

const phrasebook& phrases() {
  static const phrasebook book = phrasebook::make(texts_of("en"), texts_of("sw")).value();
  return book;
}

product make_product(std::string id, std::string category, std::int64_t minor, std::optional<std::int64_t> stock,
                     std::string name) {
  product p;
  p.name = name.empty() ? id : std::move(name);
  p.id = std::move(id);
  p.category = std::move(category);
  p.price = {minor, "KES"};
  p.stock = stock;
  return p;
}

catalog make_catalog(std::vector<product> products) { return catalog::make(std::move(products), "KES").value(); }

catalog numbered(std::size_t count) {
  std::vector<product> products;
  for (std::size_t i = 1; i <= count; ++i)
    products.push_back(make_product("p" + std::to_string(i), "Shelf", 10'000));
  return make_catalog(std::move(products));
}

catalog small_shop() {
  return make_catalog({make_product("unga", "Flour", 25'000, 10, "Unga wa dola 2kg"),
                       make_product("rice", "Flour", 22'000, std::nullopt, "Pishori rice"),
                       make_product("chai", "Tea", 14'000, 1, "Majani ya chai"),
                       make_product("kahawa", "Tea", 39'050, 0, "Kahawa")});
}

whatsapp::event text_event(std::string_view text, time_ms at) {
  whatsapp::event e;
  e.kind = whatsapp::event_kind::message;
  e.type = "text";
  e.id = "wamid.1";
  e.from = "254700000001";
  e.sender = e.from;
  e.phone_number_id = "100";
  e.at = at;
  e.text = std::string(text);
  return e;
}

whatsapp::event tap_event(std::string_view id, time_ms at) {
  auto e = text_event({}, at);
  e.type = "interactive";
  e.reply_id = std::string(id);
  return e;
}

chat::chat(catalog goods) : shelf(std::move(goods)) {}

chat& chat::receive(const whatsapp::event& event) {
  step_context context;
  context.now = now;
  context.id_seed = 0x5EED + ++steps_;
  context.store_name = "Duka la Amani";
  context.currency = "KES";
  context.shelf = &shelf;
  context.phrases = &phrases();
  if (!has_same_words(indexed_, shelf)) {
    indexed_ = shelf;
    finder_ = search_index(shelf, synonyms(shop.synonyms));
  }
  context.finder = &finder_;
  context.shop = &shop;
  context.tenant = "duka";
  context.pay = pay;
  context.at_meta = at_meta ? &*at_meta : nullptr;
  last = step(state, event, context);
  if (last.wants_order) {
    const auto answer = home ? home(*last.wants_order) : answer_to(*last.wants_order);
    context.order = &answer;
    last = step(state, event, context);
    EXPECT_FALSE(last.wants_order);
  }
  if (last.wants_payment) {
    const auto answer = desk ? desk(*last.wants_payment)
                             : payment_answer{payment_answer::kind::started, {50'000, "KES"}, "254712345678", {}, 0};
    context.payment = &answer;
    last = step(state, event, context);
    EXPECT_FALSE(last.wants_payment);
  }
  EXPECT_EQ(broken_limits(last.replies), "");
  state = last.state;
  return *this;
}

order_answer chat::answer_to(const order_request& asked) {
  order_answer answer;
  if (!asked.about) {
    constexpr std::array codes{"K7Q2M", "B2B2B", "C3C3C"};
    placed_order o;
    o.code = codes.at(books.size() % codes.size());
    o.lines = asked.lines;
    o.total = asked.total;
    o.placed_at = now;
    o.kept_until = now + 30 * 60'000;
    books.push_back(o);
    answer.placed = order_receipt{o.code, o.total, o.placed_at, o.kept_until};
    return answer;
  }
  for (auto& o : books)
    if (o.code == asked.about->code && o.placed_at == asked.about->placed_at) {
      if (asked.about->what == order_question::kind::cancel && o.state == order_state::awaiting_payment &&
          o.paid == 0)
        o.state = order_state::cancelled;
      answer.about = o;
    }
  return answer;
}

chat& chat::say(std::string_view text) {
  now += ms_per_second;
  auto e = text_event(text, now);
  e.profile_name = name;
  return receive(e);
}

chat& chat::tap(std::string_view id) {
  now += ms_per_second;
  auto e = tap_event(id, now);
  e.profile_name = name;
  return receive(e);
}

chat& chat::tap_title(std::string_view title) {
  const auto all = titles();
  for (std::size_t i = 0; i < all.size(); ++i)
    if (all[i] == title)
      return tap(ids()[i]);
  throw std::runtime_error("nothing is called " + std::string(title) + " in: " + body());
}

chat& chat::wait(time_ms ms) {
  now += ms;
  return *this;
}

chat& chat::order(const std::string& items) {
  now += ms_per_second;
  auto e = text_event("", now);
  e.type = "order";
  e.raw = whatsapp::raw_json(R"({"order":{"catalog_id":"1","product_items":)" + items + R"(},"type":"order"})");
  return receive(e);
}

chat& chat::share(const std::string& location) {
  now += ms_per_second;
  auto e = text_event("", now);
  e.type = "location";
  e.raw = whatsapp::raw_json(R"({"location":)" + location + R"(,"type":"location"})");
  return receive(e);
}

std::string chat::body() const {
  return last.replies.empty() ? std::string{} : whatsapp::summary_text(last.replies.back().content);
}

namespace {

struct option_seen {
  std::string id;
  std::string title;
  std::string description;
};

std::vector<option_seen> options_of(const step_result& result) {
  std::vector<option_seen> seen;
  if (result.replies.empty())
    return seen;
  const auto& content = result.replies.back().content;
  if (const auto* list = std::get_if<whatsapp::list_message>(&content))
    for (const auto& section : list->sections)
      for (const auto& row : section.rows)
        seen.push_back({row.id, row.title, row.description});
  if (const auto* buttons = std::get_if<whatsapp::buttons_message>(&content))
    for (const auto& button : buttons->buttons)
      seen.push_back({button.id, button.title, {}});
  return seen;
}

} // namespace

std::vector<std::string> chat::titles() const {
  std::vector<std::string> all;
  for (auto& o : options_of(last))
    all.push_back(std::move(o.title));
  return all;
}

std::vector<std::string> chat::ids() const {
  std::vector<std::string> all;
  for (auto& o : options_of(last))
    all.push_back(std::move(o.id));
  return all;
}

std::string chat::description_of(std::string_view title) const {
  for (const auto& o : options_of(last))
    if (o.title == title)
      return o.description;
  return {};
}

bool chat::is_list() const {
  return !last.replies.empty() && std::holds_alternative<whatsapp::list_message>(last.replies.back().content);
}

std::string chat::total_text() const { return display_text(total(state.basket, "KES").value()); }

bytes packed(const conversation_state& state) {
  encoder out(record_form(state));
  encode(out, state);
  return out.take();
}

result<conversation_state> unpacked(const bytes& from) {
  decoder in(from);
  auto state = decode_conversation(in);
  if (!in.finished())
    return make_error(errc::corrupt, "not a state");
  return state;
}

std::string broken_limits(const std::vector<reply>& replies) {
  std::string text;
  for (const auto& r : replies)
    for (const auto& v :
         whatsapp::validate_request(whatsapp::to_request({"254700000001", {}}, r.content, "callback")))
      text += v.path + " " + v.limit + " (" + v.value + ")\n";
  return text;
}

} // namespace wakala::commerce::test
