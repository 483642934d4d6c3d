/// \file
/// What a tenant's home knows of the events for the merchant's own system.
#pragma once

#include "actors/tenant/hooks/hook_window.hpp"
#include "actors/tenant/tenant.hpp"

#include <string>

namespace wakala::actors {

struct tenant::hook_desk {
  hook_window window;
  bool is_known = false;   ///< it was read how things stand
  bytes last_key;          ///< of the newest event there is
  bytes read_to;           ///< events up to this key were read, or were put into the window as they were written
  bool is_more = true;     ///< later ones may be on disk
  bool is_at_rows = false; ///< rows that the window does not have are being read or changed
  bool has_new = false;    ///< written meanwhile
  time_ms timer_at = 0;
  time_ms forget_at = 0;
  unsigned unreachable = 0; ///< tries in a row
  bool is_testing = false;
  bytes of;               ///< fingerprint of the webhook that is configured
  time_ms stopped_at = 0; ///< the merchant's system is gone for good, it says; 0: it is not

  void begin_rows() {
    is_at_rows = true;
    has_new = false;
  }
  void end_rows(bool more) {
    is_at_rows = false;
    is_more = more || has_new;
  }
  void read_all_again() {
    read_to.clear();
    is_more = true;
  }
};

/// Events of one tenant that are known without their bodies; the others wait on disk.
inline constexpr std::size_t hooks_known_max = 4'096;

} // namespace wakala::actors
