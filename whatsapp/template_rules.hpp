/// \file
/// What Meta's automatic validation refuses in a template, and what its review rejects (Cloud API reference §13).
#pragma once

#include "whatsapp/template_definition.hpp"

#include <nlohmann/json_fwd.hpp>

#include <optional>
#include <string>
#include <vector>

namespace wakala::whatsapp {

/// Why a template is refused at once: code 100 with this subcode (0: without one) and texts for people.
struct template_fault {
  int subcode = 0;
  std::string title;
  std::string message;
};

/// The first rule of §13.2–13.4 that this template breaks.
std::optional<template_fault> fault_in(const template_definition& definition);

/// `INVALID_FORMAT` for two variables side by side: Meta takes such a template, and its review rejects it. Empty: no
/// objection.
std::string objection_to(const template_definition& definition);

/// The rules of a row of buttons; cards of a carousel have them, too.
std::optional<template_fault> fault_in_buttons(const buttons_definition& row, template_category category);

} // namespace wakala::whatsapp
