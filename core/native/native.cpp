// SPDX-License-Identifier: MIT
#include "core/native/native.h"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "core/native/frame_search.h"
#include "core/native/frame_walk.h"
#include "core/native/language_calls.h"
#include "core/native/module_image.h"
#include "core/native/symbols.h"
#include "core/probe/maps.h"
#include "core/stacks/grouper.h"

namespace rampwatch::native {
namespace {

constexpr std::uint64_t kMostCalls = 256 << 20;  // bytes copied of the frames of languages, of all threads

// The addresses of one stack; many threads share one.
struct Path {
    std::vector<FrameAddress> frames{};
    bool truncated = false;
    Calls calls{};

    friend bool operator==(const Path&, const Path&) = default;
};

struct PathHash {
    std::size_t operator()(const Path& path) const {
        std::uint64_t hash = path.truncated ? 1 : 0;
        const auto add = [&](std::uint64_t word) {
            hash ^= word + 0x9e3779b97f4a7c15 + (hash << 6) + (hash >> 2);
        };
        for (const FrameAddress& frame : path.frames) add(frame.pc);
        for (const auto& [frame, entered] : path.calls.frames) add(frame);
        return static_cast<std::size_t>(hash);
    }
};

// Where threads begin. Their call frame information says so too, but not in every libc and runtime.
bool is_root_name(std::string_view name) {
    static constexpr std::string_view kRoots[] = {"_start",
                                                  "__clone",
                                                  "clone",
                                                  "__clone3",
                                                  "clone3",
                                                  "_dl_start_user",
                                                  "thread_start",
                                                  "__libc_start_main",
                                                  "__libc_start_call_main",
                                                  "libc_start_main_stage2",
                                                  "start_thread",
                                                  "start",
                                                  "runtime.goexit",
                                                  "runtime.mstart",
                                                  "runtime.mcall",
                                                  "runtime.systemstack",
                                                  "runtime.rt0_go",
                                                  "runtime.morestack",
                                                  "runtime.asmcgocall.abi0",
                                                  "runtime.asmcgocall",
                                                  "crosscall_amd64",
                                                  "runtime.goexit.abi0",
                                                  "runtime.mstart.abi0",
                                                  "runtime.clone",
                                                  "runtime.clone.abi0",
                                                  "runtime.mcall.abi0",
                                                  "runtime.systemstack.abi0",
                                                  "runtime.rt0_go.abi0",
                                                  "runtime.morestack.abi0",
                                                  "_rt0_amd64_linux"};
    return std::find(std::begin(kRoots), std::end(kRoots), name.substr(0, name.find('@'))) !=
           std::end(kRoots);
}

// Go changes to another stack here, whose top holds nothing that leads on.
bool is_stack_switch(std::string_view name) {
    return name == "runtime.mcall" || name == "runtime.mcall.abi0";
}

Result<void> must_be_ours(pid_t live_tid) {
    const auto file = probe::open_executable(live_tid);
    if (!file) return {};  // the maps will tell
    const int fd = file->fd.get();
    const auto facts = elf_facts([fd](std::uint64_t offset, std::span<std::byte> into) {
        return ::pread(fd, into.data(), into.size(), static_cast<off_t>(offset)) ==
               static_cast<ssize_t>(into.size());
    });
    std::string why = facts ? why_not_read(*facts) : std::string();
    if (why.empty()) return {};
    return Error{Error::Kind::unavailable, std::move(why), fmt::format("PID {}", live_tid),
                 "--backend gdb reads it"};
}

}  // namespace

struct NativeDumper::State {
    explicit State(pid_t pid) : capturer(pid), modules(pid), symbols(modules), calls(pid) {
        modules.know_starts([this](std::uint64_t address) { return symbols.is_start(address); });
    }

    Capturer capturer;
    Modules modules;
    Symbols symbols;
    std::unordered_map<pid_t, std::shared_ptr<const Path>> paths{};  // of the dump before, by thread
    LanguageCalls calls;

    Unwound walk(std::size_t index);
    bool find_missing(Unwound& unwound, const ReadWord& read);
    bool ends_at_root(std::vector<FrameAddress>& frames);
    Path find_path(std::size_t index, bool may_stop);
    std::vector<std::shared_ptr<const Path>> find_paths();
    void group(const std::vector<std::shared_ptr<const Path>>& of_threads, Dump& dump);
    Stack stack_of(const Path& path);
    stacks::Grouper::Member member(const CapturedThread& thread) const;
    void warn(Dump& dump);
};

Unwound NativeDumper::State::walk(std::size_t index) {
    const CapturedThread& thread = capturer.threads()[index];
    std::uint64_t refused = 0;
    const ReadWord read = [&](std::uint64_t address) -> std::optional<std::uint64_t> {
        for (int attempt = 0; attempt < 2; ++attempt) {
            for (const StackCopy& part : thread.stack) {
                if (address < part.address || part.bytes.size() < 8) continue;
                if (address - part.address > part.bytes.size() - 8) continue;
                std::uint64_t word = 0;
                std::memcpy(&word, part.bytes.data() + (address - part.address), sizeof word);
                return word;
            }
            if (address == refused || !capturer.extend(index, address)) break;
        }
        refused = address;
        return std::nullopt;
    };
    Unwound unwound = unwind(modules, thread.registers, read);
    while (unwound.end == Unwound::End::unknown_register && find_missing(unwound, read)) {
    }
    return unwound;
}

// Goes on from a frame whose frame pointer was not read, by finding it on the stack.
bool NativeDumper::State::find_missing(Unwound& unwound, const ReadWord& read) {
    const FrameAddress last = unwound.frames.back();
    const FrameRule* known = modules.rule(last.lookup());
    if (known == nullptr) {
        const CodeWalk& code = modules.code(last);
        if (code.rules.empty()) return false;
        known = &code.rules.front();
    }
    const FrameRule rule = *known;  // what is asked below may drop what is kept
    FrameQuestions ask;
    if (const auto function = symbols.symbol(last.lookup()))
        ask.function_start = last.lookup() - function->offset;
    ask.is_return_address = [&](std::uint64_t address) {
        return modules.executable(address - 1) && modules.call_before(address).is_call;
    };
    ask.call_target = [&](std::uint64_t address) { return modules.call_before(address).target; };
    ask.reaches_root = [&](const Registers& registers) {
        return unwind(modules, registers, read, last).end == Unwound::End::root;
    };
    const auto found = find_frame_pointer(rule, unwound.registers, read, ask);
    if (!found) return false;
    Registers registers = unwound.registers;
    registers.set(kFramePointer, found->frame_pointer);
    Unwound rest = unwind(modules, registers, read, last);
    if (!found->proven && rest.frames.size() > 1) {
        // What begins a thread calls by a pointer, and nothing but its function.
        const auto caller = symbols.symbol(rest.frames[1].lookup());
        rest.frames[1].guess = !caller || !is_root_name(caller->name);
    }
    unwound.frames.pop_back();
    unwound.frames.insert(unwound.frames.end(), rest.frames.begin(), rest.frames.end());
    unwound.end = rest.end;
    unwound.registers = rest.registers;
    return true;
}

// By the names of functions; what lies behind a root is left out.
bool NativeDumper::State::ends_at_root(std::vector<FrameAddress>& frames) {
    const auto last = symbols.symbol(frames.back().lookup());
    if (last && is_root_name(last->name)) return true;
    const auto end = std::find_if(frames.begin(), frames.end(), [&](const FrameAddress& frame) {
        const auto symbol = symbols.symbol(frame.lookup());
        return symbol && is_stack_switch(symbol->name);
    });
    if (end == frames.end()) return false;
    frames.erase(end + 1, frames.end());
    return true;
}

Path NativeDumper::State::find_path(std::size_t index, bool may_stop) {
    Unwound unwound = walk(index);
    // Without a stop only pc and sp are known; a frame that wants more, and whose frame pointer is not found
    // on the stack, costs this one thread a stop.
    if (may_stop && unwound.end == Unwound::End::unknown_register && capturer.seize(index))
        unwound = walk(index);
    const bool rooted = unwound.end == Unwound::End::root || ends_at_root(unwound.frames);
    return {std::move(unwound.frames), !rooted};
}

std::vector<std::shared_ptr<const Path>> NativeDumper::State::find_paths() {
    const auto& threads = capturer.threads();
    std::unordered_map<Path, std::shared_ptr<const Path>, PathHash> distinct;
    std::vector<std::shared_ptr<const Path>> of_threads(threads.size());
    auto before = std::exchange(paths, {});
    for (std::size_t i = 0; i < threads.size(); ++i) {
        if (!threads[i].read) continue;
        const auto known = threads[i].unchanged ? before.find(threads[i].tid) : before.end();
        Calls of_thread = calls.find(threads[i]);
        Path path = known != before.end() ? *known->second : find_path(i, calls.wants_registers(of_thread));
        path.calls = std::move(of_thread);
        std::shared_ptr<const Path>& shared = distinct[path];
        if (!shared) shared = std::make_shared<const Path>(std::move(path));
        of_threads[i] = shared;
        paths.emplace(threads[i].tid, shared);
    }
    return of_threads;
}

Stack NativeDumper::State::stack_of(const Path& path) {
    std::vector<Frame> frames;
    for (const FrameAddress& address : path.frames) {
        const std::vector<Frame>& found = symbols.frames(address);
        frames.insert(frames.end(), found.begin(), found.end());
    }
    return calls.merged(std::move(frames), path.truncated, path.calls);
}

stacks::Grouper::Member NativeDumper::State::member(const CapturedThread& thread) const {
    const LanguageCalls::Told& told = calls.told(thread.tid);
    return {thread.tid, told.name.empty() ? thread.name : told.name,
            told.waits_for.empty() ? thread.waits_for : told.waits_for};
}

// The most frequent path is named first: the time for lines goes where most look.
void NativeDumper::State::group(const std::vector<std::shared_ptr<const Path>>& of_threads, Dump& dump) {
    const auto& threads = capturer.threads();
    std::map<const Path*, std::vector<std::size_t>> members;
    for (std::size_t i = 0; i < of_threads.size(); ++i) {
        if (of_threads[i]) members[of_threads[i].get()].push_back(i);
    }
    std::vector<std::pair<const Path*, std::vector<std::size_t>>> sorted(members.begin(), members.end());
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const auto& a, const auto& b) { return a.second.size() > b.second.size(); });
    stacks::Grouper grouper;
    for (const auto& [path, indexes] : sorted) {
        std::vector<stacks::Grouper::Member> alike;
        for (const std::size_t index : indexes) alike.push_back(member(threads[index]));
        grouper.add(stack_of(*path), alike);
    }
    dump.threads = grouper.stacks();
    dump.groups = grouper.finish();
    for (Group& group : dump.groups) group.runtime_own = calls.is_own(group.frames);
}

void NativeDumper::State::warn(Dump& dump) {
    std::map<std::string, std::vector<pid_t>> missing;
    std::int64_t cut_off = 0;
    for (const CapturedThread& thread : capturer.threads()) {
        if (thread.held > std::chrono::nanoseconds(0)) dump.stops.push_back({thread.tid, thread.held});
        if (!thread.read) missing[thread.missing].push_back(thread.tid);
    }
    for (const Group& group : dump.groups) cut_off += group.truncated ? group.count : 0;
    for (std::string& warning : calls.warnings()) dump.warnings.push_back(std::move(warning));
    for (const auto& [why, tids] : missing) {
        const std::string who = tids.size() == 1 ? "a thread" : fmt::format("{} threads", tids.size());
        dump.warnings.push_back(fmt::format("Not read: {} ({}): {}.", who, tids_in_words(tids), why));
    }
    if (capturer.left_out() > 0)
        dump.warnings.push_back(fmt::format("{} more threads were not read.", capturer.left_out()));
    if (cut_off > 0)
        dump.warnings.push_back(fmt::format("Cut off before their beginning: {}.",
                                            cut_off == 1 ? "one stack" : fmt::format("{} stacks", cut_off)));
    if (capturer.leader_ended()) dump.warnings.emplace_back("The main thread has ended.");
    if (symbols.without_lines() > 0) {
        dump.warnings.push_back(
            fmt::format("Lines were left out for {} addresses, to be quick.", symbols.without_lines()));
    }
    for (const std::string& problem : modules.problems()) dump.warnings.push_back(problem + ".");
}

NativeDumper::NativeDumper(pid_t pid) : state_(std::make_unique<State>(pid)) {}
NativeDumper::~NativeDumper() = default;
NativeDumper::NativeDumper(NativeDumper&&) noexcept = default;
NativeDumper& NativeDumper::operator=(NativeDumper&&) noexcept = default;

Result<Dump> NativeDumper::dump(const NativeSettings& settings, const Runtimes* runtimes) {
    State& state = *state_;
    state.calls.begin(runtimes);
    runtime::Budget budget =
        runtime::budget_of(kMostCalls, std::chrono::seconds(5), std::chrono::seconds(10));
    const auto between = [&](const CapturedThread& thread) { state.calls.copy(thread, budget); };
    const auto taken =
        state.capturer.capture(settings.capture, state.calls.any() ? between : Capturer::Between());
    if (!taken) return taken.error();
    const pid_t live = state.capturer.live_tid();
    if (const auto ours = must_be_ours(live); !ours) return ours.error();
    const auto maps = probe::read_maps(live);
    if (!maps) return maps.error();
    if (state.modules.update(live, *maps)) state.symbols.clear();
    state.symbols.allow_lines(settings.lines);
    const auto paths = state.find_paths();
    Dump dump;
    dump.backend = "native";
    state.group(paths, dump);
    dump.stop_time = state.capturer.held();
    state.warn(dump);
    return dump;
}

}  // namespace rampwatch::native
