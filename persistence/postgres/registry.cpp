#include "persistence/postgres/registry.hpp"

#include "persistence/postgres/pool.hpp"
#include "persistence/postgres/values.hpp"

namespace wakala::persistence {

namespace {

using postgres::connection;
using postgres::parameters;

#define WAKALA_NOW "(extract(epoch FROM clock_timestamp()) * 1000)::bigint"

// Nothing comes back while another life of the same name is heard of.
constexpr const char* beat_sql =
    "INSERT INTO nodes AS n (name, incarnation, address, protocol, version, is_draining, started_at, beat_at)"
    " SELECT $1, $2::int8, $3, $4::int4, $5, $6::int4 <> 0, t.now, t.now FROM (SELECT " WAKALA_NOW " AS now) AS t"
    " ON CONFLICT (name) DO UPDATE SET incarnation = excluded.incarnation, address = excluded.address,"
    " protocol = excluded.protocol, version = excluded.version, beat_at = excluded.beat_at,"
    " is_draining = CASE WHEN n.incarnation = excluded.incarnation THEN n.is_draining ELSE excluded.is_draining END,"
    " started_at = CASE WHEN n.incarnation = excluded.incarnation THEN n.started_at ELSE excluded.started_at END"
    " WHERE n.incarnation = excluded.incarnation OR excluded.beat_at - n.beat_at > $7::int8"
    " RETURNING beat_at";
constexpr const char* nodes_sql =
    "SELECT name, incarnation, address, protocol, version, is_draining::int4, started_at,"
    " beat_at, " WAKALA_NOW " FROM nodes ORDER BY name";
constexpr const char* leases_sql = "SELECT l.shard, l.epoch, l.node, coalesce(p.node, ''), " WAKALA_NOW ","
                                   " (SELECT value FROM facts WHERE name = 'tenants_version'),"
                                   " (SELECT value FROM facts WHERE name = 'cluster_id')"
                                   " FROM shard_leases AS l LEFT JOIN shard_pins AS p ON p.shard = l.shard"
                                   " ORDER BY l.shard";
constexpr const char* pin_sql = "INSERT INTO shard_pins (shard, node) SELECT shard, $2 FROM shard_leases"
                                " WHERE shard = $1::int4 ON CONFLICT (shard) DO UPDATE SET node = excluded.node";
constexpr const char* drain_sql = "UPDATE nodes SET is_draining = $2::int4 <> 0 WHERE name = $1";
constexpr const char* leave_sql = "DELETE FROM nodes WHERE name = $1 AND incarnation = $2::int8";
// Waits, as a taker does, for what is on its way under this epoch.
constexpr const char* release_sql =
    "UPDATE shard_leases SET epoch = epoch + 1, node = '' WHERE shard = $1::int4 AND epoch = $2::int8";

#undef WAKALA_NOW

result<cluster_view> read_view(connection& on) {
  const auto nodes = on.run(nodes_sql);
  if (!nodes)
    return nodes.error();
  const auto leases = on.run(leases_sql);
  if (!leases)
    return leases.error();
  cluster_view out;
  for (int row = 0; row < nodes->rows(); ++row)
    out.nodes.push_back({std::string(nodes->text(row, 0)), postgres::unsigned_at(*nodes, row, 1),
                         std::string(nodes->text(row, 2)), static_cast<std::uint32_t>(nodes->number(row, 3)),
                         std::string(nodes->text(row, 4)), nodes->number(row, 5) != 0, nodes->number(row, 6),
                         nodes->number(row, 7)});
  for (int row = 0; row < leases->rows(); ++row) {
    out.leases.push_back({static_cast<shard_id>(leases->number(row, 0)), postgres::unsigned_at(*leases, row, 1),
                          std::string(leases->text(row, 2)), std::string(leases->text(row, 3))});
    // Of the moment at which the heartbeats were read, so that none looks older than it was.
    out.now = nodes->rows() > 0 ? nodes->number(0, 8) : leases->number(row, 4);
    out.tenants_version = postgres::unsigned_at(*leases, row, 5);
    out.cluster_id = postgres::unsigned_at(*leases, row, 6);
  }
  return out;
}

class postgres_registry final : public cluster_registry {
public:
  postgres_registry(const std::string& url, const std::string& application)
      : from_(url, application), connections_(from_, {}, 2) {}

  result<cluster_view> beat(const node_row& me, std::chrono::milliseconds stale_after) override {
    return connections_.read([&](connection& on) -> result<cluster_view> {
      const auto done = on.run(beat_sql, parameters{}
                                             .text(me.name)
                                             .int8(postgres::to_int8(me.incarnation))
                                             .text(me.address)
                                             .int4(static_cast<std::int32_t>(me.protocol))
                                             .text(me.version)
                                             .int4(me.is_draining ? 1 : 0)
                                             .int8(stale_after.count()));
      if (!done)
        return done.error();
      if (done->rows() == 0)
        return make_error(errc::conflict, "another node of the cluster has the name " + me.name, "node.name");
      return read_view(on);
    });
  }

  result<cluster_view> view() override {
    return connections_.read([](connection& on) { return read_view(on); });
  }

  result<void> set_draining(const std::string& node, bool is_draining) override {
    const auto done = postgres::change(connections_, drain_sql, parameters{}.text(node).int4(is_draining ? 1 : 0));
    if (!done)
      return done.error();
    if (*done == 0)
      return make_error(errc::not_found, "the cluster has no node " + node);
    return {};
  }

  result<void> leave(const std::string& node, std::uint64_t incarnation) override {
    return postgres::change_any(connections_, leave_sql,
                                parameters{}.text(node).int8(postgres::to_int8(incarnation)));
  }

  result<bool> release(shard_id shard, std::uint64_t epoch) override {
    const auto done = postgres::change(connections_, release_sql,
                                       parameters{}.int4(postgres::to_int4(shard)).int8(postgres::to_int8(epoch)));
    if (!done)
      return done.error();
    return *done > 0;
  }

  result<void> pin(shard_id shard, const std::string& node) override {
    const auto done = postgres::change(connections_, pin_sql, parameters{}.int4(postgres::to_int4(shard)).text(node));
    if (!done)
      return done.error();
    if (*done == 0)
      return make_error(errc::not_found, "there is no shard " + std::to_string(shard), "shard");
    return {};
  }

private:
  postgres::connector from_;
  postgres::pool connections_;
};

} // namespace

result<std::unique_ptr<cluster_registry>> open_postgres_registry(const std::string& url,
                                                                 const std::string& application) {
  if (auto good = postgres::check_url(url); !good)
    return good.error();
  return std::unique_ptr<cluster_registry>(std::make_unique<postgres_registry>(url, application));
}

} // namespace wakala::persistence
