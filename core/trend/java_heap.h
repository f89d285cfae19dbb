// SPDX-License-Identifier: MIT
// What of a Java program's memory may be garbage: what came into its heap and was not collected since. Every
// program fills the room for new objects first, and promotes some to its old generation, for hours where
// there is much of it.
#pragma once

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/model/sample.h"

namespace rampwatch::trend {

class JavaHeap {
  public:
    // Of each look, in the order of the series; of others than Java's nothing is learned.
    void look(Series series, double value) {
        if (series == Series::java_old) alive_ = value;
        if (series == Series::java_old_used) {
            alive_ = alive_.value_or(value);
            used_ = value;
        }
        if (series == Series::java_young && used_) {
            room_base_ = room_base_.value_or(value);
            room_ = value;
            most_ = std::max(most_, *used_ + value);
        }
    }

    // Three quarters of such a growth since this life was first seen, or more, is heap that held what no
    // collection had looked at, or what one found dead: all of it before the first one. What was touched
    // stays in RAM.
    [[nodiscard]] bool explains(double growth) const {
        if (!alive_ || !room_ || !room_base_) return false;
        if (*room_ == 0) return true;
        return growth > 0 && most_ - *alive_ - *room_base_ >= kMostOf * growth;
    }

    [[nodiscard]] bool sound() const {
        const auto number = [](const std::optional<double>& value) {
            return std::isfinite(value.value_or(0));
        };
        return number(used_) && number(alive_) && number(room_) && number(room_base_) && std::isfinite(most_);
    }

    template <class Archive>
    void state(Archive& archive) {
        for (auto* figure : {&used_, &alive_, &room_, &room_base_}) {
            bool known = figure->has_value();
            archive(known);
            if (known && !*figure) figure->emplace();
            if (known) archive(**figure);
        }
        archive(most_);
    }

  private:
    static constexpr double kMostOf = .75;

    // Of its old generation: what it holds; and what was alive in it, as far as is known: all of it when it
    // was first seen, then what the last collection left. Room for new objects: now, and when first seen,
    // both 0 before the first collection.
    std::optional<double> used_{}, alive_{}, room_{}, room_base_{};
    double most_ = 0;  // of what it held and the room, at one time
};

}  // namespace rampwatch::trend
