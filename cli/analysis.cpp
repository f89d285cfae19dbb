// SPDX-License-Identifier: MIT
#include "cli/analysis.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <mutex>
#include <thread>

#include "core/model/bucket.h"
#include "core/store/csv.h"
#include "core/watch/replay.h"

namespace rampwatch::cli {

Analysis analyze_file(const std::string& file, const trend::Settings& settings) {
    Analysis analysis{.file = file};
    auto source = store::open_csv(file);
    if (!source) {
        analysis.error = source.error();
        return analysis;
    }
    LifeNumber life = 0;
    watch::ReplayListener listener;
    listener.record = [&](const Record& record) {
        const auto* sample = std::get_if<Sample>(&record.look);
        const Sample look = sample != nullptr ? *sample : last_of(std::get<Bucket>(record.look));
        if (record.life != life || !analysis.context.first) analysis.context.first = look;
        analysis.context.last = look;
        life = record.life;
    };
    const auto verdict = watch::replay(**source, {.judge = settings}, listener);
    const store::CsvNotes& notes = (*source)->notes();
    analysis.ignored_columns = notes.ignored_columns;
    analysis.half_lines = notes.half_lines;
    if (!verdict) {
        analysis.error = verdict.error();
    } else if (!analysis.context.last) {
        analysis.error = Error{Error::Kind::bad_input, "no samples: a header alone", (*source)->name(), {}};
    } else {
        analysis.verdict = *verdict;
    }
    return analysis;
}

namespace {

// Results that are done, by the number of their file, until their turn comes.
class Turnstile {
  public:
    explicit Turnstile(std::size_t files) : done_(files) {}

    void put(std::size_t file, Analysis analysis) {
        const std::lock_guard lock(mutex_);
        done_[file] = std::move(analysis);
        changed_.notify_one();
    }

    Analysis wait_for(std::size_t file) {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return done_[file].has_value(); });
        Analysis analysis = std::move(*done_[file]);
        done_[file].reset();
        return analysis;
    }

  private:
    std::mutex mutex_;
    std::condition_variable changed_;
    std::vector<std::optional<Analysis>> done_;
};

}  // namespace

void analyze_files(const std::vector<std::string>& files, const trend::Settings& settings,
                   const std::function<void(Analysis)>& take) {
    Turnstile turnstile(files.size());
    std::atomic<std::size_t> next{0};
    const auto work = [&] {
        for (std::size_t file = next++; file < files.size(); file = next++) {
            turnstile.put(file, analyze_file(files[file], settings));
        }
    };
    const std::size_t cores = std::max(1U, std::thread::hardware_concurrency());
    std::vector<std::jthread> workers;
    for (std::size_t i = 0; i < std::min(cores, files.size()); ++i) workers.emplace_back(work);
    for (std::size_t file = 0; file < files.size(); ++file) take(turnstile.wait_for(file));
}

}  // namespace rampwatch::cli
