// SPDX-License-Identifier: MIT
// One number of a recording, out of its field.
#pragma once

#include <cstdint>
#include <string_view>

#include "core/base/error.h"
#include "core/store/csv_columns.h"

namespace rampwatch::store {

// Plain decimal digits, with at most nine digits behind a point where the unit is seconds (the value is then
// in nanoseconds), up to a comma or `end`: what rampwatch itself writes, and nearly everyone else. Points to
// where it stopped; null for anything else, which parse_field() then looks at again.
inline const char* parse_plain(const char* at, const char* end, Unit unit, std::int64_t& value) {
    const char* const start = at;
    std::uint64_t number = 0;
    while (at != end && static_cast<unsigned char>(*at - '0') < 10) {
        number = number * 10 + static_cast<std::uint64_t>(*at++ - '0');
    }
    if (at == start || at - start > 19) return nullptr;
    if (unit == Unit::seconds) {
        if (at - start > 10) return nullptr;
        std::uint64_t scale = 1'000'000'000;
        if (at != end && *at == '.') {
            ++at;
            while (at != end && static_cast<unsigned char>(*at - '0') < 10 && scale > 1) {
                number = number * 10 + static_cast<std::uint64_t>(*at++ - '0');
                scale /= 10;
            }
        }
        if (number > static_cast<std::uint64_t>(largest(Unit::seconds)) / scale) return nullptr;
        number *= scale;
    }
    const bool ended = at == end || *at == ',';
    if (!ended || number > static_cast<std::uint64_t>(largest(unit))) return nullptr;
    value = static_cast<std::int64_t>(number);
    return at;
}

// The same for what others write too: blanks and quotes around the number, an exponent, "3293184.0". The
// error says what is wrong with it, and has no place yet. `text` is not empty; `unit` is not a word.
Result<std::int64_t> parse_field(std::string_view text, Column column);

// The field without the blanks and the pair of quotes that may surround it.
std::string_view bare(std::string_view text);

}  // namespace rampwatch::store
