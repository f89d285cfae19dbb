// SPDX-License-Identifier: MIT
#include "tests/unit/readers/reading.h"

#include <sys/mman.h>
#include <unistd.h>

#include <fstream>
#include <sstream>

#include "core/base/lines.h"
#include "core/readers/recognise.h"
#include "core/readers/series_book.h"
#include "tests/catch.h"

namespace rampwatch::readers::test {

Reading read_text(const std::string& text) {
    Fd fd(::memfd_create("recording", 0));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(::lseek(fd.get(), 0, SEEK_SET) == 0);
    LineReader lines(std::move(fd));
    Reading reading;
    const Kind kind = recognise(lines.ahead(kMostAhead));
    if (kind == Kind::own_csv) {
        reading.format = "own";
        return reading;
    }
    auto recording = open_recording(std::move(lines), kind, "t");
    if (!recording) {
        reading.error = to_string(recording.error());
        return reading;
    }
    std::map<std::uint32_t, Series> open;
    Look look;
    while (true) {
        const auto read = (*recording)->next_into(look);
        if (!read) {
            reading.error = to_string(read.error());
            break;
        }
        if (!*read) break;
        if (look.last) {
            open[look.series].info = look.info;
            const std::string name = title(look.info);
            CHECK(reading.series.count(name) == 0);
            reading.series[name] = std::move(open[look.series]);
            open.erase(look.series);
        } else {
            open[look.series].records.push_back(look.record);
        }
    }
    reading.notes = (*recording)->notes();
    reading.format = (*recording)->format();
    return reading;
}

Reading read_capture(const std::string& name) {
    std::ifstream file(std::string(RAMPWATCH_TESTS_DIR) + "/captures/series/" + name);
    REQUIRE(file.good());
    std::stringstream text;
    text << file.rdbuf();
    return read_text(text.str());
}

}  // namespace rampwatch::readers::test
