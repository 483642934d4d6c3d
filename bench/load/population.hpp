/// \file
/// The shops and shoppers of a load run, all derived from numbers: the same seed gives the same world.
#pragma once

#include "bench/stats/zipf.hpp"

#include <cstdint>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace wakala::bench {

struct population_options {
  std::uint32_t tenants = 20;
  std::uint32_t conversations = 10'000;
  double zipf = 0.99; ///< of conversations by traffic, and of tenants by conversations; 0: all alike
  std::uint64_t seed = 1;
  std::uint32_t first_tenant = 0; ///< tenants are numbered from here: two populations can share a server
};

/// A merchant with one business number.
struct bench_tenant {
  std::string id;
  std::string waba_id;
  std::string number_id;
  std::string display;
};

/// Immutable after construction; may be read from several threads.
class population {
public:
  explicit population(const population_options& options);

  const population_options& options() const noexcept { return options_; }
  const std::vector<bench_tenant>& tenants() const noexcept { return tenants_; }
  std::uint32_t conversations() const noexcept { return options_.conversations; }

  /// A conversation by its share of the traffic; 0 has the most.
  std::uint32_t draw(std::mt19937_64& random) const { return static_cast<std::uint32_t>(draw_.draw(random)); }
  std::uint32_t tenant_of(std::uint32_t conversation) const { return tenant_of_[conversation]; }
  const bench_tenant& shop_of(std::uint32_t conversation) const { return tenants_[tenant_of_[conversation]]; }

private:
  population_options options_;
  zipf draw_;
  std::vector<bench_tenant> tenants_;
  std::vector<std::uint32_t> tenant_of_;
};

/// The shopper's number in digits; different for each conversation.
std::string phone_of(std::uint32_t conversation);
/// The shopper's business-scoped user id; different for each conversation.
std::string user_id_of(std::uint32_t conversation);
std::string_view name_of(std::uint32_t conversation);

} // namespace wakala::bench
