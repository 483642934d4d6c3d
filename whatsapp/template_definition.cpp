#include "whatsapp/template_definition.hpp"

#include "whatsapp/describe_definition.hpp"
#include "whatsapp/request_reader.hpp"
#include "whatsapp/request_writer.hpp"

namespace wakala::whatsapp {

using nlohmann::json;

json to_request(const template_definition& definition) {
  auto body = json::object();
  request_writer out(body, definition.words == word_case::upper);
  describe(out, definition);
  return body;
}

result<template_definition> parse_template_definition(const json& body) {
  reading whole;
  auto definition = read_whole<template_definition>(body, "a template", whole);
  if (definition && whole.capitals)
    definition->words = word_case::upper;
  return definition;
}

} // namespace wakala::whatsapp
