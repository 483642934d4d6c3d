/// \file
/// The inspection API's answers as plain values. Reading is lenient: what is missing or of another type is left out,
/// since tokens see different parts and nodes may be of different versions.
#pragma once

#include <nlohmann/json_fwd.hpp>

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::console {

/// The text of a member; empty when it is missing, null or no text.
std::string text_at(const nlohmann::json& from, std::string_view key);
std::optional<double> number_at(const nlohmann::json& from, std::string_view key);
bool flag_at(const nlohmann::json& from, std::string_view key);
/// The member, or null.
const nlohmann::json& member_of(const nlohmann::json& from, std::string_view key);
/// The member if it is an array, else an empty one.
const nlohmann::json& list_at(const nlohmann::json& from, std::string_view key);

using numbers = std::map<std::string, double, std::less<>>;

/// Nothing when it is not there.
std::optional<double> find_number(const numbers& in, std::string_view name);

struct whoami {
  std::string name;
  bool is_operator = false;
  std::vector<std::string> tenants;
  std::vector<std::string> may;

  bool has_right(std::string_view right) const;
};

struct latency_counts {
  std::vector<double> le_us; ///< upper bounds of the buckets
  std::vector<double> count; ///< one more: beyond the last bound
};

struct node_view {
  std::string name;
  std::string state;
  std::string version;
  std::string link;
  bool is_self = false;
  numbers figures;  ///< what is counted now: heartbeat_age_ms, shards, conversations, tenants
  numbers counters; ///< since the node began
  numbers gauges;
  latency_counts latency;
};

struct shard_view {
  std::string id;
  std::string shard;
  std::string node; ///< empty: nobody
  std::string state;
  std::string pinned_to;
  numbers figures;
};

struct overview {
  std::string at;
  std::string node; ///< who answered
  bool is_cluster = false;
  std::vector<node_view> nodes;
  std::vector<shard_view> shards;
  std::vector<std::string> unreachable;
};

struct actor {
  std::string id;
  std::string kind;
  std::string name;
  std::string under;
  std::string node;
  std::string shard;
  std::string tenant;
  std::string state;
  std::string last_activity;
  numbers figures;
};

struct actor_list {
  std::vector<actor> actors;
  std::optional<double> total;
  std::string next;
  std::vector<std::string> unreachable;
};

struct hop {
  std::string hop;
  std::string node;
  std::string to; ///< of a transit
  std::string actor;
  double waiting_us = 0;
  double working_us = 0; ///< handling, commit or transit
  bool is_timed = false;
};

whoami read_whoami(const nlohmann::json& from);
overview read_overview(const nlohmann::json& from);
actor read_actor(const nlohmann::json& from);
actor_list read_actors(const nlohmann::json& from);
std::vector<hop> read_hops(const nlohmann::json& trace);

} // namespace wakala::console
