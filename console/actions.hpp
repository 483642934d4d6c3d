/// \file
/// What may be done with a node, a shard, an actor or a letter, by whom, and how it is asked for.
#pragma once

#include "console/call.hpp"
#include "console/models.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace wakala::console {

enum class action_kind : std::uint8_t {
  passivate,
  restart,
  pause,
  resume,
  drain,
  undrain,
  move,
  replay,
  drop,
  reveal
};

/// What has to be typed before it can be done.
enum class field : std::uint8_t { reason, minutes, node };

struct action {
  action_kind kind = action_kind::passivate;
  char32_t key = 0;    ///< on the keyboard
  std::string name;    ///< `pause`
  std::string target;  ///< path of the POST; empty: nothing is posted (reveal)
  std::string subject; ///< what it is done to, for people
  std::vector<field> fields = {};
};

struct filled_fields {
  std::string reason;
  int minutes = 15;
  std::string node; ///< empty: where it belongs
};

/// Those that this token may do with it now.
std::vector<action> actions_for_actor(const whoami& who, const actor& on);
std::vector<action> actions_for_node(const whoami& who, const std::string& node, bool is_alone);
std::vector<action> actions_for_shard(const whoami& who, const std::string& shard, bool is_alone);
/// `tenant` empty: what was set aside.
std::vector<action> actions_for_letter(const whoami& who, const std::string& tenant, const std::string& id);

call call_for(const action& what, const filled_fields& with);

/// The question that a person says yes to.
std::string question_for(const action& what, const filled_fields& with);
/// What is wrong with a field's text; empty when nothing is.
std::string problem_of(field which, const std::string& text);
std::string prompt_for(field which);

/// What became of it, in one line.
std::string outcome_text(const action& what, const answer& came);

} // namespace wakala::console
