// SPDX-License-Identifier: MIT
// Samples a second, on one core: through the Judge alone, and through analyze's own path, from CSV text to a
// verdict. Usage: analyze_throughput [SAMPLES]
#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <ctime>
#include <string>
#include <string_view>

#include "core/base/fd.h"
#include "core/base/text.h"
#include "core/store/csv.h"
#include "core/trend/judge.h"
#include "core/watch/replay.h"

namespace rampwatch {
namespace {

// A file in memory, so that no disk is measured.
class Recording {
  public:
    explicit Recording(std::string_view header) : fd_(::memfd_create("recording", 0)) { append(header); }

    void append(std::string_view text) {
        text_ += text;
        if (text_.size() > (1U << 20)) flush();
    }
    void flush() {
        for (std::string_view rest = text_; !rest.empty();) {
            const ssize_t written = ::write(fd_.get(), rest.data(), rest.size());
            if (written <= 0) std::perror("write"), ::_exit(2);
            rest.remove_prefix(static_cast<std::size_t>(written));
        }
        text_.clear();
    }
    [[nodiscard]] Fd again() const {
        ::lseek(fd_.get(), 0, SEEK_SET);
        return Fd(::dup(fd_.get()));
    }

  private:
    Fd fd_;
    std::string text_{};
};

// A ramp under noise, a sample a second: what six columns of a plain recorder look like, or a whole one of
// ours.
Recording record(std::int64_t samples, bool whole) {
    Recording recording(
        whole ? "time_s,rss_bytes,rss_anon_bytes,rss_file_bytes,rss_shmem_bytes,swap_bytes,threads,fds,life,"
                "limit_bytes,limit_used_bytes,limit_kind,cpu_s,process_age_s,wall_s\n"
              : "time_s,rss_bytes,rss_anon_bytes,swap_bytes,threads,fds\n");
    std::uint64_t noise = 1;
    for (std::int64_t i = 0; i < samples; ++i) {
        noise = noise * 6364136223846793005U + 1442695040888963407U;
        const std::int64_t rss = 80'000'000 + i * 1200 + static_cast<std::int64_t>(noise >> 45) * 4;
        if (whole) {
            recording.append(fmt::format(
                "{}.000{:06},{},{},2097152,0,0,20,34,1,1073741824,{},cgroup_max,{}.25,{}.000123456,"
                "{}.000123456\n",
                i, noise >> 45, rss, rss - 2'097'152, rss, i / 100, i, 1'764'000'000 + i));
        } else {
            recording.append(fmt::format("{}.{:03},{},{},0,20,34\n", i, noise >> 56, rss, rss - 2'097'152));
        }
    }
    recording.flush();
    return recording;
}

// CPU time, so that a busy machine measures nearly what an idle one does.
double cpu_s() {
    timespec now{};
    ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
    return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) / 1e9;
}

template <class Run>
void measure(std::string_view what, std::int64_t samples, Run run) {
    double best_s = 1e9;
    for (int i = 0; i < 3; ++i) {
        const double start_s = cpu_s();
        run();
        best_s = std::min(best_s, cpu_s() - start_s);
    }
    fmt::print("{:<44} {:>6.2f} M samples/s {:>6.0f} ns each\n", what,
               static_cast<double>(samples) / best_s / 1e6, best_s / static_cast<double>(samples) * 1e9);
}

void parse(const Recording& recording) {
    const auto source = store::CsvSource::open(recording.again(), "bench");
    while (true) {
        const auto record = (*source)->next();
        if (!record) fmt::print(stderr, "{}\n", to_string(record.error())), ::_exit(2);
        if (!record->has_value()) return;
    }
}

void judge(const Recording& recording) {
    const auto source = store::CsvSource::open(recording.again(), "bench");
    const auto verdict = watch::replay(**source, {});
    if (!verdict) fmt::print(stderr, "{}\n", to_string(verdict.error())), ::_exit(2);
}

// The Judge alone, on memory only: what the reading of text and the Session add is then the difference.
void judge_from_memory(std::int64_t samples) {
    trend::Judge judge({});
    Sample sample;
    std::uint64_t noise = 1;
    for (std::int64_t i = 0; i < samples; ++i) {
        noise = noise * 6364136223846793005U + 1442695040888963407U;
        sample.mono = std::chrono::seconds(i);
        sample.rss_bytes = 80'000'000 + i * 1200 + static_cast<std::int64_t>(noise >> 45) * 4;
        sample.anon_bytes = sample.rss_bytes;
        judge.add(sample);
    }
    if (judge.verdict().samples != samples) ::_exit(2);
}

}  // namespace
}  // namespace rampwatch

int main(int argc, char** argv) {
    using namespace rampwatch;
    const std::int64_t samples = argc > 1 ? parse_count(argv[1]).value_or(0) : 2'000'000;
    if (samples < 1) {
        fmt::print(stderr, "usage: analyze_throughput [SAMPLES]\n");
        return 2;
    }
    measure("from memory, judged", samples, [&] { judge_from_memory(samples); });
    const Recording plain = record(samples, false);
    measure("CSV of 6 columns, parsed", samples, [&] { parse(plain); });
    measure("CSV of 6 columns, judged", samples, [&] { judge(plain); });
    const Recording whole = record(samples, true);
    measure("CSV of watch --record (15 columns), parsed", samples, [&] { parse(whole); });
    measure("CSV of watch --record (15 columns), judged", samples, [&] { judge(whole); });
    return 0;
}
