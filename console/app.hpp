/// \file
/// The console without terminal and network: keys and answers go in, calls and a drawn screen come out. One thread.
#pragma once

#include "console/call.hpp"
#include "console/grid.hpp"
#include "console/history.hpp"
#include "console/keys.hpp"
#include "console/line_editor.hpp"
#include "console/menu.hpp"
#include "console/scroll.hpp"
#include "console/view.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace wakala::console {

/// Two clocks: one that never goes back, and the time of day; both in milliseconds.
struct moment_now {
  std::int64_t steady_ms = 0;
  std::int64_t wall_ms = 0; ///< since 1970
};

struct screen {
  grid cells;
  std::optional<std::pair<std::size_t, std::size_t>> cursor; ///< row and column, while something is typed
};

class app {
public:
  /// `first`: the command of the view to begin with.
  explicit app(const std::string& first = "overview");

  void on_key(const key& what, moment_now now);
  void on_answer(const answer& what, moment_now now);
  /// What is to be asked now. Each has an id of its own.
  std::vector<call> due(moment_now now);
  /// What the live stream should watch now, and of which listener; null: nothing.
  nlohmann::json watched() const;
  const std::string& url() const noexcept { return url_; }
  void on_live(const nlohmann::json& message);
  void on_live_end(const std::string& why);
  /// How long until something is due, at most a second.
  std::int64_t wait_ms() const;

  screen draw(std::size_t rows, std::size_t columns, moment_now now);

  bool has_ended() const noexcept { return has_ended_; }
  /// The screen is to be painted from nothing; true once.
  bool wants_redraw();

private:
  enum class typing : std::uint8_t { nothing, filter, command, find, trace, field };
  enum class link : std::uint8_t { unknown, good, lost };

  /// One wish of a view on its way.
  struct progress {
    std::string target;
    std::int64_t sent_ms = 0;
    std::uint64_t in_flight = 0; ///< 0: none
    bool is_asked = false;
  };
  struct open_view {
    std::unique_ptr<view> what;
    scroll place;
    std::map<std::string, progress> parts;
    std::string problem;
  };
  /// An action that a person is being asked about.
  struct errand {
    action what;
    filled_fields with;
    std::size_t next_field = 0;
    std::uint64_t rehearsal = 0; ///< the call that finds out how many a bulk action would be
    std::string question;
  };

  open_view& top() { return views_.back(); }
  surroundings around(moment_now now) const { return {past_, who_, now.wall_ms}; }

  void push(const std::string& command);
  void replace(const std::string& command);
  void open_selected();
  void back();
  void refresh(open_view& what);
  void say(std::string text, look how);

  // Keys, by what is on the screen.
  void browse(const key& what, moment_now now);
  bool browse_character(char32_t c, moment_now now);
  void browse_function(int number, moment_now now);
  void browse_click(const key& what, moment_now now);
  void type(const key& what);
  void confirm(const key& what);
  void choose(const key& what, moment_now now);
  void chosen(const menu_entry& entry, moment_now now);

  void begin_typing(typing what, std::string label, std::string text = {});
  void typed(const std::string& text);
  void sort_by_neighbour(int by);
  void sort_by(const std::string& column);
  void offer_actions(moment_now now);
  void offer_sorting();
  void offer_views();
  void begin(const action& what);
  void next_field();
  void field_typed(const std::string& text);
  void carry_out();

  void take_rehearsal(const answer& what);
  void take_outcome(const answer& what, const action& of);
  void take_part(const answer& what, open_view& of, const std::string& part, moment_now now);
  void note_link(const answer& what);
  call issue(std::string target);

  void draw_bar(grid& to, moment_now now) const;
  void draw_title(grid& to, const page& shown) const;
  void draw_body(grid& to, const page& shown);
  void draw_message(screen& to, moment_now now);
  void draw_functions(grid& to);

  std::vector<open_view> views_;
  history past_;
  whoami who_;
  bool is_known_ = false; ///< whoami was answered
  link link_ = link::unknown;
  std::string link_problem_;
  std::string url_; ///< that answered last
  std::int64_t answered_wall_ms_ = 0;
  bool is_held_ = false;
  bool has_ended_ = false;
  bool wants_redraw_ = false;

  std::uint64_t last_id_ = 0;
  progress overview_;
  progress whoami_;
  std::map<std::uint64_t, action> errands_under_way_;
  std::vector<call> outbox_; ///< POSTs

  typing typing_ = typing::nothing;
  std::string label_;
  line_editor editor_;
  std::string filter_before_;
  std::optional<errand> errand_;
  bool is_confirming_ = false;
  std::optional<menu> menu_;

  std::string notice_;
  look notice_look_ = look::plain;
  std::int64_t notice_ms_ = -1; ///< when it was first drawn

  // How the last screen was laid out, for the mouse.
  std::size_t body_row_ = 0;
  std::size_t body_rows_ = 0;
  std::vector<line> body_;
  std::vector<std::pair<std::size_t, int>> function_spots_; ///< end column, number
  std::size_t rows_ = 24;
  std::int64_t clicked_ms_ = -1000;
  std::string clicked_key_;
};

} // namespace wakala::console
