/// \file
/// Texts that most events do not have.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>

namespace wakala::whatsapp {

/// Reads like a `const std::string`, and is a pointer as long as it is empty: an event has many of them, and is moved
/// from hand to hand.
class rare_text {
public:
  rare_text() = default;
  explicit rare_text(std::string text) { *this = std::move(text); }
  rare_text(const rare_text& other) : text_(other.copy()) {}
  rare_text(rare_text&&) noexcept = default;
  rare_text& operator=(const rare_text& other) {
    text_ = other.copy();
    return *this;
  }
  rare_text& operator=(rare_text&&) noexcept = default;
  rare_text& operator=(std::string text) {
    text_ = text.empty() ? nullptr : std::make_unique<const std::string>(std::move(text));
    return *this;
  }

  const std::string& get() const noexcept { return text_ ? *text_ : nothing; }
  operator const std::string&() const noexcept { return get(); }
  operator std::string_view() const noexcept { return get(); }

  bool empty() const noexcept { return text_ == nullptr; }
  std::size_t size() const noexcept { return get().size(); }
  bool starts_with(std::string_view text) const noexcept { return get().starts_with(text); }
  void clear() noexcept { text_.reset(); }

  friend bool operator==(const rare_text& a, const rare_text& b) noexcept { return a.get() == b.get(); }
  friend bool operator==(const rare_text& a, std::string_view b) noexcept { return a.get() == b; }

private:
  static inline const std::string nothing;

  std::unique_ptr<const std::string> copy() const {
    return text_ ? std::make_unique<const std::string>(*text_) : nullptr;
  }

  std::unique_ptr<const std::string> text_; ///< never an empty one
};

} // namespace wakala::whatsapp
