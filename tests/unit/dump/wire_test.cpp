// SPDX-License-Identifier: MIT
#include "core/dump/wire.h"

#include <random>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::dump;

namespace {

Answer full_answer() {
    Answer answer;
    answer.order = Order::goroutines;
    answer.error = Error{Error::Kind::gone, "what", "where", "hint"};
    answer.counters = {0x1000, 0x2000};
    answer.dump.backend = "go";
    answer.dump.threads = 3;
    answer.dump.warnings = {"one", "two"};
    answer.dump.stop_time = std::chrono::microseconds(5);
    answer.dump.stops = {{7, std::chrono::nanoseconds(9)}};
    answer.dump.go = GoProgram{};
    answer.dump.go->version = "go1.24.4";
    answer.dump.go->source = "http://127.0.0.1:6060/";
    answer.dump.go->leaked = 40'000;
    answer.dump.go->goroutines = 41'032;
    answer.dump.go->heap = GoHeap{};
    answer.dump.go->heap->next_goal = 1 << 20;
    Frame frame;
    frame.function = "main.process";
    frame.file = "worker.go";
    frame.line = 12;
    frame.inlined = true;
    frame.build_id = "abcd";
    Group group;
    group.kind = StackKind::goroutine;
    group.count = 41'000;
    group.state = "chan send";
    group.ids = {7, 8, 9};
    group.frames = {frame, frame};
    group.own_frame = 1;
    group.created_by = frame;
    group.parent = 1;
    group.stack_bytes = 84'000'000;
    group.parent_frame = frame;
    group.labels = {"tenant=shop"};
    group.leaked = 40'000;
    group.waited_at_most = std::chrono::hours(200);
    answer.dump.groups = {group, Group{}};
    answer.dump.memory = MemoryParts{};
    answer.dump.memory->total = {6, 5, 4, 3, 2, 1};
    answer.dump.memory->parts = {{.kind = MemoryKind::shared, .name = "/memfd:x", .mappings = 2}};
    answer.dump.memory->allocators = {"glibc"};
    answer.dump.memory->missing = "why";
    return answer;
}

}  // namespace

TEST_CASE("an answer comes out of the pipe as it went in", "[dump]") {
    CHECK(decode(encode(full_answer())) == full_answer());
    CHECK(decode(encode(Answer{})) == Answer{});
}

TEST_CASE("what only the asker can know does not come out of the pipe", "[dump]") {
    Answer answer = full_answer();
    answer.dump.wall = std::chrono::seconds(1);
    answer.dump.life.pid = 4711;
    answer.dump.reason = DumpReason::leak;
    answer.dump.baseline_go = GoProgram{};
    answer.dump.groups[0].change = 5;
    answer.dump.groups[0].growth = GroupGrowth{.dumps = 3};
    answer.dump.memory->before = MemoryFigures{};
    CHECK(decode(encode(answer)) == full_answer());
}

TEST_CASE("an answer that is cut anywhere, or goes on, is none", "[dump]") {
    const std::string bytes = encode(full_answer());
    for (std::size_t size = 0; size < bytes.size(); ++size) {
        if (decode(std::string_view(bytes).substr(0, size))) FAIL("cut at " << size << " it was taken");
    }
    CHECK_FALSE(decode(bytes + "x"));
}

TEST_CASE("an answer that is taken is written again byte for byte", "[dump]") {
    const std::string good = encode(full_answer());
    for (std::size_t i = 0; i < good.size(); ++i) {
        std::string bad = good;
        bad[i] = '\x13';
        const auto answer = decode(bad);
        if (answer && encode(*answer) != bad) FAIL_CHECK("byte " << i);
    }
}

TEST_CASE("what a hostile worker may send is refused or bounded", "[dump]") {
    const std::string good = encode(full_answer());
    std::mt19937 dice(17);
    for (int round = 0; round < 20'000; ++round) {
        std::string bad = good;
        for (int i = 0; i < 3; ++i) bad[dice() % bad.size()] = static_cast<char>(dice());
        const auto answer = decode(bad);
        if (answer && answer->dump.groups.size() > bad.size()) FAIL("more groups than bytes");
    }
}
