#include "commerce/order_templates.hpp"

#include "commerce/order_variables.hpp"
#include "commerce/text_cut.hpp"
#include "runtime/core/encoding.hpp"
#include "whatsapp/template_rules.hpp"
#include "whatsapp/template_text.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <set>

namespace wakala::commerce {

using nlohmann::json;

namespace {

constexpr std::array languages{language::english, language::kiswahili};
constexpr std::string_view fallbacks_key = "fallbacks";
constexpr std::string_view entry_prefix = "order_";
constexpr std::size_t fallback_max = 60;
constexpr std::size_t header_max = 60; // Cloud API reference §13.3, also of what is filled in
constexpr std::size_t body_max = 1'024;

std::string braced(std::string_view name) { return "{{" + std::string(name) + "}}"; }

bool is_locale(std::string_view key) {
  return std::any_of(languages.begin(), languages.end(), [&](language l) { return locale_of(l) == key; });
}

std::string upper(std::string word) {
  std::transform(word.begin(), word.end(), word.begin(),
                 [](char c) { return static_cast<char>(std::toupper(static_cast<unsigned char>(c))); });
  return word;
}

/// Texts and names of variables in turn, as they stand. The braces were checked.
template <class Text, class Variable>
void take_apart(std::string_view text, Text plain, Variable variable) {
  while (!text.empty()) {
    const auto open = text.find("{{");
    plain(text.substr(0, open));
    if (open == std::string_view::npos)
      return;
    text.remove_prefix(open + 2);
    const auto close = text.find("}}");
    variable(text.substr(0, close));
    text.remove_prefix(close == std::string_view::npos ? text.size() : close + 2);
  }
}

} // namespace

/// Reads the file. Each function gives what is wrong, or nothing.
class template_reader {
public:
  using wrong = std::optional<error>;

  explicit template_reader(const json& file) : file_(file) {}

  result<order_templates> read() {
    if (!file_.is_object())
      return make_error(errc::invalid_argument, "must be a map of entries, order_paid and so on");
    for (const auto& [key, value] : file_.items())
      if (key != fallbacks_key && !state_of(key))
        return make_error(errc::invalid_argument, key + ": there is no such entry", key);
    if (auto bad = read_fallbacks())
      return *bad;
    for (const auto state : told_states())
      if (auto bad = read_entry(state))
        return *bad;
    if (auto bad = compare_texts())
      return *bad;
    return std::move(made_);
  }

private:
  static std::optional<order_state> state_of(std::string_view key) {
    if (!key.starts_with(entry_prefix))
      return std::nullopt;
    const auto state = order_state_from(key.substr(entry_prefix.size()));
    const auto told = told_states();
    return state && std::find(told.begin(), told.end(), *state) != told.end() ? state : std::nullopt;
  }

  error refuse(const std::string& where, const std::string& why) const {
    return make_error(errc::invalid_argument, entry_ + where + ": " + why, entry_);
  }
  error refuse(language spoken, const std::string& component, const std::string& why) const {
    return refuse(" (" + std::string(locale_of(spoken)) + ")" + (component.empty() ? "" : ", " + component), why);
  }

  /// One text for each language, or one for all.
  result<std::string> text_in(const json& value, language spoken, const std::string& where) const {
    if (value.is_string())
      return value.get<std::string>();
    if (!value.is_object())
      return refuse(where, "must be a text, or one for each language");
    for (const auto& [key, text] : value.items())
      if (!is_locale(key))
        return refuse(where, key + " is not a language of the shop");
    const auto found = value.find(std::string(locale_of(spoken)));
    if (found == value.end())
      return refuse(where, std::string(locale_of(spoken)) + " is missing");
    if (!found->is_string())
      return refuse(where, std::string(locale_of(spoken)) + " must be a text");
    return found->get<std::string>();
  }

  wrong read_fallbacks() {
    entry_ = fallbacks_key;
    const auto found = file_.find(entry_);
    const auto texts = found == file_.end() ? json::object() : *found;
    if (!texts.is_object())
      return refuse("", "must be a map of variables to texts");
    for (const auto& [name, value] : texts.items()) {
      const auto* variable = find_variable(name);
      if (variable == nullptr || !variable->may_be_unknown)
        return refuse(", " + braced(name),
                      variable == nullptr ? "there is no such variable" : "is always known and needs no other text");
      for (const auto spoken : languages) {
        auto text = text_in(value, spoken, ", " + braced(name));
        if (!text)
          return text.error();
        if (text->empty() || one_line(*text) != *text || code_points(*text) > fallback_max ||
            text->find_first_of("{}") != std::string::npos)
          return refuse(spoken, braced(name),
                        "must be one line of 1 to 60 characters, without braces and blanks at the ends");
        made_.fallbacks_.emplace(std::pair(name, spoken), std::move(*text));
      }
    }
    return std::nullopt;
  }

  wrong read_entry(order_state state) {
    entry_ = std::string(entry_prefix) + std::string(to_string(state));
    const auto found = file_.find(entry_);
    if (found == file_.end())
      return refuse("", "is missing");
    if (!found->is_object())
      return refuse("", "must have name, category and components");
    for (const auto& [key, value] : found->items())
      if (key != "name" && key != "category" && key != "components")
        return refuse(", " + key, "is not a key of an entry");
    for (const auto* key : {"name", "category", "components"})
      if (!found->contains(key))
        return refuse("", std::string(key) + " is missing");
    const auto& category = found->at("category");
    if (!category.is_string() || upper(category.get<std::string>()) != "UTILITY")
      return refuse(", category", "must be UTILITY: news of an order are nothing else");
    const auto& components = found->at("components");
    if (!components.is_array() || components.empty())
      return refuse(", components", "must be a list with a BODY");
    for (const auto spoken : languages)
      if (auto bad = read_template(*found, state, spoken))
        return bad;
    return compare_variables(state);
  }

  wrong read_template(const json& entry, order_state state, language spoken) {
    auto name = text_in(entry.at("name"), spoken, ", name");
    if (!name)
      return name.error();
    const auto mark = braced("locale");
    for (auto at = name->find(mark); at != std::string::npos; at = name->find(mark))
      name->replace(at, mark.size(), locale_of(spoken));
    if (name->find_first_of("{}") != std::string::npos)
      return refuse(", name", "can have no variable but " + mark);
    order_template made;
    json definition{{"name", *name},
                    {"language", locale_of(spoken)},
                    {"category", "UTILITY"},
                    {"parameter_format", "named"},
                    {"components", json::array()}};
    bool has_variables = false;
    for (const auto& component : entry.at("components")) {
      json read;
      if (auto bad = read_component(component, state, spoken, made, read))
        return bad;
      has_variables = has_variables || read.contains("example");
      definition["components"].push_back(std::move(read));
    }
    if (!has_variables)
      definition.erase("parameter_format");
    auto parsed = whatsapp::parse_template_definition(definition);
    if (!parsed)
      return refuse(spoken, parsed.error().field, parsed.error().what);
    if (const auto fault = whatsapp::fault_in(*parsed))
      return refuse(spoken, "", fault->message);
    if (!whatsapp::objection_to(*parsed).empty())
      return refuse(spoken, "body", "has two variables side by side, which Meta rejects");
    if (made.body.find(braced("order_id")) == std::string::npos)
      return refuse(spoken, "body", braced("order_id") + " is missing: nobody would know which order it is about");
    made.definition = std::move(*parsed);
    made_.templates_.emplace(std::pair(state, spoken), std::move(made));
    return std::nullopt;
  }

  /// A component in one language, with the examples of its variables.
  wrong read_component(const json& component, order_state state, language spoken, order_template& made,
                       json& read) const {
    if (!component.is_object() || !component.contains("type") || !component.at("type").is_string())
      return refuse(", components", "each must be a map with a type");
    const auto type = upper(component.at("type").get<std::string>());
    auto where = type;
    std::transform(where.begin(), where.end(), where.begin(),
                   [](char c) { return static_cast<char>(std::tolower(static_cast<unsigned char>(c))); });
    if (type != "HEADER" && type != "BODY" && type != "FOOTER" && type != "BUTTONS")
      return refuse(", components", "there can be HEADER, BODY, FOOTER and BUTTONS, not " + type);
    if (auto bad = in_language(component, spoken, ", " + where, read))
      return bad;
    if (read.contains("example"))
      return refuse(spoken, where, "examples of the variables are known and cannot be given");
    const auto format = read.find("format");
    if (type == "HEADER" && format != read.end() &&
        (!format->is_string() || upper(format->get<std::string>()) != "TEXT"))
      return refuse(spoken, where, "its format can only be TEXT");
    if (type == "HEADER")
      read["format"] = "TEXT";
    if (type == "HEADER" || type == "BODY") {
      if (!read.contains("text") || !read.at("text").is_string())
        return refuse(spoken, where, "its text is missing");
      const auto text = read.at("text").get<std::string>();
      if (auto bad = check_variables(text, state, spoken, where, type == "HEADER" ? header_max : body_max))
        return bad;
      (type == "HEADER" ? made.header : made.body) = text;
      put_examples(read, text, spoken, type == "HEADER" ? "header_text_named_params" : "body_text_named_params");
      return std::nullopt;
    }
    if (has_braces(read))
      return refuse(spoken, where, "can have no variables");
    return std::nullopt;
  }

  static bool has_braces(const json& part) {
    if (part.is_string())
      return part.get_ref<const std::string&>().find_first_of("{}") != std::string::npos;
    return part.is_structured() && std::any_of(part.begin(), part.end(), has_braces);
  }

  /// Maps of languages become the text of one.
  wrong in_language(const json& part, language spoken, const std::string& where, json& into) const {
    const auto has = [&](language l) { return part.is_object() && part.contains(std::string(locale_of(l))); };
    if (std::any_of(languages.begin(), languages.end(), has)) {
      auto text = text_in(part, spoken, where);
      if (!text)
        return text.error();
      into = std::move(*text);
      return std::nullopt;
    }
    into = part;
    if (part.is_object())
      for (const auto& [key, member] : part.items())
        if (auto bad = in_language(member, spoken, where, into[key]))
          return bad;
    if (part.is_array())
      for (std::size_t i = 0; i < part.size(); ++i)
        if (auto bad = in_language(part[i], spoken, where, into[i]))
          return bad;
    return std::nullopt;
  }

  wrong check_variables(const std::string& text, order_state state, language spoken, const std::string& where,
                        std::size_t most) const {
    const auto found = whatsapp::variables_of(text);
    if (!found.well_formed)
      return refuse(spoken, where, "variables are written {{so}}, and there can be no other braces");
    std::set<std::string> seen;
    auto length = code_points(text);
    for (const auto& name : found.names) {
      const auto* variable = find_variable(name);
      if (variable == nullptr)
        return refuse(spoken, where, "there is no variable " + braced(name));
      if (!is_known_in(*variable, state))
        return refuse(spoken, where,
                      braced(name) + " is not known of an order that is " + std::string(to_string(state)));
      if (!seen.insert(name).second)
        return refuse(spoken, where, braced(name) + " is there twice, which Meta refuses");
      if (variable->may_be_unknown && !made_.fallbacks_.contains(std::pair(name, spoken)))
        return refuse(spoken, where, braced(name) + " may be unknown and has no text in fallbacks");
      length = length - braced(name).size() + std::max(variable->max, variable->may_be_unknown ? fallback_max : 0);
    }
    if (length > most)
      return refuse(spoken, where,
                    "can have " + std::to_string(length) + " characters when it is filled in; Meta takes at most " +
                        std::to_string(most));
    return std::nullopt;
  }

  static void put_examples(json& component, const std::string& text, language spoken, const char* key) {
    auto examples = json::array();
    take_apart(
        text, [](std::string_view) {},
        [&](std::string_view name) {
          const auto* variable = find_variable(name);
          examples.push_back(
              {{"param_name", name},
               {"example", spoken == language::kiswahili ? variable->example_sw : variable->example_en}});
        });
    if (!examples.empty())
      component["example"][key] = std::move(examples);
  }

  static std::set<std::string> variables_in(const order_template& one) {
    auto names = whatsapp::variables_of(one.header).names;
    const auto more = whatsapp::variables_of(one.body).names;
    names.insert(names.end(), more.begin(), more.end());
    return {names.begin(), names.end()};
  }

  /// What one language says, the other must say too.
  wrong compare_variables(order_state state) const {
    const auto english = variables_in(made_.templates_.at({state, language::english}));
    const auto kiswahili = variables_in(made_.templates_.at({state, language::kiswahili}));
    for (const auto& [has, lacks, spoken] :
         {std::tuple(&english, &kiswahili, language::kiswahili), std::tuple(&kiswahili, &english, language::english)})
      for (const auto& name : *has)
        if (!lacks->contains(name))
          return refuse(spoken, "", braced(name) + " is missing, which the other language has");
    return std::nullopt;
  }

  /// Meta rejects what says the same as another template, and takes one of a name and language.
  wrong compare_texts() {
    std::map<std::string, std::string> names_by_text;
    std::set<std::pair<std::string, std::string>> names;
    for (const auto& [key, one] : made_.templates_) {
      entry_ = std::string(entry_prefix) + std::string(to_string(key.first));
      const auto& [state, spoken] = key;
      if (!names.emplace(one.definition.name, one.definition.language).second)
        return refuse(spoken, "name", "another entry has it, too");
      auto text = one.body;
      for (const auto& component : one.definition.components)
        if (const auto* footer = std::get_if<whatsapp::footer_definition>(&component))
          text += '\n' + footer->text;
      const auto& first = names_by_text.try_emplace(text, one.definition.name).first->second;
      if (first != one.definition.name)
        return refuse(spoken, "body", "says the same as " + first + ", which Meta rejects");
    }
    return std::nullopt;
  }

  const json& file_;
  order_templates made_;
  std::string entry_; ///< that is being read
};

std::string_view locale_of(language spoken) noexcept { return spoken == language::kiswahili ? "sw" : "en"; }

result<order_templates> order_templates::make(const json& file) { return template_reader(file).read(); }

const order_template* order_templates::find(order_state state, language spoken) const {
  const auto found = templates_.find({state, spoken});
  return found == templates_.end() ? nullptr : &found->second;
}

const std::string& order_templates::fallback(std::string_view variable, language spoken) const {
  static const std::string none;
  const auto found = fallbacks_.find(std::pair(std::string(variable), spoken));
  return found == fallbacks_.end() ? none : found->second;
}

filled_template filled(const order_templates& all, const order_template& form, language spoken,
                       const order_values& values) {
  filled_template out;
  out.message.name = form.definition.name;
  out.message.language = form.definition.language;
  const auto value_of = [&](std::string_view name) {
    const auto* variable = find_variable(name);
    const auto given = values.find(name);
    auto value = given == values.end() ? std::string{} : cut_line(given->second, variable->max);
    return value.empty() ? all.fallback(name, spoken) : value;
  };
  const auto fill = [&](const std::string& text, auto& parameters) {
    take_apart(
        text, [&](std::string_view plain) { out.text += plain; },
        [&](std::string_view name) {
          auto value = value_of(name);
          out.text += value;
          parameters.push_back(whatsapp::text_parameter{std::move(value), std::string(name)});
        });
  };
  whatsapp::template_header header;
  if (!form.header.empty()) {
    fill(form.header, header.parameters);
    out.text += '\n';
  }
  if (!header.parameters.empty())
    out.message.components.emplace_back(std::move(header));
  whatsapp::template_body body;
  fill(form.body, body.parameters);
  if (!body.parameters.empty())
    out.message.components.emplace_back(std::move(body));
  return out;
}

} // namespace wakala::commerce
