// SPDX-License-Identifier: MIT
// What a history costs: a sample's commit, its bytes, a year of a target, and a month of a hundred of them
// for `report`. history_cost DIR, which must not be there yet; it stays, with 100 histories below "many".
#include <fmt/format.h>
#include <sys/stat.h>

#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <string>
#include <thread>
#include <vector>

#include "core/base/poller.h"
#include "core/store/history_reader.h"
#include "core/store/history_thin.h"
#include "core/store/history_writer.h"

using namespace rampwatch;
using namespace std::chrono_literals;
using std::chrono::nanoseconds;

namespace {

constexpr nanoseconds kInterval = 10s;

[[noreturn]] void give_up(const Error& error) {
    fmt::print(stderr, "history_cost: {}\n", to_string(error));
    std::exit(2);
}

// A service that saws, breathes by day and leaks 4.4 MiB/h.
Sample sample_at(nanoseconds mono, nanoseconds wall, std::uint32_t& noise) {
    noise = noise * 1664525U + 1013904223U;
    const double t_h = std::chrono::duration<double, std::ratio<3600>>(mono).count();
    const auto tooth = static_cast<std::int64_t>((mono / 1s) % 420) * 40960;
    Sample sample{.mono = mono, .wall = wall + nanoseconds(noise >> 20)};
    sample.rss_bytes =
        (180LL << 20) + static_cast<std::int64_t>(t_h * 4.4 * 1048576) + tooth + (noise >> 24) * 4096LL;
    sample.anon_bytes = sample.rss_bytes - (12 << 20);
    sample.file_bytes = 12 << 20;
    sample.shmem_bytes = 0;
    sample.swap_bytes = 0;
    sample.threads = 40 + (noise >> 29);
    sample.fds = 200 + (noise >> 28);
    sample.cpu = mono / 50;
    sample.age = mono + 5s;
    sample.limit = Limit{LimitKind::cgroup_max, 64LL << 30, sample.rss_bytes + (20 << 20)};
    return sample;
}

store::HistorySettings settings_in(const std::string& directory, const std::string& target) {
    return {.place = {.directory = directory},
            .target = target,
            .watching = {.interval = kInterval, .patience = 9h, .min_count = 50}};
}

const Life kWho{.boot_id = "bench", .pid = 1, .start_ticks = 1, .executable = "/usr/bin/bench"};

std::unique_ptr<store::HistoryWriter> open(const std::string& directory, const std::string& target,
                                           nanoseconds wall) {
    auto writer = store::HistoryWriter::open(settings_in(directory, target), kWho, 0ns, wall);
    if (!writer) give_up(writer.error());
    return std::move(*writer);
}

std::int64_t file_bytes(const std::string& path) {
    struct stat found {};
    return ::stat(path.c_str(), &found) == 0 ? found.st_size : 0;
}

// Commits one by one, a pause between them, so that checkpoints happen beside them as they would.
void cost_of_commits(const std::string& directory) {
    constexpr int kSamples = 20'000;
    std::vector<double> took_us;
    std::uint32_t noise = 1;
    const auto writer = open(directory, "commits", wall_now());
    const std::int64_t before = file_bytes(writer->path());
    for (int i = 0; i < kSamples; ++i) {
        const auto began = std::chrono::steady_clock::now();
        if (auto added = writer->add(sample_at(i * kInterval, wall_now(), noise), 1); !added)
            give_up(added.error());
        took_us.push_back(
            std::chrono::duration<double, std::micro>(std::chrono::steady_clock::now() - began).count());
        std::this_thread::sleep_for(500us);
    }
    std::sort(took_us.begin(), took_us.end());
    const auto at = [&](double share) { return took_us[static_cast<std::size_t>(share * (kSamples - 1))]; };
    fmt::print(
        "a sample's commit, {} of them: median {:.0f} us, p99 {:.0f} us, p99.9 {:.0f} us, largest {:.0f} "
        "us\n",
        kSamples, at(.5), at(.99), at(.999), at(1));
    std::this_thread::sleep_for(1s);
    auto reader = store::HistoryReader::open(directory, "commits");
    if (!reader) give_up(reader.error());
    const std::string path = writer->path();
    reader = Error{};
    auto database = store::open_again(path, 1s);
    if (!database) give_up(database.error());
    static_cast<void>(database->run("PRAGMA wal_checkpoint(TRUNCATE)"));
    fmt::print("its bytes in the file: {:.1f}\n", static_cast<double>(file_bytes(path) - before) / kSamples);
}

// As a watch would have it, thinned all the while.
void simulate(const std::string& directory, const std::string& target, nanoseconds time, bool ends_now) {
    const nanoseconds begin_wall = ends_now ? wall_now() - time : nanoseconds(1'764'000'000s);
    std::uint32_t noise = 1;
    const auto writer = open(directory, target, begin_wall);
    auto database = store::open_again(writer->path(), 5s);
    if (!database) give_up(database.error());
    for (nanoseconds mono{}; mono < time;) {
        if (auto begun = writer->begin(); !begun) give_up(begun.error());
        for (const nanoseconds until = mono + 6h; mono < std::min(until, time); mono += kInterval) {
            if (auto added = writer->add(sample_at(mono, begin_wall + mono, noise), 1); !added)
                give_up(added.error());
        }
        if (auto ended = writer->commit(); !ended) give_up(ended.error());
        while (true) {
            const auto more = store::thin_step(*database, {});
            if (!more) give_up(more.error());
            if (!*more) break;
        }
        static_cast<void>(database->run("PRAGMA wal_checkpoint(TRUNCATE)"));
    }
    if (ends_now) static_cast<void>(writer->end_watch("bench", wall_now()));
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 2) return fmt::print(stderr, "history_cost DIR\n"), 2;
    const std::string directory = argv[1];
    cost_of_commits(directory + "/commits");
    simulate(directory + "/year", "year", 24h * 365, false);
    auto year = store::HistoryReader::open(directory + "/year", "year");
    if (!year) give_up(year.error());
    const auto size = year->size();
    if (!size) give_up(size.error());
    fmt::print("a year of one target at 10 s: {:.1f} MiB ({} samples, {} minutes, {} ten minutes)\n",
               static_cast<double>(size->file_bytes) / 1048576, size->samples, size->minutes, size->tens);
    simulate(directory + "/many", "target-1", 24h * 30, true);
    for (int i = 2; i <= 100; ++i)
        std::filesystem::copy_file(directory + "/many/target-1.db",
                                   fmt::format("{}/many/target-{}.db", directory, i));
    fmt::print("30 days of one target: {:.1f} MiB\n",
               static_cast<double>(file_bytes(directory + "/many/target-1.db")) / 1048576);
    return 0;
}
