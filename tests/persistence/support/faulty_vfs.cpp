#include "tests/persistence/support/faulty_vfs.hpp"

#include <sqlite3.h>

#include <cstring>
#include <map>
#include <mutex>
#include <string_view>

namespace wakala::persistence::testing {

namespace {

struct faults {
  std::mutex mutex;
  std::string only;
  int writes = 0;
  int syncs = 0;
  int reads = 0;
  int opens = 0;
  std::map<std::string, int> write_counts;
  std::map<std::string, int> sync_counts;
};

faults& state() {
  static faults f;
  return f;
}

sqlite3_vfs* real = nullptr;
sqlite3_vfs shim;

/// SQLite gives us `szOsFile` bytes: this, then room for the real file.
struct shim_file {
  sqlite3_file base;
  const char* name;
};

sqlite3_file* inner(sqlite3_file* file) {
  return reinterpret_cast<sqlite3_file*>(reinterpret_cast<shim_file*>(file) + 1);
}

std::string name_of(sqlite3_file* file) {
  const char* const name = reinterpret_cast<shim_file*>(file)->name;
  return name == nullptr ? std::string{} : std::string{name};
}

int fault(int code, const std::string& name) { return name.ends_with(state().only) ? code : SQLITE_OK; }

int on_write(sqlite3_file* file) {
  const std::lock_guard lock(state().mutex);
  const std::string name = name_of(file);
  ++state().write_counts[name];
  return fault(state().writes, name);
}

int close_file(sqlite3_file* f) { return inner(f)->pMethods->xClose(inner(f)); }
int read_file(sqlite3_file* f, void* to, int size, sqlite3_int64 at) {
  {
    const std::lock_guard lock(state().mutex);
    const int code = fault(state().reads, name_of(f));
    if (code != SQLITE_OK)
      return code;
  }
  return inner(f)->pMethods->xRead(inner(f), to, size, at);
}
int write_file(sqlite3_file* f, const void* from, int size, sqlite3_int64 at) {
  const int code = on_write(f);
  return code != SQLITE_OK ? code : inner(f)->pMethods->xWrite(inner(f), from, size, at);
}
int truncate_file(sqlite3_file* f, sqlite3_int64 size) { return inner(f)->pMethods->xTruncate(inner(f), size); }
int sync_file(sqlite3_file* f, int flags) {
  {
    const std::lock_guard lock(state().mutex);
    const std::string name = name_of(f);
    ++state().sync_counts[name];
    const int code = fault(state().syncs, name);
    if (code != SQLITE_OK)
      return code;
  }
  return inner(f)->pMethods->xSync(inner(f), flags);
}
int file_size(sqlite3_file* f, sqlite3_int64* size) { return inner(f)->pMethods->xFileSize(inner(f), size); }
int lock_file(sqlite3_file* f, int level) { return inner(f)->pMethods->xLock(inner(f), level); }
int unlock_file(sqlite3_file* f, int level) { return inner(f)->pMethods->xUnlock(inner(f), level); }
int check_reserved(sqlite3_file* f, int* out) { return inner(f)->pMethods->xCheckReservedLock(inner(f), out); }
int file_control(sqlite3_file* f, int op, void* arg) { return inner(f)->pMethods->xFileControl(inner(f), op, arg); }
int sector_size(sqlite3_file* f) { return inner(f)->pMethods->xSectorSize(inner(f)); }
int characteristics(sqlite3_file* f) { return inner(f)->pMethods->xDeviceCharacteristics(inner(f)); }
int shm_map(sqlite3_file* f, int region, int size, int extend, volatile void** out) {
  return inner(f)->pMethods->xShmMap(inner(f), region, size, extend, out);
}
int shm_lock(sqlite3_file* f, int offset, int n, int flags) {
  return inner(f)->pMethods->xShmLock(inner(f), offset, n, flags);
}
void shm_barrier(sqlite3_file* f) { inner(f)->pMethods->xShmBarrier(inner(f)); }
int shm_unmap(sqlite3_file* f, int remove) { return inner(f)->pMethods->xShmUnmap(inner(f), remove); }

const sqlite3_io_methods methods = {
    2,         close_file,  read_file,      write_file,   truncate_file, sync_file,       file_size,
    lock_file, unlock_file, check_reserved, file_control, sector_size,   characteristics, shm_map,
    shm_lock,  shm_barrier, shm_unmap,      nullptr,      nullptr};

int open_file(sqlite3_vfs*, const char* name, sqlite3_file* file, int flags, int* out_flags) {
  auto* const mine = reinterpret_cast<shim_file*>(file);
  mine->name = name;
  mine->base.pMethods = nullptr;
  {
    const std::lock_guard lock(state().mutex);
    const int code = fault(state().opens, name_of(file));
    if (code != SQLITE_OK)
      return code;
  }
  const int code = real->xOpen(real, name, inner(file), flags, out_flags);
  if (code == SQLITE_OK)
    mine->base.pMethods = &methods;
  return code;
}

int total(const std::map<std::string, int>& counts, const std::string& suffix) {
  int sum = 0;
  for (const auto& [name, count] : counts)
    if (name.ends_with(suffix))
      sum += count;
  return sum;
}

} // namespace

faulty_vfs::faulty_vfs() {
  real = sqlite3_vfs_find("unix");
  shim = *real;
  shim.zName = "wakala-faulty";
  shim.szOsFile = static_cast<int>(sizeof(shim_file)) + real->szOsFile;
  shim.xOpen = open_file;
  sqlite3_vfs_register(&shim, 1);
  const std::lock_guard lock(state().mutex);
  state().only.clear();
  state().writes = state().syncs = state().reads = state().opens = 0;
  state().write_counts.clear();
  state().sync_counts.clear();
}

faulty_vfs::~faulty_vfs() {
  sqlite3_vfs_unregister(&shim);
  sqlite3_vfs_register(real, 1);
}

void faulty_vfs::only(const std::string& suffix) {
  const std::lock_guard lock(state().mutex);
  state().only = suffix;
}
void faulty_vfs::fail_writes(int code) {
  const std::lock_guard lock(state().mutex);
  state().writes = code;
}
void faulty_vfs::fail_syncs(int code) {
  const std::lock_guard lock(state().mutex);
  state().syncs = code;
}
void faulty_vfs::fail_reads(int code) {
  const std::lock_guard lock(state().mutex);
  state().reads = code;
}
void faulty_vfs::fail_opens(int code) {
  const std::lock_guard lock(state().mutex);
  state().opens = code;
}
int faulty_vfs::syncs(const std::string& suffix) const {
  const std::lock_guard lock(state().mutex);
  return total(state().sync_counts, suffix);
}
int faulty_vfs::writes(const std::string& suffix) const {
  const std::lock_guard lock(state().mutex);
  return total(state().write_counts, suffix);
}
void faulty_vfs::reset_counts() {
  const std::lock_guard lock(state().mutex);
  state().write_counts.clear();
  state().sync_counts.clear();
}

} // namespace wakala::persistence::testing
