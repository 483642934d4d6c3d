/// \file
/// The questions between a cart and its order, for shops that ask them: delivery or pick-up, area, name, address; and
/// the total with the fee, shown before anything is ordered.
#pragma once

#include "commerce/storefront/visit.hpp"

#include <optional>
#include <string_view>

namespace wakala::commerce::storefront {

/// Which question is open. On disk, as part of `dialogue::page`: never renumber.
enum class check_out_stage : std::uint8_t { how, area, name, address, review, details };

/// Of a dialogue that is checking out.
check_out_stage stage_of(const dialogue& talk) noexcept;
/// The page of the list of areas being shown.
std::int64_t area_page_of(const dialogue& talk) noexcept;

/// Whether this shop asks anything.
bool asks_how(const visit& v) noexcept;

// getting.cpp: each sends its question, with `text` above it, and moves the dialogue there.
void ask_how(visit& v, std::string_view text = {});
void ask_area(visit& v, std::int64_t page, std::string_view text = {});
void ask_name(visit& v);
void ask_address(visit& v);
void choose_detail(visit& v);
/// Asks what is not known yet, or shows the whole order with `text` above it.
void go_on(visit& v, std::string_view text = {});
/// Places what was shown, if it is still that; otherwise shows it again.
void confirm(visit& v);
/// The question that is open, again.
void ask_again(visit& v);
/// After an answer that is none of the choices: asks once more. False when no choice is open, or this was done
/// already.
bool ask_anew(visit& v);
/// What the question before this one is asked by.
request before(const visit& v, check_out_stage stage);
/// What the books may know of it; the total with the fee.
result<order_request> to_order(const visit& v);

// getting_answers.cpp
/// What a text means as an answer to the open question; nothing when it is none. `folded` is `text` after `fold`.
std::optional<request> answer_in(const visit& v, std::string_view folded, std::string_view text);
void take_how(visit& v, hand_over how);
void take_area(visit& v, std::string_view area);
void take_name(visit& v, std::string_view name);
/// The name of the shopper's profile.
void take_profile_name(visit& v);
void take_address(visit& v, std::string_view address);
/// `coordinates`, a line break, and what the place is called, if anything.
void take_place(visit& v, std::string_view place);

} // namespace wakala::commerce::storefront
