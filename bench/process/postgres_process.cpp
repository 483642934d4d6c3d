#include "bench/process/postgres_process.hpp"

#include <algorithm>
#include <filesystem>
#include <pwd.h>
#include <unistd.h>

namespace wakala::bench {

using namespace std::chrono_literals;

namespace {

/// Debian keeps each version's programs in a directory of its own.
std::string program(const std::string& name) {
  std::string newest;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
    if (const auto path = version.path() / "bin" / name; std::filesystem::exists(path, ignored))
      newest = std::max(newest, path.string());
  return newest;
}

/// The server refuses to run as root. It may pass through directories that are root's alone, as temporary ones are.
child_options as_its_user(const std::string& directory, std::vector<std::string> words) {
  child_options options;
  options.output_file = directory + "/server.log"; // gone with the directory: what it says is waited for
  if (::geteuid() == 0)
    words.insert(words.begin(), {"/usr/bin/setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups",
                                 "--inh-caps=+dac_override", "--ambient-caps=+dac_override"});
  options.program = words.front();
  options.arguments.assign(words.begin() + 1, words.end());
  return options;
}

} // namespace

bool postgres_process::is_there() { return !program("initdb").empty(); }

result<postgres_process> postgres_process::start(const std::string& directory) {
  if (!is_there())
    return make_error(errc::not_found, "PostgreSQL is not installed (Debian's package postgresql)");
  const auto absolute = std::filesystem::absolute(directory).string();
  if (const passwd* const user = ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr;
      user != nullptr && ::chown(absolute.c_str(), user->pw_uid, user->pw_gid) != 0)
    return make_error(errc::unavailable, absolute + " cannot be given to the user postgres");
  const auto data = absolute + "/data";
  auto made = child::start(as_its_user(absolute, {program("initdb"), "-D", data, "-U", "wakala", "-A", "trust",
                                                  "--no-instructions", "-E", "UTF8", "--locale=C"}));
  if (!made)
    return made.error();
  for (const auto until = std::chrono::steady_clock::now() + 60s;
       made->is_running() && std::chrono::steady_clock::now() < until;)
    ::usleep(10'000);
  if (made->is_running() || made->stop() != 0)
    return make_error(errc::unavailable, "initdb: " + made->output());
  auto server = child::start(as_its_user(absolute, {program("postgres"), "-D", data, "-k", absolute, "-c",
                                                    "listen_addresses=", "-c", "log_line_prefix="}));
  if (!server)
    return server.error();
  if (auto ready = wait_for_line(*server, "LOG:  database system is ready to accept connections", 30s); !ready)
    return ready.error();
  return postgres_process(std::move(*server), absolute);
}

} // namespace wakala::bench
