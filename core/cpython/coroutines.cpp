// SPDX-License-Identifier: MIT
#include "core/cpython/coroutines.h"

#include <algorithm>
#include <array>

#include "core/cpython/record.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kBatch = 1024;       // pieces of one call
constexpr std::size_t kObjectBytes = 256;  // the most that is asked of one
constexpr std::size_t kFrameBytes = 128;   // of a frame object
constexpr std::int32_t kMostValues = 10'000;
constexpr std::uint8_t kOwnedByGenerator = 1;

using Bytes = std::array<std::byte, kObjectBytes>;

struct Candidate {
    Coroutine coroutine{};
    std::uint64_t next = 0;  // where the word lies that says more; 0: none is needed
    bool alive = false;
};

bool is_alive(std::span<const std::byte> object) { return is_count(word_at(object, kReferences)); }

// From 3.11 the frame is part of the object.
Candidate with_frame(const Layout& layout, std::uint64_t address, std::span<const std::byte> object) {
    Candidate found;
    Coroutine& it = found.coroutine;
    const auto state = number_at<std::int8_t>(object, layout.generator_state);
    const auto frame = object.subspan(layout.generator_frame);
    it.address = address;
    it.type = word_at(object, kType);
    it.qualname = word_at(object, layout.generator_qualname);
    it.place = {word_at(frame, layout.frame_code), word_at(frame, layout.frame_instruction)};
    if (!is_alive(object) || state > 0 || state < layout.created) return found;
    found.alive = true;
    it.step = state == 0                ? Step::executing
              : state == layout.created ? Step::created
              : state == -1             ? Step::waiting  // until 3.12 its code is asked as well
                                        : Step::suspended;
    const bool owned = number_at<std::uint8_t>(frame, layout.frame_owner) == kOwnedByGenerator;
    const auto top = number_at<std::int32_t>(frame, layout.frame_top);
    it.torn = it.step != Step::executing && !owned;
    if (it.step != Step::waiting) return found;
    if (top <= 0 || top > kMostValues)
        it.torn = true;
    else
        found.next =
            address + layout.generator_frame + layout.frame_values + 8 * static_cast<std::uint64_t>(top - 1);
    return found;
}

// Up to 3.10 it points at a frame object.
Candidate with_object(const Layout& layout, std::uint64_t address, std::span<const std::byte> object) {
    Candidate found;
    found.coroutine.address = address;
    found.coroutine.type = word_at(object, kType);
    found.coroutine.qualname = word_at(object, layout.generator_qualname);
    const std::uint64_t frame = word_at(object, layout.generator_frame);
    found.alive = is_alive(object) && is_pointer(frame);
    found.next = frame;
    if (layout.generator_running != 0 && number_at<std::uint8_t>(object, layout.generator_running) != 0)
        found.coroutine.step = Step::executing;
    return found;
}

// What the frame object says; `next` is then where the awaited object's address lies.
void read_frame(const Layout& layout, Candidate& found, std::span<const std::byte> frame) {
    Coroutine& it = found.coroutine;
    found.next = 0;
    it.place = {word_at(frame, layout.frame_code), number_at<std::uint32_t>(frame, layout.frame_instruction)};
    const auto index = static_cast<std::int32_t>(it.place.instruction);
    if (layout.frame_state != 0 && number_at<std::int8_t>(frame, layout.frame_state) == 0)
        it.step = Step::executing;
    if (it.step == Step::executing) return;
    it.step = index < 0 ? Step::created : Step::waiting;
    if (it.step == Step::created) return;
    const std::uint64_t values = word_at(frame, layout.frame_values);
    const std::uint64_t top =
        layout.top_is_depth ? values + 8 * std::uint64_t{number_at<std::uint32_t>(frame, layout.frame_top)}
                            : word_at(frame, layout.frame_top);
    if (is_pointer(values) && top >= values + 8 && top - values <= 8 * std::uint64_t{kMostValues})
        found.next = top - 8;
    else
        it.step = Step::suspended;
}

// Reads `size` bytes at each candidate's next place, and hands them on.
template <class Use>
void read_next(const probe::MemoryReader& memory, std::span<Candidate> found, std::size_t size,
               const Use& use) {
    std::vector<Bytes> bytes(found.size());
    std::vector<probe::Piece> pieces;
    std::vector<std::size_t> whose;
    for (std::size_t i = 0; i < found.size(); ++i) {
        if (!found[i].alive || found[i].next == 0) continue;
        pieces.push_back({found[i].next, std::span(bytes[i]).first(size), false});
        whose.push_back(i);
    }
    const bool read = memory.read(std::span(pieces)).has_value();
    for (std::size_t k = 0; k < pieces.size(); ++k) {
        if (!read || !pieces[k].read)
            found[whose[k]].coroutine.torn = true;
        else
            use(found[whose[k]], pieces[k].into);
    }
}

std::vector<Candidate> read_objects(const probe::MemoryReader& memory, const Layout& layout,
                                    std::span<const std::uint64_t> addresses) {
    std::vector<Candidate> found(addresses.size());
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        found[i].next = addresses[i];
        found[i].alive = true;
    }
    read_next(memory, found, coroutine_bytes(layout), [&](Candidate& it, std::span<const std::byte> object) {
        it = layout.chain == Chain::frames ? with_frame(layout, it.next, object)
                                           : with_object(layout, it.next, object);
    });
    if (layout.chain == Chain::frames) return found;
    read_next(memory, found, kFrameBytes,
              [&](Candidate& it, std::span<const std::byte> frame) { read_frame(layout, it, frame); });
    return found;
}

}  // namespace

std::size_t coroutine_bytes(const Layout& layout) {
    if (layout.chain == Chain::objects) return 64;
    return std::min<std::size_t>(layout.generator_frame + layout.frame_values, kObjectBytes);
}

std::vector<Coroutine> read_coroutines(const probe::MemoryReader& memory, const Layout& layout, Codes& codes,
                                       std::span<const std::uint64_t> addresses) {
    // What says by its state that it waits, and not for what is on top of its values.
    const bool by_code = layout.chain == Chain::objects || layout.created == -2;
    std::vector<Coroutine> coroutines;
    coroutines.reserve(addresses.size());
    for (std::size_t from = 0; from < addresses.size(); from += kBatch) {
        const auto part = addresses.subspan(from, std::min(kBatch, addresses.size() - from));
        std::vector<Candidate> found = read_objects(memory, layout, part);
        for (Candidate& it : found) {
            if (!it.alive) continue;
            // A tuple of types looks like an object of the first of them, and has no code.
            it.alive = codes.frame(it.coroutine.place, it.coroutine.qualname).has_value();
            if (!it.alive) continue;
            if (by_code && it.coroutine.step == Step::waiting && !codes.waits(it.coroutine.place))
                it.coroutine.step = Step::suspended;
            if (it.coroutine.torn || it.coroutine.step != Step::waiting) it.next = 0;
        }
        read_next(memory, found, 8, [](Candidate& it, std::span<const std::byte> word) {
            it.coroutine.awaited = word_at(word, 0);
        });
        for (const Candidate& it : found) {
            if (it.alive) coroutines.push_back(it.coroutine);
        }
    }
    return coroutines;
}

}  // namespace rampwatch::cpython
