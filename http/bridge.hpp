/// \file
/// Where HTTP meets the actors: plain types on this side, CAF behind it.
#pragma once

#include "actors/outbound/account_steps.hpp"
#include "actors/outbound/message_post.hpp"
#include "actors/protocol/routing.hpp"
#include "persistence/store.hpp"
#include "runtime/core/result.hpp"

#include <functional>
#include <memory>
#include <string>
#include <vector>

namespace wakala::actors {
class node;
}

namespace wakala::http {

/// What Meta may be told about the updates of one POST.
struct post_verdict {
  bool settled = false; ///< every update is committed, a repeat, set aside or dead-lettered: 200; else 503
};

/// Asks the actors and calls back. `done` is called exactly once, on an actor's thread: it should only post the
/// answer. Texts are JSON. Thread-safe.
class bridge {
public:
  using done_text = std::function<void(result<std::string>)>;

  explicit bridge(actors::node& node) : node_(node) {}

  /// Hands the updates of one POST to their shards.
  /// `began_us`: when the request was there, by `monotonic_us`.
  void deliver(std::vector<actors::routed_event> events, time_ms received_at, time_ms deadline,
               std::uint64_t began_us, std::function<void(post_verdict)> done);

  // Tenants. `form` is JSON text as in the design's list of fixed names.
  void create_tenant(std::string form, done_text done);                  ///< `conflict`: id or number taken
  void replace_tenant(std::string id, std::string form, done_text done); ///< `not_found`
  void delete_tenant(std::string id, done_text done);
  void import_tenants(std::string form, done_text done); ///< answers `{"created":[…],"updated":[…]}`

  // One tenant. The caller has checked that it exists.
  void put_catalog(std::string tenant, std::string json, done_text done);
  void get_catalog(std::string tenant, done_text done);
  /// `{"imported","added","changed","removed","unchanged","errors":[{line,field,why}],"errors_total"}`.
  void import_catalog(std::string tenant, std::string text, bool is_csv, bool is_partial, done_text done);
  void conversation(std::string tenant, std::string contact, done_text done);
  void messages(std::string tenant, std::string contact, std::string after, std::size_t limit, done_text done);
  void conversations(std::string tenant, std::string after, std::size_t limit, done_text done);
  void post_message(std::string tenant, actors::message_post post, done_text done);
  void post_read(std::string tenant, actors::read_post post, done_text done);
  /// What Meta says of the account, or `{"templates":[…]}`.
  void account(std::string tenant, bool are_templates, done_text done);
  /// Asks Meta for it, after onboarding if wanted; answers `{"steps":[{step,ok,…}],"numbers":[{id,display,name}]}`.
  void account_errand(std::string tenant, actors::account_errand errand, done_text done);
  /// Answers `{"blocked":…,"at_meta":[{phone_number_id,ok,…}]}`.
  /// A person takes a conversation over, or hands it back (`greets`: the bot shows its menu).
  void take_turn(std::string tenant, std::string contact, bool begins, bool greets, done_text done);
  void block_shopper(std::string tenant, std::string contact, bool is_blocked, done_text done);
  /// `{"orders":[…],"next":cursor or null}`, the latest first.
  void orders(std::string tenant, std::string after, std::size_t limit, done_text done);
  /// Looks at an order (`get`), or moves it (`commerce::order_move`); answered by the order as it is then.
  void order(std::string tenant, std::string order, std::string action, std::string form, done_text done);
  /// `{"balances":{currency:{account:amount}},"entries":[…],"next":cursor or null}`, the latest first.
  void ledger(std::string tenant, std::string after, std::size_t limit, done_text done);
  /// What a provider tells, or somebody asks, of payments (`actors::payment_call`). `id`: of an attempt, a cursor, or
  /// a day.
  void payment(std::string tenant, std::string action, std::string id, std::string text, done_text done);
  /// `{"deliveries":[…],"next":cursor or null,"stopped_at"}`: events that the merchant's own system has not taken.
  void hooks(std::string tenant, std::string state, std::string after, std::size_t limit, done_text done);
  /// `retry` or `drop` one of them, or `test` the webhook.
  void act_on_hook(std::string tenant, std::string id, std::string action, done_text done);
  /// Dead letters (`table::dead_letter`), set-aside input (`table::aside`) or account notices (`table::notice`);
  /// answers
  /// `{"items":[…],"next":cursor or null}`. Set-aside input of nobody belongs to the tenant `~system`.
  void letters(std::string tenant, persistence::table where, std::string after, std::size_t limit, done_text done);
  /// Replays or drops one of them; answers `{"outcome":"applied"|"applied_before"|"dropped"}`.
  void act_on_letter(std::string tenant, persistence::table where, std::string id, bool replay, done_text done);

  // For the consoles. `question`: as `actors::inspect_request`.
  void inspect(std::string question, done_text done);
  void conversation(std::string tenant, const conversation_id& id, done_text done);
  void messages(std::string tenant, const conversation_id& id, std::string after, std::size_t limit, done_text done);
  /// `passivate`, `restart`, `pause` or `resume`; answers `{"result"}`.
  void act_on_actor(std::string tenant, const conversation_id& id, std::string action, std::uint32_t minutes,
                    done_text done);
  /// Adds an entry (a JSON object) to the audit record; answers `{"n","hash"}`.
  void add_audit(std::string entry, done_text done);
  void audit(std::string after, std::size_t limit, done_text done);
  void verify_audit(done_text done);

  /// `{"shards":[{"shard","epoch","state":"open"|"opening"|"down"|"remote","seq","unfolded_rows","tenants"},…]}`;
  /// waits at most a second for each.
  void shards(done_text done);

  // The cluster; `not_found` of a node that is alone.
  /// The answer of `GET /v1/cluster`.
  void cluster(done_text done);
  void drain(std::string node, bool is_draining, done_text done);
  /// `shard`: its number; `node` empty: back to where it belongs.
  void move_shard(shard_id shard, std::string node, done_text done);
  bool is_in_cluster() const;

private:
  actors::node& node_;
};

} // namespace wakala::http
