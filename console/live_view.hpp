/// \file
/// Messages as they are handled: of a conversation, of a tenant, or of a share of all.
#pragma once

#include "console/view.hpp"

#include <nlohmann/json.hpp>

#include <deque>

namespace wakala::console {

/// What a text like `conversation:duka:0af3…`, `duka` or `5%` asks the live stream to watch; null when it is neither.
nlohmann::json watch_for(const std::string& text);

class live_view : public view {
public:
  /// `text` empty: what the token can see a little of.
  explicit live_view(std::string text);

  std::string command() const override { return text_.empty() ? "live" : "live " + text_; }
  std::string title() const override;
  page show(const surroundings& around, std::size_t width) const override;
  std::string open(const std::string& key) const override;
  nlohmann::json watched(const whoami& who) const override;
  void take_trace(const nlohmann::json& trace) override;
  void take_skipped(double count) override { skipped_ += count; }
  void refresh() override;

private:
  std::string text_;
  std::deque<nlohmann::json> traces_; ///< the last first
  double count_ = 0;
  double skipped_ = 0; ///< what came too fast to be shown
};

} // namespace wakala::console
