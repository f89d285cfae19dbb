// SPDX-License-Identifier: MIT
// Who speaks for a service of several processes, and when that is weighed.
//
// A verdict costs as much as thousands of looks, and weighing wants one of the sum and one of each process
// that claims something: so it is weighed when a claim changes, and once in a 128th of the patience besides,
// since what the sum bears out changes without any claim.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/model/event.h"
#include "core/watch/service_claim.h"

namespace rampwatch::watch {

// A living process of a service, or its sum, as a Session holds it; good during the call that it is given to.
struct ServicePart {
    TargetId target = 0;
    LifeNumber life = 1;
    const trend::Judge* judge = nullptr;
    const std::optional<Life>* who = nullptr;
    std::int64_t memory_bytes = 0;
};
using ServiceParts = std::span<const ServicePart>;

class ServiceVoice {
  public:
    explicit ServiceVoice(const trend::Settings& judge);

    // After each look at the sum; mostly cheap. `others`: all that live, without the sum. The claim is never
    // weaker than the sum's own.
    Claim hear(const ServicePart& sum, ServiceParts others, std::chrono::nanoseconds mono);

    // Of the service: the sum's, or that of the process whose growth the sum bears out.
    [[nodiscard]] Verdict verdict(const ServicePart& sum, ServiceParts others) const;

    // The processes behind `event`, which has the service's verdict, and which of them speaks in it.
    void add_members(Event& event, ServiceParts others) const;

    // How many verdicts were made for all this.
    [[nodiscard]] std::int64_t verdicts_made() const { return made_; }

    // For core/base/archive.h: what was said and is held. It begins with a mark, since a release before this
    // one kept the main process's state in its place, which is of another series.
    template <class Archive>
    void state(Archive& archive) {
        archive(mark_);
        if (is_of_service()) archive(claim_);
    }
    [[nodiscard]] bool is_of_service() const { return mark_ == kMark; }
    [[nodiscard]] bool sound() const { return claim_.sound(); }

  private:
    struct Heard {
        TargetId target = 0;
        LifeNumber life = 1;
        Claim claim = Claim::undecided;

        friend bool operator==(const Heard&, const Heard&) = default;
    };
    [[nodiscard]] Verdict made(const ServicePart& part) const;

    static constexpr std::uint32_t kMark = 0x53767331;  // "1svS"

    std::uint32_t mark_ = kMark;
    std::chrono::nanoseconds again_after_;
    ServiceClaim claim_;
    std::vector<Heard> heard_{}, now_{};  // claims when it was weighed last, and at this look
    std::optional<std::chrono::nanoseconds> weighed_{};
    mutable std::int64_t made_ = 0;
};

}  // namespace rampwatch::watch
