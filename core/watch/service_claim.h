// SPDX-License-Identifier: MIT
// One claim for a service of several processes.
//
// Each member judged beside the sum asks thirty-three questions where one was meant, and each can be answered
// wrongly; the members of a pool are recycled besides, and a leak that is told of a worker is not over
// because that worker was replaced. So a member's claim counts where the service bears it out, and then it
// holds until the service's own memory says otherwise.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "core/model/event.h"
#include "core/model/target.h"
#include "core/model/verdict.h"
#include "core/trend/judge.h"

namespace rampwatch::watch {

struct MemberVerdict {
    TargetId target = 0;
    Verdict verdict{};
};

// What a member said, and what the sum was then.
struct HeldClaim {
    Claim claim = Claim::undecided;
    TargetId member = 0;
    double sum_bytes = 0, rise_bytes = 0;
    std::chrono::nanoseconds seen{};  // when the sum or a member last said as much

    template <class Archive>
    void state(Archive& archive) {
        archive(claim, member, sum_bytes, rise_bytes, seen);
    }
};

// Does the service rise as `member` says of itself? Either its sum grows at no less than half the member's
// slope, surely; or the member alone has gained what would count in the sum: `least_bytes` or a twentieth of
// what the sum held before (of counts: `least_count`).
bool is_borne_out(const Verdict& member, const Verdict& sum, double least_bytes, double least_count);

class ServiceClaim {
  public:
    struct Settings {
        std::chrono::nanoseconds patience = std::chrono::hours(9);
        double least_bytes = 16.0 * 1024 * 1024;  // the smallest rise of the sum that counts
        double least_count = 50;
    };
    struct Said {
        Claim claim = Claim::undecided;
        std::optional<TargetId> member{};  // whose evidence it is; empty: the sum's own
        bool held = false;                 // said before; no member says so just now

        template <class Archive>
        void state(Archive& archive) {
            archive(claim, member, held);
        }
        friend bool operator==(const Said&, const Said&) = default;
    };

    explicit ServiceClaim(Settings settings) : settings_(settings) {}

    // After a look at the sum. `members` are the living ones that are judged, in any order. The claim is
    // never weaker than the sum's own.
    Said weigh(const Verdict& sum, std::span<const MemberVerdict> members);

    // After a look at which nobody claims more than the sum and nothing is held.
    void say_sum(Claim claim) { said_ = {.claim = claim}; }

    [[nodiscard]] const Said& said() const { return said_; }
    [[nodiscard]] bool holds() const { return held_.has_value(); }

    // For core/trend/archive.h; the settings are the Session's, and are not in it.
    template <class Archive>
    void state(Archive& archive) {
        archive(said_, held_);
    }
    [[nodiscard]] bool sound() const;  // of what was read

  private:
    [[nodiscard]] bool is_over(const Verdict& sum) const;

    Settings settings_;
    Said said_{};
    std::optional<HeldClaim> held_{};
};

ServiceClaim::Settings service_settings(const trend::Settings& judge);

// A process in an Event of its service.
ServiceMember member_of(TargetId target, const std::optional<Life>& who, const Verdict& verdict,
                        std::int64_t memory_bytes);

// What claims most and has grown most first, kMostMembersTold of them at most.
void keep_those_that_matter(std::vector<ServiceMember>& members);

// The sum's verdict where what a member said is still held against the service.
Verdict held_verdict(Verdict sum, Claim claim);

}  // namespace rampwatch::watch
