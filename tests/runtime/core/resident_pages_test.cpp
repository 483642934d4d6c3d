// With jemalloc only: the heaps of sanitizers are one.
#include "runtime/core/resident_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <set>
#include <vector>

namespace wakala {
namespace {

// What it is for: a page with one piece that stays is a page that stays.
TEST(resident_memory, shares_no_page_with_what_is_soon_gone) {
  constexpr std::uintptr_t page = 4'096;
  const auto page_of = [](const void* piece) { return reinterpret_cast<std::uintptr_t>(piece) / page; };
  std::vector<void*> staying;
  std::vector<void*> passing;
  std::set<std::uintptr_t> pages;
  for (int i = 0; i < 5'000; ++i) {
    staying.push_back(allocate_resident(32));
    passing.push_back(::operator new(32));
    pages.insert(page_of(staying.back()));
    if (i % 3 == 0) { // what is freed is not given to anybody else
      free_resident(staying.back(), 32);
      staying.pop_back();
    }
  }
  for (const auto* piece : passing)
    EXPECT_FALSE(pages.contains(page_of(piece)));
  for (auto* piece : staying)
    free_resident(piece, 32);
  for (auto* piece : passing)
    ::operator delete(piece);
}

} // namespace
} // namespace wakala
