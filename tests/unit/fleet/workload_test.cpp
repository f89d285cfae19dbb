// SPDX-License-Identifier: MIT
#include "core/fleet/workload.h"

#include <fmt/format.h>

#include <array>

#include "tests/catch.h"

namespace rampwatch::fleet {
namespace {

TEST_CASE("a pod's name is taken back to its controller's", "[fleet]") {
    CHECK(without_pod_suffix("api-7d4f9c6b5-x2x9k") == "api");
    CHECK(without_pod_suffix("my-api-v2-7d4f9c6b5-x2x9k") == "my-api-v2");
    CHECK(without_pod_suffix("agent-x2x9k") == "agent");
    CHECK(without_pod_suffix("db-0") == "db");
    CHECK(without_pod_suffix("api-cache") == "api-cache");
    CHECK(without_pod_suffix("api") == "api");
    CHECK(without_pod_suffix("-x2x9k") == "-x2x9k");
    CHECK(without_pod_suffix("").empty());
}

TEST_CASE("pods of a deployment are one workload and several targets", "[fleet]") {
    const Labels a = {{"__name__", "go_goroutines"}, {"namespace", "shop"}, {"pod", "api-7d4f9c6b5-x2x9k"}};
    const Labels b = {
        {"namespace", "shop"}, {"pod", "api-569f8bd4c4-bbbbb"}, {"__name__", "process_open_fds"}};
    CHECK(workload_of(a) == "shop/api");
    CHECK(workload_of(a) == workload_of(b));
    CHECK(target_of(a) == "shop/api-7d4f9c6b5-x2x9k");
    CHECK(workload_of({{"job", "node"}, {"instance", "db1:9100"}}) == "node/db1:9100");
    CHECK(workload_of({{"b", "2"}, {"__name__", "x"}, {"a", "1"}}) == "a=1,b=2");
    CHECK(workload_of({}).empty());
}

TEST_CASE("shards are the same everywhere and about equal", "[fleet]") {
    CHECK(shard_of("", 7) == 0xcbf29ce484222325ULL % 7);
    CHECK(shard_of("a", 1000) == 0xaf63dc4c8601ec8cULL % 1000);  // FNV-1a's own test vector
    std::array<int, 16> counts{};
    for (int i = 0; i < 16'000; ++i) ++counts[shard_of(fmt::format("shop/api-{}", i), 16)];
    for (const int count : counts) CHECK((count > 800 && count < 1200));
}

}  // namespace
}  // namespace rampwatch::fleet
