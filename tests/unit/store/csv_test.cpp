// SPDX-License-Identifier: MIT
#include "core/store/csv.h"

#include <sys/mman.h>
#include <unistd.h>

#include <initializer_list>
#include <string>

#include "tests/catch.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

Fd holding(const std::string& text) {
    Fd fd(::memfd_create("csv", 0));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(::lseek(fd.get(), 0, SEEK_SET) == 0);
    return fd;
}

std::unique_ptr<CsvSource> open(const std::string& text) {
    auto source = CsvSource::open(holding(text), "t.csv");
    REQUIRE(source);
    return std::move(*source);
}

std::vector<Sample> samples_of(CsvSource& source) {
    std::vector<Sample> samples;
    while (true) {
        const auto record = source.next();
        REQUIRE(record);
        if (!record->has_value()) return samples;
        samples.push_back(std::get<Sample>((*record)->look));
    }
}

// What a file is refused with, be it by its header or by a later line.
std::string refusal(const std::string& text) {
    auto source = CsvSource::open(holding(text), "t.csv");
    if (!source) return to_string(source.error());
    while (true) {
        const auto record = (*source)->next();
        if (!record) return to_string(record.error());
        if (!record->has_value()) return "accepted";
    }
}

TEST_CASE("columns are found by name in any order", "[store]") {
    const auto source = open("threads,rss_bytes,time_s\n7,4096,1.5\n8,8192,2\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK(samples[0].mono == nanoseconds(1'500'000'000));
    CHECK(samples[0].rss_bytes == 4096);
    CHECK(samples[1].threads == 8);
    CHECK_FALSE(samples[1].fds);
}

TEST_CASE("an empty field is unknown", "[store]") {
    const auto source = open("time_s,rss_bytes,swap_bytes,fds,limit_bytes,process_age_s\n1,4096,,,,\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 1);
    CHECK(samples[0] == Sample{.mono = nanoseconds(1'000'000'000), .rss_bytes = 4096});
}

TEST_CASE("what others write for the unknown is unknown; without an RSS a look is left out", "[store]") {
    const auto source = open("time_s,rss_bytes,threads\n1,4096,NaN\n2,null,7\n3,None,7\n4,8192,-\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK_FALSE(samples[0].threads);
    CHECK(samples[1].rss_bytes == 8192);
    CHECK(source->notes().unknown_looks == 2);
}

TEST_CASE("a header that comes again is passed over", "[store]") {
    const auto source = open("time_s,rss_bytes\n1,4096\ntime_s,rss_bytes\n2,8192\n");

    CHECK(samples_of(*source).size() == 2);
}

TEST_CASE("times are exact to the nanosecond", "[store]") {
    const auto source = open("time_s,rss_bytes\n1234567890.123456789,1\n1234567890.123456790,1\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK(samples[0].mono == nanoseconds(1'234'567'890'123'456'789));
    CHECK(samples[1].mono - samples[0].mono == nanoseconds(1));
}

TEST_CASE("a time since the Unix epoch is wall time too, an uptime is not", "[store]") {
    const auto since_epoch = open("time_s,rss_bytes\n1764000000,1\n");
    const auto uptime = open("time_s,rss_bytes\n86400,1\n");
    const auto both = open("time_s,rss_bytes,wall_s\n86400,1,1764000000.25\n");

    CHECK(samples_of(*since_epoch)[0].wall == std::chrono::seconds(1764000000));
    CHECK(samples_of(*uptime)[0].wall == nanoseconds(0));
    CHECK(samples_of(*both)[0].wall == std::chrono::milliseconds(1764000000250));
}

TEST_CASE("a limit without its use is held against the process's own memory", "[store]") {
    const auto source = open("time_s,rss_bytes,swap_bytes,limit_bytes\n1,100,20,1000\n2,100,20,0\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK(samples[0].limit == Limit{LimitKind::given, 1000, 120});
    CHECK_FALSE(samples[1].limit);
}

TEST_CASE("numbers as other programs write them are read", "[store]") {
    const auto source = open("\"time_s\",\"rss_bytes\"\n 1e3 ,\"3293184.0\"\n1000.5,3.293184e6\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK(samples[0].mono == std::chrono::seconds(1000));
    CHECK(samples[0].rss_bytes == 3293184);
    CHECK(samples[1].rss_bytes == 3293184);
}

TEST_CASE("a byte order mark, CRLF and blank lines are no obstacle", "[store]") {
    const auto source = open("\xef\xbb\xbftime_s,rss_bytes\r\n1,10\r\n\r\n2,20\r\n");
    const auto samples = samples_of(*source);

    REQUIRE(samples.size() == 2);
    CHECK(samples[1].rss_bytes == 20);
    CHECK(source->notes() == CsvNotes{});
}

TEST_CASE("unknown columns are ignored and named once", "[store]") {
    const auto source = open("time_s,host,rss_bytes,rps\n1,a,10,5\n2,b c,20,nan\n");

    CHECK(samples_of(*source).size() == 2);
    CHECK(source->notes().ignored_columns == std::vector<std::string>{"host", "rps"});
}

TEST_CASE("the half line of a file still being written is left out and counted", "[store]") {
    for (const std::string half : {"3", "3,", "3,3", "garbage"}) {
        const auto source = open("time_s,rss_bytes\n1,10\n2,20\n" + half);
        CHECK(samples_of(*source).size() == 2);
        CHECK(source->notes().half_lines == 1);
    }
}

TEST_CASE("lives are counted from 1, whatever the file counts from", "[store]") {
    const auto lives = [](const std::string& rows) {
        const auto source = open("time_s,rss_bytes,life\n" + rows);
        std::vector<LifeNumber> found;
        while (true) {
            const auto record = source->next();
            REQUIRE(record);
            if (!record->has_value()) return found;
            found.push_back((*record)->life);
        }
    };

    CHECK(lives("1,1,1\n2,1,2\n3,1,\n") == std::vector<LifeNumber>{1, 2, 2});
    CHECK(lives("1,1,0\n2,1,0\n3,1,1\n") == std::vector<LifeNumber>{1, 1, 2});
    CHECK(lives("1,1,\n2,1,\n") == std::vector<LifeNumber>{1, 1});
}

TEST_CASE("a pipe gives the same samples as a file", "[store]") {
    int ends[2];
    REQUIRE(::pipe(ends) == 0);
    const std::string text = "time_s,rss_bytes\n1,10\n2,20\n";
    for (const char c : text) REQUIRE(::write(ends[1], &c, 1) == 1);
    ::close(ends[1]);
    auto source = CsvSource::open(Fd(ends[0]), "pipe");

    REQUIRE(source);
    CHECK(samples_of(**source).size() == 2);
}

TEST_CASE("more lines than fit the buffer are all read", "[store]") {
    std::string text = "time_s,rss_bytes\n";
    for (int i = 0; i < 100'000; ++i) text += std::to_string(i) + "," + std::to_string(i * 7) + "\n";
    const auto samples = samples_of(*open(text));

    REQUIRE(samples.size() == 100'000);
    CHECK(samples[99'999].rss_bytes == 699'993);
}

TEST_CASE("a broken header is refused with its place and the cure", "[store]") {
    CHECK(refusal("") ==
          "t.csv: empty: no header and no samples (the first line names the columns, such as "
          "time_s,rss_bytes,threads)");
    CHECK(refusal("time_s,rss_bytes") ==
          "t.csv:1:17: the header does not end: no samples (the first line names the columns, such as "
          "time_s,rss_bytes,threads)");
    CHECK(refusal("1,2\n") ==
          "t.csv:1:1: no header: 1,2 (the first line names the columns, such as "
          "time_s,rss_bytes,threads)");
    CHECK(refusal("time_s,threads\n") ==
          "t.csv:1:1: no column rss_bytes in the header: time_s,threads (the first line names the columns, "
          "such as time_s,rss_bytes,threads)");
    CHECK(refusal("rss_bytes\n") ==
          "t.csv:1:1: no column time_s in the header: rss_bytes (the first line names "
          "the columns, such as time_s,rss_bytes,threads)");
    CHECK(refusal("time_s;rss_bytes\n") ==
          "t.csv:1:1: no column time_s in the header: time_s;rss_bytes (columns are separated by commas)");
    CHECK(refusal("time_s,rss_bytes,time_s\n") == "t.csv:1:18: column time_s is there twice");
    CHECK(refusal("time_s,rss_bytes" + std::string(256, ',') + "\n") == "t.csv:1:1: more than 256 columns");
}

TEST_CASE("a broken number is refused with its place", "[store]") {
    const std::string head = "time_s,rss_bytes,threads,process_age_s\n1,10,1,\n";

    CHECK(refusal(head + "2,12k,1,\n") == "t.csv:3:3: not a number: 12k (rss_bytes is in plain bytes)");
    CHECK(refusal(head + "2,10,x\x1b[1m,\n") == "t.csv:3:6: not a number: x\\x1b[1m (threads is a count)");
    CHECK(refusal(head + "1:30,10,1,\n") == "t.csv:3:1: not a number: 1:30 (time_s is in seconds)");
    CHECK(refusal(head + "2,-10,1,\n") == "t.csv:3:3: negative: -10 (rss_bytes is in plain bytes)");
    CHECK(refusal(head + "2,10,1,-0.5\n") == "t.csv:3:8: negative: -0.5 (process_age_s is in seconds)");
    CHECK(refusal(head + "2,10.5,1,\n") ==
          "t.csv:3:3: not a whole number: 10.5 (rss_bytes is in plain bytes)");
    CHECK(refusal(head + "nan,10,1,\n") ==
          "t.csv:3:1: not a finite number: nan (leave the field empty where a value is unknown)");
    CHECK(refusal(head + "2,inf,1,\n") ==
          "t.csv:3:3: not a finite number: inf (leave the field empty where a value is unknown)");
    CHECK(refusal(head + "2,1152921504606846977,1,\n") ==
          "t.csv:3:3: too large: 1152921504606846977 (rss_bytes is at most 2^60; leave it empty where it is "
          "unknown or unlimited)");
    CHECK(refusal(head + "2,1e400,1,\n") ==
          "t.csv:3:3: too large: 1e400 (rss_bytes is at most 2^60; leave it empty where it is unknown or "
          "unlimited)");
    CHECK(refusal(head + "2,10,1000000001,\n") ==
          "t.csv:3:6: too large: 1000000001 (threads is at most 10^9)");
    CHECK(refusal(head + "9000000001,10,1,\n") ==
          "t.csv:3:1: too large: 9000000001 (time_s is in seconds, at most 9e9)");
    CHECK(refusal(head + ",10,1,\n") == "t.csv:3:1: time_s is empty (every sample needs a time and an RSS)");
    CHECK(refusal(head + "2,,1,\n") ==
          "t.csv:3:3: rss_bytes is empty (every sample needs a time and an RSS)");
}

TEST_CASE("the largest believable values are read", "[store]") {
    CHECK(refusal("time_s,rss_bytes,threads\n9000000000,1152921504606846976,1000000000\n") == "accepted");
}

TEST_CASE("a line of another length than the header is refused", "[store]") {
    const std::string head = "time_s,rss_bytes,threads\n";

    CHECK(
        refusal(head + "1,10\n") ==
        "t.csv:2:5: 2 fields where the header has 3 (leave a field empty where a value is unknown, but keep "
        "its comma)");
    CHECK(refusal(head + "1,10,1,5,5\n") == "t.csv:2:7: 5 fields where the header has 3");
}

TEST_CASE("time and life may not go back, not even over a restart", "[store]") {
    const std::string head = "time_s,life,rss_bytes\n10,2,1\n10,2,1\n";

    CHECK(refusal(head) == "accepted");
    CHECK(refusal(head + "9.5,2,1\n") ==
          "t.csv:4:1: time goes back: 9.5 after 10 (samples are in the order of "
          "their times, through restarts too)");
    CHECK(refusal(head + "0,3,1\n") ==
          "t.csv:4:1: time goes back: 0 after 10 (samples are in the order of their "
          "times, through restarts too)");
    CHECK(refusal(head + "11,1,1\n") ==
          "t.csv:4:4: life goes back: 1 after 2 (life is a number that rises at each restart)");
}

TEST_CASE("a damaged file is refused where the damage is", "[store]") {
    const std::string head = "time_s,note,rss_bytes\n1,,1\n";
    const std::string hint = " (damaged, perhaps by a crash of the host; the lines before 3 may be sound)";

    CHECK(refusal(head + std::string("2,,1\0", 5) + "\n") == "t.csv:3:5: a zero byte" + hint);
    CHECK(refusal(head + std::string("2,a\0,1", 6) + "\n") == "t.csv:3:4: a zero byte" + hint);
    CHECK(refusal(head + std::string(4096, '\0') + "\n") == "t.csv:3:1: a zero byte" + hint);
    CHECK(refusal(head + std::string(65537, '1') + "\n") ==
          "t.csv:3:65537: a line of more than 65536 bytes (not a recording, or a damaged one)");
    CHECK(refusal(std::string(1'000'000, 'x')) ==
          "t.csv:1:65537: a line of more than 65536 bytes (not a recording, or a damaged one)");
}

TEST_CASE("an unknown kind of limit is refused", "[store]") {
    CHECK(refusal("time_s,rss_bytes,limit_kind\n1,1,cgroup_max\n2,1,\n3,1,cgruop\n") ==
          "t.csv:4:5: not a kind of limit: cgruop (given, cgroup_max, cgroup_high, rlimit_as or physical)");
}

TEST_CASE("an error ends the source for good", "[store]") {
    const auto source = open("time_s,rss_bytes\nx,1\n2,2\n");

    CHECK_FALSE(source->next());
    CHECK_FALSE(source->next());
}

TEST_CASE("a file that cannot be opened or read says why", "[store]") {
    const auto missing = open_csv("/proc/nonexistent/a.csv");
    REQUIRE_FALSE(missing);
    CHECK(missing.error().kind == Error::Kind::not_found);
    CHECK(to_string(missing.error()) == "/proc/nonexistent/a.csv: cannot open: No such file or directory");

    const auto folder = open_csv("/");
    REQUIRE_FALSE(folder);
    CHECK(to_string(folder.error()) == "/: cannot read: Is a directory");
}

}  // namespace
}  // namespace rampwatch::store
