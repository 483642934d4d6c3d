/// \file
/// The Graph API as a test wants it: records every call, answers at once, later, wrongly or never.
#pragma once

#include "actors/outbound/transport.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <condition_variable>
#include <cstddef>
#include <functional>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace wakala::actors::test {

struct recorded_call {
  std::string phone_number_id;
  std::string access_token;
  nlohmann::json body;

  bool is_read_mark() const { return body.value("status", "") == "read"; }
  std::string callback() const { return body.value("biz_opaque_callback_data", ""); }
  /// Text of the message, whatever its type.
  std::string text() const;
};

/// Thread-safe.
class fake_graph final : public transport {
public:
  /// What to answer to a call, `number` counting all calls from 0; nothing: keep the answer back.
  using answerer = std::function<std::optional<send_outcome>(const recorded_call&, std::size_t number)>;

  void send(send_call call, std::function<void(send_outcome)> done) override;

  /// Until a test says what is answered, there is nobody to ask.
  using question_answerer = std::function<result<graph_reply>(const graph_question&)>;
  void ask(graph_question question, std::function<void(result<graph_reply>)> done) override;
  bool can_ask() const noexcept override;
  void answer_questions_with(question_answerer how);
  std::vector<graph_question> questions() const;

  void answer_with(answerer how);
  /// Answers everything kept back, in order of arrival.
  void release(const std::function<send_outcome(const recorded_call&)>& how);
  /// Answers the oldest call kept back; false when there is none.
  bool release_one(const std::function<send_outcome(const recorded_call&)>& how);
  /// Forgets what was kept back: the other side will never answer.
  void lose();

  std::vector<recorded_call> calls() const;
  /// Calls that are messages, not marks as read.
  std::vector<recorded_call> messages() const;
  std::size_t read_marks() const;
  /// Waits until `enough` of the calls so far; false after `patience`.
  bool wait_until(const std::function<bool(const std::vector<recorded_call>&)>& enough,
                  std::chrono::milliseconds patience = std::chrono::seconds{10});
  bool wait_for_messages(std::size_t count, std::chrono::milliseconds patience = std::chrono::seconds{10});

private:
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  answerer how_;
  std::vector<recorded_call> calls_;
  question_answerer how_to_questions_;
  std::vector<graph_question> questions_;
  std::vector<std::pair<recorded_call, std::function<void(send_outcome)>>> kept_;
};

/// Accepted, with a message id that follows from the callback data.
send_outcome accepted(const recorded_call& call);
std::string wamid_of(const recorded_call& call);
send_outcome refused(int code, int http_status = 400);
send_outcome of_kind(send_outcome::kind what);

} // namespace wakala::actors::test
