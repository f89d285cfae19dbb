// SPDX-License-Identifier: MIT
#include "cli/watch/watch_body.h"

#include <fmt/format.h>

#include <sys/stat.h>

#include <algorithm>
#include <csignal>
#include <span>
#include <utility>

#include "core/base/file.h"
#include "core/base/free_memory.h"
#include "core/base/poller.h"
#include "core/base/text.h"

namespace rampwatch::cli {

void WatchBody::say(const std::string& line) {
    const char* clear = err_terminal_.can_redraw && !with_command_ ? "\r\x1b[J" : "";
    err_.write(fmt::format("{}rampwatch: {}\n", clear, line), Outlet::Importance::much);
}

std::optional<Error> WatchBody::open_records(TargetId recorded) {
    if (settings_.record) {
        auto writer = store::CsvWriter::create(*settings_.record);
        if (!writer) return writer.error();
        recorder_.emplace(std::move(*writer), teller(), recorded);
    }
    if (settings_.dump_directory) {
        auto keeper = listen::DumpKeeper::open(*settings_.dump_directory, teller());
        if (!keeper) return keeper.error();
        keeper_.emplace(std::move(*keeper));
    }
    return std::nullopt;
}

void WatchBody::open_stdout() {
    ListenerOptions options = settings_.listener;
    options.shares_terminal = with_command_;
    auto screen = listener_on_stdout(out_, settings_.json, options);
    screen_ = screen.get();
    listener_ = std::move(screen);
}

std::optional<Error> WatchBody::open_metrics(std::string target) {
    auto metrics =
        listen::MetricsKeeper::open(settings_.metrics, std::move(target), settings_.interval, teller());
    if (!metrics) return metrics.error();
    metrics_ = std::move(*metrics);
    return std::nullopt;
}

void WatchBody::open_heaps(dump::Settings& dumps, dump::HeapFeed::WhoIs who_is) {
    if (dumps.heap.sample_bytes == 0) return;
    auto baselines = std::make_shared<dump::HeapBaselines>(settings_.session.judge.patience);
    dumps.heap.baselines = baselines;
    const std::string state = carry_over_ ? carry_over_->state_path() : "";
    if (!state.empty()) {
        const std::string path = state + ".heap";
        const auto saved = read_file(path, 2 * dump::HeapBaselines::kMostBytes);
        if (saved) {
            const auto restored = baselines->restore(std::as_bytes(std::span(*saved)));
            if (!restored) say(escape(path, 256) + ": " + to_string(restored.error()));
        }
        heap_file_ = std::make_unique<LateWriter>(path, S_IRUSR | S_IWUSR);
        baselines->on_change = [file = heap_file_.get(), kept = baselines.get()] {
            const auto bytes = kept->save();
            file->put({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
        };
    }
    heaps_.emplace(dumps.heap, std::move(who_is));
}

std::vector<Feed*> WatchBody::with_heaps(std::vector<Feed*> feeds) {
    if (heaps_) feeds.push_back(&*heaps_);
    return feeds;
}

bool WatchBody::is_interrupted(std::initializer_list<unsigned> others) {
    std::vector<Fact> none;
    signals_.collect(none);
    const auto signals = signals_.take_signals();
    return std::any_of(signals.begin(), signals.end(), [&](const signalfd_siginfo& signal) {
        return signal.ssi_signo != SIGWINCH &&
               std::find(others.begin(), others.end(), signal.ssi_signo) == others.end();
    });
}

std::vector<watch::Listener*> WatchBody::listeners(std::vector<watch::Listener*> remembering,
                                                   const std::vector<watch::Listener*>& ours) {
    std::vector<watch::Listener*> all = std::move(remembering);
    if (recorder_) all.push_back(&*recorder_);
    all.push_back(&stop_);
    all.push_back(listener_.get());
    if (keeper_) all.push_back(&*keeper_);
    all.insert(all.end(), ours.begin(), ours.end());
    if (metrics_) all.push_back(metrics_.get());
    if (on_leak_) all.push_back(&*on_leak_);
    return all;
}

void WatchBody::turn(watch::Loop& loop) {
    keep_little_free_memory();
    loop.on_spin = teller();
    loop.run([this] {
        out_.flush();
        err_.flush();
        const bool waits = out_.waits() || err_.waits();
        stop_.wake_at(waits ? std::optional(boot_now() + kTryAgain) : std::nullopt);
        return stop_.now();
    });
}

void WatchBody::say_missing_samples() {
    if (recorder_ && recorder_->missing() > 0)
        say(fmt::format("{} samples are missing from {}", recorder_->missing(), escape(*settings_.record)));
}

listen::CarryOverOptions carry_over_options(const WatchSettings& settings, std::string target, const Say& say,
                                            TargetId whole) {
    listen::CarryOverOptions options{.state_path = settings.state, .target = whole};
    if (!settings.history) return options;
    auto history = read_history_options(*settings.history, std::move(target));
    if (!history) {
        say("no history: " + to_string(history.error()));
        return options;
    }
    const trend::Settings& judge = settings.session.judge;
    history->watching = {.one_shot = settings.one_shot,
                         .interval = settings.one_shot ? judge.patience / 100 : settings.interval,
                         .patience = judge.patience,
                         .min_growth_bytes = judge.min_growth_bytes,
                         .min_count = judge.min_count,
                         .whole = whole == kSumTarget};
    options.history = std::move(*history);
    return options;
}

}  // namespace rampwatch::cli
