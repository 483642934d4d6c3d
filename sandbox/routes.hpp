/// \file
/// Every path the sandbox answers, between the HTTP server and the backend.
#pragma once

#include "sandbox/backend.hpp"
#include "sandbox/timer_queue.hpp"
#include "sandbox/webhook_poster.hpp"

#include <functional>
#include <list>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace wakala::sandbox {

/// What the routes need of an HTTP request. Owns its text, since an answer may come much later.
struct web_request {
  std::string method;
  std::string target; ///< path and query as they came
  std::string authorization;
  std::string content_type;
  std::string host;
  std::string body;
  std::string idempotency_key = {};
};

/// An answer, or the wish to close the connection without one.
struct web_reply {
  int status = 200;
  std::string content_type = "application/json";
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers;
  bool drop_connection = false;
};

/// Not thread-safe: lives on the timer queue's thread.
class routes {
public:
  using respond = std::function<void(web_reply)>;

  /// Asks a callback URL for its challenge and reports whether it answered well.
  using verifier = std::function<void(const callback_override& callback, std::function<void(bool good)> done)>;

  /// Answers a request below `/_sandbox`, whose further parts come along; false: it is none of its own.
  using extension =
      std::function<bool(const web_request& request, std::vector<std::string> parts, const respond& answer)>;

  /// Without `verify`, callback URLs are taken unasked.
  routes(backend& meta, webhook_poster& poster, timer_queue& timers, verifier verify = {}, extension more = {})
      : meta_(meta), poster_(poster), timers_(timers), verify_(std::move(verify)), more_(std::move(more)) {}

  /// Calls `answer` exactly once, now or later.
  void handle(web_request request, respond answer);
  /// Answers everybody who waits for news. Call it once after the backend changed outside `handle`.
  void notify();

private:
  /// Somebody who waits for news.
  struct waiter {
    std::function<bool()> has_news;
    std::function<std::string()> render;
    respond answer;
  };
  struct parsed_target;

  void graph(const web_request& request, const parsed_target& at, const respond& answer);
  void control(const web_request& request, const parsed_target& at, const respond& answer);
  /// A Graph call about numbers, accounts or templates; false: it is none, and was not answered.
  bool manage(const web_request& request, const parsed_target& at, const respond& answer);
  /// `POST /_sandbox/{numbers,accounts,templates}/{id}`, `shoppers`, `webhooks`; false: it is none of these.
  bool change(const web_request& request, const parsed_target& at, const respond& answer);
  void inbound(const web_request& request, const respond& answer);
  void wait_for(std::function<bool()> has_news, std::function<std::string()> render, std::int64_t wait_ms,
                const respond& answer);
  void schedule(timed_update timed, webhook_poster::report done = {});

  backend& meta_;
  webhook_poster& poster_;
  timer_queue& timers_;
  verifier verify_;
  extension more_;
  std::list<waiter> waiters_;
};

} // namespace wakala::sandbox
