// SPDX-License-Identifier: MIT
#include "core/worker/task_groups.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using rampwatch::worker::TaskGroups;

namespace {

class Names : public runtime::Runtime {
  public:
    [[nodiscard]] std::string_view name() const override { return "Names"; }
    [[nodiscard]] std::string version() const override { return "1"; }
    [[nodiscard]] bool refresh(const runtime::Target&) override { return true; }
    Frame name_of(runtime::FrameId frame) override {
        Frame named;
        named.function = "f" + std::to_string(frame);
        return named;
    }
    runtime::TypeName name_of_type(runtime::TypeId) override { return {}; }
};

void add(TaskGroups& groups, std::uint64_t id, const std::vector<runtime::FrameId>& frames,
         std::string_view waits, bool torn = false) {
    runtime::Task task;
    task.id = id;
    task.waits_for = waits;
    task.frames = frames;
    task.torn = torn;
    groups.add(task);
}

}  // namespace

TEST_CASE("tasks of the same frames and wait are one group, the biggest first", "[worker]") {
    TaskGroups groups;
    add(groups, 7, {1, 2}, "Future");
    add(groups, 9, {1, 3}, "Future");
    add(groups, 5, {1, 3}, "Future");
    add(groups, 6, {1, 3}, "Task");
    Names names;
    const auto found = groups.named(names);
    REQUIRE(found.size() == 3);
    CHECK(found[0].count == 2);
    CHECK(found[0].kind == StackKind::task);
    CHECK(found[0].task == "coroutine");
    CHECK(found[0].ids == std::vector<std::int64_t>{5, 9});
    CHECK(found[0].state == "Future");
    CHECK(found[0].frames[1].function == "f3");
    CHECK(groups.tasks() == 4);
}

TEST_CASE("a torn task is counted, and in no group", "[worker]") {
    TaskGroups groups;
    add(groups, 7, {1, 2}, "Future", true);
    Names names;
    CHECK(groups.named(names).empty());
    CHECK(groups.tasks() == 1);
    CHECK(groups.torn() == 1);
}

TEST_CASE("of many tasks the smallest ids are kept", "[worker]") {
    TaskGroups groups;
    for (std::uint64_t id = 3000; id > 0; --id) add(groups, id, {1}, "");
    Names names;
    const auto found = groups.named(names);
    REQUIRE(found.size() == 1);
    CHECK(found[0].count == 3000);
    CHECK(found[0].ids.size() == kMostIds);
    CHECK(found[0].ids.back() == static_cast<std::int64_t>(kMostIds));
    CHECK_FALSE(found[0].state);
}
