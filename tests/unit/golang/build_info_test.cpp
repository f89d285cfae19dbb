// SPDX-License-Identifier: MIT
#include "core/golang/build_info.h"

#include "core/golang/layout.h"
#include "core/golang/pclntab.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::golang;

TEST_CASE("Go versions are read whatever follows them", "[golang]") {
    CHECK(parse_version("go1.24.4 X:nocoverageredesign") == Version{1, 24, 4, false});
    CHECK(parse_version("go1.19") == Version{1, 19, 0, false});
    CHECK(parse_version("go1.28rc1") == Version{1, 28, 0, false});
    CHECK(parse_version("devel go1.27-abcdef") == Version{1, 27, 0, true});
    CHECK_FALSE(parse_version("devel +abcdef"));
    CHECK_FALSE(parse_version("go2.1"));
    CHECK_FALSE(parse_version("ago1.19"));
    CHECK_FALSE(parse_version("go1."));
    CHECK_FALSE(parse_version("go1.99999999999999999999"));
}

TEST_CASE("the layout of a version newer than any known is marked as a guess", "[golang]") {
    CHECK_FALSE(layout_of({1, 27, 3, false})->guessed);
    CHECK(layout_of({1, 28, 0, false})->guessed);
    CHECK(layout_of({1, 26, 0, true})->guessed);
    CHECK(layout_of({1, 28, 0, false})->g == layout_of({1, 27, 0, false})->g);
}

TEST_CASE("Go 1.17 and older is counted without frames, 1.15 not at all", "[golang]") {
    CHECK_FALSE(layout_of({1, 17, 0, false})->frames);
    CHECK(layout_of({1, 18, 0, false})->frames);
    CHECK_FALSE(layout_of({1, 15, 0, false}));
}

TEST_CASE("type arguments are printed as the runtime prints them", "[golang]") {
    CHECK(printed_name("main.(*pair[go.shape.string,go.shape.int]).wait") == "main.(*pair[...]).wait");
    CHECK(printed_name("main.f[a[b],c]") == "main.f[...]");
    CHECK(printed_name("main.]f[") == "main.]f[");
    CHECK(printed_name("main.f") == "main.f");
}
