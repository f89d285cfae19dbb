// SPDX-License-Identifier: MIT
#include "core/base/poller.h"

#include <unistd.h>

#include <array>

#include "core/base/fd.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

struct Pipe {
    Pipe() {
        std::array<int, 2> ends{};
        REQUIRE(::pipe(ends.data()) == 0);
        read.reset(ends[0]);
        write.reset(ends[1]);
    }
    Fd read{}, write{};
};

}  // namespace

TEST_CASE("a readable descriptor ends the wait, a silent one and none do not", "[base]") {
    const Pipe silent, loud;
    REQUIRE(::write(loud.write.get(), "x", 1) == 1);
    Poller poller;
    const auto first = poller.add(silent.read.get());
    const auto none = poller.add(-1);
    const auto second = poller.add(loud.read.get());
    poller.wait(std::nullopt);
    CHECK_FALSE(poller.ready(first));
    CHECK_FALSE(poller.ready(none));
    CHECK(poller.ready(second));
}

TEST_CASE("a writer that is gone wakes the reader", "[base]") {
    Pipe pipe;
    pipe.write.reset();
    Poller poller;
    const auto end = poller.add(pipe.read.get());
    poller.wait(std::nullopt);
    CHECK(poller.ready(end));
}

TEST_CASE("a deadline that has passed does not wait", "[base]") {
    const Pipe silent;
    Poller poller;
    const auto end = poller.add(silent.read.get());
    poller.wait(boot_now() - 1h);
    CHECK_FALSE(poller.ready(end));
}
