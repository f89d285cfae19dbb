// SPDX-License-Identifier: MIT
// What a watch, a dump and a comparison of dumps tell of Python services that leak.
#include <nlohmann/json.hpp>

#include <chrono>
#include <regex>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "tests/catch.h"
#include "tests/support/pythons.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using nlohmann::json;

namespace {

// Words as they follow each other, however the lines are broken.
std::string words_of(const std::string& text) {
    std::istringstream words(text);
    std::string all;
    for (std::string word; words >> word;) all += (all.empty() ? "" : " ") + word;
    return all;
}

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

// The groups of the dump that was taken for `reason`, as JSON.
json groups_of(const std::string& events, const std::string& reason, const std::string& which) {
    std::istringstream lines(events);
    for (std::string line; std::getline(lines, line);) {
        const json event = json::parse(line);
        if (event["event"] == "dump" && event["dump"]["reason"] == reason) return event["dump"][which];
    }
    return nullptr;
}

std::string service() { return test::tests_file("programs/python/quotes.py"); }

}  // namespace

TEST_CASE("a leak of coroutines is told by the line where they await", "[python_watch]") {
    const test::Target leaker({"/usr/bin/python3", service()});
    const test::Outcome watched =
        test::rampwatch({"watch", "--patience", "20s", "--exit-on-leak", "--for", "3m", leaker.pid_word()});
    CAPTURE(watched.out, watched.err);
    REQUIRE(watched.status == 1);
    const std::size_t leak = watched.out.find("LEAK");
    REQUIRE(leak != std::string::npos);
    const std::string told = watched.out.substr(leak);
    CHECK(has(told, "more coroutines at QuoteService.fetch_quote (quotes.py:22)"));
    CHECK(has(told, "waiting tasks grew with it"));
    const std::size_t group = told.find(" coroutines, 9");  // of all 9x %
    REQUIRE(group != std::string::npos);
    const std::string shown = told.substr(group);
    CHECK(has(shown, ", awaits Future\n    QuoteService.fetch_quote "));
    CHECK(has(shown, "\n      in Queue.get\n    QuoteService.handle_order "));
    CHECK(has(shown, "all of those before are still here"));
    CHECK(has(words_of(shown),
              "hint: awaits a queue that nobody fills? In one sentence: what makes this coroutine return?"));
}

TEST_CASE("a leak of Python's threads is told by the line where they wait", "[python_watch]") {
    const test::Target leaker({"/usr/bin/python3", service(), "--threads"});
    const test::Outcome watched = test::rampwatch({"watch", "--patience", "20s", "--exit-on-leak", "--for",
                                                   "3m", "--format", "json", leaker.pid_word()});
    CAPTURE(watched.err);
    REQUIRE(watched.status == 1);
    const json groups = groups_of(watched.out, "leak", "groups");
    REQUIRE(groups.is_array());
    const json& top = groups[0];
    CHECK(top["change"] > 50);
    const json& own = top["frames"][top["own_frame"].get<std::size_t>()];
    CHECK(own["function"] == "QuoteService.wait_for_quote");
    CHECK(own["language"] == "python");
}

TEST_CASE("two dumps of a Python service compared name the line where more coroutines await",
          "[python_watch]") {
    const test::TempTree tree;
    const test::Target leaker({"/usr/bin/python3", service(), "--rate", "50", "--payload", "16"});
    const auto dump = [&](const std::string& name) {
        const auto taken =
            test::rampwatch({"dump", "--format", "json", "--output", tree.path(name), leaker.pid_word()});
        INFO(taken.err);
        CHECK(taken.status == 0);
    };
    dump("before");
    std::this_thread::sleep_for(std::chrono::seconds(2));  // in which some 100 more are left waiting
    dump("now");
    const auto diff = test::rampwatch({"diff", tree.path("before"), tree.path("now")});
    CAPTURE(diff.out, diff.err);
    const std::size_t group = diff.out.find("QuoteService.fetch_quote");
    REQUIRE(group != std::string::npos);
    const std::size_t head = diff.out.rfind('\n', diff.out.rfind('\n', group) - 1) + 1;
    const std::string line = diff.out.substr(head, group - head);
    CHECK(has(line, " coroutines, "));
    CHECK(has(line, " %, +"));
}

TEST_CASE("100,000 coroutines are all shown, as one group", "[python_watch]") {
    for (const std::string& python : {std::string("/usr/bin/python3"), test::pythons().back()}) {
        INFO(python);
        const test::Target crowd(
            {python, service(), "--first", "100000", "--rate", "0.001", "--payload", "1"});
        const auto dump = test::rampwatch({"dump", crowd.pid_word()});
        CAPTURE(dump.out, dump.err);
        CHECK(dump.status == 0);
        CHECK(has(dump.out, "\n100,000 coroutines, "));
        CHECK(has(dump.out, "QuoteService.handle_order"));
        CHECK_FALSE(has(dump.out, "at least"));
    }
}

TEST_CASE("coroutines that never ran are told apart, and both reasons are asked about", "[python_watch]") {
    for (const char* why : {"forgotten", "held"}) {
        INFO(why);
        const test::Target program(
            {"/usr/bin/python3", test::tests_file("programs/python/unstarted.py"), why, "70"});
        const auto dump = test::rampwatch({"dump", program.pid_word()});
        CAPTURE(dump.out, dump.err);
        CHECK(has(dump.out, "\n70 coroutines, "));
        CHECK(has(dump.out, ", never started\n    refresh "));
        CHECK(has(
            words_of(dump.out),
            "hint: made and never run: is an await or create_task() missing, or is the event loop held up?"));
    }
}

TEST_CASE("a Python program goes by its script, in words and in JSON", "[python_watch]") {
    const test::Target program(
        {"/usr/bin/python3", test::tests_file("programs/python/unstarted.py"), "forgotten", "1"});
    const auto dump = test::rampwatch({"dump", program.pid_word()});
    CHECK(has(dump.out, " of PID " + program.pid_word() + " (unstarted.py)\n"));
    CHECK(has(test::rampwatch({program.pid_word()}).out, ": unstarted.py (/usr/bin/python3"));
    const auto told = json::parse(test::rampwatch({"dump", "--format", "json", program.pid_word()}).out);
    CHECK(told["target"]["program"] == "unstarted.py");
    CHECK_FALSE(told["target"].contains("command_line"));
}

TEST_CASE("the thread that holds the GIL is told, above the groups and with its own", "[python_watch]") {
    const test::Target program({"/usr/bin/python3", "-c",
                                "import ctypes, threading, time\n"
                                "threading.Thread(target=time.sleep, args=(1000,), daemon=True).start()\n"
                                "print('ready', flush=True)\n"
                                "ctypes.PyDLL(None).sleep(1000)\n"});
    test::settle(program.pid());
    const auto dump = test::rampwatch({"dump", program.pid_word()});
    CAPTURE(dump.out, dump.err);
    CHECK(has(dump.out, "; TID " + program.pid_word() + " holds the GIL\n"));
    CHECK(has(dump.out, "\n    TID " + program.pid_word() + " holds the GIL\n"));
    const auto told = json::parse(test::rampwatch({"dump", "--format", "json", program.pid_word()}).out);
    CHECK(told["runtimes"][0]["lock_known"] == true);
    CHECK(told["runtimes"][0]["lock_holders"] == json::array({program.pid()}));
}

TEST_CASE("samples of a Python program carry its coroutines, each count once", "[python_watch]") {
    const test::TempTree tree;
    const test::Target program({"/usr/bin/python3", service(), "--first", "300", "--rate", "0.001"});
    const auto watched =
        test::rampwatch({"watch", "--interval", "200ms", "--for", "4s", "--no-dumps", "--format", "json",
                         "--record", tree.path("record.csv"), program.pid_word()});
    CHECK(watched.status == 0);
    std::istringstream lines(watched.out);
    int counted = 0, samples = 0;
    for (std::string line; std::getline(lines, line);) {
        const json event = json::parse(line);
        if (event["event"] != "sample") continue;
        ++samples;
        if (event["sample"]["tasks"].is_null()) continue;
        ++counted;
        CHECK(event["sample"]["tasks"] == 302);
        CHECK(event["sample"]["aged_tasks"] <= 302);
    }
    CHECK(counted >= 1);
    CHECK(counted < samples);
    const auto judged = test::rampwatch({"analyze", "--format", "json", tree.path("record.csv")});
    CHECK(has(judged.out, "\"tasks\""));
}

TEST_CASE("a heap of Python is told by its types, the storage of dicts apart", "[python_watch]") {
    const test::Target program({"/usr/bin/python3", test::tests_file("programs/python/goods.py"), "60000"});
    const auto heap = test::rampwatch({"heap", program.pid_word()});
    CAPTURE(heap.out, heap.err);
    CHECK(heap.status == 0);
    const auto count_of = [&](const std::string& type) {
        const std::size_t end = heap.out.find(" x " + type + ",");
        if (end == std::string::npos) return 0.0;
        std::string digits =
            heap.out.substr(heap.out.rfind(' ', end - 1) + 1, end - heap.out.rfind(' ', end - 1));
        std::erase(digits, ',');
        return std::stod(digits);
    };
    CHECK(count_of("Session") == Approx(40'000).epsilon(.02));
    CHECK(count_of("Cart") == Approx(30'000).epsilon(.02));
    CHECK(count_of("float") == Approx(60'000).epsilon(.05));
    CHECK(count_of("dict") > 6000);
    CHECK(count_of("bytearray") == Approx(600).epsilon(.05));
    CHECK(has(heap.out, " x bytearray, 19.6 KiB each"));  // with what malloc holds for the bytes
    CHECK(has(heap.out, " x dict storage, "));
    // A third of the sessions was freed: malloc knows nothing of these.
    CHECK_FALSE(has(heap.out, "malloc holds"));
    CHECK_FALSE(has(heap.out, "not told by its types"));
}

TEST_CASE("the workers of a gunicorn are told by its name, and where their threads wait", "[python_watch]") {
    if (!test::have({"gunicorn"})) return;
    const test::TempTree tree;
    const test::Target gunicorn({"env", "PYTHONDONTWRITEBYTECODE=1", "gunicorn", "--workers", "2", "--bind",
                                 "unix:" + tree.path("socket"), "--chdir",
                                 test::tests_file("programs/python"), "shop_web:app"});
    const test::Outcome watched = test::rampwatch(
        {"watch", "--tree", gunicorn.pid_word(), "--patience", "20s", "--exit-on-leak", "--for", "3m"});
    CAPTURE(watched.out, watched.err);
    CHECK(watched.status == 1);
    CHECK(has(watched.out, "tree of PID " + gunicorn.pid_word() + ": LEAK"));
    // With how many more there are, where the worker has had an earlier dump.
    const std::regex place(R"(\d+ threads, \d+ %,[^\n]*\n    Quotes\.wait_for_quote +shop_web\.py:)");
    CHECK(std::regex_search(watched.out, place));
    CHECK(has(watched.out, " (gunicorn)"));
    CHECK_FALSE(has(watched.out, " (python3"));
}
