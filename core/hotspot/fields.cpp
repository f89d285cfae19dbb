// SPDX-License-Identifier: MIT
#include "core/hotspot/fields.h"

#include <algorithm>
#include <functional>
#include <vector>

#include "core/hotspot/packed.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::size_t kMostFieldTable = 64 << 10;
constexpr std::size_t kFieldSlots = 6, kAccessSlot = 0, kNameSlot = 1, kLowSlot = 4;  // of a field, to 20
constexpr std::uint32_t kStatic = 8;                                                  // of its access
constexpr std::uint32_t kHasValue = 1, kIsGeneric = 4, kIsContended = 16;  // of a field's flags, from 21

struct FieldEntry {
    std::uint32_t place = 0, name = 0, access = 0;
    std::uint64_t offset = 0;
};
using IsWanted = std::function<bool(const FieldEntry&)>;  // true: no other is looked at

// By the table of fields to 20: six numbers of 16 bits each, of which two are the offset and two bits of tag.
std::uint64_t in_slots(std::span<const std::byte> table, std::uint32_t count, const IsWanted& is_wanted) {
    for (std::uint32_t i = 0; i < count; ++i) {
        const auto slot = [&](std::size_t n) -> std::uint32_t {
            return number_at<std::uint16_t>(table, 2 * (kFieldSlots * i + n));
        };
        const std::uint32_t offset = (slot(kLowSlot + 1) << 16 | slot(kLowSlot)) >> 2;
        if (is_wanted({i, slot(kNameSlot), slot(kAccessSlot), offset})) return offset;
    }
    return 0;
}

// From 21 on: a stream of numbers, the counts of the class's own fields and of the added ones first.
std::uint64_t in_stream(std::span<const std::byte> table, int version, const IsWanted& is_wanted) {
    PackedNumbers numbers(table, version);
    const auto own = numbers.next(), added = numbers.next();
    if (!own || !added) return 0;
    for (std::uint64_t i = 0; i < std::uint64_t{*own} + *added; ++i) {
        const auto name = numbers.next(), signature = numbers.next(), offset = numbers.next();
        const auto access = numbers.next(), flags = numbers.next();
        if (!name || !signature || !offset || !access || !flags) return 0;
        const auto place = static_cast<std::uint32_t>(i);
        // An added field's name is a number of the JVM's own.
        if (is_wanted({place, i < *own ? *name : 0, *access, *offset})) return *offset;
        for (const std::uint32_t flag : {kHasValue, kIsGeneric, kIsContended}) {
            if ((*flags & flag) != 0) (void)numbers.next();
        }
    }
    return 0;
}

std::vector<std::byte> table_of(const ClassTables& tables, std::uint64_t klass) {
    const MethodLayout& at = tables.layout.method;
    const bool is_stream = at.klass_field_count == 0;
    const std::uint64_t array = read_number(tables.memory, klass + at.klass_fields);
    const auto length = read_number<std::int32_t>(tables.memory, array);
    if (length <= 0) return {};
    const std::size_t size = static_cast<std::size_t>(length) * (is_stream ? 1 : 2);
    std::vector<std::byte> table(std::min(size, kMostFieldTable));
    if (!tables.memory.read(array + (is_stream ? at.u1_data : at.u2_data), table)) return {};
    return table;
}

// Offset of the wanted one; 0 where there is none.
std::uint64_t each_field(const ClassTables& tables, std::uint64_t klass, const IsWanted& is_wanted) {
    const MethodLayout& at = tables.layout.method;
    const auto table = table_of(tables, klass);
    if (at.klass_field_count == 0) return in_stream(table, tables.layout.version, is_wanted);
    return in_slots(table, read_number<std::uint16_t>(tables.memory, klass + at.klass_field_count),
                    is_wanted);
}

}  // namespace

std::vector<FieldPlace> fields_of(const ClassTables& tables, std::uint64_t klass) {
    std::vector<FieldPlace> fields;
    const std::uint64_t pool = read_number(tables.memory, klass + tables.layout.method.klass_constants);
    if (!is_pointer(pool)) return fields;
    each_field(tables, klass, [&](const FieldEntry& field) {
        if (field.name != 0)
            fields.push_back(
                {tables.methods.symbol_of(pool, field.name), field.offset, (field.access & kStatic) != 0});
        return fields.size() >= kMostFields;
    });
    return fields;
}

std::uint64_t field_of(const ClassTables& tables, std::uint64_t klass, std::string_view name) {
    const std::uint64_t pool = read_number(tables.memory, klass + tables.layout.method.klass_constants);
    if (!is_pointer(pool)) return 0;
    return each_field(tables, klass, [&](const FieldEntry& field) {
        return tables.methods.symbol_of(pool, field.name) == name;
    });
}

std::uint64_t added_field_of(const ClassTables& tables, std::uint64_t klass, std::uint32_t n) {
    if (tables.layout.method.klass_field_count != 0) return 0;
    const auto table = table_of(tables, klass);
    const auto own = PackedNumbers(table, tables.layout.version).next();
    if (!own) return 0;
    const auto is_wanted = [&](const FieldEntry& field) { return field.place == *own + n; };
    return in_stream(table, tables.layout.version, is_wanted);
}

}  // namespace rampwatch::hotspot
