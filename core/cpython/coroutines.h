// SPDX-License-Identifier: MIT
// One coroutine, generator or async generator out of its bytes: where it stands and what it waits for.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/cpython/codes.h"
#include "core/cpython/layout.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::cpython {

enum class Step : std::uint8_t { created, suspended, waiting, executing };  // waiting: in await or yield from

struct Coroutine {
    std::uint64_t address = 0;
    std::uint64_t type = 0;
    Place place{};
    std::uint64_t qualname = 0;  // of a string
    std::uint64_t awaited = 0;   // object it waits for; 0: none
    Step step = Step::suspended;
    bool torn = false;  // it changed while it was read
};

// Bytes of an object of such a type that tell all but what it awaits.
std::size_t coroutine_bytes(const Layout& layout);

// Reads those of `addresses` that are alive and not finished, in few calls; what is executing is among them.
// Objects that are none, or no more, are left out; others that cannot be right are torn. Costs some 2 us
// each.
std::vector<Coroutine> read_coroutines(const probe::MemoryReader& memory, const Layout& layout, Codes& codes,
                                       std::span<const std::uint64_t> addresses);

}  // namespace rampwatch::cpython
