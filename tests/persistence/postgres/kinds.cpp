#include "persistence/postgres/postgres_store.hpp"
#include "tests/persistence/postgres/shared_server.hpp"
#include "tests/persistence/support/store_kinds.hpp"

namespace wakala::persistence::testing {

namespace {

std::unique_ptr<postgres_server> server;

/// One server for all tests of the program.
class with_server : public ::testing::Environment {
public:
  void SetUp() override {
    server = std::make_unique<postgres_server>();
    new_postgres_place = [] {
      return [url = server->url(server->new_database())](std::uint32_t shards) {
        return open_postgres_store({url, shards, 3, "n1"}).value();
      };
    };
  }
  void TearDown() override { server.reset(); }
};

const auto* const environment = ::testing::AddGlobalTestEnvironment(new with_server);

} // namespace

postgres_server& shared_server() { return *server; }

std::vector<store_kind> kinds_under_contract() { return {store_kind::postgres}; }

} // namespace wakala::persistence::testing
