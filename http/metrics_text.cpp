#include "http/metrics_text.hpp"

namespace wakala::http {

namespace {

/// HELP texts escape backslash and newline, label values the quote too.
void append_escaped(std::string& out, std::string_view value, bool quoted) {
  for (const char c : value) {
    if (c == '\\')
      out += "\\\\";
    else if (c == '\n')
      out += "\\n";
    else if (c == '"' && quoted)
      out += "\\\"";
    else
      out += c;
  }
}

} // namespace

metrics_text& metrics_text::family(std::string_view name, kind what, std::string_view help) {
  name_ = name;
  text_.append("# HELP ").append(name).append(" ");
  append_escaped(text_, help, false);
  text_.append("\n# TYPE ").append(name).append(what == kind::counter ? " counter\n" : " gauge\n");
  return *this;
}

metrics_text& metrics_text::counter(std::string_view name, std::string_view help, std::uint64_t value) {
  return family(name, kind::counter, help).sample(value);
}

metrics_text& metrics_text::line(std::string_view value, labels by) {
  text_ += name_;
  bool first = true;
  for (const auto& [label, text] : by) {
    text_.append(first ? "{" : ",").append(label).append("=\"");
    append_escaped(text_, text, true);
    text_ += '"';
    first = false;
  }
  if (!first)
    text_ += '}';
  text_.append(" ").append(value).append("\n");
  return *this;
}

} // namespace wakala::http
