#include "runtime/core/resident_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <dlfcn.h>
#include <set>
#include <thread>
#include <utility>
#include <vector>

namespace wakala {
namespace {

TEST(resident_memory, is_ours_alone_and_aligned_for_anything) {
  std::vector<std::pair<unsigned char*, std::size_t>> pieces;
  for (std::size_t size = 0; size < 3'000; size += 7) {
    auto* const piece = static_cast<unsigned char*>(allocate_resident(size));
    ASSERT_NE(piece, nullptr);
    const auto alignment = size < alignof(std::max_align_t) ? 1 : alignof(std::max_align_t);
    EXPECT_EQ(reinterpret_cast<std::uintptr_t>(piece) % alignment, 0U) << size;
    std::memset(piece, static_cast<int>(size % 251), size);
    pieces.emplace_back(piece, size);
  }
  for (const auto& [piece, size] : pieces) {
    for (std::size_t i = 0; i < size; ++i)
      ASSERT_EQ(piece[i], size % 251) << size;
    free_resident(piece, size);
  }
}

// What it is for: a page with one piece that stays is a page that stays.
TEST(resident_memory, shares_no_page_with_what_is_soon_gone) {
  if (::dlsym(RTLD_DEFAULT, "mallocx") == nullptr)
    GTEST_SKIP() << "without jemalloc there is one heap";
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

TEST(resident_memory, may_be_freed_by_another_thread) {
  std::vector<resident_string> texts;
  for (int i = 0; i < 1'000; ++i)
    texts.emplace_back(static_cast<std::size_t>(20 + i % 200), 'x');
  const auto copies = texts;
  std::thread([gone = std::move(texts)]() mutable { gone.clear(); }).join();
  for (std::size_t i = 0; i < copies.size(); ++i)
    EXPECT_EQ(copies[i], resident_string(20 + i % 200, 'x'));
}

} // namespace
} // namespace wakala
