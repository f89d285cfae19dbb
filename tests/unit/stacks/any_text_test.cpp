// SPDX-License-Identifier: MIT
#include "core/stacks/any_text.h"

#include <algorithm>
#include <random>

#include "core/stacks/grouper.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace rampwatch::stacks;

namespace {

struct Read {
    TextFormat format = TextFormat::unknown;
    std::vector<Group> groups{};
    std::int64_t stacks = 0;
    Skipped skipped{};
};

Read read(const std::string& text) {
    Read result;
    Grouper grouper;
    const ModuleMap none;
    result.format = recognise(text);
    const auto parser = parser_of(result.format, none, [&](Stack&& stack) { grouper.add(std::move(stack)); });
    if (!parser) return result;
    parser->feed(text);
    parser->finish();
    result.stacks = grouper.stacks();
    result.groups = grouper.take();
    result.skipped = parser->skipped();
    return result;
}

const Group* group_with(const Read& read, const std::string& function) {
    for (const Group& group : read.groups) {
        const bool has = std::any_of(group.frames.begin(), group.frames.end(),
                                     [&](const Frame& frame) { return frame.function == function; });
        if (has) return &group;
    }
    return nullptr;
}

}  // namespace

TEST_CASE("what others print is known by its lines, whatever stands before", "[stacks]") {
    CHECK(recognise(test::capture("stacks/threads.gdb")) == TextFormat::gdb);
    CHECK(recognise(test::capture("stacks/threads.eu-stack")) == TextFormat::eu_stack);
    CHECK(recognise(test::capture("stacks/shop.goroutines")) == TextFormat::go);
    CHECK(recognise(test::capture("stacks/java.jstack")) == TextFormat::jstack);
    CHECK(recognise("") == TextFormat::unknown);
    CHECK(recognise("mem.csv\nt,rss_bytes\n1,2\n") == TextFormat::unknown);
}

TEST_CASE("a Go traceback is grouped, its log line and registers passed over", "[stacks]") {
    const Read shop = read(test::capture("stacks/shop.goroutines"));
    const Group* pushing = group_with(shop, "main.(*pool).push");
    REQUIRE(pushing != nullptr);
    CHECK(pushing->count == 5);
    CHECK(pushing->kind == StackKind::goroutine);
    CHECK(pushing->state == "chan send");
    CHECK_FALSE(pushing->truncated);
    CHECK(pushing->frames[pushing->own_frame].function == "main.(*pool).push");
    CHECK(pushing->frames[pushing->own_frame].file == "/src/shop/shop.go");
    CHECK(pushing->frames[pushing->own_frame].line == 4);
    CHECK(shop.skipped.lines == 0);
    CHECK(shop.skipped.cut == 0);
}

TEST_CASE("a Java thread dump is grouped, with what each thread waits for", "[stacks]") {
    const Read java = read(test::capture("stacks/java.jstack"));
    const Group* wanting = group_with(java, "J.want");
    REQUIRE(wanting != nullptr);
    CHECK(wanting->count == 3);
    CHECK(wanting->state == "BLOCKED (on object monitor)");
    CHECK(std::find(wanting->names.begin(), wanting->names.end(), "want \"1\"") != wanting->names.end());
    CHECK(wanting->ids.front() > 0);
    CHECK(wanting->frames[wanting->own_frame].function == "J.want");
    CHECK(wanting->frames[wanting->own_frame].line == 4);
    const Group* holding = group_with(java, "J.hold");
    REQUIRE(holding != nullptr);
    CHECK(holding->frames[0].function == "java.lang.Thread.sleep");
    CHECK(holding->frames[0].library);
    CHECK(java.skipped.lines == 0);
}

TEST_CASE("garbage between the lines is counted, and harms nothing", "[stacks]") {
    std::mt19937 random(4711);
    const std::string name = GENERATE("threads.gdb", "threads.eu-stack", "shop.goroutines", "java.jstack");
    const std::string whole = test::capture("stacks/" + name);
    for (int round = 0; round < 50; ++round) {
        std::string text = whole;
        for (int change = 0; change < 20; ++change)
            text[random() % text.size()] = static_cast<char>(random() % 256);
        const Read damaged = read(text);
        CHECK(damaged.stacks <= 10'000);
    }
}
