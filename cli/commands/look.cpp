// SPDX-License-Identifier: MIT
// `rampwatch PID`: what it is and what it holds, in under a second. Not a verdict.
#include <fmt/format.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <string>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/program_name.h"
#include "cli/console/terminal.h"
#include "cli/options/dump_options.h"
#include "cli/options/target_options.h"
#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/base/units.h"
#include "core/dump/backend.h"
#include "core/probe/descriptors.h"
#include "core/probe/memory.h"
#include "core/probe/open_memory.h"
#include "core/probe/permission.h"
#include "core/probe/proc_text.h"
#include "core/probe/sampler.h"
#include "core/probe/service_group.h"
#include "core/probe/smaps.h"
#include "core/probe/threads.h"
#include "core/probe/tree.h"
#include "core/report/json_look.h"
#include "core/report/text_look.h"
#include "core/worker/heap_child.h"

namespace rampwatch::cli {
namespace {

struct Options {
    TargetOptions target{};
    std::string format = "text";
    std::string pprof{};  // whole, once read
    bool show_args = false;
};

Error ended(const probe::Process& process) {
    return {Error::Kind::gone, "it ended while we looked at it", fmt::format("PID {}", process.pid())};
}

// A tenth of it is enough where the machine is not busy; where it is, stacks are worth a wait. Then the job
// is given as much again as an idle machine needs to start and to end it. One that is let go ends without
// harm, on its own time and not on ours.
constexpr auto kMostDumpTime = std::chrono::seconds(2);
constexpr auto kMostProfileTime = std::chrono::milliseconds(400);
constexpr auto kAgedAfter = std::chrono::hours(1);
constexpr auto kHandOver = std::chrono::milliseconds(150);

// The cheapest dump there is; timed_out unless it is whole in time.
Result<Dump> take_quick_dump(const Life& life, std::int64_t threads, const std::string& pprof) {
    const auto begin = boot_now();
    const Error too_long{Error::Kind::timed_out,
                         fmt::format("they would take longer than {}", format_duration(kMostDumpTime))};
    auto job =
        dump::start_dump(life, {.timeout = kMostDumpTime, .quick = true, .pprof = {pprof, kMostProfileTime}});
    if (!job) return job.error();
    Poller poller;
    while (!(*job)->turn()) {
        if (boot_now() >= begin + kMostDumpTime + kHandOver) {
            if ((*job)->has_part()) break;
            return too_long;
        }
        poller.clear();
        poller.add((*job)->fd());
        poller.wait(begin + kMostDumpTime + kHandOver);
    }
    Result<Dump> dump = (*job)->result();
    if (!dump) return dump.error().kind == Error::Kind::timed_out ? too_long : dump.error();
    if (!dump->go && dump->threads * 10 < threads * 9) return too_long;  // a few stacks of many would mislead
    dump->life = life;
    dump->mono = begin;
    dump->wall = wall_now();
    dump->took = boot_now() - begin;
    return dump;
}

void add_stacks(Look& look, const std::string& pprof) {
    if (const auto allowed = probe::may_dump(look.life.pid); !allowed && pprof.empty()) {
        look.no_dump = allowed.error().what;
        if (allowed.error().kind == Error::Kind::no_permission) look.missing.emplace_back("stacks");
        return;
    }
    const std::int64_t threads = look.sample.threads.value_or(1) - (look.main_thread_ended ? 1 : 0);
    auto taken = take_quick_dump(look.life, threads, pprof);
    if (taken) {
        if (taken->go) look.sample.goroutines = taken->go->goroutines;
        if (taken->go && taken->go->heap && taken->go->heap->marked > 0)
            look.sample.go_heap_marked_bytes = taken->go->heap->marked;
        look.dump = std::move(*taken);
    } else {
        look.no_dump = taken.error().what;
        if (!taken.error().hint.empty()) look.no_dump += " (" + taken.error().hint + ")";
    }
}

// Of a sample that is quickly read; left out where it says nothing, or where the look has taken long already.
void add_heap(Look& look, std::chrono::nanoseconds begin) {
    constexpr auto kMostTime = std::chrono::milliseconds(500);
    if (boot_now() - begin > kMostTime || (look.dump && look.dump->go)) return;
    auto read = worker::read_heap(look.life, {.sample_bytes = std::uint64_t{16} << 20, .timeout = kMostTime});
    if (!read || read->types.types.empty()) return;
    const HeapKind kind = read->types.types.front().kind;
    if (kind == HeapKind::type || kind == HeapKind::array || kind == HeapKind::text)
        look.heap = std::move(read->types);
}

// The kernel walks page tables for the share: some 10 ms for so much, in which the process may have to wait.
constexpr std::int64_t kMostForShare = std::int64_t{1} << 30;
constexpr std::size_t kMostDescriptors = 4096;

void add_beside_rss(Look& look, const probe::Process& process, const std::string& status) {
    const auto huge_kib = probe::field_of(status, "HugetlbPages");
    if (huge_kib && *huge_kib < INT64_MAX / 1024) look.hugetlb_bytes = *huge_kib * 1024;
    if (const auto files = probe::open_memory(process.directory(), kMostDescriptors)) {
        look.open_memory_bytes = 0;
        look.open_memory_files = static_cast<std::int64_t>(files->size());
        for (const probe::OpenMemory& file : *files) *look.open_memory_bytes += file.bytes;
    }
    if (look.sample.rss_bytes > kMostForShare) return;
    const auto living = probe::live_thread(process.pid());
    const auto rollup = living ? probe::read_rollup(*living) : Result<MemoryFigures>(living.error());
    if (rollup && rollup->pss > 0) look.pss_bytes = rollup->pss;
}

// Whom it belongs to, and who belongs to it: what a pager named is the service, not its idle main process.
void add_family(Look& look, const probe::Process& process) {
    constexpr std::size_t kMostChildren = 512;
    if (const auto text = read_file(process.directory(), "cgroup")) {
        look.life.unit = probe::unit_of(*text);
        if (const auto cgroup = probe::memory_cgroup(*text, {})) look.cgroup = cgroup->path;
    }
    const auto tree = probe::process_tree(process.pid(), {}, kMostChildren);
    if (tree.size() < 2) return;
    look.children = static_cast<std::int64_t>(tree.size()) - 1;
    look.children_bytes = 0;
    for (std::size_t at = 1; at < tree.size(); ++at) {
        const auto status = read_file(fmt::format("/proc/{}/status", tree[at]));
        const auto kib = status ? probe::field_of(*status, "VmRSS") : std::nullopt;
        if (kib && *kib < (std::int64_t{1} << 40)) *look.children_bytes += *kib * 1024;
    }
}

Result<Look> take_look(const probe::Process& process, const std::string& pprof) {
    const auto begin = boot_now();
    auto looker = probe::Looker::open(process);
    if (!looker) return looker.error();
    looker->count_aged_threads(kAgedAfter);
    const auto sample = looker->look();
    const auto state = process.state();
    if (!sample || !state) return ended(process);
    Look look{
        .life = process.life(), .user = probe::user_name(process.uid()), .state = *state, .sample = *sample};
    look.thread_ages = probe::thread_ages(process.directory());
    const auto status = read_file(process.directory(), "status");
    const auto peak_kib = status ? probe::field_of(*status, "VmHWM") : std::nullopt;
    if (peak_kib && *peak_kib < INT64_MAX / 1024) look.peak_rss_bytes = *peak_kib * 1024;
    add_beside_rss(look, process, status ? *status : std::string());
    add_family(look, process);
    if (auto kinds = probe::descriptor_kinds(process.directory(), kMostDescriptors))
        look.descriptors = std::move(*kinds);
    if (!sample->fds) look.missing.emplace_back("descriptors");
    look.main_thread_ended = !process.has_main_thread();
    add_stacks(look, pprof);
    add_heap(look, begin);
    if (!look.missing.empty() && ::geteuid() != 0)
        look.with_rights = fmt::format("sudo {} look {}", program_name(), process.pid());
    return look;
}

int look(const Options& options) {
    const auto handle = resolve(options.target);
    if (!handle) return complain(handle.error());
    const auto pprof = read_pprof_option(options.pprof);
    if (!pprof) return complain(pprof.error());
    auto look = take_look(*handle->process, *pprof);
    if (!look) return complain(look.error());
    if (options.show_args) look->life.command_line = probe::command_line(handle->process->directory());
    if (options.format == "json") {
        fmt::print("{}\n", report::json_look(*look));
    } else {
        report::LookTextStyle style{.program = program_name()};
        const Terminal terminal = terminal_of(STDOUT_FILENO);
        style.width = columns_of(STDOUT_FILENO);
        style.colours = terminal.colours;
        fmt::print("{}", broken_lines(report::text_look(*look, style), style.width));
    }
    if (std::fflush(stdout) != 0) return static_cast<int>(Exit::trouble);
    return static_cast<int>(Exit::healthy);
}

}  // namespace

Command look_command() {
    Command command{.name = "look",
                    .about = "show what a process is and holds, in under a second; no verdict"};
    command.footer =
        "Examples:\n"
        "  rampwatch 4711              the same as: rampwatch look 4711\n"
        "  rampwatch look --name nginx --format json";
    auto options = std::make_shared<Options>();
    add_target_options(command, options->target);
    command.add("--format FORMAT", &options->format, "text, or json (rampwatch.look/1)")
        .one_of({"text", "json"});
    add_pprof_option(command, options->pprof);
    command.add("--show-args", &options->show_args, "show its command line, which may contain secrets");
    command.run = [options] { return look(*options); };
    return command;
}

}  // namespace rampwatch::cli
