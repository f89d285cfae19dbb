// SPDX-License-Identifier: MIT
#include "core/store/csv_writer.h"

#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <csignal>
#include <cstdlib>
#include <fstream>
#include <sstream>

#include "core/store/csv.h"
#include "tests/catch.h"
#include "tests/temp_tree.h"

namespace rampwatch::store {
namespace {

using std::chrono::nanoseconds;

struct Folder {
    test::TempTree tree{};
    std::string path = tree.path();
    [[nodiscard]] std::string file() const { return tree.path("a.csv"); }
};

std::string contents(const std::string& path) {
    std::stringstream text;
    text << std::ifstream(path).rdbuf();
    return text.str();
}

std::string refusal(const std::string& path) {
    const auto writer = CsvWriter::create(path);
    return writer ? "accepted" : to_string(writer.error());
}

Sample whole_sample() {
    Sample sample{.mono = nanoseconds(1'234'567'890'000'000'001),
                  .wall = nanoseconds(1'764'000'000'000'000'009)};
    sample.rss_bytes = 1LL << 60;
    sample.anon_bytes = 1;
    sample.file_bytes = 2;
    sample.shmem_bytes = 3;
    sample.swap_bytes = 0;
    sample.threads = 5;
    sample.fds = 6;
    sample.goroutines = 7;
    sample.go_heap_marked_bytes = 8;
    sample.aged_threads = 9;
    sample.aged_goroutines = 10;
    sample.cpu = nanoseconds(11);
    sample.age = nanoseconds(120'000'000'000);
    sample.limit = Limit{LimitKind::cgroup_high, 4096, 12};
    sample.fds_limit = 1024;
    sample.pids_limit = 512;
    sample.pids_used = 13;
    return sample;
}

TEST_CASE("what was written is read back exactly", "[store]") {
    const Folder folder;
    const Sample bare{.mono = nanoseconds(1), .rss_bytes = 5};
    const Sample whole = whole_sample();
    Sample whole_again = whole;
    whole_again.mono += nanoseconds(1);
    whole_again.limit->kind = LimitKind::physical;
    {
        auto writer = CsvWriter::create(folder.file());
        REQUIRE(writer);
        REQUIRE(writer->append(bare, 1));
        REQUIRE(writer->append(whole, 1));
        REQUIRE(writer->append(whole_again, 3));
    }
    auto source = open_csv(folder.file());
    REQUIRE(source);
    for (const auto& [sample, life] : {std::pair{bare, 1U}, {whole, 1U}, {whole_again, 3U}}) {
        const auto record = (*source)->next();
        REQUIRE(record);
        REQUIRE(record->has_value());
        CHECK(std::get<Sample>((*record)->look) == sample);
        CHECK((*record)->life == life);
    }
    const auto end = (*source)->next();
    REQUIRE(end);
    CHECK_FALSE(end->has_value());
    CHECK((*source)->notes() == CsvNotes{});
}

TEST_CASE("a line is in the file as soon as it is appended", "[store]") {
    const Folder folder;
    auto writer = CsvWriter::create(folder.file());
    REQUIRE(writer);
    REQUIRE(writer->append(Sample{.mono = std::chrono::milliseconds(1500), .rss_bytes = 5}, 1));

    CHECK(contents(folder.file()) ==
          "time_s,rss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,swap_bytes,threads,fds,goroutines,"
          "go_heap_marked_bytes,aged_threads,aged_goroutines,tasks,aged_tasks,java_old_bytes,"
          "java_old_used_bytes,java_young_bytes,lazyfree_bytes,fds_limit,pids_limit,pids_used,life,limit_"
          "bytes,limit_used_"
          "bytes,limit_kind,"
          "cpu_s,"
          "process_age_s,wall_s\n"
          "1.5,5,,,,,,,,,,,,,,,,,,,,1,,,,,,\n");
}

TEST_CASE("a recording that never began leaves an empty file, which a second try may use", "[store]") {
    const Folder folder;
    REQUIRE(CsvWriter::create(folder.file()));

    CHECK(contents(folder.file()).empty());
    CHECK(refusal(folder.file()) == "accepted");
}

TEST_CASE("a file that is not empty is not written onto", "[store]") {
    const Folder folder;
    std::ofstream(folder.file()) << "time_s,rss_bytes\n";

    CHECK(refusal(folder.file()) == folder.file() + ": not empty (choose another name, or move it away)");
    CHECK(contents(folder.file()) == "time_s,rss_bytes\n");
}

TEST_CASE("an empty file is written onto, by one writer only", "[store]") {
    const Folder folder;
    std::ofstream(folder.file()).close();
    const auto first = CsvWriter::create(folder.file());

    REQUIRE(first);
    CHECK(refusal(folder.file()) ==
          folder.file() + ": another rampwatch records there (choose another name)");
}

TEST_CASE("what is not a regular file is refused at once", "[store]") {
    const Folder folder;
    REQUIRE(::mkfifo((folder.tree.path("pipe")).c_str(), 0600) == 0);

    CHECK(refusal(folder.tree.path("pipe")) ==
          folder.path + "/pipe: not a regular file (samples are recorded to a file of their own)");
    CHECK(refusal("/dev/null") ==
          "/dev/null: not a regular file (samples are recorded to a file of their own)");
    CHECK(refusal(folder.path) == folder.path + ": cannot create: Is a directory");
    CHECK(refusal("/proc/nonexistent/a.csv") ==
          "/proc/nonexistent/a.csv: cannot create: No such file or directory");
}

TEST_CASE("a line that finds no room is taken back whole, and the next may fit", "[store]") {
    const Folder folder;
    auto writer = CsvWriter::create(folder.file());
    REQUIRE(writer);
    REQUIRE(writer->append(whole_sample(), 1));
    const std::string before = contents(folder.file());
    rlimit old{};
    REQUIRE(::getrlimit(RLIMIT_FSIZE, &old) == 0);
    const auto handler = std::signal(SIGXFSZ, SIG_IGN);
    const rlimit tight{before.size() + 10, old.rlim_max};
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &tight) == 0);
    const auto full = writer->append(whole_sample(), 1);
    REQUIRE(::setrlimit(RLIMIT_FSIZE, &old) == 0);
    std::signal(SIGXFSZ, handler);

    REQUIRE_FALSE(full);
    CHECK(to_string(full.error()) == folder.file() + ": cannot write: File too large");
    CHECK(contents(folder.file()) == before);
    CHECK(writer->append(whole_sample(), 1));
    CHECK(contents(folder.file()).size() > before.size());
}

}  // namespace
}  // namespace rampwatch::store
