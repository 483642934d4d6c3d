#include "runtime/config/flat_yaml.hpp"

#include "runtime/config/yaml_document.hpp"

#include <fmt/format.h>

namespace wakala {

result<flat_map> load_flat_yaml(const std::filesystem::path& path) {
  auto text = read_text_file(path);
  if (!text)
    return text.error();
  return parse_flat_yaml(*text, path.string());
}

result<flat_map> parse_flat_yaml(std::string_view text, std::string_view name) {
  auto document = parse_yaml_document(text, name);
  if (!document)
    return document.error();
  const auto refuse = [&](const YAML::Node& node, const std::string& what, const std::string& key = {}) {
    return make_error(errc::invalid_argument, fmt::format("{}: {}", yaml_position(name, node.Mark()), what), key);
  };
  flat_map entries;
  if (!document->IsDefined() || document->IsNull())
    return entries;
  if (!document->IsMap())
    return refuse(*document, "expected a map of names to texts");
  for (const auto& entry : *document) {
    if (!entry.first.IsScalar())
      return refuse(entry.first, "a name must be a text");
    const std::string& key = entry.first.Scalar();
    if (!entry.second.IsScalar())
      return refuse(entry.first, fmt::format("`{}` must have a text as its value", key), key);
    if (!entries.emplace(key, entry.second.Scalar()).second)
      return refuse(entry.first, fmt::format("`{}` is there twice", key), key);
  }
  return entries;
}

} // namespace wakala
