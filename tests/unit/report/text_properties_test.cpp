// SPDX-License-Identifier: MIT
// What a verdict says of a life must not contradict itself, whatever the life: tried over simulated ones, at
// many of their hours, and over the recordings that the score is made of.
#include <fmt/format.h>

#include <cmath>
#include <filesystem>
#include <functional>
#include <map>
#include <random>
#include <regex>
#include <string>
#include <vector>

#include "core/base/text.h"
#include "core/batch/judge_all.h"
#include "core/report/text_verdict.h"
#include "core/report/verdict_words.h"
#include "core/trend/judge.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::report;
using std::chrono::nanoseconds;

namespace {

constexpr double kMiB = 1 << 20;

// Of a time in patiences.
using Course = std::function<double(double)>;

const std::map<std::string, Course> kMemories = {
    {"level", [](double) { return 200.0; }},
    {"ramp", [](double t) { return 200 + 40 * t; }},
    {"slow ramp in a big process", [](double t) { return 3000 + 20 * t; }},
    {"ramp from nothing", [](double t) { return 2 + 60 * t; }},
    {"fill", [](double t) { return 100 + 300 * (1 - std::exp(-t / 1.5)); }},
    {"fill and a plateau", [](double t) { return 100 + std::min(40 * t, 90.0); }},
    {"one step", [](double t) { return t < 2 ? 100.0 : 180.0; }},
    {"stairs", [](double t) { return 100 + 45 * std::floor(t); }},
    {"teeth", [](double t) { return 100 + 120 * std::fmod(t * 7, 1); }},
    {"rising teeth", [](double t) { return 100 + 30 * t + 90 * std::fmod(t * 7, 1); }},
    {"wave", [](double t) { return 300 + 80 * std::sin(t * 2 * 3.14159 / 2.67); }},
    {"wave and ramp", [](double t) { return 300 + 35 * t + 60 * std::sin(t * 2 * 3.14159 / 2.67); }},
    {"given back", [](double t) { return t < 3 ? 100 + 80 * t : 120; }},
};
const std::map<std::string, Course> kThreads = {
    {"level", [](double) { return 12.0; }},
    {"with memory", [](double t) { return 12 + 60 * t; }},
    {"a few more", [](double t) { return 12 + 5 * t; }},
    {"from nothing to level", [](double t) { return t < .2 ? 1.0 : 40.0; }},
};

struct SimulatedLife {
    Course memory, threads;
    bool is_go = false;
    double patience_h = 9, noise = 0;
    std::chrono::seconds interval{60};
};

Sample look_at(const SimulatedLife& life, nanoseconds now, std::mt19937& random) {
    const double t = std::chrono::duration<double, std::ratio<3600>>(now).count() / life.patience_h;
    std::normal_distribution<double> noise(0, 1);
    Sample sample{.mono = now, .wall = now + std::chrono::hours(480000)};
    const double mib = std::max(1.0, life.memory(t) + life.noise * noise(random));
    sample.rss_bytes = static_cast<std::int64_t>(mib * kMiB);
    sample.anon_bytes = sample.rss_bytes;
    sample.threads = static_cast<std::int64_t>(life.threads(t));
    sample.aged_threads = static_cast<std::int64_t>(t > .25 ? life.threads(t - .25) : 0);
    sample.fds = 40;
    sample.age = now + std::chrono::minutes(3);
    if (life.is_go) {
        sample.goroutines = *sample.threads * 20;
        sample.aged_goroutines = *sample.aged_threads * 20;
        sample.go_heap_marked_bytes = sample.rss_bytes / 2;
    }
    return sample;
}

struct Text {
    std::vector<std::string> lines{};
    std::multimap<std::string, std::string> by_label{};
};

Text read(const std::string& text) {
    Text found;
    for (const std::string_view line : split(text, '\n')) {
        if (line.empty()) continue;
        found.lines.emplace_back(line);
        if (line.starts_with("  ") && line.size() > 16 && line[2] != ' ')
            found.by_label.emplace(trim(line.substr(2, 14)), trim(line.substr(16)));
    }
    return found;
}

bool says_rise(const std::string& words) {
    for (const char* word : {"grew", "rose", "rises", "a rising", "warming"})
        if (words.starts_with(word)) return true;
    return words.find("more than at the start") != std::string::npos;
}

bool says_level(const std::string& words) {
    for (const char* word : {"level", "gives back", "wanders", "one step", "sawtooth", "a wave"})
        if (words.starts_with(word)) return words.find("more than at the start") == std::string::npos;
    return false;
}

// Rates in one line are in one unit.
void check_units(const std::string& line) {
    static const std::regex rate(R"([+-]\d[\d.,]* ?([KMGT]?i?B)?/(s|min|h|d)\b)");
    std::string unit;
    for (std::sregex_iterator at(line.begin(), line.end(), rate), end; at != end; ++at) {
        const std::string one = (*at)[1].str() + "/" + (*at)[2].str();
        if (unit.empty()) unit = one;
        CHECK(one == unit);
    }
}

void check_cause(const Text& text) {
    const auto cause = text.by_label.find("likely cause");
    if (cause == text.by_label.end()) return;
    for (const Series series : kAllSeries) {
        const std::string name(people_word(series));
        const auto beside = text.by_label.find(name);
        if (beside == text.by_label.end()) continue;
        const std::string& words = cause->second;
        const auto at = words.find(name + " ");
        const bool is_whole_word = at != std::string::npos && (at == 0 || words[at - 1] == ' ') &&
                                   (at < 4 || words.substr(at - 4, 4) != "old ");
        if (!is_whole_word) continue;
        const std::string rest = words.substr(at + name.size() + 1);
        if (rest.starts_with("grow with") || rest.starts_with("rose with"))
            CHECK_FALSE(says_level(beside->second));
    }
    if (cause->second.find("do not grow") != std::string::npos) {
        for (const Series series : {Series::threads, Series::fds}) {
            const auto beside = text.by_label.find(std::string(people_word(series)));
            if (beside != text.by_label.end()) CHECK_FALSE(says_rise(beside->second));
        }
    }
}

void check_text(const Verdict& verdict, const VerdictContext& context) {
    const std::string whole = text_verdict(verdict, context);
    CAPTURE(whole);
    const Text text = read(whole);
    REQUIRE(!text.lines.empty());
    const std::string& head = text.lines.front();
    for (auto one = text.by_label.begin(); one != text.by_label.end(); ++one)
        CHECK(text.by_label.count(one->first) == 1);  // one line, one claim
    const SeriesVerdict* lead = leader(verdict);
    if (lead != nullptr) CHECK(text.by_label.count(std::string(people_word(lead->series))) == 0);
    for (const auto& [label, words] : text.by_label)
        if (label == "how fast") check_units(words);
    check_cause(text);
    // A line that rises is never healthy; what is healthy does not name a cause.
    if (head.starts_with("healthy: ")) {
        CHECK(head.find("rises in a line") == std::string::npos);
        CHECK(text.by_label.count("likely cause") == 0);
    }
    CHECK((verdict.claim == Claim::leak) == head.starts_with("LEAK, "));
    CHECK((verdict.claim == Claim::growing) == head.starts_with("steady growth: "));
    if (lead != nullptr && head.find("at the earliest") != std::string::npos)
        CHECK(verdict.now - lead->onset.value_or(verdict.started) < verdict.patience);
    const auto since = text.by_label.find("since");
    if (since != text.by_label.end() && since->second.find("before the first look") != std::string::npos)
        CHECK(since->second.find("it began within") == std::string::npos);
    if (text.by_label.count("not excluded") > 0) CHECK(verdict.claim == Claim::healthy);
}

void live(const SimulatedLife& life, double patiences) {
    std::mt19937 random(4711);
    const auto patience = nanoseconds(static_cast<std::int64_t>(life.patience_h * 3.6e12));
    trend::Judge judge({.patience = patience});
    VerdictContext context;
    const int looks =
        static_cast<int>(patiences * life.patience_h * 3600 / static_cast<double>(life.interval.count()));
    for (int i = 1; i <= looks; ++i) {
        const Sample sample = look_at(life, i * life.interval, random);
        if (!context.first) context.first = sample;
        context.last = sample;
        judge.add(sample);
        if (i % std::max(looks / 16, 1) == 0) check_text(judge.verdict(), context);
    }
}

}  // namespace

TEST_CASE("no text about a life contradicts itself, at any hour of it", "[report]") {
    for (const auto& [memory, course] : kMemories) {
        for (const auto& [threads, count] : kThreads) {
            for (const bool is_go : {false, true}) {
                CAPTURE(memory, threads, is_go);
                live({.memory = course, .threads = count, .is_go = is_go, .noise = is_go ? 0 : .6}, 5);
            }
        }
    }
}

TEST_CASE("nor does one of few looks in a patience", "[report]") {
    for (const auto& [memory, course] : kMemories) {
        CAPTURE(memory);
        live({.memory = course,
              .threads = kThreads.at("a few more"),
              .patience_h = 1,
              .noise = .6,
              .interval = std::chrono::seconds(40)},
             8);
    }
}

TEST_CASE("nor does one about a recording", "[report]") {
    int files = 0;
    for (const auto& entry : std::filesystem::directory_iterator(RAMPWATCH_TESTS_DIR "/score/traces")) {
        if (entry.path().extension() != ".csv" || entry.path().stem() == "labels") continue;
        CAPTURE(entry.path());
        for (const auto patience : {std::chrono::minutes(20), std::chrono::minutes(540)}) {
            const auto analysis = batch::analyze_file(entry.path(), {.patience = patience});
            if (analysis.error) continue;
            ++files;
            for (const auto& series : analysis.series) check_text(series.verdict, series.context);
        }
    }
    CHECK(files >= 10);
}
