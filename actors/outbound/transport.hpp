/// \file
/// How a message leaves: the Graph API as the actors see it.
#pragma once

#include "runtime/core/result.hpp"
#include "whatsapp/outbound.hpp"

#include <cstdint>
#include <functional>
#include <string>

namespace wakala::actors {

struct send_call {
  std::string phone_number_id;
  std::string access_token;
  std::string body; ///< JSON of `POST /{version}/{phone-number-id}/messages`
  /// Asked once more when the call is about to be written, however long it has waited for its turn; false:
  /// `not_sent`. Thread-safe, does not block. Empty: always.
  std::function<bool()> may_leave = {};
};

struct send_outcome {
  enum class kind : std::uint8_t {
    accepted, ///< `answer` holds the message id
    refused,  ///< `failure` says why
    not_sent, ///< nothing reached the other side: retry freely
    unknown,  ///< something may have: wait for the echo
  };
  kind what = kind::unknown;
  whatsapp::send_answer answer;
  whatsapp::send_error failure;
  std::string why; ///< for people, without personal data
};

/// A call of the Graph API that sends no message.
struct graph_question {
  std::string method = "GET";
  std::string path; ///< below the version, with its query: `1234/phone_numbers?fields=id`
  std::string access_token;
  std::string body = {}; ///< JSON; empty: none
};
struct graph_reply {
  int status = 0;
  std::string body;
};

/// Sends one message. `done` is called exactly once, on any thread. Thread-safe.
class transport {
public:
  virtual ~transport() = default;
  virtual void send(send_call call, std::function<void(send_outcome)> done) = 0;

  /// Asks. `done` is called exactly once, on any thread; `unavailable` when there was no answer. Thread-safe.
  virtual void ask(graph_question question, std::function<void(result<graph_reply>)> done);
  /// False when there is nobody to ask.
  virtual bool can_ask() const noexcept { return false; }

  /// False when nobody beyond counts what is sent: then neither the pace of a number nor that of a pair holds.
  virtual bool has_limits() const noexcept { return true; }
};

} // namespace wakala::actors
