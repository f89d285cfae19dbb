// SPDX-License-Identifier: MIT
#include "core/listen/metrics_keeper.h"

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <utility>

#include "core/base/file.h"
#include "core/base/path.h"
#include "core/base/poller.h"
#include "core/base/public_file.h"
#include "core/base/text.h"
#include "core/base/units.h"
#include "core/model/target.h"

namespace rampwatch::listen {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr nanoseconds kPublishEvery = 5s;

std::string scope_of(TargetId target) {
    if (target == kMainTarget) return "main";
    return target == kSumTarget ? std::string("sum") : fmt::format("member-{}", target);
}

nanoseconds own_cpu() {
    rusage used{};
    ::getrusage(RUSAGE_SELF, &used);
    const auto time = [](const timeval& value) {
        return std::chrono::seconds(value.tv_sec) + std::chrono::microseconds(value.tv_usec);
    };
    return time(used.ru_utime) + time(used.ru_stime);
}

std::int64_t own_rss_bytes() {
    const auto statm = read_file("/proc/self/statm", 256);
    if (!statm) return 0;
    const auto fields = split(*statm, ' ');
    const auto pages = fields.size() > 1 ? parse_count(fields[1]) : std::nullopt;
    return pages.value_or(0) * ::sysconf(_SC_PAGESIZE);
}

}  // namespace

std::string health_trouble(nanoseconds since_look, nanoseconds interval) {
    constexpr nanoseconds kLeast = 15s;
    if (since_look <= std::max(3 * interval, kLeast)) return {};
    return fmt::format("no look was taken for {}, where one is due every {}", format_duration(since_look),
                       format_duration(interval));
}

MetricsKeeper::MetricsKeeper(std::string target, nanoseconds interval, Say say)
    : say_(std::move(say)), interval_(interval), looked_(boot_now()) {
    snapshot_.target = std::move(target);
}

Result<std::unique_ptr<MetricsKeeper>> MetricsKeeper::open(const MetricsOptions& options, std::string target,
                                                           nanoseconds interval, Say say) {
    if (!options.textfile && !options.listen) return std::unique_ptr<MetricsKeeper>();
    std::unique_ptr<MetricsKeeper> keeper(new MetricsKeeper(std::move(target), interval, std::move(say)));
    keeper->snapshot_.version = options.version;
    if (options.textfile) {
        keeper->path_ = *options.textfile;
        if (auto written = keeper->write({}); !written) return written.error();
    }
    if (options.listen) {
        auto server = prometheus::Server::open(
            *options.listen,
            [raw = keeper.get()] {
                const std::lock_guard lock(raw->mutex_);
                return raw->families_;
            },
            [raw = keeper.get()] {
                return health_trouble(boot_now() - raw->looked_.load(), raw->interval_);
            });
        if (!server) return server.error();
        keeper->server_ = std::move(*server);
        if (options.listen->ends_with(":0"))
            keeper->say_(fmt::format("metrics are at port {}", keeper->server_->port()));
    }
    return keeper;
}

MetricsKeeper::~MetricsKeeper() {
    server_.reset();
    if (!path_.empty()) ::unlink(path_.c_str());
}

namespace {

// A gauge says what is known: what a collection left stands until the next one.
void keep_known(const std::optional<Sample>& now, std::optional<Sample>& known) {
    const auto left = known ? known->java_old_bytes : std::nullopt;
    known = now;
    if (known && !known->java_old_bytes) known->java_old_bytes = left;
}

}  // namespace

void MetricsKeeper::learn(const Event& event) {
    prometheus::TargetFigures& target = targets_[event.target];
    if (target.scope.empty()) target.scope = scope_of(event.target);
    switch (event.kind) {
        case Event::Kind::started:
        case Event::Kind::restarted:
            ++target.lives;
            target.sample.reset();
            if (event.who && event.who->pid != 0)
                target.process = escape(base_name(event.who->executable), 64);
            break;
        case Event::Kind::sample:
            alive(boot_now());
            ++target.samples;
            keep_known(event.sample, target.sample);
            break;
        case Event::Kind::dump:
            target.dump = event.dump;
            break;
        case Event::Kind::missed:
            snapshot_.missed_ticks += event.missed_ticks;
            break;
        case Event::Kind::gone:
            target.sample.reset();
            break;
        default:
            break;
    }
}

void MetricsKeeper::on_event(const Event& event, const watch::Session& session) {
    learn(event);
    if (drill_until_ && event.mono >= *drill_until_) {
        drill_until_.reset();
        snapshot_.drill = false;
    }
    const bool due = !published_ || event.mono - *published_ >= kPublishEvery;
    const bool first = targets_[event.target].samples == 1;  // a target is up from its first sample on
    if (event.kind == Event::Kind::sample && !due && !first) return;
    published_ = event.mono;
    publish(session);
}

void MetricsKeeper::drill(nanoseconds until, const watch::Session& session) {
    drill_until_ = until;
    snapshot_.drill = true;
    publish(session);
}

void MetricsKeeper::publish(const watch::Session& session) {
    snapshot_.targets.clear();
    for (auto& [id, target] : targets_) {
        target.verdict = std::make_shared<const Verdict>(session.verdict(id));
        snapshot_.targets.push_back(target);
    }
    snapshot_.own_cpu = own_cpu();
    snapshot_.own_rss_bytes = own_rss_bytes();
    auto families = prometheus::families_of(snapshot_);
    if (!path_.empty()) {
        const auto written = write(families);
        if (!written && !std::exchange(trouble_told_, true))
            say_(to_string(written.error()) + "; no metrics there");
        if (written) trouble_told_ = false;
    }
    const std::lock_guard lock(mutex_);
    families_ = std::move(families);
}

Result<void> MetricsKeeper::write(const std::vector<prometheus::Family>& families) const {
    const auto text = prometheus::metrics_text(families);
    if (!text) return text.error();
    return write_public(path_, *text);
}

}  // namespace rampwatch::listen
