// SPDX-License-Identifier: MIT
#include "core/report/target_report.h"
#include "core/report/text_dump.h"

#include <csignal>
#include <nlohmann/json.hpp>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/html_report.h"
#include "core/report/json_report.h"
#include "core/report/text_chart.h"
#include "core/report/text_report.h"
#include "tests/catch.h"
#include "tests/unit/report/verdicts.h"

namespace rampwatch::report {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

const nanoseconds kNow = leak_verdict().wall + 5s;

TargetReport leaking(std::string name = "nginx") {
    TargetReport target{.name = std::move(name), .verdict = leak_verdict()};
    target.who = {.pid = 4711, .executable = "/usr/sbin/nginx"};
    target.alive = true;
    target.all_lives = 1;
    target.watch = WatchState::watched;
    target.last_wall = leak_verdict().wall;
    for (int i = 0; i <= 200; ++i)
        target.charts[index(Series::memory)].push_back(
            {i * 360.0, (80.0 + i * 0.28) * kMiB, (81.0 + i * 0.28) * kMiB});
    target.charts[index(Series::threads)] = {{0, 20, 20}, {72000, 1274, 1274}};
    return target;
}

TargetReport healthy(std::string name) {
    TargetReport target{.name = std::move(name), .verdict = healthy_verdict(Shape::flat)};
    target.watch = WatchState::watched;
    target.last_wall = kNow;
    return target;
}

Report report_of(std::vector<TargetReport> targets) {
    for (auto& target : targets) target.news = news_of(target, kNow);
    Report report{.host = "db1", .since_wall = kNow - 24h, .until_wall = kNow, .made_wall = kNow};
    report.targets = std::move(targets);
    sort_by_urgency(report.targets);
    return report;
}

std::vector<NewsKind> kinds(const std::vector<News>& news) {
    std::vector<NewsKind> list;
    for (const News& one : news) list.push_back(one.kind);
    return list;
}

bool contains(const std::string& text, std::string_view part) { return text.find(part) != std::string::npos; }

LifeSummary life_rising(LifeNumber number, double mib_per_h, double hours) {
    LifeSummaryMaker maker(number);
    for (int i = 0; i <= 100; ++i) {
        const double t_h = hours * i / 100;
        Sample sample{.mono = nanoseconds(static_cast<std::int64_t>(t_h * 3.6e12)), .wall = kNow};
        sample.rss_bytes = static_cast<std::int64_t>((100 + mib_per_h * t_h) * kMiB);
        maker.add(to_bucket(sample));
    }
    return maker.summary();
}

}  // namespace

TEST_CASE("the first line of a report is a mail's subject, the last the next command", "[report]") {
    const auto lines_of = [](const Report& report) {
        const std::string text = text_report(report, {.glyphs = Glyphs::ascii});
        const auto last = text.rfind('\n', text.size() - 2);
        return std::pair(text.substr(0, text.find('\n')), text.substr(last + 1));
    };
    const auto [subject, next] = lines_of(report_of({healthy("shop"), leaking()}));
    CHECK(subject == "rampwatch: 1 leak on db1: nginx +4.40 MiB/h, full in 8.2 days");
    CHECK(next == "next: rampwatch dump 4711\n");
    CHECK(lines_of(report_of({healthy("shop"), healthy("db")})).first ==
          "rampwatch: no leak on db1: 2 targets");
    std::vector<TargetReport> many;
    for (int i = 0; i < 30; ++i) many.push_back(leaking("worker-" + std::to_string(i)));
    CHECK(lines_of(report_of(many)).first.size() <= 78);
    CHECK(contains(lines_of(report_of(many)).first, " more"));
}

TEST_CASE("a leak is told when new, doubled, its limit twice as near, and over; not every day", "[report]") {
    TargetReport target = leaking();
    const auto told = [&] {
        target.news = news_of(target, kNow);
        const auto list = kinds(target.news);
        target.before = told_now(target, kNow);
        return list;
    };
    using List = std::vector<NewsKind>;
    CHECK(told() == List{NewsKind::leak_new});
    CHECK(told().empty());
    auto& memory = *target.verdict.series[index(Series::memory)];
    memory.rise = 1.5 * *memory.rise;
    CHECK(told().empty());
    memory.rise = 1.4 * *memory.rise;
    CHECK(told() == List{NewsKind::leak_doubled});
    CHECK(told().empty());
    target.verdict.forecast->eta_s *= 0.6;
    CHECK(told().empty());
    target.verdict.forecast->eta_s *= 0.8;
    CHECK(told() == List{NewsKind::limit_nearer});
    target.verdict = healthy_verdict(Shape::flat);
    CHECK(told() == List{NewsKind::leak_over});
    CHECK(told().empty());
}

TEST_CASE("a watch that died is news each time, until it is acknowledged", "[report]") {
    TargetReport target = healthy("nginx");
    target.watch = WatchState::dead;
    target.last_wall = kNow - 3h;
    for (int i = 0; i < 2; ++i) {
        target.news = news_of(target, kNow);
        REQUIRE(kinds(target.news) == std::vector{NewsKind::dead});
        CHECK(target.news[0].text.starts_with("nginx: not watched since "));
        target.before = told_now(target, kNow);
    }
    CHECK(contains(subject_line(report_of({target})), "nginx not watched since"));
    target.before.silent_until_wall = kNow + 1h;
    CHECK(news_of(target, kNow).empty());
    CHECK_FALSE(news_of(target, kNow + 2h).empty());
}

TEST_CASE("a confirmed leak that ended with its process before any mail is news once", "[report]") {
    TargetReport target = healthy("shop");
    target.life = 2;
    target.alive = true;
    target.before.told_wall = kNow - 1h;
    const auto told = [&] {
        const auto list = kinds(target.news = news_of(target, kNow));
        target.before = told_now(target, kNow);
        return list;
    };
    target.events = {{.wall = kNow - 30min, .kind = "leak", .life = 1}};
    CHECK(told() == std::vector{NewsKind::leak_ended});
    CHECK(contains(target.news.front().text, "ended with the process"));
    CHECK(told().empty());
    // What was mailed as a leak is over, and not told twice.
    target.before = {.told_wall = kNow - 1h, .leak = true};
    CHECK(told() == std::vector{NewsKind::leak_over});
    // Of before the last report, and of long before the first one.
    target.before = {.told_wall = kNow - 10min};
    CHECK(told().empty());
    target.before = {};
    target.events.front().wall = kNow - 48h;
    CHECK(told().empty());
}

TEST_CASE("a watch that ended with its process is news once, and says who runs now", "[report]") {
    TargetReport target = healthy("loginsvc");
    target.watch = WatchState::ended;
    target.left_wall = kNow - 1h;
    target.runs_again = 512;
    const auto news = news_of(target, kNow);
    REQUIRE(kinds(news) == std::vector{NewsKind::unwatched});
    CHECK(news.front().text.starts_with("nobody watches loginsvc since it was restarted, "));
    CHECK(contains(news.front().text, "PID 512"));
    target.before = told_now(target, kNow);
    CHECK(news_of(target, kNow).empty());
    target.before = {};
    target.left_wall.reset();  // somebody stopped it
    CHECK(news_of(target, kNow).empty());
}

TEST_CASE("a subject counts the leaks that were told before", "[report]") {
    Report report = report_of({leaking()});
    report.left_out = 4;
    report.left_out_leaks = 3;
    CHECK(subject_line(report).ends_with("; 3 more leak"));
    CHECK(
        contains(text_report(report, {}), "4 other targets without news; 3 of them leak, reported before\n"));
}

TEST_CASE("a target that was killed after the last report is news, one before it is not", "[report]") {
    TargetReport target = healthy("nginx");
    target.lives.push_back(
        {.who = {.pid = 7}, .ended_wall = kNow - 1h, .ending = Ending{Ending::Reason::oom_killed, 9}});
    CHECK(news_of(target, kNow).empty());
    target.before.told_wall = kNow - 2h;
    CHECK(kinds(news_of(target, kNow)) == std::vector{NewsKind::killed});
    target.before.told_wall = kNow - 30min;
    CHECK(news_of(target, kNow).empty());
}

TEST_CASE("whoever was asked to end was not killed", "[report]") {
    TargetReport target = healthy("nginx");
    target.before.told_wall = kNow - 2h;
    const auto news_after = [&](Ending ending) {
        target.lives = {{.who = {.pid = 7}, .ended_wall = kNow - 1h, .ending = ending}};
        return kinds(news_of(target, kNow));
    };
    for (const int asked : {SIGHUP, SIGINT, SIGTERM})
        CHECK(news_after({Ending::Reason::signalled, asked}).empty());
    for (const int killed : {SIGKILL, SIGSEGV, SIGABRT, SIGBUS})
        CHECK(news_after({Ending::Reason::signalled, killed}) == std::vector{NewsKind::killed});
    CHECK(news_after({Ending::Reason::exited, 1}).empty());
}

TEST_CASE("the command for a dead watch goes on in its history, judging as it did", "[report]") {
    TargetReport target = healthy("java svc");
    target.watch = WatchState::dead;
    target.last_wall = kNow - 3h;
    target.who = {.pid = 29112, .executable = "/usr/lib/jvm/bin/java"};
    target.watch_options = " --patience 60s";
    target.alive = true;
    Report report = report_of({target});
    report.options = " --history-dir /srv/h";
    CHECK(next_command(report) ==
          "rampwatch watch --history --history-dir /srv/h --patience 60s --history-name 'java svc' -p 29112");
    report.targets[0].alive = false;
    CHECK(contains(next_command(report), " --history-name 'java svc' --name java"));
    report.targets[0].who.unit = "shop.service";
    CHECK(next_command(report) ==
          "rampwatch watch --history --history-dir /srv/h --patience 60s --unit shop.service");
}

TEST_CASE("lives that each rise to their end at one slope are a saw that hides growth", "[report]") {
    std::vector<LifeSummary> lives;
    for (LifeNumber i = 1; i <= 4; ++i) lives.push_back(life_rising(i, 20 + i * 0.5, 5));
    lives.push_back(life_rising(5, 20, 0.1));  // has just begun
    const auto saw = restart_sawtooth(lives, 16 * kMiB);
    REQUIRE(saw);
    CHECK(saw->lives == 4);
    CHECK(saw->slope_per_s * 3600 / kMiB == Approx(21.5).epsilon(0.05));
    CHECK(saw->highest_peak == Approx(210.0 * kMiB));
    TargetReport target = healthy("nginx");
    target.all_lives = 5;
    target.saw = saw;
    CHECK(contains(restarts_phrase(target), "restarted 4 times; each of the last 4 lives rose to its end"));
    CHECK(kinds(news_of(target, kNow)) == std::vector{NewsKind::restarts});

    lives[2] = life_rising(3, 60, 5);  // another slope
    CHECK_FALSE(restart_sawtooth(lives, 16 * kMiB));
    CHECK_FALSE(restart_sawtooth(std::span(lives).first(2), 16 * kMiB));
}

TEST_CASE("lives that level off before they end are no saw", "[report]") {
    std::vector<LifeSummary> lives;
    for (LifeNumber number = 1; number <= 5; ++number) {
        LifeSummaryMaker maker(number);
        for (int i = 0; i <= 100; ++i) {
            Sample sample{.mono = i * 3min, .wall = kNow};
            sample.rss_bytes = 100 * kMiB + std::min(i, 50) * 2 * kMiB;
            maker.add(to_bucket(sample));
        }
        lives.push_back(maker.summary());
    }
    CHECK_FALSE(restart_sawtooth(lives, 16 * kMiB));
}

TEST_CASE("a report's charts fit 80 columns, in ASCII where that is asked for", "[report]") {
    TargetReport target = leaking();
    target.events = {{10h, kNow - 10h, "restarted", 2, "restarted"}};
    target.dump_mono = 19h;
    const std::string text = text_report(report_of({target}), {.glyphs = Glyphs::ascii});
    CHECK(contains(text, "o onset"));
    CHECK(contains(text, "d dump"));
    CHECK(contains(text, "r restart"));
    CHECK(contains(text, "dots: the fitted line"));
    CHECK(contains(text, "threads"));
    std::istringstream lines(text);
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        if (contains(line, "|")) CHECK(line.size() <= 80);
        CHECK(std::all_of(line.begin(), line.end(), [](char c) { return c >= ' ' && c <= '~'; }));
    }
}

TEST_CASE("the text chart marks the onset, the dump, the forecast and the limit in itself", "[report]") {
    TargetReport target = leaking();
    target.dump_mono = 19h;
    target.verdict.forecast->limit.limit_bytes = 150 * kMiB;
    target.verdict.forecast->eta_s = 3 * 3600;
    const std::string chart = text_chart(target, 80, Glyphs::ascii);
    INFO(chart);
    const auto lines = split(chart, '\n');
    const std::string_view foot = lines[8], legend = lines[10];
    REQUIRE(legend.find("o onset, d dump, n now, f full, dots: the fitted line") != legend.npos);
    CHECK(contains(std::string(lines[11]), "+ its forecast, = cgroup memory.max 150 MiB"));
    const std::size_t onset = foot.find('o'), dump = foot.find('d'), full = foot.find('f'),
                      now = foot.find('n');
    REQUIRE(full < foot.size());
    CHECK(onset < dump);
    CHECK(dump < now);
    CHECK(now < full);
    std::size_t ahead = 0, limits = 0;
    for (std::size_t row = 0; row < 8; ++row) {
        CHECK(lines[row].size() <= 80);
        ahead += static_cast<std::size_t>(std::count(lines[row].begin() + 13, lines[row].end(), '+'));
        limits += lines[row].find("====") != std::string_view::npos ? 1U : 0U;
        CHECK(lines[row].substr(0, now).find('+') == std::string_view::npos);
        if (lines[row].size() > dump && row < 2) CHECK((lines[row][dump] == ':' || lines[row][dump] == '='));
    }
    CHECK(ahead > 5);
    CHECK(limits == 1);
    target.verdict = healthy_verdict(Shape::flat);
    CHECK_FALSE(contains(text_chart(target, 80, Glyphs::ascii), "forecast"));
    CHECK(contains(text_chart(leaking(), 80, Glyphs::unicode), "\xe2\x94\x8a"));
}

TEST_CASE("the page says of a dump what the text says", "[report]") {
    TargetReport target = leaking();
    Dump dump{.wall = kNow, .life = target.who, .threads = 9};
    dump.baseline = kNow - 1h;
    dump.rss_bytes = 300 << 20;
    dump.baseline_rss_bytes = 100 << 20;
    dump.warnings = {"3 stacks could not be read"};
    const auto group = [](std::int64_t count, std::int64_t change) {
        Group made;
        made.kind = StackKind::goroutine;
        made.count = count;
        made.change = change;
        made.state = "chan send";
        made.stayed = 1.0;
        made.labels = {"tenant=<shop>"};
        made.frames = {{.function = "main.work", .file = "/src/pool.go", .line = 41}};
        made.created_by = Frame{.function = "main.collect", .file = "/src/pool.go", .line = 20};
        return made;
    };
    HeapTypes heap{.wall = kNow, .since = kNow - 1h};
    heap.resident_bytes = 350 << 20;
    heap.before_resident_bytes = 100 << 20;
    heap.new_bytes = 236.0 * (1 << 20);
    heap.types = {{.name = "shop::Session", .count = {89'800, 900}, .bytes = {2e8, 4e6}}};
    dump.heap = heap;
    for (int other = 0; other < 8; ++other) dump.groups.push_back(group(1'000 - other, 0));
    dump.groups.push_back(group(200, 180));  // the last in size, and the one that matters
    target.dump = dump;
    const std::string page = html_report(report_of({target})), text = text_dump(dump);
    const std::string mail = text_report(report_of({target}), {});
    for (const char* fact : {"created by main.collect", "all of those before are still here",
                             "hint: ", "meanwhile", "note: 3 stacks could not be read", "+180"}) {
        CAPTURE(fact);
        CHECK(contains(text, fact));
        CHECK(contains(page, fact));
    }
    for (const char* fact : {"what grew since", "236 MiB new", "shop::Session"}) CHECK(contains(mail, fact));
    CHECK(contains(page, "labels: tenant=&lt;shop&gt;"));
    CHECK(contains(page, "<dt>how fast</dt>"));
    CHECK(contains(mail, "180 more goroutines at main.work (pool.go:41)"));
    CHECK(contains(page, "180 more goroutines at main.work (pool.go:41)"));
}

TEST_CASE("the cause in a report is the one of its dump", "[report]") {
    TargetReport target = leaking();
    target.verdict.series[index(Series::threads)] = SeriesVerdict{
        .series = Series::threads, .claim = Claim::healthy, .shape = Shape::flat, .first = 8, .current = 8};
    target.charts[index(Series::threads)] = {{0, 8, 8}, {72000, 8, 8}};
    HeapTypes heap{.since = kNow - 1h, .before_resident_bytes = 100 << 20, .new_bytes = 236.0 * (1 << 20)};
    heap.resident_bytes = 350 << 20;
    heap.types = {{.name = "shop::Session", .count = {89'800, 900}, .bytes = {2e8, 4e6}}};
    target.dump = Dump{.wall = kNow, .life = target.who, .heap = heap};
    const auto cause = [](const std::string& text) { return text.substr(text.find("likely cause")); };
    const std::string mail = cause(text_report(report_of({target}), {}));
    CHECK(mail.find("shop::Session") < mail.find('\n'));
    const std::string page = cause(html_report(report_of({target})));
    CHECK(page.find("shop::Session") < page.find("</dd>"));
    CHECK_FALSE(contains(page, "threads: 8"));  // no room for a line that is level
}

TEST_CASE("a page of several targets begins with a line for each, and with the time it shows", "[report]") {
    Report report = report_of({leaking("db")});
    CHECK(html_report(report).find("#target-1") == std::string::npos);
    report.targets.push_back(leaking("web"));
    report.targets.push_back(leaking("<cache>"));
    report.since_wall = kNow - 30 * 24h;
    for (TargetReport& target : report.targets) target.lives = {{.first_wall = kNow - 12min}};
    const std::string page = html_report(report);
    const auto line = page.find("<li><a href=\"#target-3\">");
    REQUIRE(line != std::string::npos);
    CHECK(page.find("&lt;cache&gt;", line) < page.find("<section id=\"target-1\">"));
    CHECK(page.find("<section id=\"target-3\">") != std::string::npos);
    CHECK(page.find(format_time(kNow - 12min) + " to ") != std::string::npos);
}

TEST_CASE("nothing from a target reaches the page unescaped", "[report]") {
    const std::string evil = "<script>alert('1')</script>\"&\x1b[31m";
    TargetReport target = leaking(evil);
    target.who.executable = "/bin/" + evil;
    target.who.unit = evil;
    target.events = {{10h, kNow - 10h, "restarted", 2, evil}};
    Dump dump{.wall = kNow, .life = target.who, .threads = 2};
    dump.groups = {{.count = 2,
                    .state = evil,
                    .names = {evil},
                    .frames = {{.function = evil, .file = evil, .line = 3}}}};
    target.dump = dump;
    Report report = report_of({target});
    report.host = evil;
    report.troubles = {{Error::Kind::io, evil, evil, evil}};
    const std::string page = html_report(report);
    CHECK_FALSE(contains(page, "<script"));
    CHECK_FALSE(contains(page, "\x1b"));
    CHECK(contains(page, "&lt;script&gt;"));
    CHECK(contains(page, "<svg"));
    CHECK_FALSE(contains(page, "http://"));
    CHECK_FALSE(contains(page, "https://"));
}

TEST_CASE("a report's JSON names targets, verdicts, news and the next command", "[report]") {
    const auto json = nlohmann::json::parse(json_report(report_of({healthy("shop"), leaking()})));
    CHECK(json["schema"] == "rampwatch.report/1");
    CHECK(json["subject"] == "rampwatch: 1 leak on db1: nginx +4.40 MiB/h, full in 8.2 days");
    CHECK(json["next"] == "rampwatch dump 4711");
    REQUIRE(json["targets"].size() == 2);
    CHECK(json["targets"][0]["target"] == "nginx");
    CHECK(json["targets"][0]["verdict"]["verdict"] == "leak");
    CHECK(json["targets"][0]["news"][0]["news"] == "leak_new");
    CHECK(json["targets"][0]["memory"].size() == 201);
    CHECK(json["targets"][1]["watch"] == "watched");
}

}  // namespace rampwatch::report
