// SPDX-License-Identifier: MIT
// What a Session is told, and what it asks for in return.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <variant>

#include "core/base/error.h"
#include "core/model/sample.h"
#include "core/model/stack.h"
#include "core/model/target.h"

namespace rampwatch {

using RequestId = std::uint64_t;  // unique within a Session, never 0

namespace fact {

// A life of `target` began (or was found). A further one of the same target is a restart.
struct Appeared {
    TargetId target = 0;
    LifeNumber life = 1;
    Life who{};
    std::chrono::nanoseconds mono{}, wall{};
};
struct Sampled {
    TargetId target = 0;
    LifeNumber life = 1;
    Sample sample{};
};
struct Bucketed {  // a recorded stretch, where single samples were thinned out
    TargetId target = 0;
    LifeNumber life = 1;
    Bucket bucket{};
};
struct Gone {
    TargetId target = 0;
    LifeNumber life = 1;
    Ending ending{};
    std::chrono::nanoseconds mono{}, wall{};
};
struct Missed {  // ticks at which no sample could be taken: suspend, a starved host
    TargetId target = 0;
    std::int64_t ticks = 0;
    std::chrono::nanoseconds mono{}, wall{};
};
struct DumpDone {
    RequestId request = 0;
    Result<Dump> dump{Dump{}};
    std::chrono::nanoseconds mono{}, wall{};
};
struct Tick {  // time passed and nothing else did
    std::chrono::nanoseconds mono{}, wall{};
};

}  // namespace fact

using Fact = std::variant<fact::Appeared, fact::Sampled, fact::Bucketed, fact::Gone, fact::Missed,
                          fact::DumpDone, fact::Tick>;

// What the Session wants: a dump. The answer is a Fact with the same id; it may come late, or never.
struct Request {
    // heap: what its heap is made of is to be kept, for later dumps to be compared with; never answered.
    enum class Kind : std::uint8_t { dump, heap };
    RequestId id = 0;
    Kind kind = Kind::dump;
    TargetId target = 0;
    LifeNumber life = 1;
    DumpReason reason = DumpReason::asked;
    std::optional<std::chrono::nanoseconds> onset_wall{};  // since when memory grows, where it does

    friend bool operator==(const Request&, const Request&) = default;
};

}  // namespace rampwatch
