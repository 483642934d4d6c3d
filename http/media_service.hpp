/// \file
/// Files of shoppers and shops: fetched from Meta when somebody asks and kept, uploaded once and remembered.
#pragma once

#include "actors/config/directory.hpp"
#include "http/media_graph.hpp"
#include "http/media_scan.hpp"
#include "http/single_flight.hpp"
#include "http/transfer_places.hpp"
#include "http/work_pool.hpp"
#include "persistence/media/media_store.hpp"
#include "runtime/core/clock.hpp"
#include "runtime/core/random.hpp"
#include "runtime/counters.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <string>

namespace wakala::http {

struct media_options {
  meta_config meta;
  std::chrono::milliseconds graph_timeout{10'000};
  scan_options scan;
  std::size_t transfers_max = 4; ///< files on their way through this node at a time
  std::shared_ptr<clock_source> clock;
  std::shared_ptr<random_source> random;
  std::shared_ptr<runtime::counters> count;
};

/// A tenant's number, and what is needed to act for it.
struct media_owner {
  actors::tenant_entry_ptr tenant;
  std::string phone_number_id;
};

struct fetched_medium {
  std::string mime_type; ///< without parameters
  std::string sha256;    ///< lower-case hexadecimal
  std::string content;
};

struct uploaded_medium {
  std::string id; ///< Meta's, for messages that leave from this number
  std::string sha256;
  std::string mime_type;
  std::size_t size = 0;
  time_ms expires_at = 0;
  bool cached = false; ///< uploaded earlier
};

/// Files, digests, sealing and scanning run on threads of its own. What was verified and found clean is kept in the
/// store. Thread-safe.
///
/// Errors of both calls: `invalid_argument` for a file that is refused, with the field `/mime_type`, `/size`,
/// `/sha256` or `/content`; `not_found`; `conflict` when Meta refuses the token; `overloaded` and `unavailable` for
/// what may be tried again; `corrupt` for a kept file that is damaged and that Meta no longer has.
class media_service {
public:
  media_service(io_runtime& io, std::shared_ptr<persistence::media_store> store, media_options options);
  /// Ends what is under way; every `done` has run. Not from an I/O thread.
  ~media_service();
  media_service(const media_service&) = delete;
  media_service& operator=(const media_service&) = delete;

  /// The right to one transfer, to be held from before its bytes come until they are gone; null: come back later.
  std::shared_ptr<void> take_place(const tenant_id& tenant);

  /// A file by Meta's id. Who asks while it is being fetched has it from the same download. `done` runs once, on any
  /// thread.
  void fetch(media_owner owner, std::string id, std::function<void(result<fetched_medium>)> done);

  /// The same bytes for the same number are uploaded once in 29 days. `body` is the file, or a form as Meta takes it
  /// (parts `file`, and `type` when the file has none); `content_type` says which.
  void upload(media_owner owner, std::string content_type, std::string body,
              std::function<void(result<uploaded_medium>)> done);

private:
  struct fetch_job;
  struct upload_job;
  using fetch_ptr = std::shared_ptr<fetch_job>;
  using upload_ptr = std::shared_ptr<upload_job>;

  template <class Job, class Step>
  void next(const std::shared_ptr<Job>& job, Step step);
  void finish(const fetch_job& job, result<fetched_medium> outcome);
  void finish(const upload_job& job, result<uploaded_medium> outcome);

  void look_in_store(const fetch_ptr& job);
  void ask_meta(const fetch_ptr& job);
  void take_in(const fetch_ptr& job, std::string content);
  void look_at_upload(const upload_ptr& job);
  void send_up(const upload_ptr& job);
  void remember(const upload_ptr& job, const std::string& id);
  std::optional<error> scanned(const tenant_id& tenant, std::string_view content, const char* direction);
  void keep(const persistence::media_address& where, std::string_view note, std::string_view content);

  const std::shared_ptr<persistence::media_store> store_;
  const media_options options_;
  std::atomic<bool> closing_{false};
  transfer_places places_;
  single_flight<fetched_medium> fetches_;
  single_flight<uploaded_medium> uploads_;
  work_pool pool_;
  media_graph graph_; ///< goes first: what comes of its last calls still finds the rest
};

} // namespace wakala::http
