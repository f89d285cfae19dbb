// SPDX-License-Identifier: MIT
// `rampwatch diff`: two dumps compared by group, or two heaps by type.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cstdio>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "cli/console/stack_file.h"
#include "cli/console/terminal.h"
#include "core/base/file.h"
#include "core/base/input.h"
#include "core/base/text.h"
#include "core/model/target.h"
#include "core/report/heap_text.h"
#include "core/report/json_diff.h"
#include "core/report/json_heap.h"
#include "core/report/text_diff.h"
#include "core/stacks/difference.h"
#include "core/stacks/heap_difference.h"
#include "core/store/saved_dump.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{256} << 20;

struct Options {
    std::string before{}, now{};
    std::string format = "text";
};

// A dump in JSON is known by its schema; else it is a text of stacks.
bool is_saved(const std::string& text) {
    return std::string_view(text).substr(0, 4096).find("rampwatch.dump/") != std::string_view::npos;
}

Dump dump_of(const StackFile& file, stacks::TextDump& read) {
    Dump dump;
    dump.life.executable = file.path;
    describe(file, read, dump);
    dump.threads = read.stacks.stacks();
    dump.groups = read.stacks.finish();
    return dump;
}

Result<std::string> text_of(const std::string& path) {
    auto text = read_input(path, kMostBytes + 1);
    if (text && text->size() > kMostBytes)
        return Error{Error::Kind::bad_input, "more than 256 MiB", path, {}};
    return text;
}

Result<Dump> read(const StackFile& file) {
    const auto text = text_of(file.path);
    if (!text) return text.error();
    if (!is_saved(*text)) {
        auto stacks = parse_stacks(*text, file);
        if (!stacks) return stacks.error();
        return dump_of(file, *stacks);
    }
    return placed(store::read_dump(*text), file.path);
}

// The first and the last dump of one file.
Result<std::pair<Dump, Dump>> read_both(const std::string& path) {
    StackFile file{path, 0};
    const auto text = text_of(path);
    if (!text) return text.error();
    auto last = parse_stacks(*text, file);
    if (!last) return last.error();
    if (last->dumps < 2) {
        return Error{Error::Kind::bad_input, "has only one dump", path,
                     "name two files, or one with several dumps of the same threads"};
    }
    file.number = 1;
    auto first = parse_stacks(*text, file);
    if (!first) return first.error();
    return std::pair(dump_of(file, *first), dump_of({path, last->dumps}, *last));
}

Result<std::pair<Dump, Dump>> read_options(const Options& options) {
    if (options.now.empty()) return read_both(options.before);
    auto before = read(stack_file_of(options.before));
    if (!before) return before.error();
    auto now = read(stack_file_of(options.now));
    if (!now) return now.error();
    return std::pair(std::move(*before), std::move(*now));
}

// What `heap --format json` wrote; empty: it is something else. A pipe can be read once only, as a dump.
std::optional<Result<HeapTypes>> read_heap(const std::string& path) {
    struct stat facts {};
    if (::stat(path.c_str(), &facts) != 0 || !S_ISREG(facts.st_mode)) return std::nullopt;
    const auto text = read_file(path, kMostBytes);
    if (!text || std::string_view(*text).substr(0, 4096).find("rampwatch.heap/") == std::string_view::npos)
        return std::nullopt;
    return placed(store::read_heap(*text), path);
}

int flushed() {
    if (std::fflush(stdout) != 0)
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    return static_cast<int>(Exit::healthy);
}

int diff_heaps(const Result<HeapTypes>& before, const Options& options) {
    if (!before) return complain(before.error());
    const auto now = read_heap(options.now);
    if (!now)
        return complain({Error::Kind::bad_input, "no heap to compare with", options.now,
                         "two files that heap --format json wrote"});
    if (!*now) return complain(now->error());
    const HeapTypes change = stacks::heap_difference(*before, **now);
    fmt::print("{}", options.format == "json" ? report::json_heap(change, Life{}) + "\n"
                                              : report::heap_text(change, escape(options.now, 200)));
    return flushed();
}

int diff(const Options& options) {
    if (const auto heap = read_heap(options.before)) return diff_heaps(*heap, options);
    const auto dumps = read_options(options);
    if (!dumps) return complain(dumps.error());
    const auto& [before, now] = *dumps;
    const Dump difference = stacks::difference(before, now);
    if (options.format == "json") {
        fmt::print("{}\n", report::json_diff(before, now, difference));
    } else {
        const Terminal terminal = terminal_of(STDOUT_FILENO);
        const report::DumpTextStyle style{.width = columns_of(STDOUT_FILENO), .colours = terminal.colours};
        fmt::print("{}", broken_lines(report::text_diff(before, now, difference, style), style.width));
    }
    return flushed();
}

}  // namespace

Command diff_command() {
    Command command{.name = "diff", .about = "compare two dumps, group by group"};
    command.footer =
        "Examples:\n"
        "  rampwatch dump --format json -o a.json 4711; sleep 600\n"
        "  rampwatch dump --format json -o b.json 4711\n"
        "  rampwatch diff a.json b.json              which stacks are there more of?\n"
        "  rampwatch diff catalina.out               its first thread dump and its last\n"
        "  rampwatch diff catalina.out#2 catalina.out#3  its second and its third";
    auto options = std::make_shared<Options>();
    command
        .add("OLD TEXT", &options->before,
             "a dump in JSON (rampwatch.dump/1), or a text of stacks as group reads it; FILE#2: its second "
             "dump; or a heap in JSON (rampwatch.heap/1)")
        .required();
    command.add("NEW TEXT", &options->now,
                "a later one; if absent, the last dump in OLD is compared with its first");
    command.add("--format FORMAT", &options->format, "text, or json (rampwatch.diff/1)")
        .one_of({"text", "json"});
    command.run = [options] { return diff(*options); };
    return command;
}

}  // namespace rampwatch::cli
