/// \file
/// Conversations that a store holds already when it is measured: it is their number that makes tables large and
/// writes scattered.
#pragma once

#include "bench/store/drive.hpp"
#include "bench/store/recording.hpp"
#include "runtime/core/result.hpp"

#include <cstdint>
#include <functional>
#include <random>

namespace wakala::bench {

/// The first commit of a conversation as somebody else's: another conversation id, other hashed keys, the same sealed
/// bytes. `of`: an index into `from.keys`.
persistence::journal_row another_conversation(const recording& from, std::size_t of, std::mt19937_64& random);

/// Appends and folds so many conversations with their keys, one commit each. `told`: how many so far. Precondition:
/// the recording has a conversation unless the count is 0.
result<void> prefill(store_driver& driver, const recording& from, std::uint64_t conversations,
                     const std::function<void(std::uint64_t)>& told);

} // namespace wakala::bench
