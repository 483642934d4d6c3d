#include "whatsapp/order_reference.hpp"

#include "whatsapp/json_read.hpp"

#include <nlohmann/json.hpp>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

std::int64_t quantity_of(const json& item) {
  const auto text = text_member(item, "quantity").value_or("");
  constexpr std::size_t digits_max = 9;
  if (text.empty() || text.size() > digits_max || text.find_first_not_of("0123456789") != std::string::npos)
    return 0;
  return std::stoll(text);
}

} // namespace

std::vector<ordered_item> ordered_items(const event& update) {
  std::vector<ordered_item> all;
  if (update.type != "order")
    return all;
  const auto message = json::parse(update.raw.text(), nullptr, false);
  const auto* order = object_member(message, "order");
  const auto* items = order == nullptr ? nullptr : array_member(*order, "product_items");
  if (items == nullptr)
    return all;
  for (const auto& item : *items) {
    auto id = id_member(item, "product_retailer_id");
    if (id && all.size() < ordered_items_max)
      all.push_back(
          {std::move(*id), quantity_of(item), text_or_empty(item, "item_price"), text_or_empty(item, "currency")});
  }
  return all;
}

} // namespace wakala::whatsapp
