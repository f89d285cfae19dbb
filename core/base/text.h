// SPDX-License-Identifier: MIT
// Text from outside: numbers with bounds, fields, and names that a terminal may see.
#pragma once

#include <concepts>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace rampwatch {

// The whole of `text` as a decimal number without sign or blanks, at most 2^63-1; else empty.
std::optional<std::int64_t> parse_count(std::string_view text);

// The whole of `text` as a finite decimal fraction ("-1.5", "1e3"), whatever the locale; else empty.
std::optional<double> parse_number(std::string_view text);

// The parts between `separator`s; "a,,b" has three, "" has one (empty).
std::vector<std::string_view> split(std::string_view text, char separator);
// Not of a text that ends with the call: its parts would outlive it.
template <std::same_as<std::string> Text>
std::vector<std::string_view> split(Text&& text, char separator) = delete;

std::string_view trim(std::string_view text);  // blanks and tabs at both ends, and a closing \r

// For a terminal, a log or a mail: control characters (C0, DEL, C1), and bytes that are not valid UTF-8,
// become \xHH; a backslash becomes two. Bidirectional overrides (U+202A-202E, U+2066-2069) and line
// separators (U+2028, U+2029) are escaped too, byte by byte. At most `most` bytes of `text` are shown, then
// "...".
std::string escape(std::string_view text, std::size_t most = 4096);

// The one of `words` nearest to `word` by edits (Damerau, restricted), where it is near enough to be a
// slip of the finger: at most a third of its length, at least 1; else empty.
std::string_view nearest_word(std::string_view word, std::span<const std::string_view> words);

}  // namespace rampwatch
