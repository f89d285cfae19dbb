// SPDX-License-Identifier: MIT
// Real dumps of the program `threads`, by each backend.
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/dump/backend.h"
#include "core/probe/permission.h"
#include "core/probe/process.h"
#include "tests/catch.h"
#include "tests/live/child.h"
#include "tests/support/target.h"

using namespace rampwatch;

namespace {

dump::Settings by(dump::Choice backend) {
    dump::Settings settings;
    settings.backend = backend;
    settings.guard_program = RAMPWATCH_PROGRAM;
    settings.timeout = std::chrono::seconds(60);
    return settings;
}

Life life_of(pid_t pid) {
    auto process = probe::Process::open(pid);
    REQUIRE(process);
    return process->life();
}

char state_of(pid_t pid) {
    std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
    std::string text;
    std::getline(file, text);
    const auto close = text.rfind(')');
    return close == std::string::npos || close + 2 >= text.size() ? '?' : text[close + 2];
}

bool has_frame(const Group& group, const std::string& part) {
    return std::any_of(group.frames.begin(), group.frames.end(), [&](const Frame& frame) {
        return frame.function && frame.function->find(part) != std::string::npos;
    });
}

}  // namespace

TEST_CASE("threads leaked at one function are the top group with their exact count, by each backend",
          "[dump]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "50", "--each", "2", "--busy", "1"});
    for (const dump::Choice backend : {dump::Choice::eu_stack, dump::Choice::gdb, dump::Choice::automatic}) {
        const auto taken = dump::take_dump(life_of(target.pid()), by(backend));
        REQUIRE(taken);
        CHECK(taken->threads == 60);
        CHECK(taken->warnings.empty());
        REQUIRE(taken->groups.size() == 7);
        const Group& leaked = taken->groups.front();
        CHECK(leaked.count == 50);
        CHECK(leaked.state == "futex");
        CHECK(has_frame(leaked, "shop::collect_prices"));
        CHECK(leaked.frames[leaked.own_frame].function->find("shop::") != std::string::npos);
        CHECK(leaked.names.front().starts_with("price-"));
        CHECK(state_of(target.pid()) == 'S');
    }
}

TEST_CASE("a stripped program's groups keep their counts", "[dump]") {
    if (!test::have({"eu-stack", "gdb", "strip"})) return;
    const auto stripped =
        std::filesystem::temp_directory_path() / ("rampwatch-stripped." + std::to_string(::getpid()));
    REQUIRE(test::run_program({"strip", "-o", stripped.string(), test::program("threads")}).status == 0);
    const test::Target target({stripped.string(), "--leaked", "20"});
    for (const dump::Choice backend : {dump::Choice::eu_stack, dump::Choice::gdb}) {
        const auto taken = dump::take_dump(life_of(target.pid()), by(backend));
        REQUIRE(taken);
        CHECK(taken->groups.front().count == 20);
        const Frame& own = taken->groups.front().frames[taken->groups.front().own_frame];
        CHECK(own.module == stripped.string());
        CHECK(own.offset);
    }
    std::filesystem::remove(stripped);
}

TEST_CASE("a target that was stopped is read and stays stopped", "[dump]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "5"});
    REQUIRE(::kill(target.pid(), SIGSTOP) == 0);
    while (state_of(target.pid()) != 'T') ::usleep(1000);
    for (const dump::Choice backend : {dump::Choice::eu_stack, dump::Choice::gdb}) {
        const auto taken = dump::take_dump(life_of(target.pid()), by(backend));
        REQUIRE(taken);
        CHECK(taken->groups.front().count == 5);
        CHECK(state_of(target.pid()) == 'T');
    }
    // Ended in the middle, by its deadline: the stop that was there before is still its owner's.
    dump::Settings hasty = by(dump::Choice::gdb);
    hasty.timeout = std::chrono::milliseconds(250);
    static_cast<void>(dump::take_dump(life_of(target.pid()), hasty));
    CHECK(state_of(target.pid()) == 'T');
    ::kill(target.pid(), SIGCONT);
}

TEST_CASE("a zombie has no stacks, and the refusal says so", "[dump]") {
    const test::Child child([](const test::Child::Side&) { return 0; });
    child.await_zombie();
    const auto allowed = probe::may_dump(child.pid());
    REQUIRE_FALSE(allowed);
    CHECK(allowed.error().kind == Error::Kind::gone);
    CHECK(allowed.error().what.find("zombie") != std::string::npos);
    Life life;
    life.pid = child.pid();
    CHECK_FALSE(dump::take_dump(life, by(dump::Choice::eu_stack)));
}

TEST_CASE("another user's process is refused with the right that is missing and the line that would do it",
          "[dump]") {
    if (::geteuid() != 0) {
        WARN("skipped: needs root to become another user");
        return;
    }
    const test::Target target({test::program("threads"), "--leaked", "1"});
    test::Child child([&](const test::Child::Side&) {
        if (!test::become_nobody()) return 2;
        const auto allowed = probe::may_dump(target.pid(), "sudo rampwatch dump 1");
        if (allowed || allowed.error().kind != Error::Kind::no_permission) return 3;
        return allowed.error().hint.find("sudo rampwatch dump 1") != std::string::npos ? 0 : 4;
    });
    CHECK(child.exit_status() == 0);
}

TEST_CASE("a number that another process has meanwhile is no target", "[dump]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target target({test::program("threads"), "--leaked", "1"});
    Life life = life_of(target.pid());
    life.start_ticks += 1;
    const auto taken = dump::take_dump(life, by(dump::Choice::eu_stack));
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == Error::Kind::gone);
}

TEST_CASE("names of threads with control characters and invalid UTF-8 are kept, and escaped for people",
          "[dump]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target target({test::program("threads"), "--leaked", "3", "--odd-names"});
    const auto taken = dump::take_dump(life_of(target.pid()), by(dump::Choice::eu_stack));
    REQUIRE(taken);
    CHECK(taken->groups.front().names.front() == "a\x1b[31m\"\xff\n:-0");
    const auto said = test::rampwatch({"dump", target.pid_word()});
    CHECK(said.status == 0);
    CHECK(said.out.find('\x1b') == std::string::npos);
    CHECK(said.out.find("a\\x1b[31m\"\\xff\\x0a:-0") != std::string::npos);
    CHECK(test::rampwatch({"dump", "--format", "json", target.pid_word()}).out.find("\\u001b[31m") !=
          std::string::npos);
}

TEST_CASE("a deadline that names cannot meet gives addresses of all threads, and says so", "[dump]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target target({test::program("threads"), "--leaked", "60"});
    dump::Settings hasty = by(dump::Choice::eu_stack);
    hasty.timeout = std::chrono::milliseconds(1);
    const auto taken = dump::take_dump(life_of(target.pid()), hasty);
    // 1 ms is too short for either try; what comes then is an error that names the option.
    REQUIRE_FALSE(taken);
    CHECK(taken.error().kind == Error::Kind::timed_out);
    CHECK(state_of(target.pid()) == 'S');
    dump::Settings quick = by(dump::Choice::eu_stack);
    quick.quick = true;
    const auto bare = dump::take_dump(life_of(target.pid()), quick);
    REQUIRE(bare);
    CHECK(bare->backend == "eu-stack -q");
    CHECK(bare->groups.front().count == 60);
    CHECK_FALSE(bare->groups.front().frames.front().function);
}

TEST_CASE("a Feed takes one dump at a time, never blocks, and answers each request", "[dump]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target target({test::program("threads"), "--leaked", "10"});
    const Life life = life_of(target.pid());
    dump::DumpFeed feed(by(dump::Choice::eu_stack), [&](TargetId id, LifeNumber) {
        return id == 0 ? std::optional<Life>(life) : std::nullopt;
    });
    REQUIRE(feed.perform({.id = 1, .reason = DumpReason::growing}));
    CHECK(feed.busy());
    REQUIRE(feed.perform({.id = 2}));  // while the first is under way
    std::vector<Fact> facts = test::await_facts(feed);
    REQUIRE(facts.size() == 1);
    CHECK(std::get<fact::DumpDone>(facts[0]).request == 2);
    CHECK_FALSE(std::get<fact::DumpDone>(facts[0]).dump);
    facts.clear();
    while (feed.busy()) {
        pollfd wait{feed.fd(), POLLIN, 0};
        ::poll(&wait, 1, 1000);
        feed.collect(facts);
    }
    REQUIRE(facts.size() == 1);
    const auto& done = std::get<fact::DumpDone>(facts[0]);
    CHECK(done.request == 1);
    REQUIRE(done.dump);
    CHECK(done.dump->reason == DumpReason::growing);
    CHECK(done.dump->groups.front().count == 10);
    REQUIRE(feed.perform({.id = 3, .target = 7}));  // nobody
    facts = test::await_facts(feed);
    REQUIRE(facts.size() == 1);
    CHECK(std::get<fact::DumpDone>(facts[0]).dump.error().kind == Error::Kind::gone);
}

TEST_CASE("two thousand threads are one group of two thousand", "[dump_many]") {
    if (!test::have({"eu-stack", "gdb"})) return;
    const test::Target target({test::program("threads"), "--leaked", "2000"});
    for (const dump::Choice backend : {dump::Choice::eu_stack, dump::Choice::gdb}) {
        const auto taken = dump::take_dump(life_of(target.pid()), by(backend));
        REQUIRE(taken);
        CHECK(taken->threads == 2001);
        CHECK(taken->groups.front().count == 2000);
        CHECK(taken->groups.front().ids.size() == kMostIds);
        CHECK(state_of(target.pid()) == 'S');
    }
}
