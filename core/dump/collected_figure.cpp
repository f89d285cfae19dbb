// SPDX-License-Identifier: MIT
#include "core/dump/collected_figure.h"

#include <utility>

namespace rampwatch::dump {
namespace {

using Look = CollectedFigure::Look;

// A program that was replaced, or memory that is something else by now.
bool is_other(const Look& before, const Look& now) {
    return now.whole < before.whole || now.marks < before.marks || now.parts < before.parts ||
           now.bytes > CollectedFigure::kMostBytes;
}

}  // namespace

std::optional<std::int64_t> CollectedFigure::look(const Look& now) {
    const auto before = std::exchange(before_, now);
    if (!before || is_other(*before, now)) {
        lowest_.reset();
        return std::nullopt;
    }
    if (now.whole > before->whole) {
        lowest_.reset();
        return static_cast<std::int64_t>(now.bytes);
    }
    if (now.marks > before->marks) {
        const auto done = std::exchange(lowest_, Lowest{now.bytes, now.parts, false});
        if (!done || !done->parted) return std::nullopt;
        return static_cast<std::int64_t>(done->bytes);
    }
    if (!lowest_ || now.parts == before->parts) return std::nullopt;
    lowest_->parted = true;
    if (now.bytes < lowest_->bytes) {
        lowest_->bytes = now.bytes;
        lowest_->parts = now.parts;
        return std::nullopt;
    }
    if (now.parts - lowest_->parts < kSettled) return std::nullopt;
    return static_cast<std::int64_t>(std::exchange(lowest_, std::nullopt)->bytes);
}

}  // namespace rampwatch::dump
