/// \file
/// Which of several listeners is asked next.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

namespace wakala::console {

/// Stays with the one that answers; goes on to the next when it does not. Not thread-safe.
class endpoints {
public:
  /// Precondition: at least one.
  explicit endpoints(std::vector<std::string> urls) : urls_(std::move(urls)) {}

  std::size_t count() const noexcept { return urls_.size(); }
  std::size_t current() const noexcept { return current_; }
  const std::string& url(std::size_t index) const { return urls_[index]; }
  std::size_t after(std::size_t index) const noexcept { return (index + 1) % urls_.size(); }

  /// It answered: the next question goes there.
  void answered(std::size_t index) noexcept { current_ = index; }
  /// It did not: the next question goes elsewhere, unless somebody else has found that out before.
  void failed(std::size_t index) noexcept {
    if (current_ == index)
      current_ = after(index);
  }

private:
  std::vector<std::string> urls_;
  std::size_t current_ = 0;
};

} // namespace wakala::console
