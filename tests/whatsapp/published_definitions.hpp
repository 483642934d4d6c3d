// The published bodies of tests/data/payloads/requests that create templates and change a catalog, written by hand as
// typed values.
#pragma once

#include "whatsapp/catalog_batch.hpp"
#include "whatsapp/template_definition.hpp"

#include <map>
#include <string>

namespace wakala::whatsapp {

/// By the file's name without `create-template-` and `.json`.
const std::map<std::string, template_definition>& published_definitions();

/// `catalog-items-batch.json`.
catalog_batch published_batch();

} // namespace wakala::whatsapp
