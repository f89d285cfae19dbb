// SPDX-License-Identifier: MIT
#include "cli/options/fleet_options.h"

#include <fmt/format.h>

#include <algorithm>
#include <thread>

#include "cli/console/command.h"
#include "cli/console/exit.h"
#include "core/base/input.h"
#include "core/base/moment.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/readers/metric_kind.h"

namespace rampwatch::cli {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::size_t kLongestSecret = 16384;
constexpr std::size_t kMostLooks = 2'000'000;
constexpr int kFewestLooks = 50;  // in a patience: fewer are not judged
constexpr unsigned kMostJobs = 16;

Error refuse(std::string_view option, std::string what, std::string hint) {
    return {Error::Kind::bad_input, std::move(what), std::string(option), std::move(hint)};
}

// Up to before "/api/v1".
Result<std::string> read_url(std::string url) {
    if (!url.starts_with("http://") && !url.starts_with("https://"))
        return refuse("--prometheus", "not a URL of http or https: " + escape(url, 80),
                      "such as http://prometheus:9090");
    const auto place = url.substr(url.find("//") + 2);
    if (place.substr(0, place.find('/')).find('@') != std::string::npos)
        return refuse("--prometheus", "a password in a URL can be seen by everybody on this host",
                      "write it into a file for --basic-auth-file");
    if (url.find_first_of("?#") != std::string::npos)
        return refuse("--prometheus", "the URL has a query: " + escape(url, 80),
                      "give what stands before /api/v1");
    if (const auto api = url.find("/api/v1"); api != std::string::npos) url.resize(api);
    while (url.ends_with('/')) url.pop_back();
    return url;
}

// The one line of a file; never named in a message.
Result<std::string> read_secret(const std::string& path, std::string_view option) {
    auto text = read_input(path, kLongestSecret);
    if (!text) return placed(text.error(), std::string(option));
    const std::string secret(trim(*text));
    const bool is_odd =
        std::any_of(secret.begin(), secret.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
    if (secret.empty() || is_odd)
        return refuse(option, "not a file of one line with a secret: " + escape(path, 200), {});
    return secret;
}

Result<HttpAccess> read_access(const FleetOptions& options) {
    HttpAccess access;
    if (options.bearer_file) {
        auto secret = read_secret(*options.bearer_file, "--bearer-file");
        if (!secret) return secret.error();
        access.bearer = *secret;
    }
    if (options.basic_file) {
        auto secret = read_secret(*options.basic_file, "--basic-auth-file");
        if (!secret) return secret.error();
        if (secret->find(':') == std::string::npos)
            return refuse("--basic-auth-file", "no colon between user and password",
                          "its one line is USER:PASSWORD");
        access.user_password = *secret;
    }
    for (const std::string& header : options.headers) {
        const auto colon = header.find(':');
        const bool is_odd =
            std::any_of(header.begin(), header.end(), [](unsigned char c) { return c < 0x20 || c == 0x7f; });
        if (colon == 0 || colon == std::string::npos || is_odd)
            return refuse("--header", "not a header: " + escape(header, 80),
                          "such as \"X-Scope-OrgID: team-a\"");
        access.headers.push_back(header);
    }
    access.ca_file = options.ca_file.value_or("");
    const auto timeout = placed(parse_duration(options.timeout), "--timeout");
    if (!timeout) return timeout.error();
    if (*timeout < 1s || *timeout > 1h)
        return refuse("--timeout", "out of range: " + escape(options.timeout, 64), "from 1s to 1h");
    access.patience = *timeout;
    access.longest = 10 * *timeout;
    return access;
}

std::string preset_names() {
    std::string names;
    for (const fleet::Preset& preset : fleet::presets())
        names += (names.empty() ? "" : ", ") + std::string(preset.name);
    return names;
}

// A query of one metric that no preset knows.
Result<harvest::Query> one_metric(fleet::Selector selector, const std::string& name) {
    const auto kind = readers::kind_of(name);
    if (name.empty()) return refuse("--query", "it names no metric", "name one, or give a --preset");
    if (!kind.is_judged)
        return refuse("--query",
                      "not a size of memory, nor a count of threads or descriptors: " + escape(name, 100),
                      "a gauge, such as process_resident_memory_bytes");
    return harvest::Query{.selector = std::move(selector), .only = kind.series};
}

Result<harvest::Query> read_query(const FleetOptions& options) {
    const fleet::Preset* preset = nullptr;
    if (options.preset) {
        preset = fleet::preset_named(*options.preset);
        if (preset == nullptr)
            return refuse("--preset", "no such preset: " + escape(*options.preset, 64), preset_names());
    }
    if (!options.query && preset == nullptr)
        return refuse("--query", "which series?", "--query 'METRIC{LABELS}', or --preset: " + preset_names());
    const std::string text = options.query.value_or(std::string(preset != nullptr ? preset->base : ""));
    if (text.empty()) return harvest::Query{.preset = preset};
    auto selector = placed(fleet::parse_selector(text), "--query");
    if (!selector) return selector.error();
    const std::string name = fleet::name_in(*selector);
    const fleet::Preset* own = fleet::preset_of(name);
    if (preset == nullptr) preset = own;
    if (preset == nullptr) return one_metric(std::move(*selector), name);
    const bool is_in = name.empty() || std::any_of(preset->metrics.begin(), preset->metrics.end(),
                                                   [&](const auto& metric) { return metric.name == name; });
    if (!is_in)
        return refuse("--query",
                      fmt::format("{} is not a metric of the preset {}", escape(name, 100), preset->name),
                      "leave the name or the preset out");
    std::erase_if(*selector, [](const fleet::Matcher& matcher) { return matcher.name == "__name__"; });
    return harvest::Query{.selector = std::move(*selector), .preset = preset};
}

Result<fleet::Grid> read_grid(const FleetOptions& options, nanoseconds patience, nanoseconds now) {
    const auto since = placed(parse_moment(options.since, now), "--since");
    if (!since) return since.error();
    nanoseconds until = now;
    if (!options.until.empty()) {
        const auto moment = placed(parse_moment(options.until, now), "--until");
        if (!moment) return moment.error();
        until = std::min(*moment, now);
    }
    if (*since >= until || *since < 0s)
        return refuse("--since", "ends before it begins", "such as --since 9d --until 1h");
    nanoseconds step = fleet::step_for(patience);
    if (options.step) {
        const auto given = placed(parse_duration(*options.step), "--step");
        if (!given) return given.error();
        if (*given < 1s || *given * kFewestLooks > patience)
            return refuse("--step", "out of range: " + escape(*options.step, 64),
                          fmt::format("from 1s to {}: at least {} samples in a patience are needed",
                                      duration_word(patience / kFewestLooks), kFewestLooks));
        step = *given;
    }
    const auto ms = [](nanoseconds time) { return time.count() / 1'000'000; };
    const auto grid = fleet::grid_between(ms(*since), ms(until), ms(step));
    if (grid.count > kMostLooks)
        return refuse("--since", fmt::format("{} samples of each series are too many", grid.count),
                      fmt::format("at most {}; --step sets them further apart", kMostLooks));
    return grid;
}

Result<void> read_shard(const FleetOptions& options, harvest::Settings& settings) {
    if (options.shard.empty()) return {};
    const auto parts = split(options.shard, '/');
    const auto number = parse_count(parts.front()), of = parse_count(parts.back());
    if (parts.size() != 2 || !number || !of || *of < 1 || *of > 1'000'000 || *number >= *of)
        return refuse("--shard", "not a shard: " + escape(options.shard, 64),
                      "K/N, K from 0 to N-1: such as 0/16");
    settings.shard = static_cast<std::uint32_t>(*number);
    settings.shards = static_cast<std::uint32_t>(*of);
    return {};
}

Result<unsigned> read_jobs(const FleetOptions& options) {
    if (options.jobs.empty()) return std::clamp(std::thread::hardware_concurrency(), 1U, 4U);
    const auto jobs = parse_count(options.jobs);
    if (!jobs || *jobs < 1 || *jobs > kMostJobs)
        return refuse("--jobs", "out of range: " + escape(options.jobs, 64),
                      fmt::format("from 1 to {}", kMostJobs));
    return static_cast<unsigned>(*jobs);
}

}  // namespace

void add_fleet_options(Command& command, FleetOptions& options) {
    command.heading = "Which series";
    command.add("--prometheus URL", &options.url, "the server's URL, without /api/v1").required();
    command.add("--query SELECTOR", &options.query, "which series: a metric with labels");
    command.add("--preset NAME", &options.preset,
                "which metrics of a target belong together: process, container, jvm or node [the one "
                "with the metric of --query]");
    command
        .add("--source SOURCE", &options.source, "how values are fetched; auto: the cheapest way that works")
        .one_of({"auto", "export", "remote-read", "range"});
    command.add("--since TIME", &options.since, "judge from then on: \"9d\" ago, or a date");
    command.add("--until TIME", &options.until, "judge until then [now]");
    command.add("--step DURATION", &options.step,
                "time between two samples [a 540th of the patience, in round figures]");
    add_judge_options(command, options.judge);
    command.heading = "How the server is asked";
    command.add("--shard K/N", &options.shard, "only these targets: the Kth of N parts, from 0");
    command.add("--jobs N", &options.jobs, "requests at once [one per core, at most 4]");
    command.add("--bearer-file FILE", &options.bearer_file, "send the token that is in this file");
    command.add("--basic-auth-file FILE", &options.basic_file, "send USER:PASSWORD, which is in this file");
    command.add("--header HEADER", &options.headers,
                "send this header, as \"X-Scope-OrgID: team-a\"; repeatable");
    command.add("--ca-file FILE", &options.ca_file, "trust these certificates, PEM [those of the system]");
    command.add("--timeout DURATION", &options.timeout, "how long the server may be silent");
}

Result<harvest::Settings> read_fleet_options(const FleetOptions& options, nanoseconds now) {
    harvest::Settings settings;
    const auto judge = read_judge_options(options.judge);
    if (!judge) return judge.error();
    settings.judge = *judge;
    auto url = read_url(options.url);
    if (!url) return url.error();
    settings.server.url = *url;
    auto access = read_access(options);
    if (!access) return access.error();
    settings.server.access = *access;
    auto query = read_query(options);
    if (!query) return query.error();
    settings.query = *query;
    settings.protocol = harvest::protocol_named(options.source);
    const auto grid = read_grid(options, judge->patience, now);
    if (!grid) return grid.error();
    settings.grid = *grid;
    if (const auto shard = read_shard(options, settings); !shard) return shard.error();
    const auto jobs = read_jobs(options);
    if (!jobs) return jobs.error();
    settings.workers = *jobs;
    return settings;
}

}  // namespace rampwatch::cli
