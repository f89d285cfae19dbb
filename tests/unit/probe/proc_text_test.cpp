// SPDX-License-Identifier: MIT
#include "core/probe/proc_text.h"

#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch::probe;
using rampwatch::test::capture;

TEST_CASE("a process's stat line gives who it is and when it began", "[probe]") {
    const auto stat = parse_stat(capture("proc/sleep.stat"));

    REQUIRE(stat);
    CHECK(stat->pid == 26614);
    CHECK(stat->comm == "sleep");
    CHECK(stat->state == 'S');
    CHECK(stat->ppid == 26433);
    CHECK(stat->threads == 1);
    CHECK(stat->start_ticks == 159493);
    CHECK_FALSE(is_kernel_thread(*stat));
}

TEST_CASE("a name with a parenthesis, a newline and invalid UTF-8 does not shift the fields behind it",
          "[probe]") {
    const auto stat = parse_stat(capture("proc/odd_name.stat"));

    REQUIRE(stat);
    CHECK(stat->comm == "a) R 1\n\x1b[31m\xff");
    CHECK(stat->state == 'R');
    CHECK(stat->start_ticks == 159506);
}

TEST_CASE("a kernel thread is told by its flag", "[probe]") {
    const auto stat = parse_stat(capture("proc/kthreadd.stat"));

    REQUIRE(stat);
    CHECK(is_kernel_thread(*stat));
}

TEST_CASE("a stat line that is cut short anywhere is refused", "[probe]") {
    const std::string whole =
        "26614 (sleep) S 26433 26433 4248 0 -1 4194304 142 0 0 0 0 0 0 0 20 0 1 0 159493";
    REQUIRE(parse_stat(whole));
    for (std::size_t size = 0; size + 6 < whole.size(); ++size)
        CHECK_FALSE(parse_stat(whole.substr(0, size)));
}

TEST_CASE("fields of status and meminfo are found by their whole name", "[probe]") {
    CHECK(field_of(capture("proc/sleep.status"), "Tgid") == 26614);
    CHECK(field_of(capture("proc/sleep.status"), "gid") == std::nullopt);
    CHECK(field_of(capture("proc/meminfo"), "MemTotal") == 24683620);
    CHECK(field_of(capture("proc/meminfo"), "MemNothing") == std::nullopt);
}

TEST_CASE("a field's text ends with its line, and a name inside another line is no field", "[probe]") {
    const std::string status = "Name:\tState: T\nState:\tS (sleeping)\nSigPnd:\t0000000000040000";
    CHECK(text_field(status, "State") == "S (sleeping)");
    CHECK(text_field(status, "SigPnd") == "0000000000040000");
    CHECK(text_field(status, "Sig").empty());
}

TEST_CASE("the effective user is the second of four", "[probe]") {
    CHECK(effective_uid("Name:\tx\nUid:\t1000\t33\t1000\t33\n") == 33U);
    CHECK(effective_uid("Name:\tUid: 1\n") == std::nullopt);
}

TEST_CASE("an unlimited address space is no limit", "[probe]") {
    CHECK(address_space_limit(capture("proc/sleep.limits")) == std::nullopt);
    CHECK(address_space_limit(
              "Max address space         1073741824           unlimited            bytes     \n") ==
          1073741824);
}

TEST_CASE("a user without a line in passwd is a number, not a guess", "[probe]") {
    const std::string passwd = "root:x:0:0:root:/root:/bin/bash\nshop:x:998:998::/:/bin/false\nbroken\n::\n";

    CHECK(user_name(passwd, 998) == "shop");
    CHECK(user_name(passwd, 0) == "root");
    CHECK(user_name(passwd, 999) == "uid 999");
}
