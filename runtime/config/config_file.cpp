#include "runtime/config/config_file.hpp"

#include "runtime/config/settings.hpp"
#include "runtime/config/value_text.hpp"
#include "runtime/config/yaml_document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <set>

namespace wakala {
namespace {

constexpr std::string_view tokens_key = "admin.tokens";
constexpr std::string_view shard_count_key = "cluster.shard_count";
constexpr std::string_view shard_count_alias = "SHARD_COUNT";
constexpr std::uint64_t media_bytes_least = std::uint64_t{128} * 1024 * 1024;

/// Follows the document and the overrides, fills one `node_config`, and collects what is wrong.
class config_reader {
public:
  config_reader(std::string_view name, const environment& env) : name_(name), env_(env) {}

  result<node_config> read(const YAML::Node& document) {
    find_overrides();
    if (document.IsDefined() && !document.IsNull()) {
      if (document.IsMap())
        read_map(document, "");
      else
        problem(document.Mark(), "", "expected a map of sections");
    }
    apply_overrides();
    check_listener("listen.public", config_.public_listener);
    check_listener("listen.admin", config_.admin_listener);
    check_cluster();
    check_media();
    if (!problems_.empty())
      return make_error(errc::invalid_argument, fmt::format("{}", fmt::join(problems_, "\n")), first_key_);
    resolve_paths();
    return std::move(config_);
  }

private:
  void problem(std::string_view position, std::string_view key, std::string_view what) {
    if (problems_.empty())
      first_key_ = key;
    problems_.push_back(key.empty() ? fmt::format("{}: {}", position, what)
                                    : fmt::format("{}: {} {}", position, key, what));
  }
  void problem(const YAML::Mark& mark, std::string_view key, std::string_view what) {
    problem(yaml_position(name_, mark), key, what);
  }

  static const setting* find_setting(std::string_view key) {
    const auto found = std::ranges::find(settings(), key, &setting::key);
    return found == settings().end() ? nullptr : &*found;
  }

  static bool is_section(std::string_view key) {
    const auto inside = [key](std::string_view other) {
      return other.size() > key.size() && other.starts_with(key) && other[key.size()] == '.';
    };
    return inside(tokens_key) || std::ranges::any_of(settings(), [&](const setting& s) { return inside(s.key); });
  }

  void read_map(const YAML::Node& map, const std::string& prefix) {
    std::set<std::string, std::less<>> seen;
    for (const auto& entry : map) {
      if (!entry.first.IsScalar()) {
        problem(entry.first.Mark(), prefix, "has a key that is not a text");
        continue;
      }
      const auto key = prefix.empty() ? entry.first.Scalar() : prefix + "." + entry.first.Scalar();
      if (!seen.insert(key).second)
        problem(entry.first.Mark(), key, "is there twice");
      else
        read_entry(entry.first.Mark(), key, entry.second);
    }
  }

  void read_entry(const YAML::Mark& mark, const std::string& key, const YAML::Node& value) {
    if (key == tokens_key) {
      if (!overridden_.contains(key))
        config_.admin_tokens = read_tokens(yaml_position(name_, mark), value);
      return;
    }
    // listen.public and listen.admin may be written as an address or as a map that holds one.
    const auto* target = find_setting(key);
    if (target == nullptr && key.ends_with(".address") && is_section(key.substr(0, key.rfind('.'))))
      target = find_setting(key.substr(0, key.rfind('.')));
    if (is_section(key) && (value.IsMap() || target == nullptr)) {
      if (value.IsMap())
        read_map(value, key);
      else if (!value.IsNull())
        problem(mark, key, "must be a map of keys");
    } else if (target == nullptr) {
      problem(mark, key, "is not a known key");
    } else if (value.IsNull()) {
      problem(mark, key, "has no value");
    } else if (!value.IsScalar()) {
      problem(mark, key, "must be a single value");
    } else if (!overridden_.contains(target->key)) {
      if (const auto text = expanded(yaml_position(name_, mark), key, value.Scalar()))
        apply(yaml_position(name_, mark), *target, *text);
    }
  }

  void apply(std::string_view position, const setting& target, const std::string& text) {
    if (const auto wrong = target.apply(config_, text))
      problem(position, target.key, *wrong);
  }

  std::optional<std::string> expanded(std::string_view position, std::string_view key, const std::string& text) {
    auto value = expand_variables(text, env_);
    if (value)
      return *std::move(value);
    problem(position, key, value.error().what);
    return std::nullopt;
  }

  /// A text inside `admin.tokens`, expanded and not empty.
  std::optional<std::string> token_text(std::string_view position, const std::string& key, const YAML::Node& value) {
    if (!value.IsScalar()) {
      problem(position, key, "must be a single value");
      return std::nullopt;
    }
    auto text = expanded(position, key, value.Scalar());
    if (text && (text->empty() || std::ranges::any_of(*text, [](char c) { return c <= ' ' || c > '~'; }))) {
      problem(position, key, "must be visible ASCII without blanks, and not empty");
      return std::nullopt;
    }
    return text;
  }

  std::vector<admin_token> read_tokens(const std::string& position, const YAML::Node& list) {
    std::vector<admin_token> tokens;
    if (!list.IsSequence()) {
      problem(position, tokens_key, "must be a list of {token, scopes}");
      return tokens;
    }
    for (const auto& item : list) {
      const auto key = fmt::format("{}[{}]", tokens_key, tokens.size());
      tokens.push_back(read_token(own_position(position, item), key, item));
      const auto same = [&](const admin_token& other) { return other.token == tokens.back().token; };
      if (!tokens.back().token.empty() && std::any_of(tokens.begin(), tokens.end() - 1, same))
        problem(own_position(position, item), key, "repeats the token of an earlier entry");
    }
    return tokens;
  }

  admin_token read_token(const std::string& position, const std::string& key, const YAML::Node& item) {
    admin_token token;
    if (!item.IsMap()) {
      problem(position, key, "must be a map of token, scopes and perhaps name");
      return token;
    }
    std::set<std::string, std::less<>> seen;
    for (const auto& entry : item) {
      const auto at = own_position(position, entry.first);
      const auto name = entry.first.IsScalar() ? entry.first.Scalar() : std::string();
      if (!seen.insert(name).second)
        problem(at, fmt::format("{}.{}", key, name), "is there twice");
      else if (name == "token")
        token.token = token_text(at, key + ".token", entry.second).value_or("");
      else if (name == "scopes")
        token.scopes = read_scopes(at, key + ".scopes", entry.second);
      else if (name == "name")
        token.name = token_text(at, key + ".name", entry.second).value_or("");
      else
        problem(at, fmt::format("{}.{}", key, name), "is not a known key");
    }
    for (const std::string_view needed : {"token", "scopes"})
      if (!seen.contains(needed))
        problem(position, key, fmt::format("needs `{}`", needed));
    return token;
  }

  std::vector<std::string> read_scopes(const std::string& position, const std::string& key, const YAML::Node& list) {
    std::vector<std::string> scopes;
    if (!list.IsSequence() || list.size() == 0) {
      problem(position, key, "must be a list of operator, personal and tenant:<id>, and not empty");
      return scopes;
    }
    for (const auto& item : list) {
      const auto scope = token_text(own_position(position, item), key, item);
      if (!scope)
        continue;
      if (*scope == "operator" || *scope == "personal" || is_tenant_scope(*scope))
        scopes.push_back(*scope);
      else
        problem(own_position(position, item), key, "must hold `operator`, `personal` or `tenant:<id>`, nothing else");
    }
    return scopes;
  }

  static bool is_tenant_scope(std::string_view scope) {
    constexpr std::string_view prefix = "tenant:";
    if (!scope.starts_with(prefix))
      return false;
    const auto id = scope.substr(prefix.size());
    return !id.empty() && id.size() <= 64 &&
           id.find_first_not_of("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == id.npos;
  }

  /// Inside the file, where the node is; inside an override, just its name.
  std::string own_position(const std::string& around, const YAML::Node& node) const {
    return around.starts_with("environment ") ? around : yaml_position(name_, node.Mark());
  }

  void find_overrides() {
    std::set<std::string, std::less<>> known;
    std::set<std::string, std::less<>> sections;
    const auto note = [&](std::string_view key) {
      known.insert(override_name(key));
      sections.insert(override_name(key.substr(0, key.find('.'))) + "_");
      if (env_.get(override_name(key)))
        overridden_.emplace(key);
    };
    for (const auto& each : settings())
      note(each.key);
    note(tokens_key);
    if (env_.get(shard_count_alias))
      overridden_.emplace(shard_count_key);
    for (const auto& name : env_.names())
      if (!known.contains(name) && std::ranges::any_of(sections, [&](const auto& s) { return name.starts_with(s); }))
        problem("environment " + name, "", "overrides no known key");
  }

  void apply_overrides() {
    for (const auto& each : settings())
      if (const auto value = env_.get(override_name(each.key)))
        apply("environment " + override_name(each.key), each, *value);
    if (const auto value = env_.get(shard_count_alias)) {
      const auto full = env_.get(override_name(shard_count_key));
      if (full && *full != *value)
        problem(fmt::format("environment {}", shard_count_alias), shard_count_key,
                fmt::format("differs from {}, of which it is an alias", override_name(shard_count_key)));
      else if (!full)
        apply(fmt::format("environment {}", shard_count_alias), *find_setting(shard_count_key), *value);
    }
    if (const auto value = env_.get(override_name(tokens_key))) {
      const auto position = "environment " + override_name(tokens_key);
      const auto list = parse_yaml_document(*value, position);
      if (list)
        config_.admin_tokens = read_tokens(position, *list);
      else
        problem(position, tokens_key, "must be a YAML list of {token, scopes}");
    }
  }

  void check_listener(std::string_view key, const listener_config& listener) {
    if (listener.tls_certificate_file.empty() != listener.tls_key_file.empty())
      problem(name_, key, "needs both tls_certificate_file and tls_key_file, or neither");
  }

  void check_cluster() {
    const auto& cluster = config_.cluster;
    if (cluster.is_alone()) {
      for (const auto* part :
           {&cluster.advertise, &cluster.tls_certificate_file, &cluster.tls_key_file, &cluster.tls_ca_file})
        if (!part->empty()) {
          problem(name_, "cluster.listen", "is needed beside the other keys of cluster");
          break;
        }
      return;
    }
    if (!config_.store_url.starts_with("postgresql://"))
      problem(name_, "cluster.listen", "needs a store that nodes can share: store.url: postgresql://…");
    if (cluster.has_tls() &&
        (cluster.tls_certificate_file.empty() || cluster.tls_key_file.empty() || cluster.tls_ca_file.empty()))
      problem(name_, "cluster.tls", "needs tls_certificate_file, tls_key_file and tls_ca_file");
  }

  void check_media() {
    const auto& media = config_.media;
    if (media.bytes_max < media_bytes_least)
      problem(name_, "media.bytes_max", "must be at least 128MiB: one file may be nearly as large");
    if (!media.scan_command.empty() && media.scan_command.find_first_not_of(" \t") == std::string::npos)
      problem(name_, "media.scan_command", "must name a program");
  }

  void resolve_paths() {
    const auto base = std::filesystem::path(name_).parent_path();
    const auto resolve = [&](std::string& path) {
      if (!path.empty())
        path = (base / path).string(); // an absolute path stays as it is
    };
    for (auto* listener : {&config_.public_listener, &config_.admin_listener}) {
      resolve(listener->tls_certificate_file);
      resolve(listener->tls_key_file);
    }
    resolve(config_.cluster.tls_certificate_file);
    resolve(config_.cluster.tls_key_file);
    resolve(config_.cluster.tls_ca_file);
    resolve(config_.kek_file);
    resolve(config_.strings_dir);
    resolve(config_.order_templates_file);
    resolve(config_.media.directory);
    constexpr std::string_view sqlite = "sqlite:";
    if (config_.store_url.starts_with(sqlite)) {
      auto path = config_.store_url.substr(sqlite.size());
      resolve(path);
      config_.store_url = std::string(sqlite) + path;
      if (config_.media.directory.empty())
        config_.media.directory = path + ".media";
    }
  }

  std::string name_;
  const environment& env_;
  node_config config_;
  std::set<std::string, std::less<>> overridden_;
  std::vector<std::string> problems_;
  std::string first_key_;
};

} // namespace

result<node_config> load_config(const std::filesystem::path& path, const environment& env) {
  const auto text = read_text_file(path);
  if (!text)
    return text.error();
  return parse_config(*text, path.string(), env);
}

result<node_config> parse_config(std::string_view text, std::string_view name, const environment& env) {
  const auto document = parse_yaml_document(text, name);
  if (!document)
    return document.error();
  return config_reader(name, env).read(*document);
}

std::vector<config_key> config_keys() {
  const node_config defaults;
  std::vector<config_key> keys;
  for (const auto& each : settings())
    keys.push_back({each.key, each.show(defaults)});
  keys.push_back({std::string(tokens_key), ""});
  return keys;
}

} // namespace wakala
