// SPDX-License-Identifier: MIT
#include "core/model/words.h"

#include "core/model/series.h"
#include "core/model/stack_kind.h"

namespace rampwatch {

std::string_view word(Series value) { return index(value) < kSeriesCount ? row_of(value).word : "?"; }

std::string_view word(LimitKind value) {
    switch (value) {
        case LimitKind::given:
            return "given";
        case LimitKind::cgroup_max:
            return "cgroup_max";
        case LimitKind::cgroup_high:
            return "cgroup_high";
        case LimitKind::rlimit_as:
            return "rlimit_as";
        case LimitKind::physical:
            return "physical";
    }
    return "?";
}

std::string_view count_limit_word(Series series) {
    return series == Series::fds ? "rlimit_nofile" : "pids_max";
}

std::string_view word(Claim value) {
    switch (value) {
        case Claim::undecided:
            return "undecided";
        case Claim::healthy:
            return "healthy";
        case Claim::growing:
            return "growing";
        case Claim::leak:
            return "leak";
    }
    return "?";
}

std::string_view word(Shape value) {
    switch (value) {
        case Shape::too_short:
            return "too_short";
        case Shape::flat:
            return "flat";
        case Shape::warmup:
            return "warmup";
        case Shape::plateau:
            return "plateau";
        case Shape::sawtooth:
            return "sawtooth";
        case Shape::step:
            return "step";
        case Shape::staircase:
            return "staircase";
        case Shape::periodic:
            return "periodic";
        case Shape::walk:
            return "walk";
        case Shape::ramp:
            return "ramp";
        case Shape::ramp_on_sawtooth:
            return "ramp_on_sawtooth";
        case Shape::ramp_on_periodic:
            return "ramp_on_periodic";
        case Shape::recovering:
            return "recovering";
    }
    return "?";
}

std::string_view word(ReasonGroup value) {
    switch (value) {
        case ReasonGroup::duration:
            return "duration";
        case ReasonGroup::size:
            return "size";
        case ReasonGroup::line:
            return "line";
        case ReasonGroup::evenness:
            return "evenness";
    }
    return "?";
}

std::string_view word(Missing value) {
    switch (value) {
        case Missing::nothing:
            return "nothing";
        case Missing::time:
            return "time";
        case Missing::rise:
            return "rise";
        case Missing::second_day:
            return "second_day";
        case Missing::evidence:
            return "evidence";
        case Missing::interval:
            return "interval";
        case Missing::collection:
            return "collection";
    }
    return "?";
}

std::string_view word(GateId value) {
    switch (value) {
        case GateId::samples:
            return "samples";
        case GateId::patience:
            return "patience";
        case GateId::materiality:
            return "materiality";
        case GateId::significance:
            return "significance";
        case GateId::significance_mean:
            return "significance_mean";
        case GateId::wander:
            return "wander";
        case GateId::monotone:
            return "monotone";
        case GateId::even:
            return "even";
        case GateId::eighths:
            return "eighths";
        case GateId::record_high:
            return "record_high";
        case GateId::context:
            return "context";
        case GateId::slowing:
            return "slowing";
        case GateId::straight:
            return "straight";
        case GateId::s_shape:
            return "s_shape";
        case GateId::saturation:
            return "saturation";
        case GateId::still_at_top:
            return "still_at_top";
        case GateId::company:
            return "company";
    }
    return "?";
}

std::string_view word(StackKind value) { return exists(value) ? row_of(value).word : "?"; }

std::string_view word(DumpReason value) {
    switch (value) {
        case DumpReason::asked:
            return "asked";
        case DumpReason::baseline:
            return "baseline";
        case DumpReason::growing:
            return "growing";
        case DumpReason::leak:
            return "leak";
        case DumpReason::limit_near:
            return "limit_near";
    }
    return "?";
}

std::string_view word(MemoryKind kind) {
    switch (kind) {
        case MemoryKind::heap:
            return "heap";
        case MemoryKind::arenas:
            return "arenas";
        case MemoryKind::stacks:
            return "stacks";
        case MemoryKind::anonymous:
            return "anonymous";
        case MemoryKind::named:
            return "named";
        case MemoryKind::file:
            return "file";
        case MemoryKind::shared:
            return "shared";
        case MemoryKind::other:
            return "other";
        case MemoryKind::unmapped:
            return "unmapped";
    }
    return "?";
}

std::string_view word(HeapKind kind) {
    switch (kind) {
        case HeapKind::type:
            return "type";
        case HeapKind::array:
            return "array";
        case HeapKind::text:
            return "text";
        case HeapKind::chunk:
            return "chunk";
        case HeapKind::buffer:
            return "buffer";
        case HeapKind::site:
            return "site";
        case HeapKind::free:
            return "free";
    }
    return "?";
}

std::string_view word(Ending::Reason reason) {
    switch (reason) {
        case Ending::Reason::unknown:
            return "unknown";
        case Ending::Reason::exited:
            return "exited";
        case Ending::Reason::signalled:
            return "signalled";
        case Ending::Reason::oom_killed:
            return "oom_killed";
    }
    return "?";
}

std::string_view word(Event::Kind kind) {
    switch (kind) {
        case Event::Kind::started:
            return "started";
        case Event::Kind::restarted:
            return "restarted";
        case Event::Kind::sample:
            return "sample";
        case Event::Kind::growing:
            return "growing";
        case Event::Kind::leak:
            return "leak";
        case Event::Kind::leak_worse:
            return "leak_worse";
        case Event::Kind::recovered:
            return "recovered";
        case Event::Kind::limit_near:
            return "limit_near";
        case Event::Kind::dump:
            return "dump";
        case Event::Kind::dump_failed:
            return "dump_failed";
        case Event::Kind::missed:
            return "missed";
        case Event::Kind::gone:
            return "gone";
        case Event::Kind::ended:
            return "ended";
    }
    return "?";
}

std::optional<Series> series_of(std::string_view text) { return from_word<Series>(text); }
std::optional<LimitKind> limit_kind_of(std::string_view text) { return from_word<LimitKind>(text); }

}  // namespace rampwatch
