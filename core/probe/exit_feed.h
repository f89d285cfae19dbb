// SPDX-License-Identifier: MIT
// Tells at once that a process has ended, and how, where that can be known.
//
// Three ways to know how: it is our child (waitid, which leaves the reaping to its owner); the kernel tells
// any holder of a pidfd once the parent has reaped it (PIDFD_GET_INFO, Linux 6.15); and the oom_kill count of
// its cgroup rose while we watched, while the ending, as far as known, was a SIGKILL.
#pragma once

#include <chrono>
#include <optional>
#include <vector>

#include "core/model/feed.h"
#include "core/probe/cgroup.h"
#include "core/probe/process.h"

namespace rampwatch::probe {

class ExitFeed : public Feed {
  public:
    // `process` must outlive the feed.
    explicit ExitFeed(const Process& process, TargetId target = 0, LifeNumber life = 1, Roots roots = {});

    // The life that ends with it, once the process has become another program.
    void follow(LifeNumber life) { life_ = life; }

    [[nodiscard]] int fd() const override;
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    // One Gone, and then nothing any more. It waits for a parent that is slow to reap for up to 100 ms, where
    // the kernel may then tell the exit status; `mono` and `wall` are of the moment when the end was seen.
    void collect(std::vector<Fact>& facts) override;

  private:
    [[nodiscard]] std::optional<MemoryCgroup> cgroup() const;
    [[nodiscard]] Ending ending() const;

    const Process& process_;
    TargetId target_;
    LifeNumber life_;
    Roots roots_;
    std::optional<MemoryCgroup> cgroup_{};
    std::optional<std::int64_t> oom_kills_{};
    struct Sighting {
        std::chrono::nanoseconds mono{}, wall{};
        bool oom_killed = false;  // as the cgroup may be removed soon
    };
    std::optional<Sighting> seen_{};
    std::chrono::nanoseconds next_look_{};
    bool kernel_tells_ = false;  // of endings that are not our children's
    bool told_ = false;
};

// How it ended: as our child, or by the kernel's word to any holder; empty when neither is to be had (yet).
std::optional<Ending> ending_of(int pidfd);

}  // namespace rampwatch::probe
