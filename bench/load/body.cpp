#include "bench/load/body.hpp"

#include "bench/load/reply_ids.hpp"
#include "runtime/core/encoding.hpp"

#include <array>
#include <string_view>

namespace wakala::bench {

namespace {

struct good {
  std::string_view id;
  std::string_view name;
  std::string_view description;
  std::string_view category;
  std::string_view price;
};

constexpr std::array goods{
    good{"unga-dola-2kg", "Unga wa dola 2kg", "Maize flour, sifted, 2 kg", "Flour & grains", "250.00"},
    good{"unga-ngano-2kg", "Unga wa ngano 2kg", "Home baking wheat flour, 2 kg", "Flour & grains", "210.00"},
    good{"mchele-pishori-1kg", "Mchele pishori 1kg", "Aromatic rice from Mwea, 1 kg", "Flour & grains", "220.00"},
    good{"maharagwe-1kg", "Maharagwe ya njano 1kg", "Yellow beans, sorted, 1 kg", "Flour & grains", "190.00"},
    good{"sukari-1kg", "Sukari 1kg", "Brown sugar, 1 kg", "Groceries", "155.00"},
    good{"mafuta-kupikia-1l", "Mafuta ya kupikia 1L", "Vegetable cooking oil, 1 litre", "Groceries", "320.00"},
    good{"majani-chai-250g", "Majani ya chai 250g", "Kericho tea leaves, 250 g", "Groceries", "140.00"},
    good{"maziwa-500ml", "Maziwa fresh 500ml", "Whole milk, 500 ml", "Dairy & eggs", "65.00"},
    good{"mayai-trei", "Mayai trei ya 30", "Tray of 30 fresh eggs", "Dairy & eggs", "480.00"},
    good{"sabuni-mche", "Sabuni ya mche 1kg", "Bar soap for laundry, 1 kg", "Household", "185.00"},
};

// What people write besides names of goods. None of it holds a keyword that calls for a person.
constexpr std::array<std::string_view, 8> questions{
    "Good afternoon. I saw on your page that fresh stock came in this morning. Do you bring it to Kasarani as well, "
    "near "
    "the stage at Mwiki, and what would it cost me to have everything here before six this evening?",
    "Hello again, last week I bought the large one for my mother in Kitui and she likes it a lot. She now asks "
    "whether "
    "the same is there in the smaller size and whether two of them cost less than two single ones. Asante sana!",
    "Does it come in another colour?",
    "Niaje, uko na hiyo ya kawaida ama ni ile kubwa tu imebaki? Nataka kuchukua tatu leo jioni nikitoka kazini kama "
    "bei "
    "ni ile ile ya wiki jana, na nitalipa na M-Pesa nikifika hapo dukani.",
    "My neighbour told me about you. We are a small school with sixty children and cook lunch every day, so we would "
    "take "
    "ten packets a week if the price is right. Who decides about that, and can you write us an invoice at the end of "
    "the "
    "month?",
    "Is this still fresh until Sunday?",
    "I was at the shop at ten but it was still closed although the sign says you open at eight. Please tell me "
    "whether "
    "you are open tomorrow, it is a long way for me and I do not want to come for nothing a second time.",
    "Thank you, it came in good order.",
};

std::uint64_t mix(std::uint64_t x) noexcept {
  x += 0x9E3779B97F4A7C15ULL;
  x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9ULL;
  x = (x ^ (x >> 27U)) * 0x94D049BB133111EBULL;
  return x ^ (x >> 31U);
}

const good& tapped(const planned_message& m) { return goods[mix(m.number + 1) % goods.size()]; }

void append_hex(std::string& out, std::uint64_t value) {
  constexpr std::string_view digits = "0123456789ABCDEF";
  for (int shift = 60; shift >= 0; shift -= 4)
    out += digits[(value >> static_cast<unsigned>(shift)) & 15U];
}

void append_head(std::string& out, const bench_tenant& shop) {
  out += R"({"object":"whatsapp_business_account","entry":[{"id":")";
  out += shop.waba_id;
  out += R"(","changes":[{"value":{"messaging_product":"whatsapp","metadata":{"display_phone_number":")";
  out += shop.display;
  out += R"(","phone_number_id":")";
  out += shop.number_id;
  out += R"("},"contacts":[{"profile":{"name":")";
}

constexpr std::string_view parent_user = "KE.ENT.11815799212886844830"; // the merchant's portfolio's view of them all

/// `contacts[]`, as far as it begins with the profile's name, to its end.
void append_contact(std::string& out, std::uint32_t conversation, std::string_view phone, std::string_view user,
                    bool with_username) {
  out += name_of(conversation);
  if (with_username) {
    out += R"(","username":"@duka.shopper.)";
    out += std::to_string(conversation);
  }
  out += R"("},"wa_id":")";
  out += phone;
  out += R"(","user_id":")";
  out += user;
  out += R"(","parent_user_id":")";
  out += parent_user;
  out += R"("}],")";
}

constexpr std::string_view tail = R"(}]},"field":"messages"}]}]})";

} // namespace

std::string inbound_message_id(const planned_message& message, std::uint64_t run) {
  const auto phone = phone_of(message.conversation);
  std::string unique;
  append_hex(unique, mix(run));
  append_hex(unique, message.number);
  std::string raw = "\x1c\x18";
  raw += static_cast<char>(phone.size());
  raw += phone;
  raw += std::string_view("\x15\x02\x00\x12\x18", 5);
  raw += static_cast<char>(unique.size());
  raw += unique;
  raw += '\0';
  return "wamid." + to_base64(as_span(raw));
}

std::string text_of(const planned_message& m) {
  if (m.taps_list)
    return std::string(tapped(m).name);
  const auto pick = mix(m.number + 1);
  const auto& thing = goods[(pick >> 8U) % goods.size()];
  switch (pick % 16) {
  case 0:
    return "Hi";
  case 1:
    return "MENU";
  case 2:
    return "CART";
  case 3:
    return "HELP";
  case 4:
    return std::string(thing.category);
  case 5:
  case 6:
    return std::string(thing.name);
  case 7:
    return "add " + std::string(thing.name);
  default:
    return std::string(questions[(pick >> 16U) % questions.size()]);
  }
}

void body_writer::append(std::string& out, const planned_update& update) const {
  if (is_status(update.kind))
    append_status(out, update);
  else
    append_message(out, update);
}

void body_writer::append_message(std::string& out, const planned_update& update) const {
  const auto& m = update.about;
  const auto& shop = who_.shop_of(m.conversation);
  const auto phone = phone_of(m.conversation);
  const auto user = user_id_of(m.conversation);
  append_head(out, shop);
  append_contact(out, m.conversation, phone, user, true);
  out += R"(messages":[{)";
  if (m.taps_list) {
    out += R"("context":{"from":")";
    out += shop.display;
    out += R"(","id":")";
    out += m.rank == 0 ? std::string("wamid.HBgMMjU0NzAwMDAwMDAwFQIAERgSN0UxQjI4QTQwQ0E0M0Y0OUQ5AA==")
                       : reply_message_id(phone, m.rank - 1);
    out += R"("},)";
  }
  out += R"("from":")";
  out += phone;
  out += R"(","from_user_id":")";
  out += user;
  out += R"(","from_parent_user_id":")";
  out += parent_user;
  out += R"(","id":")";
  out += inbound_message_id(m, run_);
  out += R"(","timestamp":")";
  out += std::to_string(epoch_ + m.second);
  if (m.taps_list) {
    const auto& row = tapped(m);
    out += R"(","type":"interactive","interactive":{"type":"list_reply","list_reply":{"id":"prod:)";
    out += row.id;
    out += R"(","title":")";
    out += row.name;
    out += R"(","description":"KES )";
    out += row.price;
    out += " \xC2\xB7 in stock, ";
    out += row.description;
    out += R"("}})";
  } else {
    out += R"(","type":"text","text":{"body":")";
    out += text_of(m); // nothing in it needs escaping
    out += R"("})";
  }
  out += tail;
}

void body_writer::append_status(std::string& out, const planned_update& update) const {
  const auto& m = update.about;
  const auto phone = phone_of(m.conversation);
  const auto user = user_id_of(m.conversation);
  append_head(out, who_.shop_of(m.conversation));
  append_contact(out, m.conversation, phone, user, update.kind != update_kind::sent);
  out += R"(statuses":[{"id":")";
  out += reply_message_id(phone, m.rank);
  out += R"(","status":")";
  out += update.kind == update_kind::sent ? "sent" : update.kind == update_kind::delivered ? "delivered" : "read";
  out += R"(","timestamp":")";
  out += std::to_string(epoch_ + m.second + 1);
  out += R"(","recipient_id":")";
  out += phone;
  out += R"(","recipient_user_id":")";
  out += user;
  out += R"(","recipient_parent_user_id":")";
  out += parent_user;
  out += R"(","conversation":{"id":")";
  std::string session;
  append_hex(session, mix(m.conversation));
  append_hex(session, mix(m.conversation + run_));
  out += session;
  out += R"(","expiration_timestamp":")";
  out += std::to_string(epoch_ + 86'400);
  out +=
      R"(","origin":{"type":"service"}},"pricing":{"billable":false,"pricing_model":"PMP","type":"free_customer_service","category":"service"})";
  out += tail;
}

std::string bench_catalog() {
  std::string out = R"({"products":[)";
  for (const auto& g : goods) {
    if (&g != goods.data())
      out += ',';
    out += R"({"id":")";
    out += g.id;
    out += R"(","name":")";
    out += g.name;
    out += R"(","description":")";
    out += g.description;
    out += R"(","category":")";
    out += g.category;
    out += R"(","price":")";
    out += g.price;
    out += R"("})";
  }
  return out + "]}";
}

} // namespace wakala::bench
