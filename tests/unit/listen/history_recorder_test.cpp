// SPDX-License-Identifier: MIT
#include "core/listen/history_recorder.h"

#include <string>
#include <vector>

#include "core/store/history_schema.h"
#include "core/store/history_writer.h"
#include "core/store/sqlite.h"
#include "core/watch/session.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

using namespace rampwatch;
using namespace std::chrono_literals;

namespace {

Event sample_event(std::chrono::nanoseconds mono) {
    Event event{.kind = Event::Kind::sample, .life = 1, .mono = mono, .wall = 1'764'000'000s + mono};
    event.sample = Sample{.mono = mono, .wall = event.wall, .rss_bytes = 100 << 20};
    return event;
}

}  // namespace

TEST_CASE("a history that cannot be thinned out is said once, and what is new is kept", "[listen]") {
    const test::TempTree tree;
    store::HistorySettings settings{.place = {.directory = tree.path("h")},
                                    .target = "nginx",
                                    .watching = {.one_shot = true, .interval = 10s, .patience = 9h}};
    const Life who{.boot_id = "boot-1", .pid = 7, .start_ticks = 100, .executable = "/usr/sbin/nginx"};
    std::string path;
    {
        auto writer = store::HistoryWriter::open(settings, who, 0s, 1'764'000'000s);
        REQUIRE(writer);
        path = (*writer)->path();
        for (int i = 0; i < 100; ++i) REQUIRE((*writer)->add(*sample_event(i * 1h).sample, 1));
        auto database = store::open_again(path, 1s);
        REQUIRE(database);
        REQUIRE(
            database->run("CREATE TRIGGER nothing_goes BEFORE DELETE ON samples BEGIN "
                          "SELECT RAISE(ABORT, 'nothing goes'); END"));
    }
    std::vector<std::string> said;
    listen::HistoryRecorder recorder(settings, [&](const std::string& line) { said.push_back(line); });
    recorder.open(who, 101h, 1'764'000'000s + 101h);
    const watch::Session session({});
    for (int i = 102; i < 105; ++i) recorder.on_event(sample_event(i * 1h), session);
    REQUIRE(said.size() == 1);
    CHECK(said[0].find("not thinned out, and grows") != std::string::npos);
    CHECK(said[0].find("nothing goes") != std::string::npos);
    CHECK(recorder.missing() == 0);
}
