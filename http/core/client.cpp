#include "http/core/client.hpp"

#include "http/core/address_kind.hpp"
#include "http/core/client_connection.hpp"
#include "http/core/io_core.hpp"
#include "http/core/proxy.hpp"
#include "http/core/response_head.hpp"
#include "http/core/tls_files.hpp"
#include "runtime/core/log.hpp"

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/detached.hpp>
#include <boost/asio/post.hpp>

#include <algorithm>
#include <array>
#include <deque>
#include <map>
#include <set>

namespace wakala::http {
namespace {

using connection_ptr = std::shared_ptr<client_connection>;

/// A request that waits for a connection of its host.
struct waiting_request {
  explicit waiting_request(asio::io_context& loop, std::chrono::milliseconds time)
      : timer(loop.get_executor(), time) {}
  steady_timer timer;
  bool granted = false;
  connection_ptr connection; ///< when granted: this one, or the right to open one
};

/// The connections to one server.
struct pool {
  std::vector<connection_ptr> idle;
  std::size_t open = 0; ///< idle ones, those in use and those being made
  std::deque<std::shared_ptr<waiting_request>> waiting;
};

struct job {
  client_request what;
  std::function<void(client_result)> done;
  connection_ptr connection;
  std::shared_ptr<waiting_request> waiting;
  bool cut = false;
};

/// Fields that the client sets itself.
bool is_ours(std::string_view name) {
  static constexpr std::array<std::string_view, 4> ours{"Host", "Content-Length", "Connection", "Transfer-Encoding"};
  return std::ranges::any_of(ours, [name](std::string_view each) { return iequals(each, name); });
}

bool is_token(std::string_view text) {
  static constexpr std::string_view others = "!#$%&'*+-.^_`|~";
  return !text.empty() && std::ranges::all_of(text, [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           others.find(c) != std::string_view::npos;
  });
}

/// What is wrong with a request; empty when nothing is.
std::string fault_of(const client_request& what) {
  if (!is_token(what.method))
    return "the method is no HTTP token";
  for (const auto& [name, value] : what.headers) {
    if (!is_token(name))
      return "the name of a header field is no HTTP token";
    if (value.find_first_of(std::string_view("\r\n\0", 3)) != std::string::npos)
      return "header field " + name + " holds a line break";
  }
  return {};
}

std::string head_of(const client_request& what, const route& way, const std::string& user_agent) {
  const bool absolute = way.proxy && !way.target.https;
  std::string head =
      what.method + " " + (absolute ? "http://" + way.target.authority() : "") + way.target.target + " HTTP/1.1\r\n";
  append_field(head, "Host", way.target.authority());
  if (!user_agent.empty() && !find_header(what.headers, "User-Agent"))
    append_field(head, "User-Agent", user_agent);
  if (absolute)
    if (const auto credentials = proxy_authorization(*way.proxy); !credentials.empty())
      append_field(head, "Proxy-Authorization", credentials);
  for (const auto& [name, value] : what.headers)
    if (!is_ours(name))
      append_field(head, name, value);
  if (!what.body.empty() || what.method == "POST" || what.method == "PUT" || what.method == "PATCH")
    append_field(head, "Content-Length", std::to_string(what.body.size()));
  head += "\r\n";
  return head;
}

bool is_safe_to_repeat(const std::string& method) {
  return method == "GET" || method == "HEAD" || method == "OPTIONS";
}

} // namespace

struct client::state : std::enable_shared_from_this<client::state> {
  state(io_core& loops, client_options with)
      : core(loops), options(std::move(with)), loop(core.loop(core.next())), sweeper(loop.get_executor()) {
    if (!options.ca_file.empty())
      tls = client_tls(options.ca_file).value();
  }

  io_core& core; ///< kept alive by the client, which outlives every job
  client_options options;
  asio::io_context& loop;
  std::unique_ptr<asio::ssl::context> tls; ///< the system's certificates are read when first needed
  std::atomic<std::size_t> pending{0};
  std::optional<steady_timer> sweeper;
  bool sweeping = false;
  bool closed = false;
  std::map<std::string, pool> pools;
  std::set<std::shared_ptr<job>> jobs;

  task<void> run(std::shared_ptr<job> j);
  task<client_result> perform(std::shared_ptr<job> j);
  result<route> find_way(const client_request& what);
  task<std::string> acquire(std::shared_ptr<job> j, const std::string& key);
  void give_back(const std::string& key, connection_ptr connection);
  void drop_slot(const std::string& key);
  void drop_idle(const std::string& key);
  void sweep();
  void close();
};

result<route> client::state::find_way(const client_request& what) {
  if (auto fault = fault_of(what); !fault.empty())
    return make_error(errc::invalid_argument, std::move(fault));
  auto target = parse_url(what.url);
  if (!target)
    return target.error();
  if (!target->user_info.empty())
    return make_error(errc::invalid_argument, "credentials belong into a header field, not into the URL");
  auto proxy = proxy_for(options.proxy, *target);
  if (!proxy)
    return proxy.error();
  if (options.public_addresses_only && *proxy && is_local_name(target->host))
    return make_error(errc::invalid_argument, target->host + " is no public address");
  if (target->https && !tls) {
    auto made = client_tls({});
    if (!made)
      return made.error();
    tls = std::move(*made);
  }
  return route{std::move(*target), std::move(*proxy), tls.get()};
}

/// Empty when the job has a slot: with `j->connection` an open connection, without it the right to open one.
task<std::string> client::state::acquire(std::shared_ptr<job> j, const std::string& key) {
  auto& p = pools[key];
  while (!p.idle.empty()) {
    auto connection = std::move(p.idle.back());
    p.idle.pop_back();
    if (connection->still_good()) {
      j->connection = std::move(connection);
      co_return std::string();
    }
    connection->close();
    --p.open;
  }
  if (p.open < options.connections_per_host) {
    ++p.open;
    co_return std::string();
  }
  if (p.waiting.size() >= options.waiting_per_host)
    co_return std::string("too many requests are waiting for this host");
  auto turn = std::make_shared<waiting_request>(loop, options.connect_timeout);
  p.waiting.push_back(turn);
  j->waiting = turn;
  co_await turn->timer.async_wait(as_results);
  j->waiting.reset();
  if (!turn->granted) {
    std::erase(p.waiting, turn); // the pool stays while somebody waits in it
    co_return std::string(closed ? "the client was closed" : "every connection to this host is busy");
  }
  j->connection = std::move(turn->connection);
  co_return std::string();
}

void client::state::give_back(const std::string& key, connection_ptr connection) {
  auto& p = pools[key];
  connection->used_before = true;
  connection->idle_since = std::chrono::steady_clock::now();
  if (p.waiting.empty()) {
    p.idle.push_back(std::move(connection));
    sweep();
    return;
  }
  const auto next = std::move(p.waiting.front());
  p.waiting.pop_front();
  next->granted = true;
  if (connection->still_good()) {
    next->connection = std::move(connection);
  } else {
    connection->close();
  }
  next->timer.cancel();
}

void client::state::drop_slot(const std::string& key) {
  auto& p = pools[key];
  if (!p.waiting.empty()) {
    const auto next = std::move(p.waiting.front());
    p.waiting.pop_front();
    next->granted = true; // the slot passes on: its next owner opens a connection
    next->timer.cancel();
    return;
  }
  if (--p.open == 0)
    pools.erase(key);
}

void client::state::drop_idle(const std::string& key) {
  const auto at = pools.find(key);
  if (at == pools.end())
    return;
  const auto idle = std::exchange(at->second.idle, {});
  for (const auto& each : idle) {
    each->close();
    drop_slot(key);
  }
}

/// Closes what was idle for too long; looks again while anything is idle.
void client::state::sweep() {
  if (sweeping || closed)
    return;
  sweeping = true;
  sweeper->expires_after(options.idle_keep / 2 + std::chrono::milliseconds(1));
  sweeper->async_wait([weak = weak_from_this()](error_code failed) {
    const auto s = weak.lock();
    if (!s || failed)
      return;
    s->sweeping = false;
    const auto oldest = std::chrono::steady_clock::now() - s->options.idle_keep;
    bool any = false;
    for (auto at = s->pools.begin(); at != s->pools.end();) {
      auto& p = at->second;
      p.open -= std::erase_if(p.idle, [oldest](const connection_ptr& each) {
        if (each->idle_since > oldest)
          return false;
        each->close();
        return true;
      });
      any = any || !p.idle.empty();
      at = p.open == 0 ? s->pools.erase(at) : std::next(at);
    }
    if (any)
      s->sweep();
  });
}

task<client_result> client::state::perform(std::shared_ptr<job> j) {
  if (closed)
    co_return not_sent{"the client was closed"};
  const auto way = find_way(j->what);
  if (!way)
    co_return not_sent{way.error().what};
  const auto key = (way->target.https ? "https " : "http ") + way->target.host_and_port();
  const auto head = head_of(j->what, *way, options.user_agent);
  const exchange_bounds bounds{j->what.write_timeout.value_or(options.write_timeout),
                               j->what.read_timeout.value_or(options.read_timeout),
                               j->what.body_bytes.value_or(options.body_bytes), j->what.method == "HEAD"};
  for (;;) {
    auto why = co_await acquire(j, key);
    if (!why.empty())
      co_return not_sent{std::move(why)};
    const bool reused = j->connection != nullptr;
    if (!reused && !j->cut) {
      j->connection = std::make_shared<client_connection>(loop, options);
      why = co_await j->connection->open(*way);
    }
    if (j->cut || !why.empty()) {
      if (j->connection)
        j->connection->close();
      j->connection.reset();
      drop_slot(key);
      co_return not_sent{j->cut ? std::string("the client was closed") : std::move(why)};
    }
    if (j->what.may_leave && !j->what.may_leave()) {
      give_back(key, std::exchange(j->connection, nullptr));
      co_return not_sent{"it may no longer be sent"};
    }
    auto end = co_await j->connection->exchange(head, j->what.body, bounds);
    auto connection = std::exchange(j->connection, nullptr);
    if (end.reusable && !j->cut) {
      give_back(key, std::move(connection));
    } else {
      connection->close();
      drop_slot(key);
    }
    // A kept connection that the server closed just now says nothing about the server: ask again on a new one, if
    // nothing was written or the request may be repeated by its nature. The other idle ones are as old: drop them.
    const bool repeat = reused && end.dropped_unanswered && !j->cut &&
                        (std::holds_alternative<not_sent>(end.outcome) || is_safe_to_repeat(j->what.method));
    if (!repeat)
      co_return std::move(end.outcome);
    drop_idle(key);
  }
}

task<void> client::state::run(std::shared_ptr<job> j) {
  const auto self = shared_from_this();
  jobs.insert(j);
  client_result outcome = unknown_outcome{"the client failed"};
  try {
    outcome = co_await perform(j);
  } catch (const std::exception& e) {
    log::error("http_client_failed", {{"what", e.what()}});
  }
  jobs.erase(j);
  try {
    j->done(std::move(outcome));
  } catch (const std::exception& e) {
    log::error("http_client_done_threw", {{"what", e.what()}});
  }
  j->done = {};
  --pending;
  core.changed();
}

void client::state::close() {
  closed = true;
  sweeper->cancel();
  for (const auto& each : jobs) {
    each->cut = true;
    if (each->waiting)
      each->waiting->timer.cancel();
    if (each->connection)
      each->connection->close();
  }
  for (auto& [key, p] : pools) {
    for (const auto& each : p.idle)
      each->close();
    p.open -= p.idle.size();
    p.idle.clear();
  }
}

client::client(io_runtime& io, client_options options)
    : state_(std::make_shared<state>(*io.core(), std::move(options))), core_(io.core()) {}

client::~client() {
  auto& s = *state_;
  ++s.pending;
  asio::post(s.loop, [self = state_] {
    self->close();
    --self->pending;
    self->core.changed();
  });
  core_->settle([&s] { return s.pending == 0; });
  s.sweeper.reset(); // a straggler in the loop's queue may hold the state a moment longer
}

void client::send(client_request what, std::function<void(client_result)> done) {
  ++state_->pending;
  auto j = std::make_shared<job>();
  j->what = std::move(what);
  j->done = std::move(done);
  asio::post(state_->loop, [self = state_, j = std::move(j)] {
    asio::co_spawn(self->loop.get_executor(), self->run(j), asio::detached);
  });
}

result<client_answer> fetch(client_request what, client_options options) {
  io_runtime io(1); // never started: waiting runs its loop on this thread
  std::optional<client_result> outcome;
  std::atomic<bool> over{false};
  try {
    client one(io, std::move(options));
    one.send(std::move(what), [&](client_result got) {
      outcome = std::move(got);
      over = true;
    });
    io.core()->settle([&over] { return over.load(); });
  } catch (const result_error& e) {
    return e.reason;
  }
  if (auto* answer = std::get_if<client_answer>(&*outcome))
    return std::move(*answer);
  if (const auto* unsent = std::get_if<not_sent>(&*outcome))
    return make_error(errc::unavailable, unsent->why);
  return make_error(errc::deadline_exceeded, std::get<unknown_outcome>(*outcome).why);
}

} // namespace wakala::http
