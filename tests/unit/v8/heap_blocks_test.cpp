// SPDX-License-Identifier: MIT
#include "core/v8/heap_blocks.h"

#include <chrono>
#include <map>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "core/v8/pages.h"
#include "tests/catch.h"
#include "tests/unit/v8/heap_image.h"

using namespace rampwatch;
using test::HeapImage;
using test::smi;

namespace {

constexpr std::uint64_t kPage = 0x40000000, kOld = 0x4, kToSpace = 0x12;
constexpr std::size_t kPageWords = v8::kPageBytes / 8;

v8::HeapLayout heap_layout_of_22() {
    v8::HeapLayout heap;
    heap.map_size = 8;
    heap.map_constructor = 32;
    heap.buffer_bytes = 32;
    heap.buffer_store = 48;
    heap.descriptors = 24;
    heap.context_scope = 16;
    heap.context_outer = 24;
    heap.first_receiver = 291;
    heap.first_context = 190;
    heap.last_context = 199;
    heap.array_buffer = 2062;
    heap.js_array = 2115;
    heap.js_map = 2110;
    heap.js_set = 2111;
    heap.bound_function = 2064;
    heap.fixed_double_array = 188;
    heap.property_array = 269;
    heap.heap_number = 130;
    heap.map = 264;
    return heap;
}

// Counts and bytes by name.
class Rows : public runtime::Sink {
  public:
    explicit Rows(v8::HeapBlocks& blocks) : blocks_(blocks) {}
    void add(const runtime::Task&) override {}
    void add(const runtime::TypeRow& row) override {
        types[blocks_.name_of(row.type).name] = row.type;
        counts[blocks_.name_of(row.type).name] += row.count;
        bytes[blocks_.name_of(row.type).name] += row.bytes;
    }
    std::map<std::string, std::int64_t> counts{}, bytes{};
    std::map<std::string, runtime::TypeId> types{};

  private:
    v8::HeapBlocks& blocks_;
};

struct Heap {
    Heap() {
        layout.shared_function = 280;
        layout.shared_name = 16;
        layout.scope_info = 272;
        layout.scope_locals = 2;
        layout.scope_first = 3;
        layout.first_lazy = 200;
        layout.last_lazy = 203;
        objects.begin(image.memory);
        blocks.begin(target);
        image.memory.put_word(meta() + 7, std::uint64_t{264} << 32);  // the type of maps, of itself too
        kept = image.object(std::vector<std::uint64_t>(64, 0)) - 1;
    }

    static std::uint64_t meta() { return HeapImage::kMeta; }
    // A map of objects of so many words; 0: they say their size themselves.
    std::uint64_t map(std::uint32_t type, std::uint64_t words, std::uint64_t constructor = 0) {
        const std::uint64_t at = image.map(type);
        image.memory.put_word(at + 7, std::uint64_t{type} << 32 | words);
        image.memory.put_word(at + 31, constructor);
        return at;
    }
    std::uint64_t text(const std::string& letters) {
        const std::uint64_t at =
            image.object({string, smi(static_cast<std::int32_t>(letters.size())), 0, 0, 0});
        image.memory.put_text(at + 15, letters);
        return at;
    }
    // A function that makes objects, and the map of those.
    std::uint64_t class_map(const std::string& name, std::uint32_t type, std::uint64_t words) {
        const std::uint64_t shared = image.object({map(280, 8), 0, text(name), 0, 0, 0, 0, 0});
        const std::uint64_t function = image.object({map(2066, 8), 0, 0, 0, shared, 0, 0, 0});
        return map(type, words, map(type, words, function));  // one property was added since
    }

    // The page as it is read.
    struct Page {
        Page(std::vector<std::uint64_t> objects, std::uint64_t flags) : words(std::move(objects)) {
            words.insert(words.begin(), {flags, kPage, v8::kPageBytes, 0, 0, 0});
            words.resize(kPageWords, 0);
        }
        [[nodiscard]] runtime::Block block() const {
            return {kPage, std::as_bytes(std::span(words)), std::as_bytes(std::span(ahead)), &mapping};
        }
        std::vector<std::uint64_t> words, ahead = std::vector<std::uint64_t>(8, 0);
        probe::Mapping mapping{};
    };
    Rows read(std::vector<std::uint64_t> words, std::uint64_t flags = kOld) {
        Rows rows(blocks);
        blocks.read(Page(std::move(words), flags).block(), rows);
        return rows;
    }
    void search(std::vector<std::uint64_t> words) { blocks.search(Page(std::move(words), kOld).block(), 1); }

    HeapImage image{};
    v8::Layout layout = test::layout_of_22();
    v8::Objects objects{layout};
    v8::Functions functions{objects};
    probe::Maps maps{};
    probe::NamespaceTids tids{};
    runtime::Target target{image.memory, maps, nullptr, tids, probe::Arch::x86_64, {}};
    v8::HeapBlocks blocks{objects, functions, heap_layout_of_22()};
    std::uint64_t string = image.map(8), array = image.map(174), free_space = image.map(260);
    std::uint64_t kept = 0;
};

void add(std::vector<std::uint64_t>& words, const std::vector<std::uint64_t>& more) {
    words.insert(words.end(), more.begin(), more.end());
}

}  // namespace

TEST_CASE("a page of V8's is known by its header, and whether what is in it is young", "[v8]") {
    const auto head = [](std::vector<std::uint64_t> words) { return v8::page_head(kPage, words); };
    CHECK(head({v8::kPageBytes, 4, 0x7f0000000010}) == v8::PageHead{false});  // up to V8 11
    CHECK(head({0xe1000, 0x84, 0x7f0000000010}) == v8::PageHead{false});
    CHECK(head({v8::kPageBytes, 0x0a, 0x7f0000000010}) == v8::PageHead{true});
    CHECK(head({0x204, kPage, v8::kPageBytes}) == v8::PageHead{false});  // 12
    CHECK(head({0x12, kPage, v8::kPageBytes}) == v8::PageHead{true});
    CHECK(head({0x104, 0x7f0000000010, 0x20000011}) == v8::PageHead{false});  // from 13 on
    CHECK_FALSE(head({0x104, 0x7f0000000010, 0x20000010}));
    CHECK_FALSE(head({0, 0, 0}));
    CHECK_FALSE(head({0x104, kPage + 0x1000, v8::kPageBytes}));
    CHECK_FALSE(head({0x104, kPage}));
    CHECK_FALSE(v8::page_head(kPage + 4096, std::vector<std::uint64_t>{4, kPage + 4096, v8::kPageBytes}));
}

TEST_CASE("objects on a page are counted by their constructor, up to what is free", "[v8]") {
    Heap heap;
    const std::uint64_t session = heap.class_map("Session", 1057, 4);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 5; ++i) add(words, {session, 0, 0, 0});
    add(words, {heap.array, smi(3), 0, 0, 0});
    add(words, {heap.string, smi(9), 0, 0});  // 16 bytes and 9, aligned
    add(words, {heap.free_space, smi(64), session, 0, 0, 0, session, 0});
    for (int i = 0; i < 3; ++i) add(words, {session, 0, 0, 0});
    const Rows rows = heap.read(words);
    CHECK(rows.counts.at("Session") == 8);
    CHECK(rows.bytes.at("Session") == 8 * 32);
    CHECK(rows.bytes.at("array storage") == 40);
    CHECK(rows.bytes.at("string") == 32);
    CHECK(rows.bytes.at("free") == 64);
    CHECK(heap.read(words, kToSpace).counts.empty());
    CHECK(heap.blocks.notes().size() == 1);
}

TEST_CASE("an ArrayBuffer counts with its bytes outside of the heap", "[v8]") {
    Heap heap;
    const std::uint64_t buffer = heap.class_map("ArrayBuffer", 2062, 8);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 4; ++i) add(words, {buffer, 0, 0, 0, 65536, 0, 0x7f0000001000, 0});
    add(words, {buffer, 0, 0, 0, 65536, 0, 0, 0});  // it was taken from it
    const Rows rows = heap.read(words);
    CHECK(rows.counts.at("ArrayBuffer") == 5);
    CHECK(rows.bytes.at("ArrayBuffer") == 5 * 64 + 4 * 65536);
}

TEST_CASE("reading goes on behind an object whose size is not known, and a large one counts whole", "[v8]") {
    Heap heap;
    const std::uint64_t session = heap.class_map("Session", 1057, 4);
    const std::uint64_t odd = heap.image.map(280);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 3; ++i) add(words, {session, 0, 0, 0});
    add(words, {odd, 1, 2, 3, 4});
    for (int i = 0; i < 3; ++i) add(words, {session, 0, 0, 0});
    CHECK(heap.read(words).counts.at("Session") == 6);
    CHECK(heap.read({heap.array, smi(1 << 20)}).bytes.at("array storage") == 16 + (8 << 20));
}

TEST_CASE("a heap that is not as it should be is read to its end", "[v8]") {
    Heap heap;
    const std::uint64_t session = heap.class_map("Session", 1057, 4);
    const std::uint64_t loop = heap.map(1057, 2);
    heap.image.memory.put_word(loop + 31, loop);  // it came from itself
    const std::uint64_t wild = heap.map(1057, 2, 0x7fffffff0001);
    std::vector<std::uint64_t> words;
    for (int i = 0; i < 3; ++i) add(words, {session, 0, 0, 0});
    add(words, {heap.array, smi(0x7fffffff), heap.array, smi(-1), heap.string, smi(-8)});
    add(words, {heap.free_space, smi(0), heap.free_space, smi(-64), loop, 0, wild, 0, loop, 0});
    const Rows rows = heap.read(words);
    CHECK(rows.counts.at("Session") == 3);
    CHECK(rows.counts.at("Object") == 3);
}

TEST_CASE("what an array holds is told by the variable that it is kept in", "[v8]") {
    Heap heap;
    const std::uint64_t session = heap.class_map("Session", 1057, 4);
    const std::uint64_t list = heap.class_map("Array", 2115, 4);
    const std::uint64_t secret = heap.text("secret");
    const std::uint64_t scope =
        heap.image.object({heap.map(272, 0), smi(0), smi(0), smi(2), heap.text("other"),
                           heap.text("sessions"), smi(0), smi(0), 0});
    heap.image.object({session, secret, 0, 0});  // behind it, and none of its names
    constexpr std::uint64_t kFirst = 6;          // word of the page
    constexpr std::int32_t kCount = 25;
    std::vector<std::uint64_t> words, elements = {heap.array, smi(kCount)};
    for (int i = 0; i < kCount; ++i) {
        elements.push_back(kPage + 8 * (kFirst + words.size()) + 1);
        add(words, {session, 0, 0, 0});
    }
    const std::uint64_t storage = kPage + 8 * (kFirst + words.size()) + 1;
    add(words, elements);
    const std::uint64_t array = kPage + 8 * (kFirst + words.size()) + 1;
    add(words, {list, 0, storage, smi(kCount)});
    add(words, {heap.image.map(191), smi(4), scope, 0, 0, array});
    add(words, {list, 0, 0, 0});  // so that what is before is followed by something
    for (std::size_t i = 0; i < words.size(); ++i)
        heap.image.memory.put_word(kPage + 8 * (kFirst + i), words[i]);
    const Rows rows = heap.read(words);
    REQUIRE(rows.counts.at("Session") == kCount);
    const runtime::Sought sought{rows.types.at("Session"), {}};
    runtime::Budget budget = runtime::budget_of(1 << 20, std::chrono::seconds(9), std::chrono::seconds(9));
    REQUIRE(heap.blocks.seek({&sought, 1}, budget));
    heap.search(words);
    const auto held = heap.blocks.held_by(sought.type, budget);
    REQUIRE(held);
    CHECK(held->by == "the array sessions");
    CHECK(held->pointers == kCount);
    CHECK(held->share == 1);
}

TEST_CASE("a page whose words were changed is read and searched to its end", "[v8]") {
    Heap heap;
    const std::uint64_t session = heap.class_map("Session", 1057, 4), list = heap.class_map("Array", 2115, 4);
    const std::vector<std::uint64_t> some = {session,
                                             list,
                                             heap.array,
                                             heap.string,
                                             heap.free_space,
                                             heap.image.map(191),
                                             heap.image.map(2108),
                                             heap.image.map(2066),
                                             heap.image.map(269),
                                             kPage + 49,
                                             smi(3),
                                             smi(1 << 30),
                                             smi(-1),
                                             ~std::uint64_t{0}};
    std::mt19937 random(7);
    for (int round = 0; round < 60; ++round) {
        std::vector<std::uint64_t> words;
        for (std::uint64_t i = 0; i < 400; ++i) add(words, {session, smi(1), kPage + 49 + 32 * (i % 50), 0});
        for (int i = 0; i < 300; ++i) words[random() % words.size()] = some[random() % some.size()];
        const Rows rows = heap.read(words);
        std::vector<runtime::Sought> sought;
        for (const auto& [name, type] : rows.types) sought.push_back({type, {}});
        runtime::Budget budget =
            runtime::budget_of(1 << 24, std::chrono::seconds(60), std::chrono::seconds(60));
        if (!heap.blocks.seek(sought, budget)) continue;
        heap.search(words);
        for (const auto& one : sought) {
            heap.blocks.edges(one.type, budget);
            if (const auto held = heap.blocks.held_by(one.type, budget)) CHECK(held->by.size() < 1000);
        }
        CHECK(rows.counts.size() <= 20);
    }
}
