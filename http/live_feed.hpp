/// \file
/// The live feed of the consoles: `GET /v1/live` as a WebSocket. Each second what `GET /v1/overview` says, and traces
/// of messages as they are committed.
#pragma once

#include "actors/protocol/node_context.hpp"
#include "actors/tracing/trace_watch.hpp"
#include "http/admin_auth.hpp"
#include "http/bridge.hpp"
#include "http/core/io_runtime.hpp"
#include "http/core/web_socket.hpp"
#include "http/recent_answer.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace wakala::http {

inline constexpr const char* live_subprotocol = "wakala.v1";

struct live_feed_options {
  actors::node_context_ptr context;
  bridge* actors = nullptr; ///< outlives every socket
  token_table tokens;
  std::shared_ptr<recent_answer> overview; ///< of the cluster, for operators
  io_runtime* io = nullptr;                ///< gives the seconds; outlives every socket
  std::chrono::milliseconds token_patience{5'000};
};

/// Made once a second for all sockets together, and not at all while nobody listens. Thread-safe. Held by shared
/// pointer: an answer may come after its owner is gone.
class live_feed : public std::enable_shared_from_this<live_feed> {
public:
  static constexpr std::size_t traces_per_s = 50; ///< of one socket

  explicit live_feed(live_feed_options options) : options_(std::move(options)) {}

  /// For a request that wants to become a socket: who it is, its first message says.
  web_socket_welcome welcome();

private:
  using clock = std::chrono::steady_clock;
  struct client {
    web_socket socket;
    std::optional<principal> who; ///< nothing until its token has come
    std::optional<actors::trace_wish> watch;
    std::string key; ///< of the watch, in the whole cluster
    std::string shown;
    std::chrono::seconds lasts{};
    clock::time_point ends{};
    bool is_confirmed = false; ///< it was told that the watch has begun
    std::size_t room = traces_per_s;
    std::uint64_t skipped = 0; ///< traces, since the last overview
  };

  void opened(std::uint64_t id, const web_socket& socket);
  void heard(std::uint64_t id, const std::string& text);
  void ended(std::uint64_t id);
  void end_unknown(std::uint64_t id);
  void introduce(client& c, const std::string& text);
  void set_watch(std::uint64_t id, client& c, const std::string& text);
  void begin_ticking();
  void tick();
  bool begin_second();
  void ask_overview();
  void ask_watched();
  void tell_overview(const result<std::string>& text);
  void tell_watched(const result<std::string>& text);

  live_feed_options options_;
  /// Held while the actors are asked, and while a socket ends: once all have ended, nobody asks any more.
  std::mutex asking_;
  std::mutex mutex_; ///< of what follows; taken after the other
  std::map<std::uint64_t, client> clients_;
  std::uint64_t last_id_ = 0;
  std::uint64_t last_watch_ = 0;
  bool is_ticking_ = false;
  bool is_overview_asked_ = false;
  bool are_traces_asked_ = false;
  clock::time_point next_second_{};
};

} // namespace wakala::http
