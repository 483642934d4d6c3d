#include "bench/load/checker.hpp"

#include "bench/load/body.hpp"
#include "bench/load/population.hpp"
#include "bench/load/reply_ids.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <unordered_map>

namespace wakala::bench {

namespace {

constexpr std::array<std::string_view, 4> way{"accepted", "sent", "delivered", "read"};

/// How far a message has come; nothing when it is not on its way.
std::optional<unsigned> step_of(std::string_view status) {
  const auto at = std::find(way.begin(), way.end(), status);
  return at == way.end() ? std::nullopt : std::optional(static_cast<unsigned>(at - way.begin()));
}

/// The furthest of a set of status bits.
unsigned furthest(std::uint8_t bits) {
  unsigned step = 0;
  for (unsigned i = 0; i < 3; ++i)
    if ((bits & (1U << i)) != 0)
      step = i + 1;
  return step;
}

class conversation_check {
public:
  conversation_check(const ledger& book, const check_rules& rules, std::uint32_t conversation, check_summary& into)
      : book_(book), rules_(rules), conversation_(conversation), into_(into),
        numbers_(book.messages_of(conversation)) {}

  void run(const std::vector<transcript_line>& lines) {
    ++into_.conversations;
    place(lines);
    check_presence();
    check_order();
    check_replies(lines);
  }

private:
  void problem(std::uint64_t check_summary::*kind, const std::string& what) {
    ++(into_.*kind);
    if (into_.examples.size() < check_summary::examples_max)
      into_.examples.push_back("conversation " + std::to_string(conversation_) + ": " + what);
  }

  static std::string name_of(std::uint32_t number) { return "message " + std::to_string(number); }

  /// Finds each known message among the inbound lines.
  void place(const std::vector<transcript_line>& lines) {
    std::unordered_map<std::string, std::size_t> by_id;
    by_id.reserve(numbers_.size());
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      const auto& e = book_.entries()[numbers_[i]];
      by_id.emplace(inbound_message_id(e.plan(numbers_[i]), rules_.run), i);
    }
    places_.assign(numbers_.size(), none);
    std::size_t place = 0;
    for (const auto& line : lines) {
      if (!line.inbound)
        continue;
      ++into_.found;
      const auto known = by_id.find(line.id);
      if (known == by_id.end() || book_.entries()[numbers_[known->second]].first_sent == not_yet)
        problem(&check_summary::invented,
                "a message that was not sent to it stands at place " + std::to_string(place));
      else if (places_[known->second] != none)
        problem(&check_summary::doubled, name_of(numbers_[known->second]) + " stands more than once");
      else
        places_[known->second] = place;
      ++place;
    }
  }

  void check_presence() {
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (book_.entries()[numbers_[i]].acknowledged == not_yet)
        continue;
      ++into_.acknowledged;
      if (places_[i] == none)
        problem(&check_summary::lost, name_of(numbers_[i]) + " was acknowledged and is not there");
    }
  }

  /// If a's 200 came before b was first sent, a stands before b.
  void check_order() {
    struct event {
      ledger_time at;
      std::size_t which;
    };
    std::vector<event> sent;
    std::vector<event> acknowledged;
    for (std::size_t i = 0; i < numbers_.size(); ++i) {
      if (places_[i] == none)
        continue;
      const auto& e = book_.entries()[numbers_[i]];
      sent.push_back({e.first_sent, i});
      if (e.acknowledged != not_yet)
        acknowledged.push_back({e.acknowledged, i});
    }
    const auto by_time = [](const event& a, const event& b) { return a.at < b.at; };
    std::sort(sent.begin(), sent.end(), by_time);
    std::sort(acknowledged.begin(), acknowledged.end(), by_time);
    std::size_t taken = 0;
    std::optional<std::size_t> latest; ///< of those acknowledged by then, the one that stands last
    for (const auto& one : sent) {
      for (; taken < acknowledged.size() && acknowledged[taken].at < one.at; ++taken)
        if (!latest || places_[acknowledged[taken].which] > places_[*latest])
          latest = acknowledged[taken].which;
      if (latest && places_[*latest] > places_[one.which])
        problem(&check_summary::swapped, name_of(numbers_[one.which]) + " was first sent after the 200 of " +
                                             name_of(numbers_[*latest]) + " and stands before it");
    }
  }

  void check_replies(const std::vector<transcript_line>& lines) {
    std::uint64_t rank = 0; ///< of the inbound line
    for (std::size_t i = 0; i < lines.size();) {
      if (!lines[i].inbound) {
        problem(&check_summary::wrong_replies, "a reply to nothing at position " + std::to_string(lines[i].position));
        ++i;
        continue;
      }
      auto end = i + 1;
      while (end < lines.size() && !lines[end].inbound)
        ++end;
      into_.replies += end - i - 1;
      if (end - i != 2)
        problem(&check_summary::wrong_replies,
                std::to_string(end - i - 1) + " replies at position " + std::to_string(lines[i].position));
      else
        check_reply(rank, lines[i], lines[i + 1]);
      i = end;
      ++rank;
    }
  }

  void check_reply(std::uint64_t rank, const transcript_line& inbound, const transcript_line& reply) {
    const auto step = step_of(reply.status);
    const auto where = " of the reply at position " + std::to_string(reply.position);
    if (!step)
      return problem(&check_summary::unsettled, "the status" + where + " is " + reply.status);
    if (!rules_.names_statuses)
      return;
    const auto ordinals = ordinals_of(rank);
    if (inbound.position != ordinals.inbound || reply.position != ordinals.reply ||
        reply.wamid != reply_message_id(phone_of(conversation_), rank))
      return problem(&check_summary::wrong_replies, "not the expected id" + where);
    // Statuses name the rank of a reply, whichever message it answers.
    const auto sent = rank < numbers_.size() ? book_.entries()[numbers_[rank]].statuses_sent : std::uint8_t{0};
    const auto taken =
        rank < numbers_.size() ? book_.entries()[numbers_[rank]].statuses_acknowledged : std::uint8_t{0};
    if (*step < furthest(taken))
      problem(&check_summary::statuses_behind, "the status" + where + " is " + reply.status + " though " +
                                                   std::string(way[furthest(taken)]) + " was acknowledged");
    if (*step > furthest(sent))
      problem(&check_summary::statuses_ahead, "the status" + where + " is " + reply.status + ", which nobody sent");
  }

  static constexpr std::size_t none = ~std::size_t{0};

  const ledger& book_;
  const check_rules& rules_;
  std::uint32_t conversation_;
  check_summary& into_;
  std::vector<std::uint32_t> numbers_; ///< its messages by rank
  std::vector<std::size_t> places_;    ///< among the inbound lines, by rank
};

} // namespace

void check_summary::merge(const check_summary& other) {
  for (const auto member :
       {&check_summary::conversations, &check_summary::acknowledged, &check_summary::found, &check_summary::replies,
        &check_summary::lost, &check_summary::doubled, &check_summary::invented, &check_summary::swapped,
        &check_summary::wrong_replies, &check_summary::unsettled, &check_summary::statuses_behind,
        &check_summary::statuses_ahead})
    this->*member += other.*member;
  for (const auto& example : other.examples)
    if (examples.size() < examples_max)
      examples.push_back(example);
}

void check_conversation(const ledger& book, const check_rules& rules, std::uint32_t conversation,
                        const std::vector<transcript_line>& lines, check_summary& summary) {
  conversation_check(book, rules, conversation, summary).run(lines);
}

} // namespace wakala::bench
