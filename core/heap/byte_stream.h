// SPDX-License-Identifier: MIT
// What goes into a baseline's file and through the pipe from the child that reads: numbers and texts as
// bytes, read back with every length checked.
#pragma once

#include <algorithm>
#include <bit>
#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace rampwatch::heap {

inline constexpr std::size_t kMostText = 4096;

// Numbers of 7 bits a byte, the low ones first; differences, which are small, take one or two.
class ByteWriter {
  public:
    void number(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) bytes_.push_back(static_cast<std::byte>(value | 0x80));
        bytes_.push_back(static_cast<std::byte>(value));
    }
    void real(double value) { number(std::bit_cast<std::uint64_t>(value)); }
    void text(std::string_view text) {
        text = text.substr(0, kMostText);
        number(text.size());
        raw(text);
    }
    void raw(std::string_view text) {
        const auto from = std::as_bytes(std::span(text));
        bytes_.insert(bytes_.end(), from.begin(), from.end());
    }
    std::vector<std::byte> release() { return std::move(bytes_); }

  private:
    std::vector<std::byte> bytes_{};
};

// After the first thing that does not fit all is 0 and empty, and `good()` is false.
class ByteReader {
  public:
    explicit ByteReader(std::span<const std::byte> bytes) : bytes_(bytes) {}

    std::uint64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 64 && !bytes_.empty(); shift += 7) {
            const auto byte = std::to_integer<std::uint64_t>(bytes_.front());
            bytes_ = bytes_.subspan(1);
            value |= (byte & 0x7fU) << shift;
            if ((byte & 0x80U) == 0) return value;
        }
        good_ = false;
        return 0;
    }
    // A count of things that take a byte each at least.
    std::size_t count(std::uint64_t most) {
        const std::uint64_t value = number();
        good_ = good_ && value <= most && value <= bytes_.size();
        return good_ ? static_cast<std::size_t>(value) : 0;
    }
    double real() { return std::bit_cast<double>(number()); }
    std::string text() {
        const std::size_t size = count(kMostText);
        const std::string text(reinterpret_cast<const char*>(bytes_.data()), size);
        bytes_ = bytes_.subspan(size);
        return text;
    }
    bool skip(std::string_view expected) {
        const auto wanted = std::as_bytes(std::span(expected));
        good_ = good_ && bytes_.size() >= wanted.size() &&
                std::equal(wanted.begin(), wanted.end(), bytes_.begin());
        if (good_) bytes_ = bytes_.subspan(wanted.size());
        return good_;
    }
    void fail() { good_ = false; }
    [[nodiscard]] bool good() const { return good_; }
    [[nodiscard]] std::span<const std::byte> rest() const { return bytes_; }
    [[nodiscard]] bool at_end() const { return bytes_.empty(); }

  private:
    std::span<const std::byte> bytes_;
    bool good_ = true;
};

}  // namespace rampwatch::heap
