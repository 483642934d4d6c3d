// What came in and went out on one day, and what does not add up.
#include "actors/records/conversation_records.hpp"
#include "actors/records/payment_view.hpp"
#include "actors/tenant/payments/pay_desk.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "commerce/shop_settings.hpp"
#include "runtime/core/encoding.hpp"

#include <nlohmann/json.hpp>

#include <charconv>
#include <chrono>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

constexpr std::size_t rows_at_once = 1'000;
constexpr std::size_t shown_max = 500;
constexpr time_ms ms_per_minute = 60 * ms_per_second;

/// The midnight of a day such as 2026-11-29, in UTC.
std::optional<time_ms> midnight_of(std::string_view day) {
  const auto number = [&](std::size_t from, std::size_t count) {
    int value = 0;
    const auto* const end = day.data() + from + count;
    return std::from_chars(day.data() + from, end, value).ptr == end ? value : -1;
  };
  if (day.size() != 10 || day[4] != '-' || day[7] != '-')
    return std::nullopt;
  const std::chrono::year_month_day date{std::chrono::year{number(0, 4)},
                                         std::chrono::month{static_cast<unsigned>(number(5, 2))},
                                         std::chrono::day{static_cast<unsigned>(number(8, 2))}};
  if (!date.ok() || number(0, 4) < 1970)
    return std::nullopt;
  return std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::sys_days{date}.time_since_epoch())
      .count();
}

} // namespace

/// Sums of the ledger, and the attempts.
struct tenant::pay_desk::day_report {
  std::map<std::string, std::map<std::string, std::map<std::string, std::int64_t>>>
      sums; ///< currency → what → account
  std::map<std::string, std::size_t> entries;
  std::map<std::string, std::size_t> states;
  json differences = json::array();
  std::size_t differences_total = 0;
};

/// Reads the rows of the span from the key after `after` on, page by page.
void tenant::pay_desk::read_span(const bytes& prefix, time_ms from, time_ms until,
                                 std::function<result<void>(std::string_view)> take, done_function then,
                                 bytes after) {
  persistence::range_query query;
  query.tenant = config().id;
  query.where = table::tenant_entity;
  query.prefix = prefix;
  query.limit = rows_at_once;
  if (after.empty() && from > 0) {
    after = prefix;
    append_u64(after, static_cast<std::uint64_t>(from - 1));
    after += bytes(sizeof(std::uint64_t), '\xff');
  }
  query.after = std::move(after);
  shop_.self_->request(shop_.context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, prefix, until, take = std::move(take), then](const runtime::range_answer& answer) {
            if (!answer.value)
              return then(&answer.why);
            for (const auto& row : *answer.value) {
              const auto rest = std::string_view(row.key).substr(prefix.size());
              if (rest.size() < sizeof(std::uint64_t) || static_cast<time_ms>(read_u64(rest)) >= until)
                return then(nullptr);
              const auto text = shop_.context_->entry->keys->data.open(
                  associated_data(config().id, table::tenant_entity, row.key), row.value);
              const auto taken = text ? take(*text) : result<void>(text.error());
              if (!taken) {
                const auto why = taken.error();
                return then(&why);
              }
            }
            if (answer.value->size() < rows_at_once)
              return then(nullptr);
            read_span(prefix, 0, until, take, then, answer.value->back().key);
          },
          [then](const caf::error&) {
            const auto why = make_error(errc::unavailable, "the store did not answer");
            then(&why);
          });
}

void tenant::pay_desk::report(const std::string& day, const answered_function& then) {
  const auto midnight = midnight_of(day);
  if (!midnight)
    return then({std::nullopt, make_error(errc::invalid_argument, "must be a day such as 2026-11-29", "date")});
  const auto offset = commerce::offset_of_zone(config().time_zone).value_or(0);
  const auto from = *midnight - offset * ms_per_minute;
  const auto until = from + ms_per_day;
  const auto all = std::make_shared<day_report>();
  const auto fail = [then](const error& why) { then({std::nullopt, why}); };
  const auto take_entry = [all](std::string_view text) -> result<void> {
    const auto entry = commerce::ledger_entry_from(text);
    if (!entry)
      return entry.error();
    ++all->entries[entry->what];
    for (const auto& p : entry->postings)
      all->sums[entry->currency][entry->what][p.account] += p.minor;
    return {};
  };
  const auto take_attempt = [this, all](std::string_view text) -> result<void> {
    const auto t = payments::tracked_attempt_from(text);
    if (!t)
      return t.error();
    ++all->states[std::string(to_string(t->what.state))];
    const auto due = payments::to_book(*t, rules());
    const bool is_unbooked = !due.receipts.empty() || !due.named.empty();
    if (is_unbooked && ++all->differences_total <= shown_max) // money that is known, and not in the books
      all->differences.push_back(payment_json(*t, rules()));
    return {};
  };
  const auto show = [this, all, day, offset, then] {
    auto moved = json::object();
    for (const auto& [currency, kinds] : all->sums)
      for (const auto& [what, accounts] : kinds)
        for (const auto& [account, minor] : accounts)
          moved[currency][what][account] = decimal_text({minor, currency});
    auto balances = json::object();
    for (const auto& [currency, sums] : shop_.balances_.sums())
      for (const auto& [account, minor] : sums)
        balances[currency][account] = decimal_text({minor, currency});
    auto attention = json::array();
    std::size_t open = 0;
    for (const auto& [id, t] : open_) {
      open += payments::may_still_be_paid(t.what.state) ? 1U : 0U;
      if (attention.size() < shown_max && !payments::attention(t, rules()).empty())
        attention.push_back(payment_json(t, rules()));
    }
    then({json{{"date", day},
               {"utc_offset_minutes", offset},
               {"entries", all->entries},
               {"moved", std::move(moved)},
               {"attempts", all->states},
               {"differences", std::move(all->differences)},
               {"differences_total", all->differences_total},
               {"balances", std::move(balances)},
               {"open", open},
               {"attention", std::move(attention)}}
              .dump(-1, ' ', false, json::error_handler_t::replace),
          {}});
  };
  read_span(ledger_prefix, from, until, take_entry, [this, from, until, take_attempt, show, fail](const error* why) {
    if (why != nullptr)
      return fail(*why);
    read_span(attempt_prefix, from, until, take_attempt, [show, fail](const error* failed) {
      if (failed != nullptr)
        return fail(*failed);
      show();
    });
  });
}

} // namespace wakala::actors
