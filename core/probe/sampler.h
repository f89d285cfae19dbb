// SPDX-License-Identifier: MIT
// Looks at one process at even intervals: a timerfd on CLOCK_BOOTTIME with absolute ticks, so that it neither
// drifts nor loses count while the host sleeps. Never reads smaps*: it can stall the target for seconds.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include "core/base/fd.h"
#include "core/model/feed.h"
#include "core/probe/cgroup.h"
#include "core/probe/limits.h"
#include "core/probe/process.h"
#include "core/probe/procps.h"
#include "core/probe/program_mark.h"
#include "core/probe/sample_reader.h"

namespace rampwatch::probe {

inline constexpr std::chrono::nanoseconds kShortestInterval = std::chrono::milliseconds(10);

// One look, whenever it is asked for. What is dear is read rarely: the limit, threads by age and, where they
// must be counted, the descriptors at every tenth look, and at least every 10 s; in between the last value
// stands.
class Looker {
  public:
    // `process` must outlive it. Error: as of Procps::open().
    static Result<Looker> open(const Process& process, Roots roots = {});

    // A further reader at each tick, in the order in which they were added.
    void add(std::unique_ptr<SampleReader> reader) { readers_.push_back(std::move(reader)); }
    [[nodiscard]] const std::vector<std::unique_ptr<SampleReader>>& readers() const { return readers_; }

    // Fills in aged_threads too: those that began so long ago.
    void count_aged_threads(std::chrono::nanoseconds aged_after) { aged_after_ = aged_after; }

    // Empty when the process has ended, is dying, or is a zombie: that is no sample.
    std::optional<Sample> look();

    // Once after a look that found another program than the one before it: the life in that program. What was
    // looked at before says nothing of it.
    std::optional<Life> take_new_program() { return std::exchange(new_program_, std::nullopt); }

  private:
    Looker(const Process& process, Roots roots, Procps procps);
    void refresh(std::chrono::nanoseconds boot);
    void note_program(const Sample& sample);

    const Process* process_;
    Roots roots_;
    Procps procps_;
    ProgramMarks marks_{};
    std::optional<std::chrono::nanoseconds> program_since_{};  // boot; empty: since the process began
    std::optional<Life> new_program_{};
    std::chrono::nanoseconds last_look_{};
    std::int64_t looks_ = 0;
    std::chrono::nanoseconds refreshed_{};
    std::optional<Limit> limit_{};
    CountBounds bounds_{};
    std::optional<std::int64_t> counted_fds_{};
    std::optional<std::chrono::nanoseconds> aged_after_{};
    std::optional<std::int64_t> aged_threads_{};
    std::vector<std::unique_ptr<SampleReader>> readers_{};
};

class Sampler : public Feed {
  public:
    // The first tick is at once. `interval` is at least kShortestInterval; `process` must outlive it.
    static Result<Sampler> open(const Process& process, std::chrono::nanoseconds interval,
                                TargetId target = 0, LifeNumber life = 1, Roots roots = {});

    void add(std::unique_ptr<SampleReader> reader) { looker_.add(std::move(reader)); }
    void count_aged_threads(std::chrono::nanoseconds aged_after) { looker_.count_aged_threads(aged_after); }

    [[nodiscard]] int fd() const override { return timer_.get(); }
    void parts(std::vector<Feed*>& feeds) const override;  // its readers
    // For each wake-up at most one Missed (ticks that passed unseen), one Appeared (the process has become
    // another program: from here on a further life) and one Sampled.
    void collect(std::vector<Fact>& facts) override;

  private:
    Sampler(Looker looker, Fd timer, TargetId target, LifeNumber life);

    Looker looker_;
    Fd timer_;
    TargetId target_;
    LifeNumber life_;
};

// Open descriptors of the process behind `process_directory`: as the kernel counts them (Linux 6.2, for any
// user's process), else empty; see count_fds.
std::optional<std::int64_t> fds_as_told(int process_directory);
// The same, counted one by one; empty without the right to, and when there are more than `most`.
std::optional<std::int64_t> count_fds(int process_directory, std::int64_t most = 65536);

}  // namespace rampwatch::probe
