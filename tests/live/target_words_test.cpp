// SPDX-License-Identifier: MIT
// The TARGET words through the built program, and commands that we start.
#include <fmt/format.h>
#include <signal.h>
#include <sys/prctl.h>
#include <unistd.h>

#include <chrono>
#include <filesystem>
#include <string>
#include <thread>

#include "cli/console/launch.h"
#include "core/base/file.h"
#include "tests/catch.h"
#include "tests/live/child.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using Catch::Matchers::Contains;
using Catch::Matchers::StartsWith;
using rampwatch::test::Child;
using rampwatch::test::Outcome;
using rampwatch::test::TempTree;

namespace {

int sleep_for_ever(const Child::Side& side) {
    side.ready();
    side.wait();
    return 0;
}

Outcome look(const std::vector<std::string>& words) {
    std::vector<std::string> all = {"look"};
    all.insert(all.end(), words.begin(), words.end());
    return test::rampwatch(all);
}

// A refusal is one line on stderr, nothing on stdout, and status 2.
std::string refusal(const std::vector<std::string>& words) {
    const Outcome outcome = look(words);
    CHECK(outcome.status == 2);
    CHECK(outcome.out.empty());
    CHECK_THAT(outcome.err, StartsWith("rampwatch: "));
    CHECK(outcome.err.find('\n') == outcome.err.size() - 1);
    return outcome.err;
}

}  // namespace

TEST_CASE("a bare PID, look PID, -p and --pid are the same look", "[live][target]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    const std::string pid = std::to_string(child.pid()), first = fmt::format("PID {}: ", pid);

    CHECK_THAT(test::rampwatch({pid}).out, StartsWith(first));
    CHECK_THAT(look({pid}).out, StartsWith(first));
    CHECK_THAT(look({"-p", pid}).out, StartsWith(first));
    CHECK_THAT(look({"--pid", pid}).out, StartsWith(first));
}

TEST_CASE("what is no PID is refused with the reason", "[live][target]") {
    CHECK_THAT(refusal({"nginx"}), Contains("not a PID: nginx") && Contains("--name"));
    CHECK_THAT(refusal({"--pid", "12x"}), Contains("--pid: not a PID: 12x"));
    CHECK_THAT(refusal({"--pid=-5"}), Contains("not a PID: -5"));
    CHECK_THAT(refusal({"--pid", "0"}), Contains("not a PID: 0"));
    CHECK_THAT(refusal({"--pid", "99999999999999999999"}), Contains("not a PID"));
    CHECK_THAT(refusal({"2147483647"}), Contains("PID 2147483647: no such process"));
    CHECK_THAT(refusal({"--pid", "\x1b[31m"}), Contains("\\x1b[31m"));
    CHECK_THAT(refusal({}), Contains("no process named"));
    CHECK_THAT(refusal({"1", "--pid", "1"}), Contains("more than one process named"));
}

TEST_CASE("a zombie is refused", "[live][target]") {
    const Child child([](const Child::Side&) { return 0; });
    child.await_zombie();

    CHECK_THAT(refusal({std::to_string(child.pid())}), Contains("a zombie"));
}

TEST_CASE("a pidfile names its process, also with more lines below", "[live][target]") {
    const Child child(sleep_for_ever);
    child.await_ready();
    TempTree tree;
    tree.file("pid", fmt::format(" {}\n/var/lib/postgresql\n", child.pid()));

    CHECK_THAT(look({"--pidfile", tree.path("pid")}).out, StartsWith(fmt::format("PID {}: ", child.pid())));
}

TEST_CASE("a pidfile that is missing, empty, garbage or stale is refused, each by its name",
          "[live][target]") {
    TempTree tree;
    tree.file("empty", "\n").file("garbage", "shop\n").file("binary", std::string("\0\x1b[2J\xff", 6));
    tree.file("gone", "2147483647\n");
    const Child child(sleep_for_ever);
    child.await_ready();
    tree.file("old", std::to_string(child.pid()));
    std::filesystem::last_write_time(tree.path("old"),
                                     std::filesystem::file_time_type::clock::now() - std::chrono::hours(1));

    CHECK_THAT(refusal({"--pidfile", tree.path("none")}), Contains("/none: cannot be read: No such file"));
    CHECK_THAT(refusal({"--pidfile", tree.path("empty")}), Contains("/empty: empty"));
    CHECK_THAT(refusal({"--pidfile", tree.path("garbage")}), Contains("/garbage: not a PID: shop"));
    CHECK_THAT(refusal({"--pidfile", tree.path("binary")}),
               Contains("/binary: not a PID: \\x00\\x1b[2J\\xff"));
    CHECK_THAT(refusal({"--pidfile", tree.path("gone")}),
               Contains("/gone: stale: there is no process 2147483647"));
    CHECK_THAT(refusal({"--pidfile", tree.path("old")}),
               Contains("/old: stale: process") && Contains("began after"));
}

TEST_CASE("a name finds one process, and lists them when there are several", "[live][target]") {
    const auto named = [](const Child::Side& side) {
        ::prctl(PR_SET_NAME, "rw-probe-\x1b[1m");
        return sleep_for_ever(side);
    };
    CHECK_THAT(refusal({"--name", "rw-probe-\x1b[1m"}), Contains("no process is named rw-probe-\\x1b[1m"));
    const Child one(named);
    one.await_ready();
    CHECK_THAT(look({"--name", "rw-probe-\x1b[1m"}).out,
               StartsWith(fmt::format("PID {}: rw-probe-\\x1b[1m", one.pid())));
    const Child two(named);
    two.await_ready();
    const Outcome several = look({"--name", "rw-probe-\x1b[1m"});
    CHECK(several.status == 2);
    CHECK(several.out.empty());
    CHECK_THAT(several.err, Contains("\nrampwatch: --name: 2 processes go by the name") &&
                                Contains(fmt::format("{}  ", one.pid())) &&
                                Contains(fmt::format("{}  ", two.pid())) && Contains("  up "));
}

TEST_CASE("a name longer than the kernel keeps is found by its first 15 characters", "[live][target]") {
    const Child child([](const Child::Side& side) {
        ::prctl(PR_SET_NAME, "rw-a-very-long-name-indeed");
        return sleep_for_ever(side);
    });
    child.await_ready();

    CHECK_THAT(look({"--name", "rw-a-very-long-name-indeed"}).out,
               StartsWith(fmt::format("PID {}: ", child.pid())));
    CHECK_THAT(refusal({"--name", "rw-a-very"}), Contains("no process is named"));
}

TEST_CASE("--wait finds a process that begins later", "[live][target]") {
    TempTree tree;
    const std::string pidfile = tree.path("pid");
    Outcome outcome;
    std::thread waiting([&] { outcome = look({"--wait", "--pidfile", pidfile}); });
    const Child child(sleep_for_ever);
    child.await_ready();
    std::this_thread::sleep_for(std::chrono::milliseconds(150));
    tree.file("pid", std::to_string(child.pid()));
    waiting.join();

    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, StartsWith(fmt::format("PID {}: ", child.pid())));
}

TEST_CASE("hidden under hidepid, a process is said to be hidden and not to be missing", "[live][target]") {
    // In a mount namespace of its own, with a /proc of its own, as nobody.
    const Child target(sleep_for_ever);
    target.await_ready();
    const Outcome outcome = test::run_program(
        {"unshare", "-m", "sh", "-c",
         fmt::format(
             "mount -t proc -o hidepid=2 proc /proc && setpriv --reuid 65534 --regid 65534 --clear-groups "
             "--inh-caps=-all --bounding-set=-all {} look {}",
             RAMPWATCH_PROGRAM, target.pid())});
    if (outcome.err.find("unshare") != std::string::npos || outcome.err.find("mount:") != std::string::npos) {
        WARN("skipped: no mount namespace to be had: " << outcome.err);
        return;
    }
    CHECK(outcome.status == 2);
    CHECK_THAT(outcome.err, Contains("it exists, but /proc hides it from this user") && Contains("hidepid"));
}

TEST_CASE("another user's process is looked at without rights, and what is missing is named",
          "[live][target]") {
    if (::geteuid() != 0) {
        WARN("skipped: needs root, to become nobody");
        return;
    }
    const Child target(sleep_for_ever);
    target.await_ready();
    const Outcome outcome =
        test::run_program({"setpriv", "--reuid", "65534", "--regid", "65534", "--clear-groups",
                           RAMPWATCH_PROGRAM, "look", std::to_string(target.pid())});

    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, Contains("resident") && Contains("swapped out") && Contains("missing   "));
    CHECK_THAT(outcome.out, Contains(fmt::format("sudo {} look {}\n", RAMPWATCH_PROGRAM, target.pid())));
}

TEST_CASE("a look at JSON is one object that names its schema", "[live][target]") {
    const Outcome outcome = look({"--format", "json", std::to_string(::getpid())});

    CHECK(outcome.status == 0);
    CHECK_THAT(outcome.out, StartsWith(R"({"schema":"rampwatch.look/1",)"));
    CHECK(outcome.out.find('\n') == outcome.out.size() - 1);
}

TEST_CASE("a command line is shown only when it was asked for", "[live][target]") {
    const test::Target target({"sh", "-c", "echo ready; sleep 1000", "--password=hunter2"});

    CHECK_THAT(look({target.pid_word()}).out, !Contains("hunter2"));
    CHECK_THAT(look({"--show-args", target.pid_word()}).out, Contains("--password=hunter2"));
}

TEST_CASE("a started command stays in our process group, and its status is a shell's", "[live][target]") {
    auto exits = cli::Launched::start({"sh", "-c", "exit 42"});
    auto dies = cli::Launched::start({"sh", "-c", "kill -9 $$"});
    auto stays = cli::Launched::start({"sleep", "1000"});
    REQUIRE((exits && dies && stays));

    CHECK(exits->wait() == 42);
    CHECK(dies->wait() == 128 + 9);
    CHECK(::getpgid(stays->pid()) == ::getpgrp());
    CHECK_FALSE(stays->status());
    signalfd_siginfo key{};
    key.ssi_signo = SIGINT;
    key.ssi_code = SI_KERNEL;  // Ctrl-C: the terminal has sent it to the whole job
    stays->pass_on(key);
    CHECK_FALSE(stays->status());
    key.ssi_signo = SIGTERM;
    key.ssi_code = SI_USER;
    stays->pass_on(key);
    CHECK(stays->wait() == 128 + SIGTERM);
}

TEST_CASE("a command that cannot be started has env's status", "[live][target]") {
    const auto missing = cli::Launched::start({"rampwatch-no-such-program"});
    const auto forbidden = cli::Launched::start({"/etc/passwd"});

    REQUIRE_FALSE(missing);
    CHECK(cli::launch_trouble(missing.error()) == 127);
    REQUIRE_FALSE(forbidden);
    CHECK(cli::launch_trouble(forbidden.error()) == 126);
    CHECK(cli::launch_trouble({Error::Kind::io, "cannot start a process"}) == 125);
}

TEST_CASE("a started command outlives us", "[live][target]") {
    const Child starter([](const Child::Side& side) {
        auto launched = cli::Launched::start({"sleep", "1000"});
        const pid_t pid = launched ? launched->pid() : -1;
        static_cast<void>(!::write(side.ready_fd, &pid, sizeof pid));
        side.wait();
        return 0;
    });
    pid_t pid = -1;
    REQUIRE(starter.read_ready(&pid, sizeof pid));
    REQUIRE(pid > 0);
    starter.signal(SIGKILL);
    starter.await_zombie();

    CHECK(::kill(pid, 0) == 0);
    ::kill(pid, SIGKILL);
}
