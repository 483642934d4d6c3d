// Catalogs as merchants send them: CSV and JSON with everything that is wrong, and what changes.
#include "commerce/catalog_import.hpp"
#include "commerce/csv.hpp"
#include "commerce/product_form.hpp"

#include <gmock/gmock.h>
#include <nlohmann/json.hpp>

namespace wakala::commerce {
namespace {

using nlohmann::json;
using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::IsEmpty;

std::vector<csv_record> records_of(std::string_view text) {
  csv_reader in(text);
  std::vector<csv_record> all;
  while (auto record = in.next())
    all.push_back(std::move(*record));
  return all;
}

TEST(csv, reads_quotes_commas_and_line_breaks_inside_fields) {
  const auto all = records_of("\xEF\xBB\xBF"
                              "a,\"b, c\",\"say \"\"hi\"\"\"\r\n\"two\r\nlines\",,x\n\n\r\nlast,1,2");
  ASSERT_EQ(all.size(), 3U);
  EXPECT_THAT(all[0].fields, ElementsAre("a", "b, c", R"(say "hi")"));
  EXPECT_THAT(all[1].fields, ElementsAre("two\r\nlines", "", "x"));
  EXPECT_EQ(all[1].line, 2U);
  EXPECT_THAT(all[2].fields, ElementsAre("last", "1", "2"));
  EXPECT_EQ(all[2].line, 6U) << "line breaks in quotes and empty lines count";
  EXPECT_THAT(records_of(""), IsEmpty());
  EXPECT_THAT(records_of("a,").at(0).fields, ElementsAre("a", ""));
  EXPECT_THAT(records_of("a\rb").at(1).fields, ElementsAre("b"));
}

TEST(csv, a_bad_quote_costs_its_own_line_only) {
  const auto all = records_of("a\"b,c\n\"x\"y,z\n\"never closed,1\ngood,2\n");
  ASSERT_EQ(all.size(), 4U);
  EXPECT_THAT(all[0].fault, HasSubstr("quote inside"));
  EXPECT_THAT(all[1].fault, HasSubstr("behind a closing quote"));
  EXPECT_THAT(all[2].fault, HasSubstr("never closed"));
  EXPECT_THAT(all[3].fault, IsEmpty());
  EXPECT_THAT(all[3].fields, ElementsAre("good", "2"));
  EXPECT_EQ(all[3].line, 4U);
}

TEST(catalog_csv, has_its_columns_in_any_order) {
  const auto read =
      read_catalog_csv("price, name ,id,category,option.size,group,images,stock,description,link,brand\n"
                       "1250.50,Shirt,shirt-m,Clothes,M,shirt,https://a.example/1.jpg https://a.example/2.jpg,"
                       "3,\"Cotton, long\",https://a.example/shirt,Kanga\n"
                       " 20 ,Tea,tea,Food,,,,,,,\n",
                       "KES");
  ASSERT_EQ(read.fault_count, 0U) << read.faults[0].field << " " << read.faults[0].why;
  ASSERT_EQ(read.products.size(), 2U);
  const auto& shirt = read.products[0];
  EXPECT_EQ(shirt.price, (money{125'050, "KES"}));
  EXPECT_EQ(shirt.stock, 3);
  EXPECT_EQ(shirt.description, "Cotton, long");
  EXPECT_THAT(shirt.images, ElementsAre("https://a.example/1.jpg", "https://a.example/2.jpg"));
  EXPECT_EQ(shirt.group, "shirt");
  EXPECT_EQ(shirt.options.at("size"), "M");
  EXPECT_EQ(shirt.link, "https://a.example/shirt");
  EXPECT_EQ(shirt.brand, "Kanga");
  EXPECT_EQ(read.products[1].stock, std::nullopt);
  EXPECT_THAT(read.products[1].options, IsEmpty());
}

TEST(catalog_csv, tells_every_error_with_its_line_and_column) {
  const auto read = read_catalog_csv("id,name,category,price,stock,images,currency,group,option.size\n"
                                     "a,A,C,1.005,-1,http://x/1.jpg,KES,,\n" // 2: price, stock, images
                                     "b,,C,ten,many,,USD,,\n"                // 3: name, price, stock, currency
                                     "c,\"two\nlines\",C,1,,,,,\n"           // 4 and 5: good
                                     "c,Again,C,1,,,,,\n"                    // 6: id
                                     "d,D,C\n"                               // 7: too few fields
                                     "e,E,C,1,,,,g,M\nf,F,C,1,,,,g,M\n"      // 9: options
                                     "g,G,C,,,,,,L\n"                        // 10: price, options
                                     "h,H\xFF,C,1,,,,,\n",                   // 11: name
                                     "KES");
  std::vector<std::string> told;
  for (const auto& each : read.faults) {
    told.push_back(std::to_string(each.line) + " " + each.field);
    EXPECT_FALSE(each.why.empty());
  }
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("2 price", "2 stock", "2 images", "3 name", "3 price", "3 stock",
                                                    "3 currency", "6 id", "7 ", "9 options", "10 price", "10 options",
                                                    "11 name"));
  EXPECT_EQ(read.fault_count, told.size());
  std::vector<std::string> good;
  for (const auto& p : read.products)
    good.push_back(p.id);
  EXPECT_THAT(good, ElementsAre("c", "e"));
  EXPECT_TRUE(read.is_usable);
}

TEST(catalog_csv, a_header_that_is_wrong_spoils_the_file) {
  const auto read = read_catalog_csv("id,name,name,colour,price\na,A,A,red,1\n", "KES");
  EXPECT_FALSE(read.is_usable);
  std::vector<std::string> fields;
  for (const auto& each : read.faults) {
    EXPECT_EQ(each.line, 1U);
    fields.push_back(each.field);
  }
  EXPECT_THAT(fields, ElementsAre("name", "colour", "category"));
  EXPECT_THAT(read.products, IsEmpty());
  EXPECT_FALSE(read_catalog_csv("", "KES").is_usable);
}

TEST(catalog_csv, of_an_endless_list_of_errors_a_hundred_are_told_and_all_counted) {
  std::string text = "id,name,category,price\n";
  for (int i = 0; i < 5'000; ++i)
    text += "a" + std::to_string(i) + ",A,C,wrong\n";
  const auto read = read_catalog_csv(text, "KES");
  EXPECT_EQ(read.faults.size(), faults_told_max);
  EXPECT_EQ(read.fault_count, 5'000U);
}

TEST(catalog_csv, takes_ten_thousand_products_and_not_one_more) {
  std::string text = "id,name,category,price\n";
  for (std::size_t i = 0; i < products_max; ++i)
    text += "a" + std::to_string(i) + ",Thing,C,1.50\n";
  const auto read = read_catalog_csv(text, "KES");
  EXPECT_EQ(read.fault_count, 0U);
  EXPECT_EQ(read.products.size(), products_max);
  const auto more = read_catalog_csv(text + "one-more,Thing,C,1\n", "KES");
  EXPECT_FALSE(more.is_usable);
  EXPECT_EQ(more.faults.at(0).line, products_max + 2);
}

TEST(catalog_csv, prices_are_exact_in_every_currency) {
  struct row {
    const char* currency;
    const char* text;
    std::int64_t minor; ///< -1: refused
  };
  const row table[] = {{"KES", "250.00", 25'000},
                       {"KES", "0.1", 10},
                       {"KES", "0.001", -1},
                       {"UGX", "45000", 45'000},
                       {"UGX", "45000.00", -1},
                       {"RWF", "1200", 1'200},
                       {"TZS", "2500.50", 250'050},
                       {"USD", "9.99", 999},
                       {"JPY", "500", 500},
                       {"JPY", "500.5", -1},
                       {"KWD", "1.005", 1'005},
                       {"KWD", "1.0005", -1},
                       {"USD", "1,250.00", -1},
                       {"USD", "1e3", -1},
                       {"USD", "$9", -1},
                       {"USD", "90071992547409.92", 9'007'199'254'740'992},
                       {"USD", "90071992547409.93", -1}};
  for (const auto& r : table) {
    SCOPED_TRACE(std::string(r.currency) + " " + r.text);
    const auto read = read_catalog_csv("id,name,category,price\na,A,C,\"" + std::string(r.text) + "\"\n", r.currency);
    if (r.minor < 0) {
      ASSERT_EQ(read.fault_count, 1U);
      EXPECT_EQ(read.faults[0].field, "price");
    } else {
      ASSERT_EQ(read.products.size(), 1U);
      EXPECT_EQ(read.products[0].price, (money{r.minor, r.currency}));
      EXPECT_EQ(parse_money(decimal_text(read.products[0].price), r.currency).value().minor, r.minor);
    }
  }
}

TEST(catalog_json, tells_every_error_with_its_pointer) {
  const json form{{"products",
                   {{{"id", "a"}, {"name", "A"}, {"category", "C"}, {"price", 1.5}, {"colour", "red"}},
                    {{"id", "b"}, {"name", "B"}, {"category", "C"}, {"price", "2"}},
                    {{"id", "b"}, {"name", 7}, {"category", "C"}, {"price", "2"}, {"images", "x"}},
                    "nonsense"}}};
  const auto read = read_catalog_json(form.dump(), "KES");
  ASSERT_TRUE(read);
  std::vector<std::string> told;
  for (const auto& each : read->faults)
    told.push_back(std::to_string(each.line) + " " + each.field);
  EXPECT_THAT(told, ::testing::UnorderedElementsAre("1 /products/0/colour", "1 /products/0/price", "3 /products/2/id",
                                                    "3 /products/2/name", "3 /products/2/images", "4 /products/3"));
  ASSERT_EQ(read->products.size(), 1U);
  EXPECT_EQ(read->products[0].id, "b");
  EXPECT_FALSE(read_catalog_json("[", "KES"));
  EXPECT_EQ(read_catalog_json("[]", "KES").error().field, "/products");
}

TEST(catalog_json, what_is_shown_can_be_read_again) {
  product p;
  p.id = "shirt-m";
  p.name = "Shirt";
  p.category = "Clothes";
  p.price = {125'050, "KES"};
  p.stock = 3;
  p.images = {"https://a.example/1.jpg"};
  p.link = "https://a.example/shirt";
  p.brand = "Kanga";
  p.group = "shirt";
  p.options = {{"size", "M"}};
  const auto shelf = catalog::make({p}, "KES").value();
  EXPECT_EQ(parse_catalog(to_text(shelf), "KES").value().products(), shelf.products());
  const auto read = read_catalog_json(to_text(shelf), "KES");
  ASSERT_TRUE(read && read->fault_count == 0);
  EXPECT_EQ(read->products, shelf.products());
}

TEST(catalog_rules, hold_for_addresses_groups_and_options) {
  const auto faulty = [](auto change) {
    product p;
    p.id = "a";
    p.name = "A";
    p.category = "C";
    p.price = {100, "KES"};
    change(p);
    const auto faults = faults_of(p, "KES");
    return faults.empty() ? std::string{} : faults.front().key;
  };
  EXPECT_EQ(faulty([](product&) {}), "");
  EXPECT_EQ(faulty([](product& p) { p.images = {"https://"}; }), "images");
  EXPECT_EQ(faulty([](product& p) { p.images = {"javascript:alert(1)"}; }), "images");
  EXPECT_EQ(faulty([](product& p) { p.images.assign(11, "https://a.example/x"); }), "images");
  EXPECT_EQ(faulty([](product& p) { p.link = "https://a.example/" + std::string(2'000, 'x'); }), "link");
  EXPECT_EQ(faulty([](product& p) { p.link = "https://a b"; }), "link");
  EXPECT_EQ(faulty([](product& p) { p.brand = std::string(101, 'x'); }), "brand");
  EXPECT_EQ(faulty([](product& p) { p.options = {{"size", "M"}}; }), "options");
  EXPECT_EQ(faulty([](product& p) {
              p.group = "g";
              p.options = {{"size", ""}};
            }),
            "options");
}

TEST(catalog_changes, are_counted_by_id) {
  const auto make = [](const std::string& text) {
    return catalog::make(read_catalog_csv("id,name,category,price\n" + text, "KES").products, "KES").value();
  };
  const auto before = make("a,A,C,1\nb,B,C,1\nc,C,C,1\n");
  EXPECT_EQ(diff(before, make("c,C,C,1\na,A,C,2\nd,D,C,1\n")), (catalog_diff{1, 1, 1, 1}));
  EXPECT_EQ(diff(before, before), (catalog_diff{0, 0, 0, 3}));
  EXPECT_EQ(diff({}, before), (catalog_diff{3, 0, 0, 0}));
}

TEST(catalog_changes, a_file_with_bad_lines_removes_nothing) {
  auto read = read_catalog_csv("id,name,category,price\na,A,C,1\nb,B,C,bad\n", "KES");
  const auto before =
      catalog::make(read_catalog_csv("id,name,category,price\nb,B,C,5\nz,Z,C,5\n", "KES").products, "KES");
  std::vector<std::string> ids;
  for (const auto& p : merged(read, *before, read.fault_count > 0))
    ids.push_back(p.id);
  EXPECT_THAT(ids, ElementsAre("a", "b", "z"));
}

} // namespace
} // namespace wakala::commerce
