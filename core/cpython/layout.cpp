// SPDX-License-Identifier: MIT
#include "core/cpython/layout.h"

#include <array>
#include <cstring>
#include <string>
#include <string_view>

namespace rampwatch::cpython {
namespace {

constexpr std::uint8_t kYieldFrom = 72;  // YIELD_FROM, in all versions that have objects as frames

// 3.6 to 3.10: frames are objects.
Layout of_objects(int minor) {
    Layout layout;
    layout.version = {3, minor};
    layout.lines = minor < 10 ? LineTable::pairs : LineTable::ranges;
    layout.interpreters = minor == 6 ? 0 : minor == 7 ? 24 : 32;
    layout.interpreter_threads = 8;
    layout.interpreter_modules = minor == 6 ? 16 : minor == 7 ? 40 : minor == 8 ? 56 : 856;
    layout.thread_ident = minor == 6 ? 152 : 176;
    layout.thread_frame = 24;
    layout.frame_back = 24;
    layout.frame_code = 32;
    layout.frame_instruction = minor == 6 ? 120 : minor < 10 ? 104 : 96;
    layout.instruction_unit = minor < 10 ? 1 : 2;
    layout.frame_values = 64;
    layout.top_is_depth = minor == 10;
    layout.frame_top = minor < 10 ? 72 : 80;
    const std::uint32_t positional = minor < 8 ? 0 : 8;  // positional-only arguments came in with 3.8
    layout.code_flags = minor < 8 ? 32 : 36;
    layout.code_line = minor < 8 ? 36 : 40;
    layout.code_bytes = 40 + positional;
    layout.code_file = 96 + positional;
    layout.code_name = 104 + positional;
    layout.code_lines = 112 + positional;
    layout.generator_frame = 16;
    layout.generator_qualname = minor < 10 ? 56 : 48;
    layout.generator_running = minor < 10 ? 24 : 0;
    layout.frame_state = minor < 10 ? 0 : 108;
    layout.yield_from = kYieldFrom;
    layout.gil = minor == 6 ? 0 : minor == 7 ? 1264 : minor == 8 ? 1152 : 352;
    return layout;
}

// 3.11 and later: what they have in common.
Layout of_frames(int minor) {
    Layout layout;
    layout.version = {3, minor};
    layout.chain = Chain::frames;
    layout.lines = LineTable::locations;
    layout.interpreters = 40;
    layout.frame_instruction = 56;
    layout.frame_top = 64;
    layout.frame_values = 72;
    layout.code_flags = 48;
    layout.code_file = 112;
    layout.code_name = 120;
    layout.code_qualname = 128;
    layout.code_lines = 136;
    return layout;
}

Layout of_311() {
    Layout layout = of_frames(11);
    layout.interpreter_threads = 16;
    layout.interpreter_modules = 888;
    layout.gil = 360;
    layout.thread_ident = 152;
    layout.thread_native = 160;
    layout.thread_frame = 56;
    layout.c_frame = 8;
    layout.frame_back = 48;
    layout.frame_code = 32;
    layout.frame_owner = 69;
    layout.frame_entry = 68;
    layout.code_line = 72;
    layout.code_bytes = 184;
    layout.generator_frame = 80;
    layout.generator_state = 75;
    layout.generator_qualname = 40;
    return layout;
}

Layout of_312() {
    Layout layout = of_frames(12);
    layout.interpreter_threads = 72;
    layout.interpreter_modules = 944;
    layout.interpreter_gil = 384;
    layout.thread_ident = 136;
    layout.thread_native = 144;
    layout.thread_frame = 56;
    layout.c_frame = 0;
    layout.frame_back = 8;
    layout.frame_code = 0;
    layout.frame_owner = 70;
    layout.code_line = 68;
    layout.code_bytes = 192;
    layout.text_ascii = 40;
    layout.text_compact = 56;
    layout.generator_frame = 72;
    layout.generator_state = 67;
    layout.generator_qualname = 32;
    return layout;
}

Error refused(Error::Kind kind, std::string what) { return {kind, std::move(what), "Python", {}}; }

}  // namespace

Version version_of(std::uint32_t hex) {
    return {static_cast<int>(hex >> 24), static_cast<int>(hex >> 16 & 0xff),
            static_cast<int>(hex >> 8 & 0xff)};
}

std::optional<Layout> layout_by_table(const Version& version) {
    if (version.major != 3 || version.minor < 6 || version.minor > 12) return std::nullopt;
    Layout layout = version.minor <= 10   ? of_objects(version.minor)
                    : version.minor == 11 ? of_311()
                                          : of_312();
    layout.version = version;
    return layout;
}

Result<Layout> layout_by_itself(std::span<const std::byte> offsets, const Version& version) {
    constexpr std::string_view kCookie = "xdebugpy";
    if (offsets.size() < kDebugOffsets || std::memcmp(offsets.data(), kCookie.data(), kCookie.size()) != 0)
        return refused(Error::Kind::bad_input, "check failed: cookie of its debug offsets");
    std::array<std::uint64_t, kDebugOffsets / 8> word{};
    std::memcpy(word.data(), offsets.data(), kDebugOffsets);
    const Version own = version_of(static_cast<std::uint32_t>(word[1]));
    if (own.major != version.major || own.minor != version.minor)
        return refused(Error::Kind::bad_input, "check failed: version in its debug offsets");
    if (word[2] != 0) {
        return refused(Error::Kind::unavailable,
                       "a free-threaded build of Python is not read: its objects are laid out otherwise");
    }
    constexpr std::uint64_t kMostOffset = 1 << 20;
    for (std::size_t i = 3; i < 44; ++i) {
        if (word[i] > kMostOffset)
            return refused(Error::Kind::bad_input, "check failed: debug offsets in range");
    }
    const auto at = [&](std::size_t index) { return static_cast<std::uint32_t>(word[index]); };
    Layout layout = of_312();
    layout.version = version;
    layout.c_frame = -1;
    layout.interpreters = at(5);
    layout.interpreter_next = at(8);
    layout.interpreter_threads = at(9);
    layout.interpreter_modules = at(11);
    layout.thread_next = at(21);
    layout.thread_interpreter = at(22);
    layout.thread_frame = at(23);
    layout.thread_ident = at(24);
    layout.thread_native = at(25);
    layout.frame_back = at(29);
    layout.frame_code = at(30);
    layout.frame_instruction = at(31);
    layout.frame_values = at(32);
    layout.frame_top = at(32) - 8;
    layout.frame_owner = at(33);
    layout.code_file = at(35);
    layout.code_name = at(36);
    layout.code_qualname = at(37);
    layout.code_lines = at(38);
    layout.code_line = at(39);
    layout.code_bytes = at(43);
    layout.created = -3;
    layout.interpreter_gil = 16;  // not among its offsets
    // What a reading takes of each at once has its end: see kFrameBytes and the like.
    if (layout.frame_values < 8 || layout.frame_values > 120 || layout.frame_owner > 120 ||
        layout.code_bytes > 250 || layout.thread_native > 1000)
        return refused(Error::Kind::bad_input, "check failed: debug offsets of 3.13");
    return layout;
}

}  // namespace rampwatch::cpython
