// SPDX-License-Identifier: MIT
#include "core/report/memory_text.h"

#include "core/report/memory_hint.h"
#include "core/stacks/memory_change.h"
#include "tests/catch.h"

using namespace rampwatch;
using report::memory_hints;
using report::memory_lines;

namespace {

constexpr std::int64_t kMib = 1 << 20;

MemoryParts of(std::vector<MemoryPart> parts) {
    MemoryParts memory;
    memory.parts = std::move(parts);
    for (const MemoryPart& part : memory.parts) {
        memory.total.rss += part.figures.rss;
        memory.total.lazy_free += part.figures.lazy_free;
        memory.total.huge += part.figures.huge;
    }
    return memory;
}

MemoryPart part(MemoryKind kind, std::int64_t mib, std::int64_t mappings = 1, std::string name = {}) {
    MemoryPart part;
    part.kind = kind;
    part.name = std::move(name);
    part.mappings = mappings;
    part.figures.rss = mib * kMib;
    return part;
}

Dump grown(const MemoryParts& then, MemoryParts now) {
    stacks::compare_memory(now, then, std::chrono::seconds(1'764'000'000));
    Dump dump;
    dump.memory = std::move(now);
    return dump;
}

std::string hints(const Dump& dump) {
    std::string all;
    for (const std::string& hint : memory_hints(dump)) all += hint + "\n";
    return all;
}

bool has(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what grew stands first, with its growth and what it is now", "[report]") {
    const Dump dump = grown(of({part(MemoryKind::heap, 10), part(MemoryKind::file, 50, 4, "/opt/shop")}),
                            of({part(MemoryKind::file, 50, 4, "/opt/shop"), part(MemoryKind::heap, 40),
                                part(MemoryKind::stacks, 2, 21)}));
    const auto lines = memory_lines(dump);
    REQUIRE(lines.size() >= 3);
    CHECK(lines[0].starts_with("memory: 92.0 MiB, +32.0 MiB since "));
    CHECK(lines[1] == "     +30.0 MiB  heap, now 40.0 MiB");
    CHECK(lines[2] == "     +2.00 MiB  thread stacks, now 2.00 MiB in 21 mappings (+21)");
}

TEST_CASE("a part that is there no more has shrunk", "[report]") {
    const Dump dump = grown(of({part(MemoryKind::shared, 30, 2, "/memfd:pool")}), of({}));
    REQUIRE(dump.memory->parts.size() == 1);
    CHECK(dump.memory->parts[0].change_bytes == -30 * kMib);
    CHECK(memory_lines(dump)[1] == "     -30.0 MiB  /memfd:pool, now 0 B in 0 mappings (-2)");
    CHECK(memory_hints(dump).empty());
}

TEST_CASE("each kind of growth has the hint that helps", "[report]") {
    const auto hint = [](MemoryPart then, MemoryPart now, std::vector<std::string> allocators = {"glibc"}) {
        MemoryParts parts = of({std::move(now)});
        parts.allocators = std::move(allocators);
        return hints(grown(of({std::move(then)}), std::move(parts)));
    };
    using Kind = MemoryKind;
    CHECK(has(hint(part(Kind::heap, 1), part(Kind::heap, 90)), "heaptrack"));
    CHECK(has(hint(part(Kind::arenas, 1), part(Kind::arenas, 90, 9)), "MALLOC_ARENA_MAX"));
    CHECK(has(hint(part(Kind::stacks, 1), part(Kind::stacks, 90, 90)), "threads"));
    CHECK(has(hint(part(Kind::anonymous, 1), part(Kind::anonymous, 90, 90)), "munmap"));
    CHECK(has(hint(part(Kind::anonymous, 1), part(Kind::anonymous, 90), {"jemalloc"}), "dirty_decay_ms"));
    CHECK(has(hint(part(Kind::anonymous, 1), part(Kind::anonymous, 90, 90), {"JVM", "glibc"}), "jcmd"));
    CHECK(has(hint(part(Kind::heap, 1), part(Kind::heap, 90), {"Python", "glibc"}), "memray"));
    CHECK(has(hint(part(Kind::shared, 1), part(Kind::shared, 90)), "/dev/shm"));
    CHECK(hint(part(Kind::heap, 1), part(Kind::heap, 2)).empty());  // too little to speak of
}

TEST_CASE("where threads grew with the heap, they are what to look at", "[report]") {
    Dump dump = grown(of({part(MemoryKind::heap, 1)}), of({part(MemoryKind::heap, 90)}));
    Group group;
    group.count = 60;
    group.change = 40;
    dump.groups = {group};
    CHECK(has(hints(dump), "threads grew with it"));
    CHECK_FALSE(has(hints(dump), "malloc_trim"));
}

TEST_CASE("freed and huge pages explain what only looks like a leak", "[report]") {
    MemoryPart lazy = part(MemoryKind::anonymous, 100);
    lazy.figures.lazy_free = 80 * kMib;
    CHECK(has(hints(grown(of({part(MemoryKind::anonymous, 1)}), of({lazy}))),
              "80.0 MiB of it was already given back"));
    const std::string some = hints(grown(of({part(MemoryKind::anonymous, 1)}), of({lazy})));
    CHECK_FALSE(has(some, "held by the program"));  // nearly all of it is given back
    lazy.figures.lazy_free = 40 * kMib;
    CHECK(has(hints(grown(of({part(MemoryKind::anonymous, 1)}), of({lazy}))), "held by the program"));
    MemoryPart huge = part(MemoryKind::anonymous, 100);
    huge.figures.huge = 90 * kMib;
    CHECK(has(hints(grown(of({part(MemoryKind::anonymous, 1)}), of({huge}))), "AnonHugePages"));
}

TEST_CASE("without the parts the totals are compared, and what is missing is said", "[report]") {
    MemoryParts bare = of({part(MemoryKind::heap, 90)});
    bare.parts.clear();
    bare.missing = "reading them would take longer than 2s";
    const Dump dump = grown(of({part(MemoryKind::heap, 10)}), bare);
    const auto lines = memory_lines(dump);
    REQUIRE(lines.size() == 2);
    CHECK(lines[0].starts_with("memory: 90.0 MiB, +80.0 MiB since "));
    CHECK(has(lines[1], "longer than 2s"));
}

TEST_CASE("a hostile name is escaped, and a long one loses its middle", "[report]") {
    const Dump dump = grown(of({}), of({part(MemoryKind::named, 9, 1, "a\x1b[31m")}));
    CHECK(has(memory_lines(dump)[1], "a\\x1b[31m"));
    CHECK(report::clip_middle("/a/very/long/path/to/somewhere/libthing.so.6", 24) ==
          "/a/very..e/libthing.so.6");
}
