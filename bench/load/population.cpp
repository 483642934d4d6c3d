#include "bench/load/population.hpp"

#include <array>

namespace wakala::bench {

namespace {

constexpr std::uint64_t first_phone = 254'700'000'000;
constexpr std::uint64_t first_waba = 300'000'000'000'000;
constexpr std::uint64_t first_number = 400'000'000'000'000;
constexpr std::uint64_t first_user = 13'491'208'655'302'000'000U;

constexpr std::array<std::string_view, 16> names{
    "Amina Wanjiru",  "Brian Otieno",    "Cynthia Achieng", "David Kiprono", "Esther Njeri",  "Faith Mwende",
    "Grace Nyambura", "Hassan Abdi",     "Irene Chebet",    "James Mwangi",  "Kevin Ochieng", "Lucy Wairimu",
    "Mercy Atieno",   "Nancy Jepkosgei", "Omar Salim",      "Peter Kamau"};

} // namespace

population::population(const population_options& options)
    : options_(options), draw_(options.conversations, options.zipf) {
  for (std::uint32_t i = options.first_tenant; i < options.first_tenant + options.tenants; ++i)
    tenants_.push_back({"bench-" + std::to_string(i), std::to_string(first_waba + i),
                        std::to_string(first_number + i), std::to_string(254'200'000'000 + i)});
  std::mt19937_64 random(options.seed);
  const zipf by_size(options.tenants, options.zipf);
  tenant_of_.reserve(options.conversations);
  for (std::uint32_t i = 0; i < options.conversations; ++i)
    tenant_of_.push_back(static_cast<std::uint32_t>(by_size.draw(random)));
}

std::string phone_of(std::uint32_t conversation) { return std::to_string(first_phone + conversation); }

std::string user_id_of(std::uint32_t conversation) { return "KE." + std::to_string(first_user + conversation); }

std::string_view name_of(std::uint32_t conversation) { return names[conversation % names.size()]; }

} // namespace wakala::bench
