// SPDX-License-Identifier: MIT
#include "core/watch/episode.h"

#include <algorithm>
#include <array>
#include <cmath>

namespace rampwatch::watch {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

// When a leak that is told is looked at again: what has grown for a time, or is that far from its limit,
// doubles or halves in no small part of it. A verdict costs as much as thousands of samples.
nanoseconds check_after(const Verdict& verdict, nanoseconds patience) {
    nanoseconds rest = patience;
    if (verdict.leading && verdict.series[index(*verdict.leading)]) {
        const auto onset = verdict.series[index(*verdict.leading)]->onset;
        if (onset) rest = std::max(rest, verdict.now - *onset);
    }
    if (verdict.forecast)
        rest = std::min(rest, nanoseconds(std::llround(std::clamp(verdict.forecast->eta_s, 0.0, 1e9) * 1e9)));
    return std::max(rest / 16, patience / 64);
}

// A limit notice that comes and goes within this time is one.
nanoseconds quiet_after_limit(nanoseconds patience) { return std::max<nanoseconds>(patience / 32, 5s); }

// A claim that falls and comes back within this time has not ended.
nanoseconds rest_before_recovery(nanoseconds patience) { return patience / 8; }

// How many of the times that matter to a person's plans are already undercut: this week, today, now.
int nearness(double eta_s) {
    constexpr std::array<double, 3> kTimesThatMatter_s = {7 * 86400.0, 86400.0, 3600.0};
    return static_cast<int>(std::count_if(kTimesThatMatter_s.begin(), kTimesThatMatter_s.end(),
                                          [&](double time_s) { return eta_s < time_s; }));
}

double rise_of(const Verdict& verdict, std::optional<Series> series) {
    if (!series || !verdict.series[index(*series)]) return 0;
    const SeriesVerdict& one = *verdict.series[index(*series)];
    return one.rise.value_or(one.current - one.first);
}

// Beyond the horizon the horizon itself, so that a later, nearer forecast can be half of it.
std::optional<double> eta_of(const Verdict& verdict) {
    return verdict.forecast ? std::optional(verdict.forecast->eta_s) : std::nullopt;
}

}  // namespace

bool Episode::look(Claim claim, SeriesSet limits_near, nanoseconds mono) {
    if ((near_told_ & ~limits_near) != 0) {
        if (!far_since_) far_since_ = mono;
        if (mono - *far_since_ >= quiet_after_limit(patience_))
            near_told_ &= static_cast<std::uint8_t>(limits_near);
    } else {
        far_since_.reset();
    }
    if (claim >= Claim::growing || reached_ < Claim::growing)
        lower_since_.reset();
    else if (!lower_since_)
        lower_since_ = mono;
    if ((limits_near & ~near_told_) != 0) return true;
    if (claim >= Claim::growing && claim > reached_) return true;
    if (over(mono)) return true;
    return claim == Claim::leak && next_check_ && mono >= *next_check_;
}

std::vector<Episode::Telling> Episode::update(const Verdict& verdict) {
    std::vector<Telling> told;
    const Claim before = reached_;
    if (over(verdict.now)) {
        told.push_back({Event::Kind::recovered, before});
        reached_ = Claim::undecided;
        next_check_.reset();
        lower_since_.reset();
    } else if (verdict.claim >= Claim::growing && verdict.claim > before) {
        const bool leak = verdict.claim == Claim::leak;
        told.push_back({leak ? Event::Kind::leak : Event::Kind::growing, before});
        reached_ = verdict.claim;
        if (leak) remember(verdict);
    } else if (verdict.claim == Claim::leak && worse(verdict)) {
        told.push_back({Event::Kind::leak_worse, before});
        remember(verdict);
    }
    if (reached_ == Claim::leak) next_check_ = verdict.now + check_after(verdict, patience_);
    if (const SeriesSet near = limits_near(verdict); (near & ~near_told_) != 0) {
        told.push_back({Event::Kind::limit_near, reached_});
        near_told_ |= static_cast<std::uint8_t>(near);
    }
    return told;
}

bool Episode::sound() const {
    return reached_ <= Claim::leak && (!told_series_ || index(*told_series_) < kSeriesCount);
}

bool Episode::over(nanoseconds mono) const {
    return lower_since_ && mono - *lower_since_ >= rest_before_recovery(patience_);
}

bool Episode::worse(const Verdict& verdict) const {
    if (verdict.leading != told_series_) {
        const bool bytes = verdict.leading && is_bytes(*verdict.leading);
        return bytes && told_series_ && !is_bytes(*told_series_);
    }
    if (told_rise_ > 0 && rise_of(verdict, told_series_) >= 2 * told_rise_) return true;
    const auto eta_s = eta_of(verdict);
    if (!eta_s || !told_eta_s_ || *eta_s > *told_eta_s_ / 2) return false;
    return nearness(*eta_s) > nearness(*told_eta_s_);
}

void Episode::remember(const Verdict& verdict) {
    told_series_ = verdict.leading;
    told_rise_ = rise_of(verdict, told_series_);
    told_eta_s_ = eta_of(verdict);
}

}  // namespace rampwatch::watch
