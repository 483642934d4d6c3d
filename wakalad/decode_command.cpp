#include "wakalad/commands.hpp"
#include "whatsapp/event.hpp"

#include <nlohmann/json.hpp>

#include <fstream>
#include <iostream>
#include <iterator>

namespace wakala::daemon {

int decode_command(const std::string& file) {
  std::string body;
  if (file.empty() || file == "-") {
    body.assign(std::istreambuf_iterator<char>(std::cin), {});
  } else {
    std::ifstream in(file, std::ios::binary);
    if (!in) {
      std::cerr << "wakalad decode: cannot read " << file << '\n';
      return 1;
    }
    body.assign(std::istreambuf_iterator<char>(in), {});
  }
  const auto decoded = whatsapp::decode(body);
  if (!decoded) {
    std::cerr << "wakalad decode: " << decoded.error().what << '\n';
    return 1;
  }
  for (const auto& event : decoded->events)
    std::cout << whatsapp::to_index_line(event) << '\n';
  for (const auto& part : decoded->malformed)
    std::cerr << "wakalad decode: " << part.where << ": " << part.why << '\n';
  if (!decoded->is_webhook)
    std::cerr << "wakalad decode: this JSON is no WhatsApp webhook\n";
  return 0;
}

} // namespace wakala::daemon
