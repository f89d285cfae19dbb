// SPDX-License-Identifier: MIT
#include "core/readers/atop_text.h"

#include <algorithm>
#include <optional>

#include "core/base/text.h"

namespace rampwatch::readers {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kMostWords = 64;
constexpr std::int64_t kMostKib = std::int64_t{1} << 50;

std::vector<std::string_view> words_of(std::string_view text) {
    std::vector<std::string_view> words;
    while (words.size() < kMostWords) {
        const std::size_t begin = text.find_first_not_of(" \t");
        if (begin == std::string_view::npos) break;
        const std::size_t end = std::min(text.find_first_of(" \t", begin), text.size());
        words.push_back(text.substr(begin, end - begin));
        text.remove_prefix(end);
    }
    return words;
}

std::optional<std::int64_t> number(const std::vector<std::string_view>& words, std::size_t at) {
    if (at >= words.size()) return std::nullopt;
    const auto count = parse_count(words[at]);
    return count && *count <= kMostKib ? count : std::nullopt;
}

// All that PRM has behind the name: state, page size, virtual, resident, shared text, growth of both, faults
// of two kinds, library, data, stack, swap, TGID, is_process, ... in KiB.
struct Process {
    std::string_view pid{}, name{};
    std::vector<std::string_view> rest{};
};

std::optional<Process> process_of(std::string_view text) {
    const auto words = words_of(text);
    if (words.size() < 8 || !parse_count(words[6])) return std::nullopt;
    Process process{.pid = words[6]};
    const auto* const after_pid = words[6].data() + words[6].size();
    const std::string_view tail = trim(text.substr(static_cast<std::size_t>(after_pid - text.data())));
    if (tail.starts_with('(')) {
        // A name may hold brackets and blanks itself: the last bracket that a state of one letter follows.
        const auto end = tail.rfind(") ");
        if (end == std::string_view::npos) return std::nullopt;
        process.name = tail.substr(1, end - 1);
        process.rest = words_of(tail.substr(end + 1));
    } else {  // atop -Z
        process.name = words[7];
        process.rest = words_of(tail.substr(std::min(tail.find_first_of(" \t"), tail.size())));
    }
    return process;
}

}  // namespace

bool AtopText::is_line(std::string_view text) {
    const auto words = words_of(text.substr(0, 512));
    return words.size() >= 7 && words[0].size() == 3 && parse_count(words[2]) && words[2].size() == 10 &&
           words[3].size() == 10 && words[3][4] == '/' && words[4].size() == 8 && words[4][2] == ':';
}

std::optional<Error> AtopText::line(std::string_view text, std::int64_t line, SeriesBook& book) {
    const bool is_process = text.starts_with("PRM ");
    if (!is_process && !text.starts_with("MEM ")) return std::nullopt;  // other labels, SEP, RESET
    const auto words = words_of(text);
    const auto epoch = number(words, 2);
    if (!is_line(text) || !epoch || *epoch > 4'102'444'800) {
        book.not_understood(line);
        return std::nullopt;
    }
    NewLook look;
    look.sample.mono = look.sample.wall = std::chrono::seconds(*epoch);
    std::string key;
    if (is_process) {
        const auto process = process_of(text);
        if (!process) return book.not_understood(line), std::nullopt;
        const auto& rest = process->rest;
        if (rest.size() > 14 && rest[14] == "n") return std::nullopt;  // a thread
        if (!rest.empty() && rest[0] == "E") return std::nullopt;      // has ended
        const auto resident = number(rest, 3);
        if (!resident) return book.not_understood(line), std::nullopt;
        look.sample.rss_bytes = *resident * 1024;
        if (const auto swap = number(rest, 12)) look.sample.swap_bytes = *swap * 1024;
        look.labels = {{"pid", std::string(process->pid)}, {"command", std::string(process->name)}};
        key = "pid " + std::string(process->pid) + " " + std::string(words[1]);
    } else {
        // page size, then in pages: physical, free, page cache, buffers, slab, dirty, slab that can be
        // reclaimed
        const auto page = number(words, 6), total = number(words, 7), free = number(words, 8),
                   cache = number(words, 9), buffers = number(words, 10), reclaimable = number(words, 13);
        if (!page || !total || !free || !cache || !buffers || *page > 1 << 20)
            return book.not_understood(line), std::nullopt;
        const std::int64_t used = *total - *free - *cache - *buffers - reclaimable.value_or(0);
        if (used <= 0 || *total > kMostKib / *page) return std::nullopt;
        look.sample.rss_bytes = used * *page;
        look.host = true;
        key = "host " + std::string(words[1]);
        book.remark("MEM is the memory in use of a whole host, not of one process");
    }
    look.key = key;
    return book.add(std::move(look), line);
}

}  // namespace rampwatch::readers
