#include "sandbox/shopper_book.hpp"

namespace wakala::sandbox {

shopper* shopper_book::find(const std::string& phone, const std::string& user_id) {
  for (const auto* id : {&phone, &user_id})
    if (!id->empty())
      if (const auto at = by_id_.find(*id); at != by_id_.end())
        return &shoppers_[at->second];
  return nullptr;
}

shopper& shopper_book::find_or_add(const std::string& phone, const std::string& user_id, bool& added) {
  auto* who = find(phone, user_id);
  added = who == nullptr;
  const auto index = who ? by_id_.at(who->key()) : shoppers_.size();
  if (!who) {
    who = &shoppers_.emplace_back();
    who->phone = phone;
    who->user_id = user_id;
    by_id_.emplace(who->key(), index);
  }
  if (!user_id.empty() && who->user_id.empty())
    who->user_id = user_id;
  if (!who->user_id.empty())
    by_id_.emplace(who->user_id, index);
  return *who;
}

bool shopper_book::rekey(shopper& who, std::string shopper::*id, const std::string& wanted) {
  if (by_id_.contains(wanted))
    return false;
  const auto index = by_id_.at(who.key());
  by_id_.erase(who.*id);
  who.*id = wanted;
  by_id_.emplace(wanted, index);
  return true;
}

bool shopper_book::change_phone(shopper& who, const std::string& phone) { return rekey(who, &shopper::phone, phone); }

bool shopper_book::change_user_id(shopper& who, const std::string& user_id) {
  return rekey(who, &shopper::user_id, user_id);
}

} // namespace wakala::sandbox
