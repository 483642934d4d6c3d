#include "persistence/sqlite/files.hpp"

#include "persistence/sqlite/schema.hpp"
#include "persistence/sqlite/setup.hpp"

#include <cerrno>
#include <cstring>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utility>

namespace wakala::persistence::sqlite {

namespace {

error refused(const std::string& path) { return make_error(errc::unavailable, path + ": " + std::strerror(errno)); }

result<void> sync_path(const std::string& path, int flags) {
  const int fd = ::open(path.c_str(), flags | O_CLOEXEC);
  if (fd < 0)
    return refused(path);
  const bool good = ::fsync(fd) == 0;
  const int why = errno;
  ::close(fd);
  errno = why;
  if (!good)
    return refused(path);
  return {};
}

} // namespace

file_layout separate_files(const std::string& path) { return {path, path + ".commits", path + ".keys"}; }

file_layout joined_files(const std::string& path) { return {path, path, path + ".keys"}; }

bool file_exists(const std::string& path) {
  struct stat info {};
  return ::stat(path.c_str(), &info) == 0;
}

result<void> create_file(const std::string& path) {
  if (file_exists(path))
    return {};
  const int fd = ::open(path.c_str(), O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
  if (fd < 0)
    return refused(path);
  ::close(fd);
  return {};
}

result<void> sync_file(const std::string& path) { return sync_path(path, O_RDONLY); }

result<void> sync_directory_of(const std::string& path) {
  const auto slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : slash == 0 ? "/" : path.substr(0, slash);
  return sync_path(directory, O_RDONLY | O_DIRECTORY);
}

result<file_layout> find_files(const std::string& path) {
  if (!file_exists(path))
    return make_error(errc::not_found, path + " does not exist");
  auto db = connection::open(path, access::read_only, setup_inspect);
  if (!db)
    return db.error();
  const auto state = inspect(*db, path);
  if (!state)
    return state.error();
  auto present = require_present_version(*state, path);
  if (!present)
    return present.error();
  file_layout out = state->has_journal ? joined_files(path) : separate_files(path);
  for (const std::string& companion : {out.journal, out.keys})
    if (!file_exists(companion))
      return make_error(errc::corrupt, companion + " is missing; it belongs to the store " + path);
  return out;
}

result<serving_lock> serving_lock::take(const std::string& path) {
  const std::string name = path + ".lock";
  const int fd = ::open(name.c_str(), O_RDWR | O_CREAT | O_CLOEXEC, 0600);
  if (fd < 0)
    return refused(name);
  if (::flock(fd, LOCK_EX | LOCK_NB) != 0) {
    const int why = errno;
    ::close(fd);
    errno = why;
    if (why == EWOULDBLOCK)
      return make_error(errc::conflict, "another process serves from " + path + " (it holds " + name + ")");
    return refused(name);
  }
  return serving_lock(fd);
}

serving_lock::serving_lock(serving_lock&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

serving_lock::~serving_lock() {
  if (fd_ >= 0)
    ::close(fd_); // the file stays: removing it would let two processes lock two files of the same name
}

} // namespace wakala::persistence::sqlite
