// SPDX-License-Identifier: MIT
// `rampwatch watch` as a script sees it: words in; status, stdout and stderr out.
#include <fmt/format.h>
#include <sys/resource.h>

#include <fstream>
#include <sstream>

#include "tests/catch.h"
#include "tests/cli/run.h"

using namespace rampwatch;
using test::contains;
using test::lines_in;
using test::Ran;
using test::Sleeper;
using test::text_of;

namespace {

using Words = std::vector<std::string>;

double cpu_seconds_of_children() {
    rusage used{};
    ::getrusage(RUSAGE_CHILDREN, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

TEST_CASE("a watch of three processes rests between its looks, reads stacks and ends when it is to",
          "[watch]") {
    const double before = cpu_seconds_of_children();
    const Ran ran = test::run_shell(
        "sh -c 'sleep 60 & sleep 60 & wait' & tree=$!; sleep 0.3; "
        "timeout -s KILL 60 \"$RAMPWATCH\" watch --tree $tree --patience 2m -i 100ms --for 6s --format json; "
        "status=$?; "
        "pkill -P $tree; kill $tree; exit $status");
    CHECK(ran.status == 0);
    CAPTURE(ran.err);
    // A 64th of the patience is 1.9 s: from then on baselines are asked for, and those of members refused.
    CHECK(contains(ran.out, "\"dump\""));
    CHECK(contains(ran.out, "\"ended\""));
    // Spinning, it takes all that six seconds of a core have to give; starved, still most of its time.
    CHECK(cpu_seconds_of_children() - before < 2.0);
}

TEST_CASE("a short watch says undecided, what it cannot exclude, and ends with 0", "[watch]") {
    const Sleeper sleeper;
    const Ran ran = test::run({"watch", "--samples", "3", "-i", "20ms", sleeper.pid()});
    CHECK(ran.status == 0);
    CHECK(contains(ran.out, "undecided"));
    CHECK(contains(ran.out, "3 samples"));
    CHECK(contains(ran.out, "--patience"));
    CHECK(ran.err.empty());
}

TEST_CASE("a quiet watch with nothing to say says nothing", "[watch]") {
    const Sleeper sleeper;
    const Ran ran = test::run({"watch", "-q", "--for", "200ms", "-i", "20ms", sleeper.pid()});
    CHECK(ran.status == 0);
    CHECK(ran.out.empty());
    CHECK(ran.err.empty());
}

TEST_CASE("a signal ends the waiting for a target, and that is said", "[watch]") {
    const test::Folder folder;
    const Ran ran = test::run_shell(fmt::format(
        "cd {}; \"$RAMPWATCH\" watch --wait --name no-such-program 2>said & "
        "until grep -q 'waiting for the process' said; do sleep 0.1; done; kill -TERM $!; wait $!",
        folder.path()));
    CHECK(ran.status == 2);
    CHECK(contains(text_of(folder.path() + "/said"), "interrupted while waiting"));
    CHECK(ran.out.empty());
}

TEST_CASE("with a command the status is the command's", "[watch]") {
    CHECK(test::run({"watch", "--", "true"}).status == 0);
    CHECK(test::run({"watch", "--", "sh", "-c", "exit 7"}).status == 7);
    CHECK(test::run({"watch", "--", "sh", "-c", "sleep 0.2; kill -9 $$"}).status == 137);
    CHECK(test::run({"watch", "--", "/nonexistent/program"}).status == 127);
    CHECK(test::run({"watch", "--", "/etc/passwd"}).status == 126);
    CHECK(test::run({"watch", "--for", "soon", "--", "true"}).status == 125);
    CHECK(test::run({"watch", "--no-such-option", "--", "true"}).status == 125);
}

TEST_CASE("--for ends the watching, and then the command is waited for", "[watch]") {
    const Ran ran = test::run(
        {"watch", "--for", "100ms", "-i", "20ms", "--", "sh", "-c", "sleep 0.5; echo done; exit 3"});
    CHECK(ran.status == 3);
    CHECK(contains(ran.out, "undecided"));
    CHECK(contains(ran.out, "done"));
}

TEST_CASE("a target that ends during the watch is told, with the verdict so far", "[watch]") {
    const Ran ran = test::run({"watch", "-i", "20ms", "--", "sh", "-c", "sleep 0.3; exit 4"});
    CHECK(ran.status == 4);
    CHECK(contains(ran.out, "exited with status 4"));
    CHECK(contains(ran.out, "verdict so far"));
}

TEST_CASE("--follow goes on with the next process of that name, or of that pidfile", "[watch]") {
    const bool by_name = GENERATE(true, false);
    CAPTURE(by_name);
    const test::Folder folder;
    const Ran ran = test::run_shell(fmt::format(
        "cd {}; cp \"$(command -v sleep)\" rwfollow; ./rwfollow 60 & first=$!; echo $first > pid; sleep 0.3; "
        "timeout -s KILL 60 \"$RAMPWATCH\" watch --follow {} -i 100ms --for 5s --format json & watch=$!; "
        "sleep 1.5; kill $first; sleep 0.2; ./rwfollow 60 & second=$!; echo $second > pid; wait $watch; "
        "status=$?; kill $second; echo first=$first second=$second; exit $status",
        folder.path(), by_name ? "--name rwfollow" : "--pidfile pid"));
    CAPTURE(ran.out, ran.err);
    CHECK(ran.status == 0);
    const auto pid_of = [&](const std::string& word) {
        const auto at = ran.out.rfind(word + "=") + word.size() + 1;
        return ran.out.substr(at, ran.out.find_first_of(" \n", at) - at);
    };
    CHECK(contains(ran.out, "\"restarted\""));
    CHECK(contains(ran.out, "\"pid\":" + pid_of("first")));
    CHECK(contains(ran.out, "\"pid\":" + pid_of("second")));
    CHECK(contains(ran.out, "\"ended\""));
    CHECK(test::run({"watch", "--follow", "1"}).status == 2);
}

TEST_CASE("of several processes by one name the parent's tree is watched; others are listed", "[watch]") {
    const test::Folder folder;
    const auto with_tree = [&](const std::string& line) {
        return test::run_shell(
            fmt::format("cd {}; cp --remove-destination \"$(readlink -f /bin/sh)\" rwtree; "
                        "./rwtree -c './rwtree -c \"sleep 20; :\" & ./rwtree -c \"sleep 20; :\" & wait' & "
                        "sleep 0.5; timeout -s KILL 60 \"$RAMPWATCH\" {}; status=$?; pkill -x rwtree; "
                        "while pgrep -x rwtree >/dev/null; do sleep 0.05; done; exit $status",
                        folder.path(), line));
    };
    const Ran watched = with_tree("watch --name rwtree -i 100ms --for 2s --format json");
    CAPTURE(watched.out, watched.err);
    CHECK(watched.status == 0);
    CHECK(contains(watched.out, "\"target\":1"));  // their sum
    const Ran refused = with_tree("look --name rwtree");
    CAPTURE(refused.err);
    CHECK(refused.status == 2);
    CHECK(contains(refused.err, "parent of the others"));
    CHECK(contains(refused.err, "rampwatch watch --tree "));
    CHECK(lines_in(refused.err) == 5);
}

TEST_CASE("what cannot be watched is refused with 2", "[watch]") {
    const Sleeper sleeper;
    const std::string pid = sleeper.pid();
    const std::vector<Words> refused = {
        {"watch"},
        {"watch", "0"},
        {"watch", "999999999"},
        {"watch", "wacth"},
        {"watch", pid, "-p", pid},
        {"watch", "--interval", "1ms", pid},
        {"watch", "--interval", "soon", pid},
        {"watch", "--for", "0", pid},
        {"watch", "--samples", "0", pid},
        {"watch", "--samples", "-1", pid},
        {"watch", "--leak-status", "256", pid},
        {"watch", "--format", "xml", pid},
        {"watch", "--record", "/etc/passwd", pid},
        {"watch", "--record", "/nonexistent/dir/file.csv", pid},
        {"watch", "--patience", "-3", pid},
        {"watch", pid, pid},
        {"watch", "--bogus", pid},
    };
    for (const Words& words : refused) {
        CAPTURE(words);
        const Ran ran = test::run(words);
        CHECK(ran.status == 2);
        CHECK(ran.out.empty());
        CHECK(ran.err.starts_with("rampwatch: "));
        CHECK(lines_in(ran.err) == 1);
    }
}

// Shell: goes on once a good many samples are written, so that the watch and its command are well under way.
std::string until_recorded(const std::string& record) {
    return fmt::format(
        "for i in $(seq 200); do [ $(cat {} 2>/dev/null | wc -l) -gt 10 ] && break; sleep 0.1; done;",
        record);
}

TEST_CASE("a closed, full or abandoned stdout loses lines, never samples", "[watch]") {
    const Sleeper sleeper;
    for (const char* stdout_of : {">&-", ">/dev/full", "| true"}) {
        CAPTURE(stdout_of);
        const test::Folder folder;
        const std::string record = folder.path() + "/record.csv";
        const Ran ran = test::run_shell(
            fmt::format("$RAMPWATCH watch --format json --samples 20 -i 10ms --record {} {} {}; sleep 0.5",
                        record, sleeper.pid(), stdout_of));
        CHECK(lines_in(text_of(record)) == 21);
    }
}

TEST_CASE("a pipe that nobody reads does not stop the watch", "[watch]") {
    const Sleeper sleeper;
    const test::Folder folder;
    const std::string record = folder.path() + "/record.csv";
    const Ran ran = test::run_shell(
        fmt::format("$RAMPWATCH watch --format json --samples 300 -i 10ms --record {} {} | sleep 6", record,
                    sleeper.pid()));
    CHECK(lines_in(text_of(record)) == 301);
}

TEST_CASE("SIGTERM, SIGINT and SIGHUP end a watch in order", "[watch]") {
    const Sleeper sleeper;
    for (const char* signal : {"TERM", "INT", "HUP"}) {
        CAPTURE(signal);
        const test::Folder folder;
        const std::string record = folder.path() + "/record.csv";
        // env resets what a shell ignores in the background
        const Ran ran = test::run_shell(
            fmt::format("env --default-signal $RAMPWATCH watch -i 20ms --record {0} {1} & {2} kill -{3} $!; "
                        "wait $!; echo status $?",
                        record, sleeper.pid(), until_recorded(record), signal));
        CHECK(contains(ran.out, "verdict so far"));
        CHECK(contains(ran.out, "status 0"));
    }
}

TEST_CASE("an ignored SIGHUP stays ignored, as nohup wants it", "[watch]") {
    const Sleeper sleeper;
    const Ran ran = test::run_shell(fmt::format(
        "trap '' HUP; $RAMPWATCH watch -i 20ms --for 600ms {} & sleep 0.3; kill -HUP $!; sleep 0.1; "
        "kill -0 $! && echo alive; wait $!",
        sleeper.pid()));
    CHECK(contains(ran.out, "alive"));
}

TEST_CASE("a signal is passed on to the command, and its ending is told", "[watch]") {
    const test::Folder folder;
    const std::string record = folder.path() + "/record.csv";
    const Ran ran = test::run_shell(fmt::format(
        "env --default-signal $RAMPWATCH watch -i 20ms --record {0} -- sh -c 'trap \"exit 5\" TERM; while :; "
        "do sleep 0.05; done' & {1} kill -TERM $!; wait $!; echo status $?",
        record, until_recorded(record)));
    CHECK(contains(ran.out, "exited with status 5"));
    CHECK(contains(ran.out, "status 5\n"));
}

TEST_CASE("each line of --format json is an event", "[watch]") {
    const Sleeper sleeper;
    const Ran ran = test::run({"watch", "--format", "json", "--samples", "3", "-i", "20ms", sleeper.pid()});
    CHECK(ran.status == 0);
    const std::string head = R"({"schema":"rampwatch.event/1","event":")";
    std::vector<std::string> kinds;
    std::istringstream lines(ran.out);
    for (std::string line; std::getline(lines, line);) {
        REQUIRE(line.starts_with(head));
        CHECK(line.ends_with("}"));
        const std::string kind = line.substr(head.size(), line.find('"', head.size()) - head.size());
        if (kind != "missed") kinds.push_back(kind);  // a busy host
    }
    CHECK(kinds == std::vector<std::string>{"started", "sample", "sample", "sample", "ended"});
}

TEST_CASE("too few samples for a patience are told before they are taken", "[watch]") {
    const Sleeper sleeper;
    const Ran ran =
        test::run({"watch", "--patience", "1s", "--interval", "100ms", "--samples", "1", sleeper.pid()});
    CHECK(ran.status == 0);
    CHECK(contains(ran.err, "nothing will be judged"));
}
