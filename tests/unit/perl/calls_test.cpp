// SPDX-License-Identifier: MIT
// A program that stood still, from an image of it: tests/programs/perl/shop.pl in an eval of a string, as
// tests/live/perl_test.cpp recorded it after it had compared it with Perl's own word.
#include "core/perl/calls.h"

#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>

#include "core/perl/runtime.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"

using namespace rampwatch;
using test::ImageTarget;
using test::ProcessImage;

namespace {

std::string capture(const std::string& name) {
    std::ifstream file(std::filesystem::path(RAMPWATCH_TESTS_DIR) / "captures/perl" / name, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return perl::entry().attach(target, budget);
}

}  // namespace

TEST_CASE("calls come out of an image as Perl told them", "[perl]") {
    const ProcessImage image = ProcessImage::parse(capture("5.36.image"));
    const ImageTarget process(image);
    CHECK(perl::entry().recognise(process.target()));
    const auto perl = attach(process.target());
    REQUIRE(perl);
    CHECK((*perl)->version() == "5.36.0");
    CHECK(test::tell_threads(**perl, {image.tids.front().first}) ==
          std::vector<std::string>{capture("5.36.expect")});
}

TEST_CASE("calls are those of the process's first thread, and nothing is said of others", "[perl]") {
    const ProcessImage image = ProcessImage::parse(capture("5.36.image"));
    const ImageTarget process(image);
    const auto perl = attach(process.target());
    REQUIRE(perl);
    const pid_t leader = image.tids.front().first;
    CHECK(test::tell_threads(**perl, {leader, leader + 1}).size() == 1);
}

TEST_CASE("what called into Perl from C is marked, and the main program always is", "[perl]") {
    const ProcessImage image = ProcessImage::parse(capture("5.36.image"));
    const ImageTarget process(image);
    const auto perl = perl::find(process.target());
    REQUIRE(perl);
    const perl::Calls found = perl::read_calls(process.target().memory, *perl);
    CHECK(found.whole);
    REQUIRE(found.calls.size() == 6);
    CHECK(found.calls.back().entered);
    CHECK_FALSE(found.calls.front().entered);
}

TEST_CASE("an image of a Perl whose words were changed is read to an end, or refused", "[perl]") {
    std::mt19937 random(5);
    const ProcessImage whole = ProcessImage::parse(capture("5.36.image"));
    const auto perl = perl::find(ImageTarget(whole).target());
    REQUIRE(perl);
    int read = 0;
    for (int round = 0; round < 300; ++round) {
        ProcessImage image = whole;
        image.memory = {};
        test::change_bytes(whole.memory, random, image.memory);
        const perl::Calls calls = perl::read_calls(image.memory, *perl);
        CHECK(calls.calls.size() <= perl::kMostCalls);
        for (const perl::Call& call : calls.calls) CHECK(call.function.size() <= 2 * perl::kMostName + 2);
        read += calls.whole ? 1 : 0;
    }
    CHECK(read > 0);
}

TEST_CASE("stacks of contexts in a circle are read to an end", "[perl]") {
    ProcessImage image = ProcessImage::parse(capture("5.36.image"));
    const auto perl = perl::find(ImageTarget(image).target());
    REQUIRE(perl);
    const auto interpreter = image.memory.get<std::uint64_t>(perl->place);
    REQUIRE(interpreter);
    const std::uint64_t info = 0x10000;
    image.memory.put_word(*interpreter + perl->layout.stack_info, info);
    image.memory.put_word(info, 0);
    image.memory.put_word(info + 0x08, 0x20000);
    image.memory.put_word(info + 0x10, info);
    image.memory.put_word(info + 0x18, 0);
    image.memory.put_word(info + 0x20, std::uint64_t{0xffffffff});  // no context
    image.memory.put_word(info + 0x28, 0);
    const perl::Calls calls = perl::read_calls(image.memory, *perl);
    CHECK_FALSE(calls.whole);
    CHECK(calls.calls.empty());
}
