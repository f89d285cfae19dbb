// SPDX-License-Identifier: MIT
#include "core/v8/suspended.h"

#include <algorithm>

#include "core/runtime/record.h"

namespace rampwatch::v8 {
namespace {

// Words of a generator object (src/objects/js-generator.tq), the same in all versions that are read.
constexpr std::size_t kFunction = 3, kContext = 4, kReceiver = 5, kPosition = 6, kResumeMode = 7,
                      kContinuation = 8, kPromised = 10, kIsAwaiting = 11;
constexpr std::uint64_t kPage = 256 << 10;  // of V8's heap: no block crosses its end
constexpr std::int32_t kMostOffset = 1 << 28;
constexpr std::int32_t kResumeModes = 4;
constexpr std::size_t kEdge = Search::kObjectWords - 1;  // words at an end that may begin an object

// The hot test of a reading: most words fail the first of these.
bool has_shape(const std::uint64_t* words) {
    if ((words[0] & 7) != 1) return false;
    const std::uint64_t low = (words[kPosition] | words[kResumeMode] | words[kContinuation]) & 0xffffffff;
    if (low != 0 || (words[kFunction] & 7) != 1 || (words[kContext] & 7) != 1) return false;
    const std::int32_t offset = smi_of(words[kPosition]);
    return offset > 0 && offset < kMostOffset && smi_of(words[kResumeMode]) >= 0 &&
           smi_of(words[kResumeMode]) < kResumeModes && smi_of(words[kContinuation]) >= 0;
}

}  // namespace

// Maps of blocks and arrays stand near each other, on pages that nothing is ever moved from.
void Search::learn_free(std::uint64_t map) {
    constexpr int kMostTries = 20'000;
    if (++tries_ > kMostTries) free_map_ = 1;
    if (objects_.type_by_map(map) != objects_.layout().fixed_array) return;
    const std::uint64_t meta = objects_.word(map, 0), page = meta / kPage * kPage;
    std::vector<std::uint64_t> words(kPage / 8);
    constexpr std::size_t kStep = 512;
    for (std::size_t at = 0; at < words.size(); at += kStep) {
        const auto part = std::span(words).subspan(at, kStep);
        if (!objects_.memory().read(page + 8 * at, std::as_writable_bytes(part)))
            std::fill(part.begin(), part.end(), 0);
    }
    for (std::size_t i = 0; i < words.size(); ++i) {
        if (words[i] != meta) continue;
        const std::uint64_t other = page + 8 * i + 1;
        if (objects_.type_by_map(other) == objects_.layout().free_space) free_map_ = other;
    }
    if (free_map_ == 0) free_map_ = 1;  // none: it is not looked for again
}

void Search::take(std::uint64_t address, const std::uint64_t* words) {
    const std::int32_t type = objects_.type_by_map(words[0]);
    const std::int32_t async = objects_.layout().async_function;
    if (type < async - 1 || type > async + 1) return;
    Suspended found;
    found.object = address + 1;
    found.function = words[kFunction];
    found.receiver = words[kReceiver];
    found.offset = smi_of(words[kPosition]);
    if (type == async - 1) found.call = Call::generator;
    if (type == async + 1) found.call = Call::async_generator;
    if (found.call != Call::generator) found.promised = words[kPromised];
    if (found.call != Call::async_function) {
        found.not_started = words[kContinuation] == 0;
        const bool awaits = found.call == Call::async_generator && smi_of(words[kIsAwaiting]) != 0;
        found.yields = !found.not_started && !awaits;
    }
    found_(found);
}

// The first `count` words, each of which may begin an object.
void Search::look_at(std::uint64_t address, std::span<const std::uint64_t> words, std::size_t count) {
    const bool in_words = objects_.layout().free_space_in_words;
    std::size_t i = skip_to_ > address ? std::min<std::size_t>((skip_to_ - address) / 8, count) : 0;
    for (; i < count; ++i) {
        const std::uint64_t* at = words.data() + i;
        if (*at == free_map_ && is_smi(at[1]) && smi_of(at[1]) > 0) {
            const auto size = static_cast<std::uint64_t>(smi_of(at[1])) * (in_words ? 8 : 1);
            const std::uint64_t here = address + 8 * i, end = here + size;
            if (size % 8 == 0 && size >= 16 && end <= (here / kPage + 1) * kPage) {
                skip_to_ = end;
                i += static_cast<std::size_t>(std::min<std::uint64_t>(size / 8, count - i)) - 1;
                continue;
            }
        }
        if (free_map_ == 0 && is_object(*at) && is_smi(at[1])) learn_free(*at);
        if (has_shape(at)) take(address + 8 * i, at);
    }
}

// An object may be the last of its page, and end with it.
void Search::finish() {
    if (end_ == 0) return;
    std::fill(seam_.begin() + kEdge, seam_.end(), 0);
    look_at(end_ - 8 * kEdge, seam_, kEdge);
    end_ = 0;
}

void Search::look(std::uint64_t address, std::span<const std::uint64_t> words) {
    if (words.size() < kObjectWords) return;
    if (address == end_) {
        std::copy_n(words.begin(), kObjectWords, seam_.begin() + kEdge);
        look_at(address - 8 * kEdge, seam_, kEdge);
    } else {
        finish();
    }
    look_at(address, words, words.size() - kEdge);
    std::copy(words.end() - kEdge, words.end(), seam_.begin());
    end_ = address + 8 * words.size();
}

}  // namespace rampwatch::v8
