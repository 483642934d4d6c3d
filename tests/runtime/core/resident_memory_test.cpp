#include "runtime/core/resident_memory.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
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
