#include "console/page.hpp"

namespace wakala::console {

std::string text_of(const line& what) {
  std::string out;
  for (const auto& each : what.spans)
    out += each.text;
  out.erase(out.find_last_not_of(' ') + 1);
  return out;
}

line plain_line(std::string text, look how, std::string key) {
  return {{{std::move(text), how}}, std::move(key), false, {}};
}

} // namespace wakala::console
