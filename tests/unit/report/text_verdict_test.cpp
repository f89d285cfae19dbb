// SPDX-License-Identifier: MIT
#include "core/report/text_verdict.h"

#include <cmath>
#include <cstdlib>
#include <ctime>

#include "core/report/explain.h"
#include "tests/catch.h"
#include "tests/unit/report/verdicts.h"

namespace rampwatch::report {
namespace {

using Lines = std::vector<std::string>;

struct InUtc {
    InUtc() {
        ::setenv("TZ", "UTC", 1);
        ::tzset();
    }
};

TEST_CASE("five lines say what grows, how fast, since when, how straight, and which limit it meets",
          "[report]") {
    const InUtc utc;

    CHECK(headline(leak_verdict()) ==
          Lines{"LEAK, confirmed: memory grew by 56.0 MiB, to 136 MiB",
                "  how fast      +4.40 MiB/h, between +4.10 MiB/h and +4.70 MiB/h (95 %)",
                "  since         Tue 24 Nov 03:10, 13 h ago (it began within 20 min of then)",
                "  how straight  22 of 23 windows of 32 min rose; R2 0.998",
                "  limit         cgroup memory.max 1.00 GiB (160 MiB used) in 8.2 days (7.7 to 8.8 days), "
                "Wed 2 Dec about 20:00; a restart now buys 8.7 days, until Thu 3 Dec about 09:00"});
}

TEST_CASE("growth from the first look on began before it, where the process did", "[report]") {
    const InUtc utc;
    Verdict verdict = leak_verdict();
    const SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    verdict.life_started = *memory.onset;
    const auto since = [&] { return headline(verdict)[2]; };
    CHECK(since() == "  since         at or before the first look, Tue 24 Nov 03:10, 13 h ago");
    verdict.process_started = verdict.life_started - std::chrono::hours(2);
    CHECK(since() ==
          "  since         before the first look, Tue 24 Nov 03:10, 13 h ago; its process began 2 h earlier");
    verdict.process_started =
        verdict.life_started - std::chrono::milliseconds(300);  // watched from its start
    CHECK(since() == "  since         Tue 24 Nov 03:10, 13 h ago (it began within 20 min of then)");
    // Less than a window older than the first look: nobody knows where in that time.
    verdict.process_started = verdict.life_started - std::chrono::minutes(25);
    CHECK(since() == "  since         Tue 24 Nov 03:10, 13 h ago (it began within 25 min of then)");
    verdict.process_started.reset();
    verdict.life_started -= std::chrono::hours(3);  // it was level for three hours
    CHECK(since() == "  since         Tue 24 Nov 03:10, 13 h ago (it began within 20 min of then)");
}

TEST_CASE("a line that rises is not healthy because the process is big", "[report]") {
    Verdict verdict = healthy_verdict(Shape::walk);
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    memory.current = 1.5 * (1 << 30);
    memory.slope_per_s = 581 * 1024.0;
    memory.slope_ci95_per_s = Interval{570 * 1024.0, 590 * 1024.0};
    memory.straightness = .999;
    memory.windows = memory.windows_up = 13;
    memory.evidence = {{GateId::materiality, 60.0 * (1 << 20), 75.0 * (1 << 20), true, false}};
    CHECK(headline(verdict)[0] ==
          "not decided: memory rises in a line, +581 KiB/s, to 1.50 GiB; 60.0 MiB of the 75.0 MiB that "
          "count, watched for 24 h");
    memory.windows_up = 7;
    CHECK(headline(verdict)[0].starts_with("healthy: memory wanders"));
}

TEST_CASE("threads that grow with memory are told as evidence of the cause", "[report]") {
    const InUtc utc;

    CHECK(beside(leak_verdict()) ==
          Lines{"  threads       grew by 1,254, to 1,274, +1.63/min, since Tue 24 Nov 03:10",
                "  descriptors   level at 34",
                "  likely cause  threads grow with it, +1.63/min (46.0 KiB each): evidence that what they "
                "hold is "
                "the cause"});
}

TEST_CASE("only a confirmed claim is called a leak", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.claim = verdict.series[index(Series::memory)]->claim = Claim::growing;
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    memory.missing = Missing::evidence;

    CHECK(headline(verdict)[0] ==
          "steady growth: memory grew by 56.0 MiB, to 136 MiB (suspected; the evidence is not enough yet; "
          "see --explain)");
    memory.missing = Missing::time;
    verdict.patience = std::chrono::hours(24);
    CHECK(headline(verdict)[0] ==
          "steady growth: memory grew by 56.0 MiB, to 136 MiB (suspected; a leak is confirmed "
          "after 24 h at the earliest)");
    CHECK(status_line(verdict).find("LEAK") == std::string::npos);
    memory.rise = -5.0 * (1 << 20);  // what was given back since the last window
    CHECK(status_line(verdict).starts_with("steady growth, it may be over: memory has fallen to 136 MiB"));
}

TEST_CASE("growth in a Java heap that was not collected says so, and what that means", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.claim = verdict.series[index(Series::memory)]->claim = Claim::growing;
    verdict.series[index(Series::memory)]->missing = Missing::collection;
    verdict.series[index(Series::threads)].reset();
    CHECK(headline(verdict)[0].find("it may be garbage: Java's collector has not looked at it yet") !=
          std::string::npos);
    CHECK(beside(verdict).back() ==
          "  likely cause  a Java heap that no collection has looked at since: what came into it is alive, "
          "or garbage");
}

TEST_CASE("growth without company names the allocator as a possible cause", "[report]") {
    Verdict verdict = leak_verdict();
    SeriesVerdict& threads = *verdict.series[index(Series::threads)];
    threads = {.series = Series::threads, .claim = Claim::healthy, .first = 20, .current = 21};
    verdict.series[index(Series::fds)]->first = verdict.series[index(Series::fds)]->current;

    CHECK(beside(verdict).back() ==
          "  likely cause  threads and descriptors do not grow: the heap, a cache without bound, or an "
          "allocator that "
          "keeps what was freed");
}

TEST_CASE("growth of shared memory may be a pool being touched", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.leading = Series::shmem;
    verdict.series[index(Series::shmem)] = verdict.series[index(Series::memory)];
    verdict.series[index(Series::shmem)]->series = Series::shmem;
    verdict.series[index(Series::memory)].reset();

    CHECK(beside(verdict).back() ==
          "  likely cause  shared memory: a pool that is touched for the first time ends when it is full; a "
          "JVM's ZGC "
          "heap does not");
}

TEST_CASE("growth of file pages is no leak", "[report]") {
    Sample first{.rss_bytes = 200 * kMiB, .file_bytes = 10 * kMiB};
    Sample last{.rss_bytes = 500 * kMiB, .file_bytes = 310 * kMiB};

    CHECK(beside(healthy_verdict(Shape::flat), {first, last})[0] ==
          "  beside        RSS grew by 300 MiB in file pages: no leak, the kernel takes them back when it "
          "needs them");
}

TEST_CASE("while it is early the line says what is missing", "[report]") {
    CHECK(status_line(early_verdict()) ==
          "8 min: +41.0 MiB/h, 12 of 12 windows up; too early to exclude a warm-up (--patience 9 h)");
    CHECK(headline(early_verdict()) == Lines{"undecided after " + status_line(early_verdict())});
}

TEST_CASE("before the first window the line says where memory is", "[report]") {
    Verdict verdict = early_verdict();
    verdict.series[index(Series::memory)]->slope_per_s.reset();

    CHECK(status_line(verdict) ==
          "8 min: memory 106 MiB, +5.50 MiB so far (+41.2 MiB/h); too early for a verdict (--patience 9 h)");
    CHECK(status_line(Verdict{}) == "no samples yet");
}

TEST_CASE("too few samples are told as that", "[report]") {
    Verdict verdict = early_verdict();
    verdict.too_sparse = true;

    CHECK(status_line(verdict) ==
          "8 min: 481 samples, too few to judge: at least 50 in 9 h (a shorter --interval or a longer "
          "--patience)");
}

TEST_CASE("a healthy verdict takes two lines, with its shape and what is not excluded", "[report]") {
    CHECK(text_verdict(healthy_verdict(Shape::flat)) ==
          "healthy: memory level at 104 MiB, watched for 24 h\n"
          "  not excluded  growth slower than 683 KiB/h (16.0 MiB in 24 h)\n");
}

TEST_CASE("each healthy shape has words of its own", "[report]") {
    Verdict verdict = healthy_verdict(Shape::sawtooth);
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    memory.swing = 40 * kMiB;
    memory.period = std::chrono::minutes(2);
    CHECK(headline(verdict)[0] ==
          "healthy: memory sawtooth of 40.0 MiB every 2 min, its floor level at 104 MiB, watched for 24 h");

    memory.shape = Shape::warmup;
    memory.levels_off_at = 310 * kMiB;
    CHECK(headline(verdict)[0] ==
          "healthy: memory warming up, at 104 MiB, levels off near 310 MiB, watched for 24 h");

    memory.shape = Shape::plateau;
    CHECK(headline(verdict)[0] == "healthy: memory rose to a plateau near 310 MiB, watched for 24 h");
}

TEST_CASE("a recording without wall times tells its own", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.wall = {};

    CHECK(headline(verdict)[2] == "  since         at 25920 s, 13 h ago (it began within 20 min of then)");
    CHECK(headline(verdict)[4] ==
          "  limit         cgroup memory.max 1.00 GiB (160 MiB used) in 8.2 days (7.7 to 8.8 "
          "days); a restart now buys 8.7 days");
}

TEST_CASE("without a limit the five lines stay five", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.forecast.reset();

    REQUIRE(headline(verdict).size() == 5);
    CHECK(headline(verdict)[4] == "  limit         none known");
}

TEST_CASE("a forecast beyond what was observed names no day", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.forecast->beyond = true;
    verdict.forecast->eta_s = 20 * 46080;
    verdict.forecast->limit.limit_bytes = 1LL << 40;

    CHECK(headline(verdict)[4] ==
          "  limit         cgroup memory.max, 1.00 TiB left: not within 11 days; no longer forecast is "
          "possible yet");
}

TEST_CASE("threads that rose are never said not to grow, however few they are", "[report]") {
    Verdict verdict = leak_verdict();
    SeriesVerdict& threads = *verdict.series[index(Series::threads)];
    threads = {.series = Series::threads, .claim = Claim::healthy, .first = 8, .current = 36};
    const std::string text = text_verdict(verdict);
    CHECK(text.find("do not grow") == std::string::npos);
    CHECK(text.find("threads rose with it, from 8 to 36 (2.00 MiB each)") != std::string::npos);
}

TEST_CASE("tasks that grow are told by where they wait, once a dump shows it, and before by their number",
          "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::threads)] = SeriesVerdict{
        .series = Series::threads, .claim = Claim::healthy, .shape = Shape::flat, .first = 8, .current = 8};
    verdict.series[index(Series::tasks)] = SeriesVerdict{
        .series = Series::tasks, .claim = Claim::healthy, .shape = Shape::ramp, .first = 8, .current = 36};
    CHECK(text_verdict(verdict).find("tasks rose with it, from 8 to 36") != std::string::npos);
    verdict.series[index(Series::aged_tasks)] =
        SeriesVerdict{.series = Series::aged_tasks, .claim = Claim::undecided, .shape = Shape::too_short};
    CHECK(text_verdict(verdict).find("old tasks") == std::string::npos);  // there are none

    Group group{.kind = StackKind::task, .count = 36, .change = 28, .task = "coroutine"};
    group.frames.push_back({.function = "Client.fetch", .file = "/srv/client.py", .line = 12});
    Dump dump;
    dump.groups = {group};
    dump.wall = verdict.wall - std::chrono::seconds(11);
    VerdictContext context{.dump = std::make_shared<const Dump>(dump)};
    const std::string where = "28 more coroutines at Client.fetch (client.py:12)";
    CHECK(text_verdict(verdict, context).find(where + ", counted 11 s ago\n") != std::string::npos);
    dump.wall = verdict.wall;
    context.dump = std::make_shared<const Dump>(dump);
    CHECK(text_verdict(verdict, context).find(where + "\n") != std::string::npos);
}

TEST_CASE("a limit that is near is told without a claim", "[report]") {
    Verdict verdict = early_verdict();
    verdict.limit_near = Forecast{
        .limit = {LimitKind::cgroup_max, 128 * kMiB, 120 * kMiB}, .eta_s = 720, .eta_range_s = {600, 900}};

    CHECK(headline(verdict)[1] ==
          "  limit near    cgroup memory.max 128 MiB (120 MiB used) in 12 min (10 to 15 min) at this rate");
}

TEST_CASE("a leak of descriptors is told against RLIMIT_NOFILE, not against a limit of memory", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.leading = Series::fds;
    SeriesVerdict& fds = *verdict.series[index(Series::fds)];
    fds.claim = Claim::leak;
    fds.count_limit = CountLimit{1024, 940};
    const auto limit = [&] {
        for (const auto& row : verdict_rows(verdict, {}))
            if (row.label == "limit") return row.text;
        return std::string();
    };
    CHECK(limit() == "of 1,024 descriptors allowed (RLIMIT_NOFILE) 940 are open, no forecast yet");
    fds.count_forecast = CountForecast{.limit = {1024, 940}, .eta_s = 11160, .eta_range_s = {10800, 11520}};
    CHECK(limit() ==
          "of 1,024 descriptors allowed (RLIMIT_NOFILE) 940 are open, at this rate full in 3.1 h (3 to 3.2 "
          "h), Tue 24 Nov 19:04");
}

TEST_CASE("a limit of threads that is near stands below another's growth too", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::threads)]->count_limit_near =
        CountForecast{.limit = {512, 500}, .eta_s = 720, .eta_range_s = {600, 900}};
    std::string found;
    for (const auto& row : verdict_rows(verdict, {}))
        if (row.label == "limit near") found = row.text;
    CHECK(found.starts_with(
        "of 512 threads its cgroup allows (pids.max) 500 are there, at this rate full in 12 min"));
}

TEST_CASE("lives that rose alike are told as what made it a leak", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::memory)]->lives_alike = 5;
    CHECK(status_line(verdict).find("5 lives in a row rose alike") != std::string::npos);
    CHECK(text_verdict(verdict).find("lives         5 lives in a row rose alike") != std::string::npos);
}

TEST_CASE("falls to where it began may be restarts, where nothing tells lives apart", "[report]") {
    Verdict verdict = healthy_verdict(Shape::sawtooth);
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    memory.swing = 1800.0 * kMiB;
    memory.period = std::chrono::minutes(306);
    CHECK(status_line(verdict) ==
          "not decided: memory rises by 1.76 GiB every 5.1 h, then falls back to where it began (104 MiB): a "
          "collector, or restarts of a leak; this recording does not tell lives apart; watched for 24 h");
    verdict.process_started = -std::chrono::hours(1);
    CHECK(status_line(verdict).starts_with("healthy: "));
    verdict.process_started.reset();
    memory.period = std::chrono::minutes(5);
    CHECK(status_line(verdict).starts_with("healthy: "));
    memory.period = std::chrono::minutes(306);
    memory.first = 10 * kMiB;
    memory.current = 700 * kMiB;
    CHECK(status_line(verdict).starts_with("healthy: "));
}

TEST_CASE("a leak that is over is still told, with its time", "[report]") {
    Verdict verdict = healthy_verdict(Shape::flat);
    verdict.ever_leak = true;
    verdict.series[index(Series::memory)]->detected_at = std::chrono::hours(2);

    REQUIRE(headline(verdict).size() == 2);
    CHECK(headline(verdict)[1] == "  before        a leak was confirmed at 7200 s, and is over");
}

TEST_CASE("explain marks the first gate that holds a claim back", "[report]") {
    Verdict verdict = healthy_verdict(Shape::flat);
    verdict.series[index(Series::memory)]->evidence.push_back({GateId::significance, 2.5, 10, true, false});

    CHECK(explain(verdict, Detail::brief) ==
          "  memory (healthy): 0 of 2 gates passed; held back by materiality, 2.00 MiB of 16.0 MiB\n");
    CHECK(explain(verdict, Detail::all) ==
          "  gates of memory (healthy)\n"
          "    materiality           2.00 MiB  at least     16.0 MiB  HOLDS BACK\n"
          "    significance               2.5  at least           10  not passed\n");
    CHECK(explain(Verdict{}, Detail::all) == "  nothing asked yet: too few samples\n");
}

TEST_CASE("explain adds the evidence up in four lines of decibans", "[report]") {
    Verdict verdict = leak_verdict();
    verdict.series[index(Series::memory)]->weighing =
        Weighing{.window = std::chrono::hours(22),
                 .start_db = 1,
                 .before_db = 2,
                 .sum_db = 13,
                 .asked_db = 10,
                 .reasons = {{"lasted", ReasonGroup::duration, std::log(2.4), 4},
                             {"growths", ReasonGroup::size, std::log(3.0), 1},
                             {"line_over_fill", ReasonGroup::line, 3, 7},
                             {"even", ReasonGroup::evenness, .2, -3},
                             {"eighths", ReasonGroup::evenness, 6, 1}}};

    CHECK(explain(verdict, Detail::brief) ==
          "  memory (leak): evidence of a leak, 13.0 dB of 10.0 asked\n"
          "    how long     it lasted 2.4 patiences                         +7.0 dB\n"
          "    how far      3.0 times the smallest rise that counts         +1.0 dB\n"
          "    what shape   a line, not a fill                              +7.0 dB\n"
          "    how steadily uneven, 6 of 7 eighths rose                     -2.0 dB\n");
}

TEST_CASE("what a suspicion lacks is said in one sentence", "[report]") {
    Verdict verdict = leak_verdict();
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    verdict.claim = memory.claim = Claim::growing;
    memory.missing = Missing::second_day;

    CHECK(headline(verdict)[0] ==
          "steady growth: memory grew by 56.0 MiB, to 136 MiB (suspected; a second day must show that it "
          "is no daily load)");
}

TEST_CASE("a slow straight rise is never called level", "[report]") {
    Verdict verdict = healthy_verdict(Shape::flat);
    SeriesVerdict& memory = *verdict.series[index(Series::memory)];
    memory.first = 80 * kMiB;
    memory.current = 100 * kMiB;
    memory.slope_ci95_per_s = Interval{100, 200};
    memory.windows_up = 28;
    memory.windows = 31;

    CHECK(headline(verdict)[0].find("rises slowly, below what counts here, to 100 MiB") != std::string::npos);
    memory.slope_ci95_per_s = Interval{-10, 200};
    CHECK(headline(verdict)[0].find("level at 100 MiB") != std::string::npos);
}

}  // namespace
}  // namespace rampwatch::report
