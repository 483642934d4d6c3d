/// \file
/// The shop's texts: from the operator's directory, or the ones built in.
#pragma once

#include "commerce/order_templates.hpp"
#include "commerce/phrasebook.hpp"

#include <string>

namespace wakala::daemon {

extern const char* const built_in_english;
extern const char* const built_in_kiswahili;
extern const char* const built_in_order_templates;

/// Reads en.yaml and sw.yaml of `directory`, or the built-in texts when it is empty.
result<commerce::phrasebook> load_phrases(const std::string& directory);
/// Reads the file, or the built-in templates when there is none.
result<commerce::order_templates> load_order_templates(const std::string& file);

} // namespace wakala::daemon
