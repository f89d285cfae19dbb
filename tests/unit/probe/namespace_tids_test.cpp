// SPDX-License-Identifier: MIT
#include "core/probe/namespace_tids.h"

#include <unistd.h>

#include "core/probe/arch.h"
#include "tests/catch.h"

using namespace rampwatch::probe;

TEST_CASE("a thread's own TID is the last one of NSpid", "[probe]") {
    CHECK(parse_own_tid("Name:\tx\nNStgid:\t1\nNSpid:\t4711\t25\t7\nNSpgid:\t1\n") == 7);
    CHECK(parse_own_tid("Name:\tx\nNSpid:\t4711\nNSpgid:\t1\n") == 4711);
    CHECK_FALSE(parse_own_tid("Name:\tNSpid:\nPid:\t5\n"));
    CHECK_FALSE(parse_own_tid("\nNSpid:\t47"));
    CHECK_FALSE(parse_own_tid("\nNSpid:\t99999999999\n"));
}

TEST_CASE("in our own namespace TIDs are equal, in another they are translated both ways", "[probe]") {
    const auto own = NamespaceTids::read(::getpid());
    REQUIRE(own);
    CHECK(own->ours(4711) == 4711);

    const NamespaceTids other({{4711, 1}, {4720, 12}, {4712, 8}});
    CHECK(other.ours(12) == 4720);
    CHECK(other.theirs(4712) == 8);
    CHECK_FALSE(other.ours(4711));
    CHECK_FALSE(other.theirs(1));
}

TEST_CASE("our own executable is of a machine that is read", "[probe]") {
    const auto arch = read_arch(::getpid());
    REQUIRE(arch);
    CHECK(*arch != Arch::other);
}
