#include "http/media_service.hpp"

#include "http/core/form_data.hpp"
#include "http/core/hmac.hpp"
#include "http/media_notes.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "whatsapp/media_rules.hpp"

#include <array>
#include <utility>

namespace wakala::http {

namespace {

using persistence::media_address;

constexpr time_ms upload_lives = 29 * ms_per_day; // Meta keeps it for 30
constexpr std::chrono::hours sweep_every{1};

error refused(const char* field, std::string why) {
  return make_error(errc::invalid_argument, std::move(why), field);
}

error stopping() { return make_error(errc::unavailable, "the node stops"); }

error no_type(const std::string& type) {
  return refused("/mime_type", type.empty() ? "the file has no type" : "WhatsApp takes no files of this type");
}

error other_type(std::string_view type) {
  return refused("/mime_type", "the content is not what its type says: " + std::string(type));
}

} // namespace

struct media_service::fetch_job {
  media_owner owner;
  std::string id;
  std::string flight; ///< among all tenants
  media_address address;
  const whatsapp::media_rule* rule = nullptr;
  media_facts facts;
  bool asked_again = false;
  bool was_damaged = false; ///< what we had

  media_graph::access access() const { return {owner.phone_number_id, owner.tenant->config.access_token}; }
};

struct media_service::upload_job {
  media_owner owner;
  std::string content_type;
  std::string body;
  std::function<void(result<uploaded_medium>)> done; ///< until it is known what it waits for
  std::string flight;
  const whatsapp::media_rule* rule = nullptr;
  std::string_view content; ///< in `body`
  std::string sha256;

  media_graph::access access() const { return {owner.phone_number_id, owner.tenant->config.access_token}; }
  media_address address(std::string key) const {
    return {owner.tenant->config.id, owner.tenant->keys, std::move(key)};
  }
};

media_service::media_service(io_runtime& io, std::shared_ptr<persistence::media_store> store, media_options options)
    : store_(std::move(store)), options_(std::move(options)), places_(options_.transfers_max),
      pool_(options_.transfers_max, sweep_every, [kept = store_] { kept->sweep(); }),
      graph_(io, options_.meta, options_.graph_timeout) {}

media_service::~media_service() {
  closing_ = true;
  pool_.stop(); // what comes of calls to Meta from now on finds no thread, and ends there
}

/// Goes on with a job on a thread that may block.
template <class Job, class Step>
void media_service::next(const std::shared_ptr<Job>& job, Step step) {
  const bool posted = pool_.post([this, job, step] {
    try {
      step();
    } catch (const std::exception& e) {
      log::error("media.failed", {{"what", e.what()}});
      finish(*job, make_error(errc::handler_failed, "the file could not be handled"));
    }
  });
  if (!posted)
    finish(*job, stopping());
}

std::shared_ptr<void> media_service::take_place(const tenant_id& tenant) {
  auto place = places_.take(tenant);
  if (!place)
    ++options_.count->media_busy;
  return place;
}

void media_service::finish(const fetch_job& job, result<fetched_medium> outcome) {
  if (!outcome && outcome.error().code == errc::invalid_argument)
    ++options_.count->media_refused;
  fetches_.finish(job.flight, std::move(outcome));
}

void media_service::finish(const upload_job& job, result<uploaded_medium> outcome) {
  if (!outcome && outcome.error().code == errc::invalid_argument)
    ++options_.count->media_refused;
  if (job.done)
    job.done(std::move(outcome));
  else
    uploads_.finish(job.flight, std::move(outcome));
}

std::optional<error> media_service::scanned(const tenant_id& tenant, std::string_view content,
                                            const char* direction) {
  switch (scan(options_.scan, content, closing_)) {
  case scan_verdict::clean:
    return std::nullopt;
  case scan_verdict::infected:
    ++options_.count->media_infected;
    log::warn("media.infected", {{"tenant", tenant}, {"direction", direction}, {"bytes", content.size()}});
    return refused("/content", "the scan found something harmful in the file");
  case scan_verdict::unknown:
    break;
  }
  ++options_.count->media_unscanned;
  log::warn("media.not_scanned", {{"tenant", tenant}, {"direction", direction}, {"bytes", content.size()}});
  return make_error(errc::unavailable, "the file could not be scanned");
}

void media_service::keep(const media_address& where, std::string_view note, std::string_view content) {
  // What is good is given to whoever waits for it, also when it cannot be kept.
  if (const auto kept = store_->put(where, note, content); !kept)
    log::warn("media.not_kept", {{"tenant", where.tenant}, {"why", kept.error().what}});
}

// -- inbound

void media_service::fetch(media_owner owner, std::string id, std::function<void(result<fetched_medium>)> done) {
  const auto& tenant = *owner.tenant;
  auto key = file_key(owner.phone_number_id, id);
  const auto job = std::make_shared<fetch_job>();
  job->flight = tenant.config.id + ':' + key;
  job->address = {tenant.config.id, tenant.keys, std::move(key)};
  job->owner = std::move(owner);
  job->id = std::move(id);
  if (fetches_.join(job->flight, std::move(done)))
    next(job, [this, job] { look_in_store(job); });
}

void media_service::look_in_store(const fetch_ptr& job) {
  auto kept = store_->get(job->address);
  const auto note = kept ? read_file_note(kept->note) : result<file_note>(kept.error());
  if (note) {
    ++options_.count->media_from_store;
    return finish(*job, fetched_medium{note->mime_type, note->sha256, std::move(kept->content)});
  }
  if (note.error().code == errc::corrupt) {
    log::error("media.damaged", {{"tenant", job->address.tenant}, {"why", note.error().what}});
    job->was_damaged = true;
  } else if (note.error().code != errc::not_found) {
    return finish(*job, note.error());
  }
  ask_meta(job);
}

void media_service::ask_meta(const fetch_ptr& job) {
  if (closing_)
    return finish(*job, stopping());
  graph_.describe(job->access(), job->id, [this, job](result<media_facts> facts) {
    if (!facts) {
      const bool lost = job->was_damaged && facts.error().code == errc::not_found;
      return finish(*job, lost ? make_error(errc::corrupt, "the kept file is damaged, and Meta has it no longer")
                               : facts.error());
    }
    job->facts = std::move(*facts);
    job->rule = whatsapp::find_media_rule(whatsapp::normal_mime_type(job->facts.mime_type));
    if (job->rule == nullptr)
      return finish(*job, no_type(job->facts.mime_type));
    if (job->facts.bytes > whatsapp::inbound_bytes_max)
      return finish(*job, refused("/size", "the file is larger than " + std::to_string(whatsapp::inbound_bytes_max) +
                                               " bytes"));
    if (job->facts.sha256.empty())
      return finish(*job, refused("/sha256", "Meta names no digest of the file"));
    graph_.download(job->access(), job->facts, [this, job](result<std::string> content) {
      if (content)
        return next(job, [this, job, all = std::make_shared<std::string>(std::move(*content))] {
          take_in(job, std::move(*all));
        });
      if (content.error().code != errc::not_found)
        return finish(*job, content.error());
      if (std::exchange(job->asked_again, true))
        return finish(*job, make_error(errc::unavailable, "Meta names the file but does not give it"));
      ask_meta(job); // the URL's five minutes were over
    });
  });
}

void media_service::take_in(const fetch_ptr& job, std::string content) {
  const auto& facts = job->facts;
  if (content.size() != facts.bytes)
    return finish(*job, refused("/size", "the file has not the size that Meta says"));
  if (to_hex(sha256(content)) != facts.sha256)
    return finish(*job, refused("/sha256", "the file's digest is not the one that Meta says"));
  if (!whatsapp::looks_like(job->rule->mime_type, content))
    return finish(*job, other_type(job->rule->mime_type));
  if (auto harm = scanned(job->address.tenant, content, "in"))
    return finish(*job, std::move(*harm));
  file_note note{std::string(job->rule->mime_type), facts.sha256};
  keep(job->address, to_bytes(note), content);
  ++options_.count->media_fetched;
  finish(*job, fetched_medium{std::move(note.mime_type), facts.sha256, std::move(content)});
}

// -- outbound

void media_service::upload(media_owner owner, std::string content_type, std::string body,
                           std::function<void(result<uploaded_medium>)> done) {
  const auto job = std::make_shared<upload_job>();
  job->owner = std::move(owner);
  job->content_type = std::move(content_type);
  job->body = std::move(body);
  job->done = std::move(done);
  next(job, [this, job] { look_at_upload(job); });
}

void media_service::look_at_upload(const upload_ptr& job) {
  auto type = whatsapp::normal_mime_type(job->content_type);
  job->content = job->body;
  if (is_form_data(job->content_type)) {
    const auto form = parse_form_data(job->content_type, job->body);
    if (!form)
      return finish(*job, form.error());
    const form_part* file = nullptr;
    std::string said;
    for (const auto& part : *form) {
      if (part.name == "file")
        file = &part;
      else if (part.name == "type" && part.data.find('/') != std::string_view::npos)
        said = part.data;
    }
    if (file == nullptr)
      return finish(*job, refused("/content", "the form has no part called file"));
    job->content = file->data;
    type = whatsapp::normal_mime_type(said.empty() ? file->content_type : said);
  }
  job->rule = whatsapp::find_media_rule(type);
  if (job->rule == nullptr)
    return finish(*job, no_type(type));
  const auto most = whatsapp::outbound_bytes_max(*job->rule, job->content);
  if (job->content.empty() || job->content.size() > most)
    return finish(*job, refused("/size", "a file of type " + type + " has 1 to " + std::to_string(most) + " bytes"));
  if (!whatsapp::looks_like(type, job->content))
    return finish(*job, other_type(type));
  job->sha256 = to_hex(sha256(job->content));

  const auto key = upload_key(job->owner.phone_number_id, type, job->sha256);
  job->flight = job->owner.tenant->config.id + ':' + key;
  auto done = std::exchange(job->done, nullptr);
  // Who waits for another's upload has none of its own.
  const auto first = std::make_shared<bool>(false);
  const auto tell = [this, first, done = std::move(done)](result<uploaded_medium> outcome) {
    if (outcome && !*first && !std::exchange(outcome->cached, true))
      ++options_.count->media_uploads_saved;
    done(std::move(outcome));
  };
  if (!uploads_.join(job->flight, tell))
    return;
  *first = true;
  if (const auto kept = store_->get(job->address(key))) {
    const auto note = read_upload_note(kept->note);
    if (note && note->expires_at > options_.clock->now()) {
      ++options_.count->media_uploads_saved;
      return finish(
          *job, uploaded_medium{note->id, job->sha256, std::move(type), job->content.size(), note->expires_at, true});
    }
  }
  if (auto harm = scanned(job->owner.tenant->config.id, job->content, "out"))
    return finish(*job, std::move(*harm));
  if (closing_)
    return finish(*job, stopping());
  send_up(job);
}

void media_service::send_up(const upload_ptr& job) {
  std::array<std::uint8_t, 16> fresh{};
  options_.random->fill(fresh);
  graph_.upload(job->access(), std::string(job->rule->mime_type), "file." + std::string(job->rule->file_ending),
                job->content, "wakala-" + to_hex(fresh), [this, job](result<std::string> id) {
                  if (!id)
                    return finish(*job, id.error());
                  next(job, [this, job, id = std::move(*id)] { remember(job, id); });
                });
}

void media_service::remember(const upload_ptr& job, const std::string& id) {
  const std::string type(job->rule->mime_type);
  const auto expires_at = options_.clock->now() + upload_lives;
  keep(job->address(file_key(job->owner.phone_number_id, id)), to_bytes(file_note{type, job->sha256}), job->content);
  keep(job->address(upload_key(job->owner.phone_number_id, type, job->sha256)), to_bytes(upload_note{id, expires_at}),
       {});
  ++options_.count->media_uploaded;
  finish(*job, uploaded_medium{id, job->sha256, type, job->content.size(), expires_at, false});
}

} // namespace wakala::http
