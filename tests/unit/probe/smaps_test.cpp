// SPDX-License-Identifier: MIT
#include "core/probe/smaps.h"

#include <unistd.h>

#include <algorithm>
#include <string>

#include "core/base/poller.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

namespace {

// As Linux 6.18 prints it, most mappings left out.
constexpr std::string_view kText =
    R"(55d0a4a00000-55d0a4a21000 rw-p 00000000 00:00 0                          [heap]
Size:                132 kB
KernelPageSize:        4 kB
MMUPageSize:           4 kB
Rss:                 100 kB
Pss:                 100 kB
Anonymous:            96 kB
LazyFree:              4 kB
AnonHugePages:         0 kB
Swap:                  8 kB
SwapPss:               8 kB
THPeligible:           0
VmFlags: rd wr mr mw me ac sd
7f0000000000-7f0000002000 r--p 00000000 fe:01 1234                       /usr/lib/libc.so.6
Size:                  8 kB
Rss:                   8 kB
Anonymous:             0 kB
)";

MappedMemory mapped(std::uint64_t start, std::uint64_t end, std::string_view permissions,
                    std::string path = {}) {
    MappedMemory memory;
    memory.mapping.start = start;
    memory.mapping.end = end;
    memory.mapping.readable = permissions[0] == 'r';
    memory.mapping.writable = permissions[1] == 'w';
    memory.mapping.inode = path.starts_with('/') ? 1 : 0;
    memory.mapping.path = std::move(path);
    memory.figures.rss = permissions[0] == 'r' ? 4096 : 0;
    return memory;
}

std::int64_t count(const std::vector<MemoryPart>& parts, MemoryKind kind) {
    std::int64_t sum = 0;
    for (const MemoryPart& part : parts) sum += part.kind == kind ? part.mappings : 0;
    return sum;
}

constexpr std::uint64_t kBase = 0x7f0000000000, kMib = 1 << 20;

}  // namespace

TEST_CASE("smaps are read as the kernel writes them, however they are cut into pieces", "[probe]") {
    SmapsParser whole;
    whole.feed(kText);
    const Smaps expected = whole.finish();
    REQUIRE(expected.mappings.size() == 2);
    CHECK(expected.mappings[0].mapping.path == "[heap]");
    CHECK(expected.mappings[0].figures ==
          MemoryFigures{132 << 10, 100 << 10, 96 << 10, 8 << 10, 4 << 10, 0, 100 << 10});
    CHECK(expected.mappings[1].figures.rss == 8 << 10);
    for (const std::size_t size : {1U, 7U, 64U}) {
        SmapsParser parser;
        for (std::size_t at = 0; at < kText.size(); at += size) parser.feed(kText.substr(at, size));
        CHECK(parser.finish().mappings == expected.mappings);
    }
}

TEST_CASE("huge pages of hugetlbfs are outside of RSS, and a part of their own", "[probe]") {
    SmapsParser parser;
    parser.feed(
        "7f2c00000000-7f2c04000000 rw-p 00000000 00:0f 1234                       /anon_hugepage (deleted)\n"
        "Size:              65536 kB\nRss:                   0 kB\nPss:                   0 kB\n"
        "Shared_Hugetlb:     2048 kB\nPrivate_Hugetlb:   49152 kB\nSwap:                  0 kB\n");
    const Smaps smaps = parser.finish();
    REQUIRE(smaps.mappings.size() == 1);
    CHECK(smaps.mappings[0].figures.rss == 0);
    CHECK(smaps.mappings[0].figures.hugetlb == (49152 + 2048) << 10);
    const auto parts = divide(smaps.mappings, {});
    REQUIRE(parts.size() == 1);
    CHECK(parts[0].name == "huge pages of hugetlbfs");
    CHECK(held_bytes(parts[0].figures) == 50 << 20);
}

TEST_CASE("figures without a mapping, or with a hostile number, are left out", "[probe]") {
    SmapsParser parser;
    parser.feed("Rss: 4 kB\n1000-2000 rw-p 00000000 00:00 0 \nRss: 99999999999999999999 kB\nRss: -4 kB\n");
    parser.feed("zz\n:\nSwap:\nAnonymous: 9000000000000000000 kB\n");
    const Smaps smaps = parser.finish();
    REQUIRE(smaps.mappings.size() == 1);
    CHECK(smaps.mappings[0].figures.rss == 0);
    CHECK(smaps.mappings[0].figures.anonymous > 0);  // cut to what can be added up
}

TEST_CASE(
    "a thread's stack is what has its stack pointer and a guard below it, and what libc keeps of the "
    "same size",
    "[probe]") {
    const std::vector<MappedMemory> mappings = {
        mapped(kBase, kBase + 4096, "---"),
        mapped(kBase + 4096, kBase + 8 * kMib + 4096, "rw-"),  // with a pointer
        mapped(kBase + 10 * kMib, kBase + 10 * kMib + 4096, "---"),
        mapped(kBase + 10 * kMib + 4096, kBase + 18 * kMib + 4096, "rw-"),  // kept for later
        mapped(kBase + 20 * kMib, kBase + 28 * kMib + 4096, "rw-"),         // no guard
        mapped(kBase + 30 * kMib, kBase + 30 * kMib + 4096, "---"),
        mapped(kBase + 30 * kMib + 4096, kBase + 31 * kMib, "rw-"),  // of another size, no pointer
        mapped(kBase + 40 * kMib, kBase + 41 * kMib, "rw-", "[stack]")};
    const auto parts = divide(mappings, {kBase + kMib, kBase + 21 * kMib});
    CHECK(count(parts, MemoryKind::stacks) == 3);
    CHECK(count(parts, MemoryKind::anonymous) == 2);
}

TEST_CASE("glibc's further heaps are told by their alignment; Go's arenas lie elsewhere", "[probe]") {
    const auto parts =
        divide({{mapped(0xc000000000, 0xc000400000, "rw-"), mapped(0xc000400000, 0xc004000000, "---"),
                 mapped(kBase, kBase + kMib, "rw-"), mapped(kBase + kMib, kBase + 64 * kMib, "---"),
                 mapped(kBase + 64 * kMib, kBase + 128 * kMib, "rw-"),     // full
                 mapped(kBase + 192 * kMib, kBase + 193 * kMib, "rw-")}},  // aligned by chance
               {});
    CHECK(count(parts, MemoryKind::arenas) == 2);
    CHECK(count(parts, MemoryKind::anonymous) == 2);
}

TEST_CASE("files and shared memory go by their names, all mappings of one together", "[probe]") {
    const auto parts = divide({{mapped(kBase, kBase + 4096, "r--", "/usr/lib/libc.so.6"),
                                mapped(kBase + 4096, kBase + 8192, "rw-", "/usr/lib/libc.so.6"),
                                mapped(kBase + 8192, kBase + 12288, "rw-", "/memfd:pool"),
                                mapped(kBase + 12288, kBase + 16384, "rw-", "[anon:cache]")}},
                              {});
    REQUIRE(parts.size() == 3);
    CHECK(parts[0] ==
          MemoryPart{.kind = MemoryKind::named, .name = "cache", .mappings = 1, .figures = {.rss = 4096}});
    CHECK(parts[1].mappings == 2);
    CHECK(parts[2].name == "/memfd:pool");
    CHECK(allocators_in({{mapped(kBase, kBase + 4096, "r--", "/usr/lib/x86_64-linux-gnu/libc.so.6")}}) ==
          std::vector<std::string>{"glibc"});
}

TEST_CASE("our own smaps add up to the kernel's own sum", "[probe]") {
    const auto smaps = read_smaps(::getpid(), boot_now() + std::chrono::minutes(1));
    const auto rollup = read_rollup(::getpid());
    REQUIRE(smaps);
    REQUIRE(rollup);
    std::int64_t rss = 0;
    for (const MappedMemory& mapped : smaps->mappings) rss += mapped.figures.rss;
    CHECK(std::abs(rss - rollup->rss) <= rollup->rss / 4 + (1 << 20));
    CHECK(rollup->anonymous > 0);
    CHECK(read_smaps(::getpid(), std::chrono::nanoseconds(0))->truncated);
}
