// SPDX-License-Identifier: MIT
#include "core/cpython/lines.h"

namespace rampwatch::cpython {
namespace {

constexpr std::int64_t kMostLine = (std::int64_t{1} << 31) - 1;

using Table = std::span<const std::byte>;

std::int64_t unsigned_at(Table table, std::size_t at) { return std::to_integer<std::int64_t>(table[at]); }
std::int64_t signed_at(Table table, std::size_t at) { return std::to_integer<std::int8_t>(table[at]); }

std::optional<std::int64_t> by_pairs(Table table, std::int64_t line, std::int64_t offset) {
    std::int64_t address = 0;
    for (std::size_t at = 0; at + 1 < table.size(); at += 2) {
        address += unsigned_at(table, at);
        if (address > offset) break;
        line += signed_at(table, at + 1);
    }
    return line;
}

std::optional<std::int64_t> by_ranges(Table table, std::int64_t line, std::int64_t offset) {
    constexpr std::int64_t kNoLine = -128;
    std::int64_t end = 0;
    for (std::size_t at = 0; at + 1 < table.size(); at += 2) {
        const std::int64_t lines = signed_at(table, at + 1);
        end += unsigned_at(table, at);
        if (lines != kNoLine) line += lines;
        if (offset < end) return lines == kNoLine ? std::nullopt : std::optional(line);
    }
    return std::nullopt;
}

// Numbers of 6 bits a byte, the lowest first; bit 6 says that another follows. A table that ends within one
// gives 0, and done() is true then.
class Varints {
  public:
    explicit Varints(Table table) : table_(table) {}
    [[nodiscard]] bool done() const { return at_ >= table_.size(); }
    std::uint32_t byte() { return done() ? 0 : std::to_integer<std::uint32_t>(table_[at_++]); }
    void skip(std::size_t bytes) { at_ += bytes; }
    std::int64_t number() {
        std::uint64_t value = 0;
        for (unsigned shift = 0; shift < 36; shift += 6) {
            const std::uint32_t piece = byte();
            value |= std::uint64_t{piece & 63} << shift;
            if ((piece & 64) == 0) break;
        }
        return static_cast<std::int64_t>(value);
    }
    std::int64_t signed_number() {
        const std::int64_t value = number();
        return (value & 1) != 0 ? -(value >> 1) : value >> 1;
    }

  private:
    Table table_;
    std::size_t at_ = 0;
};

std::optional<std::int64_t> by_locations(Table table, std::int64_t line, std::int64_t offset) {
    Varints entries(table);
    std::int64_t end = 0;
    while (!entries.done()) {
        const std::uint32_t head = entries.byte();
        const std::uint32_t code = head >> 3 & 15;
        end += ((head & 7) + 1) * std::int64_t{2};
        if (code == 14) {  // line, end line, two columns
            line += entries.signed_number();
            for (int column = 0; column < 3; ++column) entries.number();
        } else if (code == 13) {  // a line alone
            line += entries.signed_number();
        } else if (code >= 10 && code <= 12) {  // 0 to 2 lines on, two columns
            line += code - 10;
            entries.skip(2);
        } else if (code < 10) {  // the same line, columns in one byte
            entries.skip(1);
        }
        if (offset < end) return code == 15 ? std::nullopt : std::optional(line);
    }
    return std::nullopt;
}

}  // namespace

std::optional<std::int64_t> line_at(LineTable kind, std::span<const std::byte> table, std::int64_t first_line,
                                    std::int64_t offset) {
    std::optional<std::int64_t> line = first_line;
    if (offset >= 0 && kind == LineTable::pairs) line = by_pairs(table, first_line, offset);
    if (offset >= 0 && kind == LineTable::ranges) line = by_ranges(table, first_line, offset);
    if (offset >= 0 && kind == LineTable::locations) line = by_locations(table, first_line, offset);
    if (!line || *line < 0 || *line > kMostLine) return std::nullopt;
    return line;
}

}  // namespace rampwatch::cpython
