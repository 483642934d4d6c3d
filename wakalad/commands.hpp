/// \file
/// What the daemon's binary does besides serving. Each prints for people, or with `json` exactly one JSON object, and
/// returns the exit code: 0 good, 1 bad.
#pragma once

#include <string>

namespace wakala::daemon {

int check_config_command(const std::string& file, bool json);
int keygen_command(const std::string& file, bool json);
/// Copies the store of the configuration (or `store`, a path) into `file`, also while a daemon serves from it.
int backup_command(const std::string& file, const std::string& config_file, const std::string& store, bool json);
int verify_command(const std::string& file, bool json);
int rebuild_command(const std::string& file, bool json);
/// One JSON line per event of a webhook body; `-` or nothing reads standard input.
int decode_command(const std::string& file);

} // namespace wakala::daemon
