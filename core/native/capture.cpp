// SPDX-License-Identifier: MIT
#include "core/native/capture.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/resource.h>
#include <sys/uio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <limits>
#include <unordered_map>

#include "core/base/entries.h"
#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/native/seize.h"
#include "core/probe/memory.h"
#include "core/probe/rights.h"
#include "core/probe/thread_look.h"

namespace rampwatch::native {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kRedZone = 128;     // below the stack pointer, where a leaf function may keep registers
constexpr std::size_t kSpareFiles = 256;  // descriptors left for everything else

Error gone(pid_t pid) { return {Error::Kind::gone, "the process has ended", fmt::format("PID {}", pid), {}}; }

// What a thread was last seen doing.
struct CachedThread {
    probe::ThreadFds files{};
    bool read = false;
    std::string name{};
    char state = '?';
    std::string waits_for{};
    probe::KernelEntry entry{};
    probe::RunCount runs{};
    std::size_t seen = 0;  // number of the capture
};

std::size_t raise_file_limit() {
    rlimit limit{};
    if (::getrlimit(RLIMIT_NOFILE, &limit) != 0) return 0;
    if (limit.rlim_cur < limit.rlim_max) {
        limit.rlim_cur = limit.rlim_max;
        ::setrlimit(RLIMIT_NOFILE, &limit);
        ::getrlimit(RLIMIT_NOFILE, &limit);
    }
    return std::min<std::size_t>(limit.rlim_cur, 1U << 20);
}

std::string why_missing(const Seized& seized, int tasks) {
    switch (seized.outcome) {
        case Seized::Outcome::read:
            return {};
        case Seized::Outcome::budget:
            return "running, and the stops so far used up what was allowed";
        case Seized::Outcome::not_stopped:
            return "running, and did not stop in time";
        case Seized::Outcome::gone:
            return {};
        case Seized::Outcome::foreign:
            return "running 32-bit code";
        case Seized::Outcome::refused:
            break;
    }
    const pid_t tracer = probe::tracer_of(tasks, seized.tid);
    return tracer > 0 ? fmt::format("running, and traced by PID {}", tracer)
                      : "running, and the kernel refused to stop it";
}

bool ended(char state) { return state == 'Z' || state == 'X'; }

}  // namespace

struct Capturer::State {
    pid_t pid = 0;
    pid_t live = 0;
    Fd tasks{};
    CaptureSettings settings{};
    std::vector<CapturedThread> threads{};
    std::unordered_map<pid_t, CachedThread> known{};
    std::size_t number = 0;  // of this capture
    std::vector<std::byte> scratch{};
    std::size_t copied_bytes = 0;
    std::size_t left_out = 0;
    std::size_t most_files = 0;
    nanoseconds held{};
    Capturer::Between between{};

    Result<std::vector<pid_t>> list();
    bool copy(CapturedThread& thread, std::uint64_t from, std::size_t size);
    bool read(CapturedThread& thread, CachedThread& known);
    bool read_all(const std::vector<pid_t>& tids);
    bool still(const CapturedThread& thread);
    void retry(CapturedThread& thread);
    std::vector<std::size_t> running();
    void take_over(CapturedThread& thread, Seized&& seized);
    void seize_in_turn();
    std::size_t seize_at_once();
    void remember();

    [[nodiscard]] SeizeLimits limits() const {
        SeizeLimits limits;
        limits.budget = settings.max_stop.value_or(kDefaultMaxStop) - held;
        limits.stack_bytes = settings.stack_bytes;
        if (between) {
            limits.while_stopped = [this](const Seized& seized) {
                CapturedThread thread;
                thread.tid = seized.tid;
                thread.read = thread.seized = true;
                thread.registers = seized.registers;
                between(thread);
            };
        }
        return limits;
    }
    [[nodiscard]] std::vector<pid_t> tids_of(const std::vector<std::size_t>& indexes) const {
        std::vector<pid_t> tids(indexes.size());
        for (std::size_t i = 0; i < indexes.size(); ++i) tids[i] = threads[indexes[i]].tid;
        return tids;
    }
};

Result<std::vector<pid_t>> Capturer::State::list() {
    const std::string path = fmt::format("/proc/{}/task", pid);
    tasks = Fd(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!tasks) return gone(pid);
    std::vector<pid_t> tids;
    left_out = 0;
    each_entry(tasks.get(), [&](const char* name) {
        const auto tid = parse_count(name);
        if (!tid || *tid <= 0 || *tid > std::numeric_limits<pid_t>::max()) return true;
        if (tids.size() < settings.most_threads)
            tids.push_back(static_cast<pid_t>(*tid));
        else
            ++left_out;
        return true;
    });
    if (tids.empty()) return gone(pid);
    return tids;
}

// One read of at most `size` bytes; what is not mapped ends it early, at a page's end.
bool Capturer::State::copy(CapturedThread& thread, std::uint64_t from, std::size_t size) {
    size = std::min(size, settings.most_bytes - std::min(settings.most_bytes, copied_bytes));
    if (size == 0) return false;
    scratch.resize(
        settings.stack_bytes);  // of its own: clearing 64 KiB for each thread costs more than the read
    size = std::min(size, scratch.size());
    const iovec ours{scratch.data(), size};
    const iovec theirs{reinterpret_cast<void*>(static_cast<std::uintptr_t>(from)), size};
    const ssize_t got = ::process_vm_readv(live, &ours, 1, &theirs, 1, 0);
    if (got <= 0) return false;
    StackCopy part{from, {scratch.begin(), scratch.begin() + got}};
    copied_bytes += part.bytes.size();
    thread.stack.push_back(std::move(part));
    return true;
}

// The first look at a thread; false when the kernel does not let us.
bool Capturer::State::read(CapturedThread& thread, CachedThread& last) {
    thread.read = thread.unchanged = false;
    thread.stack.clear();
    thread.registers = {};
    const probe::Look look = probe::look_at(tasks.get(), thread.tid, last.files);
    if (!look.there) return !look.refused;
    thread.entry = look.entry;
    thread.runs = look.runs;
    if (last.read && probe::same_state(look, last.entry, last.runs)) {
        thread.unchanged = true;
        thread.name = last.name;
        thread.state = last.state;
        thread.waits_for = last.waits_for;
    } else {
        std::array<char, 1024> text;
        auto stat = probe::parse_thread_stat(probe::read_below(tasks.get(), thread.tid, "stat", text));
        if (!stat) return true;
        thread.name = std::move(stat->name);
        thread.state = stat->state;
        thread.waits_for = probe::waits_for(tasks.get(), thread.tid, thread.entry, thread.state);
    }
    if (thread.entry.running || ended(thread.state)) return true;
    thread.registers.set(kStackPointer, thread.entry.sp);
    thread.registers.set(kProgramCounter, thread.entry.pc);
    // vfork keeps its return address in one of these.
    constexpr std::size_t kNumbers[] = {5, 4, 1, 10, 8, 9};  // of the arguments' registers, as DWARF has them
    for (std::size_t i = 0; thread.entry.syscall_number >= 0 && i < std::size(kNumbers); ++i)
        thread.registers.set(kNumbers[i], thread.entry.arguments[i]);
    if (!thread.unchanged && !copy(thread, thread.entry.sp - kRedZone, settings.stack_bytes))
        copy(thread, thread.entry.sp, settings.stack_bytes);  // the page below is not mapped
    thread.read = true;
    if (between) between(thread);
    return true;
}

bool Capturer::State::read_all(const std::vector<pid_t>& tids) {
    threads.clear();
    threads.reserve(tids.size());
    for (const pid_t tid : tids) {
        CapturedThread thread;
        thread.tid = tid;
        CachedThread& last = known[tid];
        if (!read(thread, last)) return false;
        last.seen = number;
        if (2 * threads.size() + kSpareFiles > most_files) last.files = {};  // opened anew at each look
        threads.push_back(std::move(thread));
    }
    return true;
}

// The second look.
bool Capturer::State::still(const CapturedThread& thread) {
    return probe::same_state(probe::look_at(tasks.get(), thread.tid, known[thread.tid].files), thread.entry,
                             thread.runs);
}

// Read anew, once, for a thread that ran since its first look.
void Capturer::State::retry(CapturedThread& thread) {
    CachedThread& last = known[thread.tid];
    last.read = false;
    if (!read(thread, last) || !thread.read || still(thread)) return;
    thread.read = false;
    thread.entry.running = true;  // whenever we look: one that runs
    thread.waits_for = probe::wait_word(thread.entry, thread.state, {});
}

std::vector<std::size_t> Capturer::State::running() {
    std::vector<std::size_t> indexes;
    for (std::size_t i = 0; i < threads.size(); ++i) {
        CapturedThread& thread = threads[i];
        if (thread.read || !thread.entry.running || ended(thread.state) || !thread.missing.empty()) continue;
        thread.missing = "running, and stopping it is not allowed";
        indexes.push_back(i);
    }
    return indexes;
}

void Capturer::State::take_over(CapturedThread& thread, Seized&& seized) {
    thread.held += seized.held;
    thread.missing = why_missing(seized, tasks.get());
    if (seized.outcome != Seized::Outcome::read) return;
    thread.read = thread.seized = true;
    thread.unchanged = false;
    thread.registers = seized.registers;
    copied_bytes += seized.stack.bytes.size();
    thread.stack.clear();
    thread.stack.push_back(std::move(seized.stack));
}

void Capturer::State::seize_in_turn() {
    const std::vector<std::size_t> indexes = running();
    if (indexes.empty() || settings.stop == StopPolicy::none) return;
    std::vector<Seized> seized = seize_each(tids_of(indexes), limits());
    for (std::size_t i = 0; i < seized.size(); ++i) {
        held += seized[i].held;
        take_over(threads[indexes[i]], std::move(seized[i]));
    }
}

// Those that run are held while the others get their second look; who moved joins them. What is blocked needs
// no stop to be part of the same picture. The number of threads that had their second look.
std::size_t Capturer::State::seize_at_once() {
    std::vector<std::size_t> indexes = running();
    if (indexes.empty()) return 0;
    std::size_t looked = 0;
    const auto while_held = [&](nanoseconds left) {
        const auto until = std::chrono::steady_clock::now() + left / 2;
        const std::size_t first = indexes.size();
        for (; looked < threads.size() && std::chrono::steady_clock::now() < until; ++looked) {
            if (threads[looked].read && !still(threads[looked])) indexes.push_back(looked);
        }
        return tids_of({indexes.begin() + static_cast<std::ptrdiff_t>(first), indexes.end()});
    };
    std::vector<Seized> seized = seize_together(tids_of(indexes), limits(), while_held);
    nanoseconds longest{};
    for (std::size_t i = 0; i < seized.size(); ++i) {
        longest = std::max(longest, seized[i].held);
        threads[indexes[i]].read = false;
        take_over(threads[indexes[i]], std::move(seized[i]));
    }
    held += longest;
    return looked;
}

// Files of threads that ended are closed; what was read is known to the next capture.
void Capturer::State::remember() {
    std::erase_if(threads,
                  [](const CapturedThread& thread) { return !thread.read && thread.missing.empty(); });
    for (const CapturedThread& thread : threads) {
        CachedThread& last = known[thread.tid];
        last.read = thread.read && !thread.seized && static_cast<bool>(last.files.entry);
        last.name = thread.name;
        last.state = thread.state;
        last.waits_for = thread.waits_for;
        last.entry = thread.entry;
        last.runs = thread.runs;
    }
    std::erase_if(known, [&](const auto& entry) { return entry.second.seen != number; });
}

std::optional<StopPolicy> stop_policy_of(std::string_view word) {
    if (word == "none") return StopPolicy::none;
    if (word == "running") return StopPolicy::running;
    if (word == "all") return StopPolicy::all;
    return std::nullopt;
}

Capturer::Capturer(pid_t pid) : state_(std::make_unique<State>()) {
    state_->pid = pid;
    state_->most_files = raise_file_limit();
}
Capturer::~Capturer() = default;
Capturer::Capturer(Capturer&&) noexcept = default;
Capturer& Capturer::operator=(Capturer&&) noexcept = default;

Result<void> Capturer::capture(const CaptureSettings& settings, const Between& between) {
    State& state = *state_;
    state.settings = settings;
    state.between = between;
    state.copied_bytes = 0;
    state.held = {};
    ++state.number;
    const auto live = probe::live_thread(state.pid);
    if (!live) return gone(state.pid);
    state.live = *live;
    const auto tids = state.list();
    if (!tids) return tids.error();
    if (!state.read_all(*tids)) return probe::no_right(state.pid);
    const std::size_t looked = settings.stop == StopPolicy::all ? state.seize_at_once() : 0;
    for (std::size_t i = looked; i < state.threads.size(); ++i) {
        CapturedThread& thread = state.threads[i];
        if (thread.read && !thread.seized && !state.still(thread)) state.retry(thread);
    }
    state.seize_in_turn();
    state.remember();
    if (state.threads.empty()) return gone(state.pid);
    return {};
}

bool Capturer::extend(std::size_t index, std::uint64_t address) {
    State& state = *state_;
    CapturedThread& thread = state.threads[index];
    if (!thread.read || thread.seized) return false;
    std::size_t have = 0;
    for (const StackCopy& part : thread.stack) have += part.bytes.size();
    if (have >= state.settings.most_stack_bytes) return false;
    if (!state.copy(thread, address, state.settings.stack_bytes)) return false;
    if (state.still(thread)) return true;
    thread.stack.pop_back();
    return false;
}

bool Capturer::seize(std::size_t index) {
    State& state = *state_;
    CapturedThread& thread = state.threads[index];
    const SeizeLimits limits = state.limits();
    const bool allowed = state.settings.stop != StopPolicy::none && limits.budget > nanoseconds(0);
    if (!allowed || thread.seized || thread.state == 'D' || thread.state == 't') return false;
    std::vector<Seized> seized = seize_each(std::span(&thread.tid, 1), limits);
    state.held += seized.front().held;
    thread.held += seized.front().held;
    if (seized.front().outcome != Seized::Outcome::read) return false;
    seized.front().held = {};  // counted above
    state.take_over(thread, std::move(seized.front()));
    state.known[thread.tid].read = false;
    return true;
}

const std::vector<CapturedThread>& Capturer::threads() const { return state_->threads; }
pid_t Capturer::live_tid() const { return state_->live; }
bool Capturer::leader_ended() const { return state_->live != state_->pid; }
std::size_t Capturer::left_out() const { return state_->left_out; }
nanoseconds Capturer::held() const { return state_->held; }

}  // namespace rampwatch::native
