// SPDX-License-Identifier: MIT
#include "core/report/pprof.h"

#include <algorithm>
#include <map>
#include <numeric>
#include <protozero/pbf_reader.hpp>
#include <vector>

#include "core/base/gzip.h"
#include "tests/catch.h"

using namespace rampwatch;

namespace {

struct Read {
    std::vector<std::string> strings{};
    std::vector<std::vector<std::int64_t>> values{};
    std::vector<std::vector<std::uint64_t>> stacks{};
    std::map<std::uint64_t, std::vector<std::uint64_t>> functions_of{};  // by location
    std::map<std::uint64_t, std::int64_t> names{};                       // of functions
};

void read_sample(protozero::pbf_reader sample, Read& read) {
    while (sample.next()) {
        if (sample.tag() == 1) {
            const auto packed = sample.get_packed_uint64();
            read.stacks.emplace_back(packed.begin(), packed.end());
        } else if (sample.tag() == 2) {
            const auto packed = sample.get_packed_int64();
            read.values.emplace_back(packed.begin(), packed.end());
        } else {
            sample.skip();
        }
    }
}

void read_location(protozero::pbf_reader location, Read& read) {
    std::uint64_t id = 0;
    std::vector<std::uint64_t> functions;
    while (location.next()) {
        if (location.tag() == 1) {
            id = location.get_uint64();
        } else if (location.tag() == 4) {
            auto line = location.get_message();
            while (line.next(1)) functions.push_back(line.get_uint64());
        } else {
            location.skip();
        }
    }
    read.functions_of[id] = functions;
}

Read read(const std::string& bytes) {
    Read read;
    protozero::pbf_reader profile(bytes);
    while (profile.next()) {
        if (profile.tag() == 2) {
            read_sample(profile.get_message(), read);
        } else if (profile.tag() == 4) {
            read_location(profile.get_message(), read);
        } else if (profile.tag() == 5) {
            auto function = profile.get_message();
            std::uint64_t id = 0;
            std::int64_t name = 0;
            while (function.next()) {
                if (function.tag() == 1)
                    id = function.get_uint64();
                else if (function.tag() == 2)
                    name = function.get_int64();
                else
                    function.skip();
            }
            read.names[id] = name;
        } else if (profile.tag() == 6) {
            read.strings.push_back(profile.get_string());
        } else {
            profile.skip();
        }
    }
    return read;
}

Frame frame(const std::string& function, bool inlined = false) {
    Frame made;
    made.function = function;
    made.module = "/opt/shop";
    made.file = "shop.cpp";
    made.line = 7;
    made.inlined = inlined;
    return made;
}

Group group(std::int64_t count, std::vector<Frame> frames) {
    Group made;
    made.count = count;
    made.state = "futex";
    made.frames = std::move(frames);
    return made;
}

}  // namespace

TEST_CASE("a profile has a sample a group, and a location a call that was really made", "[report]") {
    Dump dump;
    dump.groups = {group(500, {frame("lock", true), frame("push"), frame("run")}),
                   group(3, {frame("poll"), frame("run")})};
    const Read profile = read(report::pprof_message(dump));
    REQUIRE(profile.strings.size() > 1);
    CHECK(profile.strings[0].empty());  // as the format wants it
    CHECK(profile.values == std::vector<std::vector<std::int64_t>>{{500}, {3}});
    REQUIRE(profile.stacks.size() == 2);
    REQUIRE(profile.stacks[0].size() == 2);
    CHECK(profile.stacks[0][1] == profile.stacks[1][1]);  // run
    const auto& inlined = profile.functions_of.at(profile.stacks[0][0]);
    REQUIRE(inlined.size() == 2);
    CHECK(profile.strings[static_cast<std::size_t>(profile.names.at(inlined[0]))] == "lock");
    CHECK(profile.strings[static_cast<std::size_t>(profile.names.at(inlined[1]))] == "push");
}

TEST_CASE("goroutines are a column of their own", "[report]") {
    Dump dump;
    dump.go = GoProgram{};
    Group goroutines = group(41'000, {frame("main.process")});
    goroutines.kind = StackKind::goroutine;
    dump.groups = {goroutines, group(6, {frame("futex")})};
    CHECK(read(report::pprof_message(dump)).values ==
          std::vector<std::vector<std::int64_t>>{{0, 41'000}, {6, 0}});
}

TEST_CASE("a frame without a function, and a stack without a frame, are in the profile", "[report]") {
    Frame bare;
    bare.module = "/opt/shop";
    bare.offset = 0x1234;
    Dump dump;
    dump.groups = {group(1, {bare}), group(2, {})};
    const Read profile = read(report::pprof_message(dump));
    CHECK(profile.values.size() == 2);
    CHECK(std::any_of(profile.strings.begin(), profile.strings.end(),
                      [](const std::string& name) { return name.find("shop") != std::string::npos; }));
    CHECK(report::pprof(dump)->substr(0, 2) == "\x1f\x8b");
}
