// SPDX-License-Identifier: MIT
// Garbage collectors at work are not called a leak; the same programs with a leak added are.
#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;

namespace {

using Words = std::vector<std::string>;

std::string seconds(double value) { return std::to_string(std::lround(value)) + "s"; }

// What a watch ends with whose patience is at least 8 of the target's own cycles, and at least `least_s`.
// A leak ends it at once; else it goes on for so many patiences.
test::Outcome watched(const test::Target& target, double least_s, double patiences) {
    const double cycle_s = parse_number(target.told()).value_or(0);
    const double patience_s = std::max(least_s, std::ceil(8 * cycle_s));
    REQUIRE(patience_s < 150);  // the program's cycle is not what it was made for
    return test::rampwatch(
        {"watch", "--patience", seconds(patience_s), "--for", seconds(patiences * patience_s),
         "--exit-on-leak", "--quiet", "--explain", target.pid_word()},
        std::chrono::seconds(std::lround((patiences + 4) * patience_s)));
}

void check_healthy(const Words& argv, double least_s = 30) {
    const test::Target target(argv);
    const auto outcome = watched(target, least_s, 4);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.status == 0);
}

// On a busy host a heap may still be finding its size when the watch begins, and growth that slows down is
// rightly not confirmed: so there is time enough for that to be over.
void check_leak(const Words& argv, double least_s = 30) {
    const test::Target target(argv);
    const auto outcome = watched(target, least_s, 10);
    INFO(outcome.out << outcome.err);
    CHECK(outcome.status == 1);
}

Words with(Words words, const Words& more) {
    words.insert(words.end(), more.begin(), more.end());
    return words;
}

// A heap that starts small and follows what it holds: a leak inside heap that was touched long ago moves no
// memory, and a heap that doubles at a time climbs like a staircase.
Words jvm(const std::string& most) {
    const std::string churn = test::program("Churn.class");
    const std::string directory = churn.substr(0, churn.rfind('/'));
    return {"java",
            "-XX:+UseSerialGC",
            "-Xms16m",
            "-Xmn8m",
            "-XX:MinHeapFreeRatio=10",
            "-XX:MaxHeapFreeRatio=20",
            most,
            "-cp",
            directory,
            "Churn"};
}

Words node(const std::string& most) { return {"node", most, test::tests_file("programs/churn.js")}; }

}  // namespace

TEST_CASE("Go under garbage collection is not called a leak", "[runtimes.go]") {
    if (test::have({test::program("churn_go")})) check_healthy({test::program("churn_go")});
}

TEST_CASE("Go with a leak under garbage collection is called a leak", "[runtimes.go]") {
    if (test::have({test::program("churn_go")})) check_leak({test::program("churn_go"), "-leak", "1024"});
}

TEST_CASE("the founding service is called a leak, and its fixed twin is not", "[runtimes.founding]") {
    if (!test::have({test::program("founding_go")})) return;
    check_leak({test::program("founding_go")}, 20);
    check_healthy({test::program("founding_go"), "-fixed"}, 20);
}

TEST_CASE("a JVM whose heap has filled is not called a leak", "[runtimes.jvm]") {
    if (test::have({"java", "javac"})) check_healthy(jvm("-Xmx64m"));
}

TEST_CASE("a JVM with a leak is called a leak", "[runtimes.jvm]") {
    if (test::have({"java", "javac"})) check_leak(with(jvm("-Xmx1g"), {"--leak", "1024"}), 40);
}

TEST_CASE("Node under garbage collection is not called a leak", "[runtimes.node]") {
    if (test::have({"node"})) check_healthy(node("--max-old-space-size=96"));
}

TEST_CASE("Node with a leak under garbage collection is called a leak", "[runtimes.node]") {
    if (test::have({"node"})) check_leak(with(node("--max-old-space-size=1000"), {"--leak", "1024"}));
}

TEST_CASE("a steady process is not called a leak", "[runtimes.native]") {
    check_healthy({test::program("steady")}, 15);
}

TEST_CASE("a sawtooth of malloc and free is not called a leak, one with a rising floor is",
          "[runtimes.native]") {
    check_healthy({test::program("sawtooth"), "--period", "2"}, 20);
    check_leak({test::program("sawtooth"), "--period", "2", "--leak", "2097152"}, 20);
}
