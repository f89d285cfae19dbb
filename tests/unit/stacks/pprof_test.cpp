// SPDX-License-Identifier: MIT
#include "core/stacks/pprof.h"

#include <fstream>
#include <random>

#include "core/base/gzip.h"
#include "tests/catch.h"

using namespace rampwatch;
using stacks::read_profile;

namespace {

// Of tests/programs/served.go -n 300, by curl http://127.0.0.1:PORT/debug/pprof/goroutine.
std::string capture() {
    std::ifstream file(RAMPWATCH_TESTS_DIR "/captures/pprof/goroutine.pb.gz", std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a goroutine profile comes out as groups with what they wait for", "[stacks]") {
    const auto profile = read_profile(capture());
    REQUIRE(profile);
    CHECK(profile->sample_type == "goroutine");
    CHECK(profile->total == 304);
    REQUIRE_FALSE(profile->groups.empty());
    const Group& most = profile->groups.front();
    CHECK(most.count == 300);
    CHECK(most.kind == StackKind::goroutine);
    CHECK(most.state == "chan send");
    CHECK(most.labels == std::vector<std::string>{"tenant=shop"});
    CHECK(most.frames.front().function == "runtime.gopark");
    REQUIRE(most.own_frame < most.frames.size());
    CHECK(most.frames[most.own_frame].function == "main.process");
    CHECK(most.frames[most.own_frame].line.value_or(0) > 0);
    std::string states;
    for (const Group& group : profile->groups) states += group.state.value_or("-") + ";";
    CHECK(states.find("IO wait") != std::string::npos);
    CHECK(states.find("sleep") != std::string::npos);
}

TEST_CASE("what the runtime calls leaked is told of the group with that stack", "[stacks]") {
    auto profile = read_profile(capture());
    REQUIRE(profile);
    auto leaked = *profile;
    leaked.groups.resize(1);
    leaked.groups[0].count = 299;
    stacks::mark_leaked(profile->groups, leaked);
    CHECK(profile->groups[0].leaked == 299);
    CHECK_FALSE(profile->groups[1].leaked);
}

TEST_CASE("what is no profile, or too large, is refused", "[stacks]") {
    for (const std::string& bytes : {std::string(), std::string("goroutine profile: total 3\n1 @ 0x44\n"),
                                     std::string("<html>"), capture().substr(0, 600)}) {
        CHECK_FALSE(read_profile(bytes));
    }
    const auto large = read_profile(capture(), 1000);
    REQUIRE_FALSE(large);
    CHECK(large.error().what == "more than 1000 bytes");
}

TEST_CASE("a damaged profile is refused or read with bounds", "[stacks]") {
    const auto plain = gunzip(capture(), 1 << 20);
    REQUIRE(plain);
    std::mt19937 dice(11);
    int refused = 0;
    for (int round = 0; round < 3000; ++round) {
        std::string bad = *plain;
        for (int i = 0; i < 1 + round % 7; ++i) bad[dice() % bad.size()] = static_cast<char>(dice());
        if (round % 5 == 0) bad.resize(dice() % bad.size());
        const auto profile = read_profile(bad);
        refused += profile ? 0 : 1;
        if (profile && profile->groups.size() > bad.size()) FAIL("more groups than bytes");
    }
    CHECK(refused > 0);
    CHECK(refused < 3000);
}
