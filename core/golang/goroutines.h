// SPDX-License-Identifier: MIT
// All goroutines of a running program, read without stopping it, counted into groups of identical stacks
// while they are read. Each record is read twice, before its stack and after: one that changed is tried
// again, then counted as in motion and shown without frames, never with wrong ones. From the second read on,
// a goroutine that has not run since keeps its group without its stack being read.
#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <unordered_map>
#include <vector>

#include "core/base/error.h"
#include "core/golang/runtime.h"
#include "core/golang/unwind.h"
#include "core/probe/gather.h"

namespace rampwatch::golang {

// One read. What is in no group is in one of the other counts: nothing is dropped silently.
struct Tally {
    std::int64_t records = 0;  // in runtime.allgs, those of ended goroutines with them
    std::int64_t live = 0;     // what runtime.NumGoroutine() would say
    std::int64_t system = 0;   // of the runtime's own, not in `live`
    std::int64_t running = 0;  // of the live: without frames, since nothing consistent lies in memory
    std::int64_t moving = 0;   // changed during both tries: without frames
    std::int64_t partial = 0;  // whose stack ended before its root
    std::int64_t outside = 0;  // of them, at code that is in no module: perhaps in one that was loaded since
    std::int64_t unread = 0;   // records that were not believable, or not mapped
    std::int64_t ungrouped = 0;  // beyond kMostGroups
    std::int64_t kept = 0;       // not run since the last read: their stacks were not read again
    std::int64_t aged = 0;       // not run for at least the time that was asked about
    std::int64_t stack_bytes = 0;
    std::uint64_t bytes_read = 0;

    friend bool operator==(const Tally&, const Tally&) = default;
};

// Goroutines with one stack, state and creator.
struct GoroutineGroup {
    std::int64_t count = 0;
    Status status = Status::idle;
    std::uint8_t wait_reason = 0;
    bool system = false;
    bool partial = false;
    bool moving = false;
    std::uint64_t gopc = 0, startpc = 0;
    std::vector<std::uint64_t> pcs{};  // innermost first, the runtime's own with them
    std::vector<std::int64_t> ids{};   // at most model's kMostIds, the smallest
    // Of pprof: addresses of distinct sets, at most kMostLabelSets of them, and whether one has none.
    std::vector<std::uint64_t> labels{};
    bool unlabelled = false;
    std::int64_t parent = 0;  // goid of one's creator, 0: not known
    std::int64_t stack_bytes = 0;
    std::int64_t oldest_wait_ns = 0;        // smallest non-zero waitsince (CLOCK_MONOTONIC), 0: none
    std::chrono::nanoseconds first_seen{};  // the earliest sighting of one that has not run since
};

class Goroutines {
  public:
    // `runtime` must outlive it.
    explicit Goroutines(const Runtime& runtime) : runtime_(runtime), unwinder_(runtime) {}

    // Reads all. `now`: any clock that goes on, the same at each call. Those that have not run for
    // `aged_after` are counted as aged. Memory: 24 bytes a goroutine, 8 of them only while it
    // reads, and what 1,024 of them need. About 1 us each the first time.
    Result<Tally> read(std::chrono::nanoseconds now, std::chrono::nanoseconds aged_after);

    // To be called when the runtime has found new modules: stacks that ended outside are read again.
    void forget_outside();

    // Counts only: live, system, aged of what the last read() knew. About 0.15 us each.
    Result<Tally> count();

    // Of the last read(); those with a count of 0 have been left by all.
    [[nodiscard]] const std::vector<GoroutineGroup>& groups() const { return groups_; }

  private:
    struct Record {  // of one goroutine, as far as it is needed
        std::uint64_t address = 0;
        std::uint64_t lo = 0, hi = 0, sp = 0, pc = 0, link = 0;
        std::uint64_t gopc = 0, startpc = 0, labels = 0;
        std::int64_t goid = 0, parent = 0, wait_since = 0;
        std::size_t index = 0;  // in allgs
        // From g.waitreason on: flags, and in every version g.trackingSeq, a count of the times that it
        // stopped running. Without it one that ran and came to rest at the same place would seem not to have.
        std::array<std::byte, 24> turns{};
        Status status = Status::idle;
        std::uint8_t wait_reason = 0;
        bool system = false;
    };
    struct CachedRecord {         // of the last read, by index in allgs
        std::uint64_t print = 0;  // of what changes when it runs; 0: nothing known
        std::uint32_t group = 0;
        std::uint32_t seen = 0;  // units since the first read
    };
    using Addresses = std::span<const std::uint64_t>;

    void begin(std::size_t records);
    [[nodiscard]] std::uint32_t units(std::chrono::nanoseconds when) const;
    [[nodiscard]] std::chrono::nanoseconds sighting(const CachedRecord& known) const;
    Result<void> read_headers(Addresses addresses, std::size_t header);
    [[nodiscard]] std::size_t header_size() const;
    bool parse(probe::Bytes bytes, Record& record) const;
    Result<void> chunk(Addresses addresses, std::span<const std::size_t> indices, bool last_try);
    void sort_out(const Record& record);
    Result<void> unwind(bool last_try);
    Result<void> read_deep();
    bool unchanged(const Record& record, probe::Bytes now) const;
    std::uint32_t group_of(const Record& record, std::span<const std::uint64_t> pcs, bool partial,
                           bool moving);
    void join(const Record& record, std::uint32_t group, std::chrono::nanoseconds seen);
    bool keep(const Record& record);
    bool is_system(std::uint64_t startpc);

    const Runtime& runtime_;
    Unwinder unwinder_;
    Tally tally_{};
    std::chrono::nanoseconds now_{}, aged_after_{};
    std::optional<std::chrono::nanoseconds> begun_{};  // the first read
    std::vector<GoroutineGroup> groups_{};
    std::unordered_multimap<std::uint64_t, std::uint32_t> by_key_{};
    std::vector<CachedRecord> known_{};
    std::unordered_map<std::uint64_t, bool> system_starts_{};

    // Buffers of one chunk, reused.
    probe::Gather headers_{}, stacks_{}, deep_{}, again_{};
    std::vector<probe::Range> ranges_{};
    std::vector<Record> parked_{};
    std::vector<std::size_t> deep_ones_{};
    struct Walked {
        std::vector<std::uint64_t> pcs{};
        Unwinder::End end = Unwinder::End::broken;
    };
    std::vector<Walked> walked_{};
    std::vector<std::size_t> retry_{};
};

inline constexpr std::size_t kMostAlike = 50'000;
inline constexpr std::size_t kMostLabelSets = 8;

}  // namespace rampwatch::golang
