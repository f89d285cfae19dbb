// SPDX-License-Identifier: MIT
#include "core/base/demangle.h"

#include <string>

#include "core/base/rust_name.h"
#include "tests/catch.h"

using namespace rampwatch;

TEST_CASE("C++ names are demangled and others are left alone", "[base]") {
    CHECK(demangle("_ZN4shop5Queue3popEv") == "shop::Queue::pop()");
    CHECK(demangle("_ZN4shop5Queue3popEv.cold") == "shop::Queue::pop() [clone .cold]");
    CHECK(demangle("main") == "main");
    CHECK(demangle("pthread_cond_wait@@GLIBC_2.3.2") == "pthread_cond_wait");
    CHECK(demangle("_Znonsense") == "_Znonsense");
    CHECK(demangle("") == "");
}

TEST_CASE("older Rust names lose their hash and their marks", "[base]") {
    CHECK(demangle("_ZN4core3ptr13drop_in_place17h0123456789abcdefE") == "core::ptr::drop_in_place");
    CHECK(demangle("_ZN71_$LT$Test$u20$$u2b$$u20$$u27$static$u20$as$u20$foo..Bar$LT$Test$GT$$GT$"
                   "3bar17h930b740aa94f1d3aE") == "<Test + 'static as foo::Bar<Test>>::bar");
    CHECK(demangle("_ZN3std2rt10lang_start28_$u7b$$u7b$closure$u7d$$u7d$17h199d3e2bd917d01eE.llvm."
                   "4929148341395400653") == "std::rt::lang_start::{{closure}}");
}

// Names from the examples of Rust RFC 2603 and of rustc itself.
TEST_CASE("Rust v0 names are demangled", "[base]") {
    CHECK(demangle("_RNvNtCs1234_7mycrate3foo3bar") == "mycrate::foo::bar");
    CHECK(demangle("_RNvMCs15kBYyAo9fc_7mycrateNtB2_7Example3foo") == "<mycrate::Example>::foo");
    CHECK(demangle("_RNvXCs15kBYyAo9fc_7mycrateNtB2_7ExampleNtB2_5Trait3foo") ==
          "<mycrate::Example as mycrate::Trait>::foo");
    CHECK(demangle("_RINvNtCs1234_4core3mem4swapjE") == "core::mem::swap<usize>");
    // A crate's hash may take nearly all of 64 bits.
    CHECK(demangle("_RNvMNtCslNYArtu3iFV_5alloc6stringNtB2_6String11try_reserve") ==
          "<alloc::string::String>::try_reserve");
    CHECK(demangle("_RNCNvCs1234_7mycrate4main0B3_") == "mycrate::main::{closure#0}");
    CHECK(demangle("_RINvCs1234_7mycrate3fooRShAjj4_E") == "mycrate::foo<&[u8], [usize; 4]>");
}

TEST_CASE("a Rust name that makes no sense comes back as it was", "[base]") {
    const auto name = GENERATE("_R", "_RNv", "_RNvC", "_RNvCs_9short", "_RB_", "_RNvB_3foo", "_RNvNvNvNvNvNv",
                               "_RIC1aTTTTTTTT");
    CHECK(demangle(name) == name);
}

TEST_CASE("deep nesting and back references that repeat are bounded", "[base]") {
    std::string deep = "_RINvC1a1b";
    for (int i = 0; i < 1000; ++i) deep += 'R';
    deep += "jE";
    CHECK(demangle(deep) == deep);
    // Each T holds the one before twice.
    std::string bomb = "_RIC1aTjjE";
    std::string last = "4_";
    for (int i = 0; i < 60; ++i) bomb += "TB" + last + "B" + last + "E";
    CHECK(demangle(bomb + "E").size() <= 16384);
}
