// SPDX-License-Identifier: MIT
// `watch --history` and `history` as a script sees them.
#include <fmt/format.h>
#include <unistd.h>

#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/store/sqlite.h"
#include "tests/catch.h"
#include "tests/cli/run.h"

using namespace rampwatch;
using test::contains;
using test::lines_in;
using test::Ran;
using test::Sleeper;
using test::text_of;

namespace {

bool skips_without_root() {
    if (::geteuid() == 0) return false;
    WARN("skipped: needs root");
    return true;
}

}  // namespace

TEST_CASE("a watch that is killed loses no sample that it has shown, and the next goes on", "[history]") {
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string dir = folder.path() + "/h", shown = folder.path() + "/shown";
    test::run_shell(
        fmt::format("$RAMPWATCH watch --history-dir {0} -i 10ms --format json {1} > {2} & for i in $(seq "
                    "200); do [ $(grep -c '\"event\":\"sample\"' {2}) -gt 5 ] && break; sleep 0.1; done; "
                    "kill -9 $!; wait",
                    dir, sleeper.pid(), shown));
    std::istringstream events(text_of(shown));
    std::int64_t samples = 0;
    for (std::string line; std::getline(events, line);)
        samples += contains(line, "\"event\":\"sample\"") ? 1 : 0;
    REQUIRE(samples > 5);
    CHECK(test::run({"history", "check", "--history-dir", dir}).out == "sleep: sound\n");
    const auto exported = lines_in(test::run({"history", "export", "--history-dir", dir, "sleep"}).out) - 1;
    CHECK(exported >= samples);
    CHECK(contains(test::run({"history", "list", "--history-dir", dir}).out, "not watched"));

    const Ran next =
        test::run({"watch", "--history-dir", dir, "-i", "10ms", "--samples", "10", sleeper.pid()});
    CHECK(next.status == 0);
    CHECK(next.err.empty());
    CHECK(contains(next.out, fmt::format("{} samples", exported + 10)));
    const std::string list = test::run({"history", "list", "--history-dir", dir}).out;
    CHECK(contains(list, "ended"));
    CHECK(lines_in(test::run({"history", "export", "--history-dir", dir, "sleep"}).out) == exported + 11);
}

TEST_CASE("what stands in the way of a history is said once, and the watch goes on", "[history]") {
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string garbage(500, 'x');
    folder.file("damaged.db", "SQLite format 3" + std::string(1, '\0') + garbage);
    folder.file("other.db", garbage);
    folder.file("cut.db", "SQLite format 3");
    const std::vector<std::pair<std::string, std::string>> ways = {
        {"--history-dir " + folder.path() + " --history-name other", "not a database"},
        {"--history-dir " + folder.path() + " --history-name damaged", "not a database"},
        {"--history-dir " + folder.path() + " --history-name cut", "not a database"},
        {"--history-dir /dev/null/x", "cannot be made"},
    };
    for (const auto& [words, expected] : ways) {
        CAPTURE(words);
        const Ran ran =
            test::run_shell(fmt::format("$RAMPWATCH watch {} -i 10ms --samples 20 {}", words, sleeper.pid()));
        CHECK(ran.status == 0);
        CHECK(contains(ran.out, "20 samples"));
        CHECK(contains(ran.err, expected));
        CHECK(contains(ran.err, "20 samples are missing in the history"));
        CHECK(lines_in(ran.err) == 2);
    }
}

TEST_CASE("a database that somebody holds is waited for beside the watch", "[history]") {
    const Sleeper sleeper;
    const test::Folder folder;
    test::run({"watch", "--history-dir", folder.path(), "-i", "10ms", "--samples", "1", sleeper.pid()});
    auto holder = store::Database::open(folder.path() + "/sleep.db", store::Database::Mode::write,
                                        std::chrono::milliseconds(500));
    REQUIRE(holder);
    REQUIRE(holder->run("BEGIN IMMEDIATE"));
    const Ran ran =
        test::run({"watch", "--history-dir", folder.path(), "-i", "10ms", "--samples", "20", sleeper.pid()});
    CHECK(ran.status == 0);
    CHECK(contains(ran.out, "20 samples"));
    CHECK(contains(ran.err, "locked by another process"));
}

TEST_CASE("a disk that is full is told, and so is its end; what waited is then written", "[history]") {
    if (skips_without_root()) return;
    const Sleeper sleeper;
    const test::Folder folder;
    const Ran ran =
        test::run_shell(fmt::format("unshare -m sh -c 'mount -t tmpfs -o size=4m none {0}; ( until [ -s "
                                    "{0}/sleep.db ]; do sleep 0.1; done; sleep 0.3; dd if=/dev/zero "
                                    "of={0}/filler bs=4k; "
                                    "sleep 1; rm {0}/filler ) 2>/dev/null & $RAMPWATCH watch "
                                    "--history-dir {0} -i 20ms --samples 320 "
                                    "{1} && $RAMPWATCH history export --history-dir {0} sleep | wc -l && "
                                    "$RAMPWATCH history check --history-dir "
                                    "{0}'",
                                    folder.path(), sleeper.pid()));
    CAPTURE(ran.err);
    CHECK(ran.status == 0);
    CHECK(contains(ran.err, "no room is left on the disk"));
    CHECK(contains(ran.err, "the history is written again"));
    CHECK(contains(ran.out, "\n321\n"));
    CHECK(contains(ran.out, "sleep: sound"));
}

TEST_CASE("a reader of the group, who may write nothing, reads beside a watch and after it", "[history]") {
    if (skips_without_root()) return;
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string dir = folder.path() + "/h";
    const std::string nobody = "setpriv --reuid 65534 --regid 65534 --clear-groups $RAMPWATCH history";
    const Ran ran = test::run_shell(fmt::format(
        "chmod 755 {0}; cp $RAMPWATCH {0}/rampwatch; chmod 755 {0}/rampwatch; RAMPWATCH={0}/rampwatch; "
        "$RAMPWATCH watch -q --history-dir {1} --history-group 65534 -i 20ms --samples 100 {2} & until [ -s "
        "{1}/sleep.db ]; do sleep 0.1; done; sleep 0.2; "
        "{3} list "
        "--history-dir {1}; wait; {3} check --history-dir {1}; {3} export --history-dir {1} sleep | wc -l",
        folder.path(), dir, sleeper.pid(), nobody));
    CAPTURE(ran.err);
    CHECK(contains(ran.out, "watched"));
    CHECK(contains(ran.out, "sleep: sound"));
    CHECK(contains(ran.out, "\n101\n"));
    CHECK(ran.err.empty());
}

TEST_CASE("a state that is not ours, or of another patience, is said and left alone", "[history]") {
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string state = folder.file("state", "rampwatch-state 9\r\n\x1a\nfrom the future");
    const Ran ran = test::run({"watch", "--state", state, "--history-dir", folder.path(), "-i", "10ms",
                               "--samples", "5", sleeper.pid()});
    CHECK(ran.status == 0);
    CHECK(contains(ran.err, "a state of another version"));
    CHECK(contains(ran.err, "left alone"));
    CHECK(text_of(state) == "rampwatch-state 9\r\n\x1a\nfrom the future");
    const auto watch = [&](const char* patience) {
        return test::run({"watch", "--state", folder.path() + "/own", "--patience", patience, "-i", "10ms",
                          "--samples", "5", sleeper.pid()});
    };
    CHECK(watch("1h").err.empty());
    CHECK(contains(watch("1h").out, "10 samples"));
    const Ran other = watch("2h");
    CHECK(other.status == 0);
    CHECK(contains(other.err, "of another patience"));
    CHECK(contains(watch("1h").out, "15 samples"));
}

TEST_CASE("a state beside a history gives way to another patience, and nothing is forgotten", "[history]") {
    const Sleeper sleeper;
    const test::Folder folder;
    const auto watch = [&](const char* patience) {
        return test::run({"watch", "--history-dir", folder.path(), "--history-name", "own", "--patience",
                          patience, "-i", "10ms", "--samples", "5", sleeper.pid()});
    };
    CHECK(watch("1h").err.empty());
    const std::string before = text_of(folder.path() + "/own.state");
    const Ran other = watch("2h");
    CHECK(other.err.empty());
    CHECK(contains(other.out, "10 samples"));
    CHECK(text_of(folder.path() + "/own.state") != before);
    CHECK(contains(watch("2h").out, "15 samples"));
}

TEST_CASE("words that make no sense to a history are refused with 2", "[history]") {
    const test::Folder folder;
    const std::vector<std::vector<std::string>> refused = {
        {"history"},
        {"history", "burn"},
        {"history", "export", "--history-dir", folder.path()},
        {"history", "export", "--history-dir", folder.path(), "none"},
        {"history", "list", "--before", "3d", "--history-dir", folder.path()},
        {"history", "check", "--history-dir", folder.path()},
        {"history", "prune", "--history-keep", "1h", "--history-dir", folder.path()},
        {"watch", "--history-keep", "48h,30d,400d", "1"},
        {"watch", "--history-dir", folder.path(), "--history-keep", "48h,1h,400d", "1"},
        {"watch", "--history-dir", folder.path(), "--history-name", "a/b", "1"},
        {"watch", "--history-dir", folder.path(), "--history-group", "no-such-group", "1"},
    };
    for (const auto& words : refused) {
        CAPTURE(words);
        const Ran ran = test::run(words);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(lines_in(ran.err) == 1);
    }
}

TEST_CASE("a script reads status and history list as JSON", "[history]") {
    using Json = nlohmann::json;
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string dir = folder.path() + "/h";
    test::run({"watch", "--history-dir", dir, "-i", "10ms", "--samples", "10", sleeper.pid()});

    const Json status = Json::parse(test::run({"status", "--history-dir", dir, "--format", "json"}).out);
    CHECK(status["schema"] == "rampwatch.status/1");
    REQUIRE(status["targets"].size() == 1);
    CHECK(status["targets"][0]["target"] == "sleep");
    CHECK(status["targets"][0]["watcher"] == "ended");
    CHECK(status["targets"][0]["verdict"] == "undecided");
    CHECK(status["targets"][0]["memory_bytes"].get<std::int64_t>() > 0);
    CHECK(status["troubles"].empty());

    const Json list =
        Json::parse(test::run({"history", "list", "--history-dir", dir, "--format", "json"}).out);
    CHECK(list["schema"] == "rampwatch.histories/1");
    REQUIRE(list["histories"].size() == 1);
    CHECK(list["histories"][0]["target"] == "sleep");
    CHECK(list["histories"][0]["samples"] == 10);
    CHECK(list["histories"][0]["lives"] == 1);
    CHECK(list["histories"][0]["state"] == "ended");

    const Ran wrong = test::run({"history", "export", "--history-dir", dir, "--format", "json", "sleep"});
    CHECK(wrong.status == 2);
    CHECK(contains(wrong.err, "list has text and json, export csv"));
}
