// SPDX-License-Identifier: MIT
#include "core/helper/target_facts.h"

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <array>
#include <charconv>
#include <memory>
#include <optional>

#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/probe/maps.h"
#include "core/probe/memory.h"
#include "core/probe/thread_files.h"

namespace rampwatch::helper {
namespace {

constexpr std::size_t kMost = 20'000;

std::string read_small(int directory, const char* name) {
    const Fd file(::openat(directory, name, O_RDONLY | O_CLOEXEC));
    std::array<char, 1024> text;
    const ssize_t got = file ? ::read(file.get(), text.data(), text.size()) : -1;
    return got > 0 ? std::string(text.data(), static_cast<std::size_t>(got)) : std::string();
}

ThreadFact read_thread(int tasks, const char* tid) {
    ThreadFact fact;
    const Fd directory(::openat(tasks, tid, O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto stat = probe::parse_thread_stat(read_small(directory.get(), "stat"));
    if (!stat) return fact;
    fact.name = stat->name;
    const auto entry = probe::parse_kernel_entry(read_small(directory.get(), "syscall"));
    if (!entry) return fact;
    const bool ask = probe::wants_wchan(*entry, stat->state);
    fact.wait_word =
        probe::wait_word(*entry, stat->state, ask ? read_small(directory.get(), "wchan") : std::string());
    return fact;
}

std::vector<stacks::Module> read_modules(pid_t pid) {
    std::vector<stacks::Module> modules;
    const auto tid = probe::live_thread(pid);
    const auto maps = tid ? probe::read_maps(*tid) : Result<probe::Maps>(tid.error());
    if (!maps) return modules;
    const probe::Mapping* first = nullptr;  // of the file whose mappings follow one another
    for (const probe::Mapping& mapping : maps->mappings) {
        const bool same = first != nullptr && !mapping.path.empty() && mapping.path == first->path;
        if (!same) first = &mapping;
        if (!mapping.executable || modules.size() >= kMost) continue;
        const bool is_file = mapping.path.starts_with('/') || mapping.path.starts_with("[v");
        modules.push_back({mapping.start, mapping.end, first->start, is_file ? mapping.path : std::string()});
    }
    return modules;
}

std::string to_hex(std::string_view text) {
    std::string digits;
    for (const char c : text) digits += fmt::format("{:02x}", static_cast<unsigned char>(c));
    return digits.empty() ? "-" : digits;
}

std::optional<std::string> from_hex(std::string_view digits) {
    std::string text;
    if (digits == "-") return text;
    if (digits.empty() || digits.size() % 2 != 0) return std::nullopt;
    for (std::size_t i = 0; i < digits.size(); i += 2) {
        unsigned value = 0;
        const auto [stop, error] = std::from_chars(digits.data() + i, digits.data() + i + 2, value, 16);
        if (error != std::errc{} || stop != digits.data() + i + 2) return std::nullopt;
        text += static_cast<char>(value);
    }
    return text;
}

std::optional<std::uint64_t> parse_hex(std::string_view digits) {
    std::uint64_t value = 0;
    const auto [stop, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
    if (error != std::errc{} || stop != digits.data() + digits.size()) return std::nullopt;
    return value;
}

bool parse_task(const std::vector<std::string_view>& words, TargetFacts& facts) {
    const auto tid = parse_count(words[1]);
    const auto word = from_hex(words[2]), name = from_hex(words[3]);
    if (!tid || !word || !name || *tid > (1 << 30) || facts.threads.size() >= kMost) return false;
    facts.threads[static_cast<pid_t>(*tid)] = {*name, *word};
    return true;
}

bool parse_map(const std::vector<std::string_view>& words, TargetFacts& facts) {
    const auto start = parse_hex(words[1]), end = parse_hex(words[2]), base = parse_hex(words[3]);
    const auto path = from_hex(words[4]);
    if (!start || !end || !base || !path || facts.modules.size() >= kMost) return false;
    facts.modules.push_back({*start, *end, *base, *path});
    return true;
}

}  // namespace

TargetFacts read_target_facts(pid_t pid) {
    TargetFacts facts;
    const std::string path = fmt::format("/proc/{}", pid);
    const Fd process(::open(path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
    const auto stat = probe::parse_thread_stat(read_small(process.get(), "stat"));
    if (!stat) return facts;
    facts.start_ticks = stat->start_ticks;
    const std::unique_ptr<DIR, int (*)(DIR*)> tasks(::opendir((path + "/task").c_str()), ::closedir);
    while (tasks && facts.threads.size() < kMost) {
        const dirent* entry = ::readdir(tasks.get());
        if (entry == nullptr) break;
        const auto tid = parse_count(entry->d_name);
        if (tid) facts.threads[static_cast<pid_t>(*tid)] = read_thread(::dirfd(tasks.get()), entry->d_name);
    }
    facts.modules = read_modules(pid);
    return facts;
}

std::string format_facts(const TargetFacts& facts) {
    std::string text;
    for (const auto& [tid, fact] : facts.threads)
        text += fmt::format("task {} {} {}\n", tid, to_hex(fact.wait_word), to_hex(fact.name));
    for (const stacks::Module& module : facts.modules)
        text += fmt::format("map {:x} {:x} {:x} {}\n", module.start, module.end, module.base,
                            to_hex(module.path));
    return text;
}

bool parse_fact(std::string_view line, TargetFacts& facts) {
    const auto words = split(line, ' ');
    if (words.size() == 4 && words[0] == "task") return parse_task(words, facts);
    if (words.size() == 5 && words[0] == "map") return parse_map(words, facts);
    return false;
}

}  // namespace rampwatch::helper
