/// \file
/// Reviews of templates: what Meta decides, and the webhooks that tell of it (Cloud API reference §7.1, §13).
#pragma once

#include "sandbox/graph_call.hpp"

#include <string>
#include <string_view>

namespace wakala::sandbox {

/// The change of field `message_template_status_update`; `reason` and what else hangs on the event is added.
meta_change template_status_change(const stored_template& one, std::string_view event, time_ms now);
/// Of field `message_template_quality_update`.
meta_change template_quality_change(const stored_template& one, std::string_view previous);
/// Of field `template_category_update`: done when `announced_at` is 0, else what comes then.
meta_change template_category_change(const stored_template& one, time_ms announced_at);

/// The review that begins now. Its verdict hangs on the template and the seed, and comes true when the change
/// happens: give that to `end_review` then.
meta_change begin_review(call_context& context, stored_template& one);
/// False when the template is gone or was decided otherwise: then nothing is to be told.
bool end_review(registry& held, const std::string& template_id, const nlohmann::ordered_json& value);

} // namespace wakala::sandbox
