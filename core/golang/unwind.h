// SPDX-License-Identifier: MIT
// A goroutine's call stack by the frame sizes of pclntab, over bytes that were already read.
#pragma once

#include <cstdint>
#include <vector>

#include "core/golang/runtime.h"
#include "core/probe/bytes.h"

namespace rampwatch::golang {

// One step from a pc to its caller; the same for all goroutines, so it is looked up once.
struct Step {
    enum class Kind : std::uint8_t { walk, stop, outside, unknown };
    Kind kind = Kind::unknown;
    std::int32_t frame_size = 0;
};

class Unwinder {
  public:
    enum class End : std::uint8_t {
        complete,  // came to where a goroutine starts
        short_of,  // more of the stack is needed
        outside,   // a pc in no Go module that is known
        broken,    // a frame that makes no sense
        deep,      // more than kMostFrames
    };

    // `runtime` must outlive it.
    explicit Unwinder(const Runtime& runtime);

    // From `pc` and `sp`, of which `stack` are the bytes; `hi` is the stack's end. Fills `pcs`, innermost
    // first: return addresses but for the first, the runtime's own frames with them.
    End walk(std::uint64_t pc, std::uint64_t sp, std::uint64_t hi, std::uint64_t link, probe::Bytes stack,
             std::vector<std::uint64_t>& pcs);

    // What was outside may be known by now.
    void forget();

    static constexpr std::size_t kMostFrames = 1024;

  private:
    Step step(std::uint64_t pc);
    [[nodiscard]] Step look_up(std::uint64_t pc) const;

    struct Slot {
        std::uint64_t pc = 0;
        Step step{};
    };
    const Runtime& runtime_;
    bool arm64_ = false;
    std::vector<Slot> slots_{};  // open addressing, never full
    std::size_t used_ = 0;
};

}  // namespace rampwatch::golang
