// libFuzzer target: whatever the bytes, decode answers, what it answers can be written down again, and its reader
// takes the same texts for JSON as the library does, with the same meaning.
#include "whatsapp/event.hpp"
#include "whatsapp/json_tape.hpp"
#include "whatsapp/json_text.hpp"

#include <nlohmann/json.hpp>

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string_view>

namespace {

/// Meta sends at most 3 MB; beyond a few hundred kilobytes an input only gets slower, not more telling.
constexpr std::size_t length_max = 256 * 1024;

void require(bool holds, const char* what) {
  if (holds)
    return;
  std::fprintf(stderr, "invariant broken: %s\n", what);
  std::abort();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size > length_max)
    return -1; // keep it out of the corpus
  const std::string_view body{reinterpret_cast<const char*>(data), size};
  const auto read = wakala::whatsapp::canonical_json(body, wakala::whatsapp::nesting_max);
  const auto by_library = wakala::whatsapp::parse_json(body, wakala::whatsapp::nesting_max);
  require(read.has_value() == by_library.has_value(), "both readers agree on what is JSON");
  require(!read || *read == by_library->dump(), "and on what it says");
  const auto out = wakala::whatsapp::decode(body);
  if (!out) {
    require(out.error().code == wakala::errc::invalid_argument, "a refused body is an invalid argument");
    return 0;
  }
  require(out->is_webhook || (out->events.empty() && out->malformed.empty()), "only a webhook has updates");
  for (const auto& e : out->events) {
    require(nlohmann::json::accept(wakala::whatsapp::to_index_line(e)), "an index line is JSON");
    require(nlohmann::json::accept(e.raw.text()), "the raw update is JSON");
    require(e.id.has_value() != e.id_is_derived, "an id is sent or derived");
    require(e.id_is_derived == !e.derived_id.empty(), "a derived id is there when it is needed");
    require(e.at >= 0, "a time is not negative");
  }
  for (const auto& part : out->malformed) {
    require(nlohmann::json::accept(part.raw), "a part set aside is JSON");
    require(part.where.empty() || part.where.front() == '/', "a part set aside has a JSON Pointer");
  }
  return 0;
}
