/// \file
/// Admission before the mailboxes: what is in flight on this node is counted and bounded.
#pragma once

#include <atomic>
#include <cstddef>
#include <utility>

namespace wakala::runtime {

/// Counts admitted events and bytes. Thread-safe.
class admission {
public:
  admission(std::size_t events_max, std::size_t bytes_max) : events_max_(events_max), bytes_max_(bytes_max) {}

  /// A place that is given back on destruction.
  class ticket {
  public:
    ticket() = default;
    ticket(admission* owner, std::size_t events, std::size_t size) : owner_(owner), events_(events), bytes_(size) {}
    ticket(ticket&& other) noexcept
        : owner_(std::exchange(other.owner_, nullptr)), events_(other.events_), bytes_(other.bytes_) {}
    ticket& operator=(ticket&& other) noexcept {
      if (this != &other) {
        release();
        owner_ = std::exchange(other.owner_, nullptr);
        events_ = other.events_;
        bytes_ = other.bytes_;
      }
      return *this;
    }
    ticket(const ticket&) = delete;
    ticket& operator=(const ticket&) = delete;
    ~ticket() { release(); }
    explicit operator bool() const noexcept { return owner_ != nullptr; }

  private:
    void release() noexcept {
      if (auto* owner = std::exchange(owner_, nullptr)) {
        owner->events_.fetch_sub(events_, std::memory_order_relaxed);
        owner->bytes_.fetch_sub(bytes_, std::memory_order_relaxed);
      }
    }
    admission* owner_ = nullptr;
    std::size_t events_ = 0;
    std::size_t bytes_ = 0;
  };

  /// An empty ticket when the node is full. One request larger than the bound is admitted to an idle node.
  ticket enter(std::size_t events, std::size_t size) noexcept {
    const auto events_before = events_.fetch_add(events, std::memory_order_relaxed);
    const auto bytes_before = bytes_.fetch_add(size, std::memory_order_relaxed);
    const bool full = (events_before > 0 && events_before + events > events_max_) ||
                      (bytes_before > 0 && bytes_before + size > bytes_max_);
    ticket place{this, events, size};
    return full ? ticket{} : std::move(place);
  }

  std::size_t events() const noexcept { return events_.load(std::memory_order_relaxed); }

private:
  std::size_t events_max_;
  std::size_t bytes_max_;
  std::atomic<std::size_t> events_{0};
  std::atomic<std::size_t> bytes_{0};
};

} // namespace wakala::runtime
