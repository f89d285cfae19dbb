// SPDX-License-Identifier: MIT
#include "core/worker/runtimes.h"

#include <array>

#include "core/cxx/glibc_heap.h"

namespace rampwatch::worker {

std::span<const runtime::Entry> runtimes() {
    static const std::array<runtime::Entry, 1> all = {cxx::glibc_entry()};
    return all;
}

}  // namespace rampwatch::worker
