#include "commerce/csv.hpp"

namespace wakala::commerce {

csv_reader::csv_reader(std::string_view text) : text_(text) {
  if (text_.starts_with("\xEF\xBB\xBF"))
    at_ = 3;
}

void csv_reader::pass_line_end() {
  if (is_at_end())
    return;
  if (text_[at_] == '\r' && at_ + 1 < text_.size() && text_[at_ + 1] == '\n')
    ++at_;
  ++at_;
  ++line_;
}

const char* csv_reader::read_quoted(std::string& into) {
  const auto begins_at = at_++;
  const auto begins_on = line_;
  while (!is_at_end()) {
    const char c = text_[at_];
    if (c == '"') {
      ++at_;
      if (is_at_end() || text_[at_] != '"')
        return is_at_line_end() || text_[at_] == ',' ? nullptr : "has text behind a closing quote";
      into.push_back('"');
      ++at_;
    } else if (c == '\n' || c == '\r') {
      const auto from = at_;
      pass_line_end();
      into.append(text_.substr(from, at_ - from));
    } else {
      into.push_back(c);
      ++at_;
    }
  }
  // Whatever follows may be good lines: only the one with the quote is lost.
  at_ = begins_at;
  line_ = begins_on;
  return "has a quote that is never closed";
}

const char* csv_reader::read_field(std::string& into) {
  if (!is_at_end() && text_[at_] == '"')
    return read_quoted(into);
  while (!is_at_line_end() && text_[at_] != ',') {
    if (text_[at_] == '"')
      return "has a quote inside a field that is not quoted";
    into.push_back(text_[at_++]);
  }
  return nullptr;
}

std::optional<csv_record> csv_reader::next() {
  while (!is_at_end() && is_at_line_end())
    pass_line_end();
  if (is_at_end())
    return std::nullopt;
  csv_record record;
  record.line = line_;
  for (;;) {
    if (const auto* why = read_field(record.fields.emplace_back())) {
      record.fault = why;
      while (!is_at_line_end())
        ++at_;
    }
    if (is_at_line_end()) {
      pass_line_end();
      return record;
    }
    ++at_; // the comma
  }
}

} // namespace wakala::commerce
