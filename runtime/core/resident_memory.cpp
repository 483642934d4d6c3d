#include "runtime/core/resident_memory.hpp"

#include <cstdint>
#include <new>

// Of jemalloc, when the program is linked with it; its header is not needed for the three of them.
extern "C" {
[[gnu::weak]] void* mallocx(std::size_t size, int flags);
[[gnu::weak]] void sdallocx(void* piece, std::size_t size, int flags);
[[gnu::weak]] int mallctl(const char* name, void* old, std::size_t* old_size, void* value, std::size_t value_size);
}

namespace wakala {

namespace {

/// jemalloc(3), "MALLOCX_ARENA" and "MALLOCX_TCACHE_NONE": not from the thread's stock, and not back into it, since
/// whatever is asked for next would be given it.
constexpr int no_stock = 1 << 8;
constexpr int of_arena(unsigned arena) noexcept { return static_cast<int>((arena + 1) << 20); }

/// Flags for an arena of its own; 0 when there is no jemalloc, or it makes no more arenas.
int flags() noexcept {
  static const int value = [] {
    unsigned arena = 0;
    std::size_t size = sizeof arena;
    if (mallocx == nullptr || sdallocx == nullptr || mallctl == nullptr ||
        mallctl("arenas.create", &arena, &size, nullptr, 0) != 0)
      return 0;
    return of_arena(arena) | no_stock;
  }();
  return value;
}

} // namespace

void* allocate_resident(std::size_t size) {
  const int how = flags();
  if (how == 0)
    return ::operator new(size);
  if (void* const piece = mallocx(size == 0 ? 1 : size, how))
    return piece;
  throw std::bad_alloc();
}

void free_resident(void* piece, std::size_t size) noexcept {
  const int how = flags();
  if (how == 0)
    ::operator delete(piece);
  else
    sdallocx(piece, size == 0 ? 1 : size, no_stock);
}

} // namespace wakala
