// SPDX-License-Identifier: MIT
#include "core/watch/service_claim.h"

#include <algorithm>
#include <cmath>
#include <tuple>

namespace rampwatch::watch {
namespace {

constexpr double kShareOfSlope = .5;
constexpr double kShareOfSum = .05;
// What is held is over once so much of what had been gained was given back.
constexpr double kGivenBack = .5;

const SeriesVerdict* leading(const Verdict& verdict) {
    if (!verdict.leading) return nullptr;
    const auto& series = verdict.series[index(*verdict.leading)];
    return series ? &*series : nullptr;
}

double memory_of(const Verdict& verdict) {
    const auto& memory = verdict.series[index(Series::memory)];
    return memory ? memory->last : 0;
}

bool rises_with(const SeriesVerdict& sum, const SeriesVerdict& member) {
    if (!sum.slope_per_s || !member.slope_per_s || *member.slope_per_s <= 0) return false;
    const bool surely = sum.slope_ci95_per_s && sum.slope_ci95_per_s->low > 0;
    return surely && *sum.slope_per_s >= kShareOfSlope * *member.slope_per_s;
}

}  // namespace

bool is_borne_out(const Verdict& member, const Verdict& sum, double least_bytes, double least_count) {
    const SeriesVerdict* grows = leading(member);
    if (grows == nullptr) return false;
    const auto& same = sum.series[index(grows->series)];
    if (!same) return true;  // one process alone counts it: nothing of the others speaks against it
    if (rises_with(*same, *grows)) return true;
    const double rise = grows->rise.value_or(0);
    if (!is_bytes(grows->series)) return rise >= std::max(least_count, kShareOfSum * same->last);
    return rise >= std::max(least_bytes, kShareOfSum * (same->last - rise));
}

bool ServiceClaim::sound() const {
    const bool said = said_.claim <= Claim::leak;
    return said && (!held_ || (held_->claim <= Claim::leak && std::isfinite(held_->sum_bytes) &&
                               std::isfinite(held_->rise_bytes)));
}

bool ServiceClaim::is_over(const Verdict& sum) const {
    if (memory_of(sum) < held_->sum_bytes - kGivenBack * held_->rise_bytes) return true;
    return sum.now - held_->seen >= settings_.patience && sum.claim < Claim::growing;
}

ServiceClaim::Said ServiceClaim::weigh(const Verdict& sum, std::span<const MemberVerdict> members) {
    Said now{.claim = sum.claim};
    const Verdict* strongest = nullptr;
    for (const MemberVerdict& member : members) {
        if (member.verdict.claim < Claim::growing || member.verdict.claim <= now.claim) continue;
        if (!is_borne_out(member.verdict, sum, settings_.least_bytes, settings_.least_count)) continue;
        now = {.claim = member.verdict.claim, .member = member.target};
        strongest = &member.verdict;
    }
    if (held_ && is_over(sum)) held_.reset();
    if (held_ && held_->claim > now.claim) {
        now = {.claim = held_->claim, .member = held_->member, .held = true};
        if (sum.claim >= Claim::growing) held_->seen = sum.now;
    } else if (strongest != nullptr) {
        const SeriesVerdict& grows = *leading(*strongest);
        const bool first = !held_ || held_->claim < now.claim;
        const double rise = is_bytes(grows.series) ? grows.rise.value_or(0) : 0;
        if (first) held_ = HeldClaim{now.claim, *now.member, memory_of(sum), rise, sum.now};
        held_->seen = sum.now;
    } else if (sum.claim >= Claim::leak) {
        held_.reset();  // the sum's own episode takes over
    }
    return said_ = now;
}

ServiceClaim::Settings service_settings(const trend::Settings& judge) {
    ServiceClaim::Settings settings{.patience = judge.patience,
                                    .least_count = static_cast<double>(judge.min_count)};
    if (judge.min_growth_bytes) settings.least_bytes = static_cast<double>(*judge.min_growth_bytes);
    return settings;
}

ServiceMember member_of(TargetId target, const std::optional<Life>& who, const Verdict& verdict,
                        std::int64_t memory_bytes) {
    ServiceMember member{.target = target,
                         .who = who,
                         .claim = verdict.claim,
                         .memory_bytes = static_cast<double>(memory_bytes)};
    const auto& memory = verdict.series[index(Series::memory)];
    if (memory && memory->claim >= Claim::growing) {
        member.rise_bytes = memory->rise;
        member.slope_per_s = memory->slope_per_s;
    }
    return member;
}

void keep_those_that_matter(std::vector<ServiceMember>& members) {
    std::sort(members.begin(), members.end(), [](const ServiceMember& a, const ServiceMember& b) {
        return std::tuple(a.claim, a.rise_bytes.value_or(0), a.memory_bytes, b.target) >
               std::tuple(b.claim, b.rise_bytes.value_or(0), b.memory_bytes, a.target);
    });
    if (members.size() > kMostMembersTold) members.resize(kMostMembersTold);
}

Verdict held_verdict(Verdict sum, Claim claim) {
    sum.claim = claim;
    if (!sum.leading) sum.leading = Series::memory;
    sum.ever_leak = sum.ever_leak || claim == Claim::leak;
    return sum;
}

}  // namespace rampwatch::watch
