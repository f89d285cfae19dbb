// SPDX-License-Identifier: MIT
#include "core/readers/sorted_rows.h"

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "tests/catch.h"

namespace rampwatch::readers::test {
namespace {

// What came of a stream, in words: "a:3" is a series of three looks in one life, "a:2+1" of two lives.
struct Stream {
    std::vector<std::string> series{};
    std::string error{};
    RecordingNotes notes{};
    std::size_t most_open = 0;
};

Stream read(const std::string& text, SortedStyle style = {.by = {"pod"}}) {
    Fd fd(::memfd_create("stream", 0));
    REQUIRE(::write(fd.get(), text.data(), text.size()) == static_cast<ssize_t>(text.size()));
    REQUIRE(::lseek(fd.get(), 0, SEEK_SET) == 0);
    const auto recording = open_sorted(LineReader(std::move(fd)), std::move(style), "t");
    REQUIRE(recording);
    Stream stream;
    std::vector<std::int64_t> lives;
    LifeNumber life = 0;
    Look look;
    while (true) {
        const auto read = (*recording)->next_into(look);
        if (!read) stream.error = to_string(read.error());
        if (!read || !*read) break;
        if (!look.last) {
            if (lives.empty() || look.record.life != life) lives.push_back(0);
            life = look.record.life;
            ++lives.back();
            continue;
        }
        std::string words;
        for (const Label& label : look.info.labels) words += (words.empty() ? "" : "/") + label.value;
        for (std::size_t i = 0; i < lives.size(); ++i)
            words += fmt::format("{}{}", i == 0 ? ":" : "+", lives[i]);
        stream.series.push_back(words);
        lives.clear();
    }
    stream.notes = (*recording)->notes();
    return stream;
}

std::string row(const std::string& pod, int minute, int mib = 50) {
    return fmt::format("{},{},{}\n", pod, 1772445600 + 60 * minute, mib << 20);
}

const std::string kHead = "pod,time_s,rss_bytes\n";

TEST_CASE("a sorted stream is read series by series", "[readers]") {
    const Stream stream = read(kHead + row("a", 0) + row("a", 1) + row("b", 0) + row("c", 5) + row("c", 6));

    CHECK(stream.error.empty());
    CHECK(stream.series == std::vector<std::string>{"a:2", "b:1", "c:2"});
}

TEST_CASE("a stream without a header is read by the names that it is given", "[readers]") {
    const SortedStyle style{.by = {"pod"}, .columns = "pod,time_s,rss_bytes"};
    CHECK(read(row("a", 0) + row("b", 0), style).series == std::vector<std::string>{"a:1", "b:1"});
    CHECK(read(kHead + row("a", 0) + kHead + row("b", 0), style).series ==
          std::vector<std::string>{"a:1", "b:1"});
    CHECK(read("a\t1772445600\t52428800\n", {.by = {"pod"}, .columns = "pod\ttime_s\trss_bytes"}).series ==
          std::vector<std::string>{"a:1"});
    CHECK(read(row("a", 0)).error ==
          "t:1: not a header with a time and a memory: a,1772445600,52428800 (--columns says the header of a "
          "stream without one: --columns pod,time_s,rss_bytes)");
}

TEST_CASE("objects of JSON, one a line, are rows too", "[readers]") {
    const Stream stream =
        read(R"({"pod":"a","time_s":1772445600,"rss_bytes":52428800,"labels":{"x":[1]},"ready":true})"
             "\n"
             R"({"rss_bytes":"52432896","time_s":"2026-03-02T10:01:00Z","pod":"a"})"
             "\n\n"
             R"({"pod":"b","time_s":1772445600,"rss_bytes":null})"
             "\n"
             R"({"pod":"b","time_s":1772445660,"rss_bytes":52428800})"
             "\n");

    CHECK(stream.error.empty());
    CHECK(stream.series == std::vector<std::string>{"a:2", "b:1"});
    CHECK(stream.notes.unknown_values == 1);
}

TEST_CASE("several columns together tell a series, and a PID its lives", "[readers]") {
    const Stream stream = read(
        "namespace,pod,pid,time_s,rss_kib\nx,a,7,1772445600,51200\nx,a,7,1772445660,51200\n"
        "x,a,9,1772445720,51200\ny,a,7,1772445600,51200\n",
        {.by = {"namespace", "pod"}});

    CHECK(stream.error.empty());
    CHECK(stream.series == std::vector<std::string>{"x/a:2+1", "y/a:1"});
}

TEST_CASE("a series that comes back is refused with its line", "[readers]") {
    const Stream stream = read(kHead + row("a", 0) + row("b", 0) + row("a", 1) + row("c", 0));

    CHECK(stream.series == std::vector<std::string>{"a:1", "b:1"});
    CHECK(stream.error ==
          "t:4: pod a was there before, and others since (sort by series, then by time, as LC_ALL=C sort -t, "
          "-k1,1 -k2,2n does)");
}

TEST_CASE("times that go back within a series are refused, those of another series are not", "[readers]") {
    CHECK(read(kHead + row("a", 60) + row("b", 0)).error.empty());
    CHECK(read(kHead + row("a", 60) + row("a", 0)).error.find("t:3: time goes back by 60 min") == 0);
    CHECK(read(kHead + row("a", 1) + row("a", 0)).notes.out_of_order == 1);
}

TEST_CASE("rows that do not fit end the stream and say where", "[readers]") {
    const auto error = [](const std::string& text) { return read(text).error; };
    CHECK(error(kHead + row("a", 0) + "a,1\n").find("t:3: 2 fields where the header has 3") == 0);
    CHECK(error(kHead + "a,soon,52428800\n").find("t:2: not a time: soon (column time_s ") == 0);
    CHECK(error(kHead + "a,1772445600,much\n").find("t:2: not an amount of memory in this line") == 0);
    CHECK(error(kHead + "a,1772445600,51204\n").find("t:2: 51204 bytes would be a process of 50.0 KiB") == 0);
    CHECK(error("name,time_s,rss_bytes\n").find("t:1: no column pod in the header: name,time_s") == 0);
    CHECK(error("pod,time_s,x\n").find("t:1: no column of memory in the header") == 0);
    CHECK(error("pod,rss_bytes\n").find("t:1: no column of times in the header") == 0);
    CHECK(error("{\"pod\":\"a\"\n").find("t:1: no object of JSON at byte 10: ") == 0);
    CHECK(error("{\"time_s\":1}\n").find("t:1: no pod in this line") == 0);
    CHECK(error("{\"pod\":\"a\",\"rss_bytes\":4096}\n").find("t:1: no time in this line") == 0);
    CHECK(error("{\"pod\":\"a\",\"time_s\":1}\n").find("t:1: no memory in this line") == 0);
    CHECK(error("{\"pod\":\"a\",\"time_s\":1,\"rss_bytes\":52428800} {}\n").find("t:1: no object of JSON") ==
          0);
    CHECK(error(std::string(70000, 'x') + "\n").find("t:1: a line of more than 65536 bytes") == 0);
}

TEST_CASE("a stream of nothing is no mistake, and half a line is left out", "[readers]") {
    CHECK(read("").error.empty());
    CHECK(read(kHead).error.empty());
    const Stream half = read(kHead + row("a", 0) + "a,1772445");
    CHECK(half.error.empty());
    CHECK(half.series == std::vector<std::string>{"a:1"});
    CHECK(half.notes.half_lines == 1);
}

TEST_CASE("of very many series the last ones are remembered", "[readers]") {
    SeriesBook book("t");
    SeriesTurn turn({"pod"});
    const auto take = [&](std::size_t number) {
        const std::string name = std::to_string(number);
        const std::string_view value = name;
        return turn.take(std::span(&value, 1), 1, book).has_value();
    };
    for (std::size_t i = 0; i < kMostTurns * 5 / 2; ++i)
        if (take(i)) FAIL("a new series was refused: " << i);
    CHECK(take(kMostTurns * 2));
    CHECK(take(kMostTurns + 2));
}

}  // namespace
}  // namespace rampwatch::readers::test
