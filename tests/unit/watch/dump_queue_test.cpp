// SPDX-License-Identifier: MIT
#include "core/watch/dump_queue.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using watch::DumpQueue;

namespace {

std::optional<DumpReason> reason(const std::optional<Request>& request) {
    return request ? std::optional(request->reason) : std::nullopt;
}
const Error kTimedOut{Error::Kind::timed_out, "no answer in 30 s", {}, {}};

}  // namespace

TEST_CASE("one dump at a time, the most urgent first", "[watch]") {
    DumpQueue queue(10min);
    queue.wish(0, 1, DumpReason::baseline, 0s);
    queue.wish(1, 1, DumpReason::growing, 0s);
    queue.wish(2, 1, DumpReason::leak, 0s);
    queue.wish(3, 1, DumpReason::limit_near, 0s);
    std::vector<DumpReason> order;
    while (const auto request = queue.next(1s)) {
        CHECK_FALSE(queue.next(1s));
        order.push_back(request->reason);
        CHECK(queue.answered(request->id, 1s)->request == *request);
    }
    CHECK(order ==
          std::vector{DumpReason::leak, DumpReason::limit_near, DumpReason::growing, DumpReason::baseline});
    CHECK(queue.idle());
}

TEST_CASE("a dump for an urgent wish serves the lesser one of the same target", "[watch]") {
    DumpQueue queue(10min);
    queue.wish(0, 1, DumpReason::growing, 0s);
    queue.wish(0, 1, DumpReason::leak, 0s);
    queue.wish(0, 1, DumpReason::baseline, 0s);
    const auto request = queue.next(0s);
    CHECK(reason(request) == DumpReason::leak);
    queue.answered(request->id, 1s);
    CHECK_FALSE(queue.next(1h));
}

TEST_CASE("a target rests between dumps, but the first dump of a leak does not wait", "[watch]") {
    DumpQueue queue(10min);
    const auto serve = [&](std::chrono::nanoseconds now) {
        const auto request = queue.next(now);
        if (request) queue.answered(request->id, now);
        return reason(request);
    };
    queue.wish(0, 1, DumpReason::baseline, 0s);
    CHECK(serve(0s) == DumpReason::baseline);
    queue.wish(0, 1, DumpReason::growing, 1min);
    CHECK_FALSE(serve(9min));
    CHECK(serve(10min) == DumpReason::growing);
    queue.wish(0, 1, DumpReason::leak, 11min);
    CHECK(serve(11min) == DumpReason::leak);
    queue.wish(0, 1, DumpReason::limit_near, 12min);
    CHECK(serve(12min) == DumpReason::limit_near);
    queue.wish(0, 1, DumpReason::leak, 13min);  // a further episode of the same life
    CHECK_FALSE(serve(21min));
    CHECK(serve(22min) == DumpReason::leak);
}

TEST_CASE("a failed dump is tried once more, unless it can never succeed", "[watch]") {
    DumpQueue queue(10min);
    queue.wish(0, 1, DumpReason::leak, 0s);
    auto request = queue.next(0s);
    queue.failed(*queue.answered(request->id, 1min), kTimedOut, 1min);
    CHECK_FALSE(queue.next(2min));
    request = queue.next(11min);
    REQUIRE(request);
    CHECK(request->reason == DumpReason::leak);
    queue.failed(*queue.answered(request->id, 12min), kTimedOut, 12min);
    CHECK(queue.idle());

    queue.wish(1, 1, DumpReason::leak, 0s);
    request = queue.next(20min);
    queue.failed(*queue.answered(request->id, 20min), {Error::Kind::no_permission, "ptrace", {}, {}}, 20min);
    CHECK(queue.idle());
}

TEST_CASE("an unknown id and a second answer are left out", "[watch]") {
    DumpQueue queue(10min);
    queue.wish(0, 1, DumpReason::leak, 0s);
    const auto request = queue.next(0s);
    CHECK_FALSE(queue.answered(0, 1s));
    CHECK_FALSE(queue.answered(request->id + 1, 1s));
    CHECK(queue.answered(request->id, 1s));
    CHECK_FALSE(queue.answered(request->id, 1s));
}

TEST_CASE("an answer that never comes does not hold up the others, and is taken when it comes", "[watch]") {
    DumpQueue queue(10s);
    queue.wish(0, 1, DumpReason::leak, 0s);
    const auto lost = queue.next(0s);
    queue.wish(1, 1, DumpReason::growing, 1s);
    CHECK_FALSE(queue.next(9min));
    CHECK(reason(queue.next(11min)) == DumpReason::growing);
    CHECK(queue.answered(lost->id, 12min)->request == *lost);
}

TEST_CASE("the wishes of a life that is over go", "[watch]") {
    DumpQueue queue(10s);
    queue.wish(0, 1, DumpReason::leak, 0s);
    queue.drop(0);
    CHECK_FALSE(queue.next(0s));
    queue.wish(0, 2, DumpReason::leak, 1s);
    CHECK(queue.next(1s)->life == 2);
}
