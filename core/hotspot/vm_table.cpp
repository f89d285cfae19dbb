// SPDX-License-Identifier: MIT
#include "core/hotspot/vm_table.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <initializer_list>
#include <span>
#include <unordered_map>
#include <vector>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::size_t kChunk = 16 << 10;  // of a table, read at once
constexpr std::size_t kMostStride = 256;
constexpr std::size_t kNamePart = 48;  // most names are shorter
constexpr std::size_t kMostName = 255;

Error failed(std::string_view table) {
    return {Error::Kind::bad_input, fmt::format("check failed: {}", table), "Java", {}};
}

// One exported array of structs that ends with one whose first name is null.
struct Table {
    std::vector<std::byte> bytes{};
    std::size_t stride = 0;
    std::vector<std::size_t> columns{};  // offsets in a row
    std::size_t rows = 0;

    [[nodiscard]] std::uint64_t word(std::size_t row, std::size_t column) const {
        return word_at(bytes, row * stride + columns[column]);
    }
};

// Rows up to the end mark; by chunks, and row by row where a chunk would go beyond what is mapped.
Result<void> read_rows(const probe::MemoryReader& memory, std::uint64_t array, Table& table) {
    std::size_t step = std::max<std::size_t>(kChunk / table.stride, 1);
    while (table.rows < VmTable::kMostEntries) {
        const std::size_t have = table.rows * table.stride;
        table.bytes.resize(have + step * table.stride);
        const auto done = memory.read(array + have, std::span(table.bytes).subspan(have));
        if (!done && step == 1) return done;
        if (!done) {
            step = 1;
            continue;
        }
        for (std::size_t i = 0; i < step; ++i, ++table.rows) {
            if (table.word(table.rows, 0) == 0) return {};
        }
    }
    return failed("end of a table");
}

// Every word that it takes is itself a variable that is exported.
Result<Table> read_table(const probe::MemoryReader& memory, const FindExported& exported,
                         std::string_view array, std::string_view entry,
                         std::initializer_list<std::string_view> columns) {
    const auto variable = [&](const std::string& name) {
        const auto place = exported(name);
        return place ? read_number(memory, *place) : 0;
    };
    Table table;
    const std::uint64_t first = variable(fmt::format("gHotSpot{}", array));
    const std::uint64_t stride = variable(fmt::format("gHotSpot{}ArrayStride", entry));
    if (!is_pointer(first) || stride < 8 || stride > kMostStride) return failed(array);
    table.stride = stride;
    for (const std::string_view column : columns) {
        const std::uint64_t offset = variable(fmt::format("gHotSpot{}{}Offset", entry, column));
        if (offset > stride - 4) return failed(array);
        table.columns.push_back(offset);
    }
    const auto done = read_rows(memory, first, table);
    if (!done) return done.error();
    return table;
}

// Names by their address, all of them read at once.
class Names {
  public:
    explicit Names(const probe::MemoryReader& memory) : memory_(memory) {}

    void add(const Table& table, std::size_t column) {
        for (std::size_t row = 0; row < table.rows; ++row) {
            if (const std::uint64_t at = table.word(row, column); is_address(at)) names_[at];
        }
    }
    Result<void> read() {
        std::vector<std::array<std::byte, kNamePart>> parts(names_.size());
        std::vector<probe::Piece> pieces;
        pieces.reserve(names_.size());
        for (const auto& [at, name] : names_) pieces.push_back({at, parts[pieces.size()]});
        const auto done = memory_.read(pieces);
        if (!done) return done;
        for (const probe::Piece& piece : pieces) {
            const std::string_view text(reinterpret_cast<const char*>(piece.into.data()), piece.into.size());
            const std::size_t end = piece.read ? text.find('\0') : std::string_view::npos;
            names_[piece.address] = end != std::string_view::npos
                                        ? std::string(text.substr(0, end))
                                        : probe::read_string(memory_, piece.address, kMostName);
        }
        return {};
    }
    [[nodiscard]] const std::string& at(std::uint64_t address) const {
        static const std::string none;
        const auto found = names_.find(address);
        return found == names_.end() ? none : found->second;
    }

  private:
    const probe::MemoryReader& memory_;
    std::unordered_map<std::uint64_t, std::string> names_{};
};

}  // namespace

Result<VmTable> VmTable::read(const probe::MemoryReader& memory, const FindExported& exported) {
    if (!exported("gHotSpotVMStructs"))
        return Error{Error::Kind::not_found, "libjvm tells nothing of itself", "Java", {}};
    const auto fields = read_table(memory, exported, "VMStructs", "VMStructEntry",
                                   {"TypeName", "FieldName", "IsStatic", "Offset", "Address"});
    const auto types = read_table(memory, exported, "VMTypes", "VMTypeEntry", {"TypeName", "Size"});
    const auto numbers =
        read_table(memory, exported, "VMIntConstants", "VMIntConstantEntry", {"Name", "Value"});
    for (const auto* table : {&fields, &types, &numbers}) {
        if (!*table) return table->error();
    }
    Names names(memory);
    names.add(*fields, 0);
    names.add(*fields, 1);
    names.add(*types, 0);
    names.add(*numbers, 0);
    if (const auto done = names.read(); !done) return done.error();
    VmTable vm;
    for (std::size_t row = 0; row < fields->rows; ++row) {
        const bool is_static = static_cast<std::uint32_t>(fields->word(row, 2)) != 0;
        vm.fields_[names.at(fields->word(row, 0)) + "::" + names.at(fields->word(row, 1))] = {
            is_static, fields->word(row, 3), fields->word(row, 4)};
    }
    for (std::size_t row = 0; row < types->rows; ++row)
        vm.sizes_[names.at(types->word(row, 0))] = types->word(row, 1);
    for (std::size_t row = 0; row < numbers->rows; ++row)
        vm.constants_[names.at(numbers->word(row, 0))] = static_cast<std::int32_t>(numbers->word(row, 1));
    return vm;
}

const VmTable::Field* VmTable::field(std::string_view type, std::string_view name) const {
    const auto found = fields_.find(fmt::format("{}::{}", type, name));
    return found == fields_.end() ? nullptr : &found->second;
}

std::optional<std::uint64_t> VmTable::offset(std::string_view type, std::string_view field) const {
    const Field* found = this->field(type, field);
    if (found == nullptr || found->is_static) return std::nullopt;
    return found->offset;
}

std::optional<std::uint64_t> VmTable::address(std::string_view type, std::string_view field) const {
    const Field* found = this->field(type, field);
    if (found == nullptr || !found->is_static || !is_address(found->address)) return std::nullopt;
    return found->address;
}

std::optional<std::uint64_t> VmTable::size(std::string_view type) const {
    const auto found = sizes_.find(type);
    return found == sizes_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<std::int64_t> VmTable::constant(std::string_view name) const {
    const auto found = constants_.find(name);
    return found == constants_.end() ? std::nullopt : std::optional(found->second);
}

}  // namespace rampwatch::hotspot
