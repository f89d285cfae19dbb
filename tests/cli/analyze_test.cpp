// SPDX-License-Identifier: MIT
#include <fmt/format.h>

#include <cstdint>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/cli/run.h"

namespace rampwatch::test {
namespace {

using Json = nlohmann::json;

constexpr std::int64_t kMiB = 1 << 20;

// A sample a second: `base` and noise of up to 64 KiB, and `slope` bytes a second on top.
std::string recording(int seconds, std::int64_t base, std::int64_t slope, std::int64_t limit = 0) {
    std::string text = "time_s,rss_bytes,rss_anon_bytes,threads,limit_bytes\n";
    std::uint32_t noise = 7;
    for (int t = 0; t < seconds; ++t) {
        noise = noise * 1664525U + 1013904223U;
        const std::int64_t anon = base + slope * t + static_cast<std::int64_t>(noise >> 16);
        text += fmt::format("{},{},{},8,{}\n", t, anon + kMiB, anon, limit);
    }
    return text;
}

const std::string kLeak = recording(600, 80 * kMiB, kMiB / 8);
const std::string kSteady = recording(600, 80 * kMiB, 0);
const std::vector<std::string> kFast = {"--patience", "60s"};

Ran analyze(std::vector<std::string> words) {
    words.insert(words.begin(), "analyze");
    words.insert(words.end(), kFast.begin(), kFast.end());
    return run(words);
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    return lines;
}

TEST_CASE("a straight rise is a leak, in five lines, with status 1", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("a.csv", recording(600, 80 * kMiB, kMiB / 8, 1024 * kMiB))});
    const auto lines = lines_of(ran.out);

    CHECK(ran.status == 1);
    CHECK(ran.err.empty());
    REQUIRE(lines.size() >= 5);
    CHECK(lines[0].starts_with("LEAK, confirmed: memory grew by "));
    CHECK(lines[1].starts_with("  how fast      +450 MiB/h, between +4"));
    CHECK(lines[2].starts_with("  since         "));
    CHECK(lines[3].starts_with("  how straight  "));
    CHECK(lines[4].starts_with("  limit         limit given 1.00 GiB"));
    CHECK(ran.out.find("restart now buys") != std::string::npos);
}

TEST_CASE("a steady process is healthy, with status 0", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("a.csv", kSteady)});

    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("healthy: memory level at 80.0 MiB, watched for 10 min\n"));
}

TEST_CASE("what is too short is undecided, with status 0", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("a.csv", recording(20, 80 * kMiB, kMiB / 8))});

    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("undecided after 19 s: "));
    CHECK(ran.out.find("(--patience 60 s)") != std::string::npos);
}

TEST_CASE("one sample is enough to say that nothing can be said", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("a.csv", "time_s,rss_bytes\n5,1048576\n")});

    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("undecided after "));
}

TEST_CASE("a malformed file is refused with its place, and judged not at all", "[analyze]") {
    const Folder folder;
    const std::string file = folder.file("a.csv", "time_s,rss_bytes\n1,4096\n2,12k\n");
    const Ran ran = analyze({file});

    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(ran.err == "rampwatch: " + file + ":3:3: not a number: 12k (rss_bytes is in plain bytes)\n");
}

TEST_CASE("a file that is not there, or holds no sample, is trouble", "[analyze]") {
    const Folder folder;
    const std::string bare = folder.file("bare.csv", "time_s,rss_bytes\n");
    const std::string missing = folder.path() + "/missing.csv";

    CHECK(analyze({missing}).err == "rampwatch: " + missing + ": cannot open: No such file or directory\n");
    CHECK(analyze({bare}).err == "rampwatch: " + bare + ": no samples: a header alone\n");
    CHECK(analyze({bare}).status == 2);
}

TEST_CASE("several files come in their order, then in a table by urgency; the worst is the status",
          "[analyze]") {
    const Folder folder;
    const std::string steady = folder.file("steady.csv", kSteady);
    const std::string leak = folder.file("leak.csv", kLeak);
    const std::string broken = folder.file("broken.csv", "time_s,rss_bytes\n1\n");
    const Ran both = analyze({steady, leak});
    const Ran all = analyze({steady, broken, leak});

    CHECK(both.status == 1);
    const auto first = both.out.find(steady + ": healthy");
    const auto second = both.out.find(leak + ": LEAK");
    const auto table = both.out.find("\nfile ");
    const auto row_of_leak = both.out.find("\n" + leak + " ", table + 1);
    const auto row_of_steady = both.out.find("\n" + steady + " ", table + 1);
    CHECK(first < second);
    CHECK(second < table);
    REQUIRE(row_of_steady != std::string::npos);
    CHECK(row_of_leak < row_of_steady);

    CHECK(all.status == 2);
    CHECK(all.out == both.out);
    CHECK(all.err.find("broken.csv:2:2: 1 fields") != std::string::npos);
}

TEST_CASE("JSON is one object a file on a line of its own", "[analyze]") {
    const Folder folder;
    const std::string steady = folder.file("steady.csv", kSteady);
    const std::string leak = folder.file("leak.csv", kLeak);
    const Ran ran = analyze({leak, steady, "--format", "json"});
    const auto lines = lines_of(ran.out);

    CHECK(ran.status == 1);
    REQUIRE(lines.size() == 2);
    const Json first = Json::parse(lines[0]);
    CHECK(first["schema"] == "rampwatch.analysis/1");
    CHECK(first["source"] == leak);
    CHECK(first["samples"] == 600);
    CHECK(first["duration_s"] == 599.0);
    CHECK(first["verdict"] == "leak");
    CHECK(first["series"] == "memory");
    CHECK(first["unit"] == "bytes");
    CHECK(first["slope_per_s"].get<double>() == Approx(kMiB / 8).epsilon(0.02));
    CHECK(first["slope_ci95_per_s"][0].get<double>() <= kMiB / 8);
    CHECK(first["slope_ci95_per_s"][1].get<double>() >= kMiB / 8);
    CHECK(first["suspected_at_s"].get<double>() <= first["detected_at_s"].get<double>());
    CHECK(first["all_series"]["threads"]["verdict"] == "healthy");
    CHECK(Json::parse(lines[1])["verdict"] == "healthy");
    CHECK(Json::parse(lines[1])["detected_at_s"].is_null());
}

TEST_CASE("a recording says the same each time, from a file and from standard input", "[analyze]") {
    const Folder folder;
    const std::string file = folder.file("a.csv", kLeak);
    const std::string options = " --format json --patience 60s";
    const Ran once = run_shell("$RAMPWATCH analyze " + file + options);
    const Ran again = run_shell("$RAMPWATCH analyze " + file + options);
    const Ran piped = run_shell("cat " + file + " | $RAMPWATCH analyse -" + options);

    CHECK(once.out == again.out);
    CHECK(piped.status == 1);
    Json from_file = Json::parse(once.out);
    Json from_pipe = Json::parse(piped.out);
    CHECK(from_pipe["source"] == "-");
    from_file.erase("source");
    from_pipe.erase("source");
    CHECK(from_file == from_pipe);
}

TEST_CASE("nothing after the sample at which it was said changes when a leak was said", "[analyze]") {
    const Folder folder;
    const Json whole = Json::parse(analyze({folder.file("a.csv", kLeak), "--format", "json"}).out);
    const int detected_s = static_cast<int>(whole["detected_at_s"].get<double>());
    const auto until = [&](int seconds) {
        const std::string cut = recording(seconds, 80 * kMiB, kMiB / 8);
        return Json::parse(analyze({folder.file("b.csv", cut), "--format", "json"}).out);
    };

    CHECK(until(detected_s + 1)["detected_at_s"] == whole["detected_at_s"]);
    CHECK(until(detected_s + 1)["verdict"] == "leak");
    CHECK(until(detected_s)["detected_at_s"].is_null());
    CHECK(until(detected_s)["suspected_at_s"] == whole["suspected_at_s"]);
}

TEST_CASE("a leak that a restart took back is still status 1", "[analyze]") {
    const Folder folder;
    std::string text = "time_s,rss_bytes,life\n";
    for (int t = 0; t < 1200; ++t) {
        const int in_life = t < 600 ? t : 0;
        text += fmt::format("{},{},{}\n", t, 80 * kMiB + in_life * kMiB / 8 + t % 3 * 4096, t < 600 ? 1 : 2);
    }
    const Ran ran = analyze({folder.file("a.csv", text), "--format", "json"});
    const Json json = Json::parse(ran.out);

    CHECK(ran.status == 1);
    CHECK(json["lives"] == 2);
    CHECK(json["ever_leak"] == true);
    CHECK(json["verdict"] != "leak");
    CHECK(json["detected_at_s"].get<double>() < 600);
}

TEST_CASE("what is left out of a file is told on standard error", "[analyze]") {
    const Folder folder;
    const std::string file = folder.file("a.csv", "time_s,rss_bytes,note\n1,4096,a\n2,4096,b\n3,40");
    const Ran ran = analyze({file});

    CHECK(ran.status == 0);
    CHECK(ran.err == file + ": ignored columns: note\n" + file +
                         ": the last line is incomplete and was left out: is it still being written?\n");
    CHECK(Json::parse(analyze({file, "--format", "json"}).out)["half_lines"] == 1);
}

TEST_CASE("explain says how many gates were passed, and names every one when all are asked for",
          "[analyze]") {
    const Folder folder;
    const std::string file = folder.file("a.csv", kSteady);
    CHECK(analyze({file, "--explain"}).out.find("gates passed; held back by") != std::string::npos);
    CHECK(run({"analyze", "-", "--explain=some"}).status == 2);
    const Ran ran = analyze({file, "--explain=all"});

    CHECK(ran.out.find("gates of memory (healthy)") != std::string::npos);
    CHECK(ran.out.find("materiality") != std::string::npos);
    CHECK(ran.out.find("HOLDS BACK") != std::string::npos);
}

TEST_CASE("options out of bounds are refused by name", "[analyze]") {
    const auto refusal = [](const std::string& option, const std::string& value) {
        const Ran ran = run({"analyze", "-", option, value});
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        return ran.err;
    };

    CHECK(refusal("--patience", "500ms") ==
          "rampwatch: --patience: too short: 500ms (at least 1s; the default is 9h)\n");
    CHECK(refusal("--patience", "0") ==
          "rampwatch: --patience: too short: 0 (at least 1s; the default is 9h)\n");
    CHECK(refusal("--patience", "1001d") ==
          "rampwatch: --patience: too long: 1001d (at most 1000d; the default is 9h)\n");
    CHECK(refusal("--patience", "soon") ==
          "rampwatch: --patience: not a duration: soon (such as 30s, 5m, 2h, 9d or 1h30m; a bare number is "
          "seconds)\n");
    CHECK(refusal("--min-growth", "0") ==
          "rampwatch: --min-growth: too small: 0 (a size such as 16M; from 1 byte to 1024P)\n");
    CHECK(refusal("--min-growth", "16MB") ==
          "rampwatch: --min-growth: not a size: 16MB (use K, M, G or T, powers of 1024; MB means different "
          "things "
          "to different tools)\n");
    CHECK(refusal("--min-count", "0") ==
          "rampwatch: --min-count: not a count: 0 (a whole number from 1 to 10^9)\n");
    CHECK(refusal("--min-count", "1.5") ==
          "rampwatch: --min-count: not a count: 1.5 (a whole number from 1 to 10^9)\n");
    CHECK(refusal("--format", "xml").starts_with("rampwatch: --format"));
    CHECK(run({"analyze"}).status == 2);
    CHECK(run({"analyze", "-", "-"}).err == "rampwatch: -: standard input can be read once only\n");
}

TEST_CASE("a result that cannot be written is trouble, not a verdict", "[analyze]") {
    const Folder folder;
    const Ran ran = run_shell("$RAMPWATCH analyze " + folder.file("a.csv", kSteady) + " > /dev/full");

    CHECK(ran.status == 2);
    CHECK(ran.err == "rampwatch: standard output: cannot write: No space left on device\n");
}

TEST_CASE("a file's name cannot write to the terminal", "[analyze]") {
    const Folder folder;
    const std::string file = folder.file("a\x1b[2J.csv", kSteady);
    const Ran ran = analyze({file, folder.file("b.csv", kSteady)});

    CHECK(ran.status == 0);
    CHECK(ran.out.find('\x1b') == std::string::npos);
    CHECK(ran.out.find("a\\x1b[2J.csv") != std::string::npos);
}

}  // namespace
}  // namespace rampwatch::test
