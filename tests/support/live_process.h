// SPDX-License-Identifier: MIT
// A running process as the rooms of the runtimes see it.
#pragma once

#include <sys/types.h>

#include "core/probe/maps.h"
#include "core/probe/memory.h"
#include "core/probe/namespace_tids.h"
#include "core/probe/pagemap.h"
#include "core/runtime/runtime.h"
#include "tests/catch.h"

namespace rampwatch::test {

// As it was when this was made; its memory as it is.
struct LiveProcess {
    explicit LiveProcess(pid_t pid)
        : memory(pid),
          maps(probe::read_maps(pid).value()),
          pages(probe::LivePagemap::open(pid)),
          tids(probe::NamespaceTids::read(pid).value()) {
        REQUIRE(pages);
    }
    [[nodiscard]] runtime::Target target() const { return {memory, maps, &*pages, tids, {}, {}}; }

    probe::Memory memory;
    probe::Maps maps;
    Result<probe::LivePagemap> pages;
    probe::NamespaceTids tids;
};

}  // namespace rampwatch::test
