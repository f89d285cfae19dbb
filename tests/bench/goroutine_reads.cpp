// SPDX-License-Identifier: MIT
// What it costs to read all goroutines of a Go program, and whether what is read is right while they come and
// go.
//   goroutine_reads PID [ROUNDS]            the first read and ROUNDS repeated ones: wall, CPU, bytes; a tick
//   goroutine_reads PID ROUNDS URL          reads while it churns; URL is its net/http/pprof, which says what
//   stacks
//                                           there are (debug=2, many times)
#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <ctime>
#include <functional>
#include <map>
#include <set>
#include <span>
#include <string>
#include <vector>

#include "core/base/http.h"
#include "core/base/text.h"
#include "core/golang/describe.h"
#include "core/golang/goroutines.h"
#include "core/stacks/go_text.h"

namespace rampwatch {
namespace {

double seconds(clockid_t clock) {
    timespec now{};
    ::clock_gettime(clock, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

double max_rss_mib() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    return static_cast<double>(used.ru_maxrss) / 1024;
}

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "{}\n", to_string(error));
    ::_exit(2);
}

struct Cost {
    double wall_ms = 0, cpu_ms = 0, mib = 0;
};

double median(std::vector<double> values) {
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(values.size() / 2),
                     values.end());
    return values[values.size() / 2];
}

void print(const char* what, const std::vector<Cost>& costs, const golang::Tally& tally) {
    const auto of = [&](double Cost::*member) {
        std::vector<double> values;
        for (const Cost& cost : costs) values.push_back(cost.*member);
        return median(values);
    };
    fmt::print(
        "  {:<28} {:>9.2f} ms wall {:>9.2f} ms CPU {:>9.1f} MiB read; {} live, {} kept, {} moving, {} "
        "unread; {:.0f} MiB of ours\n",
        what, of(&Cost::wall_ms), of(&Cost::cpu_ms), of(&Cost::mib), tally.live, tally.kept, tally.moving,
        tally.unread, max_rss_mib());
}

void cost(const golang::Runtime& runtime, int rounds) {
    golang::Goroutines goroutines(runtime);
    std::uint64_t before = 0;
    golang::Tally tally;
    const auto one = [&] {
        const double wall = seconds(CLOCK_MONOTONIC), cpu = seconds(CLOCK_PROCESS_CPUTIME_ID);
        const auto read = goroutines.read(std::chrono::nanoseconds(static_cast<std::int64_t>(wall * 1e9)),
                                          std::chrono::hours(1));
        if (!read) give_up(read.error());
        tally = *read;
        const double bytes = static_cast<double>(read->bytes_read - before) / 1048576;
        before = read->bytes_read;
        return Cost{(seconds(CLOCK_MONOTONIC) - wall) * 1e3, (seconds(CLOCK_PROCESS_CPUTIME_ID) - cpu) * 1e3,
                    bytes};
    };
    print("first read", {one()}, tally);
    std::vector<Cost> again;
    for (int i = 0; i < rounds; ++i) again.push_back(one());
    print("repeated read, median", again, tally);
    constexpr int kTicks = 20'000;
    const double begun = seconds(CLOCK_PROCESS_CPUTIME_ID);
    for (int i = 0; i < kTicks; ++i) {
        std::int64_t word = 0;
        static_cast<void>(runtime.memory().read(runtime.counters().allgs_length,
                                                std::as_writable_bytes(std::span(&word, 1))));
        static_cast<void>(runtime.memory().read(runtime.counters().heap_marked,
                                                std::as_writable_bytes(std::span(&word, 1))));
    }
    fmt::print("  {:<28} {:>9.2f} us of CPU\n", "tick (two words)",
               (seconds(CLOCK_PROCESS_CPUTIME_ID) - begun) / kTicks * 1e6);
}

std::string key_of(const std::vector<Frame>& frames) {
    std::string key;
    for (const Frame& frame : frames)
        key += frame.function.value_or("?") + ":" + std::to_string(frame.line.value_or(0)) + "\n";
    return key;
}

// Stacks as the runtime itself prints them, over `times` dumps.
void learn(const std::string& url, int times, std::set<std::string>& known) {
    static const stacks::ModuleMap kNoModules;
    for (int i = 0; i < times; ++i) {
        const auto answer =
            http_get(url + "/debug/pprof/goroutine?debug=2", {.timeout = std::chrono::minutes(2)});
        if (!answer) give_up(answer.error());
        stacks::GoText text(kNoModules, [&](Stack&& stack) { known.insert(key_of(stack.frames)); });
        text.feed(answer->body);
        text.finish();
    }
}

// Where a signal interrupted it, which can be at any instruction and seldom twice at the same; 0: nowhere.
std::size_t interrupted_at(const golang::Runtime& runtime, const std::vector<std::uint64_t>& pcs) {
    for (std::size_t i = 0; i + 1 < pcs.size(); ++i) {
        const golang::Module* module = runtime.module_at(pcs[i]);
        const auto function = module == nullptr ? std::nullopt : module->function_at(pcs[i]);
        if (function && module->table().name(function->name) == "runtime.asyncPreempt") return i + 1;
    }
    return 0;
}

// What called the interrupted function is told by return addresses alone: the runtime has to know it.
bool known_but_for_its_place(const golang::Runtime& runtime, const std::vector<std::uint64_t>& pcs,
                             const std::set<std::string>& known) {
    const std::size_t at = interrupted_at(runtime, pcs);
    if (at == 0) return false;
    if (at + 1 == pcs.size()) return true;
    const std::string callers = key_of(golang::frames_of(runtime, std::span(pcs).subspan(at + 1)));
    return std::any_of(known.begin(), known.end(),
                       [&](const std::string& key) { return key.ends_with(callers); });
}

struct Seen {
    std::int64_t count = 0;
    std::vector<std::uint64_t> pcs{};  // of one
};

void churn(const golang::Runtime& runtime, int rounds, const std::string& url) {
    std::map<std::string, Seen> seen;
    std::int64_t read = 0, moving = 0, partial = 0, unread = 0, running = 0;
    std::set<std::string> known;
    learn(url, 30, known);
    for (int i = 0; i < rounds; ++i) {
        golang::Goroutines goroutines(runtime);  // nothing kept: each stack is read
        const auto tally = goroutines.read({}, std::chrono::hours(1));
        if (!tally) give_up(tally.error());
        read += tally->live;
        moving += tally->moving;
        partial += tally->partial;
        unread += tally->unread;
        running += tally->running;
        for (const golang::GoroutineGroup& alike : goroutines.groups()) {
            if (!alike.moving && !alike.partial && !alike.system && !alike.pcs.empty()) {
                Seen& one = seen[key_of(golang::frames_of(runtime, alike.pcs))];
                one.count += alike.count;
                one.pcs = alike.pcs;
            }
        }
    }
    learn(url, 30, known);
    std::int64_t unknown = 0, told = 0, interrupted = 0;
    for (const auto& [key, one] : seen) {
        told += one.count;
        if (known.contains(key)) continue;
        const bool right = known_but_for_its_place(runtime, one.pcs, known);
        (right ? interrupted : unknown) += one.count;
        fmt::print("  {} times a stack that the runtime did not print in 60 dumps{}:\n{}", one.count,
                   right ? ", interrupted by a signal, its callers known" : "", key);
    }
    fmt::print(
        "  {} reads: {} goroutines, {} told with a stack, {} running, {} in motion, {} partial, {} records "
        "unread; {} interrupted where the runtime did not print them; {} stacks that are none of the "
        "runtime's\n",
        rounds, read, told, running, moving, partial, unread, interrupted, unknown);
}

}  // namespace
}  // namespace rampwatch

int main(int argc, char** argv) {
    using namespace rampwatch;
    const auto pid = argc > 1 ? parse_count(argv[1]) : std::nullopt;
    const auto rounds = argc > 2 ? parse_count(argv[2]) : std::optional<std::int64_t>(15);
    if (!pid || *pid < 1 || *pid > INT32_MAX || !rounds || *rounds < 1 || *rounds > 100'000) {
        fmt::print(stderr, "usage: goroutine_reads PID [ROUNDS [URL]]\n");
        return 2;
    }
    const double begun = seconds(CLOCK_MONOTONIC);
    const auto runtime = golang::Runtime::attach(static_cast<pid_t>(*pid));
    if (!runtime) give_up(runtime.error());
    if (argc > 3) {
        churn(*runtime, static_cast<int>(*rounds), argv[3]);
    } else {
        fmt::print("  {:<28} {:>9.2f} ms wall\n", "found in its binary",
                   (seconds(CLOCK_MONOTONIC) - begun) * 1e3);
        cost(*runtime, static_cast<int>(*rounds));
    }
    return 0;
}
