// Cloud API reference §10.3 as a table.
#include "whatsapp/outbound.hpp"

#include <algorithm>
#include <array>

namespace wakala::whatsapp {

namespace {

struct code_range {
  int first;
  int last;
  error_class meaning;
};

using enum error_class;

/// Sorted by code.
constexpr std::array<code_range, 68> codes{{
    {0, 0, unauthorised},
    {1, 1, transient}, // once; the sender's limit on tries ends it
    {2, 2, transient},
    {3, 3, unauthorised},
    {4, 4, pace_account},
    {10, 10, unauthorised},
    {33, 33, unauthorised},
    {100, 100, fix_request},
    {190, 190, unauthorised},
    {200, 299, unauthorised},
    {368, 368, blocked},
    {80007, 80007, pace_account},
    {80009, 80009, pace_account},
    {80014, 80014, pace_account},
    {130429, 130429, pace_number},
    {130472, 130472, recipient_only},
    {130497, 130497, recipient_only},
    {131000, 131000, transient},
    {131005, 131005, unauthorised},
    {131008, 131008, fix_request},
    {131009, 131009, fix_request},
    {131016, 131016, transient},
    {131021, 131021, fix_request},
    {131026, 131026, recipient_only},
    {131030, 131030, recipient_only},
    {131031, 131031, blocked},
    {131037, 131037, blocked},
    {131042, 131042, blocked},
    {131045, 131045, unauthorised},
    {131047, 131047, window_closed},
    {131048, 131048, pace_number},
    {131049, 131049, recipient_only},
    {131050, 131050, recipient_only},
    {131051, 131051, fix_request},
    {131052, 131052, fix_request},
    {131053, 131053, fix_request},
    {131055, 131055, fix_request},
    {131056, 131056, pace_pair},
    {131057, 131057, transient},
    {131059, 131059, transient},
    {131061, 131061, fix_request},
    {131062, 131062, fix_request},
    {132000, 132000, fix_request},
    {132001, 132001, template_problem},
    {132005, 132005, fix_request},
    {132007, 132007, template_problem},
    {132012, 132012, fix_request},
    {132015, 132016, template_problem},
    {132018, 132018, fix_request},
    {132068, 132068, template_problem},
    {132069, 132069, pace_number},
    {133000, 133000, transient},
    {133004, 133004, transient},
    {133005, 133005, fix_request},
    {133006, 133006, unauthorised},
    {133008, 133009, pace_number},
    {133010, 133010, unauthorised},
    {133015, 133016, pace_number},
    {134011, 134011, blocked},
    {134100, 134100, fix_request},
    {134101, 134101, transient},
    {134102, 134102, template_problem},
    {135000, 135000, fix_request},
    {135002, 135002, transient},
    {136024, 136025, fix_request},
    {139102, 139102, transient},
    {147001, 147004, fix_request},
    {2593107, 2593108, fix_request},
}};

static_assert(std::is_sorted(codes.begin(), codes.end(),
                             [](const code_range& a, const code_range& b) { return a.last < b.first; }));

/// Without a known code only the HTTP status is left. Anything that is not a clear refusal may have been carried out.
error_class by_status(const send_error& e) noexcept {
  if (e.http_status < 400 || e.http_status >= 500)
    return unknown_outcome;
  if (!e.no_code)
    return fix_request;
  switch (e.http_status) {
  case 401:
  case 403:
    return unauthorised;
  case 408:
    return unknown_outcome;
  case 429:
    return pace_number;
  default:
    return fix_request;
  }
}

} // namespace

error_class classify(const send_error& e) noexcept {
  if (e.no_code)
    return by_status(e);
  const auto found = std::lower_bound(codes.begin(), codes.end(), e.code,
                                      [](const code_range& range, int code) { return range.last < code; });
  return found != codes.end() && found->first <= e.code ? found->meaning : by_status(e);
}

std::string_view to_string(error_class c) noexcept {
  switch (c) {
  case transient:
    return "transient";
  case pace_pair:
    return "pace_pair";
  case pace_number:
    return "pace_number";
  case pace_account:
    return "pace_account";
  case fix_request:
    return "fix_request";
  case window_closed:
    return "window_closed";
  case recipient_only:
    return "recipient_only";
  case template_problem:
    return "template_problem";
  case unauthorised:
    return "unauthorised";
  case blocked:
    return "blocked";
  case unknown_outcome:
    return "unknown_outcome";
  }
  return "unknown_outcome";
}

int error_code_of(const violation& broken) noexcept {
  const bool is_no_message = broken.path.empty() || broken.path == "/messaging_product" || broken.path == "/type";
  if (is_no_message)
    return 100;
  return broken.code == "required" ? 131008 : 131009;
}

} // namespace wakala::whatsapp
