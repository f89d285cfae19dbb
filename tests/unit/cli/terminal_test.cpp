// SPDX-License-Identifier: MIT
#include "cli/console/terminal.h"

#include <unistd.h>

#include <map>
#include <string>

#include "core/base/fd.h"
#include "tests/catch.h"
#include "tests/support/pty.h"

using namespace rampwatch;
using namespace rampwatch::cli;

namespace {

Terminal with(int fd, const std::map<std::string, std::string>& environment) {
    return terminal_of(fd, [&](const char* name) {
        const auto found = environment.find(name);
        return found == environment.end() ? nullptr : found->second.c_str();
    });
}

}  // namespace

TEST_CASE("a pipe is no terminal, whatever TERM says", "[cli]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const Fd read(ends[0]), write(ends[1]);
    const Terminal terminal = with(write.get(), {{"TERM", "xterm"}, {"LANG", "C.UTF-8"}});
    CHECK_FALSE(terminal.is_terminal);
    CHECK_FALSE(terminal.can_redraw);
    CHECK_FALSE(terminal.colours);
    CHECK(terminal.utf8);
    CHECK(columns_of(write.get()) == 80);
}

TEST_CASE("colours need a terminal that can redraw, and no NO_COLOR", "[cli]") {
    const test::Pty pty(100);
    const int fd = pty.fd();
    CHECK(with(fd, {{"TERM", "xterm"}}).colours);
    CHECK(with(fd, {{"TERM", "xterm"}, {"NO_COLOR", ""}}).colours);
    CHECK_FALSE(with(fd, {{"TERM", "xterm"}, {"NO_COLOR", "1"}}).colours);
    CHECK_FALSE(with(fd, {{"TERM", "dumb"}}).colours);
    CHECK_FALSE(with(fd, {{"TERM", "dumb"}}).can_redraw);
    CHECK_FALSE(with(fd, {}).can_redraw);
    CHECK(columns_of(fd) == 100);
}

TEST_CASE("the first locale variable that is set decides about UTF-8", "[cli]") {
    const test::Pty pty(80);
    const auto utf8 = [&](const std::map<std::string, std::string>& environment) {
        return with(pty.fd(), environment).utf8;
    };
    CHECK(utf8({{"LANG", "de_DE.utf8"}}));
    CHECK(utf8({{"LC_ALL", "C.UTF-8"}, {"LANG", "C"}}));
    CHECK(utf8({{"LC_ALL", ""}, {"LC_CTYPE", "en_GB.UTF-8@euro"}}));
    CHECK_FALSE(utf8({{"LC_ALL", "C"}, {"LANG", "C.UTF-8"}}));
    CHECK_FALSE(utf8({{"LANG", "en_GB.ISO-8859-1"}}));
    CHECK_FALSE(utf8({}));
}

TEST_CASE("what does not fit ends in dots", "[cli]") {
    CHECK(fit("twelve chars", 12) == "twelve chars");
    CHECK(fit("twelve chars", 11) == "twelve c...");
    CHECK(fit("\u2581\u2582\u2583\u2584\u2585", 5) == "\u2581\u2582\u2583\u2584\u2585");
    CHECK(fit("\u2581\u2582\u2583\u2584\u2585", 4) == "\u2581...");
    CHECK(fit("abc", 2) == "ab");
    CHECK(fit("", 0).empty());
}

TEST_CASE("a long line is broken at spaces, under its text", "[cli]") {
    CHECK(broken_at_spaces("short", 20) == "short");
    CHECK(broken_at_spaces("", 20).empty());
    CHECK(broken_at_spaces("one two three four five", 13) == "one two three\n    four five");
    CHECK(broken_at_spaces("  limit         1 GiB in 8 days; a restart helps", 32) ==
          "  limit         1 GiB in 8 days;\n                a restart helps");
    // The label takes more than half: no room to hang anything under the text.
    CHECK(broken_at_spaces("  limit         1 GiB in 8 days", 24) == "  limit         1 GiB in\n    8 days");
    // A path is whole, so that it can be copied.
    CHECK(broken_at_spaces("      grows by 6 an hour", 19) == "      grows by 6 an\n        hour");
    CHECK(broken_at_spaces("see /a/very/long/path/of/a/file now", 12) ==
          "see /a/very/long/path/of/a/file\n    now");
    CHECK(broken_at_spaces("\u2581\u2581\u2581 \u2581\u2581\u2581", 7) ==
          "\u2581\u2581\u2581 \u2581\u2581\u2581");
}

TEST_CASE("a command is never broken, its remark goes below", "[cli]") {
    CHECK(broken_lines("next      rampwatch look 71   # a snapshot\n", 30) ==
          "next      rampwatch look 71\n          # a snapshot\n");
    CHECK(broken_lines("          rampwatch dump 71   # all stacks\n", 30) ==
          "          rampwatch dump 71\n          # all stacks\n");
    CHECK(broken_lines("next      rampwatch look 71   # a snapshot\n", 80) ==
          "next      rampwatch look 71   # a snapshot\n");
}
