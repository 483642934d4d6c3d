/// \file
/// Which files a store consists of, and the lock that one server of it holds.
#pragma once

#include "runtime/core/result.hpp"

#include <string>

namespace wakala::persistence::sqlite {

/// Where tables, journal and keys are. A store restored from a backup has its journal in the tables' file.
struct file_layout {
  std::string tables;
  std::string journal;
  std::string keys;

  bool one_file() const noexcept { return tables == journal; }
};

file_layout separate_files(const std::string& path);
file_layout joined_files(const std::string& path);

/// Finds out how the files of an existing store lie, opening them for reading only. `not_found` without a file at
/// `path`, `corrupt` when it or a companion is missing or not ours.
result<file_layout> find_files(const std::string& path);

bool file_exists(const std::string& path);
/// Creates an empty file that only its owner may read, unless there is one.
result<void> create_file(const std::string& path);
/// fsync of a closed file, or of the directory that holds it. Never call it on a file that SQLite has open in this
/// process: closing any descriptor of a file drops the locks that the process holds on it.
result<void> sync_file(const std::string& path);
result<void> sync_directory_of(const std::string& path);

/// PATH.lock, held until destruction (or the process's end). `conflict` when another holds it.
class serving_lock {
public:
  static result<serving_lock> take(const std::string& path);
  ~serving_lock();
  serving_lock(serving_lock&& other) noexcept;
  serving_lock& operator=(serving_lock&&) = delete;
  serving_lock(const serving_lock&) = delete;
  serving_lock& operator=(const serving_lock&) = delete;

private:
  explicit serving_lock(int fd) : fd_(fd) {}
  int fd_;
};

} // namespace wakala::persistence::sqlite
