// SPDX-License-Identifier: MIT
// A heap of V8's whose bytes were changed is read to an end.
#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "core/v8/awaits.h"
#include "core/v8/functions.h"
#include "core/v8/suspended.h"
#include "tests/catch.h"
#include "tests/support/process_image.h"
#include "tests/unit/v8/heap_image.h"

using namespace rampwatch;
using test::HeapImage;
using test::smi;

namespace {

constexpr std::uint64_t kStart = 0x10000000;

v8::Layout layout_with_functions() {
    v8::Layout layout = test::layout_of_22();
    layout.shared_name = 16;
    layout.shared_script = 32;
    layout.script_name = 16;
    layout.script_source = 8;
    layout.array_length = 8;
    layout.array_data = 16;
    layout.bytecode_data = 64;
    layout.bytecode_positions = 24;
    layout.scope_locals = 2;
    layout.scope_first = 3;
    layout.shared_function = 274;
    layout.bytecode_array = 205;
    layout.code = 206;
    layout.interpreter_data = 207;
    layout.script = 167;
    layout.scope_info = 272;
    layout.byte_array = 186;
    return layout;
}

// One-byte text of at most 24 letters.
std::uint64_t text(HeapImage& image, std::uint64_t map, std::string letters) {
    const auto size = static_cast<std::uint64_t>(letters.size());
    letters.resize(24, '\0');
    std::vector<std::uint64_t> words = {map, size << 32, 0, 0, 0};
    std::copy(letters.begin(), letters.end(), reinterpret_cast<char*>(words.data() + 2));
    return image.object(words);
}

// A suspended call of `load` in shop.js, on its second line, that another one awaits.
struct Heap {
    Heap() {
        const std::uint64_t string = image.map(8), other = image.map(1057);
        const std::uint64_t none = image.object({other, 0, 0, 0, 0, 0});
        const std::uint64_t script =
            image.object({image.map(167), text(image, string, "let a = 1;\nload();\n"),
                          text(image, string, "shop.js"), 0, 0, 0, 0, 0});
        // Two entries: the function begins at 0, the call stands at 12.
        const std::uint64_t table = image.object({image.map(186), smi(4), 0x00000000'30'14'02'01});
        const std::uint64_t bytecode =
            image.object({image.map(205), smi(40), none, table, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0});
        const std::uint64_t shared =
            image.object({image.map(274), bytecode, text(image, string, "load"), none, script, 0, 0});
        const std::uint64_t function = image.map(2066), async = image.map(2108);
        const std::uint64_t closure = image.object({function, none, none, none, shared, none, 0, 0});
        const auto call = [&](std::uint64_t promise) {
            return image.object(
                {async, none, none, closure, none, none, smi(63 + 12), smi(0), smi(0), none, promise, 0});
        };
        const std::uint64_t awaiting = call(none);
        const std::uint64_t context = image.object({image.map(190), smi(3), none, none, awaiting, 0});
        const std::uint64_t settle = image.object({function, none, none, none, none, context, 0, 0});
        const std::uint64_t reaction =
            image.object({image.map(163), none, smi(0), settle, settle, none, 0, 0});
        call(image.object({image.map(2063), none, none, reaction, smi(4), 0}));
        image.object(std::vector<std::uint64_t>(24, 0));
    }

    HeapImage image{};
};

// What is said of the heap: functions with lines, and who awaits whom.
std::string read(const v8::Layout& layout, const probe::MemoryImage& memory, std::uint64_t end) {
    v8::Objects objects(layout);
    objects.begin(memory);
    v8::Functions functions(objects);
    functions.begin();
    std::vector<std::uint64_t> words((end - kStart) / 8), calls, promised;
    for (std::size_t i = 0; i < words.size(); ++i) {
        const auto word = memory.get<std::uint64_t>(kStart + 8 * i);
        if (word) words[i] = *word;
    }
    std::string told;
    v8::Search search(objects, [&](const v8::Suspended& one) {
        const auto frame =
            functions.at_bytecode(objects.word(one.function, layout.function_shared), one.offset);
        const Frame named = frame ? functions.name_of(*frame) : Frame();
        told += named.function.value_or("?") + " " + named.file.value_or("?") + ":" +
                std::to_string(named.line.value_or(-1)) + "\n";
        calls.push_back(one.object);
        promised.push_back(one.promised);
    });
    search.look(kStart, words);
    search.finish();
    const auto awaits = v8::find_awaits(objects, promised, 0);
    const v8::Chains chains(calls, awaits);
    for (std::uint32_t i = 0; i < calls.size(); ++i)
        told += std::to_string(chains.chain(i).size()) + (chains.is_root(i) ? " root\n" : "\n");
    return told;
}

}  // namespace

TEST_CASE("a heap as V8 has it is read", "[v8]") {
    const Heap heap;
    const v8::Layout layout = layout_with_functions();
    CHECK(read(layout, heap.image.memory, heap.image.next()) ==
          "load shop.js:2\nload shop.js:2\n2 root\n1\n");
}

TEST_CASE("a heap of V8's whose bytes were changed is read to an end", "[v8]") {
    const Heap heap;
    const v8::Layout layout = layout_with_functions();
    std::mt19937 random(20);
    int different = 0;
    for (int round = 0; round < 300; ++round) {
        probe::MemoryImage changed;
        test::change_bytes(heap.image.memory, random, changed);
        const std::string told = read(layout, changed, heap.image.next());
        CHECK(told.size() < 10'000);
        different += told != read(layout, heap.image.memory, heap.image.next());
    }
    CHECK(different > 10);
}
