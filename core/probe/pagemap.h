// SPDX-License-Identifier: MIT
// Which pages of a target are in RAM (proc_pid_pagemap(5)). A page that is not there must not be read: the
// kernel would map a page of zeros into the target for it, which costs the target a page table and makes the
// page look present ever after; one in swap would be brought back. So without a pagemap nothing is scanned.
//
// It needs no capability to see which pages exist, only the right to open the file: the same user, or
// CAP_DAC_READ_SEARCH, beside the right to ptrace the target.
#pragma once

#include <sys/types.h>

#include <cstdint>
#include <vector>

#include "core/base/error.h"
#include "core/base/fd.h"
#include "core/probe/memory_reader.h"
#include "core/probe/page_set.h"

namespace rampwatch::probe {

std::uint64_t page_bytes();  // of this kernel: 4096, or up to 65536 on arm64

struct Resident {
    PageSet pages{};            // in RAM
    std::uint64_t swapped = 0;  // pages in swap, beside those
    bool cut = false;           // more address space, or more runs, than are looked at
};

class Pagemap {
  public:
    virtual ~Pagemap() = default;

    // The pages of `range`, behind what `into` has already: ask in order of address. A page that the range
    // covers in part counts. Errors: gone, io.
    virtual Result<void> add(Range range, Resident& into) const = 0;
};

// Of a live process. Cost: 12 ms a resident GiB of 4 KiB pages.
class LivePagemap : public Pagemap {
  public:
    // `tid`: of live_thread(). Errors: no_permission, gone, unavailable (a kernel without it).
    static Result<LivePagemap> open(pid_t tid);

    Result<void> add(Range range, Resident& into) const override;

    // Address space that one add() looks at, at 0.5 ms a GiB where nothing exists.
    static constexpr std::uint64_t kMostBytes = std::uint64_t{1} << 40;

  private:
    LivePagemap(Fd file, pid_t tid) : file_(std::move(file)), tid_(tid) {}

    Fd file_;
    pid_t tid_;
};

// Pages that are known beforehand: beside an image.
class KnownPages : public Pagemap {
  public:
    explicit KnownPages(PageSet pages) : pages_(std::move(pages)) {}

    Result<void> add(Range range, Resident& into) const override;

  private:
    PageSet pages_;
};

}  // namespace rampwatch::probe
