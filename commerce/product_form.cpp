#include "commerce/product_form.hpp"

#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>

namespace wakala::commerce {

namespace {

using nlohmann::json;

constexpr std::size_t id_max = 100;
constexpr std::size_t name_max = 200;
constexpr std::size_t category_max = 100;
constexpr std::size_t brand_max = 100;
constexpr std::size_t images_max = 10;
constexpr std::size_t url_bytes_max = 2'000;
constexpr std::size_t options_max = 5;
constexpr std::size_t option_name_max = 30;
constexpr std::size_t option_value_max = 100;
constexpr std::array<std::string_view, 12> known_keys{"id",    "name",     "description", "category",
                                                      "price", "currency", "stock",       "images",
                                                      "link",  "brand",    "group",       "options"};

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) {
    const auto b = static_cast<unsigned char>(c);
    return b < 0x20U || b == 0x7FU;
  });
}

/// What is wrong with a text that is used as a name, or nothing.
std::string text_fault(std::string_view text, std::size_t max) {
  if (!is_utf8(text))
    return "must be valid UTF-8";
  if (one_line(text).empty())
    return "must not be empty";
  if (code_points(text) > max)
    return "must have at most " + std::to_string(max) + " characters";
  return {};
}

/// The same for one that stands on a single line.
std::string line_fault(std::string_view text, std::size_t max) {
  auto why = text_fault(text, max);
  return why.empty() && has_control(text) ? "must not hold control characters" : why;
}

std::string url_fault(std::string_view url) {
  constexpr std::string_view scheme = "https://";
  if (!url.starts_with(scheme) || url.size() == scheme.size() || url[scheme.size()] == '/')
    return "must be an https URL";
  if (url.size() > url_bytes_max)
    return "must have at most " + std::to_string(url_bytes_max) + " bytes";
  if (!is_utf8(url) || has_control(url) || url.find(' ') != std::string_view::npos)
    return "must be an https URL without blanks";
  return {};
}

std::string options_fault(const product& p) {
  if (p.options.empty())
    return {};
  if (p.group.empty())
    return "need a group";
  if (p.options.size() > options_max)
    return "must be at most " + std::to_string(options_max);
  for (const auto& [name, value] : p.options) {
    if (auto why = line_fault(name, option_name_max); !why.empty())
      return "have a name that " + why;
    if (auto why = line_fault(value, option_value_max); !why.empty())
      return "have a value that " + why;
  }
  return {};
}

/// Reads the members of one product.
class product_reader {
public:
  product_reader(const json& from, std::vector<product_fault>& faults) : from_(from), faults_(faults) {}

  std::string text(const char* key, bool is_required = false) {
    const auto* found = find(key);
    if (found == nullptr || (found->is_null() && !is_required)) {
      if (is_required)
        fault(key, "is required");
      return {};
    }
    if (!found->is_string()) {
      fault(key, "must be text");
      return {};
    }
    return found->get<std::string>();
  }

  money price(std::string_view currency) {
    const money nothing{0, std::string(currency)};
    const auto* found = find("price");
    std::string amount;
    if (found == nullptr)
      return fault("price", "is required"), nothing;
    if (found->is_string())
      amount = found->get<std::string>();
    else if (found->is_number_integer())
      amount = found->dump();
    else
      return fault("price", "must be decimal text such as \"250.00\", or a whole number"), nothing;
    auto read = price_from(amount, currency);
    if (read)
      return std::move(*read);
    fault(read.error().field, read.error().what);
    return nothing;
  }

  std::optional<std::int64_t> stock() {
    const auto* found = find("stock");
    if (found == nullptr || found->is_null())
      return std::nullopt;
    if (!found->is_number_integer() ||
        (found->is_number_unsigned() && found->get<std::uint64_t>() > std::uint64_t{1} << 53U)) {
      fault("stock", "must be a whole number");
      return std::nullopt;
    }
    return found->get<std::int64_t>();
  }

  std::vector<std::string> images() {
    const auto* found = find("images");
    std::vector<std::string> read;
    if (found == nullptr || found->is_null())
      return read;
    if (!found->is_array() || !std::all_of(found->begin(), found->end(), [](const json& v) { return v.is_string(); }))
      return fault("images", "must be an array of texts"), read;
    return found->get<std::vector<std::string>>();
  }

  std::map<std::string, std::string> options() {
    const auto* found = find("options");
    std::map<std::string, std::string> read;
    if (found == nullptr || found->is_null())
      return read;
    if (!found->is_object() ||
        !std::all_of(found->begin(), found->end(), [](const json& v) { return v.is_string(); }))
      return fault("options", "must be an object of texts"), read;
    return found->get<std::map<std::string, std::string>>();
  }

  void refuse_strangers() {
    for (const auto& [key, value] : from_.items())
      if (std::find(known_keys.begin(), known_keys.end(), key) == known_keys.end())
        fault(key, "is not a key of a product");
  }

  void fault(std::string key, std::string why) { faults_.push_back({std::move(key), std::move(why)}); }

private:
  const json* find(const char* key) const {
    const auto found = from_.find(key);
    return found == from_.end() ? nullptr : &*found;
  }

  const json& from_;
  std::vector<product_fault>& faults_;
};

} // namespace

std::vector<product_fault> faults_of(const product& p, std::string_view currency) {
  std::vector<product_fault> faults;
  const auto note = [&](const char* key, std::string why) {
    if (!why.empty())
      faults.push_back({key, std::move(why)});
  };
  note("id", line_fault(p.id, id_max));
  note("name", text_fault(p.name, name_max));
  note("description", is_utf8(p.description) ? "" : "must be valid UTF-8");
  note("category", line_fault(p.category, category_max));
  note("currency", p.price.currency == currency ? "" : "must be the shop's, " + std::string(currency));
  note("price", p.price.minor >= 0 ? "" : "must not be negative");
  note("stock", !p.stock || *p.stock >= 0 ? "" : "must not be negative");
  if (p.images.size() > images_max)
    note("images", "must be at most " + std::to_string(images_max));
  else
    for (const auto& url : p.images)
      if (auto why = url_fault(url); !why.empty()) {
        note("images", std::move(why));
        break;
      }
  if (!p.link.empty())
    note("link", url_fault(p.link));
  if (!p.brand.empty())
    note("brand", line_fault(p.brand, brand_max));
  if (!p.group.empty())
    note("group", line_fault(p.group, id_max));
  note("options", options_fault(p));
  return faults;
}

std::string variant_key(const product& p) {
  if (p.group.empty() || p.options.empty())
    return {};
  auto key = p.group; // no name or value holds a control character
  for (const auto& [name, value] : p.options)
    key.append("\n").append(name).append("\n").append(value);
  return key;
}

result<money> price_from(std::string_view amount, std::string_view currency) {
  auto price = parse_money(amount, currency);
  if (!price)
    return make_error(errc::invalid_argument, "is wrong: " + price.error().what,
                      price.error().field == "currency" ? "currency" : "price");
  return price;
}

product read_product(const json& from, std::string_view currency, unknown_keys strangers,
                     std::vector<product_fault>& faults) {
  product p;
  if (!from.is_object()) {
    faults.push_back({"", "a product must be an object"});
    return p;
  }
  product_reader in(from, faults);
  if (strangers == unknown_keys::are_faults)
    in.refuse_strangers();
  p.id = in.text("id", true);
  p.name = in.text("name", true);
  p.description = in.text("description");
  p.category = in.text("category", true);
  if (const auto own = in.text("currency"); !own.empty() && own != currency)
    in.fault("currency", "must be the shop's, " + std::string(currency));
  p.price = in.price(currency);
  p.stock = in.stock();
  p.images = in.images();
  p.link = in.text("link");
  p.brand = in.text("brand");
  p.group = in.text("group");
  p.options = in.options();
  return p;
}

json to_json(const product& p) {
  json item{{"id", p.id}, {"name", p.name}, {"category", p.category}};
  if (!p.description.empty())
    item["description"] = p.description;
  item["price"] = decimal_text(p.price);
  item["currency"] = p.price.currency;
  if (p.stock)
    item["stock"] = *p.stock;
  if (!p.images.empty())
    item["images"] = p.images;
  if (!p.link.empty())
    item["link"] = p.link;
  if (!p.brand.empty())
    item["brand"] = p.brand;
  if (!p.group.empty())
    item["group"] = p.group;
  if (!p.options.empty())
    item["options"] = p.options;
  return item;
}

} // namespace wakala::commerce
