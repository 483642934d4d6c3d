#include "http/live_feed.hpp"

#include "actors/inspect/watched.hpp"
#include "http/inspect_view.hpp"
#include "http/live_wish.hpp"
#include "http/overview_scope.hpp"
#include "runtime/core/log.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <utility>

namespace wakala::http {

using nlohmann::json;

namespace {

constexpr std::chrono::seconds second{1};

std::string overview_message(const std::string& overview, std::uint64_t skipped) {
  std::string out = R"({"type":"overview",)";
  if (skipped > 0)
    out += R"("skipped":)" + std::to_string(skipped) + ",";
  return out.append(overview, 1);
}

std::string watching_message(const std::string& watch, std::chrono::seconds lasts) {
  return R"({"type":"watching","watch":)" + watch + R"(,"seconds":)" + std::to_string(lasts.count()) + "}";
}

std::string error_message(const error& why) {
  json out{{"type", "error"}, {"detail", why.what}};
  if (!why.field.empty())
    out["field"] = why.field;
  return out.dump();
}

} // namespace

web_socket_welcome live_feed::welcome() {
  std::uint64_t id = 0;
  {
    const std::lock_guard lock{mutex_};
    id = ++last_id_;
  }
  const auto self = shared_from_this();
  return {live_subprotocol,
          {[self, id](const web_socket& socket) { self->opened(id, socket); },
           [self, id](const std::string& text) { self->heard(id, text); }, [self, id] { self->ended(id); }}};
}

void live_feed::opened(std::uint64_t id, const web_socket& socket) {
  {
    const std::lock_guard lock{mutex_};
    clients_[id].socket = socket;
  }
  options_.io->post_after(options_.token_patience, [weak = weak_from_this(), id] {
    if (const auto self = weak.lock())
      self->end_unknown(id);
  });
}

void live_feed::end_unknown(std::uint64_t id) {
  const std::lock_guard lock{mutex_};
  const auto at = clients_.find(id);
  if (at != clients_.end() && !at->second.who)
    at->second.socket.close(close_code::unauthorized, "no token came");
}

void live_feed::heard(std::uint64_t id, const std::string& text) {
  {
    const std::lock_guard lock{mutex_};
    const auto at = clients_.find(id);
    if (at == clients_.end())
      return;
    auto& c = at->second;
    if (c.who)
      set_watch(id, c, text);
    else
      introduce(c, text);
    if (c.who && !is_ticking_)
      begin_ticking();
  }
  ask_watched();
}

void live_feed::ended(std::uint64_t id) {
  const std::lock_guard nobody_asks{asking_};
  const std::lock_guard lock{mutex_};
  clients_.erase(id);
}

void live_feed::introduce(client& c, const std::string& text) {
  const auto token = live_token_from(text);
  c.who = token ? options_.tokens.find_token(*token) : std::nullopt;
  if (!c.who)
    c.socket.close(close_code::unauthorized, token ? "the token is unknown" : "the first message must be a token");
  else
    c.socket.send(json{{"type", "hello"}, {"whoami", whoami_json(*c.who)}}.dump());
}

void live_feed::set_watch(std::uint64_t id, client& c, const std::string& text) {
  auto wish = live_wish_from(text, *c.who, [&](const tenant_id& tenant) {
    return tenant != actors::system_tenant && options_.context->tenants->get()->find(tenant) != nullptr;
  });
  if (!wish) {
    c.socket.send(error_message(wish.error()));
    return;
  }
  if (!wish->watch) {
    c.watch.reset();
    c.socket.send(watching_message("null", std::chrono::seconds{0}));
    return;
  }
  // The same once more goes on without a gap, for as long again.
  if (c.watch != wish->watch)
    c.key = options_.context->node_name + "/" + std::to_string(id) + "/" + std::to_string(++last_watch_);
  c.watch = std::move(wish->watch);
  c.shown = std::move(wish->shown);
  c.lasts = wish->lasts;
  c.ends = clock::now() + c.lasts;
  c.is_confirmed = false;
}

void live_feed::begin_ticking() {
  is_ticking_ = true;
  next_second_ = clock::now();
  options_.io->post([weak = weak_from_this()] {
    if (const auto self = weak.lock())
      self->tick();
  });
}

void live_feed::tick() {
  const std::lock_guard nobody_ends{asking_};
  if (!begin_second())
    return;
  ask_overview();
  ask_watched();
}

/// False when nobody listens any more.
bool live_feed::begin_second() {
  const std::lock_guard lock{mutex_};
  const auto now = clock::now();
  bool is_heard = false;
  for (auto& [id, c] : clients_) {
    is_heard = is_heard || c.who;
    c.room = traces_per_s;
    if (c.watch && c.ends <= now) {
      c.watch.reset();
      c.socket.send(watching_message("null", std::chrono::seconds{0}));
    }
  }
  is_ticking_ = is_heard;
  if (!is_heard)
    return false;
  next_second_ = std::max(next_second_ + second, now);
  options_.io->post_after(std::chrono::duration_cast<std::chrono::milliseconds>(next_second_ - now),
                          [weak = weak_from_this()] {
                            if (const auto self = weak.lock())
                              self->tick();
                          });
  return true;
}

void live_feed::ask_overview() {
  {
    const std::lock_guard lock{mutex_};
    if (std::exchange(is_overview_asked_, true))
      return;
  }
  options_.overview->get([weak = weak_from_this()](const result<std::string>& text) {
    if (const auto self = weak.lock())
      self->tell_overview(text);
  });
}

void live_feed::tell_overview(const result<std::string>& text) {
  struct listener {
    web_socket socket;
    principal who;
    std::uint64_t skipped;
  };
  std::vector<listener> all;
  {
    const std::lock_guard lock{mutex_};
    is_overview_asked_ = false;
    if (!text) // consoles see by the silence that there is none
      return;
    for (auto& [id, c] : clients_)
      if (c.who)
        all.push_back({c.socket, *c.who, std::exchange(c.skipped, 0)});
  }
  std::map<std::set<tenant_id>, std::string> narrowed;
  for (const auto& each : all) {
    if (each.who.is_operator) {
      each.socket.send(overview_message(*text, each.skipped));
      continue;
    }
    auto& theirs = narrowed[each.who.tenants];
    if (theirs.empty())
      theirs = overview_for(each.who, *text, *options_.context);
    each.socket.send(overview_message(theirs, each.skipped));
  }
}

void live_feed::ask_watched() {
  auto watches = json::array();
  {
    const std::lock_guard lock{mutex_};
    if (are_traces_asked_)
      return;
    for (const auto& [id, c] : clients_)
      if (c.watch)
        watches.push_back(actors::watch_json(c.key, *c.watch));
    if (watches.empty())
      return;
    are_traces_asked_ = true;
  }
  options_.actors->inspect(json{{"ask", "watched"}, {"watches", std::move(watches)}}.dump(),
                           [weak = weak_from_this()](const result<std::string>& text) {
                             if (const auto self = weak.lock())
                               self->tell_watched(text);
                           });
}

void live_feed::tell_watched(const result<std::string>& text) {
  auto told = text ? json::parse(*text, nullptr, false) : json();
  const std::lock_guard lock{mutex_};
  are_traces_asked_ = false;
  if (!told.is_object()) {
    log::warn("live.no_traces", {{"why", text ? "not JSON" : text.error().what}});
    return;
  }
  auto& watches = told["watches"];
  for (auto& [id, c] : clients_) {
    if (!c.watch || !watches.contains(c.key))
      continue;
    auto& mine = watches[c.key];
    if (!std::exchange(c.is_confirmed, true))
      c.socket.send(watching_message(c.shown, c.lasts));
    c.skipped += mine.value("left_out", std::uint64_t{0});
    for (auto& trace : mine["traces"]) {
      if (c.room == 0) {
        ++c.skipped;
        continue;
      }
      --c.room;
      show_trace(trace, false);
      c.socket.send(json{{"type", "trace"}, {"trace", std::move(trace)}}.dump());
    }
  }
}

} // namespace wakala::http
