/// \file
/// The screens of the shop and what can be done on them. Each sends its messages and moves the dialogue there.
#pragma once

#include "commerce/opt_out.hpp"
#include "commerce/storefront/visit.hpp"

namespace wakala::commerce::storefront {

// greet.cpp
void show_menu(visit& v);
void show_help(visit& v);
void call_human(visit& v);
/// That a person will answer, and when people are back if they are not there.
std::string human_text(const visit& v);
void not_understood(visit& v);

// browse.cpp
void show_categories(visit& v, std::int64_t page);
/// The page of the list of categories that holds this one; the first for one that is gone.
std::int64_t page_of_category(const visit& v, std::string_view category);
void show_category(visit& v, std::string_view category, std::int64_t page);
/// A product as a row of a list: name, price, stock.
offer product_row(const visit& v, const product& p);
/// The row that leads to the next page.
offer more_row(const visit& v, const list_page& page, request asks);

// find.cpp
/// Products that have the words, the best first.
std::vector<const product*> found(const visit& v, std::string_view words);
/// What was typed, as it is kept and shown.
std::string searched_text(std::string_view words);
/// The list of what was found; the product itself when there is one only.
void show_found(visit& v, std::string_view words, std::int64_t page);

// meta_goods.cpp: products as WhatsApp shows them itself
/// Whether it can show all of these. One that Meta does not have would be missing without a word, so then our own
/// lists show all.
bool are_at_meta(const visit& v, const std::vector<const product*>& products);
/// As `page_of`, of a message with many products.
list_page page_of_goods(std::size_t items, std::int64_t wanted) noexcept;
/// A page of products under a title. Precondition of this and of the others: they are at Meta.
void send_goods(visit& v, const std::string& title, std::string body, const std::vector<const product*>& products,
                const list_page& page);
/// Few enough to stand side by side.
bool can_be_swiped(const std::vector<const product*>& products) noexcept;
void send_carousel(visit& v, std::string body, const std::vector<const product*>& products);
void send_product(visit& v, std::string body, const product& p);

// native_order.cpp
/// Pieces of a product that somebody wants in the cart.
struct wanted_goods {
  const product* what = nullptr;
  std::int64_t pieces = 0;
  std::string differs; ///< what is to be said of it if it goes in; may be empty
};
/// Makes the cart hold them, as far as they can be had, and shows it; above it `text`, what differs, and `gone`.
void put_goods(visit& v, std::string text, const std::vector<wanted_goods>& goods, const std::string& gone);
/// Puts the goods of a native order into the cart, by our own prices and stock, and says what differs.
void take_goods(visit& v);

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
/// `title` and under it as many lines of the cart as fit into `room`, and the number of the others.
std::string cart_lines_text(const visit& v, std::string_view title, std::size_t room);
/// Brings the cart in line with the shelf and returns the sentences that say so, each with a line break; often empty.
std::string correct_cart(visit& v);
/// The cart's total for people.
std::string cart_total(const visit& v);

// check_out.cpp
/// Asks for the order (after what the shop has to ask, see getting.hpp), or, when the tenant's home has answered,
/// tells the shopper what became of it.
void check_out(visit& v);
/// The latest order; the cart when there is none.
void show_order(visit& v);

// order_care.cpp: of an order that was placed, by its code; of the latest when that is empty
/// The order's state as it is now, whether anybody has said so yet or not.
order_state state_now(const visit& v, const order_receipt& receipt) noexcept;
/// What can be done next with an order that is shown.
std::vector<choice> order_choices(const visit& v, const order_receipt& receipt);
/// Asks whether the order shall be cancelled, or says why it cannot be.
void ask_to_cancel(visit& v, std::string_view code);
/// Asks the tenant's home to cancel it, or, when that has answered, tells the shopper.
void cancel_order(visit& v, std::string_view code);
/// Puts its lines into the cart, by today's prices and stock, after asking the tenant's home for them.
void order_again(visit& v, std::string_view code);

// consent.cpp
/// Says that STOP or START was heard, in the language of the word.
void confirm_consent(visit& v, const heard_consent& heard);

/// Shows again where the dialogue stands, in the language now spoken.
void show_again(visit& v);

/// Does what was asked for.
void serve(visit& v, const request& asked);

} // namespace wakala::commerce::storefront
