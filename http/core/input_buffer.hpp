/// \file
/// Bytes read from a connection and not yet used.
#pragma once

#include <cstddef>
#include <cstring>
#include <memory>
#include <string_view>

namespace wakala::http {

/// One contiguous, growing buffer.
class input_buffer {
public:
  struct space {
    char* data;
    std::size_t size;
  };

  std::string_view view() const noexcept { return {data_.get() + begin_, end_ - begin_}; }
  bool empty() const noexcept { return begin_ == end_; }
  std::size_t size() const noexcept { return end_ - begin_; }

  /// Room for at least that many bytes behind those held.
  space prepare(std::size_t wanted) {
    if (capacity_ - end_ < wanted) {
      const auto held = size();
      if (capacity_ - held < wanted) {
        const auto grown = held + wanted;
        auto bigger = std::make_unique_for_overwrite<char[]>(grown);
        if (held > 0)
          std::memcpy(bigger.get(), data_.get() + begin_, held);
        data_ = std::move(bigger);
        capacity_ = grown;
      } else {
        std::memmove(data_.get(), data_.get() + begin_, held);
      }
      begin_ = 0;
      end_ = held;
    }
    return {data_.get() + end_, capacity_ - end_};
  }
  void commit(std::size_t count) noexcept { end_ += count; }
  void consume(std::size_t count) noexcept {
    begin_ += count;
    if (begin_ == end_)
      begin_ = end_ = 0;
  }
  /// Gives the memory back if it is more than that. Precondition: empty.
  void trim(std::size_t kept) noexcept {
    if (capacity_ > kept)
      release();
  }
  void release() noexcept {
    data_.reset();
    begin_ = end_ = capacity_ = 0;
  }

private:
  std::unique_ptr<char[]> data_;
  std::size_t begin_ = 0;
  std::size_t end_ = 0;
  std::size_t capacity_ = 0;
};

} // namespace wakala::http
