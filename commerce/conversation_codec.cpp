#include "commerce/cart.hpp"
#include "commerce/conversation.hpp"
#include "runtime/core/codec.hpp"

#include <array>
#include <span>
#include <string_view>

namespace wakala::commerce {

namespace {

// Lists on disk: append only.
constexpr std::array<std::string_view, 5> categories{"service", "marketing", "utility", "authentication", "referral"};
constexpr std::array<std::string_view, 17> intents{
    "",       "greet",  "menu",  "order",    "browse", "category", "product", "add",    "cart",
    "change", "remove", "empty", "language", "help",   "human",    "gone",    "unknown"}; // later ones as text, for a
                                                                                          // version

// What stands in one byte with the position of the dialogue.
constexpr std::uint8_t position_bits = 0x07;
constexpr std::uint8_t human_bit = 0x08;
constexpr std::uint8_t kiswahili_bit = 0x10;

// Positions on disk: never renumber.
static_assert(static_cast<int>(dialogue_position::start) == 0 && static_cast<int>(dialogue_position::human) == 6 &&
              static_cast<int>(dialogue_position::checking_out) == 8 &&
              static_cast<int>(dialogue_position::paying) == 9);
static_assert(static_cast<int>(hand_over::undecided) == 0 && static_cast<int>(hand_over::delivery) == 2);

constexpr std::uint64_t sane_max = std::uint64_t{1} << 53U; // leaves room to reckon with times and amounts

/// An amount or a time; a negative one would not be read back.
void put(encoder& out, std::int64_t value) { out.number(static_cast<std::uint64_t>(value)); }

std::int64_t get(decoder& in) { return in.number<std::int64_t>(sane_max); }

/// A time near another.
void put_near(encoder& out, time_ms value, time_ms other) {
  out.difference(static_cast<std::int64_t>(static_cast<std::uint64_t>(value) - static_cast<std::uint64_t>(other)));
}

time_ms get_near(decoder& in, time_ms other) {
  const auto value = static_cast<std::uint64_t>(in.difference()) + static_cast<std::uint64_t>(other);
  return in.expect(value <= sane_max) ? static_cast<time_ms>(value) : 0;
}

/// An id of ours: its prefix and hexadecimal digits (step_ids.hpp).
void put_id(encoder& out, std::string_view prefix, std::string_view id) {
  const bool made = id.starts_with(prefix);
  out.byte(made ? 1 : 0);
  out.hex(made ? id.substr(prefix.size()) : id);
}

std::string get_id(decoder& in, std::string_view prefix) {
  const auto made = in.byte();
  in.expect(made <= 1);
  auto rest = in.hex();
  return made == 1 ? std::string(prefix) + rest : rest;
}

void put_cart(encoder& out, const cart& basket, time_ms near) {
  put_id(out, "c_", basket.id);
  if (basket.id.empty())
    return; // nothing was ever added
  put_near(out, basket.expires_at, near);
  out.number(basket.lines.size());
  std::string_view currency; // of the line before: nearly always the same
  for (const auto& line : basket.lines) {
    out.text(line.product_id);
    out.text(line.name);
    put(out, line.quantity);
    put(out, line.price.minor);
    out.text(line.price.currency == currency ? std::string_view{} : line.price.currency);
    currency = line.price.currency;
  }
}

void get_cart(decoder& in, cart& basket, time_ms near) {
  basket.id = get_id(in, "c_");
  if (basket.id.empty())
    return;
  basket.expires_at = get_near(in, near);
  const auto lines = in.number<std::size_t>(cart_lines_max);
  basket.lines.reserve(lines);
  std::string_view currency;
  for (std::size_t i = 0; i < lines && in.good(); ++i) {
    cart_line line;
    line.product_id = in.text();
    line.name = in.text();
    line.quantity = get(in);
    line.price.minor = get(in);
    if (const auto other = in.text(); !other.empty())
      currency = other;
    line.price.currency = currency;
    in.expect(!line.product_id.empty() && line.quantity >= 1 && line.quantity <= quantity_max &&
              currency.size() == 3 && find_line(basket, line.product_id) == nullptr);
    basket.lines.push_back(std::move(line));
  }
}

/// Positions that came later do not fit in their three bits and stand in the fourth form's own part.
bool fits_head(dialogue_position position) noexcept { return position <= dialogue_position::human; }

void put_dialogue(encoder& out, const dialogue& talk, language spoken) {
  auto head = static_cast<std::uint8_t>(fits_head(talk.position) ? talk.position : dialogue_position::start);
  head |= talk.human ? human_bit : 0U;
  head |= spoken == language::kiswahili ? kiswahili_bit : 0U;
  out.byte(head);
  out.text(talk.category);
  out.number(talk.page);
  out.text(talk.product_id);
  out.number(talk.misunderstood);
  put(out, talk.human_until);
}

void get_dialogue(decoder& in, dialogue& talk, language& spoken) {
  const auto head = in.byte();
  const auto position = static_cast<std::uint8_t>(head & position_bits);
  in.expect((head & ~(position_bits | human_bit | kiswahili_bit)) == 0 &&
            position <= static_cast<std::uint8_t>(dialogue_position::human));
  talk.position = in.good() ? static_cast<dialogue_position>(position) : dialogue_position::start;
  talk.human = (head & human_bit) != 0;
  spoken = (head & kiswahili_bit) != 0 ? language::kiswahili : language::english;
  talk.category = in.text();
  talk.page = in.number32();
  talk.product_id = in.text();
  talk.misunderstood = in.number32();
  talk.human_until = get(in);
}

void put_receipt(encoder& out, const order_receipt& receipt) {
  out.text(receipt.code);
  put(out, receipt.total.minor);
  out.text(receipt.total.currency);
  put(out, receipt.placed_at);
  put_near(out, receipt.kept_until, receipt.placed_at);
}

order_receipt get_receipt(decoder& in) {
  order_receipt receipt;
  receipt.code = in.text();
  receipt.total.minor = get(in);
  receipt.total.currency = in.text();
  receipt.placed_at = get(in);
  receipt.kept_until = get_near(in, receipt.placed_at);
  return receipt;
}

constexpr std::uint8_t ordered_form = 2;
constexpr std::uint8_t permissions_form = 3;
constexpr std::uint8_t full_form = 4;
constexpr std::uint8_t orders_form = 5;
constexpr std::uint8_t later_form = 6;

// Of the third form and later.
constexpr std::uint8_t ordered_bit = 1;
constexpr std::uint8_t no_marketing_bit = 2;
constexpr std::uint8_t blocked_bit = 4;
constexpr std::uint8_t entry_bit = 8;

void put_told(encoder& out, const order_receipt& receipt) {
  out.byte(static_cast<std::uint8_t>(receipt.state));
  out.text(receipt.tracking_url);
}

void get_told(decoder& in, order_receipt& receipt) {
  const auto state = in.byte();
  if (in.expect(state <= static_cast<std::uint8_t>(order_state::expired)))
    receipt.state = static_cast<order_state>(state);
  receipt.tracking_url = in.text();
}

void put_orders(encoder& out, const conversation_state& state) {
  if (state.ordered)
    put_told(out, *state.ordered);
  out.number(state.earlier.size());
  for (const auto& receipt : state.earlier) {
    put_receipt(out, receipt);
    put_told(out, receipt);
  }
}

void get_orders(decoder& in, conversation_state& state) {
  if (state.ordered)
    get_told(in, *state.ordered);
  const auto orders = in.number<std::size_t>(earlier_orders_max);
  for (std::size_t i = 0; i < orders && in.good(); ++i) {
    auto receipt = get_receipt(in);
    get_told(in, receipt);
    state.earlier.push_back(std::move(receipt));
  }
}

// Of the fourth form, in a byte of its own.
constexpr std::uint8_t opted_out_bit = 1;
constexpr std::uint8_t strayed_bit = 2;
constexpr std::uint8_t getting_bit = 4;
constexpr std::uint8_t opted_bit = 8;

// Of the sixth form, in a byte at its end.
constexpr std::uint8_t reminded_bit = 1;

void put_getting(encoder& out, const getting& g) {
  out.byte(static_cast<std::uint8_t>(g.how));
  out.text(g.area);
  out.text(g.name);
  out.text(g.address);
  out.text(g.place);
  put(out, g.shown);
}

getting get_getting(decoder& in) {
  getting g;
  const auto how = in.byte();
  if (in.expect(how <= static_cast<std::uint8_t>(hand_over::delivery)))
    g.how = static_cast<hand_over>(how);
  g.area = in.text();
  g.name = in.text();
  g.address = in.text();
  g.place = in.text();
  g.shown = get(in);
  in.expect(g != getting{});
  return g;
}

/// Whether the state holds anything of the fourth form.
bool is_full(const conversation_state& state) noexcept {
  return state.may.opted_out || state.may.opted_at != 0 || state.talk.strayed || !fits_head(state.talk.position) ||
         state.getting != getting{};
}

bool speaks_of_permissions(const conversation_state& state) noexcept {
  return state.may.no_marketing || state.may.marketing_at != 0 || state.may.is_blocked || state.entry != free_entry{};
}

void put_full(encoder& out, const conversation_state& state) {
  const bool has_opted = state.may.opted_at != 0;
  const bool has_getting = state.getting != getting{};
  out.byte(static_cast<std::uint8_t>((state.may.opted_out ? opted_out_bit : 0) | (has_opted ? opted_bit : 0) |
                                     (state.talk.strayed ? strayed_bit : 0) | (has_getting ? getting_bit : 0)));
  out.byte(fits_head(state.talk.position) ? std::uint8_t{0} : static_cast<std::uint8_t>(state.talk.position));
  if (has_opted)
    put(out, state.may.opted_at);
  if (has_getting)
    put_getting(out, state.getting);
}

void get_full(decoder& in, conversation_state& state) {
  const auto bits = in.byte();
  in.expect((bits & ~(opted_out_bit | opted_bit | strayed_bit | getting_bit)) == 0);
  const auto position = in.byte();
  in.expect(position == 0 || (position > static_cast<std::uint8_t>(dialogue_position::human) &&
                              position <= static_cast<std::uint8_t>(dialogue_position::paying)));
  if (in.good() && position != 0) {
    in.expect(state.talk.position == dialogue_position::start);
    state.talk.position = static_cast<dialogue_position>(position);
  }
  state.may.opted_out = (bits & opted_out_bit) != 0;
  state.talk.strayed = (bits & strayed_bit) != 0;
  if ((bits & opted_bit) != 0) {
    state.may.opted_at = get(in);
    in.expect(state.may.opted_at != 0);
  }
  if ((bits & getting_bit) != 0)
    state.getting = get_getting(in);
}

void put_rest(encoder& out, const conversation_state& state) {
  const auto form = record_form(state);
  if (form >= permissions_form) {
    out.byte(static_cast<std::uint8_t>(
        (state.ordered ? ordered_bit : 0) | (state.may.no_marketing ? no_marketing_bit : 0) |
        (state.may.is_blocked ? blocked_bit : 0) | (state.entry != free_entry{} ? entry_bit : 0)));
    put(out, state.may.marketing_at);
    if (state.entry != free_entry{}) {
      put(out, state.entry.referred_at);
      put(out, state.entry.until);
    }
  }
  if (form >= full_form)
    put_full(out, state);
  if (state.ordered)
    put_receipt(out, *state.ordered);
  if (form >= orders_form)
    put_orders(out, state);
  if (form >= later_form)
    out.byte(state.basket.reminded ? reminded_bit : std::uint8_t{0});
}

void get_rest(decoder& in, conversation_state& state) {
  auto bits = in.form() == ordered_form ? ordered_bit : std::uint8_t{0};
  if (in.form() >= permissions_form) {
    bits = in.byte();
    in.expect((bits & ~(ordered_bit | no_marketing_bit | blocked_bit | entry_bit)) == 0);
    state.may.no_marketing = (bits & no_marketing_bit) != 0;
    state.may.is_blocked = (bits & blocked_bit) != 0;
    state.may.marketing_at = get(in);
    if ((bits & entry_bit) != 0) {
      state.entry.referred_at = get(in);
      state.entry.until = get(in);
      in.expect(state.entry != free_entry{});
    }
  }
  if (in.form() >= full_form)
    get_full(in, state);
  if ((bits & ordered_bit) != 0)
    state.ordered = get_receipt(in);
  if (in.form() >= orders_form)
    get_orders(in, state);
  if (in.form() >= later_form) {
    const auto late_bits = in.byte();
    in.expect((late_bits & ~reminded_bit) == 0);
    state.basket.reminded = (late_bits & reminded_bit) != 0;
  }
  in.expect(in.form() == record_form(state)); // there is one way to write it
}

} // namespace

std::uint8_t record_form(const conversation_state& state) noexcept {
  const auto is_told = [](const order_receipt& r) {
    return r.state != order_state::awaiting_payment || !r.tracking_url.empty();
  };
  if (state.basket.reminded || state.talk.position == dialogue_position::paying)
    return later_form;
  if (!state.earlier.empty() || (state.ordered && is_told(*state.ordered)))
    return orders_form;
  if (is_full(state))
    return full_form;
  if (speaks_of_permissions(state))
    return permissions_form;
  return state.ordered ? ordered_form : 1;
}

void encode(encoder& out, const conversation_state& state) {
  out.numeral(state.who.phone);
  out.text(state.who.user_id);
  out.text(state.who.username);
  out.text(state.who.name);

  const auto& s = state.current;
  put_id(out, "s_", s.id);
  out.word(s.category, categories);
  put(out, s.started_at);
  put_near(out, s.expires_at, s.started_at);
  out.number(s.message_count);
  out.word(s.last_intent, intents);

  put_cart(out, state.basket, s.expires_at);
  put_dialogue(out, state.talk, state.spoken);

  out.number(state.window_by_number.size());
  for (const auto& [number, last] : state.window_by_number) {
    out.numeral(number);
    put_near(out, last, s.expires_at);
  }
  put_rest(out, state);
}

conversation_state decode_conversation(decoder& in) {
  conversation_state state;
  state.who.phone = in.numeral();
  state.who.user_id = in.text();
  state.who.username = in.text();
  state.who.name = in.text();

  auto& s = state.current;
  s.id = get_id(in, "s_");
  s.category = in.word(categories);
  s.started_at = get(in);
  s.expires_at = get_near(in, s.started_at);
  s.message_count = in.number32();
  s.last_intent = in.word(intents);

  get_cart(in, state.basket, s.expires_at);
  get_dialogue(in, state.talk, state.spoken);

  const auto windows = in.number<std::size_t>(in.left()); // each takes at least two bytes
  for (std::size_t i = 0; i < windows && in.good(); ++i) {
    auto number = in.numeral();
    const auto last = get_near(in, s.expires_at);
    in.expect(state.window_by_number.try_emplace(std::move(number), last).second);
  }
  get_rest(in, state);
  return state;
}

} // namespace wakala::commerce
