/// \file
/// The shop's texts: from the operator's directory, or the ones built in.
#pragma once

#include "commerce/phrasebook.hpp"

#include <string>

namespace wakala::daemon {

extern const char* const built_in_english;
extern const char* const built_in_kiswahili;

/// Reads en.yaml and sw.yaml of `directory`, or the built-in texts when it is empty.
result<commerce::phrasebook> load_phrases(const std::string& directory);

} // namespace wakala::daemon
