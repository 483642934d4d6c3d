#include "actors/outbound/posting_windows.hpp"

#include "runtime/core/encoding.hpp"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace wakala::actors {

void posting_windows::set_limits(const tenant_config& config) {
  window(kind::message).set_limit(config.messages_per_hour());
  window(kind::template_message).set_limit(config.templates_per_day());
  window(kind::broadcast).set_limit(config.broadcasts_per_week());
}

bytes posting_windows::key_of(time_ms at, kind what, random_source& random) {
  bytes key = posts_prefix;
  append_u64(key, static_cast<std::uint64_t>(at));
  key += marks[static_cast<std::size_t>(what)];
  append_u64(key, random.next_u64());
  return key;
}

bool posting_windows::load(const bytes& key, std::string_view text, time_ms now) {
  const auto mark_at = posts_prefix.size() + sizeof(std::uint64_t);
  if (key.size() != mark_at + 1 + sizeof(std::uint64_t) || !key.starts_with(posts_prefix))
    return true; // none of ours
  const auto which = marks.find(key[mark_at]);
  if (which == std::string_view::npos)
    return true;
  const auto what = static_cast<kind>(which);
  const auto at = static_cast<time_ms>(read_u64(std::string_view(key).substr(posts_prefix.size())));
  if (at + window(what).span() <= now) {
    old_rows_.push_back(key);
    return false;
  }
  rows(what).emplace_back(at, key);
  if (what == kind::replies) {
    std::uint32_t count = 0;
    std::from_chars(text.data(), text.data() + text.size(), count);
    for (; count > 0; --count)
      window(what).add(at);
    return true;
  }
  window(what).add(at);
  if (what == kind::template_message) {
    window(kind::message).add(at);
    if (const auto to = parse_conversation_id(text)) {
      reached_[*to] = std::max(reached_[*to], at);
      reached_in_order_.emplace_back(at, *to);
    }
  } else if (what == kind::broadcast) {
    auto& begun = broadcasts_[std::string(text)];
    begun = {std::max(begun.at, at), 1};
  }
  return true;
}

std::optional<posting_windows::refusal> posting_windows::over(const message_post& post, time_ms now) {
  std::optional<refusal> worst;
  const auto look = [&](kind what, const char* limit) {
    const auto wait = window(what).wait(now);
    if (wait > (worst ? worst->wait : 0))
      worst = refusal{limit, wait};
  };
  look(kind::message, "messages_per_hour");
  if (post.is_template())
    look(kind::template_message, "templates_per_day");
  const auto begun = broadcasts_.find(post.broadcast);
  if (!post.broadcast.empty() &&
      (begun == broadcasts_.end() || begun->second.at + window(kind::broadcast).span() <= now))
    look(kind::broadcast, "broadcasts_per_week");
  return worst;
}

posting_windows::counted posting_windows::count(const message_post& post, const conversation_id& to, time_ms now,
                                                random_source& random) {
  counted done;
  done.at = now;
  done.to = to;
  done.is_template = post.is_template();
  const auto add = [&](kind what, std::string text) {
    done.rows.emplace_back(key_of(now, what, random), std::move(text));
    rows(what).emplace_back(now, done.rows.back().first);
    window(what).add(now);
  };
  if (done.is_template) {
    add(kind::template_message, to_string(to));
    window(kind::message).add(now);
    forget_reached(now);
    done.is_first_to = reached_.try_emplace(to, now).second;
    if (done.is_first_to)
      reached_in_order_.emplace_back(now, to);
  } else {
    add(kind::message, {});
  }
  if (!post.broadcast.empty()) {
    auto& begun = broadcasts_[post.broadcast];
    done.broadcast = post.broadcast;
    done.is_first_of = begun.at == 0 || begun.at + window(kind::broadcast).span() <= now;
    if (done.is_first_of) {
      begun = {now, 0};
      add(kind::broadcast, post.broadcast);
    }
    ++begun.messages;
  }
  return done;
}

void posting_windows::take_back(const counted& what) {
  window(kind::message).remove(what.at);
  if (what.is_template)
    window(kind::template_message).remove(what.at);
  bool never_began = false; // nobody else's message made it one
  if (const auto begun = broadcasts_.find(what.broadcast); begun != broadcasts_.end()) {
    never_began = --begun->second.messages == 0 && what.is_first_of;
    if (never_began) {
      window(kind::broadcast).remove(what.at);
      broadcasts_.erase(begun);
    }
  }
  if (what.is_first_to)
    reached_.erase(what.to);
  for (const auto& [key, text] : what.rows) {
    if (what.is_first_of && !never_began && key == what.rows.back().first)
      continue; // the broadcast's
    for (auto& list : rows_) {
      const auto newest =
          std::find_if(list.rbegin(), list.rend(), [&](const auto& each) { return each.second == key; });
      if (newest != list.rend())
        list.erase(std::next(newest).base());
    }
    old_rows_.push_back(key);
  }
}

void posting_windows::settle(const counted& what, bool was_outside_window) {
  if (!what.is_template)
    return;
  if (was_outside_window) {
    reached_[what.to] = std::max(reached_[what.to], what.at);
    reached_in_order_.emplace_back(what.at, what.to);
    return;
  }
  if (what.is_first_to)
    reached_.erase(what.to);
  changed_rows_.emplace_back(what.rows.front().first, std::string{});
}

void posting_windows::forget_reached(time_ms now) {
  for (; !reached_in_order_.empty() && reached_in_order_.front().first + ms_per_day <= now;
       reached_in_order_.pop_front()) {
    const auto known = reached_.find(reached_in_order_.front().second);
    if (known != reached_.end() && known->second + ms_per_day <= now)
      reached_.erase(known);
  }
}

bool posting_windows::may_reach_out(const conversation_id& to, std::optional<std::int64_t> limit, time_ms now) {
  if (!limit || *limit < 0)
    return true;
  forget_reached(now);
  return reached_.size() < static_cast<std::size_t>(*limit) || reached_.contains(to);
}

time_ms posting_windows::wait_to_reach_out(time_ms now) {
  forget_reached(now);
  while (!reached_in_order_.empty()) { // who was reached again since, or not after all, is no one's turn
    const auto& [at, to] = reached_in_order_.front();
    const auto known = reached_.find(to);
    if (known != reached_.end() && known->second == at)
      break;
    reached_in_order_.pop_front();
  }
  return reached_in_order_.empty() ? 0 : std::max<time_ms>(reached_in_order_.front().first + ms_per_day - now, 1);
}

posting_windows::reserved posting_windows::reserve_replies(std::uint32_t count, time_ms now, random_source& random) {
  reserved done;
  auto& hour = window(kind::replies);
  for (; done.count < count && hour.wait(now) == 0; ++done.count)
    hour.add(now);
  if (done.count == 0)
    return done;
  done.fresh = {key_of(now, kind::replies, random), std::to_string(done.count)};
  rows(kind::replies).emplace_back(now, done.fresh.first);
  constexpr std::size_t returnable_max = 64;
  reservations_.push_back({now, done.fresh.first, done.count});
  if (reservations_.size() > returnable_max)
    reservations_.pop_front();
  return done;
}

void posting_windows::return_replies(std::uint32_t count) {
  while (count > 0 && !reservations_.empty()) {
    auto& latest = reservations_.back();
    const auto fewer = std::min(count, latest.count);
    count -= fewer;
    latest.count -= fewer;
    for (std::uint32_t i = 0; i < fewer; ++i)
      window(kind::replies).remove(latest.at);
    changed_rows_.emplace_back(latest.key, std::to_string(latest.count));
    if (latest.count == 0)
      reservations_.pop_back();
  }
}

std::vector<bytes> posting_windows::forget(time_ms now, std::size_t most) {
  for (const auto what : {kind::message, kind::template_message, kind::broadcast, kind::replies})
    for (auto& list = rows(what); !list.empty() && list.front().first + window(what).span() <= now; list.pop_front())
      old_rows_.push_back(std::move(list.front().second));
  std::erase_if(changed_rows_, [&](const row& changed) { // a row that is gone must not come back
    return std::find(old_rows_.begin(), old_rows_.end(), changed.first) != old_rows_.end();
  });
  std::erase_if(broadcasts_,
                [&](const auto& each) { return each.second.at + window(kind::broadcast).span() <= now; });
  const auto end = old_rows_.begin() + static_cast<std::ptrdiff_t>(std::min(most, old_rows_.size()));
  std::vector<bytes> gone(std::make_move_iterator(old_rows_.begin()), std::make_move_iterator(end));
  old_rows_.erase(old_rows_.begin(), end);
  return gone;
}

std::vector<posting_windows::row> posting_windows::changed(std::size_t most) {
  const auto end = changed_rows_.begin() + static_cast<std::ptrdiff_t>(std::min(most, changed_rows_.size()));
  std::vector<row> rows(std::make_move_iterator(changed_rows_.begin()), std::make_move_iterator(end));
  changed_rows_.erase(changed_rows_.begin(), end);
  return rows;
}

} // namespace wakala::actors
