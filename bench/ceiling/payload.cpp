#include "bench/ceiling/payload.hpp"

#include <boost/json/src.hpp> // Boost.JSON is compiled here: the distribution's headers are enough

#include <array>

namespace wakala::bench::ceiling {

namespace json = boost::json;

struct payload_reader::memory {
  // Twice what the largest ordinary webhook takes; larger ones go to the heap by themselves.
  std::array<unsigned char, 64 * 1024> document;
  std::array<unsigned char, 16 * 1024> stack;
};

payload_reader::payload_reader() : memory_(std::make_unique<memory>()) {}
payload_reader::~payload_reader() = default;
payload_reader::payload_reader(payload_reader&&) noexcept = default;

namespace {

const json::value* first_of(const json::object& in, json::string_view name) {
  const auto* list = in.if_contains(name);
  const auto* array = list != nullptr ? list->if_array() : nullptr;
  return array != nullptr && !array->empty() ? &array->front() : nullptr;
}

std::optional<payload> names_in(const json::value& body) {
  const auto* top = body.if_object();
  const auto* entry = top != nullptr ? first_of(*top, "entry") : nullptr;
  if (entry == nullptr || !entry->is_object())
    return std::nullopt;
  const auto* change = first_of(entry->get_object(), "changes");
  if (const auto* object = change != nullptr ? change->if_object() : nullptr)
    if (const auto* value = object->if_contains("value"); value != nullptr && value->is_object())
      if (const auto* metadata = value->get_object().if_contains("metadata");
          metadata != nullptr && metadata->is_object())
        if (const auto* id = metadata->get_object().if_contains("phone_number_id"); id != nullptr && id->is_string())
          return payload{std::string(id->get_string().data(), id->get_string().size())};
  const auto* id = entry->get_object().if_contains("id");
  if (id == nullptr || !id->is_string())
    return std::nullopt;
  return payload{std::string(id->get_string().data(), id->get_string().size())};
}

} // namespace

std::optional<payload> payload_reader::read(std::string_view body) {
  json::parse_options options;
  options.max_depth = 64;
  json::monotonic_resource pool(memory_->document.data(), memory_->document.size());
  json::parser parser(json::storage_ptr(), options, memory_->stack.data(), memory_->stack.size());
  parser.reset(&pool);
  json::error_code failed;
  const auto used = parser.write(body.data(), body.size(), failed);
  if (failed || used != body.size())
    return std::nullopt;
  const json::value document = parser.release();
  return names_in(document);
}

} // namespace wakala::bench::ceiling
