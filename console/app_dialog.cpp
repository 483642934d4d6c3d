// What is typed, chosen and confirmed.
#include "console/app.hpp"
#include "console/commands.hpp"

#include <algorithm>

namespace wakala::console {

void app::begin_typing(typing what, std::string label, std::string text) {
  typing_ = what;
  label_ = std::move(label);
  editor_ = line_editor(std::move(text));
}

void app::type(const key& what) {
  if (what.kind == key_kind::escape) {
    if (typing_ == typing::filter)
      top().what->filter = filter_before_;
    if (typing_ == typing::field)
      say("left undone", look::dim);
    errand_.reset();
    typing_ = typing::nothing;
  } else if (what.kind == key_kind::enter) {
    typed(editor_.text());
  } else if (editor_.on_key(what)) {
    if (typing_ == typing::filter)
      top().what->filter = editor_.text();
  } else if (typing_ == typing::filter && (what.kind == key_kind::up || what.kind == key_kind::down)) {
    top().place.move(what.kind == key_kind::up ? -1 : 1);
  }
}

void app::typed(const std::string& text) {
  if (typing_ == typing::field)
    return field_typed(text);
  const auto what = std::exchange(typing_, typing::nothing);
  if (what == typing::filter)
    top().what->filter = text;
  else if (text.find_first_not_of(' ') == std::string::npos)
    return;
  else if (what == typing::command)
    push(text);
  else if (what == typing::find)
    push("find " + text);
  else if (what == typing::trace)
    push("trace " + text);
}

void app::begin(const action& what) {
  errand_.emplace();
  errand_->what = what;
  next_field();
}

void app::next_field() {
  if (errand_->next_field == errand_->what.fields.size()) {
    typing_ = typing::nothing;
    if (errand_->what.kind == action_kind::bulk) {
      auto asked = rehearsal_for(errand_->what, errand_->with);
      asked.id = errand_->rehearsal = ++last_id_;
      outbox_.push_back(std::move(asked));
      say("finding out how many …", look::dim);
      return;
    }
    errand_->question = question_for(errand_->what, errand_->with);
    is_confirming_ = true;
    return;
  }
  const auto which = errand_->what.fields[errand_->next_field];
  begin_typing(typing::field, errand_->what.name + ". " + prompt_for(which), which == field::minutes ? "15" : "");
}

void app::field_typed(const std::string& text) {
  const auto which = errand_->what.fields[errand_->next_field];
  if (const auto problem = problem_of(which, text); !problem.empty()) {
    say(problem, look::bad);
    return;
  }
  switch (which) {
  case field::reason:
    errand_->with.reason = text;
    break;
  case field::minutes:
    errand_->with.minutes = parse_count(text).value_or(0);
    break;
  case field::idle:
    errand_->with.idle_seconds = parse_count(text).value_or(0);
    break;
  case field::mailbox:
    errand_->with.min_mailbox = parse_count(text).value_or(0);
    break;
  case field::node:
    errand_->with.node = first_word(text).first;
    break;
  }
  ++errand_->next_field;
  notice_.clear();
  next_field();
}

void app::confirm(const key& what) {
  const bool is_yes = what.kind == key_kind::character && (what.character == U'y' || what.character == U'Y');
  const bool is_no = what.kind == key_kind::escape || what.kind == key_kind::enter ||
                     (what.kind == key_kind::character && (what.character == U'n' || what.character == U'N'));
  if (!is_yes && !is_no)
    return;
  is_confirming_ = false;
  if (is_yes)
    carry_out();
  else
    say("left undone", look::dim);
  errand_.reset();
}

void app::take_rehearsal(const answer& what) {
  errand_->question = question_for(errand_->what, errand_->with, what);
  if (what.is_good() && !errand_->question.empty()) {
    is_confirming_ = true;
    menu_.reset();
    typing_ = typing::nothing;
    return;
  }
  if (what.is_good())
    say("there is none of that kind", look::dim);
  else
    say(outcome_text(errand_->what, what), look::bad);
  errand_.reset();
}

void app::carry_out() {
  if (errand_->what.kind == action_kind::reveal) {
    top().what->reveal(errand_->with.reason);
    top().parts.clear();
    return;
  }
  auto made = call_for(errand_->what, errand_->with);
  made.id = ++last_id_;
  errands_under_way_.emplace(made.id, errand_->what);
  outbox_.push_back(std::move(made));
  say(errand_->what.name + " " + errand_->what.subject + " …", look::dim);
}

void app::offer_views() {
  std::vector<menu_entry> entries;
  for (const auto& each : numbered_views())
    entries.push_back({each.key, each.title, each.command});
  menu_.emplace(menu_purpose::views, "Views", std::move(entries));
}

void app::offer_sorting() {
  std::vector<menu_entry> entries;
  std::size_t at = 0;
  for (const auto& each : top().what->sort_columns())
    if (!each.name.empty()) {
      if (each.name == top().what->sorted.column)
        at = entries.size();
      entries.push_back({0, each.heading, each.name});
    }
  if (entries.empty())
    return say("there is nothing to sort here", look::dim);
  menu_.emplace(menu_purpose::sorting, "Sort by", std::move(entries), at);
}

void app::offer_actions(moment_now now) {
  std::vector<menu_entry> entries;
  for (const auto& each : top().what->actions(around(now), top().place.key())) {
    const auto label = each.name + " " + each.subject;
    entries.push_back({each.key, label, label});
  }
  if (entries.empty())
    return say("there is nothing that you may do here", look::dim);
  menu_.emplace(menu_purpose::actions, "Do", std::move(entries));
}

void app::choose(const key& what, moment_now now) {
  switch (menu_->on_key(what)) {
  case menu::answer::open:
    return;
  case menu::answer::closed:
    menu_.reset();
    return;
  case menu::answer::chosen: {
    const auto entry = menu_->current();
    chosen(entry, now);
    return;
  }
  }
}

void app::chosen(const menu_entry& entry, moment_now now) {
  const auto purpose = menu_->purpose();
  menu_.reset();
  switch (purpose) {
  case menu_purpose::views:
    replace(entry.gives);
    return;
  case menu_purpose::sorting:
    sort_by(entry.gives);
    return;
  case menu_purpose::actions:
    // What the menu showed may have changed since.
    for (const auto& each : top().what->actions(around(now), top().place.key()))
      if (each.name + " " + each.subject == entry.gives) {
        begin(each);
        return;
      }
    return;
  }
}

} // namespace wakala::console
