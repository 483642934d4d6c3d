#include "http/node_metrics.hpp"

#include "http/metrics_text.hpp"

#include <array>

namespace wakala::http {

namespace {

using kind = metrics_text::kind;

std::uint64_t now(const std::atomic<std::uint64_t>& counter) { return counter.load(std::memory_order_relaxed); }

void add_events(metrics_text& page, const runtime::counters& c) {
  page.family("wakala_events_total", kind::counter, "Webhook updates by what became of them.")
      .sample(now(c.events_committed), {{"outcome", "committed"}})
      .sample(now(c.events_repeated), {{"outcome", "repeated"}})
      .sample(now(c.events_set_aside), {{"outcome", "set_aside"}})
      .sample(now(c.events_dead_lettered), {{"outcome", "dead_lettered"}})
      .sample(now(c.events_refused), {{"outcome", "refused"}});
  page.counter("wakala_webhook_posts_total", "Webhook POSTs that reached the signature check.", now(c.webhook_posts));
  page.family("wakala_webhook_posts_refused_total", kind::counter,
              "Webhook POSTs refused before their updates were read.")
      .sample(now(c.webhook_signatures_rejected), {{"reason", "signature"}})
      .sample(now(c.webhook_bodies_refused), {{"reason", "not_json"}})
      .sample(now(c.webhook_posts_shed), {{"reason", "overload"}});
  page.counter("wakala_webhook_posts_throttled_total",
               "Webhook POSTs answered 503 since a tenant in them was over its limits.inbound_per_s.",
               now(c.webhook_posts_throttled));
  page.counter("wakala_handler_failures_total", "Times that a conversation's handler threw.",
               now(c.handler_failures));
  page.counter("wakala_statuses_unmatched_total", "Statuses of messages that no conversation sent.",
               now(c.statuses_unmatched));
  page.counter("wakala_messages_too_many_total",
               "Messages recorded but not answered since their shopper was over limits.shopper_messages_per_minute.",
               now(c.messages_too_many));
  page.counter("wakala_identity_clashes_total", "Updates that named two known shoppers.", now(c.identity_clashes));
}

void add_store(metrics_text& page, const runtime::counters& c) {
  page.counter("wakala_journal_rows_total", "Commits appended to the journal.", now(c.journal_rows));
  page.counter("wakala_journal_batches_total", "Transactions, each with one fsync, that appended them.",
               now(c.journal_batches));
  page.counter("wakala_folded_rows_total", "Journal rows folded into the tables.", now(c.folded_rows));
  page.counter("wakala_shard_reopens_total", "Shards reopened under a new epoch after a failed append.",
               now(c.shard_reopens));
}

void add_sends(metrics_text& page, const runtime::counters& c) {
  page.counter("wakala_sends_attempted_total", "Calls of the Graph API that send.", now(c.sends_attempted));
  page.counter("wakala_sends_accepted_total", "Messages that Meta accepted.", now(c.sends_accepted));
  page.counter("wakala_sends_failed_total", "Messages that failed for good.", now(c.sends_failed));
  page.counter("wakala_sends_retried_total", "Attempts that will be repeated.", now(c.sends_retried));
  page.counter("wakala_sends_ambiguous_total", "Attempts whose outcome was unknown.", now(c.sends_ambiguous));
  page.counter("wakala_sends_resent_after_ambiguity_total", "Messages sent again since no echo came in time.",
               now(c.sends_resent_after_ambiguity));
  page.counter("wakala_sends_expired_total", "Messages that were never sent in their time.", now(c.sends_expired));
}

void add_hooks(metrics_text& page, const runtime::counters& c) {
  page.counter("wakala_hooks_delivered_total", "Events that merchants' own systems have taken.",
               now(c.hooks_delivered));
  page.counter("wakala_hooks_retried_total", "Tries to deliver such an event that will be repeated.",
               now(c.hooks_retried));
  page.counter("wakala_hooks_failed_total", "Events set aside since they could not be delivered in time.",
               now(c.hooks_failed));
}

void add_conversations(metrics_text& page, const runtime::counters& c) {
  page.counter("wakala_conversations_activated_total", "Conversations loaded.", now(c.conversations_activated));
  page.counter("wakala_conversations_passivated_total", "Conversations put to rest.",
               now(c.conversations_passivated));
  page.family("wakala_conversations_live", kind::gauge, "Conversations in memory.")
      .sample(c.conversations_live.load(std::memory_order_relaxed));
}

void add_media(metrics_text& page, const runtime::counters& c) {
  page.family("wakala_media_served_total", kind::counter, "Files given to who asked, by where they came from.")
      .sample(now(c.media_fetched), {{"from", "meta"}})
      .sample(now(c.media_from_store), {{"from", "store"}});
  page.family("wakala_media_uploads_total", kind::counter, "Files posted, by what became of them.")
      .sample(now(c.media_uploaded), {{"outcome", "uploaded"}})
      .sample(now(c.media_uploads_saved), {{"outcome", "known"}});
  page.counter("wakala_media_refused_total", "Files refused for their type, size, digest or content.",
               now(c.media_refused));
  page.counter("wakala_media_infected_total", "Files in which the scan found something.", now(c.media_infected));
  page.counter("wakala_media_unscanned_total", "Files that could not be scanned.", now(c.media_unscanned));
  page.counter("wakala_media_busy_total", "Files put off since too many were on their way.", now(c.media_busy));
}

void add_shards(metrics_text& page, const std::vector<shard_status>& shards) {
  page.family("wakala_shards", kind::gauge, "Shards of this node by state.");
  for (const std::string_view state : {"open", "opening", "down"}) {
    std::uint64_t there = 0;
    for (const auto& shard : shards)
      there += shard.state == state ? 1 : 0;
    page.sample(there, {{"state", state}});
  }
  page.family("wakala_shard_epoch", kind::gauge, "Epoch under which the shard is held.");
  for (const auto& shard : shards)
    page.sample(shard.epoch, {{"shard", shard.name}});
  page.family("wakala_shard_journal_sequence", kind::gauge, "Sequence number of the shard's last commit.");
  for (const auto& shard : shards)
    page.sample(shard.seq, {{"shard", shard.name}});
  page.family("wakala_shard_unfolded_rows", kind::gauge, "Commits that the tables do not hold yet.");
  for (const auto& shard : shards)
    page.sample(shard.unfolded_rows, {{"shard", shard.name}});
  page.family("wakala_shard_tenants", kind::gauge, "Tenants with traffic on the shard.");
  for (const auto& shard : shards)
    page.sample(shard.tenants, {{"shard", shard.name}});
}

void add_listener(metrics_text& page, const server_counters& c) {
  page.family("wakala_http_connections", kind::gauge, "Open connections of the public listener.")
      .sample(now(c.connections));
  page.family("wakala_http_requests_in_flight", kind::gauge, "Requests of the public listener not answered yet.")
      .sample(now(c.in_flight));
  page.counter("wakala_http_connections_accepted_total", "Connections accepted.", now(c.accepted));
  page.counter("wakala_http_connections_refused_total", "Connections over the limit.", now(c.refused));
  page.counter("wakala_http_requests_total", "Requests read whole.", now(c.requests));
  page.family("wakala_http_answers_total", kind::counter, "Answers by class of status.")
      .sample(now(c.answers_2xx), {{"class", "2xx"}})
      .sample(now(c.answers_3xx), {{"class", "3xx"}})
      .sample(now(c.answers_4xx), {{"class", "4xx"}})
      .sample(now(c.answers_5xx), {{"class", "5xx"}});
  page.counter("wakala_http_broken_requests_total", "Requests refused while being read.", now(c.broken_requests));
  page.counter("wakala_http_write_failures_total", "Answers that the client did not take.", now(c.write_failures));
  page.counter("wakala_http_tls_failures_total", "Failed TLS handshakes.", now(c.tls_failures));
  page.counter("wakala_http_received_bytes_total", "Bytes received.", now(c.bytes_in));
  page.counter("wakala_http_sent_bytes_total", "Bytes sent.", now(c.bytes_out));
}

} // namespace

std::string render(const node_metrics& node) {
  metrics_text page;
  page.family("wakala_build_info", kind::gauge, "Always 1; the version and the node's name as labels.")
      .sample(std::uint64_t{1}, {{"version", node.version}, {"node", node.node_name}});
  page.family("wakala_tenants", kind::gauge, "Tenants configured.").sample(std::uint64_t{node.tenants});
  add_events(page, node.count);
  add_store(page, node.count);
  add_sends(page, node.count);
  add_hooks(page, node.count);
  add_conversations(page, node.count);
  add_media(page, node.count);
  add_shards(page, node.shards);
  if (node.public_listener != nullptr)
    add_listener(page, *node.public_listener);
  return page.text();
}

} // namespace wakala::http
