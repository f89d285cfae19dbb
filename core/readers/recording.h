// SPDX-License-Identifier: MIT
// A recording of many: what others' tools write has one process in it, or a hundred. Each is a series of its
// own, with looks of its own, and is judged as if it stood in a file alone.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "core/base/error.h"
#include "core/model/labels.h"
#include "core/model/source.h"

namespace rampwatch::readers {

// Which one a series is.
struct SeriesInfo {
    Labels labels{};    // empty for the one series of a file that names none
    bool host = false;  // the memory of a whole host, not of one process

    friend bool operator==(const SeriesInfo&, const SeriesInfo&) = default;
};

// "PID 4711 (nginx)", "pod api-7d4f", "{instance=a, job=api}"; empty without a label.
std::string title(const SeriesInfo& series);

struct Look {
    std::uint32_t series = 0;
    bool last =
        false;  // nothing of this series follows: `record` holds nothing, `info` all that is known of it
    Record record{};
    SeriesInfo info{};  // with `last` only
};

// What was seen beside the looks; complete at the end.
struct RecordingNotes {
    std::vector<std::string> ignored_columns{};  // as the header spells them: escape before printing
    std::int64_t half_lines = 0;                 // 1 when the last line had no end: left out
    std::int64_t lines_not_understood = 0;
    std::int64_t first_not_understood = 0;  // its line, from 1
    std::int64_t unknown_values = 0;        // looks without a value: NaN, null, "-"
    std::int64_t out_of_order = 0;          // looks left out: a little older than the one before
    std::int64_t same_time = 0;             // looks left out: at the time of the one before
    std::vector<std::string> remarks{};     // sentences: what was taken for what

    friend bool operator==(const RecordingNotes&, const RecordingNotes&) = default;
};

// Pulled one by one; memory does not grow with the length of the recording. Errors say "file:line".
class Recording {
  public:
    virtual ~Recording() = default;

    // False at the end, by which time each series had its `last`. An Error ends it for good; looks before it
    // came before it.
    virtual Result<bool> next_into(Look& look) = 0;

    [[nodiscard]] virtual const RecordingNotes& notes() const = 0;
    [[nodiscard]] virtual std::string_view format() const = 0;   // "ps", "pidstat", ..., as messages say it
    [[nodiscard]] virtual bool is_own() const { return false; }  // rampwatch itself wrote it
};

}  // namespace rampwatch::readers
