// SPDX-License-Identifier: MIT
// A service's watch in words: its status, its lines in the journal, its options from files.
#include <algorithm>
#include <fstream>
#include <sstream>

#include "cli/console/command.h"
#include "cli/options/config_file.h"
#include "core/follow/process_set.h"
#include "core/listen/journal_listener.h"
#include "core/report/service_words.h"
#include "core/systemd/message_ids.h"
#include "core/systemd/unit_name.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"
#include "tests/unit/report/verdicts.h"

using namespace rampwatch;
using namespace rampwatch::cli;
using namespace std::chrono_literals;

namespace {

Life nginx() {
    return {.pid = 4711, .executable = "/usr/sbin/nginx", .comm = "nginx", .unit = "nginx.service"};
}

std::string field(const systemd::Entry& entry, const std::string& name) {
    for (const auto& [key, value] : entry.fields)
        if (key == name) return value;
    return "";
}

std::optional<systemd::Entry> entry_of(const Event& event, const Dump* newest = nullptr,
                                       const std::optional<Sample>& last = {}) {
    return listen::journal_entry(event, "nginx.service", last, newest);
}

Event event_of(Event::Kind kind, TargetId target = kMainTarget) {
    Event event{.kind = kind, .target = target};
    event.who = nginx();
    return event;
}

Dump dump_of_a_pool() {
    Dump dump;
    dump.wall = 1764000000s;
    dump.groups.push_back({.count = 8, .frames = {Frame{.function = "idle"}}});
    dump.groups.push_back(
        {.count = 4012,
         .frames = {Frame{.function = "futex", .library = true},
                    Frame{.function = "shop::Queue::push", .file = "/b/queue.cpp", .line = 35}},
         .own_frame = 1,
         .change = 4000});
    return dump;
}

Result<std::vector<Setting>> parsed(const std::string& text) {
    return parse_config(text, "nginx.conf", {{"patience", false}, {"interval", false}, {"no-dumps", true}});
}

}  // namespace

TEST_CASE("a service is a name with or without its ending, and nothing else", "[systemd]") {
    CHECK(systemd::service_name("nginx").value() == "nginx.service");
    CHECK(systemd::service_name("nginx.service").value() == "nginx.service");
    CHECK(systemd::service_name("getty@tty1").value() == "getty@tty1.service");
    CHECK(systemd::service_name("a\\x2db").value() == "a\\x2db.service");
    for (const char* word :
         {"", ".service", "nginx.socket", "a/b", "../x", "getty@", "getty@.service", "a b", "a\nb"})
        CHECK_FALSE(systemd::service_name(word));
}

TEST_CASE("a unit that does not exist is met with those that may have been meant", "[systemd]") {
    const std::vector<std::string> names = {"ssh.service", "nginx.service", "nginx-debug.service",
                                            "cron.service"};
    CHECK(systemd::nearest_units("ngimx.service", names).front() == "nginx.service");
    CHECK(systemd::nearest_units("nginxx.service", names).size() == 2);
    CHECK(systemd::nearest_units("postgresql.service", names).empty());
    CHECK(to_string(systemd::no_such_unit("ngimx.service", {"nginx.service", "nginx2.service"})) ==
          "ngimx.service: no such unit (did you mean nginx.service or nginx2.service?)");
    CHECK(systemd::no_such_unit("ngimx.service", {}).hint.starts_with("systemctl list-units"));
}

TEST_CASE("a status says how much, how fast, since when and until when", "[report]") {
    const Verdict leak = report::leak_verdict();
    const std::string text = report::service_status(leak, Sample{.rss_bytes = 109'051'904});
    CAPTURE(text);
    CHECK(text.starts_with("LEAK: 104 MiB, growing "));
    CHECK(text == "LEAK: 104 MiB, growing 4.40 MiB/h for 13 h, limit in 8.2 days");
    CHECK(text.find('\n') == std::string::npos);
    CHECK(report::service_status(Verdict{}) == "no sample yet");
}

TEST_CASE("a leak in the journal has its own id, an error's priority, and numbers to search by", "[cli]") {
    Event event = event_of(Event::Kind::leak);
    event.verdict = std::make_shared<const Verdict>(report::leak_verdict());
    const auto entry = entry_of(event);
    REQUIRE(entry);
    CHECK(entry->message_id == systemd::kLeakId);
    CHECK(entry->priority == systemd::Priority::error);
    CHECK(entry->message.starts_with("PID 4711 (nginx): LEAK"));
    CHECK(field(*entry, "RAMPWATCH_UNIT") == "nginx.service");
    CHECK(field(*entry, "RAMPWATCH_VERDICT") == "leak");
    CHECK(field(*entry, "RAMPWATCH_SERIES") == "memory");
    CHECK(std::stod(field(*entry, "RAMPWATCH_SLOPE")) > 0);
    for (const char* name : {"RAMPWATCH_CURRENT", "RAMPWATCH_RISE", "RAMPWATCH_SLOPE", "RAMPWATCH_SLOPE_LOW",
                             "RAMPWATCH_SLOPE_HIGH", "RAMPWATCH_LIMIT_SECONDS"}) {
        CAPTURE(name);  // whole, for a shell's $((...))
        CHECK(field(*entry, name).find_first_not_of("0123456789") == std::string::npos);
        CHECK_FALSE(field(*entry, name).empty());
    }
    CHECK(field(*entry, "RAMPWATCH_PID") == "4711");
}

TEST_CASE("a crash is told with what was known, a stop is no news", "[cli]") {
    Event event = event_of(Event::Kind::gone);
    event.verdict = std::make_shared<const Verdict>(report::leak_verdict());
    event.ending = Ending{Ending::Reason::oom_killed, 9};
    const Dump dump = dump_of_a_pool();
    const auto entry = entry_of(event, &dump, Sample{.rss_bytes = 1'095'216'660});
    REQUIRE(entry);
    CAPTURE(entry->message);
    CHECK(entry->message_id == systemd::kEndedBadlyId);
    CHECK(entry->message.find("was OOM-killed") != std::string::npos);
    CHECK(entry->message.find("it held 1.02 GiB, growing ") != std::string::npos);
    CHECK(entry->message.find(
              "4,012 threads (4,000 more than in the baseline) in shop::Queue::push (queue.cpp:35)") !=
          std::string::npos);

    event.ending = Ending{Ending::Reason::signalled, 15};
    CHECK(entry_of(event)->message_id.empty());
    event.target = kFirstMember;  // a worker that was asked to go
    CHECK_FALSE(entry_of(event));
}

TEST_CASE("when all is well the journal has one line for a life's beginning", "[cli]") {
    CHECK(entry_of(event_of(Event::Kind::started)));
    CHECK_FALSE(entry_of(event_of(Event::Kind::started, kSumTarget)));
    CHECK_FALSE(entry_of(event_of(Event::Kind::started, kFirstMember)));
    CHECK_FALSE(entry_of(event_of(Event::Kind::sample)));
    CHECK_FALSE(entry_of(event_of(Event::Kind::missed)));
    Event baseline = event_of(Event::Kind::dump);
    baseline.dump = std::make_shared<const Dump>(Dump{.reason = DumpReason::baseline});
    CHECK_FALSE(entry_of(baseline));
}

TEST_CASE("each message id is explained in the catalog and told in the manual", "[cli]") {
    const auto text_of = [](const char* path) {
        std::ifstream file(std::string(RAMPWATCH_TESTS_DIR) + "/../" + path);
        std::stringstream text;
        text << file.rdbuf();
        return text.str();
    };
    const std::string catalog = text_of("packaging/systemd/rampwatch.catalog"),
                      manual = text_of("man/rampwatch-watch.1");
    for (const auto id : {systemd::kGrowingId, systemd::kLeakId, systemd::kRecoveredId, systemd::kLimitNearId,
                          systemd::kDumpId, systemd::kEndedBadlyId, systemd::kTroubleId}) {
        CHECK(id.size() == 32);
        CHECK(catalog.find("-- " + std::string(id) + "\n") != std::string::npos);
        CHECK(manual.find("\n" + std::string(id) + "\n") != std::string::npos);
    }
}

TEST_CASE("a file of options is read strictly, and a complaint says which line", "[cli]") {
    const auto good = parsed("# ours\n\n patience = 2h \ninterval=\"30s\"\nno-dumps = yes\n");
    REQUIRE(good);
    REQUIRE(good->size() == 3);
    CHECK((*good)[0].value == "2h");
    CHECK((*good)[1].value == "30s");
    CHECK((*good)[2].place == "nginx.conf:5");

    const auto refused = [](const std::string& text) { return to_string(parsed(text).error()); };
    CHECK(refused("patience = 2h\npatiense = 3h\n") ==
          "nginx.conf:2: unknown key: patiense (did you mean \"patience\"?)");
    CHECK(refused("--patience = 3h\n").find("did you mean \"patience\"?") != std::string::npos);
    CHECK(refused("unit = nginx\n").find("on the command line") != std::string::npos);
    CHECK(refused("patience\n").starts_with("nginx.conf:1: no value"));
    CHECK(refused("patience =\n").starts_with("nginx.conf:1: patience has no value"));
    CHECK(refused("no-dumps = maybe\n") == "nginx.conf:1: no-dumps is yes or no, not maybe");
    CHECK(refused("patience = 1h\n\npatience = 2h\n") ==
          "nginx.conf:3: patience is given twice (first at nginx.conf:1)");
}

TEST_CASE("options come before files, and a later file before an earlier one", "[cli]") {
    Command command;
    std::string patience, interval;
    bool no_dumps = false, quiet = false;
    command.add("--patience DURATION", &patience, "");
    command.add("-i,--interval DURATION", &interval, "");
    command.add("--no-dumps", &no_dumps, "");
    command.add("-q,--quiet", &quiet, "");
    test::TempTree tree;
    tree.file("all", "patience = 9h\ninterval = 10s\nno-dumps = yes\nquiet = no\n")
        .file("one", "patience = 2h\n");
    std::vector<std::string> words = {"watch",
                                      "--config",
                                      tree.path("all"),
                                      "-i",
                                      "1s",
                                      "--config=-" + tree.path("one"),
                                      "--config=-/nowhere/at/all",
                                      "4711"};
    const auto places = expand_config(words, command);
    REQUIRE(places);
    CHECK(words == std::vector<std::string>{"watch", "--no-dumps", "--patience=2h", "-i", "1s", "4711"});
    CHECK(places->at("--patience") == tree.path("one") + ":1");

    const Error about =
        placed_in_config({Error::Kind::bad_input, "too short: 2h", "--patience", {}}, *places);
    CHECK(to_string(about) == tree.path("one") + ":1: patience: too short: 2h");
    words = {"watch", "--config", "/nowhere/at/all"};
    CHECK_FALSE(expand_config(words, command));
}
