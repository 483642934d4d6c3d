#include "runtime/config/yaml_tree.hpp"

#include "runtime/config/yaml_document.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace wakala {
namespace {

using nlohmann::json;

constexpr std::size_t nodes_max = 20'000; ///< an alias may stand for all of a file, again and again
constexpr int depth_max = 32;

class tree_maker {
public:
  explicit tree_maker(std::string_view name) : name_(name) {}

  result<void> make(const YAML::Node& node, json& into, int depth = 0) {
    if (++nodes_ > nodes_max || depth > depth_max)
      return refuse(node, "there is too much here");
    switch (node.Type()) {
    case YAML::NodeType::Undefined:
    case YAML::NodeType::Null:
      return {};
    case YAML::NodeType::Scalar:
      into = node.Scalar();
      return {};
    case YAML::NodeType::Sequence:
      return make_list(node, into, depth);
    case YAML::NodeType::Map:
      return make_map(node, into, depth);
    }
    return {};
  }

private:
  error refuse(const YAML::Node& node, const std::string& what) const {
    return make_error(errc::invalid_argument, fmt::format("{}: {}", yaml_position(name_, node.Mark()), what));
  }

  result<void> make_list(const YAML::Node& node, json& into, int depth) {
    into = json::array();
    for (const auto& each : node)
      if (auto made = make(each, into.emplace_back(nullptr), depth + 1); !made)
        return made;
    return {};
  }

  result<void> make_map(const YAML::Node& node, json& into, int depth) {
    into = json::object();
    for (const auto& entry : node) {
      if (!entry.first.IsScalar())
        return refuse(entry.first, "a name must be a text");
      const auto& key = entry.first.Scalar();
      if (into.contains(key))
        return refuse(entry.first, fmt::format("`{}` is there twice", key));
      if (auto made = make(entry.second, into[key], depth + 1); !made)
        return made;
    }
    return {};
  }

  std::string_view name_;
  std::size_t nodes_ = 0;
};

} // namespace

// A json can be converted to and from too much: the result has to be told which side is meant.
result<json> load_yaml_tree(const std::filesystem::path& path) {
  const auto text = read_text_file(path);
  if (!text)
    return {boost::system::in_place_error, text.error()};
  return parse_yaml_tree(*text, path.string());
}

result<json> parse_yaml_tree(std::string_view text, std::string_view name) {
  const auto document = parse_yaml_document(text, name);
  if (!document)
    return {boost::system::in_place_error, document.error()};
  json tree;
  if (const auto made = tree_maker(name).make(*document, tree); !made)
    return {boost::system::in_place_error, made.error()};
  return {boost::system::in_place_value, std::move(tree)};
}

} // namespace wakala
