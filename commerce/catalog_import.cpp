#include "commerce/catalog_import.hpp"

#include "commerce/csv.hpp"
#include "commerce/product_form.hpp"

#include <nlohmann/json.hpp>

#include <array>
#include <charconv>
#include <unordered_map>
#include <unordered_set>

namespace wakala::commerce {

namespace {

using nlohmann::json;

constexpr std::string_view option_prefix = "option.";
constexpr std::size_t columns_max = 40;
constexpr std::array<std::string_view, 4> required_columns{"id", "name", "category", "price"};
constexpr std::array<std::string_view, 7> other_columns{"description", "currency", "stock", "images",
                                                        "link",        "brand",    "group"};

/// Takes products one by one and sees to what holds between them.
class gathering {
public:
  void fault(std::size_t line, std::string field, std::string why) {
    ++all_.fault_count;
    if (all_.faults.size() < faults_told_max)
      all_.faults.push_back({line, std::move(field), std::move(why)});
  }
  void spoil(std::size_t line, std::string field, std::string why) {
    fault(line, std::move(field), std::move(why));
    all_.is_usable = false;
  }

  /// `name` makes the fault's field of a key.
  template <class Name>
  void take(product p, std::vector<product_fault> faults, std::size_t line, std::string_view currency, Name name) {
    if (all_.products.size() == products_max)
      return spoil(line, {}, "is one too many: a catalog has at most " + std::to_string(products_max) + " products");
    for (auto& each : faults_of(p, currency)) {
      // What could not be read is empty, and was told already.
      const auto same = [&](const product_fault& other) { return other.key == each.key || other.key.empty(); };
      if (std::none_of(faults.begin(), faults.end(), same))
        faults.push_back(std::move(each));
    }
    if (!p.id.empty())
      if (const auto [first, is_new] = ids_.try_emplace(p.id, line); !is_new)
        faults.push_back({"id", "is used twice, first on line " + std::to_string(first->second)});
    if (const auto variant = variant_key(p); !variant.empty() && faults.empty())
      if (const auto [first, is_new] = variants_.try_emplace(variant, line); !is_new)
        faults.push_back({"options", "are those of line " + std::to_string(first->second) + ", of the same group"});
    for (auto& each : faults)
      fault(line, name(each.key), std::move(each.why));
    if (faults.empty())
      all_.products.push_back(std::move(p));
  }

  bool is_spoilt() const noexcept { return !all_.is_usable; }
  catalog_import_read done() { return std::move(all_); }

private:
  catalog_import_read all_;
  std::unordered_map<std::string, std::size_t> ids_;      ///< id → line
  std::unordered_map<std::string, std::size_t> variants_; ///< `variant_key` → line
};

std::string_view trimmed(std::string_view text) {
  const auto from = text.find_first_not_of(" \t");
  return from == std::string_view::npos ? std::string_view{}
                                        : text.substr(from, text.find_last_not_of(" \t") - from + 1);
}

bool is_column(std::string_view name) {
  const auto is_in = [&](const auto& list) { return std::find(list.begin(), list.end(), name) != list.end(); };
  return is_in(required_columns) || is_in(other_columns) ||
         (name.starts_with(option_prefix) && name.size() > option_prefix.size());
}

/// The names of the columns, in the order of the file.
std::vector<std::string> read_header(const csv_record& header, gathering& all) {
  std::vector<std::string> columns;
  if (!header.fault.empty() || header.fields.size() > columns_max) {
    all.spoil(header.line, {}, header.fault.empty() ? "has too many columns" : header.fault);
    return columns;
  }
  std::unordered_set<std::string> seen;
  for (const auto& field : header.fields) {
    std::string name(trimmed(field));
    if (!is_column(name))
      all.spoil(header.line, name, "is no column of a catalog");
    else if (!seen.insert(name).second)
      all.spoil(header.line, name, "is there twice");
    columns.push_back(std::move(name));
  }
  for (const auto name : required_columns)
    if (!seen.contains(std::string(name)))
      all.spoil(header.line, std::string(name), "is a column that must be there");
  return columns;
}

std::vector<std::string> words(std::string_view text) {
  std::vector<std::string> found;
  constexpr std::string_view blanks = " \t\r\n";
  for (auto from = text.find_first_not_of(blanks); from != std::string_view::npos;) {
    const auto to = std::min(text.find_first_of(blanks, from), text.size());
    found.emplace_back(text.substr(from, to - from));
    from = text.find_first_not_of(blanks, to);
  }
  return found;
}

product product_from(const std::vector<std::string>& columns, const std::vector<std::string>& fields,
                     std::string_view currency, std::vector<product_fault>& faults) {
  product p;
  p.price.currency = currency;
  std::string_view amount;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const auto& column = columns[i];
    const auto value = trimmed(fields[i]);
    if (column == "id")
      p.id = value;
    else if (column == "name")
      p.name = value;
    else if (column == "description")
      p.description = fields[i];
    else if (column == "category")
      p.category = value;
    else if (column == "price")
      amount = value;
    else if (column == "images")
      p.images = words(value);
    else if (column == "link")
      p.link = value;
    else if (column == "brand")
      p.brand = value;
    else if (column == "group")
      p.group = value;
    else if (value.empty())
      continue;
    else if (column == "currency" && value != currency)
      faults.push_back({"currency", "must be the shop's, " + std::string(currency)});
    else if (column == "stock") {
      std::int64_t stock = 0;
      const auto [end, wrong] = std::from_chars(value.data(), value.data() + value.size(), stock);
      if (wrong != std::errc{} || end != value.data() + value.size())
        faults.push_back({"stock", "must be a whole number"});
      else
        p.stock = stock;
    } else if (column.starts_with(option_prefix))
      p.options.emplace(column.substr(option_prefix.size()), value);
  }
  if (amount.empty())
    faults.push_back({"price", "is required"});
  else if (auto price = price_from(amount, currency))
    p.price = std::move(*price);
  else
    faults.push_back({price.error().field, price.error().what});
  return p;
}

} // namespace

catalog_import_read read_catalog_csv(std::string_view text, std::string_view currency) {
  gathering all;
  csv_reader in(text);
  const auto header = in.next();
  if (!header) {
    all.spoil(1, {}, "is missing: the first line names the columns");
    return all.done();
  }
  const auto columns = read_header(*header, all);
  if (all.is_spoilt())
    return all.done();
  while (const auto record = in.next()) {
    if (!record->fault.empty()) {
      all.fault(record->line, columns[std::min(record->fields.size(), columns.size()) - 1], record->fault);
      continue;
    }
    if (record->fields.size() != columns.size()) {
      all.fault(record->line, {},
                "has " + std::to_string(record->fields.size()) + " fields, and the header " +
                    std::to_string(columns.size()));
      continue;
    }
    std::vector<product_fault> faults;
    auto p = product_from(columns, record->fields, currency, faults);
    all.take(std::move(p), std::move(faults), record->line, currency, [](const std::string& key) { return key; });
    if (all.is_spoilt())
      break;
  }
  return all.done();
}

result<catalog_import_read> read_catalog_json(std::string_view text, std::string_view currency) {
  const auto document = json::parse(text, nullptr, false);
  if (document.is_discarded())
    return make_error(errc::invalid_argument, "the catalog is not JSON");
  const auto list = document.is_object() ? document.find("products") : document.end();
  if (!document.is_object() || list == document.end() || !list->is_array())
    return make_error(errc::invalid_argument, "products must be an array", "/products");
  gathering all;
  for (std::size_t i = 0; i < list->size() && !all.is_spoilt(); ++i) {
    std::vector<product_fault> faults;
    auto p = read_product((*list)[i], currency, unknown_keys::are_faults, faults);
    all.take(std::move(p), std::move(faults), i + 1, currency, [i](const std::string& key) {
      return "/products/" + std::to_string(i) + (key.empty() ? "" : "/" + key);
    });
  }
  return all.done();
}

catalog_diff diff(const catalog& before, const catalog& after) {
  catalog_diff changes;
  for (const auto& p : after.products()) {
    const auto* old = before.find(p.id);
    ++(old == nullptr ? changes.added : *old == p ? changes.unchanged : changes.changed);
  }
  changes.removed = before.products().size() - changes.changed - changes.unchanged;
  return changes;
}

json to_json(const catalog_diff& changes, const catalog_import_read& read) {
  auto errors = json::array();
  for (const auto& each : read.faults)
    errors.push_back({{"line", each.line}, {"field", each.field}, {"why", each.why}});
  return {{"added", changes.added},         {"changed", changes.changed},  {"removed", changes.removed},
          {"unchanged", changes.unchanged}, {"errors", std::move(errors)}, {"errors_total", read.fault_count}};
}

std::vector<product> merged(catalog_import_read& read, const catalog& before, bool keep) {
  auto products = std::move(read.products);
  if (!keep)
    return products;
  std::unordered_set<std::string> fresh;
  for (const auto& p : products)
    fresh.insert(p.id);
  for (const auto& p : before.products())
    if (!fresh.contains(p.id))
      products.push_back(p);
  return products;
}

} // namespace wakala::commerce
