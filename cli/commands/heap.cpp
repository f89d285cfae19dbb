// SPDX-License-Identifier: MIT
// `rampwatch heap`: what a process's heap is made of, and what of it grew.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cstdio>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "cli/options/heap_options.h"
#include "cli/options/target_options.h"
#include "core/base/file.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/whole_file.h"
#include "core/probe/permission.h"
#include "core/report/heap_text.h"
#include "core/report/json_heap.h"
#include "core/report/pprof.h"
#include "core/worker/heap_child.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostBaseline = std::size_t{16} << 20;

struct Options {
    TargetOptions target{};
    std::string wait{};      // --for
    std::string baseline{};  // a file
    std::string sample = "64M";
    std::string timeout = "30s";
    std::string format = "text";
};

struct Settings {
    worker::HeapOrder order{};
    std::optional<std::chrono::nanoseconds> wait{};
};

Result<Settings> read_options(const Options& options) {
    Settings settings;
    const auto sample = read_heap_sample(options.sample);
    if (!sample) return sample.error();
    settings.order.sample_bytes = *sample;
    const auto timeout = parse_duration(options.timeout);
    if (!timeout) return placed(timeout.error(), "--timeout");
    settings.order.timeout = *timeout;
    if (!options.wait.empty()) {
        const auto wait = parse_duration(options.wait);
        if (!wait) return placed(wait.error(), "--for");
        settings.wait = *wait;
    }
    if (settings.wait && !options.baseline.empty())
        return Error{Error::Kind::bad_input, "not together with --baseline", "--for",
                     "leave one of them out"};
    return settings;
}

std::vector<std::byte> bytes_of(const std::string& text) {
    const auto bytes = std::as_bytes(std::span(text));
    return {bytes.begin(), bytes.end()};
}

int print_profile(const HeapTypes& types, const Life& life) {
    const auto made = report::pprof(types, life);
    if (!made) return complain(made.error());
    if (std::fwrite(made->data(), 1, made->size(), stdout) != made->size() || std::fflush(stdout) != 0)
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    for (const std::string& note : types.notes) fmt::print(stderr, "rampwatch: note: {}\n", escape(note));
    return static_cast<int>(Exit::healthy);
}

int print(const HeapTypes& types, const Life& life, const Options& options) {
    if (options.format == "pprof") return print_profile(types, life);
    if (options.format == "json")
        fmt::print("{}\n", report::json_heap(types, life));
    else
        fmt::print("{}", broken_lines(report::heap_text(
                                          types, fmt::format("PID {} ({})", life.pid, escape(life.comm, 64))),
                                      columns_of(STDOUT_FILENO)));
    if (std::fflush(stdout) != 0)
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    return static_cast<int>(Exit::healthy);
}

// The baseline is read, and kept for the time that is waited, or written.
Result<worker::HeapAnswer> read_first(const Life& life, const Settings& settings, const Options& options) {
    auto first = worker::read_heap(life, settings.order);
    if (!first || options.baseline.empty()) return first;
    const std::string_view text(reinterpret_cast<const char*>(first->baseline.data()),
                                first->baseline.size());
    if (const auto written = write_whole(options.baseline, text, S_IRUSR | S_IWUSR); !written)
        return written.error();
    fmt::print(stderr, "rampwatch: baseline written to {}: run the same command later to see what grew\n",
               escape(options.baseline));
    return first;
}

int run_heap(const Options& options) {
    auto settings = read_options(options);
    if (!settings) return complain(settings.error());
    if (options.format == "pprof" && terminal_of(STDOUT_FILENO).is_terminal)
        return complain({Error::Kind::bad_input, "not for a terminal", "--format pprof",
                         "> FILE, then: go tool pprof -top FILE"});
    const auto handle = resolve(options.target);
    if (!handle) return complain(handle.error());
    const Life& life = handle->process->life();
    const auto allowed = probe::may_read_threads(*handle->process);
    if (!allowed) return complain(allowed.error());
    struct stat facts {};
    const bool compare = !options.baseline.empty() && ::stat(options.baseline.c_str(), &facts) == 0;
    if (compare) {
        const auto text = read_file(options.baseline, kMostBaseline);
        if (!text) return complain(text.error());
        settings->order.baseline = bytes_of(*text);
        const auto growth = worker::read_heap(life, settings->order);
        return growth ? print(growth->types, life, options) : complain(growth.error());
    }
    const auto first = read_first(life, *settings, options);
    if (!first) return complain(first.error());
    if (!settings->wait) return print(first->types, life, options);
    fmt::print(stderr, "rampwatch: first look taken; the second in {}\n", format_duration(*settings->wait));
    std::this_thread::sleep_for(*settings->wait);
    settings->order.baseline = first->baseline;
    const auto growth = worker::read_heap(life, settings->order);
    return growth ? print(growth->types, life, options) : complain(growth.error());
}

}  // namespace

Command heap_command(const Invocation& invocation) {
    Command command{.name = "heap", .about = "show what fills the memory, by type, and what of it grew"};
    auto options = std::make_shared<Options>();
    add_target_options(command, options->target);
    command.add("--for DURATION", &options->wait, "look twice, this long apart, and show what grew");
    command.add("--baseline FILE", &options->baseline,
                "show what grew since FILE was written; write FILE if it does not exist");
    command.add("--heap-sample SIZE", &options->sample, "how much of the heap is read, 1M to 1G");
    command.add("--timeout DURATION", &options->timeout, "give up on a look after this time");
    command.add("--format FORMAT", &options->format, "text, json (rampwatch.heap/1), or pprof")
        .one_of({"text", "json", "pprof"});
    command.footer =
        "Examples:\n"
        "  rampwatch heap 4711                     what is in there?\n"
        "  rampwatch heap --for 10m 4711           what grows?\n"
        "  rampwatch heap --baseline shop.base 4711    now, and again tomorrow";
    options->target.has_command = invocation.has_command;
    command.run = [options] { return run_heap(*options); };
    return command;
}

}  // namespace rampwatch::cli
