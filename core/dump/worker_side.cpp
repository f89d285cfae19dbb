// SPDX-License-Identifier: MIT
#include "core/dump/worker.h"

#include <fcntl.h>
#include <linux/capability.h>
#include <poll.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <time.h>
#include <unistd.h>

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <new>
#include <optional>
#include <string>
#include <type_traits>
#include <unordered_map>
#include <vector>

#include "core/base/poller.h"
#include "core/base/text.h"
#include "core/dump/go_profile.h"
#include "core/dump/memory_reading.h"
#include "core/dump/native.h"
#include "core/dump/wire.h"
#include "core/golang/describe.h"
#include "core/golang/goroutines.h"
#include "core/golang/runtime.h"
#include "core/probe/maps.h"
#include "core/probe/memory.h"
#include "core/probe/process.h"
#include "core/stacks/own_frame.h"

namespace rampwatch::dump {

static_assert(std::is_trivially_copyable_v<Work>);  // it goes through a pipe as it is

namespace {

constexpr std::size_t kMostGroups = 5000;        // told; the rest is counted
constexpr rlim_t kMostMemory = rlim_t{6} << 30;  // address space: an executable of 4 GiB is mapped, not read
constexpr rlim_t kMostData = rlim_t{3} << 30;    // libelf's private mappings of files count
constexpr rlim_t kMostCpuSeconds = 60;           // for one order
constexpr rlim_t kMostFiles = 32'768;            // two for each thread, kept for the second look
constexpr int kIdleMs = 10 * 60 * 1000;          // then it ends

std::chrono::nanoseconds clock_now(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return std::chrono::seconds(now.tv_sec) + std::chrono::nanoseconds(now.tv_nsec);
}

void limit(int resource, rlim_t most) {
    rlimit limits{};
    if (::getrlimit(static_cast<__rlimit_resource>(resource), &limits) != 0) return;
    limits.rlim_cur = std::min(most, limits.rlim_max);
    ::setrlimit(static_cast<__rlimit_resource>(resource), &limits);
}

// CPU time from here on; what was used before does not count.
void limit_cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    limit(RLIMIT_CPU, static_cast<rlim_t>(used.ru_utime.tv_sec + used.ru_stime.tv_sec) + kMostCpuSeconds);
}

// Of root's rights only those to read other processes and their files, and the one to let go in a hurry of a
// thread that is held. True when that one is there.
bool drop_rights() {
    constexpr std::uint32_t kHurry = 1U << CAP_SYS_NICE;
    constexpr std::uint32_t kKept = (1U << CAP_SYS_PTRACE) | (1U << CAP_DAC_READ_SEARCH) | kHurry;
    __user_cap_header_struct header{_LINUX_CAPABILITY_VERSION_3, 0};
    std::array<__user_cap_data_struct, 2> data{};
    if (::syscall(SYS_capget, &header, data.data()) != 0) return false;
    for (std::size_t i = 0; i < data.size(); ++i) {
        const std::uint32_t kept = i == 0 ? kKept : 0;
        data[i].effective &= kept;
        data[i].permitted &= kept;
        data[i].inheritable = 0;
    }
    ::syscall(SYS_capset, &header, data.data());
    return (data[0].effective & kHurry) != 0;
}

// When memory runs out it goes first: it can be started again.
void be_first_to_go() {
    const int fd = ::open("/proc/self/oom_score_adj", O_WRONLY | O_CLOEXEC);
    if (fd < 0) return;
    static_cast<void>(!::write(fd, "1000", 4));
    ::close(fd);
}

// True when the priority can be changed both ways.
bool confine() {
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
    ::prctl(PR_SET_NAME, "rampwatch-read");
    ::close_range(3, ~0U, 0);
    be_first_to_go();
    limit(RLIMIT_CORE, 0);
#if !defined(__SANITIZE_ADDRESS__)  // whose shadow alone is terabytes
    limit(RLIMIT_AS, kMostMemory);
#endif
    limit(RLIMIT_DATA, kMostData);
    limit(RLIMIT_NOFILE, kMostFiles);
    limit(RLIMIT_FSIZE, 0);
    return drop_rights();
}

// What is counted at every tick makes way for others. A dump that somebody waits for does not: on a busy host
// it took 11 s at this priority.
void set_priority(Order order) { ::setpriority(PRIO_PROCESS, 0, order == Order::count ? 10 : 0); }

// All groups but the first `kept`.
void leave_out(Dump& dump, std::size_t kept) {
    for (std::size_t i = kept; i < dump.groups.size(); ++i) {
        if (dump.go && dump.groups[i].kind == StackKind::goroutine)
            dump.go->ungrouped += dump.groups[i].count;
    }
    if (!dump.go && kept < dump.groups.size()) {
        dump.warnings.push_back(
            fmt::format("{} small groups were left out: they are too many", dump.groups.size() - kept));
    }
    dump.groups.resize(std::min(kept, dump.groups.size()));
}

// Where those are now that started others, as far as their ids are kept.
void place_parents(std::vector<Group>& groups) {
    std::unordered_map<std::int64_t, const Group*> of_ids;
    for (const Group& group : groups) {
        for (const std::int64_t id : group.ids) of_ids.emplace(id, &group);
    }
    for (Group& group : groups) {
        const auto found = group.parent ? of_ids.find(*group.parent) : of_ids.end();
        if (found == of_ids.end() || found->second->frames.empty()) continue;
        group.parent_frame = found->second->frames[found->second->own_frame];
    }
}

// A runtime that looked for leaks has left its word in the states.
void note_leaked(Dump& dump) {
    for (const Group& group : dump.groups) {
        if (group.leaked) dump.go->leaked = dump.go->leaked.value_or(0) + *group.leaked;
    }
}

// What is known of the target's Go program, from order to order.
class GoReading {
  public:
    explicit GoReading(pid_t pid) : pid_(pid) {}

    void answer(const Work& work, Answer& answer) {
        if (!runtime_) {
            auto code = code_of(pid_);
            if (without_go_ && code == without_go_code_) {
                answer.error = without_go_;
                return;
            }
            auto attached = golang::Runtime::attach(pid_);
            if (!attached) {
                answer.error = attached.error();
                const bool settled = attached.error().kind == Error::Kind::not_found && !code.empty();
                without_go_ = settled ? std::optional(attached.error()) : std::nullopt;
                without_go_code_ = std::move(code);
                return;
            }
            runtime_.emplace(std::move(*attached));
            goroutines_.emplace(*runtime_);
        }
        answer.counters = {runtime_->counters().allgs_length, runtime_->counters().heap_marked};
        answer.error = read(work, answer.dump);
        if (answer.error) {  // it may have become another program by exec: found anew next time
            goroutines_.reset();
            runtime_.reset();
        }
    }

    // The program's own profile, and beside it what only its memory tells.
    void answer_by_profile(const Work& work, Answer& answer) {
        const std::string place(work.place.data(), ::strnlen(work.place.data(), work.place.size()));
        auto profile = ask_profile(pid_, place, work.time);
        Work rest = work;
        rest.order = profile ? Order::count : Order::goroutines;
        this->answer(rest, answer);
        if (!profile) {
            const std::string why = to_string(profile.error());
            if (answer.error)
                answer.error = profile.error();
            else
                answer.dump.warnings.push_back("Not by --pprof: " + why +
                                               ". Its goroutines were read from its memory.");
            return;
        }
        if (!answer.error && answer.dump.go) keep_memory(*answer.dump.go, *profile->go);
        answer.error.reset();
        answer.dump = std::move(*profile);
        leave_out(answer.dump, kMostGroups);
    }

  private:
    struct Code {
        std::uint64_t start = 0, inode = 0;
        friend bool operator==(const Code&, const Code&) = default;
    };

    // Which files' code is mapped where. A program that had no Go has none while that is the same: to look
    // through a large one again took a quarter of a second dump.
    static std::vector<Code> code_of(pid_t pid) {
        std::vector<Code> code;
        const auto tid = probe::live_thread(pid);
        const auto maps = tid ? probe::read_maps(*tid) : Result<probe::Maps>(tid.error());
        if (!maps) return code;
        for (const probe::Mapping& mapping : maps->mappings) {
            if (mapping.executable && mapping.inode != 0) code.push_back({mapping.start, mapping.inode});
        }
        return code;
    }

    // What a profile does not have.
    static void keep_memory(const GoProgram& read, GoProgram& into) {
        into.version = read.version;
        into.module = read.module;
        into.guessed = read.guessed;
        into.stack_bytes = read.stack_bytes;
        into.aged = read.aged;
        into.heap = read.heap;
    }

    std::optional<Error> read(const Work& work, Dump& dump) {
        const auto begun = boot_now();
        auto tally = goroutines_->read(begun, work.aged_after);
        if (tally && tally->outside > 0 && runtime_->find_new_modules()) {  // a plugin came in since
            goroutines_->forget_outside();
            tally = goroutines_->read(begun, work.aged_after);
        }
        if (!tally) return tally.error();
        fill(*tally, dump);
        dump.took = boot_now() - begun;
        if (work.order == Order::count) return std::nullopt;
        const golang::Moment moment{boot_now(), clock_now(CLOCK_MONOTONIC)};
        dump.groups = golang::describe(*runtime_, goroutines_->groups(), moment);
        leave_out(dump, kMostGroups);
        for (Group& group : dump.groups) group.own_frame = stacks::mark_own(group.frames);
        place_parents(dump.groups);
        note_leaked(dump);
        dump.took = boot_now() - begun;
        return std::nullopt;
    }

    void fill(const golang::Tally& tally, Dump& dump) const {
        GoProgram go;
        go.version = runtime_->version_text();
        go.module = runtime_->module_path();
        go.guessed = runtime_->layout().guessed;
        go.frames = runtime_->layout().frames;
        go.goroutines = tally.live;
        go.system = tally.system;
        go.running = tally.running;
        go.moving = tally.moving;
        go.partial = tally.partial;
        go.unread = tally.unread;
        go.ungrouped = tally.ungrouped;
        go.kept = tally.kept;
        go.aged = tally.aged;
        go.stack_bytes = tally.stack_bytes;
        if (const auto heap = runtime_->heap()) go.heap = *heap;
        dump.backend = "go";
        dump.go = go;
    }

    pid_t pid_;
    std::optional<golang::Runtime> runtime_{};
    std::optional<golang::Goroutines> goroutines_{};
    std::optional<Error> without_go_{};    // what was said of a program without Go,
    std::vector<Code> without_go_code_{};  // while this was its code
};

// The stacks of all threads, by native.h, which keeps what it learnt.
void read_stacks(NativeDumper& dumper, const Work& work, Answer& answer) {
    NativeSettings settings;
    settings.capture.stop = static_cast<StopPolicy>(work.stop);
    settings.capture.max_stop = work.max_stop;
    settings.capture.stack_bytes = static_cast<std::size_t>(work.stack_bytes);
    settings.lines = work.lines;
    auto dump = dumper.dump(settings);
    if (dump)
        answer.dump = std::move(*dump);
    else
        answer.error = dump.error();
}

void read_memory(pid_t pid, const Work& work, Answer& answer) {
    auto memory = read_memory_parts(pid, work.memory_budget);
    if (memory)
        answer.dump.memory = std::move(*memory);
    else
        answer.error = memory.error();
}

bool send_all(const std::string& bytes) {
    std::size_t sent = 0;
    while (sent < bytes.size()) {
        const ssize_t done = ::write(0, bytes.data() + sent, bytes.size() - sent);
        if (done < 0 && errno == EINTR) continue;
        if (done <= 0) return false;
        sent += static_cast<std::size_t>(done);
    }
    return true;
}

// False when nobody asks any more.
bool next_order(Work& work) {
    pollfd wait{0, POLLIN, 0};
    if (::poll(&wait, 1, kIdleMs) <= 0) return false;
    return ::read(0, &work, sizeof work) == static_cast<ssize_t>(sizeof work);
}

// Of more groups than a message holds the smallest are left out, and counted.
bool send(Answer& answer) {
    std::string bytes = encode(answer);
    while (bytes.size() > kMostMessage && !answer.dump.groups.empty()) {
        leave_out(answer.dump, answer.dump.groups.size() / 2);
        bytes = encode(answer);
    }
    const auto size = static_cast<std::uint32_t>(bytes.size());
    return send_all(std::string(reinterpret_cast<const char*>(&size), sizeof size) + bytes);
}

}  // namespace

int worker_main(int argc, char** argv) {
    std::set_new_handler([] { ::_exit(kOutOfMemory); });
    const auto pid = argc == 4 ? parse_count(argv[2]) : std::nullopt;
    const auto ticks = argc == 4 ? parse_count(argv[3]) : std::nullopt;
    if (!pid || !ticks || *pid <= 0 || *pid > INT32_MAX) return 2;
    const bool may_hurry = confine();
    const auto process = probe::Process::open(static_cast<std::int32_t>(*pid));
    const bool is_it = process && process->life().start_ticks == static_cast<std::uint64_t>(*ticks);
    GoReading go(static_cast<pid_t>(*pid));
    NativeDumper dumper(static_cast<pid_t>(*pid));
    Work work;
    while (next_order(work)) {
        limit_cpu();
        if (may_hurry) set_priority(work.order);
        Answer answer;
        answer.order = work.order;
        const auto begun = clock_now(CLOCK_PROCESS_CPUTIME_ID);
        const bool there = is_it && process->alive();
        if (!there)
            answer.error =
                Error{Error::Kind::gone, "the process has ended", "PID " + std::string(argv[2]), ""};
        else if (work.order == Order::stacks)
            read_stacks(dumper, work, answer);
        else if (work.order == Order::memory)
            read_memory(static_cast<pid_t>(*pid), work, answer);
        else if (work.order == Order::profile)
            go.answer_by_profile(work, answer);
        else
            go.answer(work, answer);
        answer.cpu = clock_now(CLOCK_PROCESS_CPUTIME_ID) - begun;
        if (!send(answer)) return 1;
    }
    return 0;
}

}  // namespace rampwatch::dump
