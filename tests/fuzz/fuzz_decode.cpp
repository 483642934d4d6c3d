// libFuzzer target: whatever the bytes, decode answers, and what it answers can be written down again.
#include "whatsapp/event.hpp"

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
  const auto out = wakala::whatsapp::decode({reinterpret_cast<const char*>(data), size});
  if (!out) {
    require(out.error().code == wakala::errc::invalid_argument, "a refused body is an invalid argument");
    return 0;
  }
  require(out->is_webhook || (out->events.empty() && out->malformed.empty()), "only a webhook has updates");
  for (const auto& e : out->events) {
    require(nlohmann::json::accept(wakala::whatsapp::to_index_line(e)), "an index line is JSON");
    require(nlohmann::json::accept(e.raw), "the raw update is JSON");
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
