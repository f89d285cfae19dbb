// SPDX-License-Identifier: MIT
#include "core/base/subprocess.h"

#include <poll.h>
#include <signal.h>
#include <unistd.h>

#include <cstdlib>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

TEST_CASE("a helper's output, errors and exit status come back", "[base]") {
    const auto output = run({"sh", "-c", "echo out; echo err >&2; exit 3"});

    REQUIRE(output);
    CHECK(output->out == "out\n");
    CHECK(output->err == "err\n");
    CHECK(output->status == ExitStatus{false, 3});
    CHECK_FALSE(output->timed_out);
}

TEST_CASE("a helper sees nothing of our environment, input, directory or session", "[base]") {
    ::setenv("RAMPWATCH_TEST_SECRET", "hidden", 1);
    const auto output =
        run({"sh", "-c", "env; cat; pwd; ps -o sid= -p $$ | tr -d ' '"}, {.environment = {"EXTRA=1"}});
    ::unsetenv("RAMPWATCH_TEST_SECRET");

    REQUIRE(output);
    CHECK(output->out.find("RAMPWATCH_TEST_SECRET") == std::string::npos);
    CHECK(output->out.find("EXTRA=1\n") != std::string::npos);
    CHECK(output->out.find("\n/\n") != std::string::npos);
    CHECK(output->out.find("\n" + std::to_string(::getsid(0)) + "\n") == std::string::npos);
}

TEST_CASE("a program that does not exist is not_found, one that may not be executed no_permission",
          "[base]") {
    const auto missing = run({"rampwatch-no-such-program"});
    const auto forbidden = run({"/etc/passwd"});

    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == Error::Kind::not_found);
    REQUIRE_FALSE(forbidden);
    CHECK(forbidden.error().kind == Error::Kind::no_permission);
}

TEST_CASE("a helper past its deadline is ended with its children, and what it said is kept", "[base]") {
    const auto output = run({"sh", "-c", "echo first; trap '' TERM; sleep 1000 & wait; sleep 1000"},
                            {.deadline = 200ms, .grace = 50ms});

    REQUIRE(output);
    CHECK(output->timed_out);
    CHECK(output->out == "first\n");
    CHECK(output->status == ExitStatus{true, SIGKILL});
}

TEST_CASE("a flood of output is cut at the bound, and said to be", "[base]") {
    const auto output = run({"head", "-c", "5000000", "/dev/zero"}, {.most_output_bytes = 1000});

    REQUIRE(output);
    CHECK(output->out.size() == 1000);
    CHECK(output->cut);
    CHECK(output->status == ExitStatus{false, 0});
}

TEST_CASE("a helper that asks for more memory than its limit does not get it", "[base]") {
    const auto output = run({"sh", "-c", "ulimit -v"}, {.most_memory_bytes = 100 << 20});

    REQUIRE(output);
    CHECK(output->out == "102400\n");
}

TEST_CASE("what we ignore and block is neither ignored nor blocked in a helper", "[base]") {
    const auto before = ::signal(SIGPIPE, SIG_IGN);
    const auto output = run({"grep", "-E", "^Sig(Blk|Ign):", "/proc/self/status"});
    ::signal(SIGPIPE, before);

    REQUIRE(output);
    CHECK(output->out == "SigBlk:\t0000000000000000\nSigIgn:\t0000000000000000\n");
}

TEST_CASE("a helper that is let go is killed with its group, and no zombie stays", "[base]") {
    pid_t pid = 0;
    {
        auto child = Subprocess::start({"sh", "-c", "sleep 1000 & echo up; wait"}, {});
        REQUIRE(child);
        pid = child->pid();
        while (child->take_output() != "up\n") {
            pollfd wait{child->poll_fd(), POLLIN, 0};
            ::poll(&wait, 1, 10'000);
            REQUIRE(child->drain());
        }
    }
    CHECK(::kill(pid, 0) != 0);
}

TEST_CASE("what a helper leaves behind in its group does not outlive it", "[base]") {
    const auto output = run({"sh", "-c", "sleep 1000 >/dev/null 2>&1 & echo $!"});

    REQUIRE(output);
    const pid_t left = std::stoi(output->out);
    // Killed, but its new parent may not have reaped it yet.
    CHECK((::kill(left, 0) != 0 ||
           run({"ps", "-o", "stat=", "-p", std::to_string(left)})->out.starts_with("Z")));
}

TEST_CASE("a moved helper is still one helper", "[base]") {
    auto first = Subprocess::start({"true"}, {});
    REQUIRE(first);
    Subprocess second = std::move(*first);
    while (!second.exit_status()) {
        pollfd wait{second.poll_fd(), POLLIN, 0};
        ::poll(&wait, 1, 10'000);
        second.drain();
    }
    CHECK(second.exit_status() == ExitStatus{false, 0});
    second.signal(SIGKILL);  // harmless once reaped
}
