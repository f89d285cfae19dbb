// SPDX-License-Identifier: MIT
#include "core/readers/file_clock.h"

#include <algorithm>

namespace rampwatch::readers {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr nanoseconds kSmallStep = 5min;  // a clock that is set goes back by less
constexpr nanoseconds kDay = 24h;

}  // namespace

FileTime FileClock::resolve(const TextTime& time) {
    switch (time.kind) {
        case TextTime::Kind::absolute:
            return {time.value, time.value};
        case TextTime::Kind::local: {
            nanoseconds value = time.value + local_shift_;
            if (last_local_ && value + kSmallStep < *last_local_ && *last_local_ - value <= 1h) {
                local_shift_ += 1h;
                value += 1h;
            }
            last_local_ = value;
            return {value, value};
        }
        case TextTime::Kind::yearless: {
            if (last_yearless_ && time.value + years_ + 300 * kDay < *last_yearless_) years_ += 366 * kDay;
            last_yearless_ = time.value + years_;
            return {*last_yearless_, 0ns};
        }
        case TextTime::Kind::clock:
            break;
    }
    if (last_clock_ && time.value + kSmallStep < *last_clock_) days_ += kDay;
    last_clock_ = time.value;
    const nanoseconds wall = day_ ? *day_ + days_ + time.value : 0ns;
    return {day_ ? wall : days_ + time.value, wall};
}

FileTime FileClock::elapsed(nanoseconds since_start) {
    restarted_ = since_start < last_elapsed_;
    if (restarted_) run_start_ += last_elapsed_ + 1s;
    last_elapsed_ = std::max(since_start, 0ns);
    return {run_start_ + last_elapsed_, 0ns};
}

void FileClock::set_day(nanoseconds midnight) {
    if (day_ && midnight < *day_) return;
    if (day_ == midnight) return;
    day_ = midnight;
    days_ = 0ns;
    last_clock_.reset();
}

}  // namespace rampwatch::readers
