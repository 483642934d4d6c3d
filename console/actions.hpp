/// \file
/// What may be done with a node, a shard, an actor or a letter, by whom, and how it is asked for.
#pragma once

#include "console/call.hpp"
#include "console/models.hpp"

#include <cstdint>
#include <optional>
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
  reveal,
  bulk
};

/// What has to be typed before it can be done.
enum class field : std::uint8_t { reason, minutes, node, idle, mailbox };

struct action {
  action_kind kind = action_kind::passivate;
  char32_t key = 0;    ///< on the keyboard; 0: only in the menu
  std::string name;    ///< `pause`
  std::string target;  ///< path of the POST; empty: nothing is posted (reveal)
  std::string subject; ///< what it is done to, for people
  std::vector<field> fields = {};
  nlohmann::json filter = nullptr; ///< of a bulk action: what it is limited to
};

struct filled_fields {
  std::string reason;
  int minutes = 15;
  std::string node;     ///< empty: where it belongs
  int idle_seconds = 0; ///< 0: any; of a bulk action, as the next
  int min_mailbox = 0;
};

/// Those that this token may do with it now.
std::vector<action> actions_for_actor(const whoami& who, const actor& on);
std::vector<action> actions_for_node(const whoami& who, const std::string& node, bool is_alone);
std::vector<action> actions_for_shard(const whoami& who, const std::string& shard, bool is_alone);
/// `tenant` empty: what was set aside.
std::vector<action> actions_for_letter(const whoami& who, const std::string& tenant, const std::string& id);

/// What can be done with all conversations of a place: `filter` has its tenant, shard or node. First one asks how
/// many that would be.
std::vector<action> actions_for_all(const whoami& who, const nlohmann::json& filter);

call call_for(const action& what, const filled_fields& with);
/// Of a bulk action: asks how many it would be, and does nothing.
call rehearsal_for(const action& what, const filled_fields& with);

/// The question that a person says yes to.
std::string question_for(const action& what, const filled_fields& with);
/// The same of a bulk action, with what the rehearsal found; empty when it found nothing.
std::string question_for(const action& what, const filled_fields& with, const answer& rehearsal);
/// A number that is not negative, 0 for nothing at all; nothing when it is none.
std::optional<int> parse_count(const std::string& text);
/// What is wrong with a field's text; empty when nothing is.
std::string problem_of(field which, const std::string& text);
std::string prompt_for(field which);

/// What became of it, in one line.
std::string outcome_text(const action& what, const answer& came);

} // namespace wakala::console
