// SPDX-License-Identifier: MIT
// Which metrics there are, as text, and read back.
#include <algorithm>

#include "core/prometheus/exposition.h"
#include "core/prometheus/metrics.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::prometheus;
using namespace std::chrono_literals;

namespace {

Snapshot leaking_nginx() {
    Verdict verdict{.claim = Claim::leak, .leading = Series::memory};
    verdict.series[index(Series::memory)] =
        SeriesVerdict{.claim = Claim::leak, .slope_per_s = 1024.0, .slope_ci95_per_s = Interval{900, 1100}};
    verdict.forecast = Forecast{.limit = {LimitKind::cgroup_max, 1 << 30, 1 << 20}, .eta_s = 3600};
    Dump dump{.wall = 1764000000s, .took = 20ms};
    for (int number = 0; number < 9; ++number)
        dump.groups.push_back(
            {.count = 100 - number, .frames = {Frame{.function = "f" + std::to_string(number)}}});
    TargetFigures main{.scope = "main", .lives = 2, .samples = 40};
    main.sample = Sample{.wall = 1764000001s, .rss_bytes = 4096, .anon_bytes = 2048, .threads = 7};
    main.verdict = std::make_shared<const Verdict>(verdict);
    main.dump = std::make_shared<const Dump>(dump);
    return {.target = "nginx.service", .targets = {main}, .missed_ticks = 3, .version = "1"};
}

const Family* find(const std::vector<Family>& families, std::string_view name) {
    const auto found =
        std::find_if(families.begin(), families.end(), [&](const Family& one) { return one.name == name; });
    return found == families.end() ? nullptr : &*found;
}

// Of the point that has all of these labels.
std::optional<double> value(const std::vector<Family>& families, std::string_view name,
                            const std::vector<std::pair<std::string, std::string>>& labels = {}) {
    const Family* family = find(families, name);
    if (family == nullptr) return std::nullopt;
    for (const Point& point : family->points) {
        const bool all = std::all_of(labels.begin(), labels.end(), [&](const auto& label) {
            return std::find(point.labels.begin(), point.labels.end(), label) != point.labels.end();
        });
        if (all) return point.value;
    }
    return std::nullopt;
}

}  // namespace

TEST_CASE("a claim is a state set, of which one is 1", "[prometheus]") {
    const auto families = families_of(leaking_nginx());
    CHECK(value(families, "rampwatch_claim", {{"state", "leak"}, {"target", "nginx.service"}}) == 1.0);
    CHECK(value(families, "rampwatch_claim", {{"state", "growing"}}) == 0.0);
    CHECK(find(families, "rampwatch_claim")->points.size() == 4);
}

TEST_CASE("metrics have the limits of counts, and the seconds to them where they are near", "[prometheus]") {
    Snapshot snapshot = leaking_nginx();
    Verdict verdict = *snapshot.targets[0].verdict;
    SeriesVerdict fds{.series = Series::fds};
    fds.count_limit = CountLimit{1024, 940};
    fds.count_limit_near = CountForecast{.limit = {1024, 940}, .eta_s = 11160};
    verdict.series[index(Series::fds)] = fds;
    snapshot.targets[0].verdict = std::make_shared<const Verdict>(verdict);
    const auto families = families_of(snapshot);
    CHECK(value(families, "rampwatch_count_limit", {{"series", "fds"}, {"limit", "rlimit_nofile"}}) ==
          1024.0);
    CHECK(value(families, "rampwatch_count_limit_used", {{"series", "fds"}}) == 940.0);
    CHECK(value(families, "rampwatch_count_limit_seconds", {{"series", "fds"}}) == 11160.0);
}

TEST_CASE("metrics have the slope with its interval and the seconds to the limit", "[prometheus]") {
    const auto families = families_of(leaking_nginx());
    CHECK(value(families, "rampwatch_slope_bytes_per_second", {{"bound", "low"}}) == 900.0);
    CHECK(value(families, "rampwatch_slope_bytes_per_second", {{"bound", "high"}}) == 1100.0);
    CHECK(value(families, "rampwatch_limit_seconds", {{"limit", "cgroup_max"}}) == 3600.0);
    CHECK(value(families, "rampwatch_memory_bytes", {{"kind", "rss"}}) == 4096.0);
    CHECK_FALSE(value(families, "rampwatch_memory_bytes", {{"kind", "swap"}}));
}

TEST_CASE("each series that a sample has is a metric, old threads too", "[prometheus]") {
    Snapshot snapshot = leaking_nginx();
    snapshot.targets[0].sample->aged_threads = 3;
    snapshot.targets[0].sample->aged_goroutines = 4;
    const auto families = families_of(snapshot);
    CHECK(value(families, "rampwatch_threads") == 7.0);
    CHECK(value(families, "rampwatch_aged_threads") == 3.0);
    CHECK(value(families, "rampwatch_aged_goroutines") == 4.0);
    CHECK_FALSE(value(families, "rampwatch_goroutines"));
}

TEST_CASE("of a dump's groups the five biggest are metrics", "[prometheus]") {
    const auto families = families_of(leaking_nginx());
    CHECK(find(families, "rampwatch_group_size")->points.size() == 5);
    CHECK(value(families, "rampwatch_group_size", {{"rank", "1"}, {"function", "f0"}}) == 100.0);
}

TEST_CASE("a drill claims a leak of the main process and says that it is one", "[prometheus]") {
    Snapshot snapshot = leaking_nginx();
    snapshot.targets.front().verdict = std::make_shared<const Verdict>(Verdict{.claim = Claim::healthy});
    snapshot.drill = true;
    const auto families = families_of(snapshot);
    CHECK(value(families, "rampwatch_claim", {{"state", "leak"}}) == 1.0);
    CHECK(value(families, "rampwatch_drill") == 1.0);
}

TEST_CASE("a target without a process is down and has no last look", "[prometheus]") {
    Snapshot snapshot = leaking_nginx();
    snapshot.targets.front().sample.reset();
    const auto families = families_of(snapshot);
    CHECK(value(families, "rampwatch_up") == 0.0);
    CHECK(find(families, "rampwatch_last_sample_timestamp_seconds") == nullptr);
}

TEST_CASE("names follow the conventions", "[prometheus]") {
    for (const Family& family : families_of(leaking_nginx())) {
        INFO(family.name);
        CHECK(family.name.starts_with("rampwatch_"));
        CHECK(family.name.ends_with("_total") == family.is_counter);
        CHECK(family.help.ends_with('.'));
    }
}

TEST_CASE("what was written is read back, whatever is in a name", "[prometheus]") {
    Snapshot snapshot = leaking_nginx();
    snapshot.target = "odd\"\\ \n{x=\"y\"},.service";
    auto before = families_of(snapshot);
    const auto text = metrics_text(before);
    if (!text) {  // built without prometheus-cpp
        CHECK(text.error().kind == Error::Kind::unavailable);
        return;
    }
    auto after = read_families({*text});
    const auto by_name = [](const Family& a, const Family& b) { return a.name < b.name; };
    std::sort(before.begin(), before.end(), by_name);
    std::sort(after.begin(), after.end(), by_name);
    CHECK(after == before);
}

TEST_CASE("files of several watches become one set of families", "[prometheus]") {
    const auto families =
        read_families({"# HELP rampwatch_up Up.\n# TYPE rampwatch_up gauge\nrampwatch_up{target=\"a\"} 1\n",
                       "# TYPE rampwatch_up gauge\nrampwatch_up{target=\"b\"} 0\n"});
    REQUIRE(families.size() == 1);
    CHECK(families.front().points.size() == 2);
    CHECK(value(families, "rampwatch_up", {{"target", "b"}}) == 0.0);
}

TEST_CASE("the same series in two files is told once", "[prometheus]") {
    const auto families = read_families({"rampwatch_up{target=\"a\"} 1\n", "rampwatch_up{target=\"a\"} 0\n"});
    REQUIRE(families.size() == 1);
    CHECK(families.front().points.size() == 1);
}

TEST_CASE("what is not ours or not well-formed in a file is left out", "[prometheus]") {
    const auto families =
        read_families({"node_load1 3\nrampwatch_up{target=\"a} 1\nrampwatch_up{target=} 1\n"
                       "rampwatch_up{\nrampwatch_up\nrampwatch_up 1e999\nrampwatch_up x\n"
                       "rampwatch_up{a=\"b\"\n# HELP\n# TYPE rampwatch_x\n" +
                       std::string(10000, 'x') + "\nrampwatch_down 2"});
    REQUIRE(families.size() == 1);
    CHECK(families.front().name == "rampwatch_down");
}
