#include "commerce/storefront/visit.hpp"

#include "commerce/text_cut.hpp"

#include <algorithm>

namespace wakala::commerce::storefront {

namespace {

// Cloud API reference §9.2 and §9.4, in code points.
constexpr std::size_t text_body_max = 4096;
constexpr std::size_t body_max = 1024;
constexpr std::size_t button_title_max = 20;
constexpr std::size_t buttons_max = 3;
constexpr std::size_t rows_max = 10;
constexpr std::size_t row_title_max = 24;
constexpr std::size_t row_description_max = 72;
constexpr std::size_t section_title_max = 24;

constexpr std::size_t name_in_text_max = 80;

} // namespace

std::string visit::say(std::string_view key, values filled) const {
  return context.phrases->say(state.spoken, key, filled);
}

void visit::stand_at(dialogue_position position, std::string_view category, std::uint32_t page,
                     std::string_view product_id) {
  auto& talk = state.talk;
  talk.position = position;
  // The arguments may be parts of what they replace.
  std::string next_category(category);
  std::string next_product(product_id);
  talk.category = std::move(next_category);
  talk.page = page;
  talk.product_id = std::move(next_product);
}

void visit::send_text(std::string body) {
  replies.push_back({whatsapp::text_message{cut(std::move(body), text_body_max)}});
}

void visit::send_location_request(std::string body) {
  replies.push_back({whatsapp::location_request_message{cut(std::move(body), body_max)}});
}

void visit::send_buttons(std::string body, std::span<const choice> choices) {
  whatsapp::buttons_message message;
  message.body = cut(std::move(body), body_max);
  message.buttons.reserve(buttons_max);
  for (const auto& c : choices.first(std::min(choices.size(), buttons_max)))
    message.buttons.push_back({to_reply_id(c.asks), cut(c.title, button_title_max)});
  replies.push_back({std::move(message)});
}

void visit::send_list(std::string body, std::string open, std::string section, std::vector<offer> offers) {
  whatsapp::list_message message;
  message.body = cut(std::move(body), body_max);
  message.button = cut(std::move(open), button_title_max);
  auto& shown = message.sections.emplace_back();
  shown.title = cut_line(std::move(section), section_title_max);
  offers.resize(std::min(offers.size(), rows_max));
  shown.rows.reserve(offers.size());
  for (auto& o : offers)
    shown.rows.push_back({to_reply_id(o.asks), cut_line(std::move(o.title), row_title_max),
                          cut_line(std::move(o.description), row_description_max)});
  replies.push_back({std::move(message)});
}

std::string short_name(std::string_view name) { return cut_line(std::string(name), name_in_text_max); }

std::string amount(std::int64_t number) { return std::to_string(number); }

list_page page_of(std::size_t items, std::int64_t wanted, std::size_t kept) noexcept {
  const std::size_t whole_max = rows_max - 1 - kept; // and the way back
  const std::size_t page_size = whole_max - 1;       // and "More", and the way back
  list_page page;
  if (items > whole_max)
    page.pages = static_cast<std::uint32_t>((items - whole_max + page_size - 1) / page_size + 1);
  page.number = static_cast<std::uint32_t>(std::clamp<std::int64_t>(wanted, 0, page.pages - 1));
  page.first = page.number * page_size;
  page.count = page.has_more() ? page_size : items - page.first;
  return page;
}

} // namespace wakala::commerce::storefront
