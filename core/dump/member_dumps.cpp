// SPDX-License-Identifier: MIT
#include "core/dump/member_dumps.h"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <optional>
#include <utility>

#include "core/base/poller.h"
#include "core/stacks/member_groups.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostAtOnce = 4;

// One that is being read, and where its result belongs.
struct Reading {
    std::size_t index = 0;
    std::unique_ptr<Job> job{};
};

class Readings {
  public:
    Readings(const std::vector<Life>& lives, const Settings& settings) : settings_(settings) {
        for (const Life& life : lives) done_.push_back({life, Error{}});
    }

    std::vector<stacks::MemberReading> run() {
        Poller poller;
        while (true) {
            begin();
            if (running_.empty()) return std::move(done_);
            std::erase_if(running_, [&](Reading& reading) {
                if (!reading.job->turn()) return false;
                done_[reading.index].dump = reading.job->result();
                return true;
            });
            if (running_.size() < kMostAtOnce && next_ < done_.size()) continue;
            poller.clear();
            std::optional<nanoseconds> until;
            for (const Reading& reading : running_) {
                poller.add(reading.job->fd());
                const auto due = reading.job->deadline();
                if (due) until = std::min(until.value_or(*due), *due);
            }
            if (!running_.empty()) poller.wait(until);
        }
    }

  private:
    void begin() {
        while (running_.size() < kMostAtOnce && next_ < done_.size()) {
            const std::size_t index = next_++;
            auto job = start_dump(done_[index].life, settings_);
            if (job)
                running_.push_back({index, std::move(*job)});
            else
                done_[index].dump = job.error();
        }
    }

    const Settings& settings_;
    std::vector<stacks::MemberReading> done_{};
    std::vector<Reading> running_{};
    std::size_t next_ = 0;
};

}  // namespace

Result<Dump> take_member_dumps(const std::vector<Life>& lives, const Settings& settings) {
    if (lives.empty()) return Error{Error::Kind::not_found, "no process to read", {}, {}};
    const nanoseconds mono = boot_now(), wall = wall_now();
    std::vector<Life> some = lives;
    if (some.size() > kMostDumpMembers) some.resize(kMostDumpMembers);
    auto readings = Readings(some, settings).run();
    const bool none = std::none_of(readings.begin(), readings.end(),
                                   [](const auto& reading) { return reading.dump.has_value(); });
    if (none) return readings.front().dump.error();
    Dump dump = stacks::merged(std::move(readings));
    if (lives.size() > some.size())
        dump.warnings.push_back(
            fmt::format("{} further processes were not read", lives.size() - some.size()));
    dump.reason = DumpReason::asked;
    dump.mono = mono;
    dump.wall = wall;
    dump.took = boot_now() - mono;
    return dump;
}

}  // namespace rampwatch::dump
