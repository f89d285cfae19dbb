// SPDX-License-Identifier: MIT
#include "core/probe/exit_feed.h"

#include <signal.h>
#include <sys/ioctl.h>
#include <sys/wait.h>

#include <cerrno>

#include "core/base/file.h"
#include "core/base/poller.h"

namespace rampwatch::probe {
namespace {

using std::chrono::nanoseconds;
constexpr auto kReapWait = std::chrono::milliseconds(100);
constexpr auto kReapStep = std::chrono::milliseconds(5);

// linux/pidfd.h of 6.15; Debian 12's headers are older than the kernels they meet.
struct PidfdInfo {
    std::uint64_t mask = 0, cgroup_id = 0;
    std::uint32_t pid = 0, tgid = 0, ppid = 0, ids[8] = {};
    std::int32_t exit_code = 0;  // as of wait(2)
};
static_assert(sizeof(PidfdInfo) == 64);
constexpr std::uint64_t kInfoExit = 1U << 3;
constexpr unsigned long kGetInfo = _IOWR(0xFF, 11, PidfdInfo);

std::optional<int> exit_code_of(int pidfd) {
    PidfdInfo info;
    info.mask = kInfoExit;
    if (::ioctl(pidfd, kGetInfo, &info) != 0 || (info.mask & kInfoExit) == 0) return std::nullopt;
    return info.exit_code;
}

bool knows_pidfd_info(int pidfd) {
    PidfdInfo info;
    info.mask = kInfoExit;
    return ::ioctl(pidfd, kGetInfo, &info) == 0 || errno == ESRCH;  // ENOTTY before 6.13
}

Ending exited(int status) { return {Ending::Reason::exited, status}; }
Ending signalled(int number) { return {Ending::Reason::signalled, number}; }

}  // namespace

std::optional<Ending> ending_of(int pidfd) {
    siginfo_t child{};
    constexpr auto kPidfd = static_cast<idtype_t>(3);  // P_PIDFD
    if (::waitid(kPidfd, static_cast<id_t>(pidfd), &child, WEXITED | WNOHANG | WNOWAIT) == 0 &&
        child.si_pid != 0) {
        return child.si_code == CLD_EXITED ? exited(child.si_status) : signalled(child.si_status);
    }
    const auto code = exit_code_of(pidfd);
    if (!code) return std::nullopt;
    if (WIFEXITED(*code)) return exited(WEXITSTATUS(*code));
    return signalled(WTERMSIG(*code));
}

ExitFeed::ExitFeed(const Process& process, TargetId target, LifeNumber life, Roots roots)
    : process_(process), target_(target), life_(life), roots_(std::move(roots)), cgroup_(cgroup()) {
    if (cgroup_) oom_kills_ = oom_kills(*cgroup_);
    kernel_tells_ = knows_pidfd_info(process_.pidfd());
}

std::optional<MemoryCgroup> ExitFeed::cgroup() const {
    const auto text = read_file(process_.directory(), "cgroup");
    return text ? memory_cgroup(*text, roots_) : std::nullopt;
}

int ExitFeed::fd() const { return seen_ ? -1 : process_.pidfd(); }

std::optional<nanoseconds> ExitFeed::deadline() const {
    if (!seen_ || told_) return std::nullopt;
    return next_look_;
}

Ending ExitFeed::ending() const {
    const auto known = ending_of(process_.pidfd());
    const bool killed = !known || (known->reason == Ending::Reason::signalled && known->status == SIGKILL);
    if (seen_->oom_killed && killed) return {Ending::Reason::oom_killed, SIGKILL};
    return known.value_or(Ending{});
}

void ExitFeed::collect(std::vector<Fact>& facts) {
    if (told_ || process_.alive()) return;
    if (!seen_) {
        const auto kills = cgroup_ ? oom_kills(*cgroup_) : std::nullopt;
        seen_ = {boot_now(), wall_now(), kills && oom_kills_ && *kills > *oom_kills_};
    }
    const Ending how = ending();
    if (how.reason == Ending::Reason::unknown && kernel_tells_ && boot_now() < seen_->mono + kReapWait) {
        next_look_ = boot_now() + kReapStep;
        return;
    }
    told_ = true;
    facts.push_back(fact::Gone{target_, life_, how, seen_->mono, seen_->wall});
}

}  // namespace rampwatch::probe
