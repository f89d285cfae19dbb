// SPDX-License-Identifier: MIT
// A bounded view of foreign bytes, little endian. What lies outside is empty, never read.
#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <span>
#include <string_view>

namespace rampwatch::probe {

class Bytes {
  public:
    Bytes() = default;
    explicit Bytes(std::span<const std::byte> bytes) : bytes_(bytes) {}

    [[nodiscard]] std::size_t size() const { return bytes_.size(); }
    [[nodiscard]] const std::byte* data() const { return bytes_.data(); }
    [[nodiscard]] bool empty() const { return bytes_.empty(); }

    [[nodiscard]] bool holds(std::uint64_t offset, std::uint64_t size) const {
        return offset <= bytes_.size() && size <= bytes_.size() - offset;
    }

    // As much of [offset, offset + size) as there is.
    [[nodiscard]] Bytes part(std::uint64_t offset, std::uint64_t size = ~std::uint64_t{0}) const {
        if (offset >= bytes_.size()) return {};
        return Bytes(bytes_.subspan(offset, std::min<std::uint64_t>(size, bytes_.size() - offset)));
    }

    template <std::integral T>
    [[nodiscard]] std::optional<T> number(std::uint64_t offset) const {
        if (!holds(offset, sizeof(T))) return std::nullopt;
        return number_unchecked<T>(offset);
    }

    // Where the caller has asked holds() before.
    template <std::integral T>
    [[nodiscard]] T number_unchecked(std::uint64_t offset) const {
        T value{};
        std::memcpy(&value, bytes_.data() + offset, sizeof value);
        return value;
    }

    // LEB128 at `offset`, at most 5 bytes and 32 bits, as Go's tables have it; moves `offset` behind it.
    [[nodiscard]] std::optional<std::uint32_t> varint(std::uint64_t& offset) const {
        std::uint32_t value = 0;
        for (unsigned shift = 0; shift < 35; shift += 7) {
            if (offset >= bytes_.size()) return std::nullopt;
            const auto byte = std::to_integer<std::uint32_t>(bytes_[offset++]);
            value |= (byte & 0x7f) << shift;
            if ((byte & 0x80) == 0) return value;
        }
        return std::nullopt;
    }

    // Up to the next zero byte; empty when there is none within `most` bytes.
    [[nodiscard]] std::optional<std::string_view> string(std::uint64_t offset, std::size_t most) const {
        const Bytes there = part(offset, most);
        const auto* text = reinterpret_cast<const char*>(there.data());
        const void* end = there.empty() ? nullptr : std::memchr(text, 0, there.size());
        if (end == nullptr) return std::nullopt;
        return std::string_view(text, static_cast<std::size_t>(static_cast<const char*>(end) - text));
    }

    [[nodiscard]] std::string_view text() const {
        return {reinterpret_cast<const char*>(bytes_.data()), bytes_.size()};
    }

  private:
    std::span<const std::byte> bytes_{};
};

}  // namespace rampwatch::probe
