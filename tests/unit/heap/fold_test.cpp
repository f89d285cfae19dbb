// SPDX-License-Identifier: MIT
#include "core/heap/fold.h"

#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::heap;
using runtime::TypeKind;

namespace {

Row row(runtime::TypeId type, TypeKind kind, const std::string& name, double count, double bytes,
        std::vector<runtime::Edge> edges = {}) {
    return {type, {kind, name}, {{count, 0}, {bytes, 0}, 10}, std::move(edges), false, {}};
}

}  // namespace

TEST_CASE("what an object's pointers lead to is counted with it, and text is one thing", "[heap]") {
    const auto types = fold({
        row(1, TypeKind::type, "shop::Session", 1000, 80'000,
            {{2, 16, 0.6, 100}, {3, 48, 1, 2000}, {2, 16, 0.4, 50}}),
        row(2, TypeKind::text, "text", 5000, 500'000),
        row(3, TypeKind::chunk, "2 to 3 KiB", 1000, 1'900'000),
        row(4, TypeKind::free, "free", 10, 9'000'000),
    });

    REQUIRE(types.size() == 2);
    CHECK(types[0].name == "shop::Session");
    CHECK(types[0].own_bytes == 80'000);
    CHECK(types[0].bytes.value == 80'000 + 80'000 + 1'900'000);  // never more than there is
    REQUIRE(types[0].owned.size() == 2);
    CHECK(types[0].owned[0].bytes_each == 80);
    CHECK(types[1].name == "text");
    CHECK(types[1].bytes.value == 420'000);
}

TEST_CASE("chunks that lead to an object are its nodes, unless there are too many", "[heap]") {
    const auto with = [](double nodes) {
        return fold({row(1, TypeKind::type, "shop::Order", 1000, 96'000),
                     row(2, TypeKind::chunk, "48 B", nodes, nodes * 48, {{1, 32, 0.9, 96}})});
    };
    REQUIRE(with(1000).size() == 1);
    CHECK(with(1000)[0].bytes.value == 144'000);
    CHECK_FALSE(with(1000)[0].owned[0].offset);
    CHECK(with(5000).size() == 2);
}

TEST_CASE("what shrank or is uncertain is not told, and neither owns anything", "[heap]") {
    Row vague = row(1, TypeKind::type, "Vague", 3, 300, {{2, 0, 1, 100}});
    vague.totals.count.half = 4;
    vague.totals.bytes.half = 400;
    const auto types = fold({vague, row(2, TypeKind::chunk, "112 B", 100, 11'200),
                             row(3, TypeKind::type, "Gone", -50, -5000, {{2, 0, 1, 100}})});
    REQUIRE(types.size() == 1);
    CHECK(types[0].name == "112 B");
    CHECK(types[0].bytes.value == 11'200);
}

TEST_CASE("no more types are told than a report holds, the biggest first", "[heap]") {
    std::vector<Row> rows;
    for (runtime::TypeId i = 0; i < 500; ++i)
        rows.push_back(row(i, TypeKind::chunk, std::to_string(i), 1, 1000.0 + i));
    const auto types = fold(std::move(rows));
    CHECK(types.size() == kMostHeapTypes);
    CHECK(types[0].name == "499");
}
