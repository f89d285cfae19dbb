// SPDX-License-Identifier: MIT
#include "core/readers/recognise.h"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <vector>

#include "core/base/text.h"
#include "core/readers/amount.h"
#include "core/readers/atop_text.h"
#include "core/readers/delimited_text.h"
#include "core/readers/json_recording.h"
#include "core/readers/line_recording.h"
#include "core/readers/mprof_text.h"
#include "core/readers/table_text.h"
#include "core/readers/time_text.h"

namespace rampwatch::readers {
namespace {

constexpr std::size_t kLinesLookedAt = 200;

std::string_view first_line(std::string_view& rest) {
    const std::size_t end = std::min(rest.find('\n'), rest.size());
    const std::string_view line = rest.substr(0, end);
    rest.remove_prefix(std::min(end + 1, rest.size()));
    return trim(line);
}

Kind binary_kind(std::string_view head) {
    using namespace std::string_view_literals;
    if (head.starts_with("SQLite format 3\0"sv)) return Kind::database;
    if (head.starts_with("\x1f\x8b") ||
        head.starts_with("\xfd"sv
                         "7zXZ") ||
        head.starts_with("\x28\xb5\x2f\xfd") || head.starts_with("BZh")) {
        return Kind::compressed;
    }
    // sysstat's magic number, in either order of bytes.
    if (head.starts_with("\xd5\x96") || head.starts_with("\x96\xd5")) return Kind::sar_data;
    return head.find('\0') != std::string_view::npos ? Kind::binary : Kind::unknown;
}

// Written by rampwatch, or after its page: the plain times and bytes of one process.
bool is_own(std::string_view line, std::string_view next) {
    const auto names = split(line, ',');
    bool time = false, rss = false;
    for (std::string_view name : names) {
        name = trim(name);
        if (name.size() > 1 && name.front() == '"' && name.back() == '"')
            name = name.substr(1, name.size() - 2);
        const Field field = column_kind(name).field;
        if (field == Field::pid || field == Field::label || field == Field::command ||
            field == Field::identity)
            return false;
        time |= name == "time_s";
        rss |= name == "rss_bytes";
    }
    if (!time || !rss) return false;
    // Milliseconds and ISO 8601 under that name are for the other reader, which tells them.
    std::string_view first = next;
    for (const std::string_view name : names) {
        const std::size_t comma = std::min(first.find(','), first.size());
        if (trim(name) == "time_s") first = first.substr(0, comma);
        if (trim(name) == "time_s") break;
        first.remove_prefix(std::min(comma + 1, first.size()));
    }
    const bool seconds = first.find('.') <= 10 || first.size() <= 10;
    return !whole_time(first) ||
           (seconds && first.find_first_not_of("0123456789.") == std::string_view::npos);
}

bool is_table_line(std::string_view line) {
    std::string room;
    line = without_escapes(line, room);
    if (line.starts_with("top - ") || line.starts_with("VmRSS:") ||
        (line.starts_with("Linux ") && line.ends_with("CPU)")))
        return true;
    const std::size_t bracket = line.starts_with('[') ? 1 : 0;
    if (leading_time(line.substr(bracket))) return true;
    return TableHeader::parse(line).has_value();
}

}  // namespace

Kind recognise(std::string_view head) {
    if (const Kind binary = binary_kind(head); binary != Kind::unknown) return binary;
    std::string_view rest = head;
    if (rest.starts_with("\xef\xbb\xbf")) rest.remove_prefix(3);
    std::string_view line;
    while (line.empty() && !rest.empty()) line = first_line(rest);
    if (line.empty()) return Kind::own_csv;  // whose reader says that it is empty
    if (line.front() == '{' || line.front() == '[') {
        const bool bracket = line.front() == '[' && leading_time(line.substr(1));
        if (!bracket) return Kind::json;
    }
    std::string_view after = rest;
    if (is_own(line, first_line(after))) return Kind::own_csv;
    const char separator = DelimitedText::separator_of(line);
    if (separator != '\0' && (separator != '\t' || !TableHeader::parse(line))) return Kind::delimited;
    const bool commas = line.find(',') != std::string_view::npos;
    for (std::size_t i = 0; i < kLinesLookedAt && !(line.empty() && rest.empty());
         ++i, line = first_line(rest)) {
        if (AtopText::is_line(line)) return Kind::atop;
        if (MprofText::is_line(line)) return Kind::mprof;
        if (is_table_line(line)) return Kind::table;
    }
    return commas ? Kind::own_csv : Kind::unknown;
}

Result<std::unique_ptr<Recording>> open_recording(LineReader lines, Kind kind, std::string name) {
    const auto refuse = [&](std::string what, std::string hint) {
        return Error{Error::Kind::bad_input, std::move(what), name, std::move(hint)};
    };
    switch (kind) {
        case Kind::delimited: {
            std::string_view head = lines.ahead(kMostAhead);
            std::string_view line;
            while (line.empty() && !head.empty()) line = first_line(head);
            auto parser = std::make_unique<DelimitedText>(DelimitedText::separator_of(line));
            return std::unique_ptr<Recording>(
                std::make_unique<LineRecording>(std::move(lines), std::move(parser), std::move(name)));
        }
        case Kind::table:
            return std::unique_ptr<Recording>(std::make_unique<LineRecording>(
                std::move(lines), std::make_unique<TableText>(), std::move(name)));
        case Kind::atop:
            return std::unique_ptr<Recording>(std::make_unique<LineRecording>(
                std::move(lines), std::make_unique<AtopText>(), std::move(name)));
        case Kind::mprof:
            return std::unique_ptr<Recording>(std::make_unique<LineRecording>(
                std::move(lines), std::make_unique<MprofText>(), std::move(name)));
        case Kind::json: {
            const auto shared = std::make_shared<LineReader>(std::move(lines));
            const auto failed = [shared, name]() -> std::optional<Error> {
                if (shared->error_number() == 0) return std::nullopt;
                return Error{Error::Kind::io,
                             fmt::format("cannot read: {}", std::strerror(shared->error_number())),
                             name,
                             {}};
            };
            return std::unique_ptr<Recording>(std::make_unique<JsonRecording>(
                [shared] { return shared->some(); }, failed, std::move(name)));
        }
        case Kind::sar_data:
            return refuse("a binary file of sar", "sadf -d FILE -- -r | rampwatch analyze -");
        case Kind::database:
            return refuse("a database", "of rampwatch? then rampwatch report, or rampwatch history export");
        case Kind::compressed:
            return refuse("compressed", "zcat FILE | rampwatch analyze -   (or xzcat, zstdcat, bzcat)");
        case Kind::binary:
            return refuse("a binary file", "recordings are text: rampwatch-formats(5) says which");
        default:
            return refuse("not a recording of a kind that is known",
                          "CSV with a header (time_s,rss_bytes), ps, pidstat, sar, top, psrecord, mprof, "
                          "atop -P, docker "
                          "stats, kubectl top, Prometheus, Grafana: rampwatch-formats(5)");
    }
}

}  // namespace rampwatch::readers
