// The web console's answers: what a browser may do with them, what it may keep, and what there is without a build.
#include "http/admin_handlers.hpp"
#include "http/console_files.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <array>

namespace wakala::http {
namespace {

using testing::HasSubstr;

constexpr std::array<console_file, 2> files{{
    {"index.html", "text/html; charset=utf-8", "\"1a\"", "<!doctype html>"},
    {"assets/index-5PB8QSwG.js", "text/javascript; charset=utf-8", "\"2b\"", "let a;"},
}};
constexpr console_content built{files, {}};

request_head asking(std::string_view known = {}) {
  request_head what;
  if (!known.empty())
    what.headers.emplace_back("If-None-Match", known);
  return what;
}

std::string header(const response& answer, std::string_view name) {
  return std::string(find_header(answer.headers, name).value_or(""));
}

TEST(console, is_given_with_headers_that_let_it_do_nothing_else) {
  for (const auto& answer :
       {console_answer(built, "index.html", asking()), console_answer(built, "nothing.js", asking()),
        console_answer({}, "index.html", asking()), console_answer(built, "index.html", asking("\"1a\""))}) {
    EXPECT_EQ(header(answer, "Content-Security-Policy"),
              "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; img-src 'self' data:; "
              "base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    EXPECT_EQ(header(answer, "X-Content-Type-Options"), "nosniff");
    EXPECT_EQ(header(answer, "Referrer-Policy"), "no-referrer");
  }
  EXPECT_EQ(console_answer(built, "nothing.js", asking()).status, 404);
}

TEST(console, keeps_hashed_files_for_ever_and_asks_for_the_page_again) {
  const auto page = console_answer(built, "index.html", asking());
  EXPECT_EQ(page.status, 200);
  EXPECT_EQ(page.content_type, "text/html; charset=utf-8");
  EXPECT_EQ(page.body, "<!doctype html>");
  EXPECT_EQ(header(page, "ETag"), "\"1a\"");
  EXPECT_EQ(header(page, "Cache-Control"), "no-cache");
  const auto script = console_answer(built, "assets/index-5PB8QSwG.js", asking());
  EXPECT_EQ(script.content_type, "text/javascript; charset=utf-8");
  EXPECT_EQ(header(script, "Cache-Control"), "public, max-age=31536000, immutable");
}

TEST(console, sends_nothing_again_that_the_browser_has) {
  for (const auto* known : {"\"1a\"", "W/\"1a\"", "\"x\", \"1a\"", "*"}) {
    const auto answer = console_answer(built, "index.html", asking(known));
    EXPECT_EQ(answer.status, 304) << known;
    EXPECT_EQ(answer.body, "") << known;
    EXPECT_EQ(header(answer, "ETag"), "\"1a\"") << known;
  }
  EXPECT_EQ(console_answer(built, "index.html", asking("\"2b\"")).status, 200);
}

TEST(console, says_how_to_build_it_when_it_is_not_there) {
  const auto answer = console_answer({{}, "npm is <missing> & so"}, "index.html", asking());
  EXPECT_EQ(answer.status, 404);
  EXPECT_EQ(answer.content_type, "text/html; charset=utf-8");
  EXPECT_THAT(answer.body, HasSubstr("npm is &lt;missing&gt; &amp; so"));
  EXPECT_THAT(answer.body, HasSubstr("scripts/deps build"));
  EXPECT_EQ(header(answer, "Cache-Control"), "no-store");
}

TEST(console, has_routes_for_its_page_and_its_files) {
  EXPECT_EQ(find_route("GET", "/console").route->handle, console_redirect);
  EXPECT_EQ(find_route("GET", "/console/").route->handle, console_page);
  EXPECT_EQ(find_route("GET", "/console/icon.svg").values.at("file"), "icon.svg");
  EXPECT_EQ(find_route("GET", "/console/assets/index-5PB8QSwG.js").route->handle, console_asset);
  EXPECT_EQ(find_route("GET", "/console/assets/deeper/a.js").route, nullptr);
  EXPECT_EQ(find_route("POST", "/console/").allowed, "GET");
}

} // namespace
} // namespace wakala::http
