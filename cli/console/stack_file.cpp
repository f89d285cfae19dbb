// SPDX-License-Identifier: MIT
#include "cli/console/stack_file.h"

#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>

#include "core/base/input.h"
#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::cli {
namespace {

constexpr std::size_t kMostBytes = std::size_t{1} << 30;

bool exists(const std::string& path) {
    struct stat status {};
    return ::stat(path.c_str(), &status) == 0;
}

// What the user typed, short enough for a line.
std::string name_of(const StackFile& file) { return escape(base_name(file.path), 32); }

void say_dumps(const StackFile& file, const stacks::TextDump& read, Dump& dump) {
    if (read.dumps < 2) return;
    const std::string name = name_of(file);
    if (file.number != 0) {
        dump.warnings.push_back(fmt::format("{}: dump {} of {}", name, file.number, read.dumps));
        return;
    }
    dump.warnings.push_back(
        fmt::format("{}: {} dumps of the same threads, the last is shown", name, read.dumps));
    if (file.path != "-") {
        dump.warnings.push_back(fmt::format("the first is {}#1; rampwatch diff {} compares", name, name));
    }
}

}  // namespace

StackFile stack_file_of(const std::string& argument) {
    const auto mark = argument.rfind('#');
    if (mark == std::string::npos || mark == 0 || exists(argument)) return {argument, 0};
    const auto number = parse_count(std::string_view(argument).substr(mark + 1));
    if (!number || *number < 1) return {argument, 0};
    return {argument.substr(0, mark), *number};
}

Result<stacks::TextDump> parse_stacks(const std::string& text, const StackFile& file) {
    stacks::TextDump read = stacks::read_text(text, file.number);
    if (read.stacks.stacks() > 0) return read;
    if (read.dumps > 0) {
        return Error{Error::Kind::bad_input, fmt::format("has no dump number {}", file.number), file.path,
                     fmt::format("it has {}", read.dumps)};
    }
    if (text.starts_with("\x1f\x8b"))
        return Error{Error::Kind::bad_input, "no stacks in it: it is compressed", file.path,
                     "zcat it; a goroutine profile is read as text, with debug=2"};
    return Error{Error::Kind::bad_input, "no stacks in it", file.path,
                 "known are: gdb, eu-stack, Go tracebacks and goroutine profiles, jstack, jcmd, "
                 "faulthandler, py-spy, coredumpctl"};
}

Result<stacks::TextDump> read_stacks(const StackFile& file) {
    const auto text = read_input(file.path, kMostBytes + 1);
    if (!text) return text.error();
    if (text->size() > kMostBytes) return Error{Error::Kind::bad_input, "more than 1 GiB", file.path, {}};
    return parse_stacks(*text, file);
}

void describe(const StackFile& file, const stacks::TextDump& read, Dump& dump) {
    const std::string name = name_of(file);
    const auto say = [&](const std::string& what) { dump.warnings.push_back(name + ": " + what); };
    say_dumps(file, read, dump);
    if (read.sources > 1) say(fmt::format("{} processes, counted together", read.sources));
    std::string words;
    for (const stacks::TextFormat format : read.formats) {
        const std::string word = stacks::word(format);
        words += (words.empty() ? "" : ", ") + word;
        if (dump.backend.find(word) == std::string::npos)
            dump.backend += (dump.backend.empty() ? "" : ", ") + word;
    }
    if (read.formats.size() > 1) say(fmt::format("counted together: what {} printed", words));
    if (read.skipped.lines > 0)
        say(fmt::format("not understood: {} line{}", read.skipped.lines, read.skipped.lines == 1 ? "" : "s"));
    if (read.stacks.damaged() > 0) {
        const bool is_one = read.stacks.damaged() == 1;
        say(fmt::format("of {} stack{} frames may be missing: {} alone", format_count(read.stacks.damaged()),
                        is_one ? "" : "s", is_one ? "it stands" : "they stand"));
    }
    if (read.skipped.cut > 0) say(fmt::format("too long, and cut: {}", read.skipped.cut));
}

}  // namespace rampwatch::cli
