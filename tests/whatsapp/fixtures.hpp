// The payload files of tests/data/payloads.
#pragma once

#include <nlohmann/json.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <stdexcept>
#include <string>
#include <vector>

namespace wakala::fixtures {

inline std::filesystem::path folder() { return std::filesystem::path(WAKALA_SOURCE_DIR) / "tests/data/payloads"; }

inline std::string text(const std::filesystem::path& name) {
  std::ifstream in(folder() / name, std::ios::binary);
  if (!in)
    throw std::runtime_error("no fixture " + name.string());
  return {std::istreambuf_iterator<char>(in), {}};
}

inline nlohmann::json parsed(const std::filesystem::path& name) { return nlohmann::json::parse(text(name)); }

/// Names of the files in `sub`, sorted, relative to the folder of all payloads.
inline std::vector<std::string> names(const std::string& sub = {}) {
  std::vector<std::string> out;
  for (const auto& file : std::filesystem::directory_iterator(folder() / sub))
    if (file.path().extension() == ".json")
      out.push_back((std::filesystem::path(sub) / file.path().filename()).string());
  std::sort(out.begin(), out.end());
  return out;
}

} // namespace wakala::fixtures
