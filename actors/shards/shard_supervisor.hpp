/// \file
/// The owner of a shard: its epoch, its sequence, its unfolded rows, its tenants.
#pragma once

#include "actors/protocol/messages.hpp"
#include "runtime/backoff.hpp"
#include "runtime/key_filter.hpp"
#include "runtime/overlay.hpp"

#include <boost/unordered/unordered_flat_map.hpp>
#include <caf/event_based_actor.hpp>
#include <caf/stateful_actor.hpp>

#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <set>
#include <unordered_map>

namespace wakala::actors {

struct store_handles {
  caf::actor writer;
  caf::actor folder;
  caf::actor reader;
};

/// A shard's place in a cluster. Of a node that is alone only the first: then the shard is taken whoever had it.
struct shard_place {
  shard_id shard = 0;
  std::uint64_t seen = 0; ///< the epoch that it must still have when it is taken
  caf::actor host;        ///< is told what becomes of the shard; null: alone
  caf::actor remote;      ///< the shard's `remote_shard`, for what comes too late here
};

/// With what reason a supervisor ends when it was told to, and when another node has its shard.
inline constexpr auto shard_was_ended = caf::exit_reason::user_shutdown;
inline constexpr auto shard_was_lost = caf::exit_reason::remote_link_unreachable;

/// Owns one shard. Recognises repeated events before they reach a tenant; numbers commits without gaps; answers reads
/// as tables plus unfolded rows. Every failure of an append reopens the shard under a new epoch, which ends its
/// tenants.
class shard_supervisor {
public:
  static inline const char* name = "wakala.shard_supervisor";

  explicit shard_supervisor(caf::event_based_actor* self) : self_(self) {}

  caf::behavior start(shard_place place, node_context_ptr context, store_handles store);

private:
  using key_hash = event_hash;
  /// Who wants to know what becomes of an event.
  struct waiter {
    std::shared_ptr<posted> post;
    std::uint32_t place = 0;
    std::function<void()> resume; ///< instead of an outcome: look at a whole batch again
  };
  /// An event that is being worked on.
  struct flight {
    waiter first;
    std::vector<waiter> others; ///< those that brought the same event meanwhile
    std::uint64_t tenant = 0;   ///< incarnation of the tenant that has it; 0: not handed over yet
    time_ms deadline = 0;
    std::uint64_t arrived_us = 0; ///< `hop_times::arrived`
  };
  struct tenant_slot {
    caf::actor actor;
    std::uint64_t incarnation = 0;
    unsigned failures = 0;
    time_ms not_before = 0;
  };

  void end_when_quiet();
  void open();
  void opened_with(runtime::opened all);
  void close(const error& why);

  // shard_moving.cpp: a shard that comes from another node, or goes to one
  bool is_in_cluster() const { return static_cast<bool>(place_.host); }
  bool passes_on(shard_batch& batch);
  void give_up();
  void look_if_quiet();
  void end_as_lost();

  void take(shard_batch batch);
  /// A batch that repeats an event in flight waits for it as a whole: array order holds for what comes after it.
  bool waits_for_another(shard_batch& batch);
  /// What all updates of a batch have in common.
  struct arrival {
    time_ms received_at = 0;
    time_ms deadline = 0;
    hop_times times;
  };
  void probe(std::vector<event_ptr> hold, const runtime::key_filter::places& unsure, const arrival& how);
  void dispatch(std::vector<event_ptr> fresh, const arrival& how);
  void dispatch_to(const tenant_id& id, tenant_batch batch);
  void settle(const key_hash& key, event_outcome outcome);
  static void finish(waiter& w, event_outcome outcome);
  /// Answers for events whose time is up, or whose tenant has ended.
  void settle_if(const std::function<bool(const flight&)>& which);
  void plan_expiry();

  void commit(commit_request request, caf::response_promise promise);
  /// `conflict` for a repeat; `unavailable` when only the tables know: then `unsure` says of which keys.
  result<void> may_commit(const commit_request& request, runtime::key_filter::places& unsure) const;
  /// Asks the tables about keys of which neither tail nor filter is certain, and commits what they do not hold.
  void commit_after_probe(commit_request request, const runtime::key_filter::places& unsure,
                          caf::response_promise promise);
  void append(commit_request request, caf::response_promise promise);
  /// Rows on their way to disk, and what their commits make of their events.
  struct append_in_flight {
    std::uint64_t epoch = 0;
    std::uint64_t numbered_us = 0;
    std::vector<persistence::row_ptr> rows;
    boost::container::small_vector<event_outcome, 8> outcomes;
    caf::response_promise promise;
  };
  void appended(append_in_flight& done, const runtime::append_answer& answer);
  bool lagging() const;

  void load(const load_request& request, caf::response_promise promise);
  void get(const runtime::get_request& request, caf::response_promise promise);
  void range(const persistence::range_query& query, caf::response_promise promise);
  void range_on(persistence::range_query query, std::vector<persistence::stored_value> found,
                caf::response_promise promise);
  std::uint64_t begin_read();
  void end_read(std::uint64_t stamp);
  /// Forgets, a part at a time, the rows that the tables hold and no read can miss.
  void drop_folded();

  /// At the next moment at which all shards fold, or at once when many rows wait.
  void plan_fold();
  void fold();
  void folded(std::uint64_t epoch, const runtime::fold_answer& answer);
  /// Answers when the tables hold all that was numbered until now.
  caf::response_promise settle();
  void look_if_settled();
  void sweep();
  void fire_timers();
  void wake_next();

  /// Null while the tenant is unknown or its last failure is too fresh.
  caf::actor tenant_for(const tenant_id& id);
  void tenant_down(const caf::down_msg& down);
  void wake_again(const tenant_id& id);
  std::string describe() const;
  std::string trouble() const; ///< why commits are refused just now; empty when they are not

  template <class T>
  caf::response_promise ask_tenant(const for_tenant<T>& q);

  caf::event_based_actor* self_;
  shard_id shard_ = 0;
  shard_place place_;
  std::shared_ptr<send_valve> valve_ = std::make_shared<send_valve>();
  time_ms giving_up_since_ = 0;   ///< 0: it stays
  time_ms intake_shut_since_ = 0; ///< 0: it is open
  bool is_passed_by_ = false;     ///< everybody here sends to the new owner
  node_context_ptr context_;
  store_handles store_;

  bool is_open_ = false;
  bool is_stopping_ = false;
  bool is_lost_ = false;        ///< another node has it
  std::size_t appends_out_ = 0; ///< with the commit writer, of whatever epoch
  unsigned open_failures_ = 0;
  unsigned closes_since_commit_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t last_seq_ = 0;
  time_ms latest_ = 0; ///< of a row, by whatever clock: rows are in the order of time
  runtime::overlay tail_;
  runtime::key_filter keys_{131'072}; ///< about 800 KiB at most
  std::unordered_map<key_hash, flight, random_id_hash, random_id_equal> in_flight_;
  bool expiry_is_planned_ = false;
  boost::unordered_flat_map<key_hash, std::size_t, random_id_hash, random_id_equal> committing_;
  std::map<tenant_id, tenant_slot> tenants_;
  std::uint64_t last_incarnation_ = 0;
  boost::unordered_flat_map<conversation_id, std::uint64_t, random_id_hash, random_id_equal> leases_;
  boost::unordered_flat_map<conversation_id, std::size_t, random_id_hash, random_id_equal> appending_;
  std::unordered_map<conversation_id, std::vector<std::pair<load_request, caf::response_promise>>> waiting_loads_;
  std::uint64_t last_lease_ = 0;
  std::deque<std::pair<tenant_id, conversation_id>> to_wake_;
  std::map<std::uint64_t, caf::response_promise> questions_; ///< asked of tenants, not answered yet
  std::uint64_t last_question_ = 0;

  runtime::backlog_share backlog_;
  std::uint64_t folded_seq_ = 0;                                 ///< the tables hold everything up to here
  std::multimap<std::uint64_t, caf::response_promise> settling_; ///< who waits for the tables to hold a row
  bool folding_ = false;
  bool fold_is_planned_ = false;
  unsigned fold_failures_ = 0;
  std::string fold_failure_;   ///< why the last fold failed
  std::string append_failure_; ///< why the last append failed; empty after one that did not
  time_ms append_failed_at_ = 0;
  std::uint64_t read_stamp_ = 0;
  std::multiset<std::uint64_t> reads_;
  bool drop_is_planned_ = false;
  std::deque<std::pair<std::uint64_t, std::uint64_t>> drops_; ///< (stamp, seq): drop when no older read is out
};

caf::actor spawn_shard_supervisor(caf::actor_system& sys, shard_place place, node_context_ptr context,
                                  store_handles store);

} // namespace wakala::actors
