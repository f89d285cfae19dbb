// SPDX-License-Identifier: MIT
// A look as JSON: every field of its sample, known or not.
#include "core/report/json_look.h"

#include "tests/catch.h"

using namespace rampwatch;

namespace {

bool has(const std::string& json, const std::string& part) { return json.find(part) != std::string::npos; }

}  // namespace

TEST_CASE("a look in JSON has the old threads and Go's live heap, null where they are not known",
          "[report]") {
    const Look look{.sample = {.rss_bytes = 4096, .threads = 9, .goroutines = 12, .aged_threads = 5}};
    const std::string json = report::json_look(look);
    CHECK(has(json, R"("rss_bytes":4096,"rss_anon_bytes":null)"));
    CHECK(has(json, R"("threads":9)"));
    CHECK(has(json, R"("goroutines":12)"));
    CHECK(has(json, R"("go_heap_marked_bytes":null)"));
    CHECK(has(json, R"("aged_threads":5)"));
    CHECK(has(json, R"("aged_goroutines":null)"));
}
