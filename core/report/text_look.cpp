// SPDX-License-Identifier: MIT
#include "core/report/text_look.h"
#include "core/report/heap_text.h"

#include <fmt/format.h>

#include <algorithm>

#include "core/base/path.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/go_text.h"
#include "core/report/runtime_heap_text.h"
#include "core/report/task_text.h"
#include "core/report/text_dump.h"

namespace rampwatch::report {
namespace {

using std::chrono::nanoseconds;

double seconds(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

std::string size(std::int64_t bytes) { return format_size(static_cast<double>(bytes)); }

std::string line(std::string_view label, std::string_view text) {
    return fmt::format("{:<9} {}\n", label, text);
}

std::string join(const std::vector<std::string>& parts, std::string_view between) {
    return fmt::format("{}", fmt::join(parts, between));
}

std::string_view state_words(char state) {
    switch (state) {
        case 'T':
            return "stopped by a signal (kill -CONT lets it go on)";
        case 't':
            return "stopped by a debugger";
        case 'D':
            return "in an uninterruptible wait, usually for a disk or a network file system";
        default:
            return {};
    }
}

std::string who(const Look& look) {
    const Life& life = look.life;
    const auto slash = life.executable.rfind('/');
    std::string text = fmt::format("PID {}: {}", life.pid, escape(life.program.value_or(life.comm), 64));
    if (slash != std::string::npos) text += fmt::format(" ({})", escape(life.executable, 256));
    text += fmt::format(", user {}\n", look.user);
    const std::string since = "since " + format_time(life.started_wall);
    return text + line("up", look.sample.age ? format_duration(*look.sample.age) + ", " + since : since);
}

// What a pager names is the service; and what it holds may be its children's.
std::string family(const Look& look, const LookTextStyle& style) {
    std::string text;
    if (look.life.unit) {
        text += line("unit", escape(*look.life.unit, 128));
    } else if (look.cgroup.size() > 1) {
        text += line("cgroup", escape(look.cgroup, 128));
    }
    if (look.children.value_or(0) == 0) return text;
    const std::string watch =
        look.life.unit ? "--unit " + escape(*look.life.unit, 128) : fmt::format("--tree {}", look.life.pid);
    return text +
           line("children", fmt::format("{}, with {} resident: {} watch {}", format_count(*look.children),
                                        size(look.children_bytes.value_or(0)), style.program, watch));
}

// What RSS leaves out, or counts more than once.
std::string beside_rss(const Look& look) {
    constexpr std::int64_t kWorthAWord = 1 << 20;
    constexpr std::int64_t kMuchShared = 16 << 20;
    std::string text;
    if (look.hugetlb_bytes.value_or(0) > 0)
        text += line("", size(*look.hugetlb_bytes) + " in huge pages, which RSS does not count");
    if (look.open_memory_bytes.value_or(0) >= kWorthAWord) {
        const std::int64_t files = look.open_memory_files.value_or(1);
        text += line(
            "", fmt::format("{} in {} that it holds open; RSS counts what is mapped",
                            size(*look.open_memory_bytes),
                            files == 1 ? "a memfd or deleted file"
                                       : fmt::format("{} memfds or deleted files", format_count(files))));
    }
    if (look.pss_bytes && look.sample.rss_bytes - *look.pss_bytes >= kMuchShared)
        text += line("", fmt::format("{} by share (Pss): RSS counts pages mapped more than once in full",
                                     size(*look.pss_bytes)));
    return text;
}

std::string memory(const Look& look) {
    const Sample& sample = look.sample;
    std::string text = size(sample.rss_bytes) + " resident";
    if (look.peak_rss_bytes) {
        const bool at_peak =
            static_cast<double>(sample.rss_bytes) >= 0.99 * static_cast<double>(*look.peak_rss_bytes);
        text +=
            at_peak ? ", the most so far" : fmt::format("; at most {} so far", size(*look.peak_rss_bytes));
    }
    text = line("memory", text);
    std::vector<std::string> kinds;
    if (sample.anon_bytes) kinds.push_back(size(*sample.anon_bytes) + " anonymous");
    if (sample.file_bytes) kinds.push_back(size(*sample.file_bytes) + " of files");
    if (sample.shmem_bytes) kinds.push_back(size(*sample.shmem_bytes) + " shared");
    if (sample.swap_bytes) kinds.push_back(size(*sample.swap_bytes) + " swapped out");
    if (!kinds.empty()) text += line("", join(kinds, ", "));
    return text + beside_rss(look);
}

std::string_view limit_words(LimitKind kind) {
    switch (kind) {
        case LimitKind::given:
            return "the given limit";
        case LimitKind::cgroup_max:
            return "its cgroup's limit (memory.max)";
        case LimitKind::cgroup_high:
            return "its cgroup's memory.high, where the kernel begins to slow it down";
        case LimitKind::rlimit_as:
            return "its limit of address space (ulimit -v)";
        case LimitKind::physical:
            return "this host's memory";
    }
    return "its limit";
}

std::string limit(const Limit& limit) {
    const double share = limit.limit_bytes > 0 ? 100.0 * static_cast<double>(limit.used_bytes) /
                                                     static_cast<double>(limit.limit_bytes)
                                               : 100.0;
    const std::int64_t left = limit.limit_bytes - limit.used_bytes;
    const std::string room = left >= 0 ? size(left) + " left" : size(-left) + " over it";
    return fmt::format("{}: {} of {} used ({:.0f} %), {}", limit_words(limit.kind), size(limit.used_bytes),
                       size(limit.limit_bytes), share, room);
}

std::string threads(const Look& look) {
    std::string text = format_count(*look.sample.threads);
    if (look.thread_ages && *look.sample.threads > 1) {
        const ThreadAges& ages = *look.thread_ages;
        text += fmt::format("; the oldest {} old, half of them at least {}, the newest {}",
                            format_duration(ages.oldest), format_duration(ages.median),
                            format_duration(ages.youngest));
    }
    return text;
}

// The most of one kind first: a leak of descriptors is one of a kind.
// "1 pipe", "3 deleted files in /tmp".
std::string counted(const DescriptorKind& kind) {
    std::string name = kind.name;
    for (const std::string_view plural : {"memfds", "pipes", "files", "deleted files"}) {
        const bool is_it = kind.count == 1 && name.starts_with(plural) &&
                           (name.size() == plural.size() || name[plural.size()] == ' ');
        if (is_it) name.erase(plural.size() - 1, 1);
    }
    return format_count(kind.count) + " " + escape(name, 64);
}

std::string descriptors(const Look& look) {
    constexpr std::size_t kMostKinds = 4;
    constexpr std::int64_t kMany = 20;
    std::string text = format_count(*look.sample.fds);
    if (look.sample.fds_limit) text += " of " + format_count(*look.sample.fds_limit) + " allowed";
    if (*look.sample.fds < kMany || look.descriptors.empty()) return text;
    std::int64_t rest = *look.sample.fds;
    std::vector<std::string> parts;
    for (std::size_t at = 0; at < std::min(kMostKinds, look.descriptors.size()); ++at) {
        const DescriptorKind& kind = look.descriptors[at];
        parts.push_back(counted(kind));
        rest -= kind.count;
    }
    if (rest > 0) parts.push_back(format_count(rest) + (rest == 1 ? " other" : " others"));
    return text + ": " + join(parts, ", ");
}

// Threads as old as the process are a pool, whatever their number.
bool threads_may_have_grown(const Look& look) {
    if (!look.thread_ages || !look.sample.age) return true;
    return seconds(look.thread_ages->median) < 0.9 * seconds(*look.sample.age);
}

// What an even growth from nothing to here would have been.
std::string since_start(const Look& look) {
    constexpr nanoseconds kTooYoung = std::chrono::seconds(10);
    constexpr std::int64_t kFew = 50;
    const Sample& sample = look.sample;
    if (!sample.age || *sample.age < kTooYoung) return {};
    const double age_s = seconds(*sample.age);
    std::vector<std::string> parts;
    if (const auto bytes = value_of(sample, Series::memory)) {
        parts.push_back(fmt::format("{} of memory", format_rate(static_cast<double>(*bytes) / age_s)));
    }
    const auto count = [&](const std::optional<std::int64_t>& value, const char* name) {
        if (!value || *value < kFew) return;
        parts.push_back(fmt::format("{} {}", format_count_rate(static_cast<double>(*value) / age_s), name));
    };
    if (threads_may_have_grown(look)) count(sample.threads, "threads");
    count(sample.fds, "descriptors");
    if (parts.empty()) return {};
    return line("a guess", "if it began small and grew evenly: " + join(parts, ", "));
}

std::string cpu(const Sample& sample) {
    std::string text = format_duration(*sample.cpu) + " used";
    if (sample.age && *sample.age > nanoseconds{}) {
        text += fmt::format(", {:.1f} % of one CPU on average",
                            100.0 * seconds(*sample.cpu) / seconds(*sample.age));
    }
    return text;
}

// Other language runtimes, and what they keep parked.
std::string runtime_text(const Look& look) {
    std::string text;
    if (!look.dump) return text;
    for (const LanguageRuntime& runtime : look.dump->runtimes) {
        const auto parts = runtime_memory_parts(runtime, look.sample.rss_bytes);
        if (!parts.empty()) text += line("of it", join(parts, ", "));
    }
    for (const std::string& words : runtime_lines(*look.dump)) text += line("runtime", words);
    return text;
}

// What a Go program's memory consists of, and its goroutines.
std::string go_lines(const Look& look) {
    if (!look.dump || !look.dump->go) return {};
    const GoProgram& go = *look.dump->go;
    const auto parts = go_memory_parts(go, look.sample.rss_bytes);
    return (parts.empty() ? std::string() : line("of it", join(parts, ", "))) + line("go", go_count_text(go));
}

// A short row of groups; whoever wants all of them, with names, has a command for it.
std::string stacks(const Look& look, const LookTextStyle& style) {
    if (!look.dump) return look.no_dump.empty() ? std::string() : line("stacks", "none: " + look.no_dump);
    const Dump& dump = *look.dump;
    std::string text =
        line("stacks", fmt::format("{}{} {}, {} distinct, read in {}",
                                   dump.go ? format_count(dump.go->goroutines) + " goroutines and " : "",
                                   dump.go && dump.threads == 0 ? "no" : format_count(dump.threads),
                                   dump.threads == 1 ? "thread" : "threads", dump.groups.size(),
                                   format_duration(dump.took)));
    for (const std::string& warning : dump.warnings) text += line("", warning);
    return text +
           text_groups(dump,
                       {.width = style.width, .colours = style.colours, .most_groups = 3, .most_frames = 3}) +
           "\n";
}

// Its classes are told by our own means.
bool reads_java(const Look& look) {
    const auto is_read = [](const LanguageRuntime& runtime) {
        return runtime.name == "Java" && runtime.refused.empty();
    };
    return look.dump && std::ranges::any_of(look.dump->runtimes, is_read);
}

// What tells of the heap of a language, by its own means or by ours.
std::string heap_command(const Look& look, const std::string& program) {
    const std::string_view name = base_name(look.life.executable);
    const std::int32_t pid = look.life.pid;
    if (name == "java" && !reads_java(look))
        return fmt::format("sudo -u {} jcmd {} GC.class_histogram -all   # its heap by class",
                           escape(look.user, 32), pid);
    if (name == "node" || name == "nodejs")
        return fmt::format("kill -USR1 {}   # opens its inspector: two heap snapshots tell", pid);
    if (look.dump && look.dump->go) return {};  // told above
    return fmt::format("{} heap --for 10m {}   # what of its heap grows, by type", program, pid);
}

std::string next_command(const Look& look, const std::string& program) {
    std::string text;
    if (!look.missing.empty() && look.with_rights.empty()) {
        text += line("missing", join(look.missing, ", ") + ": the kernel keeps them even from root here");
    } else if (!look.missing.empty()) {
        text += line("missing", join(look.missing, ", ") + ": not this user's to see; with the right to:");
        text += line("", look.with_rights);
    }
    text += line("next", fmt::format("{} watch --patience 10m {}   # does it leak? this was a snapshot",
                                     program, look.life.pid));
    if (const std::string heap = heap_command(look, program); look.missing.empty() && !heap.empty())
        text += line("", heap);
    if (look.missing.empty())
        text += line("", fmt::format("{} dump {}   # all its stacks, with names", program, look.life.pid));
    return text;
}

}  // namespace

std::string text_look(const Look& look, const LookTextStyle& style) {
    std::string text = who(look) + family(look, style);
    if (look.life.command_line) text += line("args", escape(*look.life.command_line));
    if (const auto words = state_words(look.state); !words.empty()) text += line("state", words);
    if (look.main_thread_ended)
        text += line("state", "its main thread has ended, others run on; ps calls it defunct");
    text += memory(look);
    if (look.sample.limit) text += line("limit", limit(*look.sample.limit));
    if (look.sample.threads) text += line("threads", threads(look));
    if (look.sample.fds) text += line("fds", descriptors(look));
    if (look.sample.cpu) text += line("cpu", cpu(look.sample));
    text += go_lines(look) + runtime_text(look);
    if (look.heap) text += line("heap", heap_headline(*look.heap));
    text += since_start(look);
    return text + stacks(look, style) + next_command(look, style.program);
}

}  // namespace rampwatch::report
