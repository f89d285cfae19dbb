// SPDX-License-Identifier: MIT
// Recordings of others' tools, through the program as a shell sees it.
#include <fmt/format.h>

#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/cli/run.h"

namespace rampwatch::test {
namespace {

using Json = nlohmann::json;

// A loop of date and ps, a minute apart: one process grows by 200 KiB a minute, one does not.
std::string ps_log(int minutes) {
    std::string text;
    for (int i = 0; i < minutes; ++i) {
        text += fmt::format("{}\n    PID   RSS COMMAND\n   4711 {} leaker\n   4712 {} steady\n",
                            1772445600 + 60 * i, 51200 + 200 * i, 90000 + 4 * (i * 7919 % 5));
    }
    return text;
}

Ran analyze(const std::vector<std::string>& words) {
    std::vector<std::string> all = {"analyze"};
    all.insert(all.end(), words.begin(), words.end());
    return run(all);
}

TEST_CASE("each process of a ps log is judged, with its name and a table", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("ps.log", ps_log(1800))});

    CHECK(ran.status == 1);
    CHECK(contains(ran.err, "ps.log: read as ps, 2 series\n"));
    CHECK(contains(ran.out, "PID 4711 (leaker): LEAK, confirmed: memory grew by "));
    CHECK(contains(ran.out, "PID 4712 (steady): healthy: "));
    CHECK(contains(ran.out, "\nseries "));
    CHECK(contains(ran.out, "this recording has only RSS"));
}

TEST_CASE("as JSON each series is an object with its labels", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({"--format", "json", folder.file("ps.log", ps_log(1800))});

    std::istringstream lines(ran.out);
    std::string line;
    std::vector<Json> all;
    while (std::getline(lines, line)) all.push_back(Json::parse(line));
    REQUIRE(all.size() == 2);
    CHECK(all[0]["schema"] == "rampwatch.analysis/1");
    CHECK(all[0]["labels"] == Json{{"pid", "4711"}, {"command", "leaker"}});
    CHECK(all[0]["verdict"] == "leak");
    CHECK(all[0]["format"] == "ps");
    CHECK(all[0]["host"] == false);
    CHECK(all[1]["labels"]["pid"] == "4712");
}

TEST_CASE("ps's kilobytes in a column of bytes are refused, and judged under their own name", "[analyze]") {
    const Folder folder;
    std::string rows;
    for (int i = 0; i < 1800; ++i) rows += fmt::format("{},{}\n", 60 * i, 20000 + 50 * i);
    const Ran bytes = analyze({folder.file("a.csv", "time_s,rss_bytes\n" + rows)});
    const Ran kib = analyze({folder.file("b.csv", "time_s,rss_kib\n" + rows)});

    CHECK(bytes.status == 2);
    CHECK(bytes.out.empty());
    CHECK(
        contains(bytes.err, "a.csv:2: 20000 bytes would be a process of 19.5 KiB: no process is that small"));
    CHECK(contains(bytes.err, "name the column rss_kib"));
    CHECK(kib.status == 1);
    CHECK(contains(kib.out, "LEAK, confirmed: memory grew by "));
}

TEST_CASE("NaN in a recording of ours is a look left out, and a header may come again", "[analyze]") {
    const Folder folder;
    std::string rows = "time_s,rss_bytes\n";
    for (int i = 0; i < 300; ++i) rows += fmt::format("{},{}\n", 60 * i, i % 50 == 7 ? "NaN" : "104857600");
    rows += "time_s,rss_bytes\n18000,104857600\n";
    const Ran ran = analyze({folder.file("a.csv", rows)});

    CHECK(ran.status == 0);
    CHECK(contains(ran.err, "6 values are unknown (NaN) and were left out\n"));
}

TEST_CASE("a recording is told by its content through a pipe too", "[analyze]") {
    const Folder folder;
    const Ran ran = run_shell("\"$RAMPWATCH\" analyze - < " + folder.file("ps.log", ps_log(200)));

    CHECK(ran.status == 0);
    CHECK(contains(ran.err, "standard input") + contains(ran.err, "-: read as ps, 2 series") == 1);
}

TEST_CASE("with many processes only those that grow are told at length", "[analyze]") {
    const Folder folder;
    std::string text;
    for (int i = 0; i < 1800; ++i) {
        text += fmt::format("{}\nPID RSS COMMAND\n1 {} leaker\n", 1772445600 + 60 * i, 51200 + 200 * i);
        for (int pid = 2; pid < 20; ++pid) text += fmt::format("{} 90000 steady\n", pid);
    }
    const Ran ran = analyze({folder.file("ps.log", text)});

    CHECK(ran.status == 1);
    CHECK(contains(ran.out, "PID 1 (leaker): LEAK"));
    CHECK_FALSE(contains(ran.out, "PID 7 (steady): healthy"));
    CHECK(contains(ran.out, "PID 7 (steady) "));
}

TEST_CASE("what is no recording is refused with what is read", "[analyze]") {
    const Folder folder;
    const Ran ran = analyze({folder.file("a.txt", "hello\nworld\n")});

    CHECK(ran.status == 2);
    CHECK(contains(ran.err, "a.txt: not a recording of a kind that is known ("));
}

}  // namespace
}  // namespace rampwatch::test
