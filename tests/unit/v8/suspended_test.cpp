// SPDX-License-Identifier: MIT
#include "core/v8/suspended.h"

#include <span>
#include <vector>

#include "tests/catch.h"
#include "tests/unit/v8/heap_image.h"

using namespace rampwatch;
using test::HeapImage;
using test::smi;
using v8::Call;
using v8::Suspended;

namespace {

constexpr std::uint64_t kAddress = 0x10000000;
constexpr std::uint64_t kOther = 0x10aa0001;  // some object

struct Heap {
    Heap() { objects.begin(image.memory); }

    v8::Layout layout = test::layout_of_22();
    HeapImage image{};
    std::uint64_t async = image.map(2108), async_generator = image.map(2109), generator = image.map(2107),
                  array = image.map(174), free_space = image.map(260), plain = image.map(1057);
    v8::Objects objects{layout};

    [[nodiscard]] std::vector<std::uint64_t> call(std::uint64_t map, std::int32_t offset,
                                                  std::int32_t continuation, bool awaits = true) const {
        return {map,    kOther, kOther,     kOther, kOther, kOther, smi(offset), smi(0), smi(continuation),
                kOther, kOther, smi(awaits)};
    }
};

void append(std::vector<std::uint64_t>& words, const std::vector<std::uint64_t>& more) {
    words.insert(words.end(), more.begin(), more.end());
}

std::vector<Suspended> found_in(Heap& heap, const std::vector<std::uint64_t>& words,
                                const std::vector<std::size_t>& cuts = {}) {
    std::vector<Suspended> found;
    v8::Search search(heap.objects, [&](const Suspended& one) { found.push_back(one); });
    std::size_t at = 0;
    for (std::size_t cut : cuts) {
        search.look(kAddress + 8 * at, std::span(words).subspan(at, cut - at));
        at = cut;
    }
    search.look(kAddress + 8 * at, std::span(words).subspan(at));
    search.finish();
    return found;
}

}  // namespace

TEST_CASE("calls that are suspended are found by their shape, with where they go on", "[v8]") {
    Heap heap;
    std::vector<std::uint64_t> words(3, 0);
    append(words, heap.call(heap.async, 91, 0));
    append(words, heap.call(heap.async_generator, 92, 2));
    append(words, heap.call(heap.async_generator, 93, 1, false));
    append(words, heap.call(heap.generator, 94, 0));
    append(words, heap.call(heap.async, 95, -2));  // runs, or is over
    append(words, heap.call(heap.plain, 96, 0));
    words.resize(words.size() + 20);
    const auto found = found_in(heap, words);
    REQUIRE(found.size() == 4);
    CHECK(found[0].object == kAddress + 24 + 1);
    CHECK(found[0].offset == 91);
    CHECK(found[0].call == Call::async_function);
    CHECK_FALSE(found[0].not_started);
    CHECK(found[1].call == Call::async_generator);
    CHECK_FALSE(found[1].yields);
    CHECK(found[2].yields);
    CHECK(found[3].call == Call::generator);
    CHECK(found[3].not_started);
}

TEST_CASE("a call that lies across two parts of what is read is found once", "[v8]") {
    Heap heap;
    std::vector<std::uint64_t> words(30, 0);
    append(words, heap.call(heap.async, 91, 0));
    words.resize(words.size() + 30);
    for (std::size_t cut = 20; cut < 55; ++cut) {
        INFO(cut);
        CHECK(found_in(heap, words, {cut}).size() == 1);
    }
}

TEST_CASE("a call that is the last of its page is found", "[v8]") {
    Heap heap;
    std::vector<std::uint64_t> words(30, 0);
    auto last = heap.call(heap.async, 91, 0);
    last.pop_back();  // an async function has no word behind its promise
    append(words, last);
    CHECK(found_in(heap, words).size() == 1);
    std::vector<Suspended> found;
    v8::Search search(heap.objects, [&](const Suspended& one) { found.push_back(one); });
    search.look(kAddress, words);
    search.look(kAddress + 0x100000, words);
    CHECK(found.size() == 1);
    search.finish();
    CHECK(found.size() == 2);
}

TEST_CASE("what a free block still holds is passed over", "[v8]") {
    Heap heap;
    for (const bool in_words : {false, true}) {
        heap.layout.free_space_in_words = in_words;
        std::vector<std::uint64_t> words = {heap.array, smi(1), kOther};
        constexpr std::int32_t kWords = 3 + 12;
        append(words, {heap.free_space, smi(in_words ? kWords : 8 * kWords), 0});
        append(words, heap.call(heap.async, 91, 0));
        append(words, heap.call(heap.async, 92, 0));
        words.resize(words.size() + 20);
        const auto found = found_in(heap, words);
        REQUIRE(found.size() == 1);
        CHECK(found[0].offset == 92);
        CHECK(found_in(heap, words, {20}).size() == 1);
    }
}

TEST_CASE("a block that would go on beyond its page is none", "[v8]") {
    Heap heap;
    std::vector<std::uint64_t> words = {heap.array, smi(1), kOther, heap.free_space, smi(1 << 30), 0};
    append(words, heap.call(heap.async, 91, 0));
    words.resize(words.size() + 20);
    CHECK(found_in(heap, words).size() == 1);
}
