// SPDX-License-Identifier: MIT
// What a file is, by its first bytes: never by its name.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/lines.h"
#include "core/readers/recording.h"

namespace rampwatch::readers {

enum class Kind : std::uint8_t {
    own_csv,    // what rampwatch writes itself, and its like: core/store reads it
    delimited,  // any other CSV, by the names of its columns
    table,
    atop,
    mprof,
    json,
    sar_data,    // sar's binary file
    database,    // SQLite
    compressed,  // gzip, xz, zstd, bzip2
    binary,
    unknown,
};

// `head`: the first bytes, up to kMostAhead; half a line at its end is not looked at, unless it is all.
Kind recognise(std::string_view head);

// Anything but own_csv: a Recording, or the words in which it is refused. `name` is what errors call the
// file, escaped. An empty file is refused.
Result<std::unique_ptr<Recording>> open_recording(LineReader lines, Kind kind, std::string name);

}  // namespace rampwatch::readers
