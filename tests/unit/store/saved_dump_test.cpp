// SPDX-License-Identifier: MIT
#include "core/store/saved_dump.h"

#include <random>

#include "core/report/json_dump.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

Dump full() {
    Frame frame;
    frame.function = "shop::push";
    frame.module = "/opt/shop";
    frame.offset = 17;
    frame.file = "shop.cpp";
    frame.line = 42;
    frame.inlined = true;
    Frame bare;
    bare.module = "/opt/lib.so";
    bare.offset = 0x1234;
    bare.guess = true;
    bare.build_id = "abcd";
    Group group;
    group.count = 41;
    group.state = "futex";
    group.ids = {7, 8};
    group.names = {"w-1", "caf\xc3\xa9"};
    group.frames = {frame, bare};
    group.own_frame = 1;
    group.truncated = true;
    group.change = -3;
    group.growth = GroupGrowth{4, 0.25, 0.125, 0.5, 4096.5, 4000, 4200, 0.75};
    group.stayed = 0.875;
    Group goroutines = group;
    goroutines.kind = StackKind::goroutine;
    goroutines.created_by = frame;
    goroutines.parent = 1;
    goroutines.parent_frame = bare;
    goroutines.stack_bytes = 4096;
    goroutines.waited_at_least = 14s;
    goroutines.waited_at_most = 19'500ms;
    goroutines.runtime_own = true;
    goroutines.labels = {"route=/quote"};
    goroutines.leaked = 6;
    Dump dump;
    dump.wall = std::chrono::seconds(1'764'000'000);
    dump.life.pid = 4711;
    dump.life.start_ticks = 99;
    dump.life.started_wall = 1'762'000'000s;
    dump.life.executable = "/opt/shop";
    dump.life.command_line = "/opt/shop --port 80";
    dump.reason = DumpReason::leak;
    dump.stop_time = 1500us;
    dump.stops = {{7, 1200us}, {8, 300us}};
    dump.took = 212ms;
    dump.backend = "native";
    dump.threads = 82;
    dump.rss_bytes = 1 << 20;
    dump.baseline = std::chrono::seconds(1'763'000'000);
    dump.baseline_rss_bytes = 1 << 19;
    dump.explains_growth = true;
    dump.go = GoProgram{.version = "go1.24.4",
                        .module = "shop",
                        .guessed = true,
                        .frames = false,
                        .source = "http://127.0.0.1:6060/debug/pprof/goroutine",
                        .goroutines = 9,
                        .system = 5,
                        .running = 1,
                        .moving = 2,
                        .partial = 3,
                        .unread = 4,
                        .ungrouped = 6,
                        .stack_bytes = 8192,
                        .leaked = 7};
    dump.go->heap = GoHeap{100, 120, 150, 30, 20, 200, 240};
    dump.baseline_go = GoProgram{.version = "go1.24.4", .goroutines = 3};
    dump.baseline_go->heap = GoHeap{.marked = 50, .live = 60};  // and no goal: GOGC=off
    dump.warnings = {"One sentence."};
    dump.groups = {group, goroutines};
    dump.memory = MemoryParts{};
    dump.memory->total = {6 << 20, 5 << 20, 4 << 20, 3 << 20, 2 << 20, 1 << 20};
    dump.memory->parts = {
        {.kind = MemoryKind::named, .name = "pool", .mappings = 2, .figures = {6, 5, 4, 3, 2, 1, 9, 8, 7}},
        {.kind = MemoryKind::heap, .mappings = 1, .change_bytes = -7, .change_mappings = 1}};
    dump.memory->allocators = {"glibc"};
    dump.memory->missing = "it would take longer than 1 s";
    dump.memory->took = 17ms;
    dump.memory->since = 1'763'000'000s;
    dump.memory->before = MemoryFigures{1, 2, 3, 4, 5, 6, 7, 8, 9};
    HeapTypes& heap = dump.heap.emplace();
    heap.reader = "C and C++ on glibc";
    heap.wall = 1'763'000'600s;
    heap.since = 1'763'000'000s;
    heap.resident_bytes = 9 << 20;
    heap.before_resident_bytes = 3 << 20;
    heap.new_bytes = 6 << 20;
    heap.free_bytes = {-4096, 512};
    heap.types = {
        {.name = "shop::Session",
         .count = {90, 3},
         .bytes = {9000, 300},
         .own_bytes = 800,
         .owned = {{HeapKind::text, "text", 16, 90}, {HeapKind::chunk, "64 B", std::nullopt, 64}},
         .hint = "tls_ops at +8",
         .held_by = HeapHolder{"static variable shop::sessions", 131, 0.97}},
        {.kind = HeapKind::site, .name = "main.put", .stack = {{.function = "main.put", .line = 7}}}};
    heap.notes = {"One sentence."};
    heap.unread = "Java";
    heap.next = "jcmd 1 GC.class_histogram -all";
    heap.took = 17ms;
    heap.cpu = 15ms;
    return dump;
}

}  // namespace

TEST_CASE("a dump that was written as JSON is read back as it was", "[store]") {
    const Dump dump = full();
    const auto back = store::read_dump(report::json_dump(dump));
    REQUIRE(back);
    CHECK(back->groups == dump.groups);
    CHECK(back->go == dump.go);
    CHECK(back->baseline_go == dump.baseline_go);
    CHECK(back->memory == dump.memory);
    CHECK(*back == dump);  // whatever else there is
}

TEST_CASE("what is no saved dump is refused", "[store]") {
    const auto text =
        GENERATE("", "{", "[]", "1", "{}", R"({"schema":"rampwatch.event/1","groups":[]})",
                 R"({"schema":"rampwatch.dump/1"})", R"({"schema":"rampwatch.dump/1","groups":{}})",
                 R"({"schema":"rampwatch.dump/1","groups":[1]})",
                 R"({"schema":"rampwatch.dump/1","groups":[{"count":-1,"kind":"thread"}]})",
                 R"({"schema":"rampwatch.dump/1","groups":[{"count":1,"kind":"cow"}]})");
    CHECK_FALSE(store::read_dump(text));
}

TEST_CASE("members of the wrong kind are as good as none", "[store]") {
    const auto dump = store::read_dump(
        R"({"schema":"rampwatch.dump/1","time":7,"target":[],"threads":"x","warnings":{},"groups":[
           {"count":1,"kind":"thread","tids":["a",3],"names":[1,"n"],"own_frame":99,"frames":[7,{"line":"x"}]}]})");
    REQUIRE(dump);
    CHECK(dump->threads == 0);
    CHECK(dump->groups[0].ids == std::vector<std::int64_t>{3});
    CHECK(dump->groups[0].names == std::vector<std::string>{"n"});
    CHECK(dump->groups[0].own_frame == 0);
    CHECK(dump->groups[0].frames.size() == 2);
}

TEST_CASE("a damaged dump is refused or read, never more", "[store]") {
    std::mt19937 random(4711);
    const std::string whole = report::json_dump(full());
    for (int round = 0; round < 500; ++round) {
        std::string text = whole;
        for (int change = 0; change < 3; ++change)
            text[random() % text.size()] = static_cast<char>(random() % 256);
        const auto dump = store::read_dump(text);
        if (dump) CHECK(dump->groups.size() <= whole.size());
    }
}
