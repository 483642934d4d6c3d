/// \file
/// Keeps the live stream of what the shown view watches, and hands over what comes.
#pragma once

#include "console/app.hpp"
#include "console/live_socket.hpp"

#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace wakala::console {

class live_feed {
public:
  /// `wake` is called on the socket's thread whenever there is something to take; it must not block.
  live_feed(std::string token, std::string ca_file, std::function<void()> wake);

  /// Begins, changes or ends the stream as the view wants, and gives the app what came; true if something did. By the
  /// app's thread, now and then. `now_ms` on a clock that never goes back.
  bool follow(app& what, std::int64_t now_ms);

private:
  struct event {
    nlohmann::json message;
    std::string why; ///< of the end
  };

  void keep(nlohmann::json message, std::string why);
  std::vector<event> take();
  void begin();

  const std::string token_;
  const std::string ca_file_;
  const std::function<void()> wake_;
  nlohmann::json watched_ = nullptr;
  std::string url_;
  std::int64_t begun_ms_ = 0;
  std::int64_t asked_ms_ = 0;
  bool has_ended_ = false;
  std::mutex mutex_; ///< for the events
  std::vector<event> events_;
  std::unique_ptr<live_socket> socket_; ///< the last: its events need the others
};

} // namespace wakala::console
