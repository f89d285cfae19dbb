// SPDX-License-Identifier: MIT
#include "core/stacks/member_groups.h"

#include <numeric>

#include "tests/catch.h"

using namespace rampwatch;

namespace {

Group group(const std::string& function, std::int64_t count, std::vector<std::int64_t> ids = {}) {
    Frame frame;
    frame.function = function;
    frame.module = "/opt/shop";
    Group made;
    made.count = count;
    made.ids = std::move(ids);
    made.frames = {frame};
    return made;
}

stacks::MemberReading reading(std::int32_t pid, std::vector<Group> groups) {
    stacks::MemberReading made;
    made.life.pid = pid;
    for (const Group& it : groups) made.dump->threads += it.count;
    made.dump->backend = "native";
    made.dump->groups = std::move(groups);
    return made;
}

}  // namespace

TEST_CASE("the same stacks of several processes are one group, with whose they are", "[stacks]") {
    const Dump whole = stacks::merged({reading(10, {group("wait", 2, {10, 11}), group("main", 1, {12})}),
                                       reading(20, {group("wait", 3, {20, 21, 22})})});
    CHECK(whole.life.pid == 10);
    CHECK(whole.threads == 6);
    REQUIRE(whole.groups.size() == 2);
    const Group& first = whole.groups[0];
    CHECK(first.count == 5);
    CHECK(first.ids.empty());
    REQUIRE(first.members.size() == 2);
    CHECK(first.members[0] == GroupMember{20, 3, {20, 21, 22}});
    CHECK(first.members[1] == GroupMember{10, 2, {10, 11}});
    CHECK(whole.groups[1].members.size() == 1);
    REQUIRE(whole.members.size() == 2);
    CHECK(whole.members[1].threads == 3);
    CHECK(whole.members[1].missing.empty());
}

TEST_CASE("a process that could not be read is listed with its reason", "[stacks]") {
    stacks::MemberReading refused;
    refused.life.pid = 30;
    refused.dump = Error{Error::Kind::no_permission, "not allowed", {}, "CAP_SYS_PTRACE is missing"};
    const Dump whole = stacks::merged({reading(10, {group("wait", 2)}), refused});
    REQUIRE(whole.members.size() == 2);
    CHECK(whole.members[1].life.pid == 30);
    CHECK(whole.members[1].missing == "not allowed (CAP_SYS_PTRACE is missing)");
}

TEST_CASE("what goroutines and tasks of two processes wait for keeps them apart", "[stacks]") {
    Group sending = group("push", 4), other = group("push", 5);
    sending.kind = other.kind = StackKind::goroutine;
    sending.state = "chan send";
    other.state = "select";
    auto first = reading(10, {sending}), second = reading(20, {sending, other});
    first.dump->go = second.dump->go = GoProgram{.goroutines = 4};
    const Dump whole = stacks::merged({first, second});
    REQUIRE(whole.groups.size() == 2);
    CHECK(whole.groups[0].count == 8);
    CHECK(whole.groups[1].members[0].pid == 20);
    CHECK(whole.go->goroutines == 8);
    CHECK_FALSE(whole.go->heap);
}

TEST_CASE("runtimes of one version are one, and a warning of all is said once", "[stacks]") {
    auto first = reading(10, {}), second = reading(20, {}), third = reading(30, {});
    for (auto* one : {&first, &second, &third}) {
        one->dump->warnings = {"no symbols"};
        LanguageRuntime python;
        python.name = "Python";
        python.version = "3.11.2";
        python.tasks = 5;
        python.lock_known = true;
        python.lock_holders = {one->life.pid};
        one->dump->runtimes = {python};
    }
    third.dump->warnings.emplace_back("cut off");
    const Dump whole = stacks::merged({first, second, third});
    REQUIRE(whole.runtimes.size() == 1);
    CHECK(whole.runtimes[0].tasks == 15);
    CHECK(whole.runtimes[0].lock_holders == std::vector<std::int64_t>{10, 20, 30});
    CHECK(whole.warnings == std::vector<std::string>{"3 processes: no symbols", "PID 30: cut off"});
    CHECK(whole.members[2].tasks == 5);
}

TEST_CASE("all members of a group have ids, and together no more than a group may have", "[stacks]") {
    std::vector<std::int64_t> many(kMostIds);
    std::iota(many.begin(), many.end(), 1);
    std::vector<stacks::MemberReading> readings;
    for (std::int32_t pid = 1; pid <= 40; ++pid)
        readings.push_back(reading(pid, {group("wait", static_cast<std::int64_t>(kMostIds), many)}));
    const Dump whole = stacks::merged(readings);
    std::size_t ids = 0;
    for (const GroupMember& member : whole.groups.at(0).members) {
        CHECK(member.ids.size() == kMostIds / 40);
        ids += member.ids.size();
    }
    CHECK(ids <= kMostIds);
}

TEST_CASE("damaged stacks of two processes stay apart", "[stacks]") {
    Group damaged = group("?", 1);
    damaged.damaged = true;
    CHECK(stacks::merged({reading(10, {damaged}), reading(20, {damaged})}).groups.size() == 2);
}
