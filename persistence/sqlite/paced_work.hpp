/// \file
/// Long work that lets others have the processor in between.
#pragma once

#include <cstdint>

namespace wakala::persistence::sqlite {

/// While one lives, this thread rests for a moment whenever it comes by `breathe` and has worked for a while. A lower
/// priority is not enough: the kernel leaves a thread that works without a break on a processor of its own, whatever
/// its priority, and everybody else shares the others until it looks at their loads again, milliseconds later.
class paced_work {
public:
  paced_work() noexcept;
  ~paced_work();
  paced_work(const paced_work&) = delete;
  paced_work& operator=(const paced_work&) = delete;

  /// Between two pieces of work, each well below a tenth of a millisecond. Costs a look at the clock; nothing on a
  /// thread that is not paced.
  static void breathe() noexcept;

  /// How often this thread has rested in all its life.
  static std::uint64_t rests() noexcept;
};

} // namespace wakala::persistence::sqlite
