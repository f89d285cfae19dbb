// SPDX-License-Identifier: MIT
#include "core/probe/pagemap.h"

#include <sys/mman.h>
#include <unistd.h>

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::probe;

TEST_CASE("page runs are kept in order and joined", "[probe]") {
    PageSet pages;
    CHECK(pages.add({10, 5}));
    CHECK(pages.add({15, 1}));
    CHECK(pages.add({20, 200'000}));
    CHECK(pages.add({300'000, 0}));
    CHECK_FALSE(pages.add({100'000, 1}));
    CHECK_FALSE(pages.add({PageSet::kMostPage - 1, 2}));

    CHECK(pages.pages() == 200'006);
    CHECK(pages.run(0) == PageRun{10, 6});
    for (const std::uint64_t in : {10U, 15U, 20U, 70000U, 200019U}) CHECK(pages.contains(in));
    for (const std::uint64_t out : {0U, 9U, 16U, 19U, 200020U}) CHECK_FALSE(pages.contains(out));
}

TEST_CASE("of a mapping only the pages that were touched are resident, and looking touches none", "[probe]") {
    const std::uint64_t page = page_bytes();
    constexpr std::uint64_t kPages = 64;
    auto* memory = static_cast<char*>(::mmap(nullptr, kPages * page, PROT_READ | PROT_WRITE,
                                             MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0));
    REQUIRE(memory != MAP_FAILED);
    ::madvise(memory, kPages * page, MADV_NOHUGEPAGE);
    for (const std::uint64_t touched : {3U, 4U, 60U}) memory[touched * page] = 1;
    const Range range{reinterpret_cast<std::uintptr_t>(memory), kPages * page};
    const auto pagemap = LivePagemap::open(::getpid());
    REQUIRE(pagemap);

    Resident first, second;
    REQUIRE(pagemap->add(range, first));
    REQUIRE(pagemap->add(range, second));

    const std::uint64_t begin = range.address / page;
    REQUIRE(first.pages.pages() == 3);
    CHECK(first.pages.run(0) == PageRun{begin + 3, 2});
    CHECK(first.pages.run(1) == PageRun{begin + 60, 1});
    CHECK(first.swapped == 0);
    CHECK_FALSE(first.cut);
    CHECK(second.pages == first.pages);
    ::munmap(memory, kPages * page);
}

TEST_CASE("a pagemap that cannot be opened is an error, not a guess", "[probe]") {
    CHECK_FALSE(LivePagemap::open(0x7fffffff));
}

TEST_CASE("pages that are known beforehand are cut to the range that is asked for", "[probe]") {
    const std::uint64_t page = page_bytes();
    PageSet pages;
    REQUIRE(pages.add({2, 10}));
    REQUIRE(pages.add({20, 2}));
    const KnownPages known(pages);

    Resident found;
    REQUIRE(known.add({5 * page + 1, 3 * page}, found));
    REQUIRE(known.add({21 * page, 100 * page}, found));

    REQUIRE(found.pages.runs() == 2);
    CHECK(found.pages.run(0) == PageRun{5, 4});
    CHECK(found.pages.run(1) == PageRun{21, 1});
}
