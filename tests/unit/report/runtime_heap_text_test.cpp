// SPDX-License-Identifier: MIT
#include "core/report/runtime_heap_text.h"

#include "tests/catch.h"

using namespace rampwatch;
using report::runtime_heap_lines;

namespace {

constexpr std::int64_t kMiB = 1 << 20;

RuntimeHeap heap(std::int64_t used_mib, std::int64_t resident_mib) {
    RuntimeHeap heap;
    heap.collector = "G1";
    heap.used = used_mib * kMiB;
    heap.old_used = (used_mib - 10) * kMiB;
    heap.committed = 500 * kMiB;
    heap.most = 1024 * kMiB;
    heap.resident = resident_mib * kMiB;
    heap.classes = 40 * kMiB;
    heap.code = 20 * kMiB;
    heap.collections = 6;
    return heap;
}

Dump dump_of(const RuntimeHeap& now, std::int64_t rss_mib) {
    Dump dump;
    LanguageRuntime java;
    java.name = "Java";
    java.heap = now;
    dump.runtimes = {java};
    dump.rss_bytes = rss_mib * kMiB;
    return dump;
}

}  // namespace

TEST_CASE("RSS of a Java program is divided by what it says of its heap", "[report]") {
    const Dump dump = dump_of(heap(200, 300), 450);
    const auto lines = runtime_heap_lines(dump, dump.runtimes[0]);
    REQUIRE(lines.size() == 2);
    CHECK(
        lines[0] ==
        "heap of G1: 200 MiB in use, 190 MiB of it old, 500 MiB committed, at most 1.00 GiB; 6 collections");
    CHECK(lines[1] ==
          "RSS 450 MiB: 200 MiB heap in use, 100 MiB heap new or free, 90.0 MiB the rest (direct buffers, "
          "threads, native code), 40.0 MiB classes, 20.0 MiB compiled code");
}

TEST_CASE("what of a Java program grew is told by the same parts, with what that means", "[report]") {
    Dump dump = dump_of(heap(200, 300), 530);
    dump.runtimes[0].heap_before = heap(190, 290);
    dump.baseline_rss_bytes = 430 * kMiB;
    const auto lines = runtime_heap_lines(dump, dump.runtimes[0]);
    REQUIRE(lines.size() == 4);
    CHECK(
        lines[2] ==
        "100 MiB more than at the baseline: heap in use +10.0 MiB, the rest (direct buffers, threads, native "
        "code) +90.0 MiB");
    CHECK(lines[3].starts_with("what grows lies outside the heap: direct buffers"));
}

TEST_CASE("a Java program that keeps no counters is told to do so", "[report]") {
    RuntimeHeap blind;
    blind.collector = "Serial";
    blind.missing = "it was started with -XX:-UsePerfData";
    const Dump dump = dump_of(blind, 450);
    CHECK(
        runtime_heap_lines(dump, dump.runtimes[0]) ==
        std::vector<std::string>{"heap of Serial; how much of it is in use is not known: it was started with "
                                 "-XX:-UsePerfData"});
    CHECK(report::runtime_memory_parts(dump.runtimes[0], 450 * kMiB).empty());
}
