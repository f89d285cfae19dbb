// SPDX-License-Identifier: MIT
#include "cli/console/dump_output.h"

#include <fmt/format.h>
#include <unistd.h>

#include <cstdio>

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "cli/console/terminal.h"
#include "core/base/whole_file.h"
#include "core/report/folded.h"
#include "core/report/json_dump.h"
#include "core/report/pprof.h"
#include "core/report/text_dump.h"

namespace rampwatch::cli {
namespace {

report::DumpTextStyle style_of_stdout(bool to_file) {
    const Terminal terminal = to_file ? Terminal{} : terminal_of(STDOUT_FILENO);
    report::DumpTextStyle style;
    style.width = to_file ? 80 : columns_of(STDOUT_FILENO);
    style.colours = terminal.colours;
    return style;
}

Result<std::string> rendered(const Dump& dump, const DumpOutput& output) {
    if (output.format == "pprof") return report::pprof(dump);
    if (output.format == "json") return report::json_dump(dump) + "\n";
    if (output.format == "folded") return report::folded(dump);
    const report::DumpTextStyle style = style_of_stdout(!output.file.empty());
    return broken_lines(report::text_dump(dump, style), style.width);
}

}  // namespace

void add_dump_output(Command& command, DumpOutput& output) {
    command
        .add("--format TEXT", &output.format, "text, json (one object), folded (for flame graphs), or pprof")
        .one_of({"text", "json", "folded", "pprof"});
    command.add("-o,--output FILE", &output.file, "write to FILE, whole or not at all");
}

bool refused(const DumpOutput& output) {
    if (output.format != "pprof" || !output.file.empty() || !terminal_of(STDOUT_FILENO).is_terminal)
        return false;
    complain({Error::Kind::bad_input, "not for a terminal", "--format pprof",
              "with -o FILE, then: go tool pprof -top FILE"});
    return true;
}

int print(const Dump& dump, const DumpOutput& output) {
    const auto made = rendered(dump, output);
    if (!made) return complain(made.error());
    if (!output.file.empty()) {
        if (auto written = write_whole(output.file, *made, 0666); !written) return complain(written.error());
    } else if (std::fwrite(made->data(), 1, made->size(), stdout) != made->size() ||
               std::fflush(stdout) != 0) {
        return complain({Error::Kind::io, "cannot be written", "standard output", {}});
    }
    // Text has them in it; beside the other formats a person still wants to know.
    const bool is_hidden = output.format == "folded" || output.format == "pprof";
    if (is_hidden || (output.format == "json" && !output.file.empty()))
        for (const std::string& warning : dump.warnings) fmt::print(stderr, "rampwatch: note: {}\n", warning);
    return static_cast<int>(Exit::healthy);
}

}  // namespace rampwatch::cli
