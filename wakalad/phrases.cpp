#include "wakalad/phrases.hpp"

#include "runtime/config/flat_yaml.hpp"
#include "runtime/config/yaml_tree.hpp"

#include <nlohmann/json.hpp>

namespace wakala::daemon {

result<commerce::phrasebook> load_phrases(const std::string& directory) {
  auto english = directory.empty() ? parse_flat_yaml(built_in_english, "strings/en.yaml")
                                   : load_flat_yaml(directory + "/en.yaml");
  if (!english)
    return english.error();
  auto kiswahili = directory.empty() ? parse_flat_yaml(built_in_kiswahili, "strings/sw.yaml")
                                     : load_flat_yaml(directory + "/sw.yaml");
  if (!kiswahili)
    return kiswahili.error();
  return commerce::phrasebook::make(std::move(*english), std::move(*kiswahili));
}

result<commerce::order_templates> load_order_templates(const std::string& file) {
  const auto tree =
      file.empty() ? parse_yaml_tree(built_in_order_templates, "strings/order-templates.yaml") : load_yaml_tree(file);
  if (!tree)
    return tree.error();
  return commerce::order_templates::make(*tree);
}

} // namespace wakala::daemon
