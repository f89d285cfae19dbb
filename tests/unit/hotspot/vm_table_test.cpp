// SPDX-License-Identifier: MIT
#include "core/hotspot/vm_table.h"

#include <map>
#include <string>
#include <vector>

#include "core/hotspot/layout.h"
#include "core/probe/memory_image.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::hotspot;

namespace {

constexpr std::uint64_t kVariables = 0x100000, kFields = 0x200000, kTypes = 0x300000, kNumbers = 0x400000,
                        kNames = 0x500000;

// What a libjvm exports, in an image: variables that say where the tables are and how a row is laid out.
class Exports {
  public:
    Exports() {
        variable("gHotSpotVMStructs", kFields);
        variable("gHotSpotVMStructEntryArrayStride", 48);
        variable("gHotSpotVMStructEntryTypeNameOffset", 0);
        variable("gHotSpotVMStructEntryFieldNameOffset", 8);
        variable("gHotSpotVMStructEntryIsStaticOffset", 24);
        variable("gHotSpotVMStructEntryOffsetOffset", 32);
        variable("gHotSpotVMStructEntryAddressOffset", 40);
        variable("gHotSpotVMTypes", kTypes);
        variable("gHotSpotVMTypeEntryArrayStride", 16);
        variable("gHotSpotVMTypeEntryTypeNameOffset", 0);
        variable("gHotSpotVMTypeEntrySizeOffset", 8);
        variable("gHotSpotVMIntConstants", kNumbers);
        variable("gHotSpotVMIntConstantEntryArrayStride", 16);
        variable("gHotSpotVMIntConstantEntryNameOffset", 0);
        variable("gHotSpotVMIntConstantEntryValueOffset", 8);
    }

    void field(const std::string& type, const std::string& name, bool is_static, std::uint64_t place) {
        const std::uint64_t row = kFields + 48 * fields_++;
        memory.put_word(row, text(type));
        memory.put_word(row + 8, text(name));
        memory.put_word(row + 16, 0);
        memory.put_word(row + 24, is_static ? 1 : 0);
        memory.put_word(row + 32, is_static ? 0 : place);
        memory.put_word(row + 40, is_static ? place : 0);
        end(row + 48, 6);
    }
    void type(const std::string& name, std::uint64_t size) {
        const std::uint64_t row = kTypes + 16 * types_++;
        memory.put_word(row, text(name));
        memory.put_word(row + 8, size);
        end(row + 16, 2);
    }
    void number(const std::string& name, std::int32_t value) {
        const std::uint64_t row = kNumbers + 16 * numbers_++;
        memory.put_word(row, text(name));
        memory.put_word(row + 8, static_cast<std::uint32_t>(value));
        end(row + 16, 2);
    }
    void variable(const std::string& name, std::uint64_t value) {
        const auto place = places.emplace(name, kVariables + 8 * places.size()).first->second;
        memory.put_word(place, value);
    }
    [[nodiscard]] Result<VmTable> read() const {
        return VmTable::read(memory, [&](std::string_view name) -> std::optional<std::uint64_t> {
            const auto place = places.find(std::string(name));
            if (place == places.end()) return std::nullopt;
            return place->second;
        });
    }

    probe::MemoryImage memory{};
    std::map<std::string, std::uint64_t> places{};

  private:
    std::uint64_t text(const std::string& words) {
        const std::uint64_t at = kNames + names_;
        memory.put_text(at, words);
        names_ += words.size() + 1;
        return at;
    }
    void end(std::uint64_t at, int words) {
        for (int i = 0; i < words; ++i) memory.put_word(at + 8 * static_cast<unsigned>(i), 0);
    }

    std::uint64_t fields_ = 0, types_ = 0, numbers_ = 0, names_ = 0;
};

Exports example() {
    Exports exports;
    exports.field("JavaThread", "_anchor", false, 0x290);
    exports.field("vmClasses", std::string(120, 'x'), true, 0x7f0000001000);
    exports.field("Threads", "_number_of_threads", true, 0);
    exports.type("Method", 88);
    exports.number("frame::entry_frame_call_wrapper_offset", -6);
    return exports;
}

}  // namespace

TEST_CASE("fields, sizes and constants are those of the exported tables", "[hotspot]") {
    const auto table = example().read();
    REQUIRE(table);
    CHECK(table->offset("JavaThread", "_anchor") == 0x290);
    CHECK(table->address("vmClasses", std::string(120, 'x')) == 0x7f0000001000);
    CHECK(table->size("Method") == 88);
    CHECK(table->constant("frame::entry_frame_call_wrapper_offset") == -6);
}

TEST_CASE("a static field has no offset, another no address, and an unknown one neither", "[hotspot]") {
    const auto table = example().read();
    REQUIRE(table);
    CHECK_FALSE(table->address("JavaThread", "_anchor"));
    CHECK_FALSE(table->offset("vmClasses", std::string(120, 'x')));
    CHECK_FALSE(table->address("Threads", "_number_of_threads"));  // it lies nowhere
    CHECK_FALSE(table->offset("JavaThread", "_name"));
    CHECK_FALSE(table->size("Nothing"));
}

TEST_CASE("a module that exports no such tables is no HotSpot", "[hotspot]") {
    Exports exports = example();
    exports.places.erase("gHotSpotVMStructs");
    CHECK(exports.read().error().kind == Error::Kind::not_found);
}

TEST_CASE("a table whose rows make no sense is refused by its name", "[hotspot]") {
    for (const std::uint64_t stride : {0ULL, 4ULL, 100'000ULL}) {
        Exports exports = example();
        exports.variable("gHotSpotVMTypeEntryArrayStride", stride);
        CHECK(exports.read().error().what == "check failed: VMTypes");
    }
    Exports exports = example();
    exports.variable("gHotSpotVMStructEntryAddressOffset", 48);
    CHECK(exports.read().error().what == "check failed: VMStructs");
}

TEST_CASE("a table without an end is given up", "[hotspot]") {
    Exports exports = example();
    const std::vector<std::byte> endless(16 * (VmTable::kMostEntries + 2000), std::byte{1});
    exports.memory.put(kTypes, endless);
    CHECK(exports.read().error().what == "check failed: end of a table");
}

TEST_CASE("a version that was not tried is refused with its number", "[hotspot]") {
    Exports exports = example();
    exports.field("Abstract_VM_Version", "_vm_major_version", true, 0x600000);
    exports.field("Abstract_VM_Version", "_s_vm_release", true, 0x600008);
    exports.memory.put_word(0x600000, 21);
    exports.memory.put_word(0x600008, 0x600100);
    exports.memory.put_text(0x600100, "21.0.5+11");
    const auto unknown = layout_of(*exports.read(), exports.memory);
    CHECK(unknown.error().kind == Error::Kind::unavailable);
    CHECK(unknown.error().what == "Java 21 is not read");
    exports.memory.put_word(0x600000, 17);
    const auto bare = layout_of(*exports.read(), exports.memory);
    CHECK(bare.error().kind == Error::Kind::bad_input);
    CHECK(bare.error().what == "check failed: ThreadsSMRSupport::_java_thread_list");
}
