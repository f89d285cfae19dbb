// SPDX-License-Identifier: MIT
#include "core/dump/ways.h"

#include <fmt/format.h>

#include <algorithm>
#include <fstream>
#include <string>
#include <utility>

#include "core/base/text.h"
#include "core/dump/native_job.h"
#include "core/helper/eu_stack.h"
#include "core/helper/gdb.h"
#include "core/probe/permission.h"

namespace rampwatch::dump {
namespace {

using std::chrono::nanoseconds;

constexpr std::int64_t kMostInlined = 2000;  // threads up to which inlines are asked for
constexpr nanoseconds kQuickLines = std::chrono::milliseconds(50);    // of a quick native dump
constexpr nanoseconds kQuickTasks = std::chrono::milliseconds(1000);  // CPU time, and at all
constexpr nanoseconds kQuickTimeout = std::chrono::seconds(10);       // of the try with addresses only

std::int64_t threads_of(pid_t pid) {
    std::ifstream status(fmt::format("/proc/{}/status", pid));
    for (std::string line; std::getline(status, line);) {
        if (line.starts_with("Threads:"))
            return parse_count(trim(std::string_view(line).substr(8))).value_or(1);
    }
    return 1;
}

// For the helpers, which attach: a thread that is traced already cannot be attached to.
StartJob untraced(pid_t pid, StartJob start) {
    return [pid, start = std::move(start)]() -> Result<std::unique_ptr<Job>> {
        if (auto free = probe::may_attach(pid); !free) return free.error();
        return start();
    };
}

StartJob native_way(std::shared_ptr<worker::Worker> worker, const Settings& settings) {
    native::NativeSettings native = settings.native;
    if (settings.quick) native.lines = std::min(native.lines, kQuickLines);
    if (settings.quick) native.tasks = std::min(native.tasks, kQuickTasks);
    if (settings.quick) native.tasks_wall = std::min(native.tasks_wall, kQuickTasks);
    return [=, timeout = settings.timeout]() -> Result<std::unique_ptr<Job>> {
        return start_native(worker, native, timeout);
    };
}

// Of addresses alone, behind a way that may have taken too long for names.
StartJob quick_way(const Life& life, const Settings& settings, std::size_t ways) {
    const bool any = settings.backend == Choice::automatic;
    const bool by_helper = any || settings.backend == Choice::eu_stack;
    if (!by_helper || settings.quick || ways <= (any ? 1U : 0U)) return {};
    const helper::HelperRunSettings run{std::min(settings.timeout, kQuickTimeout), settings.guard_program};
    return [=] {
        return helper::start_helper(helper::eu_stack(life.pid, helper::EuStackDetail::bare), life, run);
    };
}

}  // namespace

ThreadReaders ways_of(const Life& life, const Settings& settings,
                      const std::shared_ptr<worker::Worker>& worker) {
    const Choice choice = settings.backend;
    const bool any = choice == Choice::automatic;
    const bool may_stop = settings.native.capture.stop != native::StopPolicy::none;
    const helper::HelperRunSettings run{settings.timeout, settings.guard_program};
    const helper::EuStackDetail detail = settings.quick ? helper::EuStackDetail::bare
                                         : threads_of(life.pid) <= kMostInlined
                                             ? helper::EuStackDetail::inlines
                                             : helper::EuStackDetail::names;
    std::vector<StartJob> ways;
    if (any || choice == Choice::native) ways.push_back(native_way(worker, settings));
    if (may_stop && (any || choice == Choice::eu_stack))
        ways.push_back(untraced(
            life.pid, [=] { return helper::start_helper(helper::eu_stack(life.pid, detail), life, run); }));
    if (may_stop && !settings.quick && (any || choice == Choice::gdb))
        ways.push_back(
            untraced(life.pid, [=] { return helper::start_helper(helper::gdb(life.pid), life, run); }));
    StartJob quick = quick_way(life, settings, ways.size());
    return {std::move(ways), std::move(quick)};
}

}  // namespace rampwatch::dump
