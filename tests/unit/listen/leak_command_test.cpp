// SPDX-License-Identifier: MIT
// What is done about a leak: a command that is run, a file that appears.
#include <sys/stat.h>

#include <string>
#include <vector>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/listen/leak_command.h"
#include "core/listen/leak_file.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;

using namespace std::chrono_literals;

namespace {

Event leak_of(TargetId target = 0, Event::Kind kind = Event::Kind::leak) {
    Event event{.kind = kind, .target = target};
    event.who = Life{.pid = 4711, .executable = "/srv/bad\nname"};
    event.verdict = std::make_shared<const Verdict>(Verdict{.claim = Claim::leak});
    return event;
}

// What was told of `times` leaks until nothing is owed any more.
struct Told {
    std::vector<bool> ok{};
    std::vector<std::string> lines{};
};
Told told_by(const std::vector<std::string>& words, int times = 1, std::chrono::nanoseconds most_time = 1min,
             bool drill = false) {
    Told told;
    listen::LeakCommand command(
        {.words = words, .target = "nginx.service", .unit = "nginx.service", .most_time = most_time},
        [&](bool ok, const std::string& line) {
            told.ok.push_back(ok);
            told.lines.push_back(line);
        });
    const watch::Session session({});
    for (int time = 0; time < times; ++time)
        drill ? command.drill(leak_of()) : command.on_event(leak_of(), session);
    while (command.busy()) {
        Poller poller;
        poller.add(command.fd());
        poller.wait(command.deadline());
        std::vector<Fact> none;
        command.collect(none);
    }
    return told;
}

bool exists(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0;
}

std::string text_of(const std::string& path) { return read_file(path, 1 << 20).value(); }

}  // namespace

TEST_CASE("a command is split at blanks, and quotes hold a word together", "[listen]") {
    using Words = std::vector<std::string>;
    CHECK(listen::split_command("/bin/page  -x\t1").value() == Words{"/bin/page", "-x", "1"});
    CHECK(listen::split_command("sh -c 'echo \"$A\" | cat' ''").value() ==
          Words{"sh", "-c", "echo \"$A\" | cat", ""});
    CHECK(listen::split_command("a\"b c\"d $HOME").value() == Words{"ab cd", "$HOME"});
    CHECK_FALSE(listen::split_command("  "));
    CHECK_FALSE(listen::split_command("sh -c 'echo"));
}

TEST_CASE("the command of a leak reads the event and has its fields, foreign names escaped", "[listen]") {
    const Told told = told_by({"sh", "-c",
                               "read -r line; echo \"$RAMPWATCH_TARGET $RAMPWATCH_PID $RAMPWATCH_EXE "
                               "$RAMPWATCH_DRILL ${line%%,\\\"time*}\"; exit 3"});
    REQUIRE(told.lines.size() == 1);
    CHECK_FALSE(told.ok.front());
    CHECK(told.lines.front().find("ended with status 3: nginx.service 4711 /srv/bad") != std::string::npos);
    CHECK(told.lines.front().find(
              "x0aname 0 {\"drill\":false,\"schema\":\"rampwatch.event/1\",\"event\":\"leak\"") !=
          std::string::npos);
}

TEST_CASE("the command is run without a shell", "[listen]") {
    const Told told = told_by({"echo", "$RAMPWATCH_PID", ";", "false"});
    REQUIRE(told.lines.size() == 1);
    CHECK(told.ok.front());
    CHECK(told.lines.front() == "--on-leak: echo ended with status 0: $RAMPWATCH_PID ; false");
}

TEST_CASE("a drill's command is told that it is one", "[listen]") {
    const Told told = told_by({"sh", "-c", "echo $RAMPWATCH_DRILL"}, 1, 1min, true);
    REQUIRE(told.lines.size() == 1);
    CHECK(told.lines.front().ends_with(": 1"));
}

TEST_CASE("a command that takes too long is ended, with what it started", "[listen]") {
    const Told told = told_by({"sh", "-c", "sleep 1000 & echo begun; wait"}, 1, 50ms);
    REQUIRE(told.lines.size() == 1);
    CHECK_FALSE(told.ok.front());
    CHECK(told.lines.front().find("took longer than") != std::string::npos);
}

TEST_CASE("at most six commands are started in an hour", "[listen]") {
    const Told told = told_by({"true"}, 8);
    CHECK(std::count(told.ok.begin(), told.ok.end(), true) == 6);
    CHECK(std::count(told.ok.begin(), told.ok.end(), false) == 2);
}

TEST_CASE("a command that does not exist is told, and harms nothing", "[listen]") {
    const Told told = told_by({"/no/such/command"});
    REQUIRE(told.lines.size() == 1);
    CHECK(told.lines.front().find("no such program") != std::string::npos);
}

TEST_CASE("the file of a leak is there while one goes on", "[listen]") {
    const test::TempTree tree;
    const std::string path = tree.path("nginx.leak");
    const watch::Session session({});
    listen::LeakFile file(path, [](const std::string&) {});
    CHECK_FALSE(exists(path));
    file.on_event(leak_of(0), session);
    file.on_event(leak_of(2), session);
    CHECK(text_of(path).starts_with("{\"drill\":false,"));
    file.on_event(leak_of(0, Event::Kind::recovered), session);
    CHECK(exists(path));
    file.on_event(leak_of(2, Event::Kind::gone), session);
    CHECK_FALSE(exists(path));
}

TEST_CASE("a drill's file goes when it is over, and never hides a true leak", "[listen]") {
    const test::TempTree tree;
    const std::string path = tree.path("nginx.leak");
    const watch::Session session({});
    listen::LeakFile file(path, [](const std::string&) {});
    CHECK(file.drill(leak_of()));
    CHECK(text_of(path).starts_with("{\"drill\":true,"));
    file.end_drill();
    CHECK_FALSE(exists(path));
    file.on_event(leak_of(), session);
    CHECK_FALSE(file.drill(leak_of()));
    CHECK(text_of(path).starts_with("{\"drill\":false,"));
    file.end_drill();
    CHECK(exists(path));
}
