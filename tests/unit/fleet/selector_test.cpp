// SPDX-License-Identifier: MIT
#include "core/fleet/selector.h"

#include "tests/catch.h"

using namespace rampwatch::fleet;

TEST_CASE("a selector is read as PromQL writes it, and written so that it is read again", "[fleet]") {
    const auto read = parse_selector(" up{job=\"a b\", pod =~ 'x-.*', z!=\"\\\"q\\\"\",w!~`\\d`, } ");
    REQUIRE(read);
    CHECK(*read == Selector{{Matcher::Kind::equal, "__name__", "up"},
                            {Matcher::Kind::equal, "job", "a b"},
                            {Matcher::Kind::matches, "pod", "x-.*"},
                            {Matcher::Kind::not_equal, "z", "\"q\""},
                            {Matcher::Kind::matches_not, "w", "\\d"}});
    CHECK(name_in(*read) == "up");
    const auto again = parse_selector(selector_text(*read));
    REQUIRE(again);
    CHECK(*again == *read);
}

TEST_CASE("names of any letters stand in quotes", "[fleet]") {
    const auto read = parse_selector(R"({"process.memory","k8s.pod"="a"})");
    REQUIRE(read);
    CHECK(name_in(*read) == "process.memory");
    CHECK(selector_text(*read) == R"({__name__="process.memory","k8s.pod"="a"})");
}

TEST_CASE("an expression is no selector", "[fleet]") {
    for (const char* text : {"", "sum(up)", "up[5m]", "up offset 1d", "up{", "up{a=1}", "up{a=\"}", "{}",
                             "up{a=\"b\"} > 1", "up{a=\"\\q\"}", "{a}"}) {
        INFO(text);
        const auto read = parse_selector(text);
        REQUIRE_FALSE(read);
        CHECK(read.error().kind == rampwatch::Error::Kind::bad_input);
    }
}

TEST_CASE("values are alternatives that match themselves alone", "[fleet]") {
    CHECK(one_of({"a.b", "c+d", ""}) == "a\\.b|c\\+d|");
    CHECK(selector_text({{Matcher::Kind::matches, "i", one_of({"10.0.0.1:80"})}}) ==
          R"({i=~"10\\.0\\.0\\.1:80"})");
}
