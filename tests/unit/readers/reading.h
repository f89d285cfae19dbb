// SPDX-License-Identifier: MIT
// A text through the reader that its content asks for, with all that came of it.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "core/readers/recording.h"

namespace rampwatch::readers::test {

struct Series {
    SeriesInfo info{};
    std::vector<Record> records{};
    [[nodiscard]] const Sample& at(std::size_t index) const {
        return std::get<Sample>(records.at(index).look);
    }
};

struct Reading {
    std::map<std::string, Series> series{};  // by title
    RecordingNotes notes{};
    std::string format{};
    std::string error{};  // empty where there is none
    [[nodiscard]] const Series& only() const { return series.begin()->second; }
};

Reading read_text(const std::string& text);
Reading read_capture(const std::string& name);  // of tests/captures/series

}  // namespace rampwatch::readers::test
