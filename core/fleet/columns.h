// SPDX-License-Identifier: MIT
// Values of a few targets over a stretch of time, until each target's are put together into looks. Bounded:
// it is what a fleet costs while a piece of its answers is in hand.
#pragma once

#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <variant>
#include <vector>

#include "core/fleet/grid.h"
#include "core/fleet/preset.h"
#include "core/model/sample.h"

namespace rampwatch::fleet {

// What was left out, and why.
struct ValueNotes {
    std::int64_t taken = 0;
    std::int64_t unknown = 0;     // NaN, infinite
    std::int64_t impossible = 0;  // negative, or more than any process has
    std::int64_t off_grid = 0;    // at a time that was not asked for, in the future perhaps
    std::int64_t unordered = 0;   // raw samples that are not later than the one before
    std::int64_t twice = 0;       // a moment of a target that another series had told already
    std::int64_t gaps = 0;        // times at which a target went silent and came back

    friend bool operator==(const ValueNotes&, const ValueNotes&) = default;
};
void add(ValueNotes& to, const ValueNotes& more);

class Columns {
  public:
    Columns(const Grid& grid, std::size_t targets, std::size_t most_cells)
        : grid_(grid), most_cells_(most_cells), columns_(targets * kRoleCount) {}

    // `target` is below the number given. The first value of a moment stays; one that cannot be is left out.
    // False when there is no room for more: what has come is of no use then.
    bool put(std::size_t target, Role role, double time_s, double value);

    // What another answer about the same targets and moments had; where both have a value, this one's stays.
    void join(Columns&& more);

    [[nodiscard]] std::optional<double> at(std::size_t target, Role role, std::size_t place) const;
    [[nodiscard]] bool has(std::size_t target, Role role) const {
        return !column(target, role).values.empty();
    }
    // The first moment at which any of the roles that are judged has a value, and the one behind the last;
    // equal where there is none.
    [[nodiscard]] std::pair<std::size_t, std::size_t> extent(std::size_t target) const;

    [[nodiscard]] const Grid& grid() const { return grid_; }
    [[nodiscard]] const ValueNotes& notes() const { return notes_; }
    [[nodiscard]] std::size_t cells() const { return cells_; }

  private:
    struct Column {
        std::size_t first = 0;
        std::vector<double> values{};  // NaN where there is none
    };
    [[nodiscard]] const Column& column(std::size_t target, Role role) const {
        return columns_[target * kRoleCount + index(role)];
    }
    bool make_room(Column& column, std::size_t place);

    Grid grid_;
    std::size_t most_cells_, cells_ = 0;
    std::vector<Column> columns_;
    ValueNotes notes_{};
};

// All of one target at one moment as the Judge takes it; empty where nothing that is judged is known then.
// `by_memory`: what is judged is the role `memory` alone, and a moment without it is none. `only`: what the
// role only_series counts.
std::optional<std::variant<Sample, Bucket>> look_at(const Columns& columns, std::size_t target,
                                                    std::size_t place, bool by_memory, Series only);

}  // namespace rampwatch::fleet
