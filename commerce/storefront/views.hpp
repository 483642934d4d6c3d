/// \file
/// The screens of the shop and what can be done on them. Each sends its messages and moves the dialogue there.
#pragma once

#include "commerce/storefront/visit.hpp"

namespace wakala::commerce::storefront {

// greet.cpp
void show_menu(visit& v);
void show_help(visit& v);
void call_human(visit& v);
void not_understood(visit& v);

// browse.cpp
void show_categories(visit& v, std::int64_t page);
/// The page of the list of categories that holds this one; the first for one that is gone.
std::int64_t page_of_category(const visit& v, std::string_view category);
void show_category(visit& v, std::string_view category, std::int64_t page);

// product.cpp
void show_product(visit& v, std::string_view product_id);
void product_gone(visit& v);

// cart_change.cpp
void add_to_cart(visit& v, std::string_view product_id, std::int64_t pieces);
void change_quantity(visit& v, std::string_view product_id, std::int64_t pieces);
void remove_from_cart(visit& v, std::string_view product_id);
void empty_cart(visit& v);

// cart_view.cpp
void show_cart(visit& v);
void choose_line(visit& v, std::int64_t page);
void edit_line(visit& v, std::string_view product_id);
/// The cart under the phrase `title`, or the phrase `nothing` when it is empty, with `text` above.
void show_cart_with(visit& v, const std::string& text, std::string_view title = "cart.title",
                    std::string_view nothing = "cart.nothing");
/// Brings the cart in line with the shelf and returns the sentences that say so, each with a line break; often empty.
std::string correct_cart(visit& v);
/// The cart's total for people.
std::string cart_total(const visit& v);

// check_out.cpp
/// Asks for the order, or, when the tenant's home has answered, tells the shopper what became of it.
void check_out(visit& v);
/// The latest order; the cart when there is none.
void show_order(visit& v);

/// Shows again where the dialogue stands, in the language now spoken.
void show_again(visit& v);

/// Does what was asked for.
void serve(visit& v, const request& asked);

} // namespace wakala::commerce::storefront
