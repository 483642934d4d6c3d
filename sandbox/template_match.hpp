/// \file
/// Does a message fill the template that was approved?
#pragma once

#include "whatsapp/template_definition.hpp"

#include <nlohmann/json_fwd.hpp>

#include <string>

namespace wakala::sandbox {

/// The component whose parameters differ in number from the template's (code 132000), in Meta's words; empty: it
/// fits. `message` is the `template` of a send that kept all other rules.
std::string mismatch(const whatsapp::template_definition& definition, const nlohmann::ordered_json& message);

} // namespace wakala::sandbox
