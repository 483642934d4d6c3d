/// \file
/// Values as few bytes: what every small record on disk is made of. Whole numbers take one byte for each seven bits,
/// texts their length in front. A record begins with the number of its form, so that a later one can hold more.
#pragma once

#include "runtime/core/encoding.hpp"

#include <cstdint>
#include <limits>
#include <span>
#include <string_view>

namespace wakala {

/// Appends values to bytes.
class encoder {
public:
  /// `form`: number of the layout, read first by whoever decodes. `room`: bytes to expect.
  explicit encoder(std::uint8_t form, std::size_t room = 192) {
    out_.reserve(room);
    byte(form);
  }

  void byte(std::uint8_t value) { out_ += static_cast<char>(value); }
  void number(std::uint64_t value) {
    for (; value >= 0x80U; value >>= 7U)
      byte(static_cast<std::uint8_t>(value | 0x80U));
    byte(static_cast<std::uint8_t>(value));
  }
  /// A number of either sign, short when it is near zero.
  void difference(std::int64_t value) {
    const auto bits = static_cast<std::uint64_t>(value);
    number((bits << 1U) ^ (value < 0 ? ~std::uint64_t{0} : 0U));
  }
  /// Bytes whose number the reader knows.
  void raw(std::string_view value) { out_ += value; }
  /// Any bytes.
  void blob(std::string_view value) {
    number(value.size());
    raw(value);
  }
  /// Text; what is not UTF-8 in it becomes U+FFFD, so that whatever is read back can be shown.
  void text(std::string_view value);
  /// Text that is often a decimal number, such as a phone number: then half as long.
  void numeral(std::string_view value);
  /// Text that is often lower-case hexadecimal: then half as long.
  void hex(std::string_view value);
  /// Text that is often one of `known`: then one byte.
  void word(std::string_view value, std::span<const std::string_view> known);

  std::size_t size() const noexcept { return out_.size(); }
  bytes take() { return std::move(out_); }

private:
  void plain(std::string_view value); ///< as text, behind twice its length

  bytes out_;
};

/// Reads what `encoder` wrote. Total: once something does not fit, `good()` is false for ever and every read gives an
/// empty value. Never allocates more than a few times what it was given.
class decoder {
public:
  /// `from` must outlive the decoder and the views it hands out.
  explicit decoder(std::string_view from) : rest_(from), form_(byte()) {}

  /// Number of the layout.
  std::uint8_t form() const noexcept { return form_; }
  bool good() const noexcept { return good_; }
  /// Everything was read and nothing was wrong.
  bool finished() const noexcept { return good_ && rest_.empty(); }
  std::size_t left() const noexcept { return rest_.size(); }
  /// For what only the reader can know to be wrong.
  bool expect(bool condition) noexcept {
    if (!condition)
      fail();
    return condition;
  }

  std::uint8_t byte() noexcept {
    if (rest_.empty()) {
      fail();
      return 0;
    }
    const auto value = static_cast<std::uint8_t>(rest_.front());
    rest_.remove_prefix(1);
    return value;
  }
  std::uint64_t number() noexcept;
  /// At most `largest`.
  template <class T = std::uint64_t>
  T number(std::uint64_t largest) noexcept {
    const auto value = number();
    return expect(value <= largest) ? static_cast<T>(value) : T{};
  }
  std::uint32_t number32() noexcept { return number<std::uint32_t>(std::numeric_limits<std::uint32_t>::max()); }
  std::int64_t difference() noexcept {
    const auto value = number();
    return static_cast<std::int64_t>((value >> 1U) ^ ((value & 1U) != 0 ? ~std::uint64_t{0} : 0U));
  }
  std::string_view raw(std::size_t size) noexcept;
  std::string_view blob() noexcept { return raw(number<std::size_t>(rest_.size())); }
  std::string_view text() noexcept;
  std::string numeral();
  std::string hex();
  std::string word(std::span<const std::string_view> known);

private:
  std::string plain(std::uint64_t size);
  void fail() noexcept {
    good_ = false;
    rest_ = {};
  }

  std::string_view rest_;
  bool good_ = true;
  std::uint8_t form_ = 0;
};

} // namespace wakala
