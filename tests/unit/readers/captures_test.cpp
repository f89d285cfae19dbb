// SPDX-License-Identifier: MIT
// Real output of each tool (tests/captures/series), read as what it is.
#include <chrono>

#include "tests/catch.h"
#include "tests/unit/readers/reading.h"

namespace rampwatch::readers::test {
namespace {

using namespace std::chrono_literals;

constexpr std::int64_t kKiB = 1024;
constexpr std::int64_t kMiB = kKiB * 1024;

// One process: how many looks, the first and the last RSS, and the time between them.
void expect_one(const char* capture, const std::string& format, const std::string& name, std::size_t looks,
                std::int64_t first_kib, std::int64_t last_kib) {
    CAPTURE(capture);
    const Reading reading = read_capture(capture);
    CHECK(reading.error.empty());
    CHECK(reading.format == format);
    REQUIRE(reading.series.size() == 1);
    CHECK(reading.series.begin()->first == name);
    const Series& series = reading.only();
    REQUIRE(series.records.size() == looks);
    CHECK(series.at(0).rss_bytes == first_kib * kKiB);
    CHECK(series.at(looks - 1).rss_bytes == last_kib * kKiB);
    CHECK(series.at(looks - 1).mono - series.at(0).mono >= 1s * static_cast<int>(looks - 1));
    CHECK(series.at(looks - 1).mono - series.at(0).mono <= 2s * static_cast<int>(looks - 1));
}

TEST_CASE("pidstat is read in each of its layouts", "[readers]") {
    expect_one("pidstat-r.txt", "pidstat", "PID 19507 (python3)", 6, 15356, 20348);
    expect_one("pidstat-rh.txt", "pidstat", "PID 19507 (python3)", 4, 21372, 24444);
    expect_one("pidstat-H.txt", "pidstat", "PID 19507 (python3)", 3, 25468, 27516);
    expect_one("pidstat-rud.txt", "pidstat", "PID 19507 (python3)", 3, 28540, 30460);
    expect_one("pidstat-hurlv.txt", "pidstat", "PID 19507 (/usr/bin/python3 leak.py)", 3, 31484, 33532);
    expect_one("pidstat-T.txt", "pidstat", "PID 19507 (python3)", 2, 38652, 39676);
    expect_one("pidstat-t.txt", "pidstat", "PID 19507 (python3)", 2, 36604, 37628);
}

TEST_CASE("pidstat -v tells threads and descriptors too", "[readers]") {
    const Reading reading = read_capture("pidstat-hurlv.txt");
    CHECK(reading.only().at(0).threads == 1);
    CHECK(reading.only().at(0).fds == 5);
}

TEST_CASE("ps is read with whichever columns, by the date around it", "[readers]") {
    expect_one("ps-date.txt", "ps", "PID 19507 (python3)", 5, 14644, 18724);
    expect_one("ps-lstart.txt", "ps", "PID 6378 (/usr/bin/python3 leak.py)", 4, 18584, 21644);
    expect_one("ps-aux.txt", "ps", "PID 6378 (/usr/bin/python3 leak.py)", 3, 22664, 24912);
    expect_one("ps-rss.txt", "ps", "", 4, 14300, 17360);
    expect_one("ps-etimes.txt", "ps", "PID 6378 (python3)", 3, 25932, 28176);
    expect_one("proc-status.txt", "/proc/PID/status", "PID 6378 (python3)", 3, 29196, 31236);
    expect_one("top-p.txt", "top", "PID 19507 (python3)", 4, 15868, 18928);
}

TEST_CASE("the age of a process serves as the time where nothing else does", "[readers]") {
    const Reading reading = read_capture("ps-etimes.txt");
    CHECK(reading.only().at(0).age == 12s);
    CHECK(reading.only().at(0).mono == 12s);
    CHECK(reading.only().at(0).wall == 0s);
}

TEST_CASE("top's sizes with a letter are read", "[readers]") {
    const Reading reading = read_capture("top-em.txt");
    REQUIRE(reading.series.size() == 1);
    CHECK(static_cast<double>(reading.only().at(0).rss_bytes) == Approx(33.7 * kMiB).epsilon(1e-6));
}

TEST_CASE("sar is the memory of the host, and is said to be", "[readers]") {
    for (const char* capture : {"sar-r.txt", "sar-rall.txt", "sadf-d.txt", "sadf.json"}) {
        CAPTURE(capture);
        const Reading reading = read_capture(capture);
        CHECK(reading.error.empty());
        REQUIRE(reading.series.size() == 1);
        CHECK(reading.only().info.host);
        REQUIRE(reading.notes.remarks.size() == 1);
        CHECK(reading.notes.remarks[0].find("of a whole host (kbmemused)") != std::string::npos);
    }
    CHECK(read_capture("sar-r.txt").only().at(0).rss_bytes == 1695336 * kKiB);
    CHECK(read_capture("sadf-d.txt").only().at(3).rss_bytes == 1747600 * kKiB);
    CHECK(read_capture("sadf.json").only().at(3).rss_bytes == 1747600 * kKiB);
    CHECK(read_capture("sadf.json").only().at(3).wall == read_capture("sadf-d.txt").only().at(3).wall);
}

TEST_CASE("atop's processes are series, its threads and the dead are not", "[readers]") {
    const Reading reading = read_capture("atop-P.txt");
    CHECK(reading.error.empty());
    REQUIRE(reading.series.size() == 2);
    const Series& process = reading.series.at("PID 19507 (python3)");
    REQUIRE(process.records.size() == 3);
    CHECK(process.at(0).rss_bytes == 14460 * kKiB);
    CHECK(process.at(0).swap_bytes == 0);
    CHECK(process.at(2).wall == 1795989569s);
    CHECK(reading.series.at("the host").at(0).rss_bytes ==
          (6171021LL - 4411159 - 1214006 - 8684 - 58255) * 4096);
}

TEST_CASE("psrecord and mprof count in MiB, and a further run is a further life", "[readers]") {
    const Reading record = read_capture("psrecord.txt");
    CHECK(record.format == "psrecord");
    REQUIRE(record.only().records.size() == 3);
    CHECK(record.only().at(2).rss_bytes == 50 * kMiB + kMiB / 2);
    CHECK(record.only().at(2).mono == 2006ms);

    const Reading mprof = read_capture("mprofile.dat");
    CHECK(mprof.format == "mprof");
    REQUIRE(mprof.series.size() == 2);
    const Series& main = mprof.series.at("");
    REQUIRE(main.records.size() == 5);
    CHECK(main.records[2].life == 1);
    CHECK(main.records[3].life == 2);
    CHECK(mprof.series.at("child 0").records.size() == 2);
}

TEST_CASE("containers are series by their names, and one that was made anew has a new life", "[readers]") {
    const Reading reading = read_capture("docker-stats.txt");
    CHECK(reading.format == "docker stats");
    REQUIRE(reading.series.size() == 2);
    const Series& web = reading.series.at("web");
    REQUIRE(web.records.size() == 3);
    CHECK(web.records[0].life == 1);
    CHECK(web.records[2].life == 2);
    const Series& db = reading.series.at("my_db");
    REQUIRE(db.records.size() == 2);
    CHECK(db.at(0).rss_bytes == 68880957);
    CHECK(db.at(0).limit->limit_bytes == 512 * kMiB);
    CHECK(db.at(0).threads == 21);
    CHECK(reading.notes.unknown_values == 1);
}

TEST_CASE("kubectl top is read with and without its head", "[readers]") {
    const Reading pods = read_capture("kubectl-top.txt");
    CHECK(pods.format == "kubectl top");
    CHECK(pods.series.at("api-7d4f9c6b5-x2x9k").at(1).rss_bytes == 96 * kMiB);
    CHECK(pods.series.at("db-0").at(0).rss_bytes == 1024 * kMiB);

    const Reading containers = read_capture("kubectl-containers.txt");
    REQUIRE(containers.series.size() == 2);
    CHECK(containers.series.begin()->second.records.size() == 2);
}

TEST_CASE("Grafana's exports are read: units in cells or in the header, wide or long", "[readers]") {
    const Reading wide = read_capture("grafana-wide.csv");
    CHECK(wide.error.empty());
    REQUIRE(wide.series.size() == 2);
    CHECK(wide.series.at("api-7d4f").records.size() == 2);
    CHECK(wide.notes.unknown_values == 1);
    CHECK(wide.notes.ignored_columns == std::vector<std::string>{"CPU usage"});

    const Reading ms = read_capture("grafana-ms.csv");
    REQUIRE(ms.series.size() == 1);
    REQUIRE(ms.only().records.size() == 3);
    CHECK(ms.only().at(2).rss_bytes == 100401152);
    CHECK(ms.only().at(2).wall == 1772445780s);

    const Reading rows = read_capture("grafana-rows.csv");
    CHECK(rows.error.empty());
    REQUIRE(rows.series.size() == 2);
    CHECK(rows.series.at("api").at(0).rss_bytes == 100139008);
    CHECK(rows.series.at("api").at(0).wall == 1772442000s);
}

TEST_CASE("every series of a query_range is one, counters are not judged", "[readers]") {
    const Reading reading = read_capture("query_range.json");
    CHECK(reading.error.empty());
    CHECK(reading.format == "Prometheus query_range");
    REQUIRE(reading.series.size() == 3);
    const Series& memory =
        reading.series.at("process_resident_memory_bytes{instance=127.0.0.1:19090, job=prometheus}");
    REQUIRE(memory.records.size() == 9);
    CHECK(memory.at(0).rss_bytes == 43491328);
    CHECK(memory.at(0).wall == 1795991397s);
    const Series& fds = reading.series.at("process_open_fds{instance=127.0.0.1:19090, job=prometheus}");
    CHECK(std::get<Bucket>(fds.records[0].look).series[index(rampwatch::Series::fds)]->last == 14);
    REQUIRE(reading.notes.remarks.size() == 1);
    CHECK(reading.notes.remarks[0].find("process_cpu_seconds_total") != std::string::npos);
}

TEST_CASE("what a server answers instead is refused in words", "[readers]") {
    CHECK(read_capture("query_error.json").error.find("unclosed left parenthesis") != std::string::npos);
    CHECK(read_capture("query_instant.json").error.find("ask /api/v1/query_range") != std::string::npos);
}

TEST_CASE("VictoriaMetrics's export and docker's JSON are read", "[readers]") {
    const Reading victoria = read_capture("victoria.jsonl");
    CHECK(victoria.error.empty());
    CHECK(victoria.series.at("process_resident_memory_bytes{job=api}").records.size() == 3);
    CHECK(victoria.series.at("process_open_fds{job=api}").records.size() == 2);
    CHECK(victoria.notes.unknown_values == 1);

    const Reading docker = read_capture("docker-stats.jsonl");
    CHECK(docker.error.empty());
    REQUIRE(docker.series.size() == 1);
    CHECK(docker.series.begin()->first == "web");
    CHECK(docker.only().at(1).threads == 4);
}

}  // namespace
}  // namespace rampwatch::readers::test
