#include "whatsapp/request_reader.hpp"

#include "whatsapp/json_read.hpp"

#include <algorithm>
#include <limits>

namespace wakala::whatsapp {

using nlohmann::json;

namespace {

char lower(char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c; }

bool same_word(std::string_view found, std::string_view word, word_match match) {
  if (match == word_match::exact)
    return found == word;
  return std::equal(found.begin(), found.end(), word.begin(), word.end(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

} // namespace

void request_reader::optional_json(std::string_view key, std::string& text) {
  if (const auto* found = take(key))
    text = compact(*found);
}

void request_reader::fixed(std::string_view key, std::string_view word) {
  place_of(key, &word, 1, word_match::exact);
}

void request_reader::any_of(std::initializer_list<std::string_view> keys) {
  if (std::none_of(keys.begin(), keys.end(), [this](std::string_view key) { return has(key); }))
    fail(path_to(*keys.begin()), "is missing, and so is what may stand for it");
}

bool request_reader::has(std::string_view key) const noexcept {
  const auto found = at_->find(key);
  return found != at_->end() && !found->is_null();
}

void request_reader::fail(std::string path, std::string_view why) {
  if (!whole_->failure)
    whole_->failure = make_error(errc::invalid_argument, "a member " + std::string(why), std::move(path));
}

std::string request_reader::path_to(std::string_view key) const {
  return path_ + (json::json_pointer() / std::string(key)).to_string();
}

void request_reader::finish() {
  if (whole_->failure)
    return;
  for (const auto& [key, value] : at_->items())
    if (std::find(known_.begin(), known_.end(), key) == known_.end())
      return fail(path_to(key), "is not known here");
}

const json* request_reader::take(std::string_view key) {
  known_.push_back(key);
  const auto found = at_->find(key);
  return found == at_->end() || found->is_null() ? nullptr : &*found;
}

std::optional<std::size_t> request_reader::place_of(std::string_view key, const std::string_view* words,
                                                    std::size_t count, word_match match) {
  const auto* found = take(key);
  if (found == nullptr) {
    fail(path_to(key), "is missing");
    return std::nullopt;
  }
  const auto* text = found->get_ptr<const std::string*>();
  for (std::size_t place = 0; text != nullptr && place < count; ++place) {
    if (!same_word(*text, words[place], match))
      continue;
    if (match == word_match::any_case &&
        std::any_of(text->begin(), text->end(), [](char c) { return c != lower(c); }))
      whole_->capitals = true;
    return place;
  }
  fail(path_to(key), "is none of the words that can be read");
  return std::nullopt;
}

void request_reader::read(const json& found, std::string path, std::string& value) {
  if (const auto* text = found.get_ptr<const std::string*>())
    value = *text;
  else
    fail(std::move(path), "is no text");
}

void request_reader::read(const json& found, std::string path, bool& value) {
  if (const auto* flag = found.get_ptr<const bool*>())
    value = *flag;
  else
    fail(std::move(path), "is neither true nor false");
}

void request_reader::read(const json& found, std::string path, std::int64_t& value) {
  constexpr auto most = static_cast<std::uint64_t>(std::numeric_limits<std::int64_t>::max());
  const bool fits = !found.is_number_unsigned() || found.get<std::uint64_t>() <= most;
  if (found.is_number_integer() && fits)
    value = found.get<std::int64_t>();
  else
    fail(std::move(path), "is no integer");
}

void request_reader::read(const json& found, std::string path, double& value) {
  if (found.is_number())
    value = found.get<double>();
  else
    fail(std::move(path), "is no number");
}

void request_reader::read(const json& found, std::string path, text_map& value) {
  if (!found.is_object())
    return fail(std::move(path), "is no object");
  value.clear();
  for (const auto& [key, text] : found.items())
    read(text, path + (json::json_pointer() / key).to_string(), value[key]);
}

} // namespace wakala::whatsapp
