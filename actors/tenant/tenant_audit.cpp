// The record of what operators have done, kept by the system's own tenant: entries are only ever added, and each is
// bound to the one before it.
#include "actors/records/audit_chain.hpp"
#include "actors/records/conversation_records.hpp"
#include "actors/tenant/tenant.hpp"
#include "actors/tenant/tenant_parts.hpp"
#include "runtime/core/encoding.hpp"
#include "runtime/core/log.hpp"
#include "runtime/core/time_text.hpp"

#include <nlohmann/json.hpp>

#include <charconv>

namespace wakala::actors {

using nlohmann::json;
using persistence::table;

namespace {

const bytes audit_prefix = "audit."; ///< and the entry's number (8 bytes)
constexpr std::size_t entries_verified_at_once = 500;

bytes audit_key(std::uint64_t number) {
  bytes key = audit_prefix;
  append_u64(key, number);
  return key;
}

} // namespace

caf::response_promise tenant::add_audit(const audit_add& add) {
  auto promise = self_->make_response_promise();
  auto what = json::parse(add.entry, nullptr, false);
  if (!what.is_object() || context_->entry->config.id != system_tenant) {
    deliver(promise, make_error(errc::invalid_argument, "an entry must be a JSON object, for the system's tenant"));
    return promise;
  }
  with_books([this, promise, what = std::move(what)] {
    last_audit([this, promise, what](result<std::optional<audit_entry>> last) mutable {
      if (!last) {
        books_free();
        return deliver(promise, last.error());
      }
      write_audit(next_entry(*last ? &**last : nullptr, what, context_->node->clock->now()), promise);
    });
  });
  return promise;
}

void tenant::last_audit(std::function<void(result<std::optional<audit_entry>>)> then) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = audit_prefix;
  query.limit = 1;
  query.backwards = true;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, then](const runtime::range_answer& answer) {
            if (!answer.value)
              return then(answer.why);
            if (answer.value->empty())
              return then(std::optional<audit_entry>{});
            auto entry = open_audit(answer.value->front());
            if (entry)
              then(std::optional<audit_entry>{std::move(*entry)});
            else
              then(entry.error());
          },
          [then](const caf::error&) { then(make_error(errc::unavailable, "the store did not answer")); });
}

result<audit_entry> tenant::open_audit(const persistence::stored_value& row) const {
  const auto& entry = *context_->entry;
  const auto text = entry.keys->data.open(associated_data(entry.config.id, table::tenant_entity, row.key), row.value);
  return text ? audit_entry_from(*text) : result<audit_entry>(text.error());
}

void tenant::write_audit(const audit_entry& entry, const caf::response_promise& promise) {
  // The log holds the hash, too: whoever keeps logs elsewhere can tell when the end of the record was cut off.
  commit_entity(audit_key(entry.number), to_text(entry), [this, entry, promise](result<void> done) {
    books_free();
    if (!done)
      return deliver(promise, done.error());
    log::info("audit.entry", {{"n", entry.number}, {"action", entry.what.value("action", "")}, {"hash", entry.hash}});
    deliver(promise, json{{"n", entry.number}, {"hash", entry.hash}}.dump());
  });
}

caf::response_promise tenant::list_audit(const audit_query& q) {
  auto promise = self_->make_response_promise();
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = audit_prefix;
  query.limit = q.limit;
  query.backwards = true;
  if (!q.after.empty()) {
    std::uint64_t after = 0;
    const auto [end, failed] = std::from_chars(q.after.data(), q.after.data() + q.after.size(), after);
    if (failed != std::errc{} || end != q.after.data() + q.after.size()) {
      deliver(promise, make_error(errc::invalid_argument, "is not a cursor", "after"));
      return promise;
    }
    query.after = audit_key(after);
  }
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, promise, limit = q.limit](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            auto list = json::array();
            std::uint64_t last = 0;
            for (const auto& row : *answer.value) {
              const auto entry = open_audit(row);
              if (!entry)
                return deliver(promise, entry.error());
              last = entry->number;
              list.push_back(entry_json(*entry));
            }
            const bool more = list.size() == limit && last > 1;
            json next = nullptr;
            if (more)
              next = std::to_string(last);
            deliver(promise, json{{"entries", std::move(list)}, {"next", next}}.dump());
          },
          [this, promise](const caf::error&) {
            deliver(promise, make_error(errc::unavailable, "the store did not answer"));
          });
  return promise;
}

caf::response_promise tenant::verify_audit() {
  auto promise = self_->make_response_promise();
  verify_audit_from({}, std::make_shared<audit_check>(), promise);
  return promise;
}

void tenant::verify_audit_from(const bytes& after, const std::shared_ptr<audit_check>& check,
                               const caf::response_promise& promise) {
  persistence::range_query query;
  query.tenant = context_->entry->config.id;
  query.where = table::tenant_entity;
  query.prefix = audit_prefix;
  query.limit = entries_verified_at_once;
  query.after = after;
  self_->request(context_->supervisor, ask_timeout, std::move(query))
      .then(
          [this, check, promise](const runtime::range_answer& answer) {
            if (!answer.value)
              return deliver(promise, answer.why);
            for (const auto& row : *answer.value) {
              const auto entry = open_audit(row);
              if (!entry || !check->follows(*entry))
                break;
            }
            const bool more = answer.value->size() == entries_verified_at_once && !check->broken_at;
            if (more)
              return verify_audit_from(answer.value->back().key, check, promise);
            deliver(promise, check->report().dump());
          },
          [this, promise](const caf::error&) {
            deliver(promise, make_error(errc::unavailable, "the store did not answer"));
          });
}

} // namespace wakala::actors
