// SPDX-License-Identifier: MIT
// States that real processes get into: a libc without call frame information, a main thread that has ended,
// another program under the same number, memory that RSS leaves out or counts twice.
#include <linux/magic.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/statfs.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <thread>

#include "core/base/poller.h"
#include "core/native/native.h"
#include "core/probe/open_memory.h"
#include "core/probe/sampler.h"
#include "core/store/csv.h"
#include "core/worker/memory_reading.h"
#include "tests/catch.h"
#include "tests/live/child.h"
#include "tests/support/stacks.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using test::Child;

namespace {

constexpr std::int64_t kMib = 1 << 20;

Dump dump_of(pid_t pid) {
    native::NativeSettings settings;
    settings.capture.max_stop = 500ms;
    settings.lines = 10s;
    native::NativeDumper dumper(pid);
    auto dump = dumper.dump(settings);
    if (!dump) FAIL(to_string(dump.error()));
    return std::move(*dump);
}

std::vector<std::int64_t> sizes(const Dump& dump) {
    std::vector<std::int64_t> sizes;
    for (const Group& group : dump.groups) sizes.push_back(group.count);
    return sizes;
}

// With no call frame information at all a stack may end early: then it says so, and unlike waits stay apart.
void check_whole(const Dump& dump, bool bare = false) {
    CHECK(sizes(dump) == std::vector<std::int64_t>{3, 1, 1, 1, 1});
    for (const Group& group : dump.groups) {
        INFO(test::join(test::functions(group)));
        if (bare && group.truncated) continue;
        CHECK_FALSE(group.truncated);
        CHECK(group.frames.size() > 2);
    }
    const auto deepest =
        std::max_element(dump.groups.begin(), dump.groups.end(),
                         [](const Group& a, const Group& b) { return a.frames.size() < b.frames.size(); });
    CHECK(deepest->frames.size() > 40);
}

// Until `look` says that it is so.
template <class Look>
bool comes_true(Look look) {
    const auto deadline = boot_now() + 60s;
    while (boot_now() < deadline) {
        if (look()) return true;
        std::this_thread::sleep_for(20ms);
    }
    return false;
}

const MemoryPart* part_of(const MemoryParts& memory, MemoryKind kind, const std::string& name) {
    const auto found = std::find_if(memory.parts.begin(), memory.parts.end(), [&](const MemoryPart& part) {
        return part.kind == kind && part.name.find(name) != std::string::npos;
    });
    return found == memory.parts.end() ? nullptr : &*found;
}

MemoryParts memory_of(pid_t pid) {
    auto memory = worker::read_memory_parts(pid, 30s);
    if (!memory) FAIL(to_string(memory.error()));
    return std::move(*memory);
}

void write_all(int fd, std::int64_t bytes) {
    static const std::array<char, 1 << 16> kZeroes{};
    for (std::int64_t done = 0; done < bytes; done += static_cast<std::int64_t>(kZeroes.size()))
        static_cast<void>(!::write(fd, kZeroes.data(), kZeroes.size()));
}

}  // namespace

TEST_CASE("stacks are whole whatever the C library; without any call frame information they say where not",
          "[waits]") {
    std::vector<std::string> builds = {"waits_glibc", "waits_glibc_bare"};
    if (test::have({"musl-gcc"})) {
        for (const char* name : {"shared", "static", "unoptimised", "bare"})
            builds.push_back(std::string("waits_musl_") + name);
    }
    for (const std::string& build : builds) {
        INFO(build);
        const test::Target target = test::program_at_rest({test::program(build)});
        const Dump dump = dump_of(target.pid());
        check_whole(dump, build.ends_with("bare"));
        for (const char* function : {"take_job", "dive", "doze", "read_on", "main"}) {
            INFO(function);
            const Group* group = test::group_in(dump, function);
            REQUIRE(group != nullptr);
            CHECK(group->count == (std::string(function) == "take_job" ? 3 : 1));
        }
        CHECK(test::group_in(dump, "memset") == nullptr);  // the nearest exported symbol is not the function
    }
}

TEST_CASE("stacks of a program without any symbol are whole, and named by their places", "[waits]") {
    if (!test::have({"musl-gcc"})) return;
    const test::Target target = test::program_at_rest({test::program("waits_musl_stripped")});
    const Dump dump = dump_of(target.pid());
    check_whole(dump);
    for (const Group& group : dump.groups) {
        for (const Frame& frame : group.frames) {
            CHECK_FALSE(frame.function);
            CHECK(frame.offset);
        }
    }
}

TEST_CASE("a process whose main thread has ended is looked at as before", "[leaderless]") {
    const test::Target target({test::program("leaderless")});
    const auto process = probe::Process::open(target.pid());
    REQUIRE(process);
    auto looker = probe::Looker::open(*process);
    REQUIRE(looker);
    const auto before = looker->look();
    REQUIRE(before);
    REQUIRE(comes_true([&] { return looker->look() && !process->has_main_thread(); }));

    const auto after = looker->look();
    REQUIRE(after);
    CHECK_FALSE(looker->take_new_program());
    CHECK(after->rss_bytes > before->rss_bytes);
    CHECK(after->anon_bytes.value_or(0) > before->anon_bytes.value_or(0));
    CHECK(after->threads == 3);  // the one that has ended is there until all have
    CHECK(after->fds == before->fds);
    CHECK(process->alive());
    // One of the others is asked, which may be at work.
    CHECK(std::string("RSD").find(process->state().value_or('?')) != std::string::npos);
}

TEST_CASE("a process whose main thread has ended is found, listed and dumped", "[leaderless]") {
    const test::Target target({test::program("leaderless")});
    std::optional<probe::Process> process;
    REQUIRE(comes_true([&] {
        auto opened = probe::Process::open(target.pid());
        if (opened) process.emplace(std::move(*opened));
        return process && !process->has_main_thread();
    }));
    CHECK(process->life().comm == "leaderless");
    CHECK(process->life().executable == test::program("leaderless"));
    CHECK(process->may_inspect());

    auto procps = probe::Procps::open();
    REQUIRE(procps);
    const auto is_it = [&](const auto& one) { return one.pid == target.pid(); };
    const auto all = procps->read_all();
    const auto seen = std::find_if(all.begin(), all.end(), is_it);
    REQUIRE(seen != all.end());
    CHECK(seen->figures.rss_bytes > kMib);
    const auto glances = procps->glance_all();
    const auto glance = std::find_if(glances.begin(), glances.end(), is_it);
    REQUIRE(glance != glances.end());
    REQUIRE(comes_true([&] {  // what a scan goes by
        const auto later = procps->glance_all();
        const auto again = std::find_if(later.begin(), later.end(), is_it);
        return again != later.end() && *again != *glance;
    }));

    const Dump dump = dump_of(target.pid());
    CHECK(test::group_in(dump, "take_memory") != nullptr);
    CHECK(test::group_in(dump, "wait_on") != nullptr);
    CHECK(memory_of(target.pid()).total.rss > kMib);

    const auto look = test::rampwatch({"look", target.pid_word()});
    CHECK(look.status == 0);
    CHECK(look.out.find("resident") != std::string::npos);
    CHECK(look.out.find("main thread has ended") != std::string::npos);
    CHECK(look.out.find("take_memory") != std::string::npos);
    const auto named = test::rampwatch({"dump", "--name", "leaderless"});
    CHECK(named.status == 0);
    CHECK(named.out.find("take_memory") != std::string::npos);
}

TEST_CASE("a process that becomes another program begins a new life with its new name", "[program]") {
    const Child child([](const Child::Side& side) {
        side.ready();
        side.wait();
        ::execl("/bin/sh", "sh", "-c", "sleep 1; exec sleep 1000", nullptr);
        return 1;
    });
    child.await_ready();
    const auto process = probe::Process::open(child.pid());
    REQUIRE(process);
    auto looker = probe::Looker::open(*process);
    REQUIRE(looker);
    REQUIRE(looker->look());
    REQUIRE(looker->look());
    CHECK_FALSE(looker->take_new_program());

    child.proceed();
    std::vector<std::string> names;
    CHECK(comes_true([&] {
        const auto sample = looker->look();
        if (!sample) return false;
        if (const auto who = looker->take_new_program()) {
            names.push_back(who->comm);
            CHECK(is_same_process(*who, process->life()));
            CHECK(sample->age.value_or(1h) < 30s);
        }
        return names.size() == 2;
    }));
    CHECK(names == std::vector<std::string>{"sh", "sleep"});
}

TEST_CASE("a program that names itself anew is the same program", "[program]") {
    const Child child([](const Child::Side& side) {
        side.ready();
        side.wait();
        ::prctl(PR_SET_NAME, "another name");
        side.ready();
        ::pause();
        return 0;
    });
    child.await_ready();
    const auto process = probe::Process::open(child.pid());
    REQUIRE(process);
    auto looker = probe::Looker::open(*process);
    REQUIRE(looker);
    REQUIRE(looker->look());
    child.proceed();
    child.await_ready();
    REQUIRE(looker->look());
    CHECK_FALSE(looker->take_new_program());
}

TEST_CASE("a watch tells the new program's name and no rise over the change", "[program]") {
    const auto watch =
        test::rampwatch({"watch", "--no-dumps", "--patience", "5s", "--for", "8s", "--", "/bin/sh", "-c",
                         "sleep 2; exec " + test::program("steady") + " --hold 67108864"},
                        60s);
    INFO(watch.out);
    INFO(watch.err);
    CHECK(watch.out.find("(steady) is the same process as") != std::string::npos);
    CHECK(watch.out.find("verdict so far on PID") != std::string::npos);
    CHECK(watch.out.find("LEAK") == std::string::npos);
}

TEST_CASE("memory in files that nobody mapped is a part of its own", "[beside_rss]") {
    const Child child([](const Child::Side& side) {
        const int queue = ::memfd_create("queue", 0), half = ::memfd_create("half", 0);
        write_all(queue, 32 * kMib);
        static_cast<void>(::dup(queue));  // is counted once
        write_all(half, 16 * kMib);
        void* mapped = ::mmap(nullptr, 8 * kMib, PROT_READ | PROT_WRITE, MAP_SHARED, half, 0);
        std::memset(mapped, 1, 8 * kMib);
        side.ready();
        side.wait();
        return 0;
    });
    child.await_ready();
    const MemoryParts memory = memory_of(child.pid());
    const MemoryPart* queue = part_of(memory, MemoryKind::unmapped, "queue");
    REQUIRE(queue != nullptr);
    CHECK(queue->figures.unmapped == 32 * kMib);
    const MemoryPart* half = part_of(memory, MemoryKind::unmapped, "half");
    REQUIRE(half != nullptr);
    CHECK(half->figures.unmapped == 8 * kMib);  // the rest is in RSS
    CHECK(memory.total.unmapped == 40 * kMib);
    CHECK(memory.total.rss < 32 * kMib);

    const auto look = test::rampwatch({"look", std::to_string(child.pid())});
    CHECK(look.out.find("48.0 MiB in 2 memfds or deleted files") != std::string::npos);
}

TEST_CASE("a deleted file of a tmpfs is memory, one of a disk is not", "[beside_rss]") {
    struct statfs status {};
    const bool has_tmpfs = ::statfs("/dev/shm", &status) == 0 && status.f_type == TMPFS_MAGIC;
    const Child child([](const Child::Side& side) {
        for (const char* pattern : {"/dev/shm/rampwatch-living-XXXXXX", "/var/tmp/rampwatch-living-XXXXXX"}) {
            std::string path = pattern;
            const int fd = ::mkstemp(path.data());
            ::unlink(path.c_str());
            write_all(fd, 4 * kMib);
        }
        side.ready();
        side.wait();
        return 0;
    });
    child.await_ready();
    const auto process = probe::Process::open(child.pid());
    REQUIRE(process);
    const auto files = probe::open_memory(process->directory());
    REQUIRE(files);
    const auto in = [&](const char* place) {
        return std::count_if(files->begin(), files->end(),
                             [&](const auto& file) { return file.name.starts_with(place); });
    };
    CHECK(in("/dev/shm/rampwatch-living") == (has_tmpfs ? 1 : 0));
    if (::statfs("/var/tmp", &status) == 0 && status.f_type != TMPFS_MAGIC)
        CHECK(in("/var/tmp/rampwatch-living") == 0);
}

TEST_CASE("a file that is mapped three times counts once by its share", "[beside_rss]") {
    const Child child([](const Child::Side& side) {
        const int file = ::memfd_create("index", 0);
        write_all(file, 32 * kMib);
        volatile char sum = 0;
        for (int i = 0; i < 3; ++i) {
            const char* mapped =
                static_cast<const char*>(::mmap(nullptr, 32 * kMib, PROT_READ, MAP_SHARED, file, 0));
            for (std::int64_t at = 0; at < 32 * kMib; at += 4096) sum = static_cast<char>(sum + mapped[at]);
        }
        side.ready();
        side.wait();
        return 0;
    });
    child.await_ready();
    const MemoryParts memory = memory_of(child.pid());
    const MemoryPart* index = part_of(memory, MemoryKind::shared, "index");
    REQUIRE(index != nullptr);
    CHECK(index->figures.rss == 96 * kMib);
    // Pages are counted in 4096ths of themselves, and what is not the process's own may share some.
    CHECK(index->figures.pss > 32 * kMib - kMib / 8);
    CHECK(index->figures.pss <= 32 * kMib);
    CHECK(part_of(memory, MemoryKind::unmapped, "index") == nullptr);
    const auto look = test::rampwatch({"look", std::to_string(child.pid())});
    CHECK(look.out.find("by share (Pss)") != std::string::npos);
}

TEST_CASE("memory that is given back by MADV_FREE is no leak, live and in the recording", "[lazy_free]") {
    const Child child([](const Child::Side& side) {
        side.ready();
        for (int i = 0; i < 4000; ++i) {
            void* taken = ::mmap(nullptr, kMib, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
            std::memset(taken, 1, kMib);
            ::madvise(taken, kMib, MADV_FREE);
            ::usleep(100'000);
        }
        return 0;
    });
    child.await_ready();
    const test::TempTree tree;
    const std::string record = tree.path("lazy.csv");
    const auto watch = test::rampwatch({"watch", "--no-dumps", "--patience", "20s", "--interval", "100ms",
                                        "--for", "50s", "--record", record, std::to_string(child.pid())},
                                       120s);
    INFO(watch.out);
    INFO(watch.err);
    CHECK(watch.status == 0);
    CHECK(watch.out.find("LEAK") == std::string::npos);
    const auto replayed = test::rampwatch({"analyze", "--patience", "20s", record});
    INFO(replayed.out);
    CHECK(replayed.status == 0);
    CHECK(replayed.out.find("LEAK") == std::string::npos);

    auto source = store::open_csv(record);
    REQUIRE(source);
    std::int64_t most = 0, rows_before = 0;
    Record one;
    while ((*source)->next_into(one).value()) {
        const auto& sample = std::get<Sample>(one.look);
        rows_before += most == 0 && !sample.lazyfree_bytes ? 1 : 0;
        most = std::max(most, sample.lazyfree_bytes.value_or(0));
    }
    CHECK(rows_before > 10);  // not read before memory grew
    CHECK(most > 100 * kMib);
}
