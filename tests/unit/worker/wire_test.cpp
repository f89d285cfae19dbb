// SPDX-License-Identifier: MIT
#include "core/worker/wire.h"

#include <random>
#include <string>
#include <variant>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::worker;

namespace {

Frame full_frame() {
    Frame frame;
    frame.function = "main.process";
    frame.file = "worker.go";
    frame.line = 12;
    frame.inlined = true;
    frame.build_id = "abcd";
    return frame;
}

Group full_group() {
    const Frame frame = full_frame();
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
    return group;
}

GoProgram full_go() {
    GoProgram go;
    go.version = "go1.24.4";
    go.source = "http://127.0.0.1:6060/";
    go.leaked = 40'000;
    go.goroutines = 41'032;
    go.kept = 5;
    go.aged = 6;
    go.heap = GoHeap{};
    go.heap->next_goal = 1 << 20;
    return go;
}

MemoryParts full_memory() {
    MemoryParts memory;
    memory.total = {6, 5, 4, 3, 2, 1};
    memory.parts = {{.kind = MemoryKind::shared, .name = "/memfd:x", .mappings = 2}};
    memory.allocators = {"glibc"};
    memory.missing = "why";
    return memory;
}

Dump full_dump() {
    Dump dump;
    dump.backend = "native";
    dump.threads = 3;
    dump.timed_out = true;
    dump.warnings = {"one", "two"};
    dump.stop_time = std::chrono::microseconds(5);
    dump.stops = {{7, std::chrono::nanoseconds(9)}};
    dump.groups = {full_group(), Group{}};
    dump.runtimes = {LanguageRuntime{.name = "Java", .version = "17.0.15"}};
    dump.runtimes[0].heap = RuntimeHeap{.collector = "G1", .used = 5, .collections = 2, .missing = "why"};
    return dump;
}

runtime::CollectedWord full_word() {
    return {.left = Series::java_old,
            .used = Series::java_old_used,
            .room = Series::java_young,
            .used_at = 0x1000,
            .room_at = 0x5000,
            .whole = 0x2000,
            .marks = 0x3000,
            .parts = 0x4000};
}

std::vector<Answer> full_answers() {
    using std::chrono::nanoseconds;
    return {{Error{Error::Kind::gone, "what", "where", "hint"}, nanoseconds(7)},
            {answer::Goroutines{full_go(), {full_group(), Group{}}, {"one"}}, nanoseconds(7)},
            {answer::Count{full_go(), {0x1000, 0x2000}}, nanoseconds(7)},
            {answer::TaskCount{true, 5, 2, "why", {full_word()}}, nanoseconds(7)},
            {answer::Stacks{full_dump()}, nanoseconds(7)},
            {answer::Memory{full_memory()}, nanoseconds(7)}};
}

}  // namespace

TEST_CASE("an answer comes out of the pipe as it went in", "[worker]") {
    for (const Answer& answer : full_answers()) CHECK(decode_answer(encode(answer)) == answer);
}

TEST_CASE("an order comes out of the pipe with its settings and its cost", "[worker]") {
    native::NativeSettings settings;
    settings.capture.stop = native::StopPolicy::all;
    settings.capture.max_stop = std::chrono::milliseconds(3);
    settings.capture.most_threads = 12;
    settings.lines = std::chrono::seconds(2);
    const Order order{.task = order::Stacks{settings},
                      .cpu = std::chrono::seconds(5),
                      .time = std::chrono::seconds(9),
                      .nice = 10};
    const auto there = decode_order(encode(order));
    REQUIRE(there);
    CHECK(there->cpu == order.cpu);
    CHECK(there->time == order.time);
    CHECK(there->nice == 10);
    const auto& stacks = std::get<order::Stacks>(there->task).settings;
    CHECK(stacks.capture.stop == native::StopPolicy::all);
    CHECK(stacks.capture.max_stop == settings.capture.max_stop);
    CHECK(stacks.capture.most_threads == 12);
    CHECK(stacks.lines == settings.lines);
    const auto profile = decode_order(encode(Order{.task = order::Profile{"auto", std::chrono::seconds(1)}}));
    REQUIRE(profile);
    CHECK(std::get<order::Profile>(profile->task).place == "auto");
    CHECK_FALSE(decode_order(encode(order) + "x"));
}

TEST_CASE("a task is answered by what it asked for, or by an error", "[worker]") {
    CHECK(answers(answer::Count{}, order::Count{}));
    CHECK(answers(Error{}, order::Count{}));
    CHECK_FALSE(answers(answer::Count{}, order::Goroutines{}));
    CHECK(answers(answer::Goroutines{}, order::Profile{}));
}

TEST_CASE("what only the asker can know does not come out of the pipe", "[worker]") {
    Dump dump = full_dump();
    dump.wall = std::chrono::seconds(1);
    dump.life.pid = 4711;
    dump.reason = DumpReason::leak;
    dump.baseline_go = GoProgram{};
    dump.groups[0].change = 5;
    dump.groups[0].growth = GroupGrowth{.dumps = 3};
    CHECK(decode_answer(encode(Answer{answer::Stacks{dump}})) == Answer{answer::Stacks{full_dump()}});
    MemoryParts memory = full_memory();
    memory.before = MemoryFigures{};
    CHECK(decode_answer(encode(Answer{answer::Memory{memory}})) == Answer{answer::Memory{full_memory()}});
}

TEST_CASE("an answer that is cut anywhere, or goes on, is none", "[worker]") {
    for (const Answer& answer : full_answers()) {
        const std::string bytes = encode(answer);
        for (std::size_t size = 0; size < bytes.size(); ++size) {
            if (decode_answer(std::string_view(bytes).substr(0, size)))
                FAIL("cut at " << size << " it was taken");
        }
        CHECK_FALSE(decode_answer(bytes + "x"));
    }
}

TEST_CASE("an answer that is taken is written again byte for byte", "[worker]") {
    for (const Answer& answer : full_answers()) {
        const std::string good = encode(answer);
        for (std::size_t i = 0; i < good.size(); ++i) {
            std::string bad = good;
            bad[i] = '\x13';
            const auto taken = decode_answer(bad);
            if (taken && encode(*taken) != bad) FAIL_CHECK("byte " << i);
        }
    }
}

TEST_CASE("an answer of a kind that does not exist, or with an absurd count, is none", "[worker]") {
    std::string bytes = encode(Answer{answer::Count{}});
    bytes[0] = 5;
    CHECK_FALSE(decode_answer(bytes));
    answer::Count count;
    count.go.goroutines = -1;
    CHECK_FALSE(decode_answer(encode(Answer{count})));
    answer::Stacks stacks{full_dump()};
    stacks.dump.groups[0].own_frame = 2;
    CHECK_FALSE(decode_answer(encode(Answer{stacks})));
}

TEST_CASE("what a hostile worker may send is refused or bounded", "[worker]") {
    std::mt19937 dice(17);
    for (const Answer& answer : full_answers()) {
        const std::string good = encode(answer);
        for (int round = 0; round < 5'000; ++round) {
            std::string bad = good;
            for (int i = 0; i < 3; ++i) bad[dice() % bad.size()] = static_cast<char>(dice());
            const auto taken = decode_answer(bad);
            const auto* stacks = taken ? std::get_if<answer::Stacks>(&taken->payload) : nullptr;
            if (stacks != nullptr && stacks->dump.groups.size() > bad.size()) FAIL("more groups than bytes");
        }
    }
}

TEST_CASE("a word to be read at each tick is one of a series, and has a place", "[worker]") {
    const auto answered = [](runtime::CollectedWord word) {
        return decode_answer(encode(Answer{answer::TaskCount{.words = {word}}})).has_value();
    };
    CHECK(answered(full_word()));
    runtime::CollectedWord of_memory = full_word(), of_none = full_word(), nowhere = full_word();
    of_memory.used = Series::memory;
    of_none.left = static_cast<Series>(200);
    nowhere.room_at = 0;
    CHECK_FALSE(answered(of_memory));
    CHECK_FALSE(answered(of_none));
    CHECK_FALSE(answered(nowhere));
    CHECK_FALSE(decode_answer(
        encode(Answer{answer::TaskCount{.words = std::vector<runtime::CollectedWord>(99, full_word())}})));
}
