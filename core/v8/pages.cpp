// SPDX-License-Identifier: MIT
#include "core/v8/pages.h"

#include "core/runtime/record.h"
#include "core/v8/objects.h"

namespace rampwatch::v8 {
namespace {

constexpr std::uint64_t kYoung = 0x18;  // FROM_PAGE, TO_PAGE
constexpr std::uint64_t kMostFlags = std::uint64_t{1} << 32, kMostSize = std::uint64_t{1} << 40;

bool is_size(std::uint64_t word) { return word >= kPageBytes && word < kMostSize && word % 4096 == 0; }
bool are_flags(std::uint64_t word) { return word != 0 && word < kMostFlags; }

}  // namespace

std::optional<PageHead> page_head(std::uint64_t address, std::span<const std::uint64_t> words) {
    if (address % kPageBytes != 0 || words.size() < kHeadWords) return std::nullopt;
    std::uint64_t flags = words[0];
    if (is_size(words[0]) && are_flags(words[1]) && runtime::is_pointer(words[2]))
        flags = words[1];
    else if (!are_flags(words[0]) || !runtime::is_pointer(words[1]))
        return std::nullopt;
    else if (!(words[1] == address && is_size(words[2])) && !is_object(words[2]))
        return std::nullopt;
    return PageHead{(flags & kYoung) != 0};
}

}  // namespace rampwatch::v8
