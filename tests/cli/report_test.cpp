// SPDX-License-Identifier: MIT
// `report`, `ack`, `status`, `sample` and `scan` as a script sees them.
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <nlohmann/json.hpp>
#include <sstream>

#include "core/base/poller.h"
#include "core/base/subprocess.h"
#include "core/store/drill_note.h"
#include "core/store/history_place.h"
#include "core/store/history_writer.h"
#include "core/store/sqlite.h"
#include "tests/catch.h"
#include "tests/cli/run.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;
using test::contains;
using test::lines_in;
using test::Ran;

namespace {

constexpr std::int64_t kMiB = 1 << 20;

struct Recording {
    std::string name = "leaky";
    double mib_per_h = 4.4;
    nanoseconds time = 30h;  // a second day has answered
    nanoseconds ended_ago = 0s;
    int lives = 1;
    bool clean_stop = true;
    double start_mib = 80;
};

// A minute between two samples.
void record(const std::string& directory, const Recording& what) {
    const nanoseconds begin_wall = wall_now() - what.ended_ago - what.lives * what.time;
    for (int life = 0; life < what.lives; ++life) {
        const nanoseconds from = life * what.time;
        const Life who{
            .boot_id = "b", .pid = 999'990 + life, .start_ticks = 1, .executable = "/usr/bin/" + what.name};
        auto writer =
            store::HistoryWriter::open({.place = {.directory = directory},
                                        .target = what.name,
                                        .watching = {.interval = 60s, .patience = 9h, .min_count = 50}},
                                       who, from, begin_wall + from);
        REQUIRE(writer);
        REQUIRE((*writer)->begin());
        for (nanoseconds t = 0s; t < what.time; t += 60s) {
            const double hours = std::chrono::duration<double, std::ratio<3600>>(t).count();
            Sample sample{.mono = from + t, .wall = begin_wall + from + t};
            sample.anon_bytes = static_cast<std::int64_t>((what.start_mib + what.mib_per_h * hours) * kMiB) +
                                (t / 60s) % 3 * 4096;
            sample.rss_bytes = *sample.anon_bytes + 10 * kMiB;
            sample.threads = 12;
            REQUIRE((*writer)->add(sample, (*writer)->life()));
        }
        REQUIRE((*writer)->commit());
        if (what.clean_stop) REQUIRE((*writer)->end_watch("test", wall_now()));
    }
}

class Histories : public test::Folder {
  public:
    [[nodiscard]] std::string place() const { return path() + "/h"; }
    [[nodiscard]] Ran report(std::vector<std::string> words = {}) const {
        return with("report", std::move(words));
    }
    [[nodiscard]] Ran with(const std::string& command, std::vector<std::string> words,
                           bool state = true) const {
        words.insert(words.begin(), command);
        words.insert(words.end(), {"--history-dir", place()});
        if (state) words.insert(words.end(), {"--state-dir", path() + "/state"});
        return test::run(words);
    }
};

}  // namespace

TEST_CASE("a report says who leaks, most urgent first, in lines that fit a mail", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "steady", .mib_per_h = 0});
    record(histories.place(), {.name = "leaky"});
    const Ran ran = histories.report();
    CHECK(ran.status == 1);
    CHECK(ran.err.empty());
    CHECK(ran.out.starts_with("rampwatch: 1 leak on "));
    CHECK(contains(ran.out, "leaky +4.40 MiB/h"));
    CHECK(ran.out.find("\nleaky: LEAK, confirmed") < ran.out.find("\nsteady: healthy"));
    CHECK(contains(ran.out, "dots: the fitted line"));
    const auto last = ran.out.rfind("\nnext: ");
    REQUIRE(last != std::string::npos);
    CHECK(lines_in(ran.out.substr(last + 1)) == 1);
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        CAPTURE(line);
        if (!line.starts_with("next: ")) CHECK(line.size() <= 80);
    }
}

TEST_CASE("a quiet report tells a leak once, and nothing when nothing is new", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "steady", .mib_per_h = 0});
    CHECK(histories.report({"--quiet"}).out.empty());
    record(histories.place(), {.name = "leaky"});
    const Ran first = histories.report({"--quiet"});
    CHECK(first.status == 1);
    CHECK(contains(first.out, "news          new: LEAK: memory grew by"));
    CHECK(contains(first.out, "1 other target without news"));
    const Ran second = histories.report({"--quiet"});
    CHECK(second.status == 0);
    CHECK(second.out.empty());
    CHECK(second.err.empty());
    CHECK(histories.report().status == 1);  // by hand everything is shown
}

TEST_CASE("a drill is mailed once, marked, and below a true leak", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "steady", .mib_per_h = 0});
    REQUIRE(store::note_drill(store::history_path(histories.place(), "steady"), wall_now()));

    const Ran alone = histories.report({"--quiet"});
    CHECK(alone.status == 1);
    CHECK(contains(alone.out, "rampwatch: DRILL"));
    CHECK(contains(alone.out, "steady: a test alarm was requested"));
    CHECK_FALSE(contains(histories.report().out, "DRILL"));
    CHECK(histories.report({"--quiet"}).out.empty());

    record(histories.place(), {.name = "leaky"});
    REQUIRE(store::note_drill(store::history_path(histories.place(), "steady"), wall_now()));
    const Ran both = histories.report({"--quiet"});
    CHECK(both.out.find("rampwatch: 1 leak") == 0);
    CHECK(contains(both.out, "rampwatch: DRILL"));

    REQUIRE(store::note_drill(store::history_path(histories.place(), "steady"), wall_now() - 25h));
    CHECK_FALSE(contains(histories.report({"--quiet"}).out, "DRILL"));
}

TEST_CASE("a service's history goes by its name without .service too, in every command", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "leaky.service"});
    record(histories.place(), {.name = "other.service", .mib_per_h = 0});
    const Ran report = histories.report({"--target", "leaky"});
    CHECK(report.status == 1);
    CHECK(contains(report.out, "leaky.service"));
    CHECK(histories.with("ack", {"leaky"}).status == 0);
    CHECK(test::lines_in(histories.with("history", {"export", "leaky"}, false).out) > 1000);
    for (const std::string command : {"report", "ack"}) {
        std::vector<std::string> words = {"lea"};
        if (command == "report") words.insert(words.begin(), "--target");
        const Ran none = histories.with(command, words);
        CHECK(none.status == 2);
        CHECK(contains(none.out + none.err, "leaky.service"));  // those that there are
    }
}

TEST_CASE("an acknowledged leak is no news until then", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "leaky"});
    const Ran acked = histories.with("ack", {"leaky", "--until", "3d"});
    CHECK(acked.status == 0);
    CHECK(contains(acked.out, "leaky: acknowledged: report --quiet is silent about it until "));
    CHECK(histories.report({"--quiet"}).status == 0);
    CHECK(contains(histories.report().out, "acknowledged  until "));
    CHECK(contains(histories.with("status", {}).out, ", silenced"));
    CHECK_FALSE(contains(histories.with("status", {"--format", "json"}).out, R"("acknowledged_until":null)"));
    CHECK(histories.with("ack", {"leaky", "--until", "0"}).out ==
          "leaky: acknowledged no longer: its news will be reported again\n");
    CHECK_FALSE(contains(histories.with("status", {}).out, "silenced"));
    CHECK(histories.report({"--quiet"}).status == 1);
    CHECK(histories.with("ack", {"nobody"}).status == 2);
    CHECK(histories.with("ack", {"leaky", "--until", "whenever"}).status == 2);
}

TEST_CASE("a watch that died is news each time, with status 2; one that was stopped is none", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "stopped", .mib_per_h = 0, .ended_ago = 2h});
    CHECK(histories.report({"--quiet"}).status == 0);
    record(histories.place(), {.name = "nginx", .mib_per_h = 0, .ended_ago = 2h, .clean_stop = false});
    for (int i = 0; i < 2; ++i) {
        const Ran ran = histories.report({"--quiet"});
        CHECK(ran.status == 2);
        CHECK(contains(ran.out, "nginx not watched since "));
        CHECK(contains(ran.out, "nginx: not watched since "));
    }
    CHECK(histories.with("ack", {"nginx"}).status == 0);
    CHECK(histories.report({"--quiet"}).status == 0);
    const Ran status = histories.with("status", {}, false);
    CHECK(status.status == 2);
    CHECK(contains(status.out, "DEAD"));
    CHECK(contains(status.out, "ended"));
}

TEST_CASE("restarts that hide a growth are told, and accuse nobody of a leak", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "shop", .mib_per_h = 20, .time = 4h, .lives = 5});
    const Ran ran = histories.report({"--quiet"});
    CHECK(contains(ran.out, "restarted 4 times; each of the last"));
    CHECK(contains(ran.out, "at the same slope"));
    CHECK(histories.report({"--quiet"}).out.empty());
}

TEST_CASE("what was known then can be reported now", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "leaky", .time = 30h});
    CHECK(histories.report({"--until", "28h"}).status == 0);
    CHECK(histories.report({"--until", "2h"}).status == 1);
    CHECK(histories.report({"--since", "1h", "--until", "2h"}).status == 2);
    CHECK(histories.report({"--since", "yesterday"}).status == 2);
}

TEST_CASE("JSON and HTML are whole files or none", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "leaky"});
    const std::string json_path = histories.path() + "/r.json", html_path = histories.path() + "/r.html";
    CHECK(histories.report({"--format", "json", "-o", json_path}).out.empty());
    std::ifstream file(json_path);
    const auto json = nlohmann::json::parse(file);
    CHECK(json["schema"] == "rampwatch.report/1");
    CHECK(json["targets"][0]["verdict"]["verdict"] == "leak");
    CHECK(histories.report({"--format", "html", "-o", html_path}).status == 1);
    std::ostringstream page;
    page << std::ifstream(html_path).rdbuf();
    CHECK(page.str().starts_with("<!DOCTYPE html>"));
    CHECK(page.str().ends_with("</html>\n"));
    CHECK(histories.report({"-o", "/nonexistent/dir/r"}).status == 2);
    CHECK(histories.report({"--only", "leaks", "--format", "json"}).out.size() > 100);
}

TEST_CASE("a report takes neither HOME nor a locale for granted", "[report]") {
    const Histories histories;
    record(histories.place(), {.name = "leaky"});
    const Ran ran =
        test::run_shell(fmt::format("env -i XDG_STATE_HOME={0}/own $RAMPWATCH report --quiet --history-dir "
                                    "{0}/h --state-dir {0}/own | cat",
                                    histories.path()));
    CHECK(contains(ran.out, "LEAK"));
    CHECK(std::all_of(ran.out.begin(), ran.out.end(),
                      [](char c) { return c == '\n' || (c >= ' ' && c <= '~'); }));
}

TEST_CASE("no history, a damaged one, and words that make no sense are trouble", "[report]") {
    const Histories histories;
    CHECK(histories.report().status == 2);
    CHECK(histories.with("status", {}, false).status == 2);
    record(histories.place(), {.name = "steady", .mib_per_h = 0});
    histories.file("h/broken.db", std::string(300, 'x'));
    const Ran ran = histories.report({"--quiet"});
    CHECK(ran.status == 2);
    CHECK(contains(ran.out, "unreadable: "));
    CHECK(contains(ran.out, "not a database"));
    CHECK(histories.report({"--format", "xml"}).status == 2);
    CHECK(histories.report({"--only", "some"}).status == 2);
    CHECK(histories.report({"--target", "nobody"}).status == 2);
}

TEST_CASE("single samples build a history that is judged like a watch's", "[report]") {
    auto sleeper = Subprocess::start({"sleep", "300"}, {});
    REQUIRE(sleeper);
    const Histories histories;
    const std::string pid = std::to_string(sleeper->pid());
    for (int i = 0; i < 3; ++i) {
        const Ran ran = histories.with("sample", {"--no-dumps", "--patience", "1h", "-p", pid}, false);
        CHECK(ran.status == 0);
        CHECK(ran.out.empty());
        CHECK(ran.err.empty());
    }
    const Ran list = test::run({"history", "list", "--history-dir", histories.place()});
    CHECK(contains(list.out, "sleep "));
    CHECK(contains(list.out, "  3  "));
    CHECK(contains(histories.with("status", {}, false).out, "sampled"));
    CHECK(contains(histories.report().out, "undecided after "));
    CHECK(histories.with("sample", {"-p", "999999999"}, false).status == 2);
    // With the stacks of this life: once, however many samples follow.
    for (int i = 0; i < 3; ++i)
        CHECK(histories.with("sample", {"--patience", "1h", "-p", pid}, false).status == 0);
    auto database = store::Database::open(histories.place() + "/sleep.db", store::Database::Mode::read, 1s);
    REQUIRE(database);
    const auto dumps = database->number("SELECT count(*) FROM dumps");
    REQUIRE(dumps);
    CHECK(*dumps == 1);
}

TEST_CASE("a tree is sampled in sum, time after time", "[report]") {
    const Histories histories;
    const Ran ran = test::run_shell(
        "sh -c 'sleep 60 & sleep 60 & wait' & tree=$!; sleep 0.3; for i in 1 2 3; do \"$RAMPWATCH\" sample "
        "--tree $tree --no-dumps --patience 1h --history-name pool --history-dir " +
        histories.place() + " || echo trouble; done; pkill -P $tree; kill $tree 2>/dev/null; true");
    CHECK(ran.out.empty());
    CHECK(ran.err.empty());
    const Ran list = test::run({"history", "list", "--history-dir", histories.place()});
    CHECK(contains(list.out, "pool "));
    CHECK(contains(list.out, "  3  "));
    // What is kept is of all three processes together.
    const Ran out = test::run({"history", "export", "pool", "--history-dir", histories.place()});
    CHECK(contains(out.out, ",3,"));
    CHECK(contains(histories.report().out, "undecided after "));
    CHECK(histories.with("sample", {"--tree", "999999999"}, false).status == 2);
}

TEST_CASE("a sampled target that is not running is quiet for cron, and told by the report once", "[report]") {
    const Histories histories;
    const std::string name = fmt::format("rwnap{}", ::getpid()), program = histories.path() + "/" + name;
    test::run_shell("cp $(command -v sleep) " + program);
    const auto sample = [&] { return histories.with("sample", {"--no-dumps", "--name", name}, false); };
    CHECK(sample().status == 2);  // never seen: perhaps a slip of the pen
    for (int life = 1; life <= 2; ++life) {
        {
            const auto napper = Subprocess::start({program, "300"}, {});
            REQUIRE(napper);
            test::run_shell(
                fmt::format("for i in $(seq 100); do [ \"$(cat /proc/{}/comm)\" = {} ] && break; sleep "
                            "0.1; done",
                            napper->pid(), name.substr(0, 15)));
            CHECK(sample().status == 0);
            CHECK(histories.report({"--quiet"}).out.empty());
        }
        for (int i = 0; i < 2; ++i) {
            const Ran ran = sample();
            CHECK(ran.status == 0);
            CHECK(ran.out + ran.err == "");
        }
        const Ran told = histories.report({"--quiet"});
        CHECK(told.status == 0);
        CHECK(contains(told.out, ": not running; it was last seen "));
        CHECK(histories.report({"--quiet"}).out.empty());
        CHECK(contains(histories.with("status", {}, false).out, " absent\n"));
        CHECK(contains(test::run({"history", "list", "--history-dir", histories.place()}).out,
                       fmt::format(" {}  ", life)));
    }
    // Nobody looks any more: not the target is silent, but cron.
    auto database =
        store::Database::open(histories.place() + "/" + name + ".db", store::Database::Mode::write, 1s);
    REQUIRE(database);
    REQUIRE(database->run(
        "UPDATE samples SET wall_ns = wall_ns - 7200000000000; UPDATE watches SET began_wall_ns = "
        "began_wall_ns - 7200000000000, ended_wall_ns = ended_wall_ns - 3600000000000"));
    const Ran dead = histories.report({"--quiet"});
    CHECK(dead.status == 2);
    CHECK(contains(dead.out, ": not watched since "));
}

TEST_CASE("a scan names what grew, and says what so short a time cannot exclude", "[report]") {
    auto grower = Subprocess::start({"sh", "-c",
                                     "x=$(head -c 200000 /dev/zero | tr '\\0' a); while :; do x=$x$(head -c "
                                     "300000 /dev/zero | tr '\\0' b); "
                                     "sleep 0.1; done"},
                                    {});
    REQUIRE(grower);
    const Ran ran = test::run({"scan", "--for", "2s", "-i", "100ms", "--format", "json"});
    CHECK(ran.status == 0);
    const auto json = nlohmann::json::parse(ran.out);
    CHECK(json["schema"] == "rampwatch.scan/1");
    CHECK(json["processes"] > 1);
    const auto found = std::find_if(json["grew"].begin(), json["grew"].end(),
                                    [&](const auto& row) { return row["pid"] == grower->pid(); });
    REQUIRE(found != json["grew"].end());
    CHECK((*found)["last_bytes"] > (*found)["first_bytes"]);
    const Ran text = test::run({"scan", "--for", "1s"});
    CHECK(contains(text.out, "cannot exclude a warm-up"));
    CHECK(test::run({"scan", "--for", "0"}).status == 2);
}
