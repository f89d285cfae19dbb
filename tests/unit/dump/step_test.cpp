// SPDX-License-Identifier: MIT
// A dump out of steps.
#include "core/dump/step.h"

#include <string>
#include <utility>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::dump;

namespace {

struct FakeStep : DumpStep {
    FakeStep(std::string name, int turns, bool starts = true)
        : name_(std::move(name)), turns_(turns), starts_(starts) {}
    bool start(const DumpInHand& /*so_far*/) override { return starts_; }
    [[nodiscard]] int fd() const override { return turns_; }
    [[nodiscard]] std::optional<std::chrono::nanoseconds> deadline() const override { return {}; }
    bool turn() override { return --turns_ <= 0; }
    void fill(DumpInHand& dump) override {
        const bool failed = name_ == "fails";
        dump.has_stacks = dump.has_stacks || !failed;
        if (failed) dump.error = Error{Error::Kind::io, "failed", {}, {}};
        dump.dump.warnings.push_back(name_ + (turns_ > 0 ? " early" : ""));
    }

    std::string name_;
    int turns_;
    bool starts_;
};

template <class... S>
std::unique_ptr<Job> job_of(S... steps) {
    std::vector<std::unique_ptr<DumpStep>> list;
    (list.push_back(std::make_unique<FakeStep>(std::move(steps))), ...);
    return in_steps(std::move(list));
}

}  // namespace

TEST_CASE("steps go one after the other, each with its own descriptor", "[dump]") {
    const auto job = job_of(FakeStep("one", 2), FakeStep("two", 3));
    CHECK(job->fd() == 2);
    CHECK_FALSE(job->has_part());
    CHECK_FALSE(job->turn());  // the first has one more turn
    CHECK_FALSE(job->turn());  // it is done, and the second has had one
    CHECK(job->fd() == 2);
    CHECK(job->has_part());
    CHECK_FALSE(job->turn());
    CHECK(job->turn());
    CHECK(job->result()->warnings == std::vector<std::string>{"one", "two"});
}

TEST_CASE("a step that has nothing to do is passed over", "[dump]") {
    const auto job = job_of(FakeStep("one", 1), FakeStep("none", 9, false));
    CHECK(job->turn());
    CHECK(job->result()->warnings == std::vector<std::string>{"one"});
}

TEST_CASE("a dump that nobody waits for any longer has what is there, and the rest says why not", "[dump]") {
    const auto job = job_of(FakeStep("one", 1), FakeStep("two", 5));
    CHECK_FALSE(job->turn());
    CHECK(job->has_part());
    CHECK(job->result()->warnings == std::vector<std::string>{"one", "two early"});
}

TEST_CASE("nothing read is an error; one part of two is a dump", "[dump]") {
    const auto nothing = job_of(FakeStep("fails", 1));
    CHECK(nothing->turn());
    CHECK_FALSE(nothing->result());
    const auto half = job_of(FakeStep("one", 1), FakeStep("fails", 1));
    CHECK(half->turn());
    CHECK(half->result());
}
