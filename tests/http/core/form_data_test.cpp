#include "http/core/form_data.hpp"

#include <gtest/gtest.h>

#include <array>
#include <random>

namespace wakala::http::testing {
namespace {

const std::string header = "multipart/form-data; boundary=xx";

TEST(form_data, is_read_as_it_was_written) {
  std::mt19937 engine(7);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine);
  };
  const std::string alphabet("-x\r\n\0:;\"a", 9); // what a reader could stumble over
  for (int round = 0; round < 2000; ++round) {
    std::string data(below(60), '\0');
    for (auto& c : data)
      c = alphabet[below(alphabet.size())];
    const std::array parts{form_part{"messaging_product", {}, {}, "whatsapp"},
                           form_part{"file", "file.jpg", "image/jpeg", data}};
    const auto body = write_form_data("a-boundary-of-its-own", parts);
    const auto read = parse_form_data("multipart/form-data; boundary=a-boundary-of-its-own", body);
    ASSERT_TRUE(read) << data;
    ASSERT_EQ(read->size(), 2U);
    EXPECT_EQ((*read)[0].name, "messaging_product");
    EXPECT_EQ((*read)[0].data, "whatsapp");
    EXPECT_EQ((*read)[1].filename, "file.jpg");
    EXPECT_EQ((*read)[1].content_type, "image/jpeg");
    EXPECT_EQ((*read)[1].data, data);
    for (const auto cut : {below(body.size()), body.size() - 5}) // only the last line break may be missing
      EXPECT_TRUE(cut + 4 > body.size() || !parse_form_data("multipart/form-data; boundary=a-boundary-of-its-own",
                                                            std::string_view(body).substr(0, cut)));
  }
}

TEST(form_data, is_told_from_other_bodies) {
  const auto good = write_form_data("xx", std::array{form_part{"a", {}, {}, "1"}});
  EXPECT_TRUE(parse_form_data(header, good));
  EXPECT_TRUE(parse_form_data("Multipart/Form-Data; charset=x; boundary=\"xx\"", good));
  for (const auto* type : {"", "application/json", "multipart/form-data", "multipart/form-data; boundary=",
                           "multipart/form-data; boundary=\"xx", "multipart/form-data; aboundary=xx",
                           "multipart/mixed; boundary=xx", "multipart/form-data; boundary=yy"})
    EXPECT_FALSE(parse_form_data(type, good)) << type;
  EXPECT_FALSE(parse_form_data("multipart/form-data; boundary=" + std::string(71, 'x'), good));
  EXPECT_FALSE(parse_form_data(header, ""));
  std::vector<form_part> many(33, form_part{"a", {}, {}, "1"});
  EXPECT_FALSE(parse_form_data(header, write_form_data("xx", many)));
  EXPECT_TRUE(is_form_data("MULTIPART/form-data"));
  EXPECT_FALSE(is_form_data("image/jpeg"));
}

} // namespace
} // namespace wakala::http::testing
