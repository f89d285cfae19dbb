// SPDX-License-Identifier: MIT
// rampwatch rules: what Prometheus itself can watch between two runs of `fleet`.
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <cstring>
#include <memory>

#include "cli/commands/commands.h"
#include "cli/console/exit.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/base/whole_file.h"
#include "core/fleet/preset.h"
#include "core/fleet/selector.h"
#include "core/readers/metric_kind.h"
#include "core/report/stand_in_rules.h"

namespace rampwatch::cli {
namespace {

constexpr const char* kExamples = R"(Examples:
  rampwatch rules --preset container -o /etc/prometheus/rules/leaks.yml
  rampwatch rules --query 'process_resident_memory_bytes{job="api"}'
  rampwatch rules --preset jvm | promtool check rules)";

struct Options {
    std::optional<std::string> query{}, preset{};
    std::string min_growth = "16M", output{};
};

Error refuse(std::string_view option, std::string what, std::string hint) {
    return {Error::Kind::bad_input, std::move(what), std::string(option), std::move(hint)};
}

// A line feed would end the rule's text, and so would whatever YAML takes for one.
bool is_printable(std::string text) {
    std::erase(text, '\\');
    return escape(text) == text;
}
bool is_printable(const fleet::Selector& selector) {
    return std::all_of(selector.begin(), selector.end(), [](const fleet::Matcher& matcher) {
        return is_printable(matcher.name) && is_printable(matcher.value);
    });
}

std::string with_metric(fleet::Selector selector, const fleet::Metric& metric) {
    if (!metric.label.empty())
        selector.push_back(
            {fleet::Matcher::Kind::matches, std::string(metric.label), std::string(metric.pattern)});
    return std::string(metric.name) + (selector.empty() ? std::string() : selector_text(selector));
}

// A name that PromQL takes before the braces.
bool is_plain(std::string_view name) {
    return std::all_of(name.begin(), name.end(), [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c == ':';
    });
}

// Those that are judged as memory; where a target has none of its own, what is resident.
std::vector<std::string> selectors_of(const fleet::Preset& preset, const fleet::Selector& selector) {
    for (const fleet::Role role : {fleet::Role::memory, fleet::Role::resident}) {
        std::vector<std::string> texts;
        for (const fleet::Metric& metric : preset.metrics)
            if (metric.role == role) texts.push_back(with_metric(selector, metric));
        if (!texts.empty()) return texts;
    }
    return {};
}

Result<std::vector<std::string>> read_selectors(const Options& options) {
    const fleet::Preset* preset = options.preset ? fleet::preset_named(*options.preset) : nullptr;
    if (!options.query && preset == nullptr)
        return refuse("--query", "which series?", "--query 'METRIC{LABELS}', or --preset NAME");
    const std::string text = options.query.value_or(std::string(preset != nullptr ? preset->base : ""));
    fleet::Selector selector;
    if (!text.empty()) {
        const auto parsed = fleet::parse_selector(text);
        if (!parsed) return refuse("--query", parsed.error().what, parsed.error().hint);
        selector = *parsed;
    }
    if (!is_printable(selector)) return refuse("--query", "it has a control character", {});
    const std::string name = fleet::name_in(selector);
    if (preset == nullptr || !name.empty()) {
        if (preset != nullptr)
            return refuse("--query", "both a metric and a preset", "leave the name or the preset out");
        const auto kind = readers::kind_of(name);
        if (name.empty() || !kind.is_judged || kind.series != Series::memory)
            return refuse("--query", "not a metric of memory: " + escape(text, 100),
                          "a gauge in bytes, such as process_resident_memory_bytes");
        if (!is_plain(name)) return std::vector<std::string>{selector_text(selector)};
        std::erase_if(selector, [](const fleet::Matcher& matcher) { return matcher.name == "__name__"; });
        return std::vector<std::string>{with_metric(std::move(selector), {.name = name})};
    }
    return selectors_of(*preset, selector);
}

// What a person may type to have the Judge look.
std::string command_of(const Options& options) {
    std::string command = "rampwatch fleet --prometheus URL";
    if (options.preset) command += " --preset " + *options.preset;
    if (options.query) {
        std::string quoted;
        for (const char byte : *options.query) quoted += byte == '\'' ? "'\\''" : std::string(1, byte);
        command += " --query '" + quoted + "'";
    }
    return command;
}

int run_rules(const Options& options) {
    const auto growth = parse_size(options.min_growth);
    if (!growth || *growth < 1)
        return complain(
            refuse("--min-growth", "not such a size: " + escape(options.min_growth, 64), "such as 16M"));
    auto selectors = read_selectors(options);
    if (!selectors) return complain(selectors.error());
    const std::string text = report::stand_in_rules(
        {.selectors = std::move(*selectors), .min_growth_bytes = *growth, .ask = command_of(options)});
    if (!options.output.empty()) {
        const auto written = write_whole(options.output, text, 0666);
        return written ? static_cast<int>(Exit::healthy) : complain(written.error());
    }
    if (std::fwrite(text.data(), 1, text.size(), stdout) == text.size() && std::fflush(stdout) == 0)
        return static_cast<int>(Exit::healthy);
    return complain(
        {Error::Kind::io, fmt::format("cannot write: {}", std::strerror(errno)), "standard output", {}});
}

}  // namespace

Command rules_command() {
    Command command{.name = "rules", .about = "write rules by which Prometheus itself warns of likely leaks"};
    command.footer = kExamples;
    auto options = std::make_shared<Options>();
    command.add("--query SELECTOR", &options->query, "which series: a gauge in bytes, with labels");
    std::vector<std::string> names;
    for (const fleet::Preset& preset : fleet::presets()) names.emplace_back(preset.name);
    command.add("--preset NAME", &options->preset, "the memory metric of this preset of fleet")
        .one_of(std::move(names));
    command.add("--min-growth SIZE", &options->min_growth, "the smallest growth in a day that counts");
    command.add("-o,--output FILE", &options->output, "write to this file, whole or not at all");
    command.run = [options] { return run_rules(*options); };
    return command;
}

}  // namespace rampwatch::cli
