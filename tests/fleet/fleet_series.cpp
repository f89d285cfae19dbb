// SPDX-License-Identifier: MIT
// A made-up fleet, nine days of it: lives of the score's families, healthy and leaking, as OpenMetrics for
// promtool and as the same values in one CSV a target for analyze, where there is a folder for them.
// fleet_series FOLDER COUNT STEP_S END_S [TRACES]: FOLDER/metrics.om, FOLDER/csv/NAME.csv, FOLDER/truth
// ("NAME FAMILY leak"). END_S, since the Unix epoch, is when the last day ends; all times are whole multiples
// of STEP_S. TRACES: a folder of labelled recordings, which become further targets, a row each STEP_S up to
// END_S, with their threads and descriptors; and beside them, as containers, a leaking deployment of 8 pods
// that is rolled out every six hours.
#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <memory>
#include <sstream>
#include <string>
#include <vector>

#include "tests/score/life.h"

namespace {

using namespace rampwatch::score;

constexpr double kDays = 9;
using File = std::unique_ptr<std::FILE, decltype(&std::fclose)>;

File open(const std::string& path) {
    File file(std::fopen(path.c_str(), "w"), &std::fclose);
    if (!file) std::exit((std::perror(path.c_str()), 2));
    return file;
}

std::string random_name(int number, int letters) {
    constexpr std::string_view kLetters = "bcdfghjklmnpqrstvwxz2456789";
    std::string name;
    for (; letters > 0; --letters, number /= 27) name += kLetters[static_cast<std::size_t>(number % 27)];
    return name;
}

// A pod of one of a few deployments, or an instance of a job.
std::string labels_of(int number, std::string_view family) {
    if (number % 2 == 0)
        return fmt::format(R"(job="api",instance="10.0.{}.{}:9100",family="{}")", number / 200, number % 200,
                           family);
    const std::string random = random_name(number + 27 * 27 * 27, 5);
    return fmt::format(
        R"(namespace="shop",pod="{}-7d4f9c6b5-{}",container="app",job="pods",instance="10.1.{}.{}:80",family="{}")",
        number % 4 == 1 ? "checkout" : "basket", random, number / 200, number % 200, family);
}

void write_life(std::FILE* metrics, std::FILE* csv, const std::string& labels, Life& life,
                std::int64_t step_s, std::int64_t end_s) {
    fmt::print(csv, "time_s,rss_bytes\n");
    const auto steps = static_cast<std::int64_t>(kDays * 86400 / kStep_s);
    const std::int64_t begin_s = end_s - steps * static_cast<std::int64_t>(kStep_s);
    for (std::int64_t step = 1; step <= steps; ++step) {
        const auto since_s = step * static_cast<std::int64_t>(kStep_s);
        const double value = life.value(static_cast<double>(since_s));
        if ((begin_s + since_s) % step_s != 0) continue;
        const std::int64_t bytes = static_cast<std::int64_t>(std::max(value, 1e6)) & ~std::int64_t{4095};
        fmt::print(metrics, "process_resident_memory_bytes{{{}}} {} {}\n", labels, bytes, begin_s + since_s);
        fmt::print(csv, "{},{}\n", begin_s + since_s, bytes);
    }
}

// A pod of the new rollout begins a while before one of the old ends, one pair after the other.
void write_rollouts(std::FILE* metrics, std::int64_t step_s, std::int64_t end_s) {
    constexpr std::int64_t kLife_s = 6 * 3600, kPods = 8, kRollouts = 36;
    std::string limits = "# TYPE kube_pod_container_resource_limits gauge\n";
    fmt::print(metrics, "# TYPE container_memory_rss gauge\n");
    for (std::int64_t number = 0; number < kPods * kRollouts; ++number) {
        const std::int64_t rollout = number / kPods, pod = number % kPods;
        const std::string labels =
            fmt::format(R"(namespace="shop",pod="orders-7d4f9c6b{}-{}",container="app")",
                        random_name(static_cast<int>(rollout) + 1, 2),
                        random_name(static_cast<int>(number) * 7919 % 14'348'907, 5));
        const std::int64_t begin_s = end_s - (kRollouts - rollout) * kLife_s + pod * 2 * step_s;
        const std::int64_t last_s = std::min(begin_s + kLife_s + step_s, end_s);
        for (std::int64_t at_s = begin_s; at_s <= last_s; at_s += step_s)
            fmt::print(metrics, "container_memory_rss{{{},id=\"/kubepods/{}\"}} {} {}\n", labels, number,
                       100'000'000 + (at_s - begin_s) * 5'000'000 / 3600, at_s);
        for (std::int64_t at_s = begin_s; at_s <= last_s; at_s += step_s)
            limits += fmt::format("kube_pod_container_resource_limits{{{},resource=\"memory\"}} {} {}\n",
                                  labels, 1 << 28, at_s);
    }
    fmt::print(metrics, "{}", limits);
}

std::vector<std::string> cells_of(const std::string& line) {
    std::vector<std::string> cells;
    std::istringstream text(line);
    for (std::string cell; std::getline(text, cell, ',');) cells.push_back(cell);
    return cells;
}

std::vector<std::vector<std::string>> rows_of(const std::string& path) {
    std::ifstream file(path);
    std::vector<std::vector<std::string>> rows;
    for (std::string line; std::getline(file, line);) rows.push_back(cells_of(line));
    if (rows.empty()) std::exit((std::perror(path.c_str()), 2));
    rows.erase(rows.begin());  // what the columns are: time, RSS, anonymous, swap, threads, descriptors
    return rows;
}

// Series of one recording; those of its counts go to where they stand together.
void write_trace(std::FILE* metrics, std::FILE* csv, const std::string& path, const std::string& labels,
                 std::int64_t step_s, std::int64_t end_s, std::string& threads, std::string& descriptors) {
    const auto rows = rows_of(path);
    std::int64_t when_s = end_s - static_cast<std::int64_t>(rows.size() - 1) * step_s;
    fmt::print(csv, "time_s,rss_bytes,threads,fds\n");
    for (const auto& row : rows) {
        if (row.size() < 6) std::exit((fmt::print(stderr, "not a trace: {}\n", path), 2));
        fmt::print(csv, "{},{},{},{}\n", when_s, row[1], row[4], row[5]);
        fmt::print(metrics, "process_resident_memory_bytes{{{}}} {} {}\n", labels, row[1], when_s);
        threads += fmt::format("process_threads{{{}}} {} {}\n", labels, row[4], when_s);
        descriptors += fmt::format("process_open_fds{{{}}} {} {}\n", labels, row[5], when_s);
        when_s += step_s;
    }
}

void write_traces(const std::string& folder, const std::string& traces, std::FILE* metrics, std::FILE* truth,
                  std::int64_t step_s, std::int64_t end_s) {
    std::string threads = "# TYPE process_threads gauge\n", descriptors = "# TYPE process_open_fds gauge\n";
    for (const auto& row : rows_of(traces + "/labels.csv")) {
        const std::string name = "trace_" + row[0].substr(0, row[0].find('.'));
        const File csv = open(folder + "/csv/" + name + ".csv");
        write_trace(metrics, csv.get(), traces + "/" + row[0],
                    fmt::format(R"(job="traces",instance="{}",family="{}")", name, name), step_s, end_s,
                    threads, descriptors);
        fmt::print(truth, "{} {} {}\n", name, name, row[1]);
    }
    fmt::print(metrics, "{}{}", threads, descriptors);
}

}  // namespace

int main(int argc, char** argv) {
    if (argc != 5 && argc != 6) return 2;
    const std::string folder = argv[1];
    const bool with_csv = ::access((folder + "/csv").c_str(), W_OK) == 0;
    const int count = std::atoi(argv[2]);
    const std::int64_t step_s = std::atoll(argv[3]), end_s = std::atoll(argv[4]) / step_s * step_s;
    const auto families = memory_families();
    const File metrics = open(folder + "/metrics.om"), truth = open(folder + "/truth");
    fmt::print(metrics.get(), "# TYPE process_resident_memory_bytes gauge\n");
    for (int number = 0; number < count; ++number) {
        const Family& family = families[static_cast<std::size_t>(number) % families.size()];
        Random random(20261 + static_cast<std::uint64_t>(number));
        Life life = family.make(random);
        const File csv = open(with_csv ? fmt::format("{}/csv/{:04}.csv", folder, number) : "/dev/null");
        write_life(metrics.get(), csv.get(), labels_of(number, family.name), life, step_s, end_s);
        fmt::print(truth.get(), "{:04} {} {}\n", number, family.name,
                   family.truth == Truth::leak ? "leak" : "healthy");
    }
    if (argc == 6) write_traces(folder, argv[5], metrics.get(), truth.get(), step_s, end_s);
    if (argc == 6) write_rollouts(metrics.get(), step_s, end_s);
    fmt::print(metrics.get(), "# EOF\n");
    return 0;
}
