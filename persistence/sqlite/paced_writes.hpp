/// \file
/// Large writes that leave the disk to others.
#pragma once

#include <cstdint>

namespace wakala::persistence::sqlite {

/// While one lives, what this thread has SQLite write goes on its way to the disk a piece at a time, with a pause
/// after each. Otherwise all of it would go at the next sync at once, tens of megabytes, and a commit's own sync,
/// of a few kilobytes, would wait behind that. Changes nothing about what is durable when: the sync comes as before.
class paced_writes {
public:
  paced_writes() noexcept;
  ~paced_writes();
  paced_writes(const paced_writes&) = delete;
  paced_writes& operator=(const paced_writes&) = delete;

  /// Bytes that SQLite has written on this thread since it was made. None of a build of SQLite whose writes cannot be
  /// replaced: nothing is paced there.
  std::uint64_t written() const noexcept;

private:
  std::uint64_t at_first_;
};

/// Has SQLite call us for its writes. Before any connection writes, since threads in SQLite read the pointer that
/// this replaces; every connection does it on opening.
void hook_writes() noexcept;

} // namespace wakala::persistence::sqlite
