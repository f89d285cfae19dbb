// SPDX-License-Identifier: MIT
// Many series in one stream, through the program as a filter.
#include <fmt/format.h>

#include <algorithm>
#include <nlohmann/json.hpp>
#include <sstream>

#include "tests/catch.h"
#include "tests/cli/run.h"

namespace rampwatch::test {
namespace {

using Json = nlohmann::json;

constexpr int kPods = 9, kMinutes = 1800;

// Every third pod grows by 200 KiB a minute.
std::int64_t bytes_of(int pod, int minute) {
    return (90'000 + 4096 * pod + 4 * (minute * 7919 % 5) + (pod % 3 == 0 ? 200 * minute : 0)) * 1024LL;
}

std::string row(int pod, int minute) {
    return fmt::format("pod-{},{},{}\n", pod, 1772445600 + 60 * minute, bytes_of(pod, minute));
}

// As a database has them that nobody sorted: minute by minute, no header.
std::string unsorted() {
    std::string text;
    for (int minute = 0; minute < kMinutes; ++minute)
        for (int pod = kPods; pod-- > 0;) text += row(pod, minute);
    return text;
}

std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream stream(text);
    for (std::string line; std::getline(stream, line);) lines.push_back(line);
    std::sort(lines.begin(), lines.end());
    return lines;
}

// Without what says where the samples came from.
std::string essence(Json verdict) {
    for (const char* name : {"source", "labels", "format"}) verdict.erase(name);
    return verdict.dump();
}

const std::string kSort = "LC_ALL=C sort -t, -k1,1 -k2,2n ";
const std::string kFilter = "\"$RAMPWATCH\" analyze --by pod --columns pod,time_s,rss_bytes --format json ";

TEST_CASE("each series of a sorted stream gets the verdict that it gets in a file of its own", "[analyze]") {
    const Folder folder;
    const std::string all = folder.file("all.csv", unsorted());
    const Ran ran = run_shell(kSort + all + " | " + kFilter + "-");
    CHECK(ran.status == 1);
    CHECK(ran.err.empty());
    const auto lines = lines_of(ran.out);
    REQUIRE(lines.size() == kPods);

    for (const std::string& line : lines) {
        const Json verdict = Json::parse(line);
        CHECK(verdict["schema"] == "rampwatch.analysis/1");
        const std::string name = verdict["labels"]["pod"];
        const int pod = std::stoi(name.substr(4));
        CHECK(verdict["ever_leak"] == (pod % 3 == 0));
        std::string alone = "time,rss_bytes\n";
        for (int minute = 0; minute < kMinutes; ++minute)
            alone += fmt::format("{},{}\n", 1772445600 + 60 * minute, bytes_of(pod, minute));
        const Ran one = run({"analyze", "--format", "json", folder.file("one.csv", alone)});
        CHECK(essence(verdict) == essence(Json::parse(one.out)));
    }
}

TEST_CASE("split and xargs share a stream's series out, and lose none", "[analyze]") {
    const Folder folder;
    const std::string all = folder.file("all.csv", unsorted());
    const auto whole = lines_of(run_shell(kSort + all + " | " + kFilter + "-").out);
    REQUIRE(whole.size() == kPods);

    // A mark between two series, so that split(1) cuts nowhere else.
    const std::string marked =
        kSort + all +
        " | awk -F, '$1 != last { if (NR > 1) printf \"\\001\"; last = $1 } { print }' | "
        "split -t \"$(printf '\\001')\" -n r/4 ";
    const Ran dealt = run_shell(marked + "--filter='tr -d \"\\001\" | " + kFilter +
                                "- >\"$FILE.json\" || [ $? -eq 1 ]' - " + folder.path() + "/part. && cat " +
                                folder.path() + "/part.*.json");
    CHECK(dealt.err.empty());
    CHECK(dealt.status == 0);
    CHECK(lines_of(dealt.out) == whole);

    const Ran files =
        run_shell(marked + "--filter='tr -d \"\\001\" >\"$FILE\"' - " + folder.path() +
                  "/piece. && printf '%s\\0' " + folder.path() + "/piece.* | xargs -0 -P 3 -I{} sh -c '" +
                  kFilter + "- <{} >{}.json || [ $? -eq 1 ]' && cat " + folder.path() + "/piece.*.json");
    CHECK(files.status == 0);
    CHECK(lines_of(files.out) == whole);
}

TEST_CASE("as text what grows is told at length, and a table has the rest", "[analyze]") {
    const Folder folder;
    const std::string all = folder.file("all.csv", unsorted());
    const Ran ran =
        run_shell(kSort + all + " | \"$RAMPWATCH\" analyze --by pod --columns pod,time_s,rss_bytes -");

    CHECK(ran.status == 1);
    CHECK(contains(ran.out, "pod pod-0: LEAK, confirmed: memory grew by "));
    CHECK_FALSE(contains(ran.out, "pod pod-1: "));
    CHECK(contains(ran.out, "\npod pod-1  "));
    CHECK(contains(ran.out, "9 series, 3 with a leak\n"));
    CHECK(contains(ran.err, "-: read as sorted CSV, 9 series\n"));
}

TEST_CASE("a stream that is not sorted is refused, after what was judged before", "[analyze]") {
    const Folder folder;
    std::string text = "pod,time_s,rss_bytes\n" + row(1, 0) + row(1, 1) + row(2, 0) + row(1, 2);
    const Ran ran = run({"analyze", "--by", "pod", "--format", "json", folder.file("all.csv", text)});

    CHECK(ran.status == 2);
    CHECK(lines_in(ran.out) == 2);
    CHECK(contains(ran.err, "all.csv:5: pod pod-1 was there before, and others since (sort by series"));
    CHECK(run({"analyze", "--columns", "a,b", folder.path()}).status == 2);
    const Ran nothing = run_shell("\"$RAMPWATCH\" analyze --by pod --format json - </dev/null");
    CHECK(nothing.status == 0);
    CHECK(nothing.out.empty());
    CHECK(nothing.err.empty());
}

}  // namespace
}  // namespace rampwatch::test
