/// \file
/// The Prometheus text format, version 0.0.4. Pure.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <string>
#include <string_view>
#include <utility>

namespace wakala::http {

/// Builds a page of metrics, family by family.
class metrics_text {
public:
  using labels = std::initializer_list<std::pair<std::string_view, std::string_view>>;
  enum class kind : std::uint8_t { counter, gauge };

  /// Begins a family: its HELP and TYPE lines. Its samples follow.
  metrics_text& family(std::string_view name, kind what, std::string_view help);
  metrics_text& sample(std::uint64_t value, labels by = {}) { return line(std::to_string(value), by); }
  metrics_text& sample(std::int64_t value, labels by = {}) { return line(std::to_string(value), by); }
  /// A family of one sample without labels.
  metrics_text& counter(std::string_view name, std::string_view help, std::uint64_t value);

  const std::string& text() const noexcept { return text_; }

private:
  metrics_text& line(std::string_view value, labels by);

  std::string name_;
  std::string text_;
};

} // namespace wakala::http
