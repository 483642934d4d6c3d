#include "console/find_view.hpp"

#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <cstdlib>

namespace wakala::console {

namespace {

std::vector<column> columns() {
  return {{"by", "BY", alignment::left, 0, 9},
          {"tenant", "TENANT", alignment::left, 6, 8},
          {"actor", "CONVERSATION", alignment::left, 16, 9, true},
          {"wamid", "WAMID", alignment::left, 16, 7, true}};
}

} // namespace

find_view::find_view(std::string text, std::string tenant) : text_(std::move(text)), tenant_(std::move(tenant)) {}

std::vector<wish> find_view::wishes(const surroundings&) const {
  auto target = "/v1/find?q=" + url_encode(text_);
  if (!tenant_.empty())
    target += "&tenant=" + url_encode(tenant_);
  return {{"find", std::move(target), std::chrono::milliseconds{0}}};
}

void find_view::take(const std::string&, const nlohmann::json& body, std::int64_t) {
  hits_.clear();
  for (const auto& each : list_at(body, "found"))
    hits_.push_back({text_at(each, "by"), text_at(each, "tenant"), text_at(each, "actor"), text_at(each, "wamid")});
  has_answer_ = true;
}

page find_view::show(const surroundings&, std::size_t width) const {
  page out;
  if (!has_answer_)
    return out;
  table rows{columns(), {}};
  for (std::size_t i = 0; i < hits_.size(); ++i)
    rows.rows.push_back({"hit:" + std::to_string(i),
                         {{hits_[i].by, look::strong},
                          {hits_[i].tenant},
                          {hits_[i].actor, look::accent},
                          {hits_[i].wamid, look::dim}}});
  out.body = table_lines(std::move(rows), width);
  out.note = note_of(out.body.size() - 1, hits_.size(), {});
  if (hits_.empty())
    out.body.push_back(
        plain_line(" Nothing was found. A phone number, a user id, a wamid, an order's code or a part of a "
                   "conversation's id leads somewhere.",
                   look::dim));
  return out;
}

std::string find_view::open(const std::string& key) const {
  if (!key.starts_with("hit:"))
    return {};
  const auto index = static_cast<std::size_t>(std::strtoul(key.c_str() + 4, nullptr, 10));
  if (index >= hits_.size())
    return {};
  return hits_[index].wamid.empty() ? "actor " + hits_[index].actor : "trace " + hits_[index].wamid;
}

std::vector<column> find_view::sort_columns() const { return columns(); }

} // namespace wakala::console
