// SPDX-License-Identifier: MIT
// What a real process's memory is made of, before and after it took some of each kind.
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <string>

#include "core/report/memory_text.h"
#include "core/stacks/memory_change.h"
#include "core/worker/memory_reading.h"
#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

constexpr std::int64_t kMib = 1 << 20;

MemoryParts parts_of(const test::Target& target) {
    auto memory = worker::read_memory_parts(target.pid(), 30s);
    REQUIRE(memory);
    CHECK(memory->missing.empty());
    return std::move(*memory);
}

// What it is made of after it has done what it was told, against before.
Dump grown_by(const std::string& order) {
    test::OrderedTarget grower("grower");
    const test::Target& target = grower.target();
    const MemoryParts before = parts_of(target);
    grower.tell(order);
    Dump dump;
    dump.memory = parts_of(target);
    stacks::compare_memory(*dump.memory, before, 1s);
    return dump;
}

const MemoryPart& part(const Dump& dump, MemoryKind kind, const std::string& name = {}) {
    const auto& parts = dump.memory->parts;
    const auto found = std::find_if(parts.begin(), parts.end(), [&](const MemoryPart& one) {
        return one.kind == kind && one.name.starts_with(name);
    });
    REQUIRE(found != parts.end());
    return *found;
}

// That part grew by so much, give or take an eighth and 1 MiB, and nothing else by more than 1 MiB.
void check_growth(const Dump& dump, const MemoryPart& grown, std::int64_t bytes) {
    CHECK(std::abs(grown.change_bytes.value() - bytes) <= bytes / 8 + kMib);
    for (const MemoryPart& other : dump.memory->parts) {
        INFO(other.name);
        if (&other != &grown) CHECK(std::abs(other.change_bytes.value()) <= kMib);
    }
}

bool has_hint(const Dump& dump, const std::string& part) {
    const auto hints = report::memory_hints(dump);
    return std::any_of(hints.begin(), hints.end(),
                       [&](const std::string& hint) { return hint.find(part) != std::string::npos; });
}

}  // namespace

TEST_CASE("what grew is told by its kind: heap, arenas, stacks, anonymous, named, shared, files",
          "[memory_parts]") {
    const Dump heap = grown_by("heap 32");
    check_growth(heap, part(heap, MemoryKind::heap), 32 * kMib);
    CHECK(has_hint(heap, "malloc_trim"));

    const Dump arenas = grown_by("arenas 64");
    const MemoryPart& arena = part(arenas, MemoryKind::arenas);
    check_growth(arenas, arena, 64 * kMib);
    CHECK(arena.change_mappings.value() >= 2);
    CHECK(has_hint(arenas, "MALLOC_ARENA_MAX"));

    const Dump threads = grown_by("threads 40");
    check_growth(threads, part(threads, MemoryKind::stacks), 10 * kMib);
    CHECK(part(threads, MemoryKind::stacks).change_mappings == 40);
    CHECK(has_hint(threads, "threads"));

    const Dump anonymous = grown_by("anonymous 32");
    check_growth(anonymous, part(anonymous, MemoryKind::anonymous), 32 * kMib);

    const Dump shared = grown_by("shared 32");
    check_growth(shared, part(shared, MemoryKind::shared, "/memfd:pool"), 32 * kMib);
    CHECK(has_hint(shared, "shared memory"));

    const Dump file = grown_by("file 32");
    const MemoryPart& mapped = part(file, MemoryKind::file, "/var/tmp/rampwatch-grower-");
    CHECK(mapped.name.ends_with(" (deleted)"));
    check_growth(file, mapped, 32 * kMib);
    CHECK(has_hint(file, "pages of a file"));
}

TEST_CASE("a mapping that the program named has its name", "[memory_parts]") {
    const Dump named = grown_by("named 32");
    const auto& parts = named.memory->parts;
    const auto found = std::find_if(parts.begin(), parts.end(),
                                    [](const MemoryPart& one) { return one.kind == MemoryKind::named; });
    if (found == parts.end()) {
        WARN("skipped: this kernel keeps no names of anonymous memory");
        return;
    }
    CHECK(found->name == "cache");
    check_growth(named, *found, 32 * kMib);
}

TEST_CASE("memory that was given back by MADV_FREE is resident, and said to be no leak", "[memory_parts]") {
    const Dump lazy = grown_by("lazy 64");
    if (lazy.memory->total.rss - lazy.memory->before->rss < 32 * kMib) {
        WARN("skipped: the kernel has taken it already");
        return;
    }
    CHECK(lazy.memory->total.lazy_free - lazy.memory->before->lazy_free > 48 * kMib);
    CHECK(has_hint(lazy, "LazyFree"));
}

TEST_CASE("a reading that may take no time has the total, and says why it has no parts", "[memory_parts]") {
    const test::Target target({test::program("steady")});
    const auto memory = worker::read_memory_parts(target.pid(), 1ns);
    REQUIRE(memory);
    CHECK(memory->parts.empty());
    CHECK(memory->total.rss > 0);
    CHECK_FALSE(memory->missing.empty());
}

TEST_CASE("two dumps with --memory, compared by diff, say what grew", "[memory_parts]") {
    test::OrderedTarget grower("grower");
    const test::Target& target = grower.target();
    const std::string directory = "/tmp/rampwatch-parts-" + std::to_string(::getpid());
    const std::string old_file = directory + ".old", new_file = directory + ".new";
    const auto dump = [&](const std::string& file) {
        return test::rampwatch({"dump", "--memory", "--format", "json", "-o", file, target.pid_word()})
            .status;
    };
    REQUIRE(dump(old_file) == 0);
    grower.tell("heap 32");
    REQUIRE(dump(new_file) == 0);
    const test::Outcome text = test::rampwatch({"diff", old_file, new_file});
    CHECK(text.status == 0);
    CHECK(text.out.find("  heap, now ") != std::string::npos);
    const auto json =
        nlohmann::json::parse(test::rampwatch({"diff", "--format", "json", old_file, new_file}).out);
    CHECK(json["memory"]["parts"][0]["kind"] == "heap");
    CHECK(json["memory"]["parts"][0]["change_bytes"] > 31 * kMib);
    ::unlink(old_file.c_str());
    ::unlink(new_file.c_str());
}
