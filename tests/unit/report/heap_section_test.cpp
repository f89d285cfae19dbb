// SPDX-License-Identifier: MIT
#include "core/report/heap_section.h"

#include <sstream>

#include "core/report/heap_text.h"
#include "core/report/html_heap.h"
#include "core/report/memory_hint.h"
#include "core/report/memory_text.h"
#include "core/stacks/memory_change.h"
#include "tests/catch.h"

using namespace rampwatch;

namespace {

constexpr double kMib = 1 << 20;

HeapType sessions() {
    HeapType type;
    type.name = "shop::Session";
    type.count = {89'800, 900};
    type.bytes = {89'800 * 2300.0, 4 * kMib};
    type.own_bytes = 89'800 * 80.0;
    type.owned = {{HeapKind::text, "text", 16, 2160}, {HeapKind::chunk, "64 B", std::nullopt, 60}};
    return type;
}

// 250 MiB more in RAM, of which sessions are 197.
Dump grown() {
    HeapTypes heap;
    heap.wall = std::chrono::seconds(1'764'000'600);
    heap.since = std::chrono::seconds(1'764'000'000);
    heap.resident_bytes = static_cast<std::int64_t>(350 * kMib);
    heap.before_resident_bytes = static_cast<std::int64_t>(100 * kMib);
    heap.new_bytes = 236 * kMib;
    heap.types = {sessions(),
                  {.kind = HeapKind::text, .name = "text", .count = {400'000, 0}, .bytes = {39 * kMib, 0}}};
    Dump dump;
    dump.heap = std::move(heap);
    dump.rss_bytes = static_cast<std::int64_t>(400 * kMib);
    dump.baseline_rss_bytes = static_cast<std::int64_t>(150 * kMib);
    return dump;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("what grew is told with its time, its share, and what an object brings with it", "[report]") {
    const std::string text = report::heap_section(grown());
    CAPTURE(text);
    CHECK(has(text, "what grew since "));
    CHECK(has(text, "(10 min): 236 MiB new, the heap +250 MiB"));
    CHECK(has(text, "83.5 %"));
    CHECK(has(text, "89,800 x shop::Session, 2,300 B each"));
    CHECK(has(text, "2,160 B text at +16"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
    const std::string cause = report::heap_cause(grown());
    CAPTURE(cause);
    CHECK(has(
        cause,
        "89,800 × shop::Session of 2,300 B (own 80, owned text 2,160, owned else 60): 83 % of the 236 MiB"));
}

TEST_CASE("who holds a type is told under it, in text and on the page", "[report]") {
    Dump dump = grown();
    dump.heap->types[0].held_by = HeapHolder{"static variable shop::<sessions>\x1b", 131, 0.97};
    CHECK(has(report::heap_section(dump), "held by static variable shop::<sessions>\\x1b"));
    CHECK(has(report::heap_html(dump), "held by static variable shop::&lt;sessions"));
    dump.heap->types[0].held_by->name = std::string(300, 'x');
    std::istringstream lines(report::heap_section(dump));
    for (std::string line; std::getline(lines, line);) CHECK(line.size() <= 80);
}

TEST_CASE("without an earlier reading nothing is said to have grown", "[report]") {
    Dump dump = grown();
    dump.heap->since.reset();
    dump.heap->new_bytes.reset();
    dump.heap->before_resident_bytes.reset();
    const std::string text = report::heap_section(dump);
    CAPTURE(text);
    CHECK(has(text, "heap by type, 350 MiB in RAM"));
    CHECK_FALSE(has(text, "grew"));
    CHECK(report::heap_cause(dump).empty());
}

TEST_CASE("growth that malloc holds free is fragmentation, in the hint too", "[report]") {
    Dump dump = grown();
    dump.memory.emplace();
    dump.memory->allocators = {"glibc"};
    MemoryPart heap;
    heap.kind = MemoryKind::heap;
    heap.figures.rss = static_cast<std::int64_t>(350 * kMib);
    dump.memory->parts = {heap};
    dump.memory->total = heap.figures;
    MemoryParts then = *dump.memory;
    then.parts[0].figures.rss = then.total.rss = static_cast<std::int64_t>(100 * kMib);
    stacks::compare_memory(*dump.memory, then, std::chrono::seconds(1'764'000'000));
    REQUIRE(report::memory_hints(dump).size() == 1);
    CHECK(has(report::memory_hints(dump)[0], "held by the program, not kept free"));
    dump.heap->free_bytes = {200 * kMib, 5 * kMib};
    CHECK(has(report::memory_hints(dump)[0], "fragmentation rather than a leak"));
    CHECK(has(report::heap_section(dump), "mostly fragmentation, not a leak"));
    CHECK(report::heap_cause(dump).empty());
    // Of a Node it is V8's, and where its heap is not read its inspector is the way.
    dump.memory->allocators = {"Node.js"};
    CHECK(has(report::memory_hints(dump)[0], "kill -USR1 PID"));
    dump.heap->reader = "Node.js";
    CHECK(has(report::memory_hints(dump)[0], "free rather than leaked: most of what V8's heap"));
    CHECK(has(report::heap_section(dump), "V8's heap holds 200 MiB more free"));
    dump.heap->free_bytes = {};
    CHECK(has(report::memory_hints(dump)[0], "what grew in its heap is listed with it, by constructor"));
}

TEST_CASE("what is free in Python's pools is not said of malloc", "[report]") {
    Dump dump = grown();
    dump.heap->reader = "Python";
    dump.heap->free_bytes = {200 * kMib, 5 * kMib};
    const std::string text = report::heap_section(dump);
    CAPTURE(text);
    CHECK(has(text, "Python's pools hold 200 MiB more free: mostly fragmentation, not a leak"));
    CHECK_FALSE(has(text, "malloc"));
    dump.heap->since.reset();
    CHECK(has(report::heap_section(dump), "Python's pools hold 200 MiB free but held ("));
}

TEST_CASE("a heap of another language is not spoken of by malloc's small change", "[report]") {
    Dump dump = grown();
    dump.heap->unread = "Java";
    dump.heap->next = "jcmd 4711 GC.class_histogram -all";
    CHECK(has(report::heap_section(dump), "shop::Session"));  // malloc's is where it went all the same
    dump.heap->new_bytes = 3 * kMib;
    const std::string text = report::heap_section(dump);
    CAPTURE(text);
    CHECK(has(text, "belongs to Java"));
    CHECK(has(text, "jcmd 4711 GC.class_histogram -all"));
    CHECK_FALSE(has(text, "shop::Session"));
    CHECK(report::heap_cause(dump).empty());
}

TEST_CASE("where most of the growth has no type, the little that has is no cause", "[report]") {
    Dump dump = grown();
    CHECK_FALSE(has(report::heap_section(dump), "not told by type"));
    dump.heap->new_bytes = 50 * kMib;
    CHECK(has(report::heap_section(dump), "200 MiB more are not told by type"));
    CHECK(report::heap_cause(dump).empty());
}

TEST_CASE("why nothing is known is one sentence", "[report]") {
    Dump dump;
    dump.heap.emplace().missing =
        "What fills the heap is not known: its allocator, jemalloc, cannot be read yet.";
    CHECK(has(report::heap_section(dump), "jemalloc"));
    CHECK(report::heap_section(Dump{}).empty());
}

TEST_CASE("names out of a target cannot break the text or the page", "[report]") {
    Dump dump = grown();
    dump.heap->types[0].name = "<script>\x1b[2J\n" + std::string(5000, 'a');
    dump.heap->notes = {"<b>\x1b]0;x"};
    for (const std::string& text : {report::heap_section(dump), report::heap_html(dump)}) {
        CHECK_FALSE(has(text, "\x1b"));
        CHECK(text.size() < 6000);
    }
    CHECK_FALSE(has(report::heap_html(dump), "<script>"));
    CHECK_FALSE(has(report::heap_html(dump), "<b>"));
}
