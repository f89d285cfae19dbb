// SPDX-License-Identifier: MIT
#include "core/hotspot/heap_blocks.h"

#include <algorithm>
#include <cstring>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::hotspot;

namespace {

constexpr std::uint64_t kStatics = 0x10000, kFlags = 0x20000, kTexts = 0x30000, kHeap = 0x50000,
                        kClasses = 0x800000, kLoader = 0x60000, kOld = 0x10000000, kBlock = 16 << 10;

// A Java heap of two generations, as far as it is read: classes, flags, and an old space whose words a test
// sets.
class Java {
  public:
    Java() : old(kOldWords, 0) {
        layout.method.klass_helper = 8;
        layout.method.klass_name = 24;
        layout.method.symbol_length = 0;
        layout.method.symbol_body = 2;
        layout.method.collections = 64;
        layout.method.collecting = 72;
        layout.method.reserved = 80;
        layout.statics = {.collected_heap = kStatics,
                          .klass_base = kStatics + 8,
                          .klass_shift = kStatics + 16,
                          .oop_base = kStatics + 24,
                          .oop_shift = kStatics + 32,
                          .object_class = kStatics + 40};
        heap.flags = {kStatics + 48, kStatics + 56, 16, 0, 8};
        heap.classes = {32, 40, 48, 56, 0, kStatics + 64};
        heap.serial = {.young = 96, .old = 104, .old_space = 0, .bottom = 0, .top = 8};
        words(kStatics, {kHeap, kClasses, 0, 0, 0, kClasses + 0x1000, kFlags, 0, 0});
        words(kHeap + 64, {0, 0, kOld, kOldWords, 0x70000, 0x71000});
        words(0x70000, {0, 0, 0});
        words(0x71000, {0x72000});
        put_top(kOldWords);
        for (const char* name : {"UseSerialGC", "UseCompressedClassPointers", "UseCompressedOops"})
            flag(name, 1);
        flag("ObjectAlignmentInBytes", 8);
        for (int i = 0; i < 100; ++i) flag("Other" + std::to_string(i), 0);
        words(kLoader, {0});
        klass("java/lang/Object", 16);
    }

    // As objects have it; all that are made are chained.
    std::uint32_t klass(const std::string& name, std::uint32_t helper) {
        const std::uint64_t at = kClasses + 0x1000 * ++classes_;
        const std::uint64_t symbol = text(name, true);
        words(at, {0, helper, 0, symbol, kLoader, last_, 0, 0});
        words(kLoader, {at});
        last_ = at;
        return static_cast<std::uint32_t>(at - kClasses);
    }
    void put_top(std::uint64_t old_words) { words(0x72000, {kOld, kOld + 8 * old_words}); }
    void put_object(std::size_t at, std::uint32_t klass, std::uint32_t length = 0) {
        old[at] = 1;
        old[at + 1] = std::uint64_t{length} << 32 | klass;
    }

    // By name, of these blocks.
    std::map<std::string, runtime::TypeRow> read(std::size_t first, std::size_t count) {
        memory.put(kOld, std::as_bytes(std::span(old)));
        probe::PageSet set;
        static_cast<void>(set.add({kOld / probe::page_bytes(), kOldWords * 8 / probe::page_bytes()}));
        const probe::KnownPages pages(std::move(set));
        const probe::Maps maps;
        const probe::NamespaceTids tids;
        const runtime::Target target{memory, maps, &pages, tids, {}, {}};
        HeapBlocks blocks(layout, heap);
        blocks.begin(target);
        why_not = blocks.ready() ? "" : blocks.why_not();
        if (!why_not.empty()) return {};
        Rows rows;
        const probe::Mapping mapping;
        for (std::size_t i = first; i < first + count; ++i) {
            const auto bytes = std::as_bytes(std::span(old)).subspan(i * kBlock);
            const auto behind = bytes.subspan(kBlock);  // nothing, behind the last
            blocks.read({kOld + i * kBlock, bytes.first(kBlock),
                         behind.first(std::min<std::size_t>(behind.size(), runtime::kLookAhead)), &mapping},
                        rows);
        }
        doubt = blocks.doubt();
        std::map<std::string, runtime::TypeRow> named;
        for (const auto& [type, row] : rows.all) named[blocks.name_of(type).name] = row;
        return named;
    }

    static constexpr std::size_t kOldWords = 64 * kBlock / 8;
    Layout layout{};
    HeapLayout heap{};
    probe::MemoryImage memory{};
    std::vector<std::uint64_t> old;
    std::string doubt{}, why_not{};  // of the reading before

    // Any word of what describes the heap.
    void set(std::uint64_t address, std::uint64_t word) { memory.put_word(address, word); }

  private:
    struct Rows : runtime::Sink {
        void add(const runtime::Task&) override {}
        void add(const runtime::TypeRow& row) override {
            all[row.type].count += row.count;
            all[row.type].bytes += row.bytes;
        }
        std::map<runtime::TypeId, runtime::TypeRow> all{};
    };

    void words(std::uint64_t at, std::initializer_list<std::uint64_t> all) {
        for (const std::uint64_t word : all) {
            memory.put_word(at, word);
            at += 8;
        }
    }
    std::uint64_t text(const std::string& name, bool symbol) {
        const std::uint64_t at = kTexts + texts_;
        const auto length = static_cast<std::uint16_t>(name.size());
        if (symbol) memory.put(at, std::as_bytes(std::span(&length, 1)));
        memory.put_text(at + (symbol ? 2 : 0), name + std::string(40, '\0'));
        texts_ += (name.size() + 63) / 8 * 8;
        return at;
    }
    void flag(const std::string& name, std::uint64_t value) {
        const std::uint64_t row = kFlags + 16 * flags_++;
        words(row, {text(name, false), kFlags + 0x8000 + 8 * flags_});
        words(kFlags + 0x8000 + 8 * flags_, {value});
        words(kStatics + 56, {flags_});
    }

    std::uint64_t classes_ = 0, last_ = 0, texts_ = 0, flags_ = 0;
};

constexpr std::uint32_t kBytes = 0xc0100000, kReferences = 0x80100002;  // layout helpers of arrays

// Objects of two words each, [from, to).
void fill(Java& java, std::uint32_t klass, std::size_t from, std::size_t to) {
    for (std::size_t at = from; at < to; at += 2) java.put_object(at, klass);
}

}  // namespace

TEST_CASE("classes of Java are named as people know them", "[hotspot]") {
    CHECK(class_name_for_people("com/acme/Session") == "com.acme.Session");
    CHECK(class_name_for_people("java/util/HashMap$Node") == "java.util.HashMap$Node");
    CHECK(class_name_for_people("[B") == "byte[]");
    CHECK(class_name_for_people("[[J") == "long[][]");
    CHECK(class_name_for_people("[Ljava/lang/String;") == "java.lang.String[]");
    CHECK(class_name_for_people("[[Lcom/acme/Order;") == "com.acme.Order[][]");
    CHECK(class_name_for_people("com/acme/Shop$$Lambda$14+0x0000000800c03000") == "com.acme.Shop$$Lambda");
    CHECK(class_name_for_people("com/acme/Shop$$Lambda+0x00007f1234003000") == "com.acme.Shop$$Lambda");
    CHECK(class_name_for_people("[") == "[]");
    CHECK(class_name_for_people("L").size() == 1);
    CHECK(class_name_for_people("").empty());
}

TEST_CASE("a block that begins in the midst of an array is read from the object behind it", "[hotspot]") {
    Java java;
    const auto session = java.klass("com/acme/Session", 16), bytes = java.klass("[B", kBytes);
    java.put_object(0, bytes, 2 * kBlock + 112 - 16);  // to word 4110
    fill(java, session, 4110, Java::kOldWords);
    const auto rows = java.read(2, 1);
    CHECK(rows.at("com.acme.Session").count == (6144 - 4110) / 2);
    CHECK(rows.at("com.acme.Session").bytes == (6144 - 4110) * 8);
    CHECK(rows.size() == 1);
    CHECK(java.read(0, 3).at("byte[]").bytes == 2 * kBlock + 112);
    CHECK(java.read(0, 3).at("byte[]").count == 1);
}

TEST_CASE("what lies behind the end of what is in use is not told", "[hotspot]") {
    Java java;
    const auto session = java.klass("com/acme/Session", 16);
    fill(java, session, 0, Java::kOldWords);
    java.put_top(500);
    CHECK(java.read(0, 4).at("com.acme.Session").count == 250);
}

TEST_CASE("large objects, one or none a block, are each told once, whole", "[hotspot]") {
    Java java;
    const auto bytes = java.klass("[B", kBytes);
    constexpr std::size_t kEach = 30'000 / 8 + 2;
    std::size_t at = 0;
    std::int64_t made = 0;
    for (; at + kEach < Java::kOldWords; at += kEach, ++made) {
        std::memset(&java.old[at], 'x', 8 * kEach);
        java.put_object(at, bytes, 30'000);
    }
    java.put_top(at);
    const auto rows = java.read(0, 64);
    CHECK(rows.at("byte[]").count == made);
    CHECK(rows.at("byte[]").bytes == made * 8 * static_cast<std::int64_t>(kEach));
    CHECK(java.doubt.empty());
}

TEST_CASE("words that look like an object's are none where no object follows", "[hotspot]") {
    Java java;
    const auto session = java.klass("com/acme/Session", 16), bytes = java.klass("[B", kBytes);
    java.put_object(0, bytes, Java::kOldWords * 8 - 16);
    for (std::size_t at = 100; at < Java::kOldWords - 10; at += 100) java.put_object(at, session);
    const auto rows = java.read(1, 60);
    CHECK(rows.empty());
}

TEST_CASE("what a collector put over dead objects is not told, nor these", "[hotspot]") {
    for (const char* name : {"[I", "[Ljdk/internal/vm/FillerElement;"}) {
        Java java;
        const auto session = java.klass("com/acme/Session", 16);
        const auto filler = java.klass(name, 0xc0100002);
        fill(java, session, 0, Java::kOldWords);
        java.put_object(100, filler, (2 * 5000 - 4));  // of 5,000 words: into the third block
        const auto rows = java.read(0, 4);
        CHECK(rows.at("com.acme.Session").count == (4 * 2048 - 5000) / 2);
        CHECK(rows.size() == 1);
        // A block by itself does not know what lies over it.
        CHECK(java.read(1, 1).at("com.acme.Session").count == 1024);
    }
}

TEST_CASE("numbers of a program are told, whatever they are", "[hotspot]") {
    Java java;
    const auto session = java.klass("com/acme/Session", 16), ints = java.klass("[I", 0xc0100002);
    fill(java, session, 0, Java::kOldWords);
    java.put_object(100, ints, 2 * 500 - 4);
    for (std::size_t i = 102; i < 600; ++i) java.old[i] = i;
    CHECK(java.read(0, 1).at("int[]").count == 1);
}

TEST_CASE("a heap of any words at all is read to its end", "[hotspot]") {
    std::mt19937_64 random(5);
    for (int round = 0; round < 20; ++round) {
        Java java;
        const std::uint32_t klasses[] = {
            java.klass("a/B", 24), java.klass("[B", kBytes), java.klass("[La/B;", kReferences),
            java.klass("java/lang/Class", 0x71), java.klass("jdk/internal/vm/StackChunk", 48)};
        for (std::uint64_t& word : java.old) word = random() % 3 == 0 ? 1 : random() >> random() % 64;
        for (std::size_t at = 0; at + 2 < Java::kOldWords; at += 1 + random() % 8)
            java.put_object(at, klasses[random() % 5], static_cast<std::uint32_t>(random() >> random() % 64));
        constexpr std::int64_t kBlocks = 63, kWhole = Java::kOldWords * 8;
        for (const auto& [name, row] : java.read(0, kBlocks)) {
            CHECK(row.count <= kBlocks * 1024);
            CHECK(row.bytes <= kBlocks * kWhole);  // none reaches beyond what is in use
        }
    }
}

TEST_CASE("classes that lead to each other, and to themselves, are walked once", "[hotspot]") {
    Java java;
    const std::uint64_t session = java.klass("com/acme/Session", 16),
                        order = java.klass("com/acme/Order", 16);
    constexpr std::uint64_t kNext = 40, kChild = 48, kSibling = 56;
    java.set(kClasses + session + kNext, kClasses + order);
    java.set(kClasses + order + kNext, kClasses + session);
    java.set(kClasses + session + kChild, kClasses + session);
    java.set(kClasses + order + kSibling, kClasses + 0x1000);
    fill(java, static_cast<std::uint32_t>(session), 0, Java::kOldWords);
    CHECK(java.read(0, 1).at("com.acme.Session").count == std::int64_t{kBlock / 16});
    CHECK(java.why_not.empty());
}

TEST_CASE("a heap whose own description was changed is read to an end, or refused", "[hotspot]") {
    std::mt19937_64 random(11);
    const std::uint64_t starts[] = {kStatics, kHeap + 64, kLoader,           kFlags,           0x70000,
                                    0x71000,  0x72000,    kClasses + 0x1000, kClasses + 0x2000};
    constexpr std::int64_t kMost = 2 * Java::kOldWords * 8;
    int refused = 0;
    for (int round = 0; round < 300; ++round) {
        Java java;
        fill(java, java.klass("com/acme/Session", 16), 0, Java::kOldWords);
        for (int i = 0; i < 4; ++i) {
            const std::uint64_t target = starts[random() % 9];
            const std::uint64_t word = random() % 2 == 0 ? target : random() >> random() % 64;
            java.set(starts[random() % 9] + 8 * (random() % 8), word);
        }
        for (const auto& [name, row] : java.read(0, 2)) {
            CHECK(name.size() < 4096);
            CHECK(row.bytes <= kMost);
        }
        refused += java.why_not.empty() ? 0 : 1;
    }
    CHECK(refused > 0);
    CHECK(refused < 300);
}
