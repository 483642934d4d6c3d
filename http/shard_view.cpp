#include "http/shard_view.hpp"

#include <nlohmann/json.hpp>

#include <utility>

namespace wakala::http {

namespace {

constexpr std::chrono::milliseconds kept{200};

result<shard_list> parse(const result<std::string>& text) {
  if (!text)
    return text.error();
  const auto all = nlohmann::json::parse(*text, nullptr, false);
  if (!all.is_object() || !all.contains("shards"))
    return make_error(errc::unavailable, "the shards cannot be told");
  auto list = std::make_shared<std::vector<shard_status>>();
  for (const auto& shard : all.at("shards"))
    list->push_back({shard.value("shard", ""), shard.value("epoch", std::uint64_t{0}), shard.value("state", "down"),
                     shard.value("seq", std::uint64_t{0}), shard.value("unfolded_rows", std::uint64_t{0}),
                     shard.value("tenants", std::uint64_t{0})});
  return shard_list(std::move(list));
}

} // namespace

void shard_view::get(done_list done) {
  shard_list known;
  bool is_first = false;
  {
    const std::lock_guard lock{mutex_};
    if (last_ && std::chrono::steady_clock::now() - last_at_ <= kept) {
      known = last_;
    } else {
      is_first = waiting_.empty();
      waiting_.push_back(std::move(done));
    }
  }
  if (known)
    done(result<shard_list>(known));
  else if (is_first)
    actors_.shards([self = shared_from_this()](const result<std::string>& text) { self->answered(text); });
}

void shard_view::answered(const result<std::string>& text) {
  const auto list = parse(text);
  std::vector<done_list> waiting;
  {
    const std::lock_guard lock{mutex_};
    waiting = std::exchange(waiting_, {});
    last_ = list ? *list : nullptr;
    last_at_ = std::chrono::steady_clock::now();
  }
  for (const auto& done : waiting)
    done(list);
}

} // namespace wakala::http
