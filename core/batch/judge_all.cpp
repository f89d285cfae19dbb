// SPDX-License-Identifier: MIT
#include "core/batch/judge_all.h"

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <map>
#include <mutex>
#include <thread>
#include <unordered_map>

#include "core/base/lines.h"
#include "core/base/text.h"
#include "core/batch/recording.h"
#include "core/model/bucket.h"
#include "core/watch/replay.h"

namespace rampwatch::batch {

namespace {

// One series while it is read.
class Judged {
  public:
    explicit Judged(const trend::Settings& settings) : replayer_({.judge = settings}, kNobody) {}

    void play(const Record& record) {
        const auto* sample = std::get_if<Sample>(&record.look);
        const Sample look = sample != nullptr ? *sample : last_of(std::get<Bucket>(record.look));
        if (record.life != life_ || !context_.first) context_.first = look;
        context_.last = look;
        life_ = record.life;
        replayer_.play(record);
    }

    [[nodiscard]] SeriesAnalysis result(readers::SeriesInfo info) const {
        return {std::move(info), replayer_.verdict(), context_};
    }

  private:
    inline static const watch::ReplayListener kNobody{};
    watch::Replayer replayer_;
    LifeNumber life_ = 0;
    report::VerdictContext context_{};
};

std::optional<Error> judge_all(readers::Recording& recording, const trend::Settings& settings,
                               Analysis& analysis) {
    std::unordered_map<std::uint32_t, Judged> open;
    std::map<std::uint32_t, SeriesAnalysis> done;  // in the order in which they appeared
    readers::Look look;
    Judged* judged = nullptr;
    std::uint32_t number = 0;
    while (true) {
        const auto read = recording.next_into(look);
        if (!read) return read.error();
        if (!*read) break;
        if (judged == nullptr || number != look.series) {
            judged = &open.try_emplace(look.series, settings).first->second;
            number = look.series;
        }
        if (!look.last) {
            judged->play(look.record);
            continue;
        }
        SeriesAnalysis result = judged->result(std::move(look.info));
        look.last = false;
        open.erase(number);
        judged = nullptr;
        if (done.size() < kMostKept || (grows(result.verdict) && done.size() < 2 * kMostKept)) {
            done.emplace(number, std::move(result));
        } else {
            ++analysis.not_kept;
        }
    }
    for (auto& [order, result] : done) analysis.series.push_back(std::move(result));
    return std::nullopt;
}

}  // namespace

bool grows(const Verdict& verdict) {
    return verdict.ever_leak || verdict.claim == Claim::growing || verdict.claim == Claim::leak;
}

Analysis analyze_file(const std::string& file, const trend::Settings& settings) {
    Analysis analysis{.file = file};
    auto recording = open_recording(file);
    if (!recording) {
        analysis.error = recording.error();
        return analysis;
    }
    analysis.error = judge_all(**recording, settings, analysis);
    analysis.notes = (*recording)->notes();
    analysis.format = (*recording)->format();
    analysis.is_own = (*recording)->is_own();
    return analysis;
}

namespace {

std::optional<Error> judge_in_turn(readers::Recording& recording, const trend::Settings& settings,
                                   const std::function<void(SeriesAnalysis)>& take, std::int64_t& count) {
    std::optional<Judged> judged;
    readers::Look look;
    while (true) {
        const auto read = recording.next_into(look);
        if (!read) return read.error();
        if (!*read) return std::nullopt;
        if (!judged) judged.emplace(settings);
        if (!look.last) {
            judged->play(look.record);
            continue;
        }
        take(judged->result(std::move(look.info)));
        ++count;
        look.last = false;
        judged.reset();
    }
}

}  // namespace

Analysis analyze_sorted(const std::string& file, const readers::SortedStyle& style,
                        const trend::Settings& settings, const std::function<void(SeriesAnalysis)>& take) {
    Analysis analysis{.file = file};
    auto lines = open_lines(file);
    if (!lines) {
        analysis.error = lines.error();
        return analysis;
    }
    auto recording =
        readers::open_sorted(std::move(*lines), style, file == "-" ? "standard input" : escape(file));
    if (!recording) {
        analysis.error = recording.error();
        return analysis;
    }
    analysis.error = judge_in_turn(**recording, settings, take, analysis.not_kept);
    analysis.notes = (*recording)->notes();
    analysis.format = (*recording)->format();
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

}  // namespace rampwatch::batch
