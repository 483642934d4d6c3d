#include "tests/persistence/postgres/server.hpp"

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstdlib>
#include <fcntl.h>
#include <filesystem>
#include <grp.h>
#include <libpq-fe.h>
#include <pwd.h>
#include <stdexcept>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <vector>

namespace wakala::persistence::testing {

namespace {

std::string program(const std::string& name) {
  std::string newest;
  std::error_code ignored;
  for (const auto& version : std::filesystem::directory_iterator("/usr/lib/postgresql", ignored))
    if (const auto path = version.path() / "bin" / name; std::filesystem::exists(path))
      newest = std::max(newest, path.string());
  return newest.empty() ? name : newest;
}

/// The server refuses to run as root.
const passwd* other_user() { return ::geteuid() == 0 ? ::getpwnam("postgres") : nullptr; }

pid_t launch(const std::vector<std::string>& words, const std::string& log) {
  const passwd* const user = other_user();
  const pid_t pid = ::fork();
  if (pid != 0)
    return pid;
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // should the test be killed
  const int out = ::open(log.c_str(), O_WRONLY | O_CREAT | O_APPEND, 0644);
  ::dup2(out, STDOUT_FILENO);
  ::dup2(out, STDERR_FILENO);
  if (user != nullptr && (::setgroups(0, nullptr) != 0 || ::setgid(user->pw_gid) != 0 || ::setuid(user->pw_uid) != 0))
    ::_exit(126);
  ::prctl(PR_SET_PDEATHSIG, SIGQUIT); // another user forgets it
  std::vector<char*> argv;
  for (const auto& word : words)
    argv.push_back(const_cast<char*>(word.c_str()));
  argv.push_back(nullptr);
  ::execvp(argv[0], argv.data());
  ::_exit(127);
}

int wait_for(pid_t pid) {
  int status = 0;
  ::waitpid(pid, &status, 0);
  return status;
}

} // namespace

postgres_server::postgres_server() {
  std::string name = "/tmp/wakala-pg-XXXXXX";
  if (::mkdtemp(name.data()) == nullptr)
    throw std::runtime_error("no temporary directory");
  directory_ = name;
  if (const passwd* const user = other_user();
      user != nullptr && ::chown(name.c_str(), user->pw_uid, user->pw_gid) != 0)
    throw std::runtime_error("cannot give a directory away");
  const int made = wait_for(launch({program("initdb"), "-D", directory_ + "/data", "-U", "wakala", "-A", "trust",
                                    "-N", "--no-instructions", "-E", "UTF8", "--locale=C"},
                                   directory_ + "/initdb.log"));
  if (made != 0)
    throw std::runtime_error("initdb failed: is the package postgresql installed? See " + directory_ + "/initdb.log");
  start();
}

postgres_server::~postgres_server() {
  stop(SIGINT);
  std::error_code ignored;
  std::filesystem::remove_all(directory_, ignored);
}

void postgres_server::stop(int signal) {
  if (pid_ <= 0)
    return;
  ::kill(pid_, signal);
  wait_for(pid_);
  pid_ = -1;
}

void postgres_server::start() {
  // Without fsync: what is tested is what we ask of the server, not whether it keeps its word.
  pid_ = launch({program("postgres"), "-D", directory_ + "/data", "-k", directory_, "-c", "listen_addresses=", "-c",
                 "fsync=off", "-c", "shared_buffers=32MB", "-c", "max_connections=60"},
                directory_ + "/server.log");
  const auto until = std::chrono::steady_clock::now() + std::chrono::seconds{20};
  while (PQping(url("postgres").c_str()) != PQPING_OK) {
    if (std::chrono::steady_clock::now() > until)
      throw std::runtime_error("the server does not answer; see " + directory_ + "/server.log");
    std::this_thread::sleep_for(std::chrono::milliseconds{10});
  }
}

std::string postgres_server::url(const std::string& database) const {
  return "postgresql://wakala@/" + database + "?host=" + directory_;
}

std::string postgres_server::new_database() {
  const std::string name = "shop_" + std::to_string(++databases_);
  sql("postgres", "CREATE DATABASE " + name);
  return name;
}

void postgres_server::hold(const std::string& database, const std::string& text, std::promise<void>& is_held,
                           std::future<void> go_on) const {
  PGconn* const on = PQconnectdb(url(database).c_str());
  PQclear(PQexec(on, ("BEGIN; " + text).c_str()));
  is_held.set_value();
  go_on.wait();
  PQfinish(on);
}

std::string postgres_server::sql(const std::string& database, const std::string& text) const {
  PGconn* const on = PQconnectdb(url(database).c_str());
  PGresult* const done = PQexec(on, text.c_str());
  const auto status = PQresultStatus(done);
  const bool good = status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK;
  std::string out = good && PQntuples(done) > 0 ? PQgetvalue(done, 0, 0) : "";
  const std::string why = good ? "" : PQerrorMessage(on);
  PQclear(done);
  PQfinish(on);
  if (!good)
    throw std::runtime_error(text + ": " + why);
  return out;
}

} // namespace wakala::persistence::testing
