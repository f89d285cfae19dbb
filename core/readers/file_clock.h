// SPDX-License-Identifier: MIT
// The times of one file in one line: a bare time of day goes on past midnight, a local time past the hour
// that is there twice when summer time ends, and a recording that counts from its own beginning past its
// restarts.
#pragma once

#include <chrono>
#include <optional>

#include "core/readers/time_text.h"

namespace rampwatch::readers {

struct FileTime {
    std::chrono::nanoseconds mono{};  // never negative
    std::chrono::nanoseconds wall{};  // since the Unix epoch; 0 where the file does not say the day

    friend bool operator==(const FileTime&, const FileTime&) = default;
};

class FileClock {
  public:
    FileTime resolve(const TextTime& time);

    // Since the recording began. Where it goes back a new run began, whose beginning follows the end of the
    // one before.
    FileTime elapsed(std::chrono::nanoseconds since_start);
    [[nodiscard]] bool restarted() const { return restarted_; }  // by the last call of elapsed()

    // The day of bare times from here on: midnight since the Unix epoch.
    void set_day(std::chrono::nanoseconds midnight);

    [[nodiscard]] bool summer_time_ended() const { return local_shift_ > std::chrono::nanoseconds{}; }

  private:
    std::optional<std::chrono::nanoseconds> day_{};
    std::chrono::nanoseconds days_{};  // that bare times went past midnight
    std::optional<std::chrono::nanoseconds> last_clock_{};
    std::optional<std::chrono::nanoseconds> last_local_{};
    std::chrono::nanoseconds local_shift_{};
    std::optional<std::chrono::nanoseconds> last_yearless_{};
    std::chrono::nanoseconds years_{};
    std::chrono::nanoseconds run_start_{}, last_elapsed_{};
    bool restarted_ = false;
};

}  // namespace rampwatch::readers
