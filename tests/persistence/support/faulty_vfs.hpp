/// \file
/// A file layer under SQLite that fails on request and counts, so that a broken medium is a plain test.
#pragma once

#include <atomic>
#include <string>

namespace wakala::persistence::testing {

/// Registered as SQLite's default while it lives. One at a time; open stores after it and close them before it goes.
class faulty_vfs {
public:
  faulty_vfs();
  ~faulty_vfs();
  faulty_vfs(const faulty_vfs&) = delete;
  faulty_vfs& operator=(const faulty_vfs&) = delete;

  /// Which files a fault hits: those whose name ends so. Empty: all.
  void only(const std::string& suffix);
  /// An SQLite code for every write (and growing) until it is set back to 0.
  void fail_writes(int code);
  void fail_syncs(int code);
  void fail_reads(int code);
  void fail_opens(int code);

  /// Calls on files whose name ends with `suffix` since the last `reset_counts`.
  int syncs(const std::string& suffix) const;
  int writes(const std::string& suffix) const;
  void reset_counts();
};

} // namespace wakala::persistence::testing
