/// \file
/// Insertion into the double-ended vectors of Boost.
#pragma once

#include <boost/container/devector.hpp>

#include <utility>

namespace wakala {

/// Inserts `value` before `position`. The `insert` of Boost 1.81 ends the process by a wrong assertion
/// when it inserts before its only element and the free room is all at the back (boostorg/container, issues 285,
/// 286).
template <class T, class Allocator>
void insert_before(boost::container::devector<T, Allocator>& all,
                   typename boost::container::devector<T, Allocator>::const_iterator position, T value) {
  if (all.size() != 1 || position != all.cbegin()) {
    all.insert(position, std::move(value));
    return;
  }
  all.push_back(std::move(value));
  using std::swap;
  swap(all.front(), all.back());
}

} // namespace wakala
