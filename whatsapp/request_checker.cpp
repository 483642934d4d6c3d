#include "whatsapp/request_checker.hpp"

#include "runtime/core/encoding.hpp"
#include "whatsapp/json_read.hpp"

#include <algorithm>
#include <charconv>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

/// What a person needs to see of a wrong word; never a whole text.
std::string clipped(std::string_view text) {
  constexpr std::size_t shown = 40;
  return text.size() <= shown ? std::string(text) : to_valid_utf8(text.substr(0, shown)) + "…";
}

std::string joined(std::initializer_list<std::string_view> words) {
  std::string out = "one of ";
  for (const auto word : words) {
    if (out.size() > 7)
      out += ", ";
    out += word;
  }
  return out;
}

} // namespace

const json* request_checker::find(const char* key) const noexcept {
  return value_ == nullptr ? nullptr : member(*value_, key);
}

std::string request_checker::path_to(const char* key) const { return *key == '\0' ? path_ : path_ + "/" + key; }

bool request_checker::has(const char* key) const noexcept { return find(key) != nullptr; }

void request_checker::note(const char* key, std::string limit, std::string value, std::string_view code) const {
  if (value_ != nullptr)
    found_->push_back({path_to(key), std::move(limit), std::move(value), std::string(code)});
}

request_checker request_checker::required_object(const char* key) const {
  if (value_ != nullptr && !has(key)) {
    note(key, "required", "", "required");
    return nowhere();
  }
  return optional_object(key);
}

request_checker request_checker::optional_object(const char* key) const {
  const json* found = find(key);
  if (found == nullptr)
    return nowhere();
  if (!found->is_object()) {
    note(key, "an object", found->type_name(), "invalid");
    return nowhere();
  }
  return {found, path_to(key), found_};
}

std::vector<request_checker> request_checker::items(const char* key, std::size_t least, std::size_t most,
                                                    std::string_view unit) const {
  std::vector<request_checker> out;
  const json* found = find(key);
  if (!found->is_array()) {
    note(key, "an array", found->type_name(), "invalid");
    return out;
  }
  if (found->size() < least)
    note(key, "min " + std::to_string(least) + " " + std::string(unit), std::to_string(found->size()), "required");
  if (found->size() > most)
    note(key, "max " + std::to_string(most) + " " + std::string(unit), std::to_string(found->size()), "too_many");
  for (std::size_t i = 0; i < found->size(); ++i) {
    const auto& item = (*found)[i];
    request_checker at{&item, path_to(key) + "/" + std::to_string(i), found_};
    if (item.is_object())
      out.push_back(std::move(at));
    else
      at.note("an object", item.type_name(), "invalid");
  }
  return out;
}

std::vector<request_checker> request_checker::required_items(const char* key, std::size_t least, std::size_t most,
                                                             std::string_view unit) const {
  if (has(key))
    return items(key, least, most, unit);
  note(key, "required", "", "required");
  return {};
}

std::vector<request_checker> request_checker::optional_items(const char* key, std::size_t most,
                                                             std::string_view unit) const {
  return has(key) ? items(key, 0, most, unit) : std::vector<request_checker>{};
}

std::optional<std::string_view> request_checker::text(const char* key, std::size_t most) const {
  const json* found = find(key);
  if (!found->is_string()) {
    note(key, "text", found->type_name(), "invalid");
    return std::nullopt;
  }
  const std::string_view text = found->get_ref<const std::string&>();
  if (const auto length = code_points(text); length > most)
    note(key, "max " + std::to_string(most) + " characters", std::to_string(length), "too_long");
  return text;
}

std::optional<std::string_view> request_checker::required_text(const char* key, std::size_t most) const {
  if (!has(key)) {
    note(key, "required", "", "required");
    return std::nullopt;
  }
  const auto found = text(key, most);
  if (found && found->empty())
    note(key, "min 1 character", "0", "required");
  return found;
}

std::optional<std::string_view> request_checker::optional_text(const char* key, std::size_t most) const {
  return has(key) ? text(key, most) : std::nullopt;
}

std::optional<std::string_view> request_checker::word(const char* key,
                                                      std::initializer_list<std::string_view> words) const {
  const json* found = find(key);
  const auto* text = found->get_ptr<const std::string*>();
  if (text != nullptr && std::find(words.begin(), words.end(), *text) != words.end())
    return *text;
  note(key, joined(words), text != nullptr ? clipped(*text) : found->type_name(), "invalid");
  return std::nullopt;
}

std::optional<std::string_view> request_checker::required_word(const char* key,
                                                               std::initializer_list<std::string_view> words) const {
  if (has(key))
    return word(key, words);
  note(key, "required", "", "required");
  return std::nullopt;
}

std::optional<std::string_view> request_checker::optional_word(const char* key,
                                                               std::initializer_list<std::string_view> words) const {
  return has(key) ? word(key, words) : std::nullopt;
}

void request_checker::optional_bool(const char* key) const {
  if (const json* found = find(key); found != nullptr && !found->is_boolean())
    note(key, "true or false", found->type_name(), "invalid");
}

void request_checker::required_url(const char* key) const {
  const auto url = required_text(key, any_length);
  if (url && !url->empty() && !url->starts_with("https://") && !url->starts_with("http://"))
    note(key, "an address that starts with https:// or http://", clipped(*url), "invalid");
}

std::optional<long long> request_checker::required_integer(const char* key, long long least, long long most) const {
  if (!has(key)) {
    note(key, "required", "", "required");
    return std::nullopt;
  }
  const auto text = as_text(*find(key)).value_or("");
  long long number = 0;
  const auto [end, failure] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (failure == std::errc{} && end == text.data() + text.size() && number >= least && number <= most)
    return number;
  note(key, "an integer from " + std::to_string(least) + " to " + std::to_string(most), clipped(text), "invalid");
  return std::nullopt;
}

void request_checker::forbid(const char* key, std::string_view why) const {
  if (has(key))
    note(key, std::string(why), "", "invalid");
}

void uniqueness::check(const request_checker& at, const char* key, std::optional<std::string_view> text) {
  if (!text || text->empty())
    return;
  if (std::find(seen_.begin(), seen_.end(), *text) != seen_.end())
    at.note(key, "unique in the message", clipped(*text), "duplicate");
  else
    seen_.push_back(*text);
}

} // namespace wakala::whatsapp
