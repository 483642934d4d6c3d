#include "runtime/config/environment.hpp"

#include <cstdlib>
#include <unistd.h>

namespace wakala {

environment process_environment() {
  return {[](std::string_view name) -> std::optional<std::string> {
            const char* value =
                std::getenv(std::string(name).c_str()); // NOLINT(concurrency-mt-unsafe): see the header
            return value == nullptr ? std::nullopt : std::optional<std::string>(value);
          },
          [] {
            std::vector<std::string> names;
            for (char** entry = environ; entry != nullptr && *entry != nullptr; ++entry) {
              const std::string_view text(*entry);
              names.emplace_back(text.substr(0, text.find('=')));
            }
            return names;
          }};
}

} // namespace wakala
