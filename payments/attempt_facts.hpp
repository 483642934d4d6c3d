/// \file
/// What the providers say, as facts about an attempt.
#pragma once

#include "payments/attempt.hpp"
#include "payments/daraja_c2b.hpp"
#include "payments/daraja_stk.hpp"
#include "payments/stripe_events.hpp"
#include <optional>

namespace wakala::payments {

/// Of a prompt. `source` is `callback` or `query`.
attempt_fact fact_of(const stk_report& report, fact_source source);
/// Of the request for a prompt, which was send number `send`.
attempt_fact fact_of(const stk_push_answer& answer, std::int64_t send);
/// Of a payment made by hand, once it was matched to the attempt.
attempt_fact fact_of(const c2b_payment& payment);
/// Of an event whose signature was good; nothing when it leaves the attempt as it is.
std::optional<attempt_fact> fact_of(const stripe_event& event);
/// Of a session that Stripe was asked for, or just made.
attempt_fact fact_of(const stripe_session& session, fact_source source);
/// Of any call's outcome that tells no more: not sent, refused, ambiguous.
attempt_fact fact_of(call_outcome what, std::int64_t send);

} // namespace wakala::payments
