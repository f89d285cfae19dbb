// SPDX-License-Identifier: MIT
// The words of the model, as JSON and people read them: an enumerator's name.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/model/event.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/target.h"
#include "core/model/verdict.h"

namespace rampwatch {

std::string_view word(Series series);
std::string_view word(LimitKind kind);
std::string_view count_limit_word(Series series);  // "rlimit_nofile" of descriptors, else "pids_max"
std::string_view word(Claim claim);
std::string_view word(Shape shape);
std::string_view word(GateId gate);
std::string_view word(ReasonGroup group);
std::string_view word(Missing missing);
std::string_view word(StackKind kind);
std::string_view word(DumpReason reason);
std::string_view word(MemoryKind kind);
std::string_view word(HeapKind kind);
std::string_view word(Ending::Reason reason);
std::string_view word(Event::Kind kind);

// The enumerator whose word that is.
template <class E>
std::optional<E> from_word(std::string_view text) {
    for (std::uint8_t i = 0; word(static_cast<E>(i)) != "?"; ++i)
        if (word(static_cast<E>(i)) == text) return static_cast<E>(i);
    return std::nullopt;
}
std::optional<Series> series_of(std::string_view word);
std::optional<LimitKind> limit_kind_of(std::string_view word);

}  // namespace rampwatch
