// SPDX-License-Identifier: MIT
// Threads by one way after the other.
#include "core/dump/threads_step.h"

#include <string>
#include <utility>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::dump;

namespace {

struct FakeJob : Job {
    explicit FakeJob(Result<Dump> dump) : result_(std::move(dump)) {}
    [[nodiscard]] int fd() const override { return -1; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override { return {}; }
    bool turn() override { return true; }
    Result<Dump> result() override { return result_; }
    Result<Dump> result_;
};

StartJob gives(Result<Dump> result) {
    return [result]() -> Result<std::unique_ptr<Job>> { return std::unique_ptr<Job>(new FakeJob(result)); };
}
StartJob cannot(Error::Kind kind, std::string what) {
    return [=]() -> Result<std::unique_ptr<Job>> { return Error{kind, what, {}, {}}; };
}

Dump dump_by(std::string backend, std::int64_t threads) {
    Dump dump;
    dump.backend = std::move(backend);
    dump.threads = threads;
    return dump;
}

DumpInHand run(ThreadReaders ways, DumpInHand in_hand = {}) {
    const auto step = threads_step(std::move(ways));
    REQUIRE(step->start(in_hand));
    for (int turns = 0; !step->turn(); ++turns) REQUIRE(turns < 10);
    step->fill(in_hand);
    return in_hand;
}

bool says(const Dump& dump, const std::string& words) {
    for (const std::string& warning : dump.warnings)
        if (warning.find(words) != std::string::npos) return true;
    return false;
}

}  // namespace

TEST_CASE("where a way is not there the next one reads, and says so", "[dump]") {
    const DumpInHand found =
        run({{cannot(Error::Kind::unavailable, "no native"), gives(dump_by("gdb", 4))}, {}});
    REQUIRE(found.has_stacks);
    CHECK(found.dump.threads == 4);
    CHECK(says(found.dump, "Read by gdb: no native."));
}

TEST_CASE("what is no matter of the way ends the search", "[dump]") {
    const DumpInHand found =
        run({{cannot(Error::Kind::no_permission, "no right"), gives(dump_by("gdb", 4))}, {}});
    CHECK_FALSE(found.has_stacks);
    REQUIRE(found.error);
    CHECK(found.error->what == "no right");
}

TEST_CASE("a reader that was ended early is followed by addresses alone, whatever it says", "[dump]") {
    Dump cut = dump_by("eu-stack", 3);
    cut.timed_out = true;
    const DumpInHand found = run({{gives(cut)}, gives(dump_by("eu-stack", 9))});
    CHECK(found.dump.threads == 9);
    CHECK(says(found.dump, "these are only addresses"));

    Dump worded = dump_by("eu-stack", 3);
    worded.warnings = {"eu-stack was ended after 30 s; it had shown 3 of 9 threads."};
    CHECK(run({{gives(worded)}, gives(dump_by("eu-stack", 9))}).dump.threads == 3);
}

TEST_CASE("names of more threads are not given away for addresses of fewer", "[dump]") {
    Dump cut = dump_by("eu-stack", 8);
    cut.timed_out = true;
    CHECK(run({{gives(cut)}, gives(dump_by("eu-stack", 5))}).dump.threads == 8);
}

TEST_CASE("threads come behind goroutines, and the dump is that of their backend", "[dump]") {
    DumpInHand so_far;
    so_far.has_stacks = true;
    so_far.dump.backend = "go";
    so_far.dump.go = GoProgram{};
    so_far.dump.groups = {{.kind = StackKind::goroutine, .count = 7}};
    so_far.dump.warnings = {"of goroutines"};
    Dump threads = dump_by("native", 2);
    threads.groups = {{.count = 2}};
    threads.warnings = {"of threads"};

    const DumpInHand both = run({{gives(threads)}, {}}, so_far);
    CHECK(both.dump.backend == "native");
    CHECK(both.dump.go);
    REQUIRE(both.dump.groups.size() == 2);
    CHECK(both.dump.groups[0].kind == StackKind::goroutine);
    CHECK(both.dump.warnings == std::vector<std::string>{"of threads", "of goroutines"});

    const DumpInHand one = run({{cannot(Error::Kind::io, "broken")}, {}}, so_far);
    CHECK(one.dump.backend == "go");
    CHECK(one.dump.warnings.front() == "Its threads could not be read: broken");
}
