// SPDX-License-Identifier: MIT
#include "core/fleet/restart_signs.h"

#include <algorithm>
#include <bit>

namespace rampwatch::fleet {
namespace {

constexpr double kFallen = .75;     // of what it was: a drop
constexpr double kSameLevel = 1.1;  // of the start level, or of the lowest so far
constexpr double kLeastFill = .03;  // of the level at the drop
constexpr double kTimesPace = 5, kTimesSettled = 2;
constexpr double kCpuNoise_s = .5;  // counters of several clocks
constexpr std::size_t kStart = 3;   // looks that the start level is taken from

}  // namespace

RestartSigns::RestartSigns(std::size_t patience_looks, bool start_seen)
    : fewest_(std::max<std::size_t>(patience_looks / 3, 100)),
      fill_(std::max<std::size_t>(patience_looks / 16, 8)),
      start_seen_(start_seen),
      ring_(fill_) {}

void RestartSigns::begin_life(double bytes) {
    if (start_seen_) {
        start_level_ = 0;
        starting_ = kStart;
    }
    begin_rise(bytes);
}

void RestartSigns::begin_rise(double bytes) {
    age_ = 0;
    first_ = bytes;
    most_ = most_before_ = 0;
    note(bytes);
}

void RestartSigns::note(double bytes) {
    if (age_ >= fill_) {
        if (std::has_single_bit(age_)) {
            most_before_ = most_;
            most_ = 0;
        }
        most_ = std::max(most_, bytes - ring_[age_ % fill_]);
    }
    if (starting_ > 0) {
        --starting_;
        start_level_ = std::max(start_level_, bytes);
    }
    ring_[age_ % fill_] = bytes;
    lowest_ = std::min(lowest_, bytes);
    last_ = bytes;
    ++age_;
}

bool RestartSigns::fills(double bytes) const {
    const double from = undecided_.front(), fill = bytes - from;
    const double pace = (last_ - first_) / static_cast<double>(age_);
    return fill >= kLeastFill * from && fill >= kTimesPace * pace * static_cast<double>(fill_) &&
           fill >= kTimesSettled * std::max(most_, most_before_);
}

RestartSigns::Decision RestartSigns::add(const Look& look) {
    if (!undecided_.empty()) {
        undecided_.push_back(look.bytes);
        if (undecided_.size() <= fill_) return {.looks = 0};
        const bool begins = fills(look.bytes);
        start_seen_ |= begins;
        begins ? begin_life(undecided_.front()) : begin_rise(undecided_.front());
        for (std::size_t i = 1; i < undecided_.size(); ++i) note(undecided_[i]);
        undecided_.clear();
        return {.looks = fill_ + 1, .begins = begins};
    }
    const bool reset = look.cpu_s && cpu_s_ && *look.cpu_s < *cpu_s_ - kCpuNoise_s;
    if (look.cpu_s) cpu_s_ = look.cpu_s;
    if (age_ == 0) {
        lowest_ = look.bytes;
        begin_life(look.bytes);
        return {};
    }
    const bool dropped = !cpu_s_ && look.bytes <= kFallen * last_;
    if (reset || (dropped && look.after_silence && look.bytes <= kSameLevel * start_level_)) {
        start_seen_ = true;
        begin_life(look.bytes);
        return {.begins = true};
    }
    if (dropped && age_ >= fewest_ && look.bytes <= kSameLevel * lowest_) {
        undecided_.push_back(look.bytes);
        return {.looks = 0};
    }
    dropped ? begin_rise(look.bytes) : note(look.bytes);
    return {};
}

RestartSigns::Decision RestartSigns::finish() {
    const std::size_t looks = undecided_.size();
    for (const double bytes : undecided_) note(bytes);
    undecided_.clear();
    return {.looks = looks};
}

}  // namespace rampwatch::fleet
