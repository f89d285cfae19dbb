// SPDX-License-Identifier: MIT
#include "core/dump/task_feed.h"

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>
#include <utility>

#include "core/base/poller.h"
#include "core/model/series.h"

namespace rampwatch::dump {

namespace {

using std::chrono::nanoseconds;

// What has no such language now may have one soon: a process that has only just begun, a shell that will
// exec. Each time before GoFeed looks again, which lets the worker rest where it finds nothing either.
constexpr std::array<nanoseconds, 3> kNotYet = {std::chrono::milliseconds(500), std::chrono::seconds(8),
                                                std::chrono::seconds(50)};

}  // namespace

TaskFeed::TaskFeed(std::shared_ptr<worker::Worker> worker, TaskFeedSettings settings)
    : worker_(std::move(worker)),
      settings_(settings),
      due_(kDueNow),
      pace_(settings.interval),
      memory_(worker_->life().pid) {}

std::optional<nanoseconds> TaskFeed::deadline() const { return call_ ? call_->deadline() : due_; }

void TaskFeed::collect(std::vector<Fact>& facts) {
    static_cast<void>(facts);
    const nanoseconds now = boot_now();
    if (call_) {
        auto answer = call_->poll();
        if (!answer) return;
        const nanoseconds cpu = call_->cpu();
        call_.reset();
        learn(std::move(*answer), cpu, now);
    } else if (due_ && now >= *due_) {
        due_.reset();
        call_.emplace(worker_, worker::order::TaskCount{.aged_after = settings_.aged_after},
                      CountPace::order());
    }
}

void TaskFeed::learn(Result<worker::answer::TaskCount> answer, nanoseconds cpu, nanoseconds now) {
    count_.reset();
    has_tasks_ = answer && answer->any;
    pace_.took(cpu, now);
    if (answer) watch(answer->words);
    if (has_tasks_) {
        if (answer->left_out.empty()) count_ = std::move(*answer);
        return;
    }
    const bool never = !answer && (answer.error().kind == Error::Kind::gone ||
                                   answer.error().kind == Error::Kind::no_permission);
    if (never) return;
    if (!answer)
        due_ = now + CountPace::kRetry;
    else if (misses_ < kNotYet.size())
        due_ = now + kNotYet[misses_++];
}

// Those that are watched already go on: what they were at the tick before is known of them.
void TaskFeed::watch(const std::vector<runtime::CollectedWord>& words) {
    std::vector<Watched> watched;
    for (const auto& word : words) {
        const auto known = std::ranges::find(watched_, word, &Watched::word);
        watched.push_back(known == watched_.end() ? Watched{word, {}} : std::move(*known));
    }
    watched_ = std::move(watched);
}

void TaskFeed::read_words(Sample& sample) {
    for (auto& [word, figure] : watched_) {
        std::array<std::uint64_t, 5> values{};
        const std::array<std::uint64_t, 5> places = {word.used_at, word.whole, word.marks, word.parts,
                                                     word.room_at};
        std::vector<probe::Piece> pieces;
        for (std::size_t i = 0; i < places.size(); ++i)
            if (places[i] != 0)
                pieces.push_back({places[i], std::as_writable_bytes(std::span(&values[i], 1))});
        const auto done = memory_.read(pieces);
        if (!done || !std::ranges::all_of(pieces, &probe::Piece::read)) continue;
        const auto& [used, whole, marks, parts, room] = values;
        if (std::max(used, room) > CollectedFigure::kMostBytes) continue;
        if (const auto left = figure.look({used, whole, marks, parts}))
            sample.*row_of(word.left).member = left;
        sample.*row_of(word.used).member = static_cast<std::int64_t>(used);
        sample.*row_of(word.room).member = static_cast<std::int64_t>(whole + parts > 0 ? room : 0);
    }
}

void TaskFeed::begin_anew() {
    watched_.clear();
    count_.reset();
    has_tasks_ = false;
    misses_ = 0;
    if (!call_) due_ = nanoseconds{};
}

void TaskFeed::read(Sample& sample) {
    read_words(sample);
    if (!has_tasks_) return;
    if (count_) {
        sample.tasks = count_->tasks;
        sample.aged_tasks = count_->aged;
        count_.reset();
    }
    if (!call_) due_ = pace_.after(sample.mono);
}

}  // namespace rampwatch::dump
