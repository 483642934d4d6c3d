#include "wakalad/serve.hpp"

#include "actors/node.hpp"
#include "actors/outbound/discard_transport.hpp"
#include "http/admin_api.hpp"
#include "http/bridge.hpp"
#include "http/core/io_runtime.hpp"
#include "http/core/server.hpp"
#include "http/graph_client.hpp"
#include "http/media_service.hpp"
#include "http/merchant_hook_client.hpp"
#include "http/payment_edge.hpp"
#include "http/payments/daraja_client.hpp"
#include "http/payments/stripe_client.hpp"
#include "http/webhook_edge.hpp"
#include "persistence/crypto/keyring.hpp"
#include "persistence/media/file_media_store.hpp"
#include "persistence/postgres/registry.hpp"
#include "runtime/config/config_file.hpp"
#include "runtime/config/value_text.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/thread_counts.hpp"
#include "runtime/system_config.hpp"
#include "wakalad/guarded_hooks.hpp"
#include "wakalad/open_store.hpp"
#include "wakalad/phrases.hpp"

#include <caf/actor_system.hpp>

#include <csignal>
#include <future>
#include <iostream>
#include <mutex>

namespace wakala::daemon {

namespace {

/// Takes the value or ends the start with a text that says which part could not be made ready.
template <class T>
T need(result<T> r, const char* part) {
  if (r)
    return std::move(*r);
  auto why = r.error();
  why.what = std::string(part) + ": " + why.what;
  throw result_error(why);
}

log::level level_of(const std::string& name) {
  if (name == "debug")
    return log::level::debug;
  if (name == "warn")
    return log::level::warn;
  return name == "error" ? log::level::error : log::level::info;
}

std::string url_of(const listener_config& listener, std::uint16_t port) {
  const bool tls = !listener.tls_certificate_file.empty();
  const bool is_v6 = listener.address.host.find(':') != std::string::npos;
  const auto host = is_v6 ? "[" + listener.address.host + "]" : listener.address.host;
  return (tls ? "https://" : "http://") + host + ":" + std::to_string(port);
}

void drain(http::server& server) {
  std::promise<void> done;
  server.drain([&] { done.set_value(); });
  done.get_future().wait();
}

std::map<std::string, std::string, std::less<>> environment_values(const environment& env) {
  std::map<std::string, std::string, std::less<>> values;
  for (const auto& name : env.names())
    if (auto value = env.get(name))
      values.emplace(name, std::move(*value));
  return values;
}

/// The way out, which can be closed while senders still hold it.
class closable_transport final : public actors::transport {
public:
  explicit closable_transport(std::shared_ptr<actors::transport> to)
      : has_limits_(to->has_limits()), can_ask_(to->can_ask()), to_(std::move(to)) {}

  void send(actors::send_call call, std::function<void(actors::send_outcome)> done) override {
    if (const auto to = open())
      return to->send(std::move(call), std::move(done));
    actors::send_outcome stopped;
    stopped.what = actors::send_outcome::kind::not_sent;
    stopped.why = "the node stops";
    done(std::move(stopped));
  }

  void ask(actors::graph_question question, std::function<void(result<actors::graph_reply>)> done) override {
    if (const auto to = open())
      return to->ask(std::move(question), std::move(done));
    done(make_error(errc::unavailable, "the node stops"));
  }

  bool has_limits() const noexcept override { return has_limits_; }
  bool can_ask() const noexcept override { return can_ask_; }

  void close() {
    std::shared_ptr<actors::transport> last;
    const std::lock_guard lock{mutex_};
    last.swap(to_);
  }

private:
  std::shared_ptr<actors::transport> open() {
    const std::lock_guard lock{mutex_};
    return to_;
  }

  const bool has_limits_;
  const bool can_ask_;
  std::mutex mutex_;
  std::shared_ptr<actors::transport> to_;
};

/// What a node of a cluster has beside one that is alone.
std::optional<actors::cluster_options> cluster_of(const node_config& config, const environment& env,
                                                  random_source& random) {
  if (config.cluster.is_alone())
    return std::nullopt;
  actors::cluster_options cluster;
  cluster.registry =
      need(persistence::open_postgres_registry(config.store_url, "wakalad " + config.node_name), "store.url");
  using steady = std::chrono::steady_clock;
  const auto asked = steady::now();
  const auto view = need(cluster.registry->view(), "store.url");
  cluster.clock->learn(view.now, asked, steady::now());
  cluster.cluster_id = view.cluster_id;
  cluster.name = config.node_name;
  cluster.incarnation = random.next_u64() >> 1U; // as the store has no numbers without a sign
  cluster.version = WAKALA_VERSION;
  cluster.listen = need(parse_listen_address(config.cluster.listen), "cluster.listen");
  cluster.advertise = config.cluster.advertise;
  cluster.with_tls = config.cluster.has_tls();
  if (env.get("WAKALA_TEST_NEXT_LINK_PROTOCOL")) // as the version after this one will say
    ++cluster.protocol;
  if (!cluster.with_tls)
    log::warn("cluster.without_tls", {{"why", "cluster.tls is off: who reaches the port is believed to be a node"}});
  return cluster;
}

/// Keeps a node that may have lost its shards without noticing from sending for them.
class fenced_transport final : public actors::transport {
public:
  fenced_transport(std::shared_ptr<actors::transport> to, std::shared_ptr<runtime::standing> may_act)
      : to_(std::move(to)), may_act_(std::move(may_act)) {}

  void send(actors::send_call call, std::function<void(actors::send_outcome)> done) override {
    if (may_act_->holds()) {
      call.may_leave = [may_act = may_act_] { return may_act->holds(); };
      return to_->send(std::move(call), std::move(done));
    }
    actors::send_outcome stopped;
    stopped.what = actors::send_outcome::kind::not_sent;
    stopped.why = "the node has not been heard of by the cluster";
    done(std::move(stopped));
  }
  void ask(actors::graph_question question, std::function<void(result<actors::graph_reply>)> done) override {
    if (may_act_->holds())
      return to_->ask(std::move(question), std::move(done));
    done(make_error(errc::unavailable, "the node has not been heard of by the cluster"));
  }
  bool has_limits() const noexcept override { return to_->has_limits(); }
  bool can_ask() const noexcept override { return to_->can_ask(); }

private:
  const std::shared_ptr<actors::transport> to_;
  const std::shared_ptr<runtime::standing> may_act_;
};

/// The way to a payment provider, which can be closed as the one to Meta can; and which a node that may have lost its
/// shards without noticing does not go.
class closable_provider final : public payments::provider_client {
public:
  closable_provider(std::shared_ptr<payments::provider_client> to, std::shared_ptr<runtime::standing> may_act)
      : to_(std::move(to)), may_act_(std::move(may_act)) {}

  void send(account keys, payments::provider_request request,
            std::function<void(payments::provider_answer)> done) override {
    std::shared_ptr<payments::provider_client> to;
    {
      const std::lock_guard lock{mutex_};
      to = to_;
    }
    if (to && (!may_act_ || may_act_->holds()))
      return to->send(std::move(keys), std::move(request), std::move(done));
    payments::provider_answer stopped; // not sent
    stopped.why = to ? "the node has not been heard of by the cluster" : "the node stops";
    done(std::move(stopped));
  }

  void close() {
    std::shared_ptr<payments::provider_client> last;
    const std::lock_guard lock{mutex_};
    last.swap(to_);
  }

private:
  std::mutex mutex_;
  std::shared_ptr<payments::provider_client> to_;
  const std::shared_ptr<runtime::standing> may_act_;
};

/// Null when the configuration names no place for files, or one that cannot be used.
std::unique_ptr<http::media_service> media_of(const node_config& config, const actors::node_context& context,
                                              http::io_runtime& io) {
  if (config.media.directory.empty())
    return nullptr;
  persistence::file_media_options kept;
  kept.directory = config.media.directory;
  kept.bytes_max = config.media.bytes_max;
  kept.kept = time_ms{config.media.kept_days} * ms_per_day;
  kept.clock = context.clock;
  kept.random = context.random;
  http::media_options options;
  options.meta = config.meta;
  options.graph_timeout = config.limits.graph_timeout;
  options.scan = {http::split_words(config.media.scan_command), config.media.scan_timeout};
  options.clock = context.clock;
  options.random = context.random;
  options.count = context.count;
  auto store = persistence::open_file_media_store(kept);
  if (store)
    return std::make_unique<http::media_service>(io, std::move(*store), std::move(options));
  // A shop serves without files rather than not at all.
  log::error("media.unusable", {{"why", store.error().what}});
  return nullptr;
}

/// Everything that lives while the daemon serves; members are destroyed in reverse.
void run(const node_config& config, const environment& env, const sigset_t& stop_signals) {
  auto random = std::make_shared<system_random>();
  if (config.kek_file.empty())
    throw result_error(
        make_error(errc::invalid_argument, "keys.kek_file: is needed; `wakalad keygen FILE` writes a fresh key"));
  const auto kek = need(persistence::read_kek_file(config.kek_file), "keys.kek_file");
  const std::shared_ptr<persistence::store> store = need(open_store(config), "store.url");
  auto cluster = cluster_of(config, env, *random);

  auto context = std::make_shared<actors::node_context>();
  context->node_name = config.node_name;
  if (env.get("WAKALA_TEST_WITHOUT_FIGURES")) { // a benchmark compares
    context->figures->give_none();
    context->memory = nullptr;
  }
  context->limits = config.limits;
  context->shard_count = store->shard_count();
  if (cluster)
    context->clock = cluster->clock;
  else
    context->clock = std::make_shared<system_clock_source>();
  context->random = random;
  context->keys = need(persistence::keyring::open(kek, *store, random), "keys.kek_file");
  context->tenants->set(need(actors::load_directory(*store, *context->keys, context->shard_count), "store"));
  context->phrases =
      std::make_shared<const commerce::phrasebook>(need(load_phrases(config.strings_dir), "shop.strings_dir"));
  context->order_templates = std::make_shared<const commerce::order_templates>(
      need(load_order_templates(config.order_templates_file), "shop.order_templates_file"));

  http::io_runtime io{io_threads(config.io_threads, processors())};
  const bool discards = config.meta.graph_url == actors::discard_url;
  if (discards)
    log::warn("graph.discarding", {{"why", "meta.graph_url is discard: no message leaves this node"}});
  const auto graph = std::make_shared<closable_transport>(
      discards ? actors::make_discard_transport() : http::make_graph_client(io, config.meta, config.limits));
  context->graph = graph;
  if (cluster)
    context->graph = std::make_shared<fenced_transport>(graph, cluster->may_act);
  const auto hooks = std::make_shared<closable_hooks>(
      http::make_merchant_hook_client(io, http::hook_client_options(config.webhooks, WAKALA_VERSION)));
  context->hooks = hooks;
  if (cluster)
    context->hooks = make_fenced_hooks(hooks, cluster->may_act);

  const auto may_act = cluster ? cluster->may_act : nullptr;
  const auto stripe = std::make_shared<closable_provider>(
      http::make_stripe_client(io, config.payments.stripe_url, http::stripe_client_options()), may_act);
  const auto daraja = std::make_shared<closable_provider>(
      http::make_daraja_client(io, *context->clock, config.payments.daraja_url, http::daraja_client_options()),
      may_act);
  context->stripe = stripe;
  context->daraja = daraja;
  context->payments = config.payments;

  runtime::system_config system_settings{config};
  caf::actor_system system{system_settings};
  auto node =
      cluster ? std::make_unique<actors::node>(system, context, store, environment_values(env), std::move(*cluster))
              : std::make_unique<actors::node>(system, context, store, environment_values(env));
  // Actors first, then the client: answers of calls that are cut may still name an actor, so the actor system goes
  // last. It waits until no thread holds its logger, and every thread that ever spawned an actor does: so I/O ends
  // before it.
  struct in_order {
    std::unique_ptr<actors::node>& node;
    http::io_runtime& io;
    closable_transport& graph;
    closable_provider& stripe;
    closable_provider& daraja;
    closable_hooks& hooks;
    ~in_order() {
      node.reset();
      io.stop();
      graph.close();
      hooks.close();
      stripe.close();
      daraja.close();
    }
  } end{node, io, *graph, *stripe, *daraja, *hooks};
  http::bridge bridge{*node};
  auto gate = std::make_shared<runtime::admission>(config.limits.in_flight_events, config.limits.in_flight_bytes);

  const auto media = media_of(config, *context, io);
  http::webhook_edge edge{http::webhook_edge_options{context, &bridge, config.meta, gate}};
  io.start();
  http::payment_edge paid_edge{http::payment_edge_options{context, &bridge}};
  auto public_server =
      need(http::server::start(io, http::make_server_options(config.public_listener, config.limits),
                               paid_edge.handler(edge.handler()), paid_edge.precheck(edge.precheck())),
           "listen.public");
  http::admin_api admin{http::admin_api_options{context,
                                                &bridge,
                                                config.admin_tokens,
                                                config.node_name,
                                                WAKALA_VERSION,
                                                [&] { return &public_server->counters(); },
                                                media.get(),
                                                {http::built_console_files(), http::built_console_trouble()},
                                                &io}};
  auto admin_server = need(http::server::start(io, http::make_server_options(config.admin_listener, config.limits),
                                               admin.handler(), admin.precheck(), admin.bound(), admin.sockets()),
                           "listen.admin");

  node->begin();
  const auto public_url = url_of(config.public_listener, public_server->port());
  const auto admin_url = url_of(config.admin_listener, admin_server->port());
  std::cout << "public: " << public_url << "\nadmin: " << admin_url << std::endl;
  log::info("node.started", {{"node", config.node_name}, {"public", public_url}, {"admin", admin_url}});

  int signal = 0;
  sigwait(&stop_signals, &signal);
  log::info("node.draining", {{"signal", signal}});
  if (!node->leave(config.limits.drain_timeout))
    log::warn("node.not_drained", {{"why", "not all shards were given to other nodes in time"}});
  drain(*public_server); // requests in flight get their answers
  drain(*admin_server);
  admin_server.reset();
  public_server.reset();
  log::info("node.stopped");
}

} // namespace

int serve(const std::string& config_file) {
  // Blocked in every thread; `sigwait` takes them. A write to a closed connection is an error code, not a signal.
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGXFSZ, SIG_IGN); // the same for a file that may not grow
  sigset_t stop_signals;
  sigemptyset(&stop_signals);
  sigaddset(&stop_signals, SIGTERM);
  sigaddset(&stop_signals, SIGINT);
  pthread_sigmask(SIG_BLOCK, &stop_signals, nullptr);
  try {
    const auto env = process_environment();
    const auto config = need(load_config(config_file, env), "configuration");
    log::init(level_of(config.log_level), config.node_name);
    run(config, env, stop_signals);
    return 0;
  } catch (const result_error& why) {
    std::cerr << "wakalad: " << why.reason.what << '\n';
  } catch (const std::exception& why) {
    std::cerr << "wakalad: " << why.what() << '\n';
  }
  return 1;
}

} // namespace wakala::daemon
