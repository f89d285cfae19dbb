// SPDX-License-Identifier: MIT
// An amount of memory in a cell, and what the name of a column says of it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace rampwatch::readers {

struct Amount {
    double number = 0;      // finite; as it stands there
    double unit_bytes = 0;  // bytes in one of its units; 0 where none is written
    bool percent = false;   // "12 %"

    friend bool operator==(const Amount&, const Amount&) = default;
};

// "51200", "95.4 MiB", "512Mi", "1.2g", "1,024 K", "95,4 MB" where a comma is the decimal point, "12%". KiB,
// Ki, K and k are powers of 1024, as kubectl, docker, top and pmap have it; kB, MB and GB are powers of 1000.
// Else empty.
std::optional<Amount> parse_amount(std::string_view text, bool decimal_comma = false);

// Words for a value that is not known: "", "-", "--", "NaN", "null", "n/a", "none", "undefined".
bool is_unknown(std::string_view text);

// What a column holds, by its name.
enum class Field : std::uint8_t {
    none,
    time,     // a point in time
    date,     // a day, whose time of day stands in another column
    elapsed,  // since the recording began
    age,      // of the process: ps's ELAPSED
    started,  // ps's STARTED, of one word or of five
    rss,
    usage,  // "used / limit", as docker stats has it
    anon,
    file,
    shmem,
    swap,
    limit,
    threads,
    fds,
    goroutines,
    pid,
    label,     // which one of many
    command,   // which program; may have blanks in it
    identity,  // of a container: changes at a restart
    share,     // a percentage, CPU, or other numbers that are no memory
    host_used,
    host_avail,
    host_buffers,
    host_cached,  // sar's
};

struct ColumnKind {
    Field field = Field::none;
    // Bytes, or seconds, in one of the column's units; 0 where its name has none. kB and MB in a name are
    // powers of 1024: ps, /proc, psutil and psrecord mean those by them.
    double unit = 0;
    std::string stem{};  // the name in small letters without its unit

    friend bool operator==(const ColumnKind&, const ColumnKind&) = default;
};

ColumnKind column_kind(std::string_view name);

// Whether a column of that field is an amount of memory.
bool is_memory(Field field);

}  // namespace rampwatch::readers
