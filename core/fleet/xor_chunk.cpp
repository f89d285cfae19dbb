// SPDX-License-Identifier: MIT
#include "core/fleet/xor_chunk.h"

#include <bit>

namespace rampwatch::fleet {

XorChunk::XorChunk(std::string_view bytes) : bytes_(bytes) {
    const auto count = bits(16);
    cut_ = !count;
    left_ = count.value_or(0);
}

std::optional<std::uint64_t> XorChunk::bits(unsigned count) {
    if (bit_ + count > bytes_.size() * 8) return std::nullopt;
    std::uint64_t number = 0;
    while (count > 0) {
        const auto byte = static_cast<unsigned char>(bytes_[bit_ / 8]);
        const unsigned in_byte = 8 - static_cast<unsigned>(bit_ % 8);
        const unsigned taken = count < in_byte ? count : in_byte;
        number = number << taken | (static_cast<unsigned>(byte >> (in_byte - taken)) & ((1U << taken) - 1));
        bit_ += taken;
        count -= taken;
    }
    return number;
}

std::optional<std::uint64_t> XorChunk::unsigned_varint() {
    std::uint64_t number = 0;
    for (unsigned shift = 0; shift < 70; shift += 7) {
        const auto byte = bits(8);
        if (!byte) return std::nullopt;
        if (shift < 64) number |= (*byte & 0x7f) << shift;
        if ((*byte & 0x80) == 0) return number;
    }
    return std::nullopt;
}

std::optional<std::int64_t> XorChunk::signed_varint() {
    const auto zigzag = unsigned_varint();
    if (!zigzag) return std::nullopt;
    return static_cast<std::int64_t>(*zigzag >> 1) ^ -static_cast<std::int64_t>(*zigzag & 1);
}

bool XorChunk::read_first() {
    if (read_ == 0) {
        const auto time = signed_varint();
        const auto value = time ? bits(64) : std::nullopt;
        if (!value) return false;
        time_ = static_cast<std::uint64_t>(*time);
        value_ = *value;
        return true;
    }
    const auto delta = unsigned_varint();
    if (!delta) return false;
    delta_ = *delta;
    time_ += delta_;
    return read_value();
}

// A prefix of up to four ones says how many bits the change of the delta has.
bool XorChunk::read_time() {
    unsigned ones = 0;
    while (ones < 4) {
        const auto bit = bits(1);
        if (!bit) return false;
        if (*bit == 0) break;
        ++ones;
    }
    constexpr unsigned kWidths[] = {0, 14, 17, 20, 64};
    const unsigned width = kWidths[ones];
    const auto raw = width > 0 ? bits(width) : std::optional<std::uint64_t>(0);
    if (!raw) return false;
    // Two's complement in so many bits, but 2^(width - 1) itself is positive.
    std::uint64_t change = *raw;
    if (width > 0 && width < 64 && change > (1ULL << (width - 1))) change -= 1ULL << width;
    delta_ += change;
    time_ += delta_;
    return true;
}

bool XorChunk::read_value() {
    const auto changed = bits(1);
    if (!changed) return false;
    if (*changed == 0) return true;
    const auto fresh = bits(1);
    if (!fresh) return false;
    if (*fresh == 1) {
        const auto leading = bits(5);
        const auto width = leading ? bits(6) : std::nullopt;
        if (!width) return false;
        const unsigned significant = *width == 0 ? 64 : static_cast<unsigned>(*width);
        if (*leading + significant > 64) return false;
        leading_ = static_cast<unsigned>(*leading);
        trailing_ = 64 - leading_ - significant;
        has_window_ = true;
    } else if (!has_window_) {
        return false;
    }
    const auto significant = bits(64 - leading_ - trailing_);
    if (!significant) return false;
    value_ ^= *significant << trailing_;
    return true;
}

Result<std::optional<Point>> XorChunk::next() {
    if (!cut_ && left_ == 0) return std::optional<Point>();
    if (!cut_) cut_ = read_ < 2 ? !read_first() : !(read_time() && read_value());
    if (cut_) return Error{Error::Kind::bad_input, "a damaged chunk of samples", {}, {}};
    ++read_;
    --left_;
    return std::optional(Point{static_cast<std::int64_t>(time_), std::bit_cast<double>(value_)});
}

}  // namespace rampwatch::fleet
