#include "console/help_view.hpp"

#include "console/text.hpp"

#include <array>
#include <string_view>

namespace wakala::console {

namespace {

struct entry {
  std::string_view keys; ///< empty: `what` is a title
  std::string_view what;
};

constexpr std::array<entry, 55> entries{{
    {"", "MOVING"},
    {"↑ ↓  k j", "one line up, down; PgUp PgDn a page; Home End (g G) to the ends"},
    {"Enter →", "into what is selected: node, shard, tenant, conversation, message"},
    {"Esc ← Bksp", "back; a filter is taken away first"},
    {"mouse", "click selects, double click opens, a click on a heading sorts, the wheel scrolls"},
    {"", ""},
    {"", "VIEWS"},
    {"1 overview", "the cluster at a glance, with nodes and shards"},
    {"2 nodes", "rates, p50 and p99 of webhooks, queues, memory by node"},
    {"3 shards", "who serves which shard under which epoch, and how busy it is"},
    {"4 actors", "the tree: node, shard, tenant, conversation"},
    {"5 top", "the busiest of the whole cluster; Tab: conversations, tenants, shards, services, nodes"},
    {"6 letters", "updates whose handler failed for good, and what was set aside"},
    {"7 audit", "who did what, and whether the trail is whole"},
    {"8 live", "messages as they are handled: 1 % of all, or w on a conversation or a tenant"},
    {"F2", "the views as a menu"},
    {": ", "a command: overview, nodes, shards, actors [ID], top [KIND] [TENANT], actor ID,"},
    {"", "  trace WAMID, find TEXT, dead-letters [TENANT], live [ID|TENANT|5%], audit, help, quit"},
    {"", ""},
    {"", "FINDING"},
    {"/ F4", "filter: lines with this text; Enter keeps it, Esc takes it away"},
    {"f F3", "find by phone number, user id, wamid, order's code or a part of a conversation's id"},
    {"t F7", "trace: the hops of one message, by its wamid"},
    {"< >", "sort by the column to the left, to the right; F6 a menu of all columns"},
    {"I", "the other direction"},
    {"w", "watch what is selected, a conversation or a tenant: its messages as they come"},
    {"i", "the details of what is selected, also of nodes, shards and tenants"},
    {"Tab", "of a conversation: state or transcript first"},
    {"", ""},
    {"", "DOING (only what your token may; each is asked again, and is kept in the audit trail)"},
    {"F9", "what can be done here, as a menu; also with all conversations of a node, shard, tenant"},
    {"p", "passivate a conversation: it leaves memory, and comes back with the next message"},
    {"R", "restart a conversation from what is stored"},
    {"P  U", "pause a conversation for some minutes; resume it"},
    {"v", "show personal data of a conversation or a message, with a reason"},
    {"d  D", "drain a node: its shards go to the others; undrain: it may have shards again"},
    {"m", "move a shard to a node; with no name it goes where it belongs"},
    {"y  x", "replay, drop a dead letter"},
    {"", ""},
    {"", "ELSE"},
    {"r F5", "ask everything anew"},
    {"space", "hold the display; once more: go on"},
    {"Ctrl-L", "draw the screen anew"},
    {"q F10", "quit"},
    {"", ""},
    {"", "FIGURES"},
    {"events/s", "updates of webhooks that were committed, each second"},
    {"p50 p99", "time until a webhook was answered, of the last ten seconds"},
    {"queue", "messages that wait in mailboxes now"},
    {"unfolded", "journal rows that are not in the tables yet"},
    {"wait work", "of an actor: all the time that messages waited for it, and that it worked"},
    {"trace", "dotted: waiting; full: work; grey: on the way between nodes; yellow: the commit"},
    {"•••", "personal data that this token does not see, or did not ask for"},
    {"–", "there is no such figure, or not yet"},
    {"*", "the node that answers"},
}};

} // namespace

page help_view::show(const surroundings&, std::size_t width) const {
  page out;
  std::size_t number = 0;
  for (const auto& each : entries) {
    const auto key = "help:" + std::to_string(number++);
    line shown{{}, key, false, {}};
    if (each.keys.empty()) {
      const bool is_title = !each.what.empty() && each.what[0] != ' ';
      shown.spans.push_back({is_title ? " " + std::string(each.what) : std::string(12, ' ') + std::string(each.what),
                             is_title ? look::strong : look::plain});
      out.body.push_back(std::move(shown));
      continue;
    }
    bool is_first = true;
    for (auto& part : wrap(each.what, width > 30 ? width - 14 : 16)) {
      line one{{{" " + fit(is_first ? each.keys : "", 11) + " ", look::accent}, {std::move(part)}}, key, false, {}};
      if (!is_first)
        one.key += "+";
      out.body.push_back(std::move(one));
      is_first = false;
    }
  }
  if (!filter.empty())
    std::erase_if(out.body, [&](const line& each) { return !contains_ignoring_case(text_of(each), filter); });
  return out;
}

} // namespace wakala::console
