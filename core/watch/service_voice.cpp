// SPDX-License-Identifier: MIT
#include "core/watch/service_voice.h"

#include <algorithm>
#include <utility>

namespace rampwatch::watch {

ServiceVoice::ServiceVoice(const trend::Settings& judge)
    : again_after_(judge.patience / 128), claim_(service_settings(judge)) {}

Verdict ServiceVoice::made(const ServicePart& part) const {
    ++made_;
    return part.judge->verdict();
}

Claim ServiceVoice::hear(const ServicePart& sum, ServiceParts others, std::chrono::nanoseconds mono) {
    const Claim own = sum.judge->claim();
    now_.assign(1, {sum.target, sum.life, own});
    bool any = false;  // claims more than the sum
    for (const ServicePart& part : others) {
        const Claim claim = part.judge->claim();
        if (claim < Claim::growing) continue;
        now_.push_back({part.target, part.life, claim});
        any = any || claim > own;
    }
    const bool changed = now_ != heard_;
    if (!changed && weighed_ && mono - *weighed_ < again_after_) return claim_.said().claim;
    std::swap(heard_, now_);
    weighed_ = mono;
    if (!any && !claim_.holds()) {
        claim_.say_sum(own);
        return own;
    }
    std::vector<MemberVerdict> claiming;
    for (const ServicePart& part : others) {
        if (const Claim claim = part.judge->claim(); claim >= Claim::growing && claim > own)
            claiming.push_back({part.target, made(part)});
    }
    return claim_.weigh(made(sum), claiming).claim;
}

Verdict ServiceVoice::verdict(const ServicePart& sum, ServiceParts others) const {
    Verdict of_sum = made(sum);
    const ServiceClaim::Said& said = claim_.said();
    if (said.claim <= of_sum.claim) return of_sum;
    const auto holder = std::find_if(others.begin(), others.end(),
                                     [&](const ServicePart& part) { return part.target == said.member; });
    if (said.held || holder == others.end()) return held_verdict(std::move(of_sum), said.claim);
    Verdict verdict = made(*holder);
    verdict.claim = said.claim;
    if (of_sum.forecast) verdict.forecast = of_sum.forecast;
    verdict.limit_near = of_sum.limit_near;
    for (std::size_t i = 0; i < kSeriesCount; ++i)
        if (verdict.series[i])
            verdict.series[i]->count_limit_near =
                of_sum.series[i] ? of_sum.series[i]->count_limit_near : std::nullopt;
    return verdict;
}

void ServiceVoice::add_members(Event& event, ServiceParts others) const {
    for (const ServicePart& part : others)
        event.members.push_back(member_of(part.target, *part.who, made(part), part.memory_bytes));
    event.members_in_all = event.members.size();
    keep_those_that_matter(event.members);
    const ServiceClaim::Said& said = claim_.said();
    if (event.verdict && said.member && !said.held && said.claim == event.verdict->claim)
        event.spoken_by = said.member;
}

}  // namespace rampwatch::watch
