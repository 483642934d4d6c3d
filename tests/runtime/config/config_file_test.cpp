#include "runtime/config/config_file.hpp"
#include "tests/runtime/config/fake_environment.hpp"

#include <gmock/gmock.h>

#include <filesystem>
#include <fstream>

namespace wakala {
namespace {

using namespace std::chrono_literals;
using ::testing::HasSubstr;
using ::testing::Not;

node_config good(std::string_view text, const fake_variables& variables = {}) {
  auto config = parse_config(text, "etc/wakala.yaml", fake_environment(variables));
  EXPECT_TRUE(config) << config.error().what;
  return config ? *config : node_config{};
}

error bad(std::string_view text, const fake_variables& variables = {}) {
  auto config = parse_config(text, "wakala.yaml", fake_environment(variables));
  EXPECT_FALSE(config) << text;
  return config ? error{} : config.error();
}

TEST(config_file, an_empty_file_gives_the_defaults) {
  for (const std::string_view text : {"", "# nothing\n", "---\n", "node:\nlimits:\n"}) {
    const auto config = good(text);
    EXPECT_EQ(config.node_name, "wakala-1");
    EXPECT_EQ(config.public_listener.address, (listen_address{"127.0.0.1", 8080}));
    EXPECT_EQ(config.admin_listener.address, (listen_address{"127.0.0.1", 9090}));
    EXPECT_EQ(config.cluster.shard_count, 32U);
    EXPECT_EQ(config.limits.webhook_deadline, 2500ms);
  }
}

TEST(config_file, every_section_reaches_its_field) {
  const auto config = good(R"(
node: {name: duka-7}
listen:
  public: 0.0.0.0:8443
  admin:
    address: "[::1]:0"
    tls_certificate_file: admin.pem
    tls_key_file: /etc/keys/admin.key
store: {url: "sqlite:data/shop.db"}
keys: {kek_file: kek}
meta:
  app_secret: ${APP_SECRET}
  verify_token: a$${b} $c
  graph_url: http://127.0.0.1:8081
  version: v22.0
payments:
  stripe_url: http://127.0.0.1:8081/_sandbox/stripe
admin:
  tokens:
    - token: ${ADMIN_TOKEN}
      scopes: [operator]
    - {token: other, scopes: ["tenant:duka_la-amina", operator]}
cluster: {shard_count: 4}
webhooks: {allow_private_addresses: true}
limits:
  header_bytes: 8KiB
  body_bytes: 1048576
  idle_timeout: 1500
  read_timeout: 2500ms
  conversation_idle: 24h
  outbox_ttl: 10s
  messages_per_second: 80
shop: {strings_dir: strings}
threads: {io: 3, workers: 4}
logging: {level: debug}
)",
                           {{"APP_SECRET", "s3cr3t: # {}"}, {"ADMIN_TOKEN", "letmein"}});
  EXPECT_EQ(config.node_name, "duka-7");
  EXPECT_EQ(config.public_listener.address, (listen_address{"0.0.0.0", 8443}));
  EXPECT_EQ(config.admin_listener.address, (listen_address{"::1", 0}));
  EXPECT_EQ(config.meta.app_secret, "s3cr3t: # {}") << "a variable's value is a value, not YAML";
  EXPECT_EQ(config.meta.verify_token, "a${b} $c");
  EXPECT_EQ(config.meta.graph_url, "http://127.0.0.1:8081");
  EXPECT_EQ(config.meta.version, "v22.0");
  EXPECT_EQ(config.payments.stripe_url, "http://127.0.0.1:8081/_sandbox/stripe");
  EXPECT_EQ(config.payments.daraja_url, "https://api.safaricom.co.ke");
  ASSERT_EQ(config.admin_tokens.size(), 2U);
  EXPECT_EQ(config.admin_tokens[0].token, "letmein");
  EXPECT_EQ(config.admin_tokens[1].scopes, (std::vector<std::string>{"tenant:duka_la-amina", "operator"}));
  EXPECT_EQ(config.cluster.shard_count, 4U);
  EXPECT_TRUE(config.webhooks.allow_private_addresses);
  EXPECT_FALSE(node_config{}.webhooks.allow_private_addresses);
  EXPECT_EQ(config.limits.header_bytes, 8192U);
  EXPECT_EQ(config.limits.body_bytes, 1048576U);
  EXPECT_EQ(config.limits.idle_timeout, 1500ms);
  EXPECT_EQ(config.limits.read_timeout, 2500ms);
  EXPECT_EQ(config.limits.conversation_idle, 24h);
  EXPECT_EQ(config.limits.outbox_ttl, 10s);
  EXPECT_EQ(config.io_threads, 3U);
  EXPECT_EQ(config.worker_threads, 4U);
  EXPECT_EQ(config.log_level, "debug");
}

TEST(config_file, relative_paths_start_at_the_files_directory) {
  const auto config = good(R"(
listen: {public: {tls_certificate_file: a.pem, tls_key_file: /b.key}}
store: {url: "sqlite:data/shop.db"}
keys: {kek_file: ../kek}
shop: {strings_dir: strings, order_templates_file: templates.yaml}
)");
  EXPECT_EQ(config.public_listener.tls_certificate_file, "etc/a.pem");
  EXPECT_EQ(config.public_listener.tls_key_file, "/b.key");
  EXPECT_EQ(config.public_listener.address, (listen_address{"127.0.0.1", 8080})) << "a map may leave the address out";
  EXPECT_EQ(config.store_url, "sqlite:etc/data/shop.db");
  EXPECT_EQ(config.kek_file, "etc/../kek");
  EXPECT_EQ(config.strings_dir, "etc/strings");
  EXPECT_EQ(config.order_templates_file, "etc/templates.yaml");
  EXPECT_EQ(good("store: {url: 'sqlite:/var/lib/x.db'}").store_url, "sqlite:/var/lib/x.db");
  EXPECT_EQ(good("store: {url: 'postgresql://db/wakala'}").store_url, "postgresql://db/wakala");
}

struct bad_case {
  const char* name;
  const char* text;
  const char* message; ///< what the error must say, with its line
};

class bad_config : public ::testing::TestWithParam<bad_case> {};

TEST_P(bad_config, is_refused_with_its_line_and_key) {
  const auto reason = bad(GetParam().text);
  EXPECT_EQ(reason.code, errc::invalid_argument);
  EXPECT_THAT(reason.what, HasSubstr(GetParam().message));
}

constexpr bad_case bad_cases[] = {
    {"unknown_section", "node:\n  name: a\nnodes: {}\n", "wakala.yaml:3: nodes is not a known key"},
    {"unknown_key", "limits:\n  # bytes\n  body_byte: 1\n", "wakala.yaml:3: limits.body_byte is not a known key"},
    {"unknown_key_of_a_listener", "listen:\n  public:\n    adress: a:1\n",
     "wakala.yaml:3: listen.public.adress is not a known key"},
    {"unknown_key_of_a_token", "admin:\n  tokens:\n    - token: t\n      scope: [operator]\n",
     "wakala.yaml:4: admin.tokens[0].scope is not a known key"},
    {"repeated_key", "node:\n  name: a\n  name: b\n", "wakala.yaml:3: node.name is there twice"},
    {"repeated_section", "node: {name: a}\nnode: {name: b}\n", "wakala.yaml:2: node is there twice"},
    {"map_for_a_value", "node:\n  name: {a: b}\n", "wakala.yaml:2: node.name must be a single value"},
    {"list_for_a_value", "store:\n  url: [a]\n", "wakala.yaml:2: store.url must be a single value"},
    {"value_for_a_section", "limits: 12\n", "wakala.yaml:1: limits must be a map of keys"},
    {"list_for_the_file", "- node\n", "wakala.yaml:1: expected a map of sections"},
    {"no_value", "meta:\n  app_secret:\n", "wakala.yaml:2: meta.app_secret has no value"},
    {"empty_value", "meta:\n  app_secret: ''\n", "wakala.yaml:2: meta.app_secret must not be empty"},
    {"port_too_high", "listen:\n  public: 127.0.0.1:65536\n", "wakala.yaml:2: listen.public must be host:port"},
    {"negative_port", "listen:\n  admin: 127.0.0.1:-1\n", "wakala.yaml:2: listen.admin must be host:port"},
    {"no_port", "listen:\n  admin: localhost\n", "wakala.yaml:2: listen.admin must be host:port"},
    {"bare_v6", "listen:\n  admin: ::1:80\n", "wakala.yaml:2: listen.admin must be host:port"},
    {"half_a_tls", "listen: {public: {tls_key_file: k}}\n", "listen.public needs both"},
    {"zero_limit", "limits:\n  connections: 0\n", "wakala.yaml:2: limits.connections must be a whole number from 1"},
    {"zero_duration", "limits:\n  read_timeout: 0s\n", "wakala.yaml:2: limits.read_timeout must be a duration"},
    {"fraction", "limits:\n  connections: 1.5\n", "wakala.yaml:2: limits.connections must be a whole number"},
    {"negative", "limits:\n  connections: -5\n", "wakala.yaml:2: limits.connections must be a whole number"},
    {"word_for_a_number", "threads:\n  io: many\n", "wakala.yaml:2: threads.io must be a whole number from 0 to 256"},
    {"unknown_unit", "limits:\n  read_timeout: 10 s\n", "wakala.yaml:2: limits.read_timeout must be a duration"},
    {"size_without_i", "limits:\n  body_bytes: 4MB\n", "wakala.yaml:2: limits.body_bytes must be a size"},
    {"overflow", "limits:\n  body_bytes: 99999999999999999999GiB\n",
     "wakala.yaml:2: limits.body_bytes must be a size"},
    {"part_of_a_second", "limits:\n  outbox_ttl: 1500\n", "wakala.yaml:2: limits.outbox_ttl must be whole seconds"},
    {"store_scheme", "store:\n  url: mysql://x\n", "wakala.yaml:2: store.url must be sqlite:PATH or postgresql://"},
    {"store_without_path", "store:\n  url: 'sqlite:'\n", "wakala.yaml:2: store.url must be sqlite:PATH"},
    {"graph_url", "meta:\n  graph_url: graph.facebook.com\n", "wakala.yaml:2: meta.graph_url must be an http://"},
    {"stripe_url", "payments:\n  stripe_url: api.stripe.com\n",
     "wakala.yaml:2: payments.stripe_url must be an http://"},
    {"daraja_url", "payments:\n  daraja_url: 'discard:'\n", "wakala.yaml:2: payments.daraja_url must be an http://"},
    {"private_addresses", "webhooks:\n  allow_private_addresses: yes please\n",
     "wakala.yaml:2: webhooks.allow_private_addresses must be true or false"},
    {"graph_version", "meta:\n  version: 23\n", "wakala.yaml:2: meta.version must be a Graph API version"},
    {"log_level", "logging:\n  level: loud\n", "wakala.yaml:2: logging.level must be one of trace, debug"},
    {"node_name", "node:\n  name: a b\n", "wakala.yaml:2: node.name must be 1 to 64"},
    {"shard_count", "cluster:\n  shard_count: 0\n", "wakala.yaml:2: cluster.shard_count must be a whole number"},
    {"tokens_as_map", "admin:\n  tokens: {a: b}\n", "wakala.yaml:2: admin.tokens must be a list"},
    {"token_as_text", "admin:\n  tokens:\n    - secret\n", "wakala.yaml:3: admin.tokens[0] must be a map"},
    {"token_without_scopes", "admin:\n  tokens:\n    - token: t\n", "wakala.yaml:3: admin.tokens[0] needs `scopes`"},
    {"scope", "admin:\n  tokens:\n    - token: t\n      scopes: [root]\n",
     "wakala.yaml:4: admin.tokens[0].scopes must hold `operator`"},
    {"scope_without_tenant", "admin:\n  tokens:\n    - {token: t, scopes: ['tenant:']}\n",
     "wakala.yaml:3: admin.tokens[0].scopes must hold"},
    {"no_scopes", "admin:\n  tokens:\n    - {token: t, scopes: []}\n", "admin.tokens[0].scopes must be a list"},
    {"same_token_twice",
     "admin:\n  tokens:\n    - {token: t, scopes: [operator]}\n    - {token: t, scopes: [operator]}\n",
     "wakala.yaml:4: admin.tokens[1] repeats"},
    {"missing_variable", "meta:\n  app_secret: ${NOT_THERE}\n",
     "wakala.yaml:2: meta.app_secret needs the environment variable NOT_THERE, which is not set"},
    {"missing_variable_in_a_token", "admin:\n  tokens:\n    - {token: \"${NOT_THERE}\", scopes: [operator]}\n",
     "wakala.yaml:3: admin.tokens[0].token needs the environment variable NOT_THERE"},
    {"open_variable", "meta:\n  app_secret: ${NOT_THERE\n", "wakala.yaml:2: meta.app_secret has a ${ without its }"},
    {"strange_variable", "meta:\n  app_secret: ${A-B}\n", "wakala.yaml:2: meta.app_secret has a ${"},
    {"not_yaml", "node:\n  name: [a\n", "wakala.yaml:3: not valid YAML"},
    {"tab", "node:\n\tname: a\n", "wakala.yaml:2: not valid YAML"},
    {"two_documents", "node: {}\n---\nnode: {}\n", "wakala.yaml:3: a second document"},
    {"media_too_small", "media:\n  bytes_max: 1MiB\n", "media.bytes_max must be at least 128MiB"},
    {"media_scan_command", "media:\n  scan_command: \"  \"\n", "media.scan_command must name a program"},
    {"media_kept_days", "media:\n  kept_days: 0\n", "wakala.yaml:2: media.kept_days must be a whole number"},
    {"not_text", "node:\n  name: \"\xff\"\n", "wakala.yaml: is not UTF-8 text"},
};

INSTANTIATE_TEST_SUITE_P(table, bad_config, ::testing::ValuesIn(bad_cases),
                         [](const auto& each) { return std::string(each.param.name); });

TEST(config_file, all_problems_are_told_together) {
  const auto reason = bad("node:\n  nam: a\nlimits:\n  connections: 0\nmeta:\n  app_secret: ${GONE}\n");
  EXPECT_EQ(reason.what, "wakala.yaml:2: node.nam is not a known key\n"
                         "wakala.yaml:4: limits.connections must be a whole number from 1 to 1000000000\n"
                         "wakala.yaml:6: meta.app_secret needs the environment variable GONE, which is not set");
  EXPECT_EQ(reason.field, "node.nam");
}

TEST(config_file, deep_nesting_is_an_error_not_a_crash) {
  EXPECT_THAT(bad("node: " + std::string(100'000, '[')).what, HasSubstr("not valid YAML"));
}

TEST(config_file, a_message_never_repeats_a_value) {
  const fake_variables secret{{"SECRET", "hunter2"}};
  EXPECT_THAT(bad("store: {url: \"${SECRET}\"}", secret).what, Not(HasSubstr("hunter2")));
  EXPECT_THAT(bad("admin: {tokens: [{token: t, scopes: [\"${SECRET}\"]}]}", secret).what, Not(HasSubstr("hunter2")));
  EXPECT_THAT(bad("", {{"WAKALA_STORE_URL", "hunter2"}}).what, Not(HasSubstr("hunter2")));
}

TEST(config_override, a_variable_wins_over_the_file) {
  const auto config = good("listen: {public: 127.0.0.1:1}\nmeta: {app_secret: file}\nlimits: {body_bytes: 1}\n",
                           {{"WAKALA_LISTEN_PUBLIC", "127.0.0.1:2"},
                            {"WAKALA_META_APP_SECRET", "${not expanded}"},
                            {"WAKALA_LIMITS_BODY_BYTES", "2KiB"},
                            {"WAKALA_STORE_URL", "sqlite:other.db"}});
  EXPECT_EQ(config.public_listener.address.port, 2);
  EXPECT_EQ(config.meta.app_secret, "${not expanded}");
  EXPECT_EQ(config.limits.body_bytes, 2048U);
  EXPECT_EQ(config.store_url, "sqlite:etc/other.db");
}

TEST(config_override, an_overridden_value_need_not_be_readable) {
  EXPECT_EQ(good("meta: {app_secret: \"${GONE}\"}", {{"WAKALA_META_APP_SECRET", "here"}}).meta.app_secret, "here");
}

TEST(config_override, tokens_are_a_list_in_one_line) {
  const auto config = good("admin: {tokens: [{token: a, scopes: [operator]}]}",
                           {{"WAKALA_ADMIN_TOKENS", "[{token: b, scopes: ['tenant:duka']}]"}});
  ASSERT_EQ(config.admin_tokens.size(), 1U);
  EXPECT_EQ(config.admin_tokens[0].token, "b");
  EXPECT_THAT(bad("", {{"WAKALA_ADMIN_TOKENS", "[{token: b}]"}}).what,
              HasSubstr("environment WAKALA_ADMIN_TOKENS: admin.tokens[0] needs `scopes`"));
}

TEST(config_override, a_bad_value_names_the_variable) {
  const auto reason = bad("", {{"WAKALA_LIMITS_CONNECTIONS", "0"}});
  EXPECT_THAT(reason.what, HasSubstr("environment WAKALA_LIMITS_CONNECTIONS: limits.connections must be"));
  EXPECT_EQ(reason.field, "limits.connections");
}

TEST(config_override, a_misspelt_variable_of_a_section_is_an_error) {
  EXPECT_THAT(bad("", {{"WAKALA_LIMITS_CONECTIONS", "1"}}).what, HasSubstr("environment WAKALA_LIMITS_CONECTIONS"));
  good("", {{"WAKALA_FAULT_ROUNDS", "100"}}); // of no section: somebody else's
}

TEST(config_override, shard_count_has_a_short_name) {
  EXPECT_EQ(good("cluster: {shard_count: 4}", {{"SHARD_COUNT", "8"}}).cluster.shard_count, 8U);
  EXPECT_EQ(good("", {{"SHARD_COUNT", "8"}, {"WAKALA_CLUSTER_SHARD_COUNT", "8"}}).cluster.shard_count, 8U);
  EXPECT_THAT(bad("", {{"SHARD_COUNT", "8"}, {"WAKALA_CLUSTER_SHARD_COUNT", "9"}}).what, HasSubstr("SHARD_COUNT"));
  EXPECT_THAT(bad("", {{"SHARD_COUNT", "eight"}}).what, HasSubstr("environment SHARD_COUNT: cluster.shard_count"));
}

TEST(config_file, a_file_that_is_not_there_is_not_found) {
  for (const std::string path : {"/nonexistent/wakala.yaml", "/"}) {
    const auto config = load_config(path, fake_environment({}));
    ASSERT_FALSE(config);
    EXPECT_EQ(config.error().code, errc::not_found);
    EXPECT_THAT(config.error().what, HasSubstr(path));
  }
}

TEST(config_file, the_example_configuration_is_good) {
  const auto config = load_config(
      WAKALA_SOURCE_DIR "/deploy/wakala.yaml",
      fake_environment({{"WAKALA_APP_SECRET", "a"}, {"WAKALA_VERIFY_TOKEN", "b"}, {"WAKALA_OPERATOR_TOKEN", "c"}}));
  ASSERT_TRUE(config) << config.error().what;
  EXPECT_EQ(config->meta.app_secret, "a");
  EXPECT_EQ(config->admin_tokens.at(0).token, "c");
}

TEST(config_file, the_examples_values_are_the_defaults_where_it_says_so) {
  // The commented lines `# key: value` of the example show defaults; with the marks removed it must parse to the
  // same.
  std::ifstream file(WAKALA_SOURCE_DIR "/deploy/wakala.yaml");
  std::string text;
  for (std::string line; std::getline(file, line);) {
    const auto mark = line.find("#: ");
    text += (mark == std::string::npos ? line : line.substr(0, mark) + line.substr(mark + 3)) + "\n";
  }
  const fake_variables variables{
      {"WAKALA_APP_SECRET", "a"}, {"WAKALA_VERIFY_TOKEN", "b"}, {"WAKALA_OPERATOR_TOKEN", "c"}};
  const auto shown = good(text, variables);
  const limits_config defaults;
  EXPECT_EQ(shown.limits.connections, defaults.connections);
  EXPECT_EQ(shown.limits.body_bytes, defaults.body_bytes);
  EXPECT_EQ(shown.limits.webhook_deadline, defaults.webhook_deadline);
  EXPECT_EQ(shown.limits.outbox_ttl, defaults.outbox_ttl);
  EXPECT_EQ(shown.limits.live_conversations, defaults.live_conversations);
}

TEST(config_file, files_lie_beside_the_embedded_store_unless_it_says_otherwise) {
  EXPECT_THAT(good("store:\n  url: sqlite:data/wakala.db\n").media.directory,
              ::testing::EndsWith("data/wakala.db.media"));
  EXPECT_THAT(good("media:\n  directory: elsewhere\n").media.directory, ::testing::EndsWith("elsewhere"));
  EXPECT_EQ(good("media:\n  directory: /var/media\n").media.directory, "/var/media");
  EXPECT_EQ(good("store:\n  url: postgresql://localhost/shop\n").media.directory, "");
}

TEST(config_documentation, names_every_key_with_its_default) {
  std::ifstream file(WAKALA_SOURCE_DIR "/docs/configuration.md");
  const std::string text((std::istreambuf_iterator<char>(file)), std::istreambuf_iterator<char>());
  for (const auto& key : config_keys()) {
    const auto row = "| `" + key.name + "` | " + (key.fallback.empty() ? "none" : "`" + key.fallback + "`") + " |";
    EXPECT_THAT(text, HasSubstr(row));
  }
}

} // namespace
} // namespace wakala
