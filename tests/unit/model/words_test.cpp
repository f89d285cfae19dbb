// SPDX-License-Identifier: MIT
#include "core/model/words.h"

#include <set>
#include <string>

#include "tests/catch.h"

using namespace rampwatch;

namespace {

// How many enumerators, from the first, have a word; each has one of its own, by which it is found.
template <class E>
std::uint8_t known() {
    std::set<std::string_view> words;
    std::uint8_t count = 0;
    for (; word(static_cast<E>(count)) != "?"; ++count) {
        CHECK(words.insert(word(static_cast<E>(count))).second);
        CHECK(from_word<E>(word(static_cast<E>(count))) == static_cast<E>(count));
    }
    CHECK_FALSE(from_word<E>("?"));
    CHECK_FALSE(from_word<E>(""));
    return count;
}

template <class E>
bool is_last(E last) {
    return known<E>() == static_cast<std::uint8_t>(last) + 1;
}

}  // namespace

// What reads saved bytes refuses what is beyond the last: one that is added behind it has to be named there.
TEST_CASE("the last enumerator that readers of bytes accept is the last that has a word", "[model]") {
    CHECK(is_last(Claim::leak));
    CHECK(is_last(LimitKind::physical));
    CHECK(is_last(MemoryKind::unmapped));
    CHECK(is_last(DumpReason::limit_near));
}

TEST_CASE("each series, shape, gate, event and ending has a word of its own", "[model]") {
    CHECK(known<Series>() == kSeriesCount);
    CHECK(known<Shape>() > 10);
    CHECK(known<GateId>() > 10);
    CHECK(known<Event::Kind>() > 5);
    CHECK(known<Ending::Reason>() > 2);
}
