// SPDX-License-Identifier: MIT
#include "core/probe/program_mark.h"

#include <string>

#include "core/probe/living_thread.h"
#include "tests/catch.h"

using namespace rampwatch::probe;

namespace {

std::string stat(const std::string& comm, const std::string& start_code, const std::string& start_stack) {
    return "4711 (" + comm +
           ") S 1 4711 4711 0 -1 4194560 1 2 3 4 5 6 7 8 20 0 1 0 123456 1000 200 18446744073709551615 " +
           start_code + " 94000000000000 " + start_stack +
           " 0 0 0 0 0 0 0 0 0 17 1 0 0 0 0 0 0 0 0 0 0 0 0 0\n";
}

ProgramMark mark(const std::string& comm, const std::string& start_code, const std::string& start_stack) {
    const auto parsed = parse_program_mark(stat(comm, start_code, start_stack));
    REQUIRE(parsed);
    return *parsed;
}

}  // namespace

TEST_CASE("where code and stack begin tells a program from the next under the same number", "[probe]") {
    const ProgramMark shell = mark("sh", "94000000000000", "140000000000000");
    CHECK(shell.comm == "sh");
    CHECK(shell.start_code == 94000000000000);
    CHECK(shell.start_stack == 140000000000000);
    CHECK(is_other_program(shell, mark("java", "94111111111111", "140222222222222")));
    CHECK(is_other_program(shell, mark("sh", "94000000000000", "140222222222222")));  // itself, anew
    CHECK_FALSE(is_other_program(shell, mark("renamed", "94000000000000", "140000000000000")));
}

TEST_CASE("without the right to see places the name decides", "[probe]") {
    const ProgramMark shell = mark("sh", "1", "0");
    CHECK(shell.start_code == 0);
    CHECK(is_other_program(shell, mark("java", "1", "0")));
    CHECK_FALSE(is_other_program(shell, mark("sh", "1", "0")));
    CHECK_FALSE(is_other_program(shell, mark("java", "94000000000000", "140000000000000")));  // new rights
}

TEST_CASE("a look in the middle of an execve loses no program", "[probe]") {
    const ProgramMark shell = mark("sh", "94000000000000", "140000000000000");
    const ProgramMark sleep = mark("sleep", "94111111111111", "140222222222222");
    for (const char* comm : {"sh", "sleep"}) {  // the name changes before the places do
        ProgramMarks marks;
        CHECK_FALSE(marks.note(shell));
        CHECK_FALSE(marks.note(mark(comm, "0", "0")));
        CHECK(marks.note(sleep));
        CHECK_FALSE(marks.note(sleep));
    }
}

TEST_CASE("a right that goes and comes again is no other program", "[probe]") {
    const ProgramMark shell = mark("sh", "94000000000000", "140000000000000"), dark = mark("sh", "1", "0");
    ProgramMarks marks;
    CHECK_FALSE(marks.note(shell));
    for (int look = 0; look < 3; ++look) CHECK_FALSE(marks.note(dark));
    CHECK(marks.note(mark("java", "1", "0")));
    CHECK_FALSE(marks.note(shell));
    CHECK_FALSE(marks.note(shell));
}

TEST_CASE("a stat line that is cut off or hostile tells no program", "[probe]") {
    CHECK_FALSE(parse_program_mark(""));
    CHECK_FALSE(parse_program_mark("4711 (sh"));
    CHECK_FALSE(parse_program_mark("4711 (sh) S 1 2 3"));
    CHECK(mark("a) S 1 (b", "5", "6").comm == "a) S 1 (b");
    CHECK(mark("sh", "x", "99999999999999999999999999").start_stack == 0);
}

TEST_CASE("a living thread's status tells the memory of its process", "[probe]") {
    const auto memory = parse_thread_memory(
        "Name:\tleak\nState:\tS (sleeping)\nVmHWM:\t  9000 kB\nVmRSS:\t    8000 kB\nRssAnon:\t    6000 kB\n"
        "RssFile:\t    1500 kB\nRssShmem:\t     500 kB\nVmSwap:\t      12 kB\nThreads:\t2\n");
    REQUIRE(memory);
    CHECK(memory->rss_bytes == 8000 * 1024);
    CHECK(memory->anon_bytes == 6000 * 1024);
    CHECK(memory->shmem_bytes == 500 * 1024);
    CHECK(memory->swap_bytes == 12 * 1024);
    CHECK(memory->by_living_thread);
    CHECK_FALSE(parse_thread_memory("Name:\tleak\nState:\tZ (zombie)\nThreads:\t2\n"));
    CHECK_FALSE(parse_thread_memory("VmRSS:\t0 kB\n"));
    // A kernel before 4.5 has the sum alone.
    CHECK_FALSE(parse_thread_memory("VmRSS:\t12 kB\n")->anon_bytes);
}
