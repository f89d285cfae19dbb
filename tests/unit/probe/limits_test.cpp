// SPDX-License-Identifier: MIT
// cgroup v2's memory files are made up here after the kernel's documentation (cgroup-v2.rst): the machines
// that run these tests may have none.
#include "core/probe/limits.h"

#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace rampwatch::probe;
using rampwatch::test::capture;
using rampwatch::test::TempTree;

namespace {

constexpr std::int64_t kMib = 1 << 20;

void add_level(TempTree& tree, const std::string& path, const std::string& max, const std::string& high,
               std::int64_t current, std::int64_t inactive_file, std::int64_t active_file) {
    tree.file(path + "/memory.max", max + "\n").file(path + "/memory.high", high + "\n");
    tree.file(path + "/memory.current", std::to_string(current) + "\n");
    tree.file(path + "/memory.stat", "anon 1\nfile 99\ninactive_file " + std::to_string(inactive_file) +
                                         "\nactive_file " + std::to_string(active_file) + "\nslab 7\n");
}

// A process in /system.slice/shop.service of a v2 host without limits of its own.
struct Host {
    TempTree tree{};

    Host() {
        tree.file("cgroup/cgroup.controllers", "cpuset cpu io memory pids\n");
        tree.file("proc/7/cgroup", "0::/system.slice/shop.service\n");
        tree.file("proc/7/limits", capture("proc/sleep.limits"));
        tree.file("proc/7/statm", "25600 421 400 5 0 60 0\n");
        add_level(tree, "cgroup/system.slice", "max", "max", 900 * kMib, 0, 0);
        add_level(tree, "cgroup/system.slice/shop.service", "max", "max", 500 * kMib, 0, 0);
    }
    std::optional<Limit> nearest() {
        return nearest_limit(tree.open("proc/7").get(), {tree.path("proc"), tree.path("cgroup")});
    }
};

}  // namespace

TEST_CASE("without any limit and without meminfo there is none", "[probe]") {
    CHECK_FALSE(Host().nearest().has_value());
}

TEST_CASE("physical memory is the last line, and what is available is not used", "[probe]") {
    Host host;
    host.tree.file("proc/meminfo", "MemTotal:  1000000 kB\nMemFree:  1 kB\nMemAvailable:  400000 kB\n");

    CHECK(host.nearest() == Limit{LimitKind::physical, 1000000 * 1024LL, 600000 * 1024LL});
}

TEST_CASE("a cgroup's use is its own, less the page cache that can be dropped", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "1073741824", "max", 800 * kMib, 100 * kMib,
              50 * kMib);

    CHECK(host.nearest() == Limit{LimitKind::cgroup_max, 1024 * kMib, 650 * kMib});
}

TEST_CASE("a parent's limit counts with the parent's use", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "1073741824", "max", 100 * kMib, 0, 0);
    add_level(host.tree, "cgroup/system.slice", "2147483648", "max", 2000 * kMib, 0, 0);

    CHECK(host.nearest() == Limit{LimitKind::cgroup_max, 2048 * kMib, 2000 * kMib});
}

TEST_CASE("memory.high below memory.max is nearer", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "1073741824", "805306368", 100 * kMib, 0, 0);

    CHECK(host.nearest() == Limit{LimitKind::cgroup_high, 768 * kMib, 100 * kMib});
}

TEST_CASE("a use above the limit is told as it is", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "max", "104857600", 120 * kMib, 0, 0);

    CHECK(host.nearest() == Limit{LimitKind::cgroup_high, 100 * kMib, 120 * kMib});
}

TEST_CASE("RLIMIT_AS is counted in address space", "[probe]") {
    Host host;
    host.tree.file("proc/7/limits",
                   "Max address space         209715200            unlimited            bytes     \n");

    CHECK(host.nearest() == Limit{LimitKind::rlimit_as, 200 * kMib, 100 * kMib});
}

TEST_CASE("the line with the least room left is the nearest, not the smallest", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "1073741824", "max", 100 * kMib, 0, 0);
    host.tree.file("proc/meminfo", "MemTotal: 8388608 kB\nMemAvailable: 512000 kB\n");

    CHECK(host.nearest() == Limit{LimitKind::physical, 8192 * kMib, 8192 * kMib - 500 * kMib});
}

TEST_CASE("v1's memory hierarchy counts where it is mounted, its huge number meaning none", "[probe]") {
    Host host;
    host.tree.file("proc/7/cgroup", capture("proc/sleep.cgroup"));
    const std::string v1 = "cgroup/memory", shop = v1 + "/system.slice/shop.service";
    for (const std::string& level : {v1, v1 + "/system.slice"}) {
        host.tree.file(level + "/memory.limit_in_bytes", "9223372036854771712\n");
        host.tree.file(level + "/memory.usage_in_bytes", "2098274304\n");
    }
    CHECK_FALSE(host.nearest().has_value());

    host.tree.file(shop + "/memory.limit_in_bytes", "104857600\n")
        .file(shop + "/memory.usage_in_bytes", "94371840\n");
    host.tree.file(shop + "/memory.stat",
                   "inactive_file 1\nactive_file 1\ntotal_inactive_file 1048576\n"
                   "total_active_file 1048576\n");
    CHECK(host.nearest() == Limit{LimitKind::cgroup_max, 100 * kMib, 88 * kMib});
}

TEST_CASE("a cgroup path of another namespace stands for the root of the mount", "[probe]") {
    Host host;
    host.tree.file("proc/7/cgroup", "0::/../../elsewhere\n");
    add_level(host.tree, "cgroup", "1073741824", "max", 1000 * kMib, 0, 0);

    CHECK(host.nearest() == Limit{LimitKind::cgroup_max, 1024 * kMib, 1000 * kMib});
}

TEST_CASE("nonsense in the files is no limit", "[probe]") {
    Host host;
    add_level(host.tree, "cgroup/system.slice/shop.service", "-5", "99999999999999999999999", 1, 0, 0);
    host.tree.file("proc/meminfo", "MemTotal: many kB\n");

    CHECK_FALSE(host.nearest().has_value());
}

TEST_CASE("OOM kills are read from either version", "[probe]") {
    TempTree tree;
    tree.file("v2/memory.events", "low 0\nhigh 3\nmax 10\noom 2\noom_kill 2\noom_group_kill 0\n");
    tree.file("v1/memory.oom_control", "oom_kill_disable 0\nunder_oom 0\noom_kill 5\n");

    CHECK(oom_kills({true, tree.path("v2"), ""}) == 2);
    CHECK(oom_kills({false, tree.path("v1"), ""}) == 5);
    CHECK(oom_kills({true, tree.path("v1"), ""}) == std::nullopt);
}

TEST_CASE("descriptors have the soft RLIMIT_NOFILE, and threads the pids.max with the least room",
          "[probe]") {
    Host host;
    const auto bounds = [&] {
        return count_bounds(host.tree.open("proc/7").get(),
                            {host.tree.path("proc"), host.tree.path("cgroup")});
    };
    CHECK(bounds() == CountBounds{.fds = 20000});
    host.tree.file("cgroup/system.slice/pids.max", "800\n").file("cgroup/system.slice/pids.current", "790\n");
    host.tree.file("cgroup/system.slice/shop.service/pids.max", "512\n");
    host.tree.file("cgroup/system.slice/shop.service/pids.current", "100\n");
    CHECK(bounds() == CountBounds{.fds = 20000, .pids = 800, .pids_used = 790});
    host.tree.file("cgroup/system.slice/pids.max", "max\n");
    CHECK(bounds() == CountBounds{.fds = 20000, .pids = 512, .pids_used = 100});
    host.tree.file("proc/7/limits",
                   "Max open files            unlimited            unlimited            files\n");
    CHECK_FALSE(bounds().fds);
}

TEST_CASE("cgroup v1 has pids in a hierarchy of their own", "[probe]") {
    Host host;
    host.tree.file("proc/7/cgroup", "8:pids:/shop\n4:memory:/\n0::/\n");
    host.tree.file("cgroup/pids/cgroup.procs", "").file("cgroup/pids/shop/pids.max", "64\n");
    host.tree.file("cgroup/pids/shop/pids.current", "9\n");
    const auto bounds =
        count_bounds(host.tree.open("proc/7").get(), {host.tree.path("proc"), host.tree.path("cgroup")});
    CHECK(bounds.pids == 64);
    CHECK(bounds.pids_used == 9);
}
