// SPDX-License-Identifier: MIT
#include "core/fleet/target_list.h"

#include <set>

#include "core/fleet/preset.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::fleet;

namespace {

Labels pod(const std::string& name, const std::string& metric = "m") {
    return {
        {"__name__", metric}, {"namespace", "shop"}, {"pod", name}, {"container", "app"}, {"id", "/" + name}};
}

}  // namespace

TEST_CASE("series of one target are one, and neighbours belong together", "[fleet]") {
    TargetList list(Grouping::by_target, 0, 1);
    CHECK(list.add(pod("b-7d4f9c6b5-x2x9k")));
    CHECK(list.add(pod("a-7d4f9c6b5-x2x9k")));
    CHECK(list.add(pod("b-7d4f9c6b5-z2z9k")));
    CHECK(list.add(pod("b-7d4f9c6b5-x2x9k", "other")));
    list.sort();
    REQUIRE(list.size() == 3);
    CHECK(list.listed() == 4);
    const auto all = list.part(0, 9);
    CHECK(all[0][1].value == "a-7d4f9c6b5-x2x9k");
    CHECK(all[1][1].value == "b-7d4f9c6b5-x2x9k");
    CHECK(list.part(2, 9).size() == 1);
}

TEST_CASE("by labels each series is a target, and pods of one deployment can follow each other", "[fleet]") {
    Labels heap = pod("b-7d4f9c6b5-x2x9k"), next = pod("b-7d4f9c6b5-z2z9k");
    heap.push_back({"area", "heap"});
    next.push_back({"area", "heap"});
    const Labels other = pod("b-7d4f9c6b5-x2x9k");
    CHECK(key_of(heap, Grouping::by_labels) != key_of(other, Grouping::by_labels));
    CHECK(key_of(heap, Grouping::by_target) == key_of(other, Grouping::by_target));
    CHECK(lane_key_of(heap, Grouping::by_labels) == lane_key_of(next, Grouping::by_labels));
    CHECK(lane_key_of(heap, Grouping::by_labels) != lane_key_of(other, Grouping::by_labels));
}

TEST_CASE("shards share all targets between them, whole workloads each", "[fleet]") {
    std::set<std::string> found;
    std::size_t sum = 0;
    for (std::uint32_t shard = 0; shard < 4; ++shard) {
        TargetList list(Grouping::by_target, shard, 4);
        for (int i = 0; i < 40; ++i) list.add(pod("w" + std::to_string(i) + "-7d4f9c6b5-x2x9k"));
        list.sort();
        sum += list.size();
        for (const Labels& labels : list.part(0, 99)) found.insert(labels[1].value);
        CHECK(list.of_other_shards() + static_cast<std::int64_t>(list.size()) == 40);
    }
    CHECK(sum == 40);
    CHECK(found.size() == 40);
}

TEST_CASE("a question is narrowed to its targets by the labels that all their metrics have", "[fleet]") {
    const Selector common = {{Matcher::Kind::equal, "__name__", "m"}, {Matcher::Kind::equal, "job", "k"}};
    const std::vector<Labels> targets = {pod("a.1"), pod("b")};
    CHECK(selector_text(narrowed(common, targets, Grouping::by_target, false)) ==
          R"({__name__="m",job="k",container="app",namespace="shop",pod=~"a\\.1|b"})");
    CHECK(selector_text(narrowed(common, targets, Grouping::by_target, true)) ==
          R"({__name__="m",container="app",namespace="shop",pod=~"a\\.1|b"})");
    const std::vector<Labels> uneven = {{{"instance", "x"}}, {{"instance", "x"}, {"zone", "1"}}};
    CHECK(selector_text(narrowed({}, uneven, Grouping::by_labels, false)) == R"({instance="x",zone=~"|1"})");
}

TEST_CASE("each preset has one way to find its targets, and its base can be read", "[fleet]") {
    for (const Preset& preset : presets()) {
        INFO(preset.name);
        CHECK(preset_named(preset.name) == &preset);
        if (!preset.base.empty()) CHECK(parse_selector(preset.base));
        bool is_judged = false;
        for (const Metric& metric : preset.metrics)
            is_judged |= metric.role == Role::memory || metric.role == Role::resident;
        CHECK(is_judged);
    }
    CHECK(preset_of("process_resident_memory_bytes")->name == "process");
    CHECK(preset_of("container_memory_working_set_bytes")->name == "container");
    CHECK(preset_of("up") == nullptr);
}

namespace {

// Two large workloads, and a small one between them, sorted.
TargetList three_workloads() {
    TargetList list(Grouping::by_target, 0, 1);
    const std::string letters = "bcdfghjklm";
    for (const std::string workload : {"a", "c"})
        for (const char letter : letters) list.add(pod(workload + "-7d4f9c6b5-x2x9" + letter));
    for (const std::string end : {"b", "c"}) list.add(pod("b-7d4f9c6b5-x2x9" + end));
    list.sort();
    return list;
}

std::vector<std::size_t> counts(const std::vector<TargetList::Stretch>& parts) {
    std::vector<std::size_t> counts;
    std::size_t at = 0;
    for (const auto& [from, count] : parts) {
        CHECK(from == at);  // none is left out
        at += count;
        counts.push_back(count);
    }
    return counts;
}

}  // namespace

TEST_CASE("parts end between workloads, where these are not larger", "[fleet]") {
    const TargetList list = three_workloads();
    CHECK(counts(list.parts(100, 500)) == std::vector<std::size_t>{22});
    CHECK(counts(list.parts(13, 500)) == std::vector<std::size_t>{12, 10});
    CHECK(counts(list.parts(11, 500)) == std::vector<std::size_t>{10, 2, 10});
    CHECK(counts(list.parts(4, 500)) == std::vector<std::size_t>{4, 4, 4, 4, 4, 2});
    CHECK(list.larger_than(9).size() == 2);
    CHECK(list.larger_than(10).empty());
}

TEST_CASE("chains stay together, and count as the histories that they are", "[fleet]") {
    TargetList list = three_workloads();
    const auto before = list.part(0, 10);
    list.order(list.larger_than(9).front(), std::vector<std::size_t>{0, 1, 0, 1, 0, 1, 0, 1, 0, 1});
    const auto after = list.part(0, 10);
    CHECK(after[1] == before[2]);
    CHECK(after[5] == before[1]);
    CHECK(counts(list.parts(4, 500)) == std::vector<std::size_t>{10, 2, 4, 4, 2});
    CHECK(counts(list.parts(3, 500)) == std::vector<std::size_t>{5, 5, 2, 3, 3, 3, 1});
    CHECK(counts(list.parts(4, 3)) == std::vector<std::size_t>{3, 2, 3, 2, 2, 3, 3, 3, 1});
}
