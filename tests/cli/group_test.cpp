// SPDX-License-Identifier: MIT
// group and diff of what other tools printed.
#include <nlohmann/json.hpp>
#include <string>

#include "tests/catch.h"
#include "tests/cli/run.h"

namespace rampwatch::test {
namespace {

using Json = nlohmann::json;

// `waiting` goroutines at one place and one at another.
std::string traceback(int waiting) {
    std::string text = "goroutine 1 [running]:\nmain.main()\n\t/src/main.go:9 +0x1d\n\n";
    for (int id = 2; id < 2 + waiting; ++id)
        text += "goroutine " + std::to_string(id) + " [select]:\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n\n";
    return text;
}

}  // namespace

TEST_CASE("dumps of one process in one file are told apart, the last is shown", "[group]") {
    const Folder folder;
    const std::string file = folder.file("shop.log", traceback(2) + traceback(5) + traceback(9));
    const Ran last = run({"group", file});
    CHECK(last.status == 0);
    CHECK(last.out.starts_with("10 goroutines in 2 different stacks in shop.log"));
    CHECK(contains(last.out, "note: shop.log: 3 dumps of the same threads, the last is shown\n"));
    const Ran second = run({"group", file + "#2"});
    CHECK(second.out.starts_with("6 goroutines in 2 different stacks in shop.log"));
    const Ran ninth = run({"group", file + "#9"});
    CHECK(ninth.status == 2);
    CHECK(contains(ninth.err, "has no dump number 9"));
    for (const char* format : {"text", "json"}) CHECK(run({"group", "--format", format, file}).status == 0);
}

TEST_CASE("diff compares the dumps of one text, of two, and a text with a saved dump", "[group]") {
    const Folder folder;
    const std::string three = folder.file("three.log", traceback(2) + traceback(5) + traceback(9));
    const std::string one = folder.file("one.log", traceback(4));
    const auto change = [](const Ran& ran) {
        CHECK(ran.status == 0);
        const Json json = Json::parse(ran.out);
        REQUIRE(json["groups"].size() == 1);
        return json["groups"][0]["change"].get<int>();
    };
    CHECK(change(run({"diff", "--format", "json", three})) == 7);
    CHECK(change(run({"diff", "--format", "json", three + "#1", three + "#2"})) == 3);
    CHECK(change(run({"diff", "--format", "json", three, one})) == -5);
    const std::string saved = folder.file("saved.json", run({"group", "--format", "json", one}).out);
    CHECK(change(run({"diff", "--format", "json", saved, three})) == 5);
    const Ran alone = run({"diff", one});
    CHECK(alone.status == 2);
    CHECK(contains(alone.err, "has only one dump"));
}

TEST_CASE("a file without stacks is refused with the formats that are known", "[group]") {
    const Folder folder;
    const Ran ran = run({"group", folder.file("app.log", "Thread 12 (cleaner): started\nall is well\n")});
    CHECK(ran.status == 2);
    CHECK(contains(ran.err, "no stacks in it"));
    CHECK(contains(ran.err, "faulthandler"));
    CHECK(contains(run({"group", folder.file("app.log.gz", "\x1f\x8b\x08 and so on")}).err, "zcat"));
}

TEST_CASE("a writer that takes its time is waited for, on standard input and in a pipe", "[group]") {
    const Folder folder;
    folder.file("shop.txt", traceback(2));
    const auto after_slow = [&](const std::string& line) {
        return run_shell("cd " + folder.path() + "; rm -f pipe; mkfifo pipe; (sleep 0.3; cat shop.txt) " +
                         line)
            .out;
    };
    CHECK(contains(after_slow("| $RAMPWATCH group -"), "3 goroutines in 2 different stacks"));
    CHECK(contains(after_slow("> pipe & $RAMPWATCH group pipe"), "3 goroutines in 2 different stacks"));
    CHECK(contains(after_slow("> pipe & $RAMPWATCH diff pipe shop.txt"), "3 stacks, then 3"));
    const std::string twice = folder.file("twice.txt", traceback(2) + traceback(4));
    CHECK(contains(run_shell("(sleep 0.3; cat " + twice + ") | $RAMPWATCH diff -").out, "3 stacks, then 5"));
}

TEST_CASE("a stack that was not understood is marked, in text and in JSON", "[group]") {
    const Folder folder;
    const std::string file = folder.file(
        "torn.log", traceback(2) + "goroutine 20 [select]:\n%%%%\nmain.wait(0x1)\n\t/src/wait.go:7 +0x1d\n");
    const Ran text = run({"group", file});
    CHECK(text.out.starts_with("4 goroutines in 3 different stacks"));
    CHECK(contains(text.out, "note: torn.log: of 1 stack frames may be missing: it stands alone\n"));
    CHECK(contains(text.out, ".. lines of it were not understood: frames may be missing"));
    const Json json = Json::parse(run({"group", "--format", "json", file}).out);
    int damaged = 0;
    for (const Json& group : json["groups"]) damaged += group["damaged"].get<bool>() ? 1 : 0;
    CHECK(damaged == 1);
}

}  // namespace rampwatch::test
