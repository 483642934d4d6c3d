#include "runtime/config/yaml_document.hpp"

#include "runtime/core/encoding.hpp"

#include <fmt/format.h>

#include <fstream>
#include <sstream>

namespace wakala {
namespace {

/// A YAML::Node can be made from anything, an error too, so the result has to be told which side is meant.
result<YAML::Node> refuse(std::string what) {
  return {boost::system::in_place_error, make_error(errc::invalid_argument, std::move(what))};
}

} // namespace

result<std::string> read_text_file(const std::filesystem::path& path) {
  std::error_code failed;
  if (std::filesystem::is_directory(path, failed))
    return make_error(errc::not_found, fmt::format("{}: is a directory", path.string()));
  std::ifstream file(path, std::ios::binary);
  if (!file)
    return make_error(errc::not_found, fmt::format("{}: cannot be read", path.string()));
  std::string text(yaml_bytes_max + 1, '\0');
  file.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (file.bad())
    return make_error(errc::not_found, fmt::format("{}: cannot be read", path.string()));
  text.resize(static_cast<std::size_t>(file.gcount()));
  if (text.size() > yaml_bytes_max)
    return make_error(errc::invalid_argument, fmt::format("{}: larger than 1 MiB", path.string()));
  return text;
}

std::string yaml_position(std::string_view name, const YAML::Mark& mark) {
  return mark.is_null() ? std::string(name) : fmt::format("{}:{}", name, mark.line + 1);
}

result<YAML::Node> parse_yaml_document(std::string_view text, std::string_view name) {
  if (!is_utf8(text) || text.find('\0') != std::string_view::npos)
    return refuse(fmt::format("{}: is not UTF-8 text", name));
  try {
    const auto documents = YAML::LoadAll(std::string(text));
    if (documents.size() > 1)
      return refuse(fmt::format("{}: a second document begins here", yaml_position(name, documents[1].Mark())));
    return documents.empty() ? YAML::Node() : documents.front();
  } catch (const YAML::Exception& problem) {
    return refuse(fmt::format("{}: not valid YAML: {}", yaml_position(name, problem.mark), problem.msg));
  }
}

} // namespace wakala
