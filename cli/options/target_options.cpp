// SPDX-License-Identifier: MIT
#include "cli/options/target_options.h"

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <thread>

#include "cli/console/command.h"
#include "cli/options/process_list.h"
#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

using probe::Process;
using namespace std::chrono_literals;

constexpr auto kLookAgain = 100ms;
// A pidfile is written by the process that it names, which is older then; a clock that was set may blur that.
constexpr auto kPidfileSlack = 60s;

Error bad(std::string what, std::string where, std::string hint = {}) {
    return {Error::Kind::bad_input, std::move(what), std::move(where), std::move(hint)};
}

Result<Process> by_pid(std::string_view text, std::string where) {
    const auto pid = parse_count(trim(text));
    if (!pid || *pid == 0 || *pid > INT32_MAX) {
        std::string hint =
            where == "TARGET" ? "a process is found by its name with --name" : "a number from 1 on";
        return bad("not a PID: " + escape(text, 64), std::move(where), std::move(hint));
    }
    if (*pid == ::getpid()) return names_ourselves(fmt::format("PID {}", *pid));
    return Process::open(static_cast<std::int32_t>(*pid));
}

Error stale(std::string_view why, const std::string& where) {
    return {Error::Kind::not_found, fmt::format("stale: {}", why), where, "is the service running?"};
}

// The first line is the PID; some programs write more below it.
Result<Process> by_pidfile(const std::string& path) {
    const std::string where = escape(path, 256);
    const auto text = read_file(path, 4096);
    if (!text) {
        Error error = text.error();
        error.what = "cannot be read: " + error.what;
        return error;
    }
    const std::string_view line = trim(std::string_view(*text).substr(0, text->find('\n')));
    if (trim(*text).empty())
        return Error{Error::Kind::not_found, "empty", where, "is the service still starting?"};
    const auto pid = parse_count(line);
    if (!pid || *pid == 0)
        return bad("not a PID: " + escape(line, 64), where, "its first line has to be a number");
    auto process = by_pid(line, where);
    if (!process) {
        const Error::Kind kind = process.error().kind;
        if (kind == Error::Kind::not_found) return stale(fmt::format("there is no process {}", *pid), where);
        if (kind == Error::Kind::gone) return stale(fmt::format("process {} has ended", *pid), where);
        return process.error();
    }
    struct stat status {};
    if (::stat(path.c_str(), &status) == 0 &&
        process->life().started_wall > std::chrono::seconds(status.st_mtim.tv_sec) + kPidfileSlack) {
        Error error = stale(fmt::format("process {} began after it was written", *pid), where);
        error.hint = fmt::format("if it is the one you mean: -p {}", *pid);
        return error;
    }
    return process;
}

Result<Process> by_name(const std::string& name) {
    if (name.empty() || name.find('/') != std::string::npos) {
        return bad("not a name: " + escape(name, 64), "--name",
                   "the executable's base name, without a directory");
    }
    const auto found = processes_named(name);
    if (found.empty()) {
        return Error{Error::Kind::not_found, "no process is named " + escape(name, 64), "--name",
                     "--wait waits until there is one"};
    }
    if (found.size() > 1) {
        fmt::print(stderr, "{}", candidate_table(found, parent_of_all(found)));
        return bad(fmt::format("{} processes go by the name {}", found.size(), escape(name, 64)), "--name",
                   "choose one with -p PID");
    }
    return Process::open(found.front().pid);
}

Result<Process> find(const TargetOptions& options) {
    if (options.target) return by_pid(*options.target, "TARGET");
    if (options.pid) return by_pid(*options.pid, "--pid");
    if (options.pidfile) return by_pidfile(*options.pidfile);
    return by_name(options.name.value_or(""));
}

int words_given(const TargetOptions& options) {
    return static_cast<int>(options.target.has_value()) + static_cast<int>(options.pid.has_value()) +
           static_cast<int>(options.pidfile.has_value()) + static_cast<int>(options.name.has_value()) +
           static_cast<int>(options.has_command);
}

Result<TargetHandle> handle(Result<Process> process, std::unique_ptr<Launched> command = {}) {
    if (!process) return process.error();
    return TargetHandle{std::make_unique<Process>(std::move(*process)), std::move(command)};
}

Result<TargetHandle> launch(const TargetOptions& options) {
    if (options.wait) return bad("there is nothing to wait for with a command to start", "--wait");
    if (options.command.empty()) return bad("no command after it", "--", "rampwatch watch -- COMMAND ARGS");
    auto launched = Launched::start(options.command);
    if (!launched) return launched.error();
    TargetHandle handle;
    handle.command = std::make_unique<Launched>(std::move(*launched));
    auto process = Process::open(handle.command->pid());
    if (process) handle.process = std::make_unique<Process>(std::move(*process));
    return handle;
}

bool may_still_appear(const Error& error) {
    return error.kind == Error::Kind::not_found || error.kind == Error::Kind::gone;
}

}  // namespace

Error names_ourselves(std::string where) {
    return bad("this is the process of rampwatch itself", std::move(where), "name another process");
}

std::optional<std::int32_t> find_now(const Sought& sought) {
    if (!sought.name) {
        const auto process = by_pidfile(*sought.pidfile);
        return process ? std::optional(process->pid()) : std::nullopt;
    }
    const auto found = processes_named(*sought.name);
    if (found.size() == 1) return found.front().pid;
    const Candidate* parent = parent_of_all(found);
    return parent != nullptr ? std::optional(parent->pid) : std::nullopt;
}

std::optional<std::int32_t> parent_of_named(const std::string& name) {
    const auto found = processes_named(name);
    const Candidate* parent = parent_of_all(found);
    return parent != nullptr ? std::optional(parent->pid) : std::nullopt;
}

void add_target_options(Command& command, TargetOptions& options) {
    command.heading = "Which process";
    command.add("TARGET", &options.target, "PID of the process");
    command.add("-p,--pid PID", &options.pid, "PID of the process");
    command.add("--pidfile FILE", &options.pidfile, "file that holds the PID in its first line");
    command.add(
        "--name NAME", &options.name,
        "name of the executable, or of the process as ps -e shows it; exactly one process must have it");
    command.add("--wait", &options.wait, "wait until the process appears");
}

Result<TargetHandle> resolve(const TargetOptions& options, const std::function<bool()>& interrupted) {
    const int given = words_given(options);
    if (given == 0) return bad("no process named", "TARGET", "a PID, --name NAME or --pidfile FILE");
    if (given > 1)
        return bad("more than one process named", "TARGET",
                   "one of PID, --pid, --pidfile, --name, -- COMMAND");
    if (options.has_command) return launch(options);
    while (true) {
        auto process = find(options);
        if (process || !options.wait || !may_still_appear(process.error())) return handle(std::move(process));
        if (interrupted && interrupted())
            return Error{Error::Kind::timed_out, "interrupted while waiting", "--wait"};
        std::this_thread::sleep_for(kLookAgain);
    }
}

}  // namespace rampwatch::cli
