// SPDX-License-Identifier: MIT
// Workers of tests/programs/node/stands.js on each version, as tests/live/node_stacks_test.cpp recorded them:
// one whose code was interpreted, and one whose code was optimised.
#include <algorithm>
#include <chrono>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include "core/v8/compiled.h"
#include "core/v8/find.h"
#include "core/v8/runtime.h"
#include "core/v8/threads.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"

using namespace rampwatch;
using test::ImageTarget;
using test::ProcessImage;

namespace {

constexpr int kVersions[] = {20, 22, 24, 26};

std::string read(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    REQUIRE(file);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::filesystem::path image_of(int version) {
    return std::filesystem::path(RAMPWATCH_TESTS_DIR) / "captures/v8" / (std::to_string(version) + ".image");
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return v8::entry().attach(target, budget);
}

}  // namespace

TEST_CASE("workers come out of each version's image as they stood", "[v8]") {
    for (const int version : kVersions) {
        INFO(version);
        const ProcessImage image = ProcessImage::parse(read(image_of(version)));
        const ImageTarget process(image);
        CHECK(v8::entry().recognise(process.target()));
        const auto node = attach(process.target());
        REQUIRE(node);
        CHECK((*node)->version().starts_with(std::to_string(version) + "."));
        std::string told;
        for (const std::string& text : test::tell_standing(**node, image.standing)) told += text;
        CHECK(told == read(image_of(version).replace_extension(".expect")));
    }
}

TEST_CASE("of the second worker some frames are of code that was optimised, with what was inlined", "[v8]") {
    for (const int version : kVersions) {
        INFO(version);
        const ProcessImage image = ProcessImage::parse(read(image_of(version)));
        const ImageTarget process(image);
        const auto engine = v8::find(process.target());
        REQUIRE(engine);
        v8::Objects objects(engine->layout);
        objects.begin(image.memory);
        v8::Functions functions(objects);
        v8::Compiled compiled(objects, functions, engine->stack);
        compiled.begin(process.target().maps);
        const std::uint64_t sp = image.standing.back().sp;
        std::vector<std::uint64_t> words;
        while (const auto word = image.memory.get<std::uint64_t>(sp + 8 * words.size()))
            words.push_back(*word);
        const auto calls =
            v8::find_calls(objects, engine->stack, {sp, words}, [](std::uint64_t) { return true; });
        REQUIRE(calls.size() >= 5);
        std::size_t optimised = 0, most = 0;
        for (const v8::RawCall& call : calls) {
            const auto code = compiled.at(call.pc);
            if (!code || !code->optimised) continue;
            ++optimised;
            most = std::max(most, compiled.calls(*code, call.pc, call.shared).size());
        }
        CHECK(optimised > 0);
        CHECK(most > 1);
    }
}

TEST_CASE("a Node whose words were changed is read to an end, or refused", "[v8]") {
    std::mt19937 random(20);
    for (const int version : kVersions) {
        INFO(version);
        const ProcessImage whole = ProcessImage::parse(read(image_of(version)));
        for (int round = 0; round < 20; ++round) {
            ProcessImage image = whole;
            image.memory = {};
            test::change_bytes(whole.memory, random, image.memory);
            const ImageTarget process(image);
            const auto node = attach(process.target());
            if (!node || (*node)->threads() == nullptr) continue;
            for (const std::string& text : test::tell_standing(**node, whole.standing))
                CHECK(text.size() < 8 << 20);
        }
    }
}

TEST_CASE("a stack whose frames lead in a circle is none of V8's", "[v8]") {
    ProcessImage image = ProcessImage::parse(read(image_of(22)));
    const ImageTarget process(image);
    const auto engine = v8::find(process.target());
    REQUIRE(engine);
    v8::Objects objects(engine->layout);
    objects.begin(image.memory);
    const v8::StackLayout& layout = engine->stack;
    constexpr std::uint64_t kStack = 0x7f0000000000;
    const auto mark = static_cast<std::uint64_t>(layout.exits.front()) << 1;
    // A frame that left V8, and callers that are stubs, of which the last leads back.
    std::vector<std::uint64_t> words(64, mark);
    for (std::size_t i = 2; i + 2 < words.size(); i += 4) words[i] = kStack + 8 * (i + 4);
    words[58] = kStack + 8 * 6;
    const v8::StackWords stack{kStack, words};
    const v8::IsCode everywhere = [](std::uint64_t) { return true; };
    CHECK(v8::find_calls(objects, layout, stack, everywhere).empty());
    CHECK(v8::calls_from(objects, layout, stack, kStack + 16, 0x1000, everywhere).empty());
    CHECK(v8::find_calls(objects, layout, {kStack, {}}, everywhere).empty());
}
