#include "commerce/cart.hpp"
#include "commerce/conversation.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <limits>
#include <set>
#include <string_view>
#include <type_traits>

namespace wakala::commerce {

namespace {

using nlohmann::json;

constexpr int format_version = 1;
constexpr std::array<std::string_view, 7> positions{"start",   "menu", "categories", "products",
                                                    "product", "cart", "human"};

json to_json(const money& value) { return json::array({value.minor, value.currency}); }

/// Writes members that differ from their default; the reader puts the default back. States stay small that way.
class writer {
public:
  template <class T>
  writer& put(const char* key, const T& value, const T& usual = T{}) {
    if (value != usual)
      object_[key] = value;
    return *this;
  }
  writer& put(const char* key, json value) {
    if (!value.empty())
      object_[key] = std::move(value);
    return *this;
  }
  json take() { return std::move(object_); }

private:
  json object_ = json::object();
};

json write_cart(const cart& basket) {
  auto lines = json::array();
  for (const auto& line : basket.lines)
    lines.push_back(json{{"product_id", line.product_id},
                         {"name", line.name},
                         {"quantity", line.quantity},
                         {"price", to_json(line.price)}});
  writer out;
  out.put("id", basket.id).put("lines", std::move(lines)).put("expires_at", basket.expires_at);
  return out.take();
}

/// Reads members and remembers whether any of them was not what `writer` writes.
class reader {
public:
  explicit reader(const json& object, bool& good) : object_(object), good_(good) {
    if (!object_.is_object())
      good_ = false;
  }

  const json* find(const char* key) const {
    if (!object_.is_object())
      return nullptr;
    const auto at = object_.find(key);
    return at == object_.end() ? nullptr : &*at;
  }

  void get(const char* key, std::string& into) const {
    if (const auto* value = find(key))
      if (expect(value->is_string()))
        into = value->get<std::string>();
  }

  void get(const char* key, bool& into) const {
    if (const auto* value = find(key))
      if (expect(value->is_boolean()))
        into = value->get<bool>();
  }

  /// Whole numbers from 0 to what `T` holds.
  template <class T>
  requires std::is_integral_v<T>
  void get(const char* key, T& into) const {
    if (const auto* value = find(key))
      read_number(*value, into);
  }

  template <class T>
  void read_number(const json& value, T& into) const {
    if (!expect(value.is_number_unsigned() || (value.is_number_integer() && value.get<std::int64_t>() >= 0)))
      return;
    const auto number = value.get<std::uint64_t>();
    constexpr std::uint64_t sane_max = std::uint64_t{1} << 53U; // leaves room to reckon with times and amounts
    if (expect(number <= std::min(sane_max, static_cast<std::uint64_t>(std::numeric_limits<T>::max()))))
      into = static_cast<T>(number);
  }

  bool expect(bool condition) const {
    good_ = good_ && condition;
    return condition;
  }

private:
  const json& object_;
  bool& good_;
};

void read_line(const json& value, cart_line& line, bool& good) {
  const reader in(value, good);
  in.get("product_id", line.product_id);
  in.get("name", line.name);
  in.get("quantity", line.quantity);
  in.expect(!line.product_id.empty() && line.quantity >= 1 && line.quantity <= quantity_max);
  const auto* price = in.find("price");
  if (!in.expect(price != nullptr && price->is_array() && price->size() == 2 && (*price)[1].is_string()))
    return;
  in.read_number((*price)[0], line.price.minor);
  line.price.currency = (*price)[1].get<std::string>();
  in.expect(line.price.currency.size() == 3);
}

void read_cart(const json& value, cart& basket, bool& good) {
  const reader in(value, good);
  in.get("id", basket.id);
  in.get("expires_at", basket.expires_at);
  const auto* lines = in.find("lines");
  if (lines == nullptr || !in.expect(lines->is_array() && lines->size() <= cart_lines_max && !basket.id.empty()))
    return;
  std::set<std::string_view> ids;
  basket.lines.reserve(lines->size());
  for (const auto& item : *lines) {
    read_line(item, basket.lines.emplace_back(), good);
    in.expect(ids.insert(basket.lines.back().product_id).second);
  }
}

void read_session(const json& value, session& current, bool& good) {
  const reader in(value, good);
  in.get("id", current.id);
  in.get("category", current.category);
  in.get("started_at", current.started_at);
  in.get("expires_at", current.expires_at);
  in.get("message_count", current.message_count);
  in.get("last_intent", current.last_intent);
}

void read_dialogue(const json& value, dialogue& talk, bool& good) {
  const reader in(value, good);
  std::string position{positions.front()};
  in.get("position", position);
  const auto at = std::find(positions.begin(), positions.end(), position);
  if (in.expect(at != positions.end()))
    talk.position = static_cast<dialogue_position>(at - positions.begin());
  in.get("category", talk.category);
  in.get("page", talk.page);
  in.get("product_id", talk.product_id);
  in.get("misunderstood", talk.misunderstood);
  in.get("human", talk.human);
  in.get("human_until", talk.human_until);
}

void read_state(const json& document, conversation_state& state, bool& good) {
  const reader in(document, good);
  int version = 0;
  in.get("v", version);
  in.expect(version == format_version);
  const auto part = [&](const char* key, auto&& read) {
    if (const auto* value = in.find(key))
      read(*value);
  };
  part("who", [&](const json& value) {
    const reader who(value, good);
    who.get("phone", state.who.phone);
    who.get("user_id", state.who.user_id);
    who.get("username", state.who.username);
    who.get("name", state.who.name);
  });
  part("session", [&](const json& value) { read_session(value, state.current, good); });
  part("cart", [&](const json& value) { read_cart(value, state.basket, good); });
  part("talk", [&](const json& value) { read_dialogue(value, state.talk, good); });
  std::string spoken = "en";
  in.get("language", spoken);
  in.expect(spoken == "en" || spoken == "sw");
  state.spoken = spoken == "sw" ? language::kiswahili : language::english;
  part("windows", [&](const json& value) {
    if (!in.expect(value.is_object()))
      return;
    for (const auto& [number, last] : value.items())
      in.read_number(last, state.window_by_number[number]);
  });
}

} // namespace

std::string to_text(const conversation_state& state) {
  const auto& s = state.current;
  const auto& t = state.talk;
  writer out;
  out.put("v", format_version);
  out.put("who", writer{}
                     .put("phone", state.who.phone)
                     .put("user_id", state.who.user_id)
                     .put("username", state.who.username)
                     .put("name", state.who.name)
                     .take());
  out.put("session", writer{}
                         .put("id", s.id)
                         .put("category", s.category, session{}.category)
                         .put("started_at", s.started_at)
                         .put("expires_at", s.expires_at)
                         .put("message_count", s.message_count)
                         .put("last_intent", s.last_intent)
                         .take());
  out.put("cart", write_cart(state.basket));
  out.put("talk", writer{}
                      .put("position", std::string(positions[static_cast<std::size_t>(t.position)]),
                           std::string(positions.front()))
                      .put("category", t.category)
                      .put("page", t.page)
                      .put("product_id", t.product_id)
                      .put("misunderstood", t.misunderstood)
                      .put("human", t.human)
                      .put("human_until", t.human_until)
                      .take());
  out.put("language", std::string(state.spoken == language::kiswahili ? "sw" : "en"), std::string("en"));
  out.put("windows", json(state.window_by_number));
  // Everything in a state was valid UTF-8 when it came in; should that ever fail, a damaged name beats a lost step.
  return out.take().dump(-1, ' ', false, json::error_handler_t::replace);
}

result<conversation_state> from_text(std::string_view text) {
  const auto document = json::parse(text, nullptr, false);
  conversation_state state;
  bool good = !document.is_discarded();
  if (good)
    read_state(document, state, good);
  if (!good)
    return make_error(errc::corrupt, "the stored conversation cannot be read");
  return state;
}

} // namespace wakala::commerce
