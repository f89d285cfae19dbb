// SPDX-License-Identifier: MIT
#include "core/prometheus/exposition.h"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <set>

#include "core/base/path.h"
#include "core/base/text.h"
#include "core/model/series.h"
#include "core/model/words.h"

namespace rampwatch::prometheus {
namespace {

using Labels = std::vector<std::pair<std::string, std::string>>;

constexpr std::size_t kMostTypes = 5, kMostLines = 10'000, kLongestLine = 4096, kLongestName = 96;

double seconds(std::chrono::nanoseconds time) { return std::chrono::duration<double>(time).count(); }

class Builder {
  public:
    explicit Builder(const Snapshot& snapshot) : snapshot_(snapshot) {}

    // A family stands where it was first named, so that they come in a fixed order.
    void add(const char* name, const char* help, double value, Labels labels, bool is_counter = false) {
        auto found = std::find_if(families_.begin(), families_.end(),
                                  [&](const Family& one) { return one.name == name; });
        if (found == families_.end())
            found = families_.insert(families_.end(), Family{name, help, is_counter, {}});
        labels.insert(labels.begin(), {"target", snapshot_.target});
        found->points.push_back({std::move(labels), value});
    }
    void count(const char* name, const char* help, double value, Labels labels) {
        add(name, help, value, std::move(labels), true);
    }
    std::vector<Family> take() { return std::move(families_); }

  private:
    const Snapshot& snapshot_;
    std::vector<Family> families_{};
};

Labels with(Labels labels, const char* name, std::string_view value) {
    labels.emplace_back(name, value);
    return labels;
}

void add_sample(Builder& build, const Labels& labels, const Sample& sample) {
    const auto memory = [&](const char* kind, const std::optional<std::int64_t>& bytes) {
        if (bytes)
            build.add("rampwatch_memory_bytes", "Memory of the target, by kind.", static_cast<double>(*bytes),
                      with(labels, "kind", kind));
    };
    memory("rss", sample.rss_bytes);
    memory("anon", sample.anon_bytes);
    memory("file", sample.file_bytes);
    memory("shmem", sample.shmem_bytes);
    memory("swap", sample.swap_bytes);
    for (const SeriesRow& row : kSeriesRows) {
        if (row.metric.empty()) continue;
        if (const auto value = value_of(sample, row.series))
            build.add(row.metric.data(), row.metric_help.data(), static_cast<double>(*value), labels);
    }
    if (sample.limit) {
        build.add("rampwatch_limit_bytes", "The memory limit with the least room left.",
                  static_cast<double>(sample.limit->limit_bytes),
                  with(labels, "limit", word(sample.limit->kind)));
        build.add("rampwatch_limit_used_bytes", "What counts against that limit.",
                  static_cast<double>(sample.limit->used_bytes),
                  with(labels, "limit", word(sample.limit->kind)));
    }
    build.add("rampwatch_last_sample_timestamp_seconds",
              "When the target was last looked at, since the Unix epoch.", seconds(sample.wall), labels);
}

// The limits of descriptors and threads, and when they are met at the present rate.
void add_count_limits(Builder& build, const Labels& labels, const Verdict& verdict) {
    for (const auto& series : verdict.series) {
        if (!series || !series->count_limit) continue;
        const Labels of =
            with(with(labels, "series", word(series->series)), "limit", count_limit_word(series->series));
        build.add("rampwatch_count_limit",
                  "What a count may reach: RLIMIT_NOFILE, or pids.max of the cgroup.",
                  static_cast<double>(series->count_limit->most), of);
        build.add("rampwatch_count_limit_used", "What counts against that limit.",
                  static_cast<double>(series->count_limit->used), of);
        const auto& ahead = series->count_forecast ? series->count_forecast : series->count_limit_near;
        if (ahead && !ahead->beyond)
            build.add("rampwatch_count_limit_seconds", "Time until that limit is met, at the present rate.",
                      ahead->eta_s, of);
    }
}

void add_slopes(Builder& build, const Labels& labels, const Verdict& verdict) {
    for (const auto& series : verdict.series) {
        if (!series || !series->slope_per_s) continue;
        const Labels of = with(labels, "series", word(series->series));
        const bool bytes = is_bytes(series->series);
        const char* name = bytes ? "rampwatch_slope_bytes_per_second" : "rampwatch_slope_per_second";
        const char* help = bytes ? "How fast a series in bytes rises, with its 95 % interval."
                                 : "How fast a counted series rises, with its 95 % interval.";
        build.add(name, help, *series->slope_per_s, with(of, "bound", "estimate"));
        if (!series->slope_ci95_per_s) continue;
        build.add(name, help, series->slope_ci95_per_s->low, with(of, "bound", "low"));
        build.add(name, help, series->slope_ci95_per_s->high, with(of, "bound", "high"));
    }
}

void add_claim(Builder& build, const Labels& labels, Claim claim, const Verdict* verdict) {
    for (const Claim state : {Claim::undecided, Claim::healthy, Claim::growing, Claim::leak})
        build.add("rampwatch_claim", "What is said of the target: one state is 1.", state == claim ? 1 : 0,
                  with(labels, "state", word(state)));
    if (verdict == nullptr) return;
    const auto& ahead = verdict->forecast ? verdict->forecast : verdict->limit_near;
    if (ahead && !ahead->beyond)
        build.add("rampwatch_limit_seconds", "Time until the nearest limit is met, at the present rate.",
                  ahead->eta_s, with(labels, "limit", word(ahead->limit.kind)));
}

std::string group_name(const Group& group) {
    if (group.frames.empty()) return "?";
    const Frame& own = group.frames[std::min(group.own_frame, group.frames.size() - 1)];
    if (own.function) return escape(*own.function, kLongestName);
    if (!own.module) return "?";
    // Two places of a stripped program are two: "pricesd+0x4678a3".
    const std::string_view path = *own.module;
    const std::string_view name = base_name(path);
    return escape(own.offset ? fmt::format("{}+{:#x}", name, *own.offset) : std::string(name), kLongestName);
}

// The top types of what grew: few, since each name is a series.
void add_heap(Builder& build, const Labels& labels, const Dump& dump) {
    if (!dump.heap || !dump.heap->since) return;
    const auto& types = dump.heap->types;
    for (std::size_t i = 0; i < std::min(types.size(), kMostTypes); ++i)
        build.add(
            "rampwatch_heap_growth_bytes",
            "What the heap grew by since its baseline, by type: the top ones, at the last dump.",
            types[i].bytes.value,
            with(with(labels, "rank", std::to_string(i + 1)), "type", escape(types[i].name, kLongestName)));
    if (dump.heap->missing.empty())
        build.add("rampwatch_heap_free_growth_bytes",
                  "What the allocator holds free now, beyond what it held at the baseline.",
                  dump.heap->free_bytes.value, labels);
}

void add_dump(Builder& build, const Labels& labels, const Dump& dump) {
    build.add("rampwatch_dump_timestamp_seconds", "When stacks were last read, since the Unix epoch.",
              seconds(dump.wall), labels);
    build.add("rampwatch_dump_duration_seconds", "How long that took.", seconds(dump.took), labels);
    if (dump.stop_time)
        build.add("rampwatch_dump_stop_seconds", "How long the target was held for it, all stops together.",
                  seconds(*dump.stop_time), labels);
    add_heap(build, labels, dump);
    std::size_t rank = 0;
    for (const Group& group : dump.groups) {
        if (group.runtime_own) continue;
        if (++rank > kMostGroups) return;
        build.add("rampwatch_group_size", "Threads or goroutines in the biggest groups of the last dump.",
                  static_cast<double>(group.count),
                  with(with(labels, "rank", std::to_string(rank)), "function", group_name(group)));
    }
}

void add_target(Builder& build, const TargetFigures& target, bool drill) {
    const Labels labels = {{"scope", target.scope}};
    build.add("rampwatch_up", "1 while the process exists.", target.sample ? 1 : 0, labels);
    build.count("rampwatch_lives_total", "Lives of the target that this watch has seen.", target.lives,
                labels);
    build.count("rampwatch_samples_total", "Looks at the target.", static_cast<double>(target.samples),
                labels);
    if (target.sample) add_sample(build, labels, *target.sample);
    const Verdict* verdict = target.verdict.get();
    if (verdict != nullptr) {
        add_slopes(build, labels, *verdict);
        add_count_limits(build, labels, *verdict);
    }
    if (verdict != nullptr || drill) add_claim(build, labels, drill ? Claim::leak : verdict->claim, verdict);
    if (target.dump) add_dump(build, labels, *target.dump);
}

bool is_name_char(char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_';
}

bool is_ours(std::string_view name) {
    return name.starts_with("rampwatch_") && std::all_of(name.begin(), name.end(), is_name_char);
}

// name="value",... up to "}"; false where it is not so. What was read is cut off `line`.
bool take_labels(std::string_view& line, Labels& labels) {
    while (!line.starts_with('}')) {
        const auto equals = line.find("=\"");
        if (equals == std::string_view::npos) return false;
        std::string name(line.substr(0, equals)), value;
        line.remove_prefix(equals + 2);
        while (!line.empty() && line.front() != '"') {
            if (line.front() == '\\' && line.size() > 1)
                line.remove_prefix(1), value += line.front() == 'n' ? '\n' : line.front();
            else
                value += line.front();
            line.remove_prefix(1);
        }
        if (line.empty() || name.empty() || !std::all_of(name.begin(), name.end(), is_name_char))
            return false;
        line.remove_prefix(1);
        labels.emplace_back(std::move(name), std::move(value));
        if (line.starts_with(',')) line.remove_prefix(1);
    }
    line.remove_prefix(1);
    return true;
}

struct Comment {
    bool help = false;  // else the type
    std::string_view text{};
};

std::optional<Comment> read_comment(std::string_view line, std::string_view& name) {
    constexpr std::string_view kHelp = "# HELP ", kType = "# TYPE ";
    const bool help = line.starts_with(kHelp);
    if (!help && !line.starts_with(kType)) return std::nullopt;
    line.remove_prefix(kHelp.size());
    const auto blank = line.find(' ');
    name = line.substr(0, blank);
    if (blank == std::string_view::npos || !is_ours(name)) return std::nullopt;
    return Comment{help, line.substr(blank + 1)};
}

bool read_point(std::string_view line, std::string_view& name, Point& point) {
    const auto end = line.find_first_of(" {");
    if (end == std::string_view::npos) return false;
    name = line.substr(0, end);
    line.remove_prefix(end);
    if (line.starts_with('{')) {
        line.remove_prefix(1);
        if (!take_labels(line, point.labels)) return false;
    }
    const auto value = parse_number(trim(line));
    if (!value || !is_ours(name)) return false;
    point.value = *value;
    return true;
}

}  // namespace

std::vector<Family> families_of(const Snapshot& snapshot) {
    Builder build(snapshot);
    for (const TargetFigures& target : snapshot.targets)
        add_target(build, target, snapshot.drill && target.scope == "main");
    build.count("rampwatch_missed_ticks_total", "Ticks without a look: suspend, or a starved host.",
                static_cast<double>(snapshot.missed_ticks), {});
    build.count("rampwatch_own_cpu_seconds_total", "CPU time that the watcher itself has used.",
                seconds(snapshot.own_cpu), {});
    build.add("rampwatch_own_memory_bytes", "Resident memory of the watcher itself.",
              static_cast<double>(snapshot.own_rss_bytes), {});
    build.add("rampwatch_drill", "1 while an alarm is only a test.", snapshot.drill ? 1 : 0, {});
    build.add("rampwatch_info", "The watcher's version.", 1, {{"version", snapshot.version}});
    return build.take();
}

std::vector<Family> read_families(const std::vector<std::string>& texts) {
    std::map<std::string, Family, std::less<>> all;
    std::set<std::pair<std::string, Labels>> seen;
    const auto family = [&](std::string_view name) -> Family& {
        Family& found = all[std::string(name)];
        found.name = name;
        return found;
    };
    for (const std::string& text : texts) {
        std::size_t lines = 0;
        for (std::string_view line : split(text, '\n')) {
            if (++lines > kMostLines) break;
            if (line.empty() || line.size() > kLongestLine) continue;
            std::string_view name;
            if (const auto comment = read_comment(line, name)) {
                if (comment->help)
                    family(name).help = comment->text;
                else
                    family(name).is_counter = comment->text == "counter";
                continue;
            }
            Point point;
            if (!read_point(line, name, point)) continue;
            // A series that is there twice would make Prometheus refuse all of them.
            if (seen.emplace(name, point.labels).second) family(name).points.push_back(std::move(point));
        }
    }
    std::vector<Family> families;
    for (auto& [name, one] : all)
        if (!one.points.empty()) families.push_back(std::move(one));
    return families;
}

}  // namespace rampwatch::prometheus
