/// \file
/// Memory of what stays for hours, apart from that of what is gone in a moment.
#pragma once

#include <cstddef>
#include <string>
#include <type_traits>

namespace wakala {

/// A piece of `size` bytes among others that stay. It is freed with `free_resident`, on any thread. Costs more than
/// `new`, as it goes past the thread's own stock. Without jemalloc it is `new`.
/// Throws `std::bad_alloc`.
void* allocate_resident(std::size_t size);
void free_resident(void* piece, std::size_t size) noexcept;

/// For containers of what a conversation keeps while nobody writes. A conversation's few pieces are made in the midst
/// of the many that its message needs for two seconds; among them, each would keep a page of their remains from being
/// used for anything else.
template <class T>
struct resident_allocator {
  static_assert(alignof(T) <= alignof(std::max_align_t));
  using value_type = T;
  using propagate_on_container_move_assignment = std::true_type;
  using is_always_equal = std::true_type;

  constexpr resident_allocator() noexcept = default;
  template <class U>
  constexpr resident_allocator(const resident_allocator<U>&) noexcept {} // NOLINT: as allocators are converted

  T* allocate(std::size_t count) { return static_cast<T*>(allocate_resident(count * sizeof(T))); }
  void deallocate(T* piece, std::size_t count) noexcept { free_resident(piece, count * sizeof(T)); }

  constexpr bool operator==(const resident_allocator&) const noexcept { return true; }
};

using resident_string = std::basic_string<char, std::char_traits<char>, resident_allocator<char>>;

} // namespace wakala
