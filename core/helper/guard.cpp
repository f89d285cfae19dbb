// SPDX-License-Identifier: MIT
#include "core/helper/guard.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/signalfd.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <set>

#include "core/base/fd.h"
#include "core/helper/stopped.h"
#include "core/helper/target_facts.h"

namespace rampwatch::helper {
namespace {

using Clock = std::chrono::steady_clock;
using std::chrono::milliseconds;

constexpr rlim_t kMostOutput = 64U << 20;       // of the helper; what is beyond is lost, the helper goes on
constexpr std::size_t kMostErrors = 64U << 10;  // passed on
constexpr milliseconds kGrace{2000};            // from SIGTERM to SIGKILL
constexpr milliseconds kMostHandOver{20'000};   // for whoever reads what the helper printed

// ---- leaving whoever started us
// ------------------------------------------------------------------------------

// Returns in a grandchild that leads a session of its own; the process that was started ends when that is so.
bool detach() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return false;
    const pid_t child = ::fork();
    if (child < 0) return false;
    if (child > 0) {
        ::close(ends[1]);
        char byte = 0;
        while (::read(ends[0], &byte, 1) < 0 && errno == EINTR) {
        }
        ::_exit(0);
    }
    ::setsid();
    ::prctl(PR_SET_NAME, "rw-guard");  // so that a killall of ours by name passes it by
    ::close(ends[0]);
    ::close(ends[1]);
    return true;
}

sigset_t guarded_signals() {
    sigset_t set;
    sigemptyset(&set);
    for (const int number : {SIGTERM, SIGINT, SIGHUP, SIGQUIT, SIGUSR1, SIGUSR2, SIGALRM})
        sigaddset(&set, number);
    return set;
}

// ---- the helper
// --------------------------------------------------------------------------------------------

[[noreturn]] void exec_helper(std::vector<char*>& argv, int out, int err) {
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    ::prctl(PR_SET_PDEATHSIG, SIGTERM);
    ::signal(SIGXFSZ, SIG_IGN);  // a full file is an error to it, not its end in the middle of an attach
    const rlimit size{kMostOutput, kMostOutput};
    ::setrlimit(RLIMIT_FSIZE, &size);
    const int null = ::open("/dev/null", O_RDWR);
    ::dup2(null, STDIN_FILENO);
    ::dup2(out, STDOUT_FILENO);
    ::dup2(err, STDERR_FILENO);
    // When memory runs out it is the helper that goes, and not the target that somebody is worried about.
    if (const int score = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC); score >= 0) {
        static_cast<void>(!::write(score, "1000", 4));
        ::close(score);
    }
    ::execvp(argv[0], argv.data());
    ::_exit(127);
}

class Helper {
  public:
    static Helper start(const std::vector<std::string>& words, int out, int err) {
        std::vector<std::string> copies = words;
        std::vector<char*> argv;
        for (std::string& word : copies) argv.push_back(word.data());
        argv.push_back(nullptr);
        Helper helper;
        helper.pid_ = ::fork();
        if (helper.pid_ == 0) exec_helper(argv, out, err);
        if (helper.pid_ > 0)
            helper.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, helper.pid_, 0U)));
        return helper;
    }

    [[nodiscard]] bool started() const { return pid_ > 0; }
    [[nodiscard]] int pidfd() const { return pidfd_.get(); }

    // Waits up to `most`; true once it has ended.
    bool wait_for(milliseconds most) {
        const auto end = Clock::now() + most;
        while (!ended_) {
            const pid_t got = ::waitpid(pid_, &status_, WNOHANG);
            ended_ = got == pid_ || (got < 0 && errno != EINTR);
            const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
            if (ended_ || left.count() <= 0) break;
            pollfd wait{pidfd_.get(), POLLIN, 0};
            ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left.count(), pidfd_ ? 1000 : 5)));
        }
        return ended_;
    }

    void end_gently() {
        ::kill(pid_, SIGTERM);
        if (wait_for(kGrace)) return;
        ::kill(pid_, SIGKILL);
        while (!wait_for(milliseconds(1000))) {
        }
    }

    [[nodiscard]] bool signalled() const { return WIFSIGNALED(status_); }
    [[nodiscard]] int number() const {
        return WIFSIGNALED(status_) ? WTERMSIG(status_) : WEXITSTATUS(status_);
    }

  private:
    pid_t pid_ = -1;
    Fd pidfd_{};
    int status_ = 0;
    bool ended_ = false;
};

enum class Woken { helper_ended, deadline, unread, told };

// Until the helper has ended, or there is a reason to end it.
Woken attend(Helper& helper, milliseconds most, int signals) {
    const auto end = Clock::now() + most;
    while (true) {
        if (helper.wait_for(milliseconds(0))) return Woken::helper_ended;
        const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now());
        if (left.count() <= 0) return Woken::deadline;
        // No events are asked of stdout: an error alone wakes, and that is the end of its reader.
        std::array<pollfd, 3> waited{
            {{helper.pidfd(), POLLIN, 0}, {signals, POLLIN, 0}, {STDOUT_FILENO, 0, 0}}};
        ::poll(waited.data(), waited.size(), static_cast<int>(std::min<std::int64_t>(left.count(), 1000)));
        if ((waited[2].revents & (POLLERR | POLLHUP | POLLNVAL)) != 0) return Woken::unread;
        if (waited[1].revents != 0) return Woken::told;
    }
}

// ---- handing over
// --------------------------------------------------------------------------------------------

// True while somebody reads; waits for a slow reader until `end`.
bool write_all(int fd, std::string_view text, Clock::time_point end) {
    while (!text.empty()) {
        const ssize_t wrote = ::write(fd, text.data(), text.size());
        if (wrote > 0) {
            text.remove_prefix(static_cast<std::size_t>(wrote));
            continue;
        }
        if (wrote < 0 && errno != EINTR && errno != EAGAIN) return false;
        const auto left = std::chrono::duration_cast<milliseconds>(end - Clock::now()).count();
        if (left <= 0) return false;
        pollfd wait{fd, POLLOUT, 0};
        ::poll(&wait, 1, static_cast<int>(std::min<std::int64_t>(left, 1000)));
        if ((wait.revents & POLLERR) != 0) return false;
    }
    return true;
}

void pass_on(int from, int to, std::size_t most, Clock::time_point end) {
    std::array<char, 65536> chunk;
    ::lseek(from, 0, SEEK_SET);
    while (most > 0) {
        const ssize_t got = ::read(from, chunk.data(), std::min(chunk.size(), most));
        if (got <= 0) return;
        most -= static_cast<std::size_t>(got);
        if (!write_all(to, {chunk.data(), static_cast<std::size_t>(got)}, end)) return;
    }
}

struct Guarded {
    int pidfd = -1;
    std::set<pid_t> stopped_before{};
    int signals = -1;
};

// Runs the helper to its end and makes sure that the target goes on.
HelperEnd run_helper(const GuardOrder& order, const Guarded& guarded, int out, int err) {
    HelperEnd end;
    Helper helper = Helper::start(order.helper, out, err);
    if (!helper.started()) {
        end.failure = fmt::format("cannot start a process: {}", std::strerror(errno));
        return end;
    }
    Woken woken = attend(helper, order.deadline, guarded.signals);
    if (woken == Woken::unread && helper.wait_for(order.linger)) woken = Woken::helper_ended;
    const bool by_us = woken != Woken::helper_ended;
    if (by_us) helper.end_gently();
    end.signalled = helper.signalled();
    end.number = helper.number();
    end.timed_out = woken == Woken::deadline;
    if (by_us || end.signalled) end.continued = undo_stop(guarded.pidfd, order.pid, guarded.stopped_before);
    return end;
}

HelperEnd guard(const GuardOrder& order) {
    const auto refuse = [](std::string why) { return HelperEnd{.failure = std::move(why)}; };
    const Fd target(static_cast<int>(::syscall(SYS_pidfd_open, order.pid, 0U)));
    if (!target) return refuse("the target is gone");
    const sigset_t signals = guarded_signals();
    const Fd told(::signalfd(-1, &signals, SFD_CLOEXEC));
    const Fd out(::memfd_create("out", MFD_CLOEXEC)), err(::memfd_create("err", MFD_CLOEXEC));
    if (!out || !err) return refuse(fmt::format("cannot create a file in memory: {}", std::strerror(errno)));

    const TargetFacts facts = read_target_facts(order.pid);
    if (facts.start_ticks != order.start_ticks) return refuse("the target is gone");
    Guarded guarded{target.get(), stopped_tasks(order.pid), told.get()};
    if (order.helper.empty()) {
        HelperEnd end;
        end.continued = undo_stop(target.get(), order.pid, {});
        return end;
    }
    const HelperEnd end = run_helper(order, guarded, out.get(), err.get());
    const auto hand_over = Clock::now() + kMostHandOver;
    if (write_all(STDOUT_FILENO, format_facts(facts) + "output\n", hand_over))
        pass_on(out.get(), STDOUT_FILENO, kMostOutput, hand_over);
    pass_on(err.get(), STDERR_FILENO, kMostErrors, hand_over);
    return end;
}

}  // namespace

int guard_main(int argc, char** argv) {
    const auto order = parse_guard_argv(std::vector<std::string>(argv, argv + argc));
    if (!order) return 2;
    const sigset_t signals = guarded_signals();
    ::sigprocmask(SIG_BLOCK, &signals, nullptr);
    ::signal(SIGPIPE, SIG_IGN);
    if (!detach()) return 2;
    const HelperEnd end = guard(*order);
    write_all(STDERR_FILENO, "\n" + format_end(end), Clock::now() + kMostHandOver);
    return 0;
}

}  // namespace rampwatch::helper
