// SPDX-License-Identifier: MIT
#include "core/perl/find.h"

#include <string>

#include "core/perl/runtime.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"

using namespace rampwatch;

TEST_CASE("a Perl's layout is known from 5.28 to 5.40 and of no other", "[perl]") {
    CHECK(perl::layout_of({5, 28, 1})->current_op == 0xe0);
    CHECK(perl::layout_of({5, 30, 0})->context_size == 0x60);
    CHECK(perl::layout_of({5, 32, 1})->context_size == 0x68);
    CHECK(perl::layout_of({5, 34, 0})->current_op == 0xd0);
    CHECK_FALSE(perl::layout_of({5, 34, 0})->names_in_body);
    CHECK(perl::layout_of({5, 40, 2})->names_in_body);
    CHECK_FALSE(perl::layout_of({5, 26, 3}));
    CHECK_FALSE(perl::layout_of({5, 42, 0}));
    CHECK_FALSE(perl::layout_of({7, 30, 0}));
}

TEST_CASE("a program without Perl is none", "[perl]") {
    test::ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/bin/cat",
                       "00600000-00700000 r-xp 00000000 08:01 8 /usr/lib/libperlite.so.1"};
    const test::ImageTarget cat(image);
    CHECK_FALSE(perl::entry().recognise(cat.target()));
    CHECK(perl::find(cat.target()).error().kind == Error::Kind::not_found);
}

TEST_CASE("a program that embeds libperl is asked for its Perl", "[perl]") {
    test::ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/sbin/apache2",
                       "00600000-00700000 r-xp 00000000 08:01 8 /usr/lib/libperl.so.5.36.0"};
    CHECK(perl::entry().recognise(test::ImageTarget(image).target()));
}
