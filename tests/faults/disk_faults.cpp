// A disk that refuses, for a daemon that runs: loaded before libc (LD_PRELOAD), it makes writes and syncs of files
// below WAKALA_DISK_FAULT_DIR fail as the file WAKALA_DISK_FAULT_FILE says: "write ERRNO" or "sync ERRNO". Without
// that file everything works. A read-only remount of a disk in use is refused by the kernel, and no mount makes fsync
// fail.

#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>

namespace {

template <class Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

/// The error number that this kind of call is to fail with now; 0: none.
int wanted(std::string_view kind) {
  const char* path = std::getenv("WAKALA_DISK_FAULT_FILE");
  if (path == nullptr)
    return 0;
  const int file = open(path, O_RDONLY | O_CLOEXEC);
  if (file < 0)
    return 0;
  char text[32] = {};
  const auto size = read(file, text, sizeof text - 1);
  close(file);
  if (size <= 0 || !std::string_view(text).starts_with(kind))
    return 0;
  return std::atoi(text + kind.size());
}

bool is_below(const char* path) {
  const char* directory = std::getenv("WAKALA_DISK_FAULT_DIR");
  return directory != nullptr && std::strncmp(path, directory, std::strlen(directory)) == 0;
}

/// True when the call is to fail; errno says how.
bool refused(int file, std::string_view kind) {
  const int before = errno;
  const int error = wanted(kind);
  bool concerned = false;
  if (error != 0) {
    char link[64];
    char path[4096];
    std::snprintf(link, sizeof link, "/proc/self/fd/%d", file);
    const auto size = readlink(link, path, sizeof path - 1);
    if (size > 0) {
      path[size] = '\0';
      concerned = is_below(path);
    }
  }
  errno = concerned ? error : before;
  return concerned;
}

} // namespace

extern "C" {

ssize_t write(int file, const void* data, size_t size) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t)>("write");
  return refused(file, "write") ? -1 : call(file, data, size);
}

ssize_t pwrite(int file, const void* data, size_t size, off_t at) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off_t)>("pwrite");
  return refused(file, "write") ? -1 : call(file, data, size, at);
}

ssize_t pwrite64(int file, const void* data, size_t size, off64_t at) {
  static const auto call = real<ssize_t (*)(int, const void*, size_t, off64_t)>("pwrite64");
  return refused(file, "write") ? -1 : call(file, data, size, at);
}

int ftruncate(int file, off_t size) noexcept {
  static const auto call = real<int (*)(int, off_t)>("ftruncate");
  return refused(file, "write") ? -1 : call(file, size);
}

int ftruncate64(int file, off64_t size) noexcept {
  static const auto call = real<int (*)(int, off64_t)>("ftruncate64");
  return refused(file, "write") ? -1 : call(file, size);
}

int fsync(int file) {
  static const auto call = real<int (*)(int)>("fsync");
  return refused(file, "sync") ? -1 : call(file);
}

int fdatasync(int file) {
  static const auto call = real<int (*)(int)>("fdatasync");
  return refused(file, "sync") ? -1 : call(file);
}

} // extern "C"
