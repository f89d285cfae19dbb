// SPDX-License-Identifier: MIT
#include "core/hotspot/packed.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint32_t kGoesOn = 192;
constexpr unsigned kMostBytes = 5, kBitsEach = 6;
constexpr std::uint8_t kEscape = 0xff;

}  // namespace

std::optional<std::uint8_t> PackedNumbers::next_byte() {
    if (at_ >= bytes_.size()) return std::nullopt;
    return static_cast<std::uint8_t>(bytes_[at_++]);
}

std::optional<std::uint32_t> PackedNumbers::next() {
    std::uint32_t value = 0;
    for (unsigned i = 0; i < kMostBytes; ++i) {
        const auto byte = next_byte();
        if (!byte || *byte < excluded_) return std::nullopt;
        value += (*byte - excluded_) << (kBitsEach * i);
        if (*byte < kGoesOn) break;
    }
    return value;
}

std::optional<std::int32_t> PackedNumbers::next_signed() {
    const auto value = next();
    if (!value) return std::nullopt;
    return static_cast<std::int32_t>((*value >> 1) ^ (0 - (*value & 1)));
}

std::optional<std::int64_t> line_of(std::span<const std::byte> table, int version, std::int64_t bci) {
    PackedNumbers numbers(table, version);
    std::int64_t at = 0, line = 0, best_at = 0;
    std::optional<std::int64_t> best;
    while (true) {
        const auto byte = numbers.next_byte();
        if (!byte) return std::nullopt;
        if (*byte == 0) break;
        if (*byte == kEscape) {
            const auto bytes = numbers.next_signed();
            const auto lines = bytes ? numbers.next_signed() : std::nullopt;
            if (!lines) return std::nullopt;
            at += *bytes;
            line += *lines;
        } else {
            at += *byte >> 3;
            line += *byte & 7;
        }
        if (at == bci) {
            best = line;
            break;
        }
        if (at < bci && at >= best_at) {
            best_at = at;
            best = line;
        }
    }
    return best && *best > 0 ? best : std::nullopt;
}

}  // namespace rampwatch::hotspot
