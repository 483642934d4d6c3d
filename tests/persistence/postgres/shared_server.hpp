/// \file
/// The server that all tests of this program use.
#pragma once

#include "tests/persistence/postgres/server.hpp"

namespace wakala::persistence::testing {

postgres_server& shared_server();

} // namespace wakala::persistence::testing
