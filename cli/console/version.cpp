// SPDX-License-Identifier: MIT
#include "cli/console/version.h"

#include <fmt/format.h>

#include <string_view>

#include "core/base/subprocess.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

// The first line of `PROGRAM --version`, or what to do when there is none.
std::string helper_line(const std::string& program, std::string_view package) {
    SubprocessOptions options;
    options.deadline = std::chrono::seconds(2);
    options.most_output_bytes = 4096;
    const auto ran = run({program, "--version"}, options);
    if (ran) {
        const std::string_view line = split(ran->out, '\n').front();
        if (!line.empty()) return escape(line, 80);
    }
    if (!ran && ran.error().kind == Error::Kind::not_found)
        return fmt::format("not found (Debian has it in the package {})", package);
    return "found, but it does not run";
}

}  // namespace

std::string version_number() { return RAMPWATCH_VERSION; }

std::string version_text() {
    std::string text = fmt::format("rampwatch {}\n", RAMPWATCH_VERSION);
    text += fmt::format("libraries: {}\n", RAMPWATCH_LIBRARIES);
    if constexpr (std::string_view(RAMPWATCH_LEFT_OUT).size() > 0)
        text += fmt::format("left out: {}\n", RAMPWATCH_LEFT_OUT);
    text += fmt::format("eu-stack: {}\n", helper_line("eu-stack", "elfutils"));
    text += fmt::format("gdb: {}", helper_line("gdb", "gdb"));
    return text;
}

}  // namespace rampwatch::cli
