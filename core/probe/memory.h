// SPDX-License-Identifier: MIT
// Bounded reads of a target's memory by process_vm_readv(2): nothing is stopped, traced or written. It needs
// the right to ptrace the target (same user and dumpable, or CAP_SYS_PTRACE; Yama may narrow that to our own
// children). What is read may be torn: the target runs meanwhile. Whoever holds a Memory also holds the
// process by its pidfd, so that a number given out again is noticed.
#pragma once

#include <sys/types.h>

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "core/base/error.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::probe {

// A TID of `pid` whose memory can be read: the leader, or another thread when the leader has already ended
// (a zombie has no memory although its threads run on). Error gone or not_found when none is left.
Result<pid_t> live_thread(pid_t pid);

class Memory : public MemoryReader {
  public:
    // `tid`: from live_thread().
    explicit Memory(pid_t tid) : tid_(tid) {}

    using MemoryReader::get;
    Result<void> read(std::uint64_t address, std::span<std::byte> into) const override;

    // By as few system calls as there are pieces / 1024 and unmapped pieces. Cost: about 0.5 us a piece,
    // 0.1 ns a byte. Pieces that lie close together are cheaper as one.
    Result<void> read(std::span<Piece> pieces) const override;

    // The parts of `range` that exist in RAM or swap, merged, in order; reading others would make the kernel
    // build page tables in the target. All of `range` where pagemap cannot be read. At most 64 GiB are
    // looked at.
    [[nodiscard]] std::vector<Range> present(Range range) const override;

    [[nodiscard]] pid_t tid() const { return tid_; }

  private:
    pid_t tid_ = 0;
};

}  // namespace rampwatch::probe
