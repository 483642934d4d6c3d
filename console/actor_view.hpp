/// \file
/// One actor: its figures, its state, and, of a conversation, its transcript.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

#include <map>

namespace wakala::console {

class actor_view : public view {
public:
  explicit actor_view(std::string id);

  std::string command() const override { return "actor " + id_; }
  std::string title() const override { return id_; }
  std::vector<wish> wishes(const surroundings& around) const override;
  void take(const std::string& part, const nlohmann::json& body, std::int64_t at_ms) override;
  void refresh() override;
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  std::vector<action> actions(const surroundings& around, const std::string& key) const override;
  /// First the transcript, or first the state.
  void turn() override { is_turned_ = !is_turned_; }
  void reveal(const std::string& reason) override;

private:
  std::vector<line> state_lines(std::size_t width) const;
  std::vector<line> message_lines(std::size_t width) const;
  std::string query_end(char first) const;

  std::string id_;
  actor actor_;
  std::vector<actor> path_;
  nlohmann::json state_ = nullptr;
  bool is_redacted_ = true;
  bool has_answer_ = false;
  bool is_turned_ = false;
  std::string reason_; ///< of revealing; empty: not revealed

  /// The transcript by page: only the last page changes by itself.
  std::vector<std::pair<std::string, nlohmann::json>> pages_; ///< cursor, messages
  std::string next_page_;
};

} // namespace wakala::console
