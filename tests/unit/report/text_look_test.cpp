// SPDX-License-Identifier: MIT
#include "core/report/text_look.h"

#include <cstdlib>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::report;
using namespace std::chrono_literals;
using Catch::Matchers::Contains;

namespace {

constexpr std::int64_t kMib = 1 << 20;

Look shop() {
    Look look;
    look.life = {.pid = 4711, .executable = "/usr/bin/shop", .comm = "shop"};
    look.user = "www";
    look.state = 'S';
    look.sample.rss_bytes = 1044 * kMib;
    look.sample.anon_bytes = 1000 * kMib;
    look.sample.file_bytes = 40 * kMib;
    look.sample.shmem_bytes = 4 * kMib;
    look.sample.swap_bytes = 0;
    look.sample.threads = 2012;
    look.sample.fds = 40;
    look.sample.age = 240h;
    return look;
}

}  // namespace

TEST_CASE("a look names the process, and says that it is no verdict", "[report]") {
    const std::string text = text_look(shop());

    CHECK_THAT(text, Contains("PID 4711: shop (/usr/bin/shop), user www\nup        10 days, since "));
    CHECK_THAT(text, Contains("this was a snapshot"));
    CHECK_THAT(text, Contains("rampwatch watch --patience 10m 4711 "));
}

TEST_CASE("a look at a master names its service, and what its children hold", "[report]") {
    Look look = shop();
    look.cgroup = "/system.slice/shop.service";
    look.children = 2;
    look.children_bytes = 388 * kMib;
    CHECK_THAT(text_look(look), Contains("cgroup    /system.slice/shop.service\n"));
    CHECK_THAT(text_look(look),
               Contains("children  2, with 388 MiB resident: rampwatch watch --tree 4711\n"));
    look.life.unit = "shop.service";
    CHECK_THAT(text_look(look), Contains("unit      shop.service\n"));
    CHECK_THAT(text_look(look), Contains("rampwatch watch --unit shop.service\n"));
    CHECK_THAT(text_look(shop()), !Contains("children"));
}

TEST_CASE("a look names what tells of the heap of its language", "[report]") {
    Look look = shop();
    CHECK_THAT(text_look(look), Contains("rampwatch heap --for 10m 4711 "));
    look.life.executable = "/usr/lib/jvm/bin/java";
    CHECK_THAT(text_look(look), Contains("sudo -u www jcmd 4711 GC.class_histogram -all "));
    look.life.executable = "/usr/bin/node";
    CHECK_THAT(text_look(look), Contains("kill -USR1 4711 "));
}

TEST_CASE("many descriptors are told by their kinds, the most first", "[report]") {
    Look look = shop();
    look.sample.fds = 1100;
    look.descriptors = {{"sockets to 10.0.0.5:5432 (CLOSE_WAIT)", 1000},
                        {"files in /var/\x1b", 60},
                        {"pipes", 20},
                        {"eventfd", 10},
                        {"/dev/null", 10}};
    CHECK_THAT(text_look(look),
               Contains("fds       1,100: 1,000 sockets to 10.0.0.5:5432 (CLOSE_WAIT), 60 files in "
                        "/var/\\x1b, 20 pipes, 10 eventfd, 10 others\n"));
    look.sample.fds = 28;
    look.descriptors = {{"/dev/null", 24}, {"deleted files in /tmp", 1}, {"memfds", 1}, {"pipes", 1}};
    CHECK_THAT(text_look(look), Contains("fds       28: 24 /dev/null, 1 deleted file in /tmp, 1 memfd, 1 "
                                         "pipe, 1 other\n"));
    look.sample.fds = 12;
    CHECK_THAT(text_look(look), Contains("fds       12\n"));
}

TEST_CASE("a look's memory is told by kind, and its peak only as what it is", "[report]") {
    Look look = shop();
    look.peak_rss_bytes = 1044 * kMib;
    CHECK_THAT(text_look(look), Contains("1.02 GiB resident, the most so far\n"));
    look.peak_rss_bytes = 2048 * kMib;
    CHECK_THAT(text_look(look), Contains("1.02 GiB resident; at most 2.00 GiB so far\n"));
    CHECK_THAT(text_look(look),
               Contains("1000 MiB anonymous, 40.0 MiB of files, 4.00 MiB shared, 0 B swapped out\n"));
}

TEST_CASE("what grew since the start is said as a guess, and not for what is few or for a pool", "[report]") {
    Look look = shop();
    CHECK_THAT(text_look(look), Contains("if it began small and grew evenly: "));
    CHECK_THAT(text_look(look), Contains(" threads\n"));
    CHECK_THAT(text_look(look), !Contains(" descriptors\n"));

    look.thread_ages = ThreadAges{2012, 240h, 239h, 1h};
    CHECK_THAT(text_look(look), !Contains(" threads\n"));
    look.sample.age = 5s;
    CHECK_THAT(text_look(look), !Contains("a guess"));
}

TEST_CASE("a limit is told with its room, also when it is crossed", "[report]") {
    Look look = shop();
    look.sample.limit = Limit{LimitKind::cgroup_max, 2048 * kMib, 1536 * kMib};
    CHECK_THAT(text_look(look),
               Contains("its cgroup's limit (memory.max): 1.50 GiB of 2.00 GiB used (75 %), 512 MiB left"));
    look.sample.limit = Limit{LimitKind::cgroup_high, 100 * kMib, 120 * kMib};
    CHECK_THAT(text_look(look), Contains("(120 %), 20.0 MiB over it"));
}

TEST_CASE("what this user may not see is named with the line that would show it", "[report]") {
    Look look = shop();
    look.missing = {"descriptors", "stacks"};
    look.with_rights = "sudo rampwatch look 4711";
    CHECK_THAT(text_look(look), Contains("missing   descriptors, stacks: "));
    CHECK_THAT(text_look(look), Contains(" sudo rampwatch look 4711\n"));
    look.with_rights = "";
    CHECK_THAT(text_look(look), !Contains("sudo"));
}

TEST_CASE("a stopped process is said to be stopped", "[report]") {
    Look look = shop();
    look.state = 'T';
    CHECK_THAT(text_look(look), Contains("state     stopped by a signal"));
}

TEST_CASE("a hostile name and its functions cannot reach the terminal", "[report]") {
    Look look = shop();
    look.life.comm = "a\x1b[31m\n\xff";
    look.life.executable = "/tmp/\x1b]0;x\x07";
    Dump dump{.backend = "eu-stack", .threads = 2};
    dump.groups.push_back({.count = 2, .frames = {{.function = "f\x1b[2J", .file = "\r.cpp", .line = 3}}});
    look.dump = dump;
    const std::string text = text_look(look);

    CHECK(text.find_first_of("\x1b\x07\r\xff") == std::string::npos);
    CHECK_THAT(text, Contains("a\\x1b[31m\\x0a\\xff"));
}

TEST_CASE("the biggest groups are told with their share and the user's own frame", "[report]") {
    Look look = shop();
    Dump dump{.backend = "eu-stack", .took = 310ms, .threads = 2012};
    Group group{.count = 2000};
    group.frames = {{.function = "__futex_wait"},
                    {.function = "worker_loop", .file = "/src/shop.cpp", .line = 112}};
    group.own_frame = 1;
    dump.groups = {group, {.count = 12}};
    look.dump = dump;

    CHECK_THAT(text_look(look), Contains("2,012 threads, 2 distinct, read in 310 ms\n"));
    CHECK_THAT(text_look(look), Contains("2,000") && Contains("worker_loop"));
}

TEST_CASE("a look without stacks says why", "[report]") {
    Look look = shop();
    look.no_dump = "it would take longer than 600 ms";
    CHECK_THAT(text_look(look), Contains("stacks    none: it would take longer than 600 ms\n"));
}
