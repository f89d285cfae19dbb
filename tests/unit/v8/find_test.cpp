// SPDX-License-Identifier: MIT
#include "core/v8/find.h"

#include <map>
#include <string>

#include "core/probe/memory_image.h"
#include "core/v8/runtime.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"

using namespace rampwatch;

namespace {

std::string refused(const std::string& path) {
    test::ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 " + path};
    const test::ImageTarget process(image);
    const auto found = v8::find(process.target());
    REQUIRE_FALSE(found);
    if (found.error().kind == Error::Kind::unavailable) CHECK(v8::entry().recognise(process.target()));
    return found.error().what;
}

// Numbers that a V8 exports, by their names.
struct Exported {
    probe::MemoryImage memory{};
    std::map<std::string, std::uint64_t, std::less<>> places{};

    void put(const std::string& name, std::int32_t value) {
        const std::uint64_t at = 0x10000 + 8 * places.size();
        memory.put(at, std::as_bytes(std::span(&value, 1)));
        places.insert_or_assign(name, at);
    }
    [[nodiscard]] v8::FindSymbol find() const {
        return [this](std::string_view name) {
            const auto place = places.find(name);
            return place == places.end() ? std::nullopt : std::optional(place->second);
        };
    }
};

}  // namespace

TEST_CASE("what runs JavaScript and is not Node is refused by its name", "[v8]") {
    CHECK(refused("/usr/bin/deno") == "Deno is not read");
    CHECK(refused("/opt/bun/bin/bun") == "Bun is not read");
}

TEST_CASE("a program without V8 is none of Node's", "[v8]") {
    test::ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/bin/cat"};
    const test::ImageTarget cat(image);
    CHECK_FALSE(v8::entry().recognise(cat.target()));
    CHECK_FALSE(v8::find(cat.target()));
}

TEST_CASE("a library of Node's is recognised in whatever program", "[v8]") {
    test::ProcessImage image;
    image.map_lines = {"00400000-00500000 r-xp 00000000 08:01 7 /usr/bin/node-shell",
                       "00600000-00700000 r-xp 00000000 08:01 8 /usr/lib/x86_64-linux-gnu/libnode.so.108"};
    CHECK(v8::entry().recognise(test::ImageTarget(image).target()));
}

TEST_CASE("versions that were tried are 20, 22, 24 and 26's", "[v8]") {
    CHECK(v8::is_tested({11, 3, 244}));
    CHECK(v8::is_tested({14, 6, 202}));
    CHECK_FALSE(v8::is_tested({10, 2, 154}));
    CHECK_FALSE(v8::is_tested({12, 9, 1}));
}

TEST_CASE("a V8 that is too old or too new is refused with its number", "[v8]") {
    const Exported none;
    CHECK(v8::layout_of({9, 4, 0}, none.find(), none.memory).error().what == "V8 9.4 is not read");
    CHECK(v8::layout_of({15, 0, 1}, none.find(), none.memory).error().what == "V8 15.0 is not read");
    CHECK_FALSE(v8::read_version(none.find(), none.memory));
}

TEST_CASE("a V8 with compressed pointers is refused", "[v8]") {
    Exported electron;
    electron.put("v8dbg_TaggedSize", 4);
    const auto layout = v8::layout_of({12, 4, 254}, electron.find(), electron.memory);
    CHECK(layout.error().kind == Error::Kind::unavailable);
    CHECK(layout.error().what == "a V8 with compressed pointers is not read");
}

TEST_CASE("what a V8 does not say of itself is named", "[v8]") {
    Exported half;
    half.put("v8dbg_TaggedSize", 8);
    CHECK(v8::layout_of({12, 4, 254}, half.find(), half.memory).error().what ==
          "check failed: v8dbg_class_Map__instance_type__uint16_t");
    half.put("v8dbg_class_Map__instance_type__uint16_t", -4);
    CHECK(v8::layout_of({12, 4, 254}, half.find(), half.memory).error().what ==
          "check failed: v8dbg_class_Map__instance_type__uint16_t");
    half.put("v8dbg_class_Map__instance_type__uint16_t", 12);
    CHECK(v8::layout_of({12, 4, 254}, half.find(), half.memory).error().what ==
          "check failed: v8dbg_class_JSFunction__shared__SharedFunctionInfo");
}
