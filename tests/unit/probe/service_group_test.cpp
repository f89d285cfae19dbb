// SPDX-License-Identifier: MIT
// A service's control group: who is in it, and what it is charged with. The v2 files are a fixture: a machine
// with v1's memory controller has none.
#include "core/probe/service_group.h"

#include <unistd.h>

#include <algorithm>

#include "core/probe/tree.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace rampwatch::probe;

TEST_CASE("a v2 group's memory is its anonymous pages and its swap, each shared page once", "[probe]") {
    test::TempTree tree;
    tree.file("a.service/memory.stat",
              "anon 1048576\nfile 9000000\nkernel 4096\nshmem 8192\nfile_mapped 65536\n")
        .file("a.service/memory.swap.current", "4096\n");
    const auto memory = cgroup_memory({true, tree.path(), "/a.service"});
    REQUIRE(memory);
    CHECK(memory->anon_bytes == 1048576);
    CHECK(memory->mapped_bytes == 65536);
    CHECK(memory->shmem_bytes == 8192);
    CHECK(memory->swap_bytes == 4096);
}

TEST_CASE("a v1 group's memory is that of its whole hierarchy", "[probe]") {
    test::TempTree tree;
    tree.file("memory.stat",
              "cache 1\nrss 2\nmapped_file 3\ntotal_cache 9\ntotal_rss 2097152\ntotal_shmem 16384\n"
              "total_mapped_file 32768\ntotal_swap 12288\n");
    const auto memory = cgroup_memory({false, tree.path(), ""});
    REQUIRE(memory);
    CHECK(memory->anon_bytes == 2097152);
    CHECK(memory->mapped_bytes == 32768);
    CHECK(memory->shmem_bytes == 16384);
    CHECK(memory->swap_bytes == 12288);
}

TEST_CASE("a memory.stat without what is asked for is no memory at all", "[probe]") {
    test::TempTree tree;
    tree.file("memory.stat", "anonymous 7\nanon\nfile_mapped x\n");
    CHECK_FALSE(cgroup_memory({true, tree.path(), ""}));
    CHECK_FALSE(cgroup_memory({true, tree.path(), "/nobody"}));
}

TEST_CASE("the processes of a service are those of its group and of the groups below it", "[probe]") {
    for (const std::string hierarchy : {"", "unified/", "systemd/"}) {
        test::TempTree tree;
        tree.file(hierarchy + "system.slice/a.service/cgroup.procs", "20\n7\n")
            .file(hierarchy + "system.slice/a.service/workers/cgroup.procs", "9\nrubbish\n-3\n99999999999\n")
            .file(hierarchy + "system.slice/b.service/cgroup.procs", "1000\n");
        const Roots roots{.cgroup = tree.path()};
        CHECK(cgroup_processes("/system.slice/a.service", roots) == std::vector<std::int32_t>{7, 9, 20});
        CHECK(cgroup_processes("/system.slice/a.service", roots, 2).size() == 2);
        CHECK(cgroup_processes("/system.slice/c.service", roots).empty());
        CHECK(cgroup_processes("/../b.service", roots).empty());
        CHECK(cgroup_processes("/", roots).empty());
    }
}

TEST_CASE("a tree is a process, its children and theirs", "[probe]") {
    test::TempTree tree;
    tree.file("10/stat", "10 (a) S\n")
        .file("10/task/10/children", "11 12 \n")
        .file("10/task/13/children", "14 ")
        .file("11/task/11/children", "")
        .file("12/task/12/children", "15 10 ")
        .file("14/task/14/children", "x -1 99999999999");
    const Roots roots{.proc = tree.path()};
    auto found = process_tree(10, roots);
    std::sort(found.begin(), found.end());
    CHECK(found == std::vector<std::int32_t>{10, 11, 12, 14, 15});
    CHECK(process_tree(10, roots, 3).size() == 3);
    CHECK(process_tree(99, roots).empty());
    CHECK(process_tree(::getpid()).front() == ::getpid());
}
