#include "bench/load/answer_reader.hpp"

#include <algorithm>
#include <charconv>

namespace wakala::bench {

namespace {

char lower(char c) noexcept { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c; }

bool same_text(std::string_view a, std::string_view lower_case) noexcept {
  return std::equal(a.begin(), a.end(), lower_case.begin(), lower_case.end(),
                    [](char x, char y) { return lower(x) == y; });
}

std::string_view trimmed(std::string_view text) noexcept {
  const auto is_blank = [](char c) { return c == ' ' || c == '\t' || c == '\r'; };
  while (!text.empty() && is_blank(text.front()))
    text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back()))
    text.remove_suffix(1);
  return text;
}

template <class Number>
bool read_number(std::string_view text, Number& into, int base = 10) noexcept {
  const auto [end, failed] = std::from_chars(text.data(), text.data() + text.size(), into, base);
  return failed == std::errc{} && end == text.data() + text.size();
}

} // namespace

void answer_reader::start() noexcept {
  at_ = part::head;
  held_.clear();
  left_ = 0;
  status_ = 0;
  keep_alive_ = true;
}

answer_reader::state answer_reader::feed(std::string_view data) {
  if (at_ == part::done)
    return data.empty() ? state::complete : state::broken;
  while (at_ == part::head) {
    // A blank line may lie across two pieces.
    const auto from = held_.size() < 3 ? 0 : held_.size() - 3;
    std::string_view whole = data;
    if (!held_.empty()) {
      held_ += data;
      whole = held_;
    }
    const auto end = whole.find("\r\n\r\n", from);
    if (end == std::string_view::npos) {
      if (held_.empty())
        held_ = data;
      return held_.size() > head_max ? state::broken : state::need_more;
    }
    if (!read_head(whole.substr(0, end)))
      return state::broken;
    data = data.substr(data.size() - (whole.size() - end - 4));
    held_.clear();
    if (at_ == part::done)
      return data.empty() ? state::complete : state::broken;
  }
  return body(data);
}

bool answer_reader::read_head(std::string_view head) {
  const auto line = head.substr(0, head.find("\r\n"));
  if (!line.starts_with("HTTP/1.") || line.size() < 12 || line[8] != ' ' || !read_number(line.substr(9, 3), status_))
    return false;
  keep_alive_ = line[7] != '0';
  bool counted = false;
  bool chunked = false;
  std::uint64_t length = 0;
  auto rest = head.substr(std::min(line.size() + 2, head.size()));
  while (!rest.empty()) {
    const auto end = std::min(rest.find("\r\n"), rest.size());
    const auto field = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 2, rest.size()));
    const auto colon = field.find(':');
    if (colon == std::string_view::npos)
      return false;
    const auto name = field.substr(0, colon);
    const auto value = trimmed(field.substr(colon + 1));
    if (same_text(name, "content-length")) {
      counted = read_number(value, length);
      if (!counted)
        return false;
    } else if (same_text(name, "transfer-encoding")) {
      chunked = same_text(value, "chunked");
    } else if (same_text(name, "connection")) {
      if (same_text(value, "close"))
        keep_alive_ = false;
      else if (same_text(value, "keep-alive"))
        keep_alive_ = true;
    }
  }
  if (status_ >= 100 && status_ < 200)
    return true; // the answer proper follows
  left_ = length;
  if (status_ == 204 || status_ == 304)
    at_ = part::done;
  else if (chunked)
    at_ = part::chunk_head;
  else if (counted)
    at_ = length == 0 ? part::done : part::counted_body;
  else {
    keep_alive_ = false;
    at_ = part::until_close;
  }
  return true;
}

bool answer_reader::take_line(std::string_view& data) {
  const auto end = data.find('\n');
  held_ += data.substr(0, std::min(end, data.size()));
  if (end == std::string_view::npos) {
    data = {};
    return false;
  }
  data.remove_prefix(end + 1);
  return true;
}

answer_reader::state answer_reader::body(std::string_view data) {
  while (at_ != part::done) {
    if (data.empty())
      return state::need_more;
    switch (at_) {
    case part::counted_body:
    case part::chunk_body: {
      const auto taken = std::min<std::uint64_t>(left_, data.size());
      left_ -= taken;
      data.remove_prefix(taken);
      if (left_ == 0)
        at_ = at_ == part::counted_body ? part::done : part::chunk_tail;
      break;
    }
    case part::chunk_head: {
      if (!take_line(data))
        return held_.size() > head_max ? state::broken : state::need_more;
      const auto size = trimmed(std::string_view(held_).substr(0, held_.find(';')));
      const bool good = read_number(size, left_, 16);
      held_.clear();
      if (!good)
        return state::broken;
      at_ = left_ == 0 ? part::trailer : part::chunk_body;
      break;
    }
    case part::chunk_tail:
      if (!take_line(data))
        return state::need_more;
      if (!trimmed(held_).empty())
        return state::broken;
      held_.clear();
      at_ = part::chunk_head;
      break;
    case part::trailer: {
      if (!take_line(data))
        return held_.size() > head_max ? state::broken : state::need_more;
      const bool is_last = trimmed(held_).empty();
      held_.clear();
      if (is_last)
        at_ = part::done;
      break;
    }
    case part::until_close:
      return state::need_more;
    case part::head:
    case part::done:
      break;
    }
  }
  return data.empty() ? state::complete : state::broken;
}

answer_reader::state answer_reader::end() const noexcept {
  return at_ == part::until_close || at_ == part::done ? state::complete : state::broken;
}

} // namespace wakala::bench
