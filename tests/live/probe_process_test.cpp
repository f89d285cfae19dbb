// SPDX-License-Identifier: MIT
#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <fstream>
#include <string>
#include <thread>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/probe/exit_feed.h"
#include "core/probe/process.h"
#include "tests/catch.h"
#include "tests/live/child.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace rampwatch::probe;
using rampwatch::test::await_facts;
using rampwatch::test::Child;

namespace {

int sleep_for_ever(const Child::Side& side) {
    side.ready();
    side.wait();
    return 0;
}

fact::Gone await_gone(ExitFeed& feed) {
    const auto facts = await_facts(feed);
    REQUIRE(facts.size() == 1);
    REQUIRE(std::holds_alternative<fact::Gone>(facts.front()));
    return std::get<fact::Gone>(facts.front());
}

// Lets the kernel give out `pid` again, and says whether a fresh child got it; needs root.
std::optional<pid_t> child_with_number(pid_t pid) {
    std::ofstream("/proc/sys/kernel/ns_last_pid") << pid - 1;
    const pid_t child = ::fork();
    if (child == 0) {
        ::pause();
        ::_exit(0);
    }
    if (child == pid) return child;
    ::kill(child, SIGKILL);
    ::waitpid(child, nullptr, 0);
    return std::nullopt;
}

}  // namespace

TEST_CASE("a process is held with its executable, name, user and start time", "[live][process]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());

    REQUIRE(process);
    CHECK(process->life().pid == child.pid());
    CHECK(process->life().boot_id.size() == 36);
    CHECK(process->life().executable == read_link(AT_FDCWD, "/proc/self/exe").value());
    CHECK(process->life().comm == "rampwatch_live_");
    CHECK(process->uid() == ::geteuid());
    CHECK(process->alive());
    CHECK(age_of(process->life(), boot_now()) < std::chrono::minutes(1));
    CHECK(std::chrono::abs(wall_now() - process->life().started_wall) < std::chrono::minutes(1));
}

TEST_CASE("a PID that does not exist is not found", "[live][process]") {
    pid_t pid = 0;
    {
        const Child child([](const Child::Side&) { return 0; });
        pid = child.pid();
    }
    const auto process = Process::open(pid);

    REQUIRE_FALSE(process);
    CHECK(process.error().kind == Error::Kind::not_found);
    CHECK(process.error().where == fmt::format("PID {}", pid));
}

TEST_CASE("a zombie is refused, and its parent named", "[live][process]") {
    const Child child([](const Child::Side&) { return 0; });
    child.await_zombie();
    const auto process = Process::open(child.pid());

    REQUIRE_FALSE(process);
    CHECK(process.error().what.starts_with("a zombie"));
    CHECK(process.error().hint == fmt::format("the parent is PID {}", ::getpid()));
}

TEST_CASE("a thread's number is refused, and its process named", "[live][process]") {
    const Child child([](const Child::Side& side) {
        std::thread([&] {
            const long tid = ::syscall(SYS_gettid);
            static_cast<void>(!::write(side.ready_fd, &tid, sizeof tid));
            ::pause();
        }).join();
        return 0;
    });
    long tid = 0;
    // The child's first bytes are its thread's number.
    REQUIRE(child.read_ready(&tid, sizeof tid));
    const auto process = Process::open(static_cast<std::int32_t>(tid));

    REQUIRE_FALSE(process);
    CHECK(process.error().what == fmt::format("a thread of PID {}", child.pid()));
}

TEST_CASE("a kernel thread is refused", "[live][process]") {
    const auto stat = read_file("/proc/2/stat");
    if (!stat || stat->find("(kthreadd)") == std::string::npos) {
        WARN("skipped: PID 2 is not kthreadd here");
        return;
    }
    const auto process = Process::open(2);

    REQUIRE_FALSE(process);
    CHECK(process.error().what.starts_with("a kernel thread"));
}

TEST_CASE("a stopped process is alive, and its state says stopped", "[live][process]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    child.signal(SIGSTOP);
    siginfo_t info{};
    ::waitid(P_PID, static_cast<id_t>(child.pid()), &info, WSTOPPED);
    const auto process = Process::open(child.pid());

    REQUIRE(process);
    CHECK(process->alive());
    CHECK(process->state() == 'T');
}

TEST_CASE("a held process whose number was given out again is still gone", "[live][process]") {
    Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    child.signal(SIGKILL);
    child.reap();
    std::optional<pid_t> other;
    for (int attempt = 0; attempt < 20 && !other; ++attempt) other = child_with_number(child.pid());
    if (!other) {
        WARN("skipped: the kernel would not give a PID out again on demand (root, ns_last_pid)");
        return;
    }
    CHECK_FALSE(process->alive());
    CHECK_FALSE(process->state());
    CHECK_FALSE(read_file(process->directory(), "status"));
    const auto again = Process::open(*other);
    REQUIRE(again);
    CHECK(again->alive());
    ::kill(*other, SIGKILL);
    ::waitpid(*other, nullptr, 0);
}

TEST_CASE("control characters and invalid UTF-8 in a name come through as they are", "[live][process]") {
    const Child child([](const Child::Side& side) {
        ::prctl(PR_SET_NAME, "\x1b[31m)\n\xff S 1");
        return sleep_for_ever(side);
    });
    child.await_ready();
    const auto process = Process::open(child.pid());

    REQUIRE(process);
    CHECK(process->life().comm == "\x1b[31m)\n\xff S 1");
    CHECK(process->state().has_value());
}

TEST_CASE("an unprivileged observer may hold root's process, but not inspect it", "[live][process]") {
    if (::geteuid() != 0) {
        WARN("skipped: needs root, to become nobody");
        return;
    }
    const Child target(sleep_for_ever);
    target.await_ready();
    Child observer([&](const Child::Side&) {
        if (!test::become_nobody()) return 10;
        const auto process = Process::open(target.pid());
        if (!process) return 11;
        if (!process->alive() || process->uid() != 0) return 12;
        if (process->may_inspect()) return 13;
        return process->life().executable == process->life().comm ? 0 : 14;
    });
    CHECK(observer.exit_status() == 0);
}

TEST_CASE("a child's exit is told at once, with its status, and left for its owner to reap",
          "[live][process]") {
    Child child([](const Child::Side& side) {
        sleep_for_ever(side);
        return 7;
    });
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    ExitFeed feed(*process, 3, 2);
    std::vector<Fact> none;
    feed.collect(none);
    CHECK(none.empty());

    child.proceed();
    const auto gone = await_gone(feed);
    CHECK(gone.target == 3);
    CHECK(gone.life == 2);
    CHECK(gone.ending == Ending{Ending::Reason::exited, 7});
    CHECK(feed.fd() == -1);
    CHECK_FALSE(feed.deadline());
    feed.collect(none);
    CHECK(none.empty());
    CHECK(child.exit_status() == 7);
}

TEST_CASE("a child's end by a signal is told with its number", "[live][process]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const auto process = Process::open(child.pid());
    REQUIRE(process);
    ExitFeed feed(*process);
    child.signal(SIGTERM);

    CHECK(await_gone(feed).ending == Ending{Ending::Reason::signalled, SIGTERM});
}

TEST_CASE("another's child is told to be gone, with its status where the kernel tells", "[live][process]") {
    // The target is our grandchild: its parent reaps it, we only hold it.
    const Child parent([](const Child::Side& side) {
        const pid_t pid = ::fork();
        if (pid == 0) {
            ::prctl(PR_SET_PDEATHSIG, SIGKILL);
            side.wait();
            ::_exit(9);
        }
        static_cast<void>(!::write(side.ready_fd, &pid, sizeof pid));
        ::waitpid(pid, nullptr, 0);
        ::pause();
        return 0;
    });
    pid_t pid = 0;
    REQUIRE(parent.read_ready(&pid, sizeof pid));
    const auto process = Process::open(pid);
    REQUIRE(process);
    ExitFeed feed(*process);
    parent.proceed();

    const Ending ending = await_gone(feed).ending;
    if (ending.reason == Ending::Reason::unknown) {
        WARN("this kernel does not tell the exit status of another's child (that takes Linux 6.15)");
    } else {
        CHECK(ending == Ending{Ending::Reason::exited, 9});
    }
}

TEST_CASE("a SIGKILL while the cgroup's oom_kill count rose is an OOM kill", "[live][process]") {
    test::TempTree tree;  // stands for v2, whose memory files this machine may lack
    tree.file("cgroup.controllers", "memory\n").file("memory.events", "oom 0\noom_kill 4\n");
    const auto own = read_file("/proc/self/cgroup");
    REQUIRE(own);
    if (!memory_cgroup(*own, {"/proc", tree.path()})) {
        WARN("skipped: no v2 hierarchy here");
        return;
    }
    const Child child(sleep_for_ever), bystander(sleep_for_ever);
    child.await_ready();
    bystander.await_ready();
    const auto process = Process::open(child.pid()), other = Process::open(bystander.pid());
    REQUIRE((process && other));
    ExitFeed feed(*process, 0, 1, {"/proc", tree.path()}), other_feed(*other, 0, 1, {"/proc", tree.path()});
    tree.file("memory.events", "oom 1\noom_kill 5\n");
    child.signal(SIGKILL);
    bystander.signal(SIGTERM);

    CHECK(await_gone(feed).ending == Ending{Ending::Reason::oom_killed, SIGKILL});
    CHECK(await_gone(other_feed).ending == Ending{Ending::Reason::signalled, SIGTERM});
}

TEST_CASE("a real OOM kill in a real cgroup is told as one", "[live][process]") {
    const std::string cgroup = fmt::format("/sys/fs/cgroup/memory/rampwatch-test-{}", ::getpid());
    if (::mkdir(cgroup.c_str(), 0755) != 0) {
        WARN("skipped: no cgroup v1 memory hierarchy that we may write");
        return;
    }
    std::ofstream(cgroup + "/memory.limit_in_bytes") << (20 << 20);
    {
        const Child child([&](const Child::Side& side) {
            std::ofstream(cgroup + "/cgroup.procs") << ::getpid();
            sleep_for_ever(side);
            constexpr std::size_t kSize = 200U << 20;
            void* memory = ::mmap(nullptr, kSize, PROT_READ | PROT_WRITE,
                                  MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
            return memory == MAP_FAILED ? 1 : 0;
        });
        child.await_ready();
        const auto process = Process::open(child.pid());
        REQUIRE(process);
        ExitFeed feed(*process);
        child.proceed();
        CHECK(await_gone(feed).ending == Ending{Ending::Reason::oom_killed, SIGKILL});
    }
    ::rmdir(cgroup.c_str());
}
