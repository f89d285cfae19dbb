// SPDX-License-Identifier: MIT
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <array>
#include <variant>

#include "core/store/csv.h"
#include "core/store/csv_text.h"
#include "core/store/history_reader.h"
#include "core/store/history_thin.h"
#include "core/store/history_writer.h"
#include "core/watch/replay.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::store {
namespace {

using namespace std::chrono_literals;
using std::chrono::nanoseconds;

constexpr auto kWall = 1'764'000'000s;

Life process(std::int32_t pid, std::uint64_t start, std::string boot = "boot-1") {
    return {.boot_id = std::move(boot), .pid = pid, .start_ticks = start, .executable = "/usr/sbin/nginx"};
}

HistorySettings settings_in(const test::TempTree& tree) {
    return {.place = {.directory = tree.path("h")},
            .target = "nginx",
            .watching = {.interval = 10s, .patience = 9h, .min_count = 50}};
}

Sample sample_at(nanoseconds mono, std::int64_t i) {
    Sample sample{.mono = mono, .wall = kWall + mono, .rss_bytes = (100 << 20) + i * 4096};
    sample.anon_bytes = sample.rss_bytes - 12345;
    sample.swap_bytes = 0;
    sample.threads = 8 + i % 3;
    sample.cpu = nanoseconds(i * 10'000'001);
    sample.age = mono + 17ns;
    sample.limit = Limit{LimitKind::cgroup_max, 1 << 30, sample.rss_bytes + 77};
    sample.fds_limit = 1024;
    sample.pids_limit = 512;
    sample.pids_used = 8 + i % 3;
    return sample;
}

std::unique_ptr<HistoryWriter> write(const HistorySettings& settings, const Life& who,
                                     nanoseconds mono = 0ns) {
    auto writer = HistoryWriter::open(settings, who, mono, kWall + mono);
    CAPTURE(writer ? "" : to_string(writer.error()));
    REQUIRE(writer);
    return std::move(*writer);
}

std::vector<Record> all_of(Source& source) {
    std::vector<Record> records;
    while (true) {
        const auto record = source.next();
        REQUIRE(record);
        if (!record->has_value()) return records;
        records.push_back(**record);
    }
}

std::vector<Record> looks_of(const std::string& directory, const std::string& target) {
    auto reader = HistoryReader::open(directory, target);
    REQUIRE(reader);
    auto looks = reader->looks();
    REQUIRE(looks);
    return all_of(**looks);
}

const Bucket* bucket_in(const Record& record) { return std::get_if<Bucket>(&record.look); }

}  // namespace

TEST_CASE("a history gives back exactly the samples that were written", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    std::vector<Sample> written;
    {
        const auto writer = write(settings, process(7, 100));
        for (int i = 0; i < 20; ++i) {
            written.push_back(sample_at(i * 10s + 123ns, i));
            if (i == 5)
                written.back() = {.mono = i * 10s, .wall = kWall, .rss_bytes = 1};  // nothing else known
            REQUIRE(writer->add(written.back(), writer->life()));
        }
        CHECK(looks_of(settings.place.directory, "nginx").size() == 20);  // beside a living writer
    }
    const auto records = looks_of(settings.place.directory, "nginx");
    REQUIRE(records.size() == 20);
    for (std::size_t i = 0; i < records.size(); ++i) {
        CHECK(records[i].life == 1);
        CHECK(std::get<Sample>(records[i].look) == written[i]);
    }
}

TEST_CASE("a history from before a series came in is read, and gets its columns when it is written on",
          "[store]") {
    const test::TempTree tree;
    const HistorySettings settings = settings_in(tree);
    Sample sample = sample_at(10s, 1);
    sample.aged_threads = 5;
    { REQUIRE(write(settings, process(4711, 5))->add(sample, 1)); }
    const std::string path = history_path(settings.place.directory, "nginx");
    {
        auto database = Database::open(path, Database::Mode::write, 1s);
        REQUIRE(database);
        REQUIRE(database->run("ALTER TABLE samples DROP COLUMN aged_threads"));
        for (const char* table : {"minutes", "tens"})
            for (const char* figure : {"min", "mean", "max", "last"})
                REQUIRE(
                    database->run(fmt::format("ALTER TABLE {} DROP COLUMN aged_threads_{}", table, figure)));
    }
    sample.aged_threads.reset();
    const auto old = looks_of(settings.place.directory, "nginx");
    REQUIRE(old.size() == 1);
    CHECK(std::get<Sample>(old[0].look) == sample);

    Sample next = sample_at(20s, 2);
    next.aged_threads = 6;
    { REQUIRE(write(settings, process(4711, 5), 15s)->add(next, 1)); }
    const auto both = looks_of(settings.place.directory, "nginx");
    REQUIRE(both.size() == 2);
    CHECK(std::get<Sample>(both[0].look) == sample);
    CHECK(std::get<Sample>(both[1].look).aged_threads == 6);
}

TEST_CASE("nobody else can read a history, unless a group was named", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    const auto writer = write(settings, process(7, 100));
    struct stat found {};
    REQUIRE(::stat(settings.place.directory.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0700);
    for (const char* name : {"/nginx.db", "/nginx.db-wal", "/nginx.db-shm", "/nginx.lock"}) {
        CAPTURE(name);
        REQUIRE(::stat((settings.place.directory + name).c_str(), &found) == 0);
        CHECK((found.st_mode & 0777) == 0600);
    }
    auto shared = settings;
    shared.place = {.directory = tree.path("shared"), .group = ::getegid()};
    const auto other = write(shared, process(7, 100));
    REQUIRE(::stat((shared.place.directory + "/nginx.db-wal").c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0640);
    REQUIRE(::stat(shared.place.directory.c_str(), &found) == 0);
    CHECK((found.st_mode & 0777) == 0750);
}

TEST_CASE("a restarted process is the next life, a restarted watcher goes on in the same", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    CHECK(write(settings, process(7, 100))->life() == 1);
    CHECK(write(settings, process(7, 100))->life() == 1);
    CHECK(write(settings, process(7, 200))->life() == 2);  // the number, given out again
    CHECK(write(settings, process(9, 300))->life() == 3);
}

TEST_CASE("a history of a main process alone goes on with the whole service as a series of its own",
          "[store]") {
    const test::TempTree tree;
    auto settings = settings_in(tree);
    {
        const auto writer = write(settings, process(7, 100));
        for (int i = 0; i < 5; ++i) REQUIRE(writer->add(sample_at(i * 10s, i), writer->life()));
    }
    settings.watching.whole = true;
    {
        const auto writer = write(settings, process(7, 100), 100s);  // the very same process
        CHECK(writer->life() == 2);
        for (int i = 0; i < 3; ++i) REQUIRE(writer->add(sample_at(100s + i * 10s, i), writer->life()));
    }
    CHECK(looks_of(settings.place.directory, "nginx").size() == 3);
    auto reader = HistoryReader::open(settings.place.directory, "nginx");
    REQUIRE(reader);
    auto all = reader->looks({}, HistoryReader::Lives::all);
    REQUIRE(all);
    CHECK(all_of(**all).size() == 8);
    CHECK(write(settings, process(7, 100), 200s)->life() == 2);  // goes on
}

TEST_CASE("a database of the release before is read as it is, and upgraded by who writes it", "[store]") {
    const test::TempTree tree;
    auto settings = settings_in(tree);
    {
        const auto writer = write(settings, process(7, 100));
        for (int i = 0; i < 5; ++i) REQUIRE(writer->add(sample_at(i * 10s, i), writer->life()));
    }
    const std::string path = history_path(settings.place.directory, "nginx");
    {  // as schema 1 had it
        auto old = Database::open(path, Database::Mode::write, 1s);
        REQUIRE(old);
        REQUIRE(old->run("ALTER TABLE lives DROP COLUMN scope; PRAGMA user_version=1;"));
    }
    CHECK(looks_of(settings.place.directory, "nginx").size() == 5);
    auto reader = HistoryReader::open(settings.place.directory, "nginx");
    REQUIRE(reader);
    CHECK(reader->lives()->size() == 1);
    {
        const auto writer = write(settings, process(7, 100), 100s);
        CHECK(writer->life() == 1);
        REQUIRE(writer->add(sample_at(100s, 9), 1));
    }
    CHECK(looks_of(settings.place.directory, "nginx").size() == 6);
    auto upgraded = Database::open(path, Database::Mode::write, 1s);
    REQUIRE(upgraded);
    CHECK(upgraded->number("PRAGMA user_version").value() == kHistorySchema);
}

TEST_CASE("a target that another watcher records goes by a number, and finds it again", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    {
        const auto first = write(settings, process(7, 100));
        CHECK(write(settings, process(8, 110))->target() == "nginx-2");
        CHECK(is_written(settings.place.directory, "nginx"));
        CHECK_FALSE(is_written(settings.place.directory, "nginx-2"));
    }
    CHECK(write(settings, process(8, 110))->target() == "nginx-2");
    CHECK(write(settings, process(7, 100))->target() == "nginx");
    CHECK_FALSE(is_written(settings.place.directory, "nginx"));
    CHECK(*targets_in(settings.place.directory) == std::vector<std::string>{"nginx", "nginx-2"});
    CHECK(find_target(settings.place.directory, "nginx-2").value() == "nginx-2");
    const auto none = find_target(settings.place.directory, "apache");
    REQUIRE_FALSE(none);
    CHECK(none.error().what == "no history of apache");
    CHECK(none.error().hint == "there are: nginx, nginx-2");
}

TEST_CASE("a history is let go although a child that was just forked still holds its descriptors",
          "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    std::array<int, 2> ends{};
    REQUIRE(::pipe(ends.data()) == 0);
    auto first = write(settings, process(7, 100));
    const pid_t child = ::fork();
    if (child == 0) {  // until the pipe is closed
        ::close(ends[1]);
        char byte = 0;
        static_cast<void>(!::read(ends[0], &byte, 1));
        ::_exit(0);
    }
    first.reset();

    CHECK(write(settings, process(7, 200))->target() == "nginx");

    ::close(ends[0]);
    ::close(ends[1]);
    CHECK(::waitpid(child, nullptr, 0) == child);
}

TEST_CASE("the clock of a history goes on through a reboot, and through a clock set back", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    {
        const auto writer = write(settings, process(7, 100));
        CHECK(writer->shift() == 0ns);
        REQUIRE(writer->add(sample_at(1000s, 1), 1));
    }
    const auto after = HistoryWriter::open(settings, process(3, 5, "boot-2"), 20s, kWall + 1100s);
    REQUIRE(after);
    CHECK((*after)->shift() == 1080s);  // 100 s by the wall, 20 of them since the boot
    CHECK((*after)->life() == 2);
    auto other = settings;
    other.target = "other";
    {
        const auto writer = write(other, process(7, 100));
        REQUIRE(writer->add(sample_at(1000s, 1), 1));
    }
    const auto back = HistoryWriter::open(other, process(3, 5, "boot-2"), 20s, 5s);
    REQUIRE(back);
    CHECK((*back)->shift() + 20s == 1000s + 1ns);
}

TEST_CASE("old samples become minutes and ten minutes, and none of them is lost", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    constexpr int kSamples = 2 * 6 * 60 * 24 + 5;  // two days, and a restart in them
    {
        const auto writer = write(settings, process(7, 100));
        REQUIRE(writer->begin());
        for (int i = 0; i < kSamples; ++i) REQUIRE(writer->add(sample_at(i * 10s, i), i < 1000 ? 1 : 2));
        REQUIRE(writer->commit());
        auto database = open_again(writer->path(), 1s);
        REQUIRE(database);
        const Retention keep{.raw = 2h, .minutes = 12h, .tens = 24h * 400};
        while (true) {
            const auto more = thin_step(*database, keep);
            REQUIRE(more);
            if (!*more) break;
        }
    }
    const auto records = looks_of(settings.place.directory, "nginx");
    std::int64_t count = 0, samples = 0, least = INT64_MAX;
    nanoseconds last{-1};
    LifeNumber life = 1;
    for (const Record& record : records) {
        const Bucket* bucket = bucket_in(record);
        const Bucket look = bucket != nullptr ? *bucket : to_bucket(std::get<Sample>(record.look));
        if (look.mono - look.span < last || look.mono <= last || record.life < life) FAIL("out of order");
        last = look.mono;
        life = record.life;
        count += look.count;
        samples += bucket == nullptr ? 1 : 0;
        least = std::min(least, look.rss.min);
    }
    CHECK(count == kSamples);
    CHECK(samples >= 2 * 360);
    CHECK(samples < 2 * 360 + 7);
    CHECK(least == 100 << 20);
    CHECK(records.size() < 720 + 7 + 10 * 60 + 2 + 36 * 6 + 3);
    const Bucket* first = bucket_in(records.front());
    REQUIRE(first != nullptr);
    CHECK(first->count == 60);
    CHECK(first->span == 590s);
    CHECK(first->rss.mean == Approx((100 << 20) + 29.5 * 4096));
    CHECK(first->rss.max == (100 << 20) + 59 * 4096);
    CHECK(first->series[index(Series::threads)]->min == 8);
    CHECK(first->limit->kind == LimitKind::cgroup_max);
    auto reader = HistoryReader::open(settings.place.directory, "nginx");
    REQUIRE(reader);
    CHECK(reader->check()->empty());
}

TEST_CASE("a life is forgotten with its last look, and not before", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    constexpr auto kEach = 30h;  // of four lives; the ends of the first and the third were not seen
    for (int life = 0; life < 4; ++life) {
        const auto writer = write(settings, process(7, 100 + static_cast<std::uint64_t>(life)), life * kEach);
        REQUIRE(writer->begin());
        for (nanoseconds t = 0s; t < kEach; t += 10min)
            REQUIRE(writer->add(sample_at(life * kEach + t, life), writer->life()));
        if (life == 1) REQUIRE(writer->end_life(2, {}, 2 * kEach - 1s, kWall + 2 * kEach - 1s));
        REQUIRE(writer->commit());
    }
    const auto numbers = [&] {
        auto reader = HistoryReader::open(settings.place.directory, "nginx");
        REQUIRE(reader);
        std::vector<LifeNumber> found;
        const auto lives = reader->lives();
        REQUIRE(lives);
        for (const RecordedLife& life : *lives) found.push_back(life.number);
        return found;
    };
    const auto thin_to = [&](nanoseconds tens) {
        auto database = open_again(history_path(settings.place.directory, "nginx"), 1s);
        REQUIRE(database);
        while (*thin_step(*database, {.raw = 1h, .minutes = 2h, .tens = tens})) {
        }
    };
    using Numbers = std::vector<LifeNumber>;
    thin_to(100h);  // within the first life, which began before
    CHECK(numbers() == Numbers{1, 2, 3, 4});
    thin_to(55h);  // within the third
    CHECK(numbers() == Numbers{3, 4});
    CHECK(looks_of(settings.place.directory, "nginx").front().life == 3);
    thin_to(2h);
    CHECK(numbers() == Numbers{4});
    CHECK(write(settings, process(7, 104), 4 * kEach)->life() == 5);

    REQUIRE(prune_history(settings.place, "nginx", kWall + 5 * kEach, {}));  // all that there is
    CHECK(looks_of(settings.place.directory, "nginx").empty());
    CHECK(numbers() == Numbers{5});
}

TEST_CASE("an exported history, buckets and all, is judged as the history itself", "[store]") {
    const test::TempTree tree;
    const auto settings = settings_in(tree);
    {
        const auto writer = write(settings, process(7, 100));
        REQUIRE(writer->begin());
        for (int i = 0; i < 6 * 60 * 30; ++i) REQUIRE(writer->add(sample_at(i * 10s + 1ns, i), 1));
        REQUIRE(writer->commit());
        auto database = open_again(writer->path(), 1s);
        REQUIRE(database);
        while (*thin_step(*database, {.raw = 1h, .minutes = 10h})) {
        }
    }
    auto reader = HistoryReader::open(settings.place.directory, "nginx");
    REQUIRE(reader);
    CsvText csv(true);
    std::string text = csv.header();
    const auto records = looks_of(settings.place.directory, "nginx");
    for (const Record& record : records) text += csv.line(record);
    test::TempTree files;
    files.file("all.csv", text);
    auto again = open_csv(files.path("all.csv"));
    REQUIRE(again);
    const auto read = all_of(**again);
    REQUIRE(read.size() == records.size());
    for (std::size_t i = 0; i < read.size(); ++i) {
        if (read[i].look != records[i].look) FAIL(fmt::format("line {} differs", i + 2));
    }
    auto looks = reader->looks();
    REQUIRE(looks);
    auto exported = open_csv(files.path("all.csv"));
    REQUIRE(exported);
    const auto of_history = watch::replay(**looks, {});
    const auto of_csv = watch::replay(**exported, {});
    REQUIRE(of_history);
    REQUIRE(of_csv);
    CHECK(of_history->claim == Claim::leak);
    CHECK(*of_history == *of_csv);
}

TEST_CASE("what is no sound history of ours is refused in words", "[store]") {
    test::TempTree tree;
    const auto settings = settings_in(tree);
    tree.file("h/nginx.db",
              "this is no database at all, but long enough to have a header of a hundred bytes: "
              "0123456789012345678901234567890123456789");
    const auto garbage = HistoryWriter::open(settings, process(7, 100), 0s, kWall);
    REQUIRE_FALSE(garbage);
    CHECK(garbage.error().what == "not a database");
    auto newer = settings;
    newer.target = "newer";
    const std::string path = write(newer, process(7, 100))->path();
    {
        auto database = Database::open(path, Database::Mode::write, 1s);
        REQUIRE(database);
        REQUIRE(database->run("PRAGMA user_version=7"));
    }
    const auto refused = HistoryWriter::open(newer, process(7, 100), 0s, kWall);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().what ==
          fmt::format("written by a newer rampwatch (schema 7; this one knows {})", kHistorySchema));
    CHECK_FALSE(HistoryReader::open(settings.place.directory, "newer"));
    CHECK(HistoryReader::open(settings.place.directory, "none").error().kind == Error::Kind::not_found);
}

TEST_CASE("names of targets are file names and back, whatever is in them", "[store]") {
    for (const std::string name : {"nginx", "../../etc/passwd", "a b", ".hidden", "grün%41", "x.service"}) {
        const std::string path = history_path("/d", name);
        CAPTURE(path);
        CHECK(path.starts_with("/d/"));
        CHECK(path.find('/', 3) == std::string::npos);
        CHECK(path[3] != '.');
    }
    CHECK(history_path("/d", "a/b") != history_path("/d", "a_b"));
}

TEST_CASE("the default place is the service's own, else the system's for root, else the user's", "[store]") {
    const auto in = [](const char* state, const char* xdg, const char* home, bool root) {
        return default_history_directory(
            [=](const char* name) -> const char* {
                const std::string_view word = name;
                return word == "STATE_DIRECTORY" ? state : word == "XDG_STATE_HOME" ? xdg : home;
            },
            root);
    };
    CHECK(*in("/var/lib/a:/var/lib/b", "/x", "/home/u", true) == "/var/lib/a");
    CHECK(*in(nullptr, "/x", "/home/u", true) == "/var/lib/rampwatch");
    CHECK(*in(nullptr, "/x", "/home/u", false) == "/x/rampwatch");
    CHECK(*in(nullptr, "relative", "/home/u", false) == "/home/u/.local/state/rampwatch");
    CHECK_FALSE(in(nullptr, nullptr, nullptr, false));
}

}  // namespace rampwatch::store
