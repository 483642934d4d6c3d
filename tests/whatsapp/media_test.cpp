// Rules for files, and the file that a message names.
#include "tests/whatsapp/fixtures.hpp"
#include "whatsapp/media_reference.hpp"
#include "whatsapp/media_rules.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include <map>
#include <random>

namespace wakala::whatsapp {
namespace {

using namespace std::string_literals;

const std::map<std::string, std::string>& beginnings() {
  static const std::map<std::string, std::string> all{
      {"audio/aac", "\xFF\xF1\x50\x80"s},
      {"audio/amr", "#!AMR\n"s},
      {"audio/mpeg", "ID3\x04"s},
      {"audio/mp4", "\0\0\0\x20"s + "ftypM4A "},
      {"audio/ogg", "OggS\0\x02"s},
      {"text/plain", "Habari za leo\r\n"s},
      {"application/pdf", "%PDF-1.7\n"s},
      {"application/msword", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"s},
      {"application/vnd.ms-excel", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"s},
      {"application/vnd.ms-powerpoint", "\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"s},
      {"application/vnd.openxmlformats-officedocument.wordprocessingml.document", "PK\x03\x04\x14"s},
      {"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "PK\x03\x04\x14"s},
      {"application/vnd.openxmlformats-officedocument.presentationml.presentation", "PK\x03\x04\x14"s},
      {"image/jpeg", "\xFF\xD8\xFF\xE0"s},
      {"image/png", "\x89PNG\r\n\x1A\n"s},
      {"image/webp", "RIFF\x24\0\0\0WEBPVP8 "s},
      {"video/mp4", "\0\0\0\x18"s + "ftypmp42"},
      {"video/3gpp", "\0\0\0\x14"s + "ftyp3gp5"},
  };
  return all;
}

TEST(media_rules, are_those_of_meta) {
  std::map<media_kind, std::size_t> kinds;
  for (const auto& [type, beginning] : beginnings()) {
    const auto* const rule = find_media_rule(type);
    ASSERT_NE(rule, nullptr) << type;
    EXPECT_EQ(normal_mime_type(type), type);
    ++kinds[rule->kind];
    const auto most = outbound_bytes_max(*rule, beginning);
    switch (rule->kind) {
    case media_kind::audio:
    case media_kind::video:
      EXPECT_EQ(most, 16'000'000U) << type;
      break;
    case media_kind::document:
      EXPECT_EQ(most, 100'000'000U) << type;
      break;
    case media_kind::image:
      EXPECT_EQ(most, 5'000'000U) << type;
      break;
    case media_kind::sticker:
      EXPECT_EQ(most, 100'000U) << type;
      break;
    }
  }
  EXPECT_EQ(kinds, (std::map<media_kind, std::size_t>{{media_kind::audio, 5},
                                                      {media_kind::document, 8},
                                                      {media_kind::image, 2},
                                                      {media_kind::sticker, 1},
                                                      {media_kind::video, 2}}));
  const auto moving = "RIFF\x24\0\0\0WEBPVP8X\x0A\0\0\0\x02\0\0\0"s;
  EXPECT_EQ(outbound_bytes_max(*find_media_rule("image/webp"), moving), 500'000U);
  auto still = moving;
  still[20] = '\x10'; // an alpha channel
  EXPECT_EQ(outbound_bytes_max(*find_media_rule("image/webp"), still), 100'000U);
  for (const auto* type : {"image/gif", "image/svg+xml", "text/html", "", "image/", "IMAGE/PNG", "application/zip"})
    EXPECT_EQ(find_media_rule(type), nullptr) << type;
}

TEST(media_rules, read_content_types_as_they_come) {
  EXPECT_EQ(normal_mime_type("audio/ogg; codecs=opus"), "audio/ogg");
  EXPECT_EQ(normal_mime_type(" Audio/OGG ;codecs=opus"), "audio/ogg");
  EXPECT_EQ(normal_mime_type("image/jpg"), "image/jpeg");
  EXPECT_EQ(normal_mime_type("video/3gp"), "video/3gpp");
  EXPECT_EQ(normal_mime_type(";"), "");
  EXPECT_EQ(normal_mime_type(""), "");
}

TEST(media_rules, know_files_by_how_they_begin) {
  const auto& all = beginnings();
  for (const auto& [type, beginning] : all) {
    EXPECT_TRUE(looks_like(type, beginning)) << type;
    EXPECT_FALSE(looks_like(type, std::string(100, '\0'))) << type;
    if (type != "text/plain") {
      EXPECT_FALSE(looks_like(type, "")) << type;
      EXPECT_FALSE(looks_like(type, "<html><script>")) << type;
      EXPECT_FALSE(looks_like(type, beginning.substr(0, 1))) << type;
    }
  }
  // Who is taken for whom: only what lies in the same container.
  const auto family = [](const std::string& type) -> std::string {
    if (type == "audio/mp4" || type.starts_with("video/"))
      return "box";
    if (type.starts_with("application/vnd.openxml"))
      return "zip";
    return type.starts_with("application/") && type != "application/pdf" ? "office" : type;
  };
  for (const auto& [claimed, unused] : all)
    for (const auto& [real, beginning] : all) {
      if (claimed == "text/plain") // old texts have any byte above 127
        continue;
      const bool same = family(claimed) == family(real);
      const bool boxed = claimed == "audio/aac" && (family(real) == "box" || real == "audio/mpeg");
      EXPECT_EQ(looks_like(claimed, beginning), same || boxed) << claimed << " for " << real;
    }
  for (const auto* real : {"image/png", "image/webp", "audio/ogg", "video/mp4", "application/msword"})
    EXPECT_FALSE(looks_like("text/plain", all.at(real))) << real;
  EXPECT_TRUE(looks_like("audio/mpeg", "\xFF\xFB\x90"s));
  EXPECT_FALSE(looks_like("audio/mpeg", "\xFF\xF1\x50"s)) << "AAC";
  EXPECT_FALSE(looks_like("audio/aac", "\xFF\xFB\x90"s)) << "MP3";
  EXPECT_TRUE(looks_like("audio/amr", "#!AMR-WB\n"));
  EXPECT_TRUE(looks_like("application/pdf", std::string(500, ' ') + "%PDF-1.4"));
  EXPECT_FALSE(looks_like("application/pdf", std::string(1100, ' ') + "%PDF-1.4"));
  EXPECT_TRUE(looks_like("text/plain", ""));
  EXPECT_TRUE(looks_like("text/plain", "\xFF\xFEh\0i\0"s));
  EXPECT_TRUE(looks_like("text/plain", "jambo \xF0\x9F\x91\x8B\ttab"));
  EXPECT_FALSE(looks_like("application/zip", "PK\x03\x04"));
}

TEST(media_rules, hold_for_any_bytes) {
  std::mt19937 engine(20240501);
  const auto below = [&](std::size_t bound) {
    return std::uniform_int_distribution<std::size_t>(0, bound - 1)(engine);
  };
  for (int round = 0; round < 4000; ++round) {
    std::string bytes(below(40), '\0');
    for (auto& c : bytes)
      c = static_cast<char>(below(256));
    for (const auto& [type, beginning] : beginnings()) {
      // What follows a beginning does not matter, except in a text.
      EXPECT_TRUE(type == "text/plain" || looks_like(type, beginning + bytes)) << type;
      looks_like(type, bytes); // whatever comes of it, it reads no byte that is not there
      const auto cut = beginning.substr(0, below(beginning.size()));
      looks_like(type, cut);
      outbound_bytes_max(*find_media_rule(type), cut);
    }
    std::string type = below(2) == 0 ? bytes : "Image/JPEG" + bytes;
    const auto normal = normal_mime_type(type);
    EXPECT_EQ(normal_mime_type(normal), normal);
    EXPECT_EQ(normal_mime_type(type + "; charset=x"), normal);
  }
}

event event_of(const nlohmann::json& message) {
  const nlohmann::json body{{"object", "whatsapp_business_account"},
                            {"entry",
                             {{{"id", "1"},
                               {"changes",
                                {{{"field", "messages"},
                                  {"value",
                                   {{"messaging_product", "whatsapp"},
                                    {"metadata", {{"display_phone_number", "1"}, {"phone_number_id", "2"}}},
                                    {"messages", nlohmann::json::array({message})}}}}}}}}}};
  auto decoded = decode(body.dump()).value();
  EXPECT_EQ(decoded.events.size(), 1U);
  return decoded.events.at(0);
}

nlohmann::json message_with(const std::string& type, const nlohmann::json& part) {
  return {{"from", "254700000001"}, {"id", "wamid.1"}, {"timestamp", "1700000000"}, {"type", type}, {type, part}};
}

TEST(media_reference, is_what_the_message_says) {
  const auto image =
      media_of(event_of(message_with("image", {{"id", "1003383421387256"},
                                               {"mime_type", "image/jpeg"},
                                               {"sha256", "WZRHGrsBESr8wYFZ9sx0tPURuZgG2lmzyvWpwXPKz8U="},
                                               {"caption", "Pic"}})));
  ASSERT_TRUE(image);
  EXPECT_EQ(*image,
            (media_reference{"1003383421387256", "image/jpeg",
                             "5994471abb01112afcc18159f6cc74b4f511b99806da59b3caf5a9c173cacfc5", "", false, false}));
  const auto voice = media_of(
      event_of(message_with("audio", {{"id", "5"},
                                      {"mime_type", "audio/ogg; codecs=opus"},
                                      {"sha256", "5994471ABB01112AFCC18159F6CC74B4F511B99806DA59B3CAF5A9C173CACFC5"},
                                      {"voice", true}})));
  ASSERT_TRUE(voice);
  EXPECT_EQ(voice->sha256, image->sha256);
  EXPECT_TRUE(voice->voice);
  const auto paper = media_of(event_of(message_with("document", {{"id", "6"}, {"filename", "risiti.pdf"}})));
  ASSERT_TRUE(paper);
  EXPECT_EQ(*paper, (media_reference{"6", "", "", "risiti.pdf", false, false}));
  EXPECT_TRUE(media_of(event_of(message_with("sticker", {{"id", "7"}, {"animated", true}})))->animated);
  EXPECT_EQ(media_of(event_of(message_with("image", {{"id", "8"}, {"sha256", "odd"}})))->sha256, "");
  EXPECT_FALSE(media_of(event_of(message_with("image", {{"caption", "no id"}}))));
  EXPECT_FALSE(media_of(event_of(message_with("text", {{"body", "hi"}}))));
  event broken;
  broken.type = "image";
  for (const auto* raw : {"", "[]", "{", R"({"image":7})", R"({"image":{"id":7}})"}) {
    broken.raw = raw_json(raw);
    EXPECT_FALSE(media_of(broken)) << raw;
  }
}

} // namespace
} // namespace wakala::whatsapp
