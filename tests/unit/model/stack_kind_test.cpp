// SPDX-License-Identifier: MIT
// The row of each kind of stack.
#include "core/model/stack_kind.h"

#include <set>

#include "core/model/words.h"
#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("no two kinds of stack share a word, a plural or a name for their ids", "[model]") {
    std::set<std::string_view> words, plurals, ids;
    for (const StackKindRow& row : kStackKinds) {
        CHECK(words.insert(row.word).second);
        CHECK(plurals.insert(row.plural).second);
        CHECK(ids.insert(row.ids).second);
        CHECK(from_word<StackKind>(row.word) == row.kind);
    }
}

TEST_CASE("one is told by the word, several by the plural", "[model]") {
    CHECK(noun(StackKind::goroutine, 1) == "goroutine");
    CHECK(noun(StackKind::thread, 0) == "threads");
    CHECK(noun(StackKind::thread, 2) == "threads");
}
