// SPDX-License-Identifier: MIT
// The processes of a service, or of a tree, looked at together: the main one in all its lives, each other
// one, and their sum.
//
// Targets: 0 is the main process, life after life. 1 is the sum, which lives as long as any of them; its
// memory is what the service's cgroup is charged with, where that can be read, since processes
// that were forked share pages. From 2 on the others, each in the lowest number that is free: a pool of
// workers that come and go is a few targets with many lives, whose judges stay small in number.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/base/fd.h"
#include "core/model/event.h"
#include "core/model/feed.h"
#include "core/model/target.h"
#include "core/probe/cgroup.h"
#include "core/probe/exit_feed.h"
#include "core/probe/process.h"
#include "core/probe/sampler.h"
#include "core/probe/service_group.h"

namespace rampwatch::dump {
class LazyFreeFeed;
}

namespace rampwatch::follow {

inline constexpr std::size_t kMostJudged = 32;   // members that are judged by themselves
inline constexpr std::size_t kMostLooked = 512;  // members that are counted into the sum

// A child of systemd on its way to its program goes by its name in parentheses.
bool is_on_its_way(const Life& life);

struct ProcessSetSettings {
    std::chrono::nanoseconds interval = std::chrono::seconds(10);
    std::chrono::nanoseconds aged_after = std::chrono::hours(1);  // threads that began, goroutines that ran
    std::chrono::nanoseconds patience = std::chrono::hours(9);    // the Judge's
    bool all = true;                                              // false: the main process alone
    std::optional<std::string> unit{};                            // of systemd
    std::string name{};  // of the whole, where there is no unit: "tree of PID 4711"
    bool show_args = false;
    LifeNumber first_life = 1;  // of the sum; with `all` off, of the main process
    probe::Roots roots{};
};

class ProcessSet final : public Feed {
  public:
    // Errors: as of Sampler::open().
    static Result<std::unique_ptr<ProcessSet>> open(ProcessSetSettings settings);

    // Who leads from now on; 0: nobody. `control_group`: systemd's, empty while there is none. Without a unit
    // the children of `main_pid` belong to it. What begins and ends by it is told by the next collect().
    void follow(std::int32_t main_pid, const std::string& control_group);

    [[nodiscard]] int fd() const override { return epoll_.get(); }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void parts(std::vector<Feed*>& feeds) const override;  // what reads the main process at each tick
    void collect(std::vector<Fact>& facts) override;

    // Called at each tick, whether there was anything to look at or not.
    std::function<void(std::chrono::nanoseconds boot)> on_tick{};

    // Whose stacks a dump of this target needs: its own, of the sum the member's that grew most; empty when
    // that life is over.
    [[nodiscard]] std::optional<Life> who(TargetId target, LifeNumber life) const;
    // The last life that this target had; empty where it never had one.
    [[nodiscard]] std::optional<Life> who_was(TargetId target) const;
    [[nodiscard]] const probe::Process* main() const;  // null while there is none
    // What stands in the way of looking at the main process that there is; empty when nothing does.
    [[nodiscard]] const std::optional<Error>& obstacle() const { return obstacle_; }
    [[nodiscard]] std::size_t count() const { return members_.size(); }
    // What was told of the main process, or of all, decides what is read of the main process.
    void note(const Event& event);

  private:
    struct Member {
        std::optional<TargetId> target{};  // empty: only counted
        LifeNumber life = 1;
        Life who{};
        std::unique_ptr<probe::Process> process{};
        std::optional<probe::Looker> looker{};
        dump::LazyFreeFeed* lazy_free = nullptr;  // the looker's; of the main process
        std::unique_ptr<probe::ExitFeed> exit{};
        bool polled = false;
        std::optional<std::int64_t> first_bytes{};
        std::int64_t last_bytes = 0;
    };

    explicit ProcessSet(ProcessSetSettings settings) : settings_(std::move(settings)) {}
    bool admit(std::int32_t pid, std::optional<TargetId> target, std::vector<Fact>& facts);
    void dismiss(std::size_t at, std::vector<Fact>& facts);
    void settle_main(std::vector<Fact>& facts);
    void add_readers(Member& member) const;
    void take_endings(std::vector<Fact>& facts);
    void find_members(std::vector<Fact>& facts);
    void become(Member& member, Life program, std::vector<Fact>& facts);
    void tick(std::int64_t ticks, std::vector<Fact>& facts);
    void tell_sum(const std::vector<Sample>& looks, std::vector<Fact>& facts);
    [[nodiscard]] std::optional<TargetId> free_target() const;
    [[nodiscard]] std::optional<probe::CgroupMemory> charged() const;
    [[nodiscard]] Life sum_life() const;
    [[nodiscard]] Member* find(TargetId target);
    [[nodiscard]] const Member* find(TargetId target) const;

    ProcessSetSettings settings_;
    Fd epoll_{}, timer_{};
    std::vector<Member> members_{};
    std::map<TargetId, LifeNumber> lives_{};  // the last one of each target
    std::map<TargetId, Life> was_{};
    std::int32_t wanted_main_ = 0;
    std::string control_group_{};
    bool settled_ = true;
    std::chrono::nanoseconds settle_at_{};  // while it is not
    int waits_ = 0;                         // for the main process to become its program
    std::optional<Error> obstacle_{};
    bool sum_lives_ = false;
    Ending main_ending_{};  // of the last main process: how the whole is said to have ended
};

// Stands before the dumps: processes that come and go get no baseline, so that a pool of workers is not a
// stream of dumps; their first one is the one for growth.
class NoBaselines final : public Feed {
  public:
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override;
    void collect(std::vector<Fact>& facts) override;
    bool perform(const Request& request) override;
    [[nodiscard]] bool busy() const override { return !refused_.empty(); }

  private:
    std::vector<RequestId> refused_{};
};

}  // namespace rampwatch::follow
