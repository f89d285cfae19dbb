// SPDX-License-Identifier: MIT
// The program's door: words that no subcommand takes.
#include <unistd.h>

#include <cctype>
#include <sstream>

#include "tests/catch.h"
#include "tests/cli/run.h"

using namespace rampwatch;
using test::contains;
using test::Ran;

TEST_CASE("an unknown word names the command that was meant", "[door]") {
    const Ran ran = test::run({"wacth"});
    CHECK(ran.status == 2);
    CHECK(contains(ran.err, "did you mean \"watch\"?"));
    CHECK(ran.out.empty());
}

TEST_CASE("an unknown option names the one that was meant", "[door]") {
    const Ran ran = test::run({"watch", "--patiense", "3h", "1"});
    CHECK(ran.status == 2);
    CHECK(contains(ran.err, "--patiense"));
    CHECK(contains(ran.err, "did you mean \"--patience\"?"));
}

TEST_CASE("no words at all is bad usage, and help goes to stderr", "[door]") {
    const Ran ran = test::run({});
    CHECK(ran.status == 2);
    CHECK(ran.out.empty());
    CHECK(contains(ran.err, "Usage"));
}

TEST_CASE("--help lists the commands and gives examples", "[door]") {
    for (const std::vector<std::string>& words : {std::vector<std::string>{"--help"}, {"help"}}) {
        const Ran ran = test::run(words);
        CHECK(ran.status == 0);
        CHECK(contains(ran.out, "watch"));
        CHECK(contains(ran.out, "Examples:"));
    }
    CHECK(contains(test::run({"help", "watch"}).out, "--exit-on-leak"));
}

TEST_CASE("no line of any --help is wider than 80 columns, and all speak with one voice", "[door]") {
    const std::string all = test::run({"--help"}).out;
    std::vector<std::string> commands;
    std::istringstream lines(all.substr(all.find("Subcommands:\n") + 13));
    for (std::string line; std::getline(lines, line) && !line.empty();) {
        if (line.starts_with("  ") && line[2] != ' ')
            commands.push_back(line.substr(2, line.find_first_of(" ,", 2) - 2));
    }
    REQUIRE(commands.size() > 12);
    commands.insert(commands.begin(), "");
    for (const std::string& command : commands) {
        CAPTURE(command);
        const Ran ran = command.empty() ? test::run({"--help"}) : test::run({command, "--help"});
        CHECK(ran.status == 0);
        std::istringstream text(ran.out);
        for (std::string line; std::getline(text, line);) {
            CAPTURE(line);
            CHECK(line.size() <= 80);
            CHECK((line.empty() || line.back() != ' '));
        }
        if (command.empty()) continue;
        const std::string usage = "Usage: rampwatch " + command;
        CHECK(ran.out.starts_with(usage));
        const auto about = ran.out.find("\n\n") + 2;  // what it does, as an order
        CHECK(std::islower(static_cast<unsigned char>(ran.out[about])));
    }
}

TEST_CASE("the options of watch stand in groups", "[door]") {
    const std::string help = test::run({"watch", "--help"}).out;
    std::size_t at = 0;
    for (const char* group : {"Which process:", "How it is judged:", "How long:", "What is printed:",
                              "How stacks are read:", "What is kept:", "Who is told:"}) {
        CAPTURE(group);
        const auto found = help.find(std::string("\n") + group + "\n", at);
        REQUIRE(found != std::string::npos);
        at = found;
    }
}

TEST_CASE("what was nearly right is told how it is said", "[door]") {
    CHECK(contains(test::run({"scan", "--json"}).err, "did you mean \"--format json\"?"));
    CHECK(contains(test::run({"gunicorn"}).err, "rampwatch look --name gunicorn"));
    CHECK(contains(test::run({"--name", "no-such-program"}).err, "no process is named no-such-program"));
}

TEST_CASE("--version names the libraries in use and the helpers found", "[door]") {
    const Ran ran = test::run({"--version"});
    CHECK(ran.status == 0);
    CHECK(ran.out.starts_with("rampwatch "));
    for (const char* name : {"libproc2", "fmt", "CLI11", "nlohmann-json", "eu-stack", "gdb"})
        CHECK(contains(ran.out, name));
}

TEST_CASE("a command to start is refused where none is started", "[door]") {
    CHECK(test::run({"--", "true"}).status == 2);
    CHECK(test::run({"look", "--", "true"}).status == 2);
}

TEST_CASE("control characters in a word do not reach the terminal", "[door]") {
    const Ran ran = test::run({"\x1b[31mx"});
    CHECK(ran.status == 2);
    CHECK_FALSE(contains(ran.err, "\x1b"));
}

TEST_CASE("a dry run of a dump says whether it could be taken, and if not why not", "[door]") {
    if (::geteuid() != 0) return;  // whether a child may look at its parent is the host's choice
    const std::string own = std::to_string(::getpid());
    const Ran may = test::run({"dump", "--dry-run", own});
    CHECK(may.status == 0);
    CHECK(may.out.starts_with("PID " + own + " ("));
    CHECK(contains(may.out, "): its stacks can be read\n"));
    const Ran kernel = test::run({"dump", "--dry-run", "2"});  // kthreadd, or nobody
    CHECK(kernel.status == 2);
    CHECK(kernel.out.empty());
}
