#include "commerce/step.hpp"

#include <nlohmann/json.hpp>

namespace wakala::commerce {

using nlohmann::json;

std::string to_text(const template_answer& a) {
  json form{{"category", a.category}, {"refused", nullptr}};
  if (a.refused)
    form["refused"] = {{"code", a.refused->code}, {"details", a.refused->details}};
  return form.dump(-1, ' ', false, json::error_handler_t::replace);
}

result<template_answer> template_answer_from(std::string_view text) {
  try {
    const auto form = json::parse(text);
    template_answer a;
    a.category = form.at("category").get<std::string>();
    if (const auto& refused = form.at("refused"); !refused.is_null())
      a.refused = send_refusal{refused.at("code").get<int>(), refused.at("details").get<std::string>()};
    return a;
  } catch (const json::exception&) { // its words may quote what it found
    return make_error(errc::corrupt, "the answer to a wish for a template cannot be read");
  }
}

} // namespace wakala::commerce
