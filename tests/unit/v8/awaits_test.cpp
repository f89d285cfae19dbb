// SPDX-License-Identifier: MIT
#include "core/v8/awaits.h"

#include <vector>

#include "tests/catch.h"
#include "tests/unit/v8/heap_image.h"

using namespace rampwatch;
using test::HeapImage;
using test::smi;
using v8::Await;
using v8::Chains;

namespace {

struct Heap {
    Heap() { objects.begin(image.memory); }

    // A promise that leads to what `reaction` is.
    std::uint64_t promise(std::uint64_t reaction) {
        return image.object({promise_map, kNone, kNone, reaction, smi(4)});
    }
    std::uint64_t reaction(std::uint64_t next, std::uint64_t rejected, std::uint64_t derived) {
        return image.object({reaction_map, kNone, next, rejected, kNone, derived});
    }
    // V8's own function, for what its context is there for.
    std::uint64_t function_for(std::uint64_t value) {
        const std::uint64_t context = image.object({context_map, smi(3), kNone, kNone, value});
        return image.object({function_map, kNone, kNone, kNone, kNone, context});
    }
    std::uint64_t call() {
        return image.object(std::vector<std::uint64_t>{async_map, kNone, kNone, kNone, kNone, kNone});
    }

    v8::Layout layout = test::layout_of_22();
    HeapImage image{};
    std::uint64_t promise_map = image.map(2063), reaction_map = image.map(163), context_map = image.map(190),
                  function_map = image.map(2066), async_map = image.map(2108), other_map = image.map(1057);
    std::uint64_t kNone = image.object({other_map, 0, 0, 0, 0, 0});
    v8::Objects objects{layout};
};

std::vector<std::uint64_t> awaiting(Heap& heap, std::uint64_t promise) {
    std::vector<std::uint64_t> by;
    const std::vector<std::uint64_t> promised = {promise};
    for (const Await& await : v8::find_awaits(heap.objects, promised, 7)) {
        CHECK(await.awaited == 7);
        by.push_back(await.by);
    }
    return by;
}

}  // namespace

TEST_CASE("who awaits a promise is found behind its reactions", "[v8]") {
    Heap heap;
    const std::uint64_t one = heap.call(), two = heap.call();
    const std::uint64_t last = heap.reaction(smi(0), heap.function_for(two), heap.kNone);
    const std::uint64_t promise = heap.promise(heap.reaction(last, heap.function_for(one), heap.kNone));
    CHECK(awaiting(heap, promise) == std::vector{one, two});
    CHECK(awaiting(heap, heap.promise(smi(0))).empty());
    CHECK(awaiting(heap, heap.kNone).empty());
}

TEST_CASE("a promise that then() has returned leads on, one of Promise.all() does not", "[v8]") {
    Heap heap;
    const std::uint64_t one = heap.call();
    const std::uint64_t derived = heap.promise(heap.reaction(smi(0), heap.function_for(one), heap.kNone));
    CHECK(awaiting(heap, heap.promise(heap.reaction(smi(0), heap.kNone, derived))) == std::vector{one});
    const std::uint64_t of_all = heap.reaction(smi(0), heap.function_for(derived), heap.kNone);
    CHECK(awaiting(heap, heap.promise(of_all)).empty());
}

TEST_CASE("reactions that lead to themselves end", "[v8]") {
    Heap heap;
    const std::uint64_t reaction = heap.reaction(smi(0), heap.kNone, heap.kNone);
    heap.image.memory.put_word(reaction - 1 + 16, reaction);
    CHECK(awaiting(heap, heap.promise(reaction)).empty());
}

TEST_CASE("chains begin with what nobody awaits, and end with what awaits none", "[v8]") {
    const std::vector<std::uint64_t> objects = {0x101, 0x201, 0x301, 0x401};
    // 1 awaits 0, 2 and 3 await 1.
    const std::vector<Await> awaits = {{0, 0x201}, {1, 0x301}, {1, 0x401}, {0, 0x901}};
    const Chains chains(objects, awaits);
    CHECK_FALSE(chains.is_root(0));
    CHECK_FALSE(chains.is_root(1));
    CHECK(chains.is_root(2));
    CHECK(chains.chain(2) == std::vector<std::uint32_t>{0, 1, 2});
    CHECK(chains.chain(3) == std::vector<std::uint32_t>{0, 1, 3});
}

TEST_CASE("what awaits itself by way of others is a chain that ends", "[v8]") {
    const std::vector<std::uint64_t> objects = {0x101, 0x201};
    const std::vector<Await> awaits = {{0, 0x201}, {1, 0x101}};
    const Chains chains(objects, awaits);
    CHECK_FALSE(chains.is_root(0));
    CHECK_FALSE(chains.is_root(1));
    CHECK(chains.chain(0) == std::vector<std::uint32_t>{1, 0});
}

TEST_CASE("a call that seems to await two awaits the first", "[v8]") {
    const std::vector<std::uint64_t> objects = {0x101, 0x201, 0x301};
    const std::vector<Await> awaits = {{0, 0x301}, {1, 0x301}};
    const Chains chains(objects, awaits);
    CHECK(chains.chain(2) == std::vector<std::uint32_t>{0, 2});
    CHECK(chains.is_root(1));
}
