// SPDX-License-Identifier: MIT
#include "core/native/seize.h"

#include <elf.h>
#include <sched.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <ctime>
#include <thread>

namespace rampwatch::native {
namespace {

using std::chrono::nanoseconds;
using Outcome = Seized::Outcome;

constexpr nanoseconds kPoll = std::chrono::microseconds(20);
constexpr std::size_t kRedZone = 128;  // below the stack pointer, where a leaf function may keep registers

nanoseconds now() {
    timespec time{};
    ::clock_gettime(CLOCK_MONOTONIC, &time);
    return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

void pause_briefly() {
    const timespec time{0, kPoll.count()};
    ::clock_nanosleep(CLOCK_MONOTONIC, 0, &time, nullptr);
}

// For the moments in which a thread is held: whoever it wakes must not keep us from letting it go. Without
// the right (CAP_SYS_NICE) it goes on as it is.
void hurry() {
    ::prctl(PR_SET_TIMERSLACK, 1UL, 0UL, 0UL, 0UL);
    const sched_param parameter{.sched_priority = 1};
    ::sched_setscheduler(0, SCHED_FIFO | SCHED_RESET_ON_FORK, &parameter);
}

Outcome outcome_of(int number) { return number == ESRCH ? Outcome::gone : Outcome::refused; }

bool seize(Seized& thread) {
    if (::ptrace(PTRACE_SEIZE, thread.tid, nullptr, nullptr) == 0) return true;
    thread.outcome = outcome_of(errno);
    return false;
}

struct Stop {
    bool stopped = false;
    int signal = 0;       // to be handed on: the thread was about to take it
    nanoseconds since{};  // the last look at which it had not stopped
};

// Waits for the stop that PTRACE_INTERRUPT asked for, or any other.
Stop wait_for_stop(Seized& thread, nanoseconds until) {
    nanoseconds before = now();
    while (true) {
        const nanoseconds look = now();
        int status = 0;
        const pid_t got = ::waitpid(thread.tid, &status, __WALL | __WNOTHREAD | WNOHANG);
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 || (got > 0 && !WIFSTOPPED(status))) {
            thread.outcome = Outcome::gone;
            return {};
        }
        if (got > 0) {
            // Only what was about to be delivered is handed on; an event, such as our own stop, is no signal.
            return {true, status >> 16 == 0 ? WSTOPSIG(status) : 0, before};
        }
        if (look >= until) {
            thread.outcome = Outcome::not_stopped;
            return {};
        }
        before = look;
        pause_briefly();
    }
}

Registers convert(const user_regs_struct& from) {
    Registers to;
    const unsigned long long values[kRegisterCount] = {
        from.rax, from.rdx, from.rcx, from.rbx, from.rsi, from.rdi, from.rbp, from.rsp, from.r8,
        from.r9,  from.r10, from.r11, from.r12, from.r13, from.r14, from.r15, from.rip};
    for (std::size_t i = 0; i < kRegisterCount; ++i) to.set(i, values[i]);
    return to;
}

void read_registers(Seized& thread) {
    user_regs_struct registers{};
    iovec into{&registers, sizeof registers};
    if (::ptrace(PTRACE_GETREGSET, thread.tid, NT_PRSTATUS, &into) != 0) {
        thread.outcome = outcome_of(errno);
    } else if (into.iov_len != sizeof registers) {
        thread.outcome = Outcome::foreign;
    } else {
        thread.registers = convert(registers);
        thread.outcome = Outcome::read;
    }
}

void read_stack(Seized& thread, std::size_t most) {
    const std::uint64_t from = thread.registers.values[kStackPointer] - kRedZone;
    thread.stack.bytes.resize(most);
    const iovec ours{thread.stack.bytes.data(), most};
    const iovec theirs{reinterpret_cast<void*>(static_cast<std::uintptr_t>(from)), most};
    const ssize_t got = ::process_vm_readv(thread.tid, &ours, 1, &theirs, 1, 0);
    thread.stack.address = from;
    thread.stack.bytes.resize(static_cast<std::size_t>(std::max<ssize_t>(got, 0)));
}

// All that is read of a thread that is held.
void read_all(Seized& thread, const SeizeLimits& limits) {
    read_registers(thread);
    if (thread.outcome != Outcome::read) return;
    read_stack(thread, limits.stack_bytes);
    if (limits.while_stopped) limits.while_stopped(thread);
}

void let_go(const Seized& thread, const Stop& stop) {
    ::ptrace(PTRACE_DETACH, thread.tid, nullptr,
             reinterpret_cast<void*>(static_cast<std::uintptr_t>(stop.signal)));
}

// False when the thread may still be about to stop: then only the end of this tracer frees it.
bool seize_one(Seized& thread, const SeizeLimits& limits) {
    if (!seize(thread)) return true;
    if (::ptrace(PTRACE_INTERRUPT, thread.tid, nullptr, nullptr) != 0) {
        thread.outcome = outcome_of(errno);
        return false;
    }
    const Stop stop = wait_for_stop(thread, now() + limits.per_thread);
    if (!stop.stopped) return thread.outcome == Outcome::gone;
    read_all(thread, limits);
    let_go(thread, stop);
    thread.held = now() - stop.since;
    return true;
}

// Threads that are held at the same time, in one tracer.
class Window {
  public:
    Window(std::vector<Seized>& threads, const SeizeLimits& limits) : threads_(threads), limits_(limits) {}

    // The threads from `first` on.
    void close(std::size_t first) {
        std::vector<bool> asked(threads_.size(), false);
        if (first == 0) start_ = now();
        for (std::size_t i = first; i < threads_.size() && left() > nanoseconds(0); ++i) {
            if (!seize(threads_[i])) continue;
            asked[i] = ::ptrace(PTRACE_INTERRUPT, threads_[i].tid, nullptr, nullptr) == 0;
            if (!asked[i]) threads_[i].outcome = outcome_of(errno);
        }
        stops_.resize(threads_.size());
        const nanoseconds until = now() + std::min(limits_.per_thread, left());
        for (std::size_t i = first; i < threads_.size(); ++i) {
            if (!asked[i]) continue;
            stops_[i] = wait_for_stop(threads_[i], until);
            if (!stops_[i].stopped) continue;
            read_all(threads_[i], limits_);
        }
    }

    void open() {
        for (std::size_t i = 0; i < stops_.size(); ++i) {
            if (!stops_[i].stopped) continue;
            let_go(threads_[i], stops_[i]);
            threads_[i].held = now() - start_;
        }
    }

    [[nodiscard]] nanoseconds left() const { return limits_.budget - (now() - start_); }

  private:
    std::vector<Seized>& threads_;
    const SeizeLimits& limits_;
    std::vector<Stop> stops_{};
    nanoseconds start_{};
};

std::vector<Seized> named(std::span<const pid_t> tids) {
    std::vector<Seized> threads(tids.size());
    for (std::size_t i = 0; i < tids.size(); ++i) threads[i].tid = tids[i];
    return threads;
}

}  // namespace

std::vector<Seized> seize_each(std::span<const pid_t> tids, const SeizeLimits& limits) {
    std::vector<Seized> threads = named(tids);
    const nanoseconds until = now() + limits.patience;
    nanoseconds left = limits.budget;
    std::size_t next = 0;
    const auto goes_on = [&] { return next < threads.size() && left > nanoseconds(0) && now() < until; };
    while (goes_on()) {
        std::thread tracer([&] {
            hurry();
            bool free = true;
            while (free && goes_on()) {
                Seized& thread = threads[next++];
                free = seize_one(thread, limits);
                left -= thread.held;
            }
        });
        tracer.join();
    }
    return threads;
}

std::vector<Seized> seize_together(std::span<const pid_t> tids, const SeizeLimits& limits,
                                   const std::function<std::vector<pid_t>(nanoseconds)>& while_held) {
    std::vector<Seized> threads = named(tids);
    std::thread tracer([&] {
        hurry();
        Window window(threads, limits);
        window.close(0);
        const std::vector<pid_t> more = while_held(window.left());
        const std::size_t first = threads.size();
        for (Seized& thread : named(more)) threads.push_back(std::move(thread));
        if (!more.empty() && window.left() > nanoseconds(0)) window.close(first);
        window.open();
    });
    tracer.join();
    return threads;
}

}  // namespace rampwatch::native
