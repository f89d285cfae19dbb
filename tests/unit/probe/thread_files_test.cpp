// SPDX-License-Identifier: MIT
#include "core/probe/thread_files.h"

#include <sys/syscall.h>

#include <fmt/format.h>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

TEST_CASE("a blocked thread's system call, sp and pc are read", "[probe]") {
    const auto entry =
        parse_kernel_entry("202 0x7f3a38001a90 0x189 0x0 0x0 0x0 0xffffffff 0x7f3a3f7fdd60 0x7f3a40088d56\n");
    REQUIRE(entry);
    CHECK_FALSE(entry->running);
    CHECK(entry->syscall_number == 202);
    CHECK(entry->sp == 0x7f3a3f7fdd60);
    CHECK(entry->pc == 0x7f3a40088d56);
}

TEST_CASE("a running thread has no sp and pc, and one that faults has no system call", "[probe]") {
    CHECK(parse_kernel_entry("running\n")->running);
    const auto entry = parse_kernel_entry("-1 0x7ffd4a0f1c40 0x55e0c0a01180\n");
    REQUIRE(entry);
    CHECK(entry->syscall_number == -1);
    CHECK(entry->pc == 0x55e0c0a01180);
}

TEST_CASE("a line of another shape is no kernel entry", "[probe]") {
    const auto line = GENERATE("", "\n", "runnin", "0 0x1", "0 1 2", "x 0x1 0x2", "0 0x1 0xg",
                               "0 0x1 0x2 0x3", "0 0x1 0x11112222333344445");
    CHECK_FALSE(parse_kernel_entry(line));
}

TEST_CASE("the run count is the third number of schedstat", "[probe]") {
    CHECK(parse_run_count("8101933 26400316 4\n") == RunCount{8101933, 26400316, 4});
    CHECK_FALSE(parse_run_count("1 2\n"));
    CHECK_FALSE(parse_run_count("1 2 -3\n"));
    CHECK(parse_switches("Name:\tx\nvoluntary_ctxt_switches:\t367\nnonvoluntary_ctxt_switches:\t54\n") ==
          RunCount{0, 0, 421});
}

TEST_CASE("a thread's name may hold brackets and blanks", "[probe]") {
    const auto stat = parse_thread_stat(
        "4711 (a) R (b) S 1 4711 4711 0 -1 4194304 102 0 0 0 0 0 0 0 20 0 1 0 136228 2998272 428\n");
    REQUIRE(stat);
    CHECK(stat->name == "a) R (b");
    CHECK(stat->state == 'S');
    CHECK(stat->start_ticks == 136228);
    CHECK_FALSE(parse_thread_stat("4711 (short) S 1 2"));
    CHECK_FALSE(parse_thread_stat(")("));
}

TEST_CASE("what a thread waits for is one word", "[probe]") {
    const auto in = [](std::int64_t call) { return KernelEntry{false, call, 0x1000, 0x2000}; };
    CHECK(wait_word(in(SYS_futex), 'S', "") == "futex");
    CHECK(wait_word(in(SYS_epoll_wait), 'S', "0") == "epoll");
    CHECK(wait_word(in(SYS_read), 'S', "pipe_read") == "pipe");
    CHECK(wait_word(in(SYS_read), 'S', "0") == "read");
    CHECK(wait_word(in(SYS_read), 'D', "folio_wait_bit_common") == "disk");
    CHECK(wait_word(in(SYS_read), 'D', "0") == "disk");
    CHECK(wait_word(in(SYS_vfork), 'D', "0") == "vfork");
    CHECK(wait_word(in(-1), 'S', "0") == "blocked");
    CHECK(wait_word(in(9999), 'S', "") == "syscall 9999");
    CHECK(wait_word(in(SYS_futex), 'T', "") == "stopped");
    CHECK(wait_word(in(SYS_futex), 't', "") == "traced");
    CHECK(wait_word(KernelEntry{true, -1, 0, 0}, 'R', "") == "running");
}

TEST_CASE("wchan is read only where the system call says little", "[probe]") {
    CHECK_FALSE(wants_wchan(KernelEntry{false, SYS_futex, 1, 1}, 'S'));
    CHECK(wants_wchan(KernelEntry{false, SYS_read, 1, 1}, 'S'));
    CHECK(wants_wchan(KernelEntry{false, SYS_futex, 1, 1}, 'D'));
    CHECK_FALSE(wants_wchan(KernelEntry{true, -1, 0, 0}, 'R'));
}
