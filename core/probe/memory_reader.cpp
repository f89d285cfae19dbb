// SPDX-License-Identifier: MIT
#include "core/probe/memory_reader.h"

#include <algorithm>
#include <array>
#include <cstring>

namespace rampwatch::probe {

namespace {

constexpr std::uint64_t kPart = 64;  // divides every page size

// As much of `into` as there is, from its beginning on. An image may hold less than a part.
std::size_t read_front(const MemoryReader& memory, std::uint64_t address, std::span<std::byte> into) {
    if (memory.read(address, into)) return into.size();
    std::size_t done = 0;
    while (done < into.size() && memory.read(address + done, into.subspan(done, 1))) ++done;
    return done;
}

}  // namespace

std::string read_string(const MemoryReader& memory, std::uint64_t address, std::size_t most) {
    std::string text;
    std::array<std::byte, kPart> part;
    while (text.size() < most) {
        const std::size_t wanted = kPart - address % kPart;
        const std::size_t size = read_front(memory, address, std::span(part).first(wanted));
        const auto* letters = reinterpret_cast<const char*>(part.data());
        const std::size_t length = ::strnlen(letters, size);
        text.append(letters, std::min(length, most - text.size()));
        if (length < wanted) return text;
        address += wanted;
    }
    return text;
}

}  // namespace rampwatch::probe
