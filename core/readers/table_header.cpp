// SPDX-License-Identifier: MIT
#include "core/readers/table_header.h"

#include <algorithm>
#include <array>
#include <utility>

#include "core/base/text.h"
#include "core/readers/time_text.h"

namespace rampwatch::readers {
namespace {

constexpr std::size_t kMostColumns = 64;
constexpr std::size_t kMostWords = 512;

// Names of several words, as one word for each that a row has.
constexpr std::array<std::pair<std::string_view, std::string_view>, 13> kPhrases = {{
    {"CONTAINER ID", "CONTAINER_ID"},
    {"CPU %", "CPU_%"},
    {"MEM USAGE / LIMIT", "MEM_USED / LIMIT"},
    {"MEM %", "MEM_%"},
    {"NET I/O", "NET_I / NET_O"},
    {"BLOCK I/O", "BLOCK_I / BLOCK_O"},
    {"BLOCK IO", "BLOCK_I / BLOCK_O"},
    {"NET IO", "NET_I / NET_O"},
    {"Elapsed time", "elapsed_time"},
    {"Read count", "read_count"},
    {"Write count", "write_count"},
    {"Read bytes", "io_read"},
    {"Write bytes", "io_write"},
}};

// Whole words alone: "%CPU %MEM" has no "CPU %" in it.
void replace_words(std::string& text, std::string_view from, std::string_view to) {
    const auto is_border = [&](std::size_t at) {
        return at >= text.size() || text[at] == ' ' || text[at] == '\t';
    };
    for (std::size_t at = text.find(from); at != std::string::npos; at = text.find(from, at)) {
        if (is_border(at + from.size()) && (at == 0 || is_border(at - 1) || text[at - 1] == '#')) {
            text.replace(at, from.size(), to);
            at += to.size();
        } else {
            ++at;
        }
    }
}

void join_brackets(std::string& text) {
    for (std::size_t at = text.find(" ("); at != std::string::npos; at = text.find(" (", at)) text[at] = '_';
}

std::vector<std::string_view> words_of(std::string_view line) {
    std::vector<std::string_view> words;
    std::size_t at = 0;
    while (at < line.size() && words.size() < kMostWords) {
        at = line.find_first_not_of(" \t", at);
        if (at == std::string_view::npos) break;
        const std::size_t end = std::min(line.find_first_of(" \t", at), line.size());
        words.push_back(line.substr(at, end - at));
        at = end;
    }
    return words;
}

// "Real (MB)" is one name: a bracket belongs to the word before it.
std::string joined(std::string_view line) {
    std::string text(line);
    for (const auto& [phrase, words] : kPhrases) replace_words(text, phrase, words);
    join_brackets(text);
    if (text.starts_with('#')) text.erase(0, 1);
    return text;
}

// ps's memory columns are in large letters; a sentence that has the word "memory" in it is no head.
bool is_name(std::string_view word) {
    const bool letters = std::any_of(word.begin(), word.end(), [](char byte) {
        return (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    });
    return (letters && (word.front() < '0' || word.front() > '9')) || word == "/";
}

bool is_head_of_processes(std::string_view word) {
    constexpr auto kNames = std::to_array<std::string_view>(
        {"PID", "RSS", "RES", "RSZ", "RSSIZE", "TGID", "Real_(MB)", "kbmemused", "kbmemfree", "MEM_USED",
         "MEMORY(bytes)", "MEMORY", "CONTAINER_ID", "VSZ", "VIRT"});
    return std::find(kNames.begin(), kNames.end(), word) != kNames.end();
}

std::size_t words_of_start(std::string_view word) {
    constexpr std::string_view kWeekdays = "Mon Tue Wed Thu Fri Sat Sun";
    constexpr std::string_view kMonths = "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec";
    if (word.size() != 3) return 1;
    if (kWeekdays.find(word) != std::string_view::npos) return 5;
    return kMonths.find(word) != std::string_view::npos ? 2 : 1;
}

}  // namespace

std::optional<TableHeader> TableHeader::parse(std::string_view line) {
    if (line.size() > 4096) return std::nullopt;
    const std::string text = joined(line);
    const auto words = words_of(text);
    if (words.empty() || words.size() > kMostColumns) return std::nullopt;
    if (!std::all_of(words.begin(), words.end(), is_name)) return std::nullopt;
    if (std::none_of(words.begin(), words.end(), is_head_of_processes)) return std::nullopt;

    TableHeader header;
    for (std::size_t i = 0; i < words.size(); ++i) {
        Column column{std::string(words[i]), column_kind(words[i])};
        Field& field = column.kind.field;
        if (field == Field::elapsed) field = i == 0 ? Field::elapsed : Field::age;
        // A time of day is cut off before; what is left of that name is CPU time.
        if (field == Field::time || field == Field::date) field = i == 0 ? Field::time : Field::share;
        if (words[i] == "STAT" || words[i] == "S" || words[i] == "USER") field = Field::share;
        column.many_words = field == Field::command;
        header.has_memory_ |= field == Field::rss || field == Field::host_used;
        header.has_elapsed_ |= field == Field::elapsed;
        header.columns_.push_back(std::move(column));
    }
    if (header.columns_.front().kind.field == Field::time) header.columns_.erase(header.columns_.begin());
    header.name_tool(text);
    return header;
}

void TableHeader::name_tool(std::string_view line) {
    const auto has = [&](std::string_view part) { return line.find(part) != std::string_view::npos; };
    tool_ = has("kbmem")        ? "sar -r"
            : has("minflt/s")   ? "pidstat"
            : has("MEM_USED /") ? "docker stats"
            : has("MEMORY")     ? "kubectl top"
            : has("VIRT")       ? "top"
            : has("Real_(MB)")  ? "psrecord"
                                : "ps";
}

bool TableHeader::cut(std::string_view line, std::vector<Cell>& cells) const {
    const auto words = words_of(line);
    cells.clear();
    std::size_t extra = words.size() > columns_.size() ? words.size() - columns_.size() : 0;
    for (std::size_t at = 0, i = 0; i < columns_.size(); ++i) {
        const Column& column = columns_[i];
        if (at >= words.size()) return i > 0 && column.many_words && i + 1 == columns_.size();
        std::size_t count = 1;
        if (column.kind.field == Field::started) {
            count = std::min(words_of_start(words[at]), extra + 1);
        } else if (column.many_words) {
            count = 1 + extra;
        }
        extra -= count - 1;
        const std::string_view last = words[std::min(at + count, words.size()) - 1];
        const char* const begin = words[at].data();
        cells.push_back(
            {&column.kind, column.name,
             std::string_view(begin, static_cast<std::size_t>(last.data() + last.size() - begin))});
        at += count;
    }
    return true;
}

}  // namespace rampwatch::readers
