// SPDX-License-Identifier: MIT
#include "core/readers/amount.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

constexpr double kKi = 1024;
constexpr double kMi = kKi * 1024;
constexpr double kGi = kMi * 1024;
constexpr double kTi = kGi * 1024;

struct Named {
    std::string_view name;
    double value;
};

constexpr std::array<Named, 33> kCellUnits = {{
    {"B", 1},     {"b", 1},     {"Bytes", 1}, {"bytes", 1}, {"K", kKi},  {"k", kKi}, {"Ki", kKi},
    {"KiB", kKi}, {"kiB", kKi}, {"kB", 1e3},  {"KB", 1e3},  {"kb", 1e3}, {"M", kMi}, {"m", kMi},
    {"Mi", kMi},  {"MiB", kMi}, {"MB", 1e6},  {"mb", 1e6},  {"Mb", 1e6}, {"G", kGi}, {"g", kGi},
    {"Gi", kGi},  {"GiB", kGi}, {"GB", 1e9},  {"gb", 1e9},  {"Gb", 1e9}, {"T", kTi}, {"t", kTi},
    {"Ti", kTi},  {"TiB", kTi}, {"TB", 1e12}, {"tb", 1e12}, {"byte", 1},
}};

constexpr std::array<Named, 21> kNameUnits = {{
    {"bytes", 1}, {"byte", 1},        {"b", 1},          {"kib", kKi}, {"kb", kKi}, {"kbytes", kKi},
    {"k", kKi},   {"ki", kKi},        {"mib", kMi},      {"mb", kMi},  {"mi", kMi}, {"mbytes", kMi},
    {"m", kMi},   {"gib", kGi},       {"gb", kGi},       {"gi", kGi},  {"g", kGi},  {"tib", kTi},
    {"tb", kTi},  {"pages", 4 * kKi}, {"page", 4 * kKi},  // of /proc/PID/statm
}};
constexpr std::array<Named, 14> kTimeUnits = {{
    {"s", 1},
    {"sec", 1},
    {"secs", 1},
    {"second", 1},
    {"seconds", 1},
    {"ms", 1e-3},
    {"millis", 1e-3},
    {"milliseconds", 1e-3},
    {"us", 1e-6},
    {"ns", 1e-9},
    {"epoch", 1},
    {"min", 60},
    {"minutes", 60},
    {"h", 3600},
}};

struct Known {
    std::string_view stem;
    Field field;
};
constexpr auto kFields = std::to_array<Known>({
    {"time", Field::time},
    {"timestamp", Field::time},
    {"ts", Field::time},
    {"datetime", Field::time},
    {"date_time", Field::time},
    {"epoch", Field::time},
    {"unix_time", Field::time},
    {"unixtime", Field::time},
    {"unix", Field::time},
    {"when", Field::time},
    {"t", Field::time},
    {"@timestamp", Field::time},
    {"sample_time", Field::time},
    {"wall", Field::time},
    {"date", Field::date},
    {"day", Field::date},
    {"elapsed", Field::elapsed},
    {"elapsed_time", Field::elapsed},
    {"uptime", Field::elapsed},
    {"etimes", Field::age},
    {"etime", Field::age},
    {"process_age", Field::age},
    {"age", Field::age},
    {"started", Field::started},
    {"lstart", Field::started},
    {"rss", Field::rss},
    {"rssize", Field::rss},
    {"rsz", Field::rss},
    {"res", Field::rss},
    {"resident", Field::rss},
    {"resident_set", Field::rss},
    {"resident_set_size", Field::rss},
    {"vmrss", Field::rss},
    {"vm_rss", Field::rss},
    {"mem_rss", Field::rss},
    {"memory_rss", Field::rss},
    {"rss_mem", Field::rss},
    {"rss_memory", Field::rss},
    {"real", Field::rss},
    {"mem_real", Field::rss},
    {"real_memory", Field::rss},
    {"working_set", Field::rss},
    {"resident_memory", Field::rss},
    {"process_resident_memory", Field::rss},
    {"memory", Field::rss},
    {"mem", Field::rss},
    {"mem_used", Field::rss},
    {"memory_used", Field::rss},
    {"used_memory", Field::rss},
    {"mem_usage", Field::usage},
    {"memory_usage", Field::usage},
    {"memusage", Field::usage},
    {"container_memory_working_set", Field::rss},
    {"container_memory_rss", Field::rss},
    {"rsize", Field::rss},
    {"anon", Field::anon},
    {"rss_anon", Field::anon},
    {"rssanon", Field::anon},
    {"anonymous", Field::anon},
    {"rss_file", Field::file},
    {"rssfile", Field::file},
    {"rss_shmem", Field::shmem},
    {"rssshmem", Field::shmem},
    {"swap", Field::swap},
    {"vmswap", Field::swap},
    {"vm_swap", Field::swap},
    {"swapped", Field::swap},
    {"limit", Field::limit},
    {"mem_limit", Field::limit},
    {"memory_limit", Field::limit},
    {"memory_max", Field::limit},
    {"threads", Field::threads},
    {"thread_count", Field::threads},
    {"num_threads", Field::threads},
    {"nlwp", Field::threads},
    {"thcnt", Field::threads},
    {"thcount", Field::threads},
    {"nth", Field::threads},
    {"pids", Field::threads},
    {"fds", Field::fds},
    {"fd", Field::fds},
    {"fd_nr", Field::fds},
    {"num_fds", Field::fds},
    {"open_fds", Field::fds},
    {"nfd", Field::fds},
    {"descriptors", Field::fds},
    {"fd_count", Field::fds},
    {"goroutines", Field::goroutines},
    {"go_goroutines", Field::goroutines},
    {"num_goroutine", Field::goroutines},
    {"pid", Field::pid},
    {"tgid", Field::pid},
    {"process_id", Field::pid},
    {"container_id", Field::identity},
    {"cid", Field::identity},
    {"name", Field::label},
    {"container", Field::label},
    {"container_name", Field::label},
    {"pod", Field::label},
    {"namespace", Field::label},
    {"node", Field::label},
    {"instance", Field::label},
    {"job", Field::label},
    {"host", Field::label},
    {"hostname", Field::label},
    {"service", Field::label},
    {"series", Field::label},
    {"unit", Field::label},
    {"process", Field::label},
    {"process_name", Field::label},
    {"metric", Field::label},
    {"command", Field::command},
    {"cmd", Field::command},
    {"args", Field::command},
    {"comm", Field::command},
    {"ucmd", Field::command},
    {"exe", Field::command},
    {"executable", Field::command},
    {"cmdline", Field::command},
    {"memused", Field::host_used},
    {"memavail", Field::host_avail},
    {"cpu", Field::share},
    {"pcpu", Field::share},
    {"pmem", Field::share},
    {"user", Field::share},
    {"uid", Field::share},
    {"ppid", Field::share},
    {"vsz", Field::share},
    {"vms", Field::share},
    {"vsize", Field::share},
    {"virt", Field::share},
    {"virtual", Field::share},
    {"mem_virtual", Field::share},
    {"life", Field::share},
    {"vmsize", Field::share},
    {"shr", Field::share},
    {"uss", Field::share},
    {"pss", Field::share},
    {"id", Field::share},
    {"state", Field::share},
    {"nproc", Field::share},
});
// sar's own names have their unit in front.
constexpr auto kSar = std::to_array<Known>({
    {"kbmemused", Field::host_used},
    {"kbavail", Field::host_avail},
    {"kbbuffers", Field::host_buffers},
    {"kbcached", Field::host_cached},
});

char low(char byte) { return byte >= 'A' && byte <= 'Z' ? static_cast<char>(byte | 0x20) : byte; }

// Small letters; blanks, dashes, dots and brackets become single underscores, none at an end. At most 128
// bytes.
std::string plain(std::string_view name) {
    std::string text;
    for (const char byte : name.substr(0, 128)) {
        const bool gap = std::string_view(" \t-._()[]{}").find(byte) != std::string_view::npos;
        if (gap && (text.empty() || text.back() == '_')) continue;
        text += gap ? '_' : low(byte);
    }
    if (text.ends_with('_')) text.pop_back();
    return text;
}

template <std::size_t N>
const Named* find(const std::array<Named, N>& units, std::string_view name) {
    const auto found =
        std::find_if(units.begin(), units.end(), [&](const Named& unit) { return unit.name == name; });
    return found == units.end() ? nullptr : &*found;
}

Field field_of(std::string_view stem) {
    for (const Known& known : kFields) {
        if (known.stem == stem) return known.field;
    }
    return Field::none;
}

bool is_time(Field field) { return field == Field::time || field == Field::elapsed || field == Field::age; }

}  // namespace

bool is_memory(Field field) {
    return field == Field::rss || field == Field::usage || field == Field::anon || field == Field::file ||
           field == Field::shmem || field == Field::swap || field == Field::limit ||
           field == Field::host_used || field == Field::host_avail || field == Field::host_buffers ||
           field == Field::host_cached;
}

bool is_unknown(std::string_view text) {
    text = trim(text);
    if (text.empty() || text.size() > 9) return text.empty();
    constexpr auto kWords =
        std::to_array<std::string_view>({"-", "--", "nan", "+nan", "-nan", "null", "n/a", "na", "none",
                                         "undefined", "?", "nil", "<none>", "-- / --"});
    std::string word;
    for (const char byte : text) word += low(byte);
    return std::find(kWords.begin(), kWords.end(), word) != kWords.end();
}

std::optional<Amount> parse_amount(std::string_view text, bool decimal_comma) {
    text = trim(text);
    if (text.empty() || text.size() > 64) return std::nullopt;
    std::size_t end = 0;
    std::string digits;
    while (end < text.size() &&
           std::string_view("0123456789.,+-eE").find(text[end]) != std::string_view::npos) {
        const char byte = text[end++];
        if (byte == ',' && decimal_comma) {
            digits += '.';
        } else if (byte != ',' && !(byte == '.' && decimal_comma)) {
            digits += byte;
        }
    }
    const auto number = parse_number(digits);
    if (!number) return std::nullopt;
    const std::string_view unit = trim(text.substr(end));
    if (unit.empty()) return Amount{*number, 0, false};
    if (unit == "%") return Amount{*number, 0, true};
    const Named* known = find(kCellUnits, unit);
    if (known == nullptr) return std::nullopt;
    return Amount{*number, known->value, false};
}

ColumnKind column_kind(std::string_view name) {
    ColumnKind kind;
    kind.stem = plain(name);
    if (kind.stem.starts_with('%') || kind.stem.ends_with('%')) {
        kind.field = Field::share;
        return kind;
    }
    for (const Known& known : kSar) {
        if (known.stem == kind.stem) return {known.field, kKi, kind.stem};
    }
    kind.field = field_of(kind.stem);
    const auto gap = kind.stem.rfind('_');
    if (kind.field != Field::none || gap == std::string::npos) return kind;
    const std::string_view tail = std::string_view(kind.stem).substr(gap + 1);
    const Field before = field_of(std::string_view(kind.stem).substr(0, gap));
    const Named* bytes = find(kNameUnits, tail);
    const Named* seconds = find(kTimeUnits, tail);
    if (bytes != nullptr && (is_memory(before) || before == Field::share)) {
        kind = {before, bytes->value, kind.stem.substr(0, gap)};
    } else if (seconds != nullptr && is_time(before)) {
        kind = {before, seconds->value, kind.stem.substr(0, gap)};
    } else if (bytes != nullptr && before == Field::none) {
        kind.unit = bytes->value;  // "heap (MiB)": whatever it is
    } else if (tail == "%" || tail == "percent" || tail == "pct") {
        kind.field = Field::share;
    }
    return kind;
}

}  // namespace rampwatch::readers
