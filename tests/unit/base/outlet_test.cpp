// SPDX-License-Identifier: MIT
#include "core/base/outlet.h"

#include <fcntl.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <csignal>
#include <cstdlib>

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

struct Ends {
    Fd read{}, write{};
};

Ends make_pipe() {
    std::signal(SIGPIPE, SIG_IGN);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    return {Fd(ends[0]), Fd(ends[1])};
}

// A terminal's master end (to read from) and the terminal.
Ends make_terminal() {
    Ends ends;
    ends.read.reset(::posix_openpt(O_RDWR | O_NOCTTY));
    REQUIRE(ends.read);
    REQUIRE(::grantpt(ends.read.get()) == 0);
    REQUIRE(::unlockpt(ends.read.get()) == 0);
    ends.write.reset(::open(::ptsname(ends.read.get()), O_RDWR | O_NOCTTY));
    REQUIRE(ends.write);
    return ends;
}

std::string read_all(int fd) {
    ::fcntl(fd, F_SETFL, O_NONBLOCK);
    std::string text;
    std::array<char, 65536> piece{};
    for (ssize_t got = 0; (got = ::read(fd, piece.data(), piece.size())) > 0;)
        text.append(piece.data(), static_cast<std::size_t>(got));
    return text;
}

const std::string kLine = std::string(999, 'x') + "\n";

}  // namespace

TEST_CASE("an outlet writes in order and leaves the shared open file blocking", "[base]") {
    const Ends pipe = make_pipe();
    Outlet outlet(pipe.write.get());
    CHECK(outlet.write("one\n", Outlet::Importance::much));
    CHECK(outlet.write("two\n", Outlet::Importance::now));
    CHECK((::fcntl(pipe.write.get(), F_GETFL) & O_NONBLOCK) == 0);
    CHECK(read_all(pipe.read.get()) == "one\ntwo\n");
}

TEST_CASE("a pipe that nobody empties never blocks: lines wait in order, then are counted", "[base]") {
    const Ends pipe = make_pipe();
    Outlet outlet(pipe.write.get());
    int kept = 0;
    for (int i = 0; i < 2000; ++i) kept += outlet.write(kLine, Outlet::Importance::much) ? 1 : 0;
    CHECK(kept < 1200);
    CHECK(kept > 1000);
    CHECK_FALSE(outlet.write("status", Outlet::Importance::now));
    CHECK(outlet.take_dropped() == 0);  // not while lines wait

    std::string text;
    for (int i = 0; i < 100; ++i) {
        text += read_all(pipe.read.get());
        outlet.flush();
    }
    CHECK(text.size() == static_cast<std::size_t>(kept) * kLine.size());
    CHECK(outlet.take_dropped() == 2000 - kept);
    CHECK(outlet.take_dropped() == 0);
}

TEST_CASE("what is worth little leaves room for what is worth much", "[base]") {
    const Ends pipe = make_pipe();
    Outlet outlet(pipe.write.get());
    while (outlet.write(kLine, Outlet::Importance::little)) {
    }
    CHECK(outlet.write("alarm\n", Outlet::Importance::much));
}

TEST_CASE("a reader that left closes the outlet", "[base]") {
    Ends pipe = make_pipe();
    Outlet outlet(pipe.write.get());
    pipe.read.reset();
    CHECK_FALSE(outlet.write("x", Outlet::Importance::much));
    CHECK(outlet.closed());
    CHECK(outlet.flush_for(1h));
}

TEST_CASE("a stopped terminal never blocks", "[base]") {
    const Ends terminal = make_terminal();
    Outlet outlet(terminal.write.get());
    CHECK(outlet.write("before\n", Outlet::Importance::much));
    REQUIRE(::write(terminal.read.get(), "\x13", 1) == 1);  // ^S
    for (int i = 0; i < 100; ++i) outlet.write(kLine, Outlet::Importance::much);
    CHECK_FALSE(outlet.write("status", Outlet::Importance::now));
    REQUIRE(::write(terminal.read.get(), "\x11", 1) == 1);  // ^Q
    std::string text;
    for (int i = 0; i < 1000 && text.size() < 100 * (kLine.size() + 1); ++i) {
        outlet.flush();
        text += read_all(terminal.read.get());
    }
    CHECK(text.find("before") != std::string::npos);
    CHECK(text.size() >= 100 * kLine.size());
}

TEST_CASE("a socket that nobody empties never blocks", "[base]") {
    std::array<int, 2> ends{};
    REQUIRE(::socketpair(AF_UNIX, SOCK_STREAM, 0, ends.data()) == 0);
    const Fd read(ends[0]), write(ends[1]);
    Outlet outlet(write.get());
    for (int i = 0; i < 2000; ++i) outlet.write(kLine, Outlet::Importance::much);
    CHECK_FALSE(outlet.flush_for(0ns));
    CHECK_FALSE(read_all(read.get()).empty());
}

TEST_CASE("a full disk drops nothing at once and a closed descriptor is closed", "[base]") {
    const Fd full(::open("/dev/full", O_WRONLY));
    Outlet outlet(full.get());
    CHECK(outlet.write("waits\n", Outlet::Importance::much));
    CHECK_FALSE(outlet.closed());
    CHECK_FALSE(outlet.flush_for(0ns));
    CHECK(Outlet(-1).closed());
}
