/// \file
/// What a node is told at start: plain values with their defaults. Reading them from YAML and the environment is the
/// daemon's business.
#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <vector>

namespace wakala {

/// An address to listen on: `127.0.0.1:8080`, `[::1]:0`. Port 0 asks for a free one.
struct listen_address {
  std::string host = "127.0.0.1";
  std::uint16_t port = 0;

  bool operator==(const listen_address&) const = default;
};

struct listener_config {
  listen_address address;
  /// PEM files; TLS is on when both are given.
  std::string tls_certificate_file;
  std::string tls_key_file;
};

/// A bearer token of the admin listener. Scopes: `operator`, or `tenant:<id>`.
struct admin_token {
  std::string token;
  std::vector<std::string> scopes;
  std::string name; ///< how the audit record calls who has it; empty: by the beginning of the token's hash
};

struct meta_config {
  std::string app_secret;
  std::string verify_token;
  std::string graph_url = "https://graph.facebook.com";
  std::string version = "v23.0";
};

/// Where the payment providers are.
struct payments_config {
  std::string stripe_url = "https://api.stripe.com";
  std::string daraja_url = "https://api.safaricom.co.ke";
  /// Where the providers reach this cluster's public listener: `https://pay.example`. Empty: no callbacks can come,
  /// and M-Pesa is not offered.
  std::string public_url;
  /// Addresses that Daraja's callbacks may come from, with commas between them; `published`: those that Safaricom
  /// names; `any`: all.
  std::string daraja_addresses = "published";
  /// Addresses of own proxies, with commas between them: what they say of a caller's address is believed.
  std::string trusted_proxies;
};

/// How events reach merchants' own systems.
struct webhooks_config {
  bool allow_private_addresses = false; ///< also those of the node's own network, and the node itself
};

/// Every bound of a node. A bound of zero is refused by the reader of the configuration.
struct limits_config {
  std::size_t connections = 4096;
  std::size_t header_bytes = std::size_t{16} * 1024;
  std::size_t body_bytes = std::size_t{4} * 1024 * 1024;
  std::chrono::milliseconds read_timeout{10'000};  ///< for a whole request, from its first byte
  std::chrono::milliseconds idle_timeout{60'000};  ///< between requests of a kept connection
  std::chrono::milliseconds write_timeout{10'000}; ///< for a whole answer
  std::chrono::milliseconds drain_timeout{10'000}; ///< after SIGTERM, for requests in flight
  std::chrono::milliseconds webhook_deadline{2'500};
  std::size_t in_flight_events = 20'000; ///< updates admitted and not yet answered
  std::size_t in_flight_events_per_tenant = 5'000;
  std::size_t in_flight_bytes = std::size_t{256} * 1024 * 1024;
  std::size_t live_conversations = 200'000;
  std::chrono::milliseconds conversation_idle{600'000};
  std::size_t unfolded_rows = 100'000; ///< per shard; beyond it the shard answers 503
  std::chrono::milliseconds fold_lag{5'000};
  std::size_t outbox_per_conversation = 256;
  std::size_t event_attempts = 3;
  std::chrono::milliseconds ambiguous_grace{45'000}; ///< wait for the echo of a send whose outcome is unknown
  std::chrono::seconds outbox_ttl{86'400};
  std::chrono::milliseconds graph_timeout{10'000};
  std::size_t messages_per_second = 80; ///< per business number
};

/// Files that shoppers and shops send each other.
struct media_config {
  std::string directory;    ///< empty: beside the embedded store
  std::string scan_command; ///< program and arguments, without a shell; empty: nothing is scanned
  std::chrono::milliseconds scan_timeout{30'000};
  std::uint32_t kept_days = 90;
  std::uint64_t bytes_max = std::uint64_t{10} * 1024 * 1024 * 1024; ///< on disk; beyond it the oldest go
};

struct cluster_config {
  std::uint32_t shard_count = 32; ///< fixed when a store is created
  std::string listen;             ///< `host:port` for other nodes; empty: this node is alone
  std::string advertise;          ///< `host:port` where they find it; empty: where it listens
  /// PEM files, for both directions: each node shows its certificate, and believes only who shows one of that
  /// authority.
  std::string tls_certificate_file;
  std::string tls_key_file;
  std::string tls_ca_file;
  std::string tls = "required"; ///< `off`: anybody who reaches the port is believed

  bool is_alone() const noexcept { return listen.empty(); }
  bool has_tls() const noexcept { return tls != "off"; }
};

struct node_config {
  std::string node_name = "wakala-1";
  listener_config public_listener{{"127.0.0.1", 8080}, {}, {}};
  listener_config admin_listener{{"127.0.0.1", 9090}, {}, {}};
  std::string store_url = "sqlite:wakala.db";
  std::string kek_file;
  meta_config meta;
  payments_config payments;
  webhooks_config webhooks;
  std::vector<admin_token> admin_tokens;
  cluster_config cluster;
  media_config media;
  limits_config limits;
  std::string strings_dir;          ///< directory with en.yaml and sw.yaml; empty: the texts built into the daemon
  std::string order_templates_file; ///< empty: the ones built into the daemon
  std::size_t io_threads = 0;       ///< 0: as many as suit the machine (runtime/core/thread_counts)
  std::size_t worker_threads = 0;   ///< likewise
  std::string log_level = "info";
};

} // namespace wakala
