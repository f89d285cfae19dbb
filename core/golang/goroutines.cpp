// SPDX-License-Identifier: MIT
#include "core/golang/goroutines.h"

#include <algorithm>
#include <cstring>
#include <numeric>

#include "core/model/stack.h"

namespace rampwatch::golang {

namespace {

constexpr std::size_t kChunk = 512;               // smaller ones see fewer goroutines move, and cost no more
constexpr std::uint64_t kFirstPart = 1024;        // of a stack
constexpr std::uint64_t kMostStack = 256 * 1024;  // of one that is deeper
constexpr std::uint64_t kMostDeep = 16 << 20;     // of all deep ones read at once
constexpr std::uint64_t kMostHeld = std::uint64_t{4} << 30;  // by one stack: Go ends a program at 1 GB
constexpr std::uint32_t kNoGroup = ~std::uint32_t{0};
constexpr std::chrono::nanoseconds kUnit{1 << 25};  // of sightings: a look at 34 ms, 4 years in 32 bits
constexpr std::int64_t kMostUnits = ~std::uint32_t{0};
constexpr std::size_t kMostPcs = std::size_t{1} << 20;

std::uint64_t mix(std::uint64_t seed, std::uint64_t word) {
    std::uint64_t hash = (seed ^ word) * 0x9E3779B97F4A7C15U;
    return hash ^ (hash >> 29);
}

bool ended(Status status) {
    return status == Status::idle || status == Status::dead || status == Status::dead_extra;
}

}  // namespace

void Goroutines::begin(std::size_t records) {
    tally_ = {};
    tally_.records = static_cast<std::int64_t>(records);
    std::size_t pcs = 0;
    for (GoroutineGroup& group : groups_) {
        group.count = group.stack_bytes = group.oldest_wait_ns = 0;
        group.ids.clear();
        group.labels.clear();
        group.unlabelled = false;
        pcs += group.pcs.size();
    }
    if (groups_.size() > kMostAlike / 2 || pcs > kMostPcs / 2) {  // many were left by all: begin anew
        groups_.clear();
        by_key_.clear();
        for (CachedRecord& known : known_) known.group = kNoGroup;
    }
    if (!begun_) begun_ = now_;
    if ((now_ - *begun_) / kUnit >= kMostUnits) {
        known_.clear();
        begun_ = now_;
    }
    known_.resize(records);
    retry_.clear();
}

std::uint32_t Goroutines::units(std::chrono::nanoseconds when) const {
    return static_cast<std::uint32_t>(std::max<std::int64_t>((when - *begun_) / kUnit, 0));
}

// Never earlier than it was: of a unit its end, but not the future.
std::chrono::nanoseconds Goroutines::sighting(const CachedRecord& known) const {
    return known.seen == 0 ? *begun_ : std::min(*begun_ + kUnit * (known.seen + std::int64_t{1}), now_);
}

bool Goroutines::is_system(std::uint64_t startpc) {
    const auto known = system_starts_.find(startpc);
    if (known != system_starts_.end()) return known->second;
    if (system_starts_.size() > 100'000) system_starts_.clear();
    return system_starts_[startpc] = runtime_.is_system(startpc);
}

std::size_t Goroutines::header_size() const {
    const Layout& layout = runtime_.layout();
    return (layout.label_list ? std::max(layout.g.startpc, layout.g.labels) : layout.g.startpc) +
           std::size_t{8};
}

bool Goroutines::parse(probe::Bytes bytes, Record& record) const {
    const GLayout& g = runtime_.layout().g;
    if (!bytes.holds(0, header_size())) return false;
    const auto word = [&](std::uint16_t at) { return bytes.number_unchecked<std::uint64_t>(at); };
    const auto status = bytes.number_unchecked<std::uint32_t>(g.status) & ~kScanBit;
    if (status > kLastStatus) return false;
    record.status = Status(status);
    if (ended(record.status)) return true;
    record.lo = word(0);
    record.hi = word(8);
    if (word(g.sched_g) != record.address || record.lo >= record.hi) return false;
    if (record.hi - record.lo > kMostHeld) return false;
    const bool in_syscall = record.status == Status::syscall;
    record.sp = word(in_syscall ? g.syscall_sp : g.sched_sp);
    record.pc = word(in_syscall ? g.syscall_pc : g.sched_pc);
    record.link = in_syscall ? 0 : word(g.sched_lr);
    record.goid = static_cast<std::int64_t>(word(g.goid));
    record.parent = g.parent_goid == 0 ? 0 : static_cast<std::int64_t>(word(g.parent_goid));
    record.wait_since = static_cast<std::int64_t>(word(g.wait_since));
    const bool waits = record.status == Status::waiting || record.status == Status::leaked;
    record.wait_reason = waits ? bytes.number_unchecked<std::uint8_t>(g.wait_reason) : std::uint8_t{0};
    std::memcpy(record.turns.data(), bytes.part(g.wait_reason, record.turns.size()).data(),
                record.turns.size());
    record.gopc = word(g.gopc);
    record.startpc = word(g.startpc);
    record.labels = runtime_.layout().label_list ? word(g.labels) : 0;
    return true;
}

Result<void> Goroutines::read_headers(Addresses addresses, std::size_t header) {
    ranges_.clear();
    for (const std::uint64_t address : addresses) ranges_.push_back({address, header});
    return headers_.read(runtime_.memory(), ranges_);
}

// What a goroutine that has not run since it was last read cannot have changed: running clears waitsince.
bool Goroutines::keep(const Record& record) {
    CachedRecord& known = known_[record.index];
    if (record.status != Status::waiting || record.wait_since == 0) {
        known.print = 0;
        return false;
    }
    const std::uint64_t print =
        mix(mix(mix(mix(1, static_cast<std::uint64_t>(record.goid)), record.lo), record.sp),
            static_cast<std::uint64_t>(record.wait_since)) |
        1;
    if (known.print != print) {
        known.print = print;  // its group is set when it joins one
        known.seen = units(now_);
        return false;
    }
    if (known.group >= groups_.size()) return false;
    ++tally_.kept;
    if (groups_[known.group].partial) ++tally_.partial;
    join(record, known.group, sighting(known));
    return true;
}

void Goroutines::join(const Record& record, std::uint32_t group, std::chrono::nanoseconds seen) {
    GoroutineGroup& alike = groups_[group];
    if (alike.count++ == 0) {
        alike.first_seen = seen;
        alike.parent = record.parent;
    }
    alike.first_seen = std::min(alike.first_seen, seen);
    alike.stack_bytes += static_cast<std::int64_t>(record.hi - record.lo);
    if (record.wait_since > 0 && (alike.oldest_wait_ns == 0 || record.wait_since < alike.oldest_wait_ns)) {
        alike.oldest_wait_ns = record.wait_since;
    }
    if (record.labels == 0)
        alike.unlabelled = true;
    else if (alike.labels.size() < kMostLabelSets &&
             std::find(alike.labels.begin(), alike.labels.end(), record.labels) == alike.labels.end())
        alike.labels.push_back(record.labels);
    if (alike.ids.size() < kMostIds) alike.ids.push_back(record.goid);
    if (!record.system && now_ - seen >= aged_after_) ++tally_.aged;
}

std::uint32_t Goroutines::group_of(const Record& record, std::span<const std::uint64_t> pcs, bool partial,
                                   bool moving) {
    const std::uint64_t flags = (std::uint64_t(record.status) << 16) |
                                (std::uint64_t{record.wait_reason} << 8) | (partial ? 2U : 0U) |
                                (moving ? 1U : 0U);
    std::uint64_t key = mix(mix(mix(flags, record.gopc), record.startpc), pcs.size());
    for (const std::uint64_t pc : pcs) key = mix(key, pc);
    const auto [from, to] = by_key_.equal_range(key);
    for (auto it = from; it != to; ++it) {
        const GoroutineGroup& alike = groups_[it->second];
        if (alike.gopc == record.gopc && alike.startpc == record.startpc && alike.status == record.status &&
            alike.wait_reason == record.wait_reason && std::ranges::equal(alike.pcs, pcs)) {
            return it->second;
        }
    }
    if (groups_.size() >= kMostAlike) return static_cast<std::uint32_t>(groups_.size());
    GoroutineGroup alike;
    alike.status = record.status;
    alike.wait_reason = record.wait_reason;
    alike.system = record.system;
    alike.partial = partial;
    alike.moving = moving;
    alike.gopc = record.gopc;
    alike.startpc = record.startpc;
    alike.pcs.assign(pcs.begin(), pcs.end());
    groups_.push_back(std::move(alike));
    by_key_.emplace(key, static_cast<std::uint32_t>(groups_.size() - 1));
    return static_cast<std::uint32_t>(groups_.size() - 1);
}

// A record whose header was read: counted, kept, or put among those whose stack is to be read.
void Goroutines::sort_out(const Record& record) {
    ++(record.system ? tally_.system : tally_.live);
    tally_.stack_bytes += static_cast<std::int64_t>(record.hi - record.lo);
    if (record.status == Status::running || record.status == Status::copystack) {
        ++tally_.running;
        known_[record.index].print = 0;
        const std::uint32_t group = group_of(record, {}, true, false);
        if (group < groups_.size())
            join(record, group, now_);
        else
            ++tally_.ungrouped;
        return;
    }
    if (!keep(record)) parked_.push_back(record);
}

Result<void> Goroutines::chunk(Addresses addresses, std::span<const std::size_t> indices, bool last_try) {
    const std::size_t header = header_size();
    if (const auto done = read_headers(addresses, header); !done) return done.error();
    parked_.clear();
    for (std::size_t i = 0; i < addresses.size(); ++i) {
        Record record;
        record.address = addresses[i];
        record.index = indices[i];
        if (!parse(headers_.item(i), record)) {
            ++tally_.unread;
            continue;
        }
        if (ended(record.status)) {
            known_[record.index].print = 0;
            continue;
        }
        record.system = is_system(record.startpc);
        sort_out(record);
    }
    return unwind(last_try);
}

// Stacks deeper than the first part, as many as a bounded buffer holds; the rest stay partial.
Result<void> Goroutines::read_deep() {
    ranges_.clear();
    std::uint64_t total = 0;
    for (const std::size_t i : deep_ones_) {
        const Record& record = parked_[i];
        const std::uint64_t size = std::min(record.hi - record.sp, kMostStack);
        total += size;
        ranges_.push_back({record.sp, total <= kMostDeep ? size : 0});
    }
    if (const auto done = deep_.read(runtime_.memory(), ranges_); !done) return done.error();
    for (std::size_t i = 0; i < deep_ones_.size(); ++i) {
        const Record& record = parked_[deep_ones_[i]];
        Walked& walked = walked_[deep_ones_[i]];
        walked.end = unwinder_.walk(record.pc, record.sp, record.hi, record.link, deep_.item(i), walked.pcs);
    }
    return {};
}

Result<void> Goroutines::unwind(bool last_try) {
    ranges_.clear();
    for (const Record& record : parked_) {
        const bool inside = runtime_.layout().frames && record.sp >= record.lo && record.sp < record.hi;
        ranges_.push_back({record.sp, inside ? std::min(record.hi - record.sp, kFirstPart) : 0});
    }
    if (const auto done = stacks_.read(runtime_.memory(), ranges_); !done) return done.error();
    if (walked_.size() < parked_.size()) walked_.resize(parked_.size());
    deep_ones_.clear();
    for (std::size_t i = 0; i < parked_.size(); ++i) {
        const Record& record = parked_[i];
        Walked& walked = walked_[i];
        if (!runtime_.layout().frames) {
            walked.pcs.clear();
            walked.end = Unwinder::End::broken;
            continue;
        }
        walked.end =
            unwinder_.walk(record.pc, record.sp, record.hi, record.link, stacks_.item(i), walked.pcs);
        if (walked.end == Unwinder::End::short_of && !stacks_.item(i).empty()) deep_ones_.push_back(i);
    }
    if (!deep_ones_.empty()) {
        if (const auto done = read_deep(); !done) return done.error();
    }
    const std::size_t header = runtime_.layout().g.wait_reason + std::tuple_size_v<decltype(Record::turns)>;
    ranges_.clear();
    for (const Record& record : parked_) ranges_.push_back({record.address, header});
    if (const auto done = again_.read(runtime_.memory(), ranges_); !done) return done.error();
    for (std::size_t i = 0; i < parked_.size(); ++i) {
        const Record& record = parked_[i];
        const bool moved = !unchanged(record, again_.item(i));
        if (moved && !last_try) {
            --(record.system ? tally_.system : tally_.live);
            tally_.stack_bytes -= static_cast<std::int64_t>(record.hi - record.lo);
            retry_.push_back(record.index);
            known_[record.index].print = 0;
            continue;
        }
        if (moved) ++tally_.moving;
        if (moved) known_[record.index].print = 0;
        const bool partial = moved || walked_[i].end != Unwinder::End::complete;
        if (partial && !moved && runtime_.layout().frames) ++tally_.partial;
        if (!moved && walked_[i].end == Unwinder::End::outside) ++tally_.outside;
        const auto pcs =
            moved ? std::span<const std::uint64_t>() : std::span<const std::uint64_t>(walked_[i].pcs);
        const std::uint32_t group = group_of(record, pcs, partial, moved);
        known_[record.index].group = group;
        if (group >= groups_.size())
            ++tally_.ungrouped;
        else
            join(record, group, known_[record.index].print != 0 ? sighting(known_[record.index]) : now_);
    }
    return {};
}

bool Goroutines::unchanged(const Record& record, probe::Bytes now) const {
    const GLayout& g = runtime_.layout().g;
    if (!now.holds(0, g.wait_reason + record.turns.size())) return false;
    const auto word = [&](std::uint16_t at) { return now.number_unchecked<std::uint64_t>(at); };
    const bool in_syscall = record.status == Status::syscall;
    const auto since = static_cast<std::int64_t>(word(g.wait_since));
    const bool same_wait = since == record.wait_since || record.wait_since == 0;  // a collection came by
    return Status(now.number_unchecked<std::uint32_t>(g.status) & ~kScanBit) == record.status &&
           word(0) == record.lo && word(8) == record.hi &&
           word(in_syscall ? g.syscall_sp : g.sched_sp) == record.sp &&
           word(in_syscall ? g.syscall_pc : g.sched_pc) == record.pc &&
           static_cast<std::int64_t>(word(g.goid)) == record.goid && same_wait &&
           std::memcmp(now.part(g.wait_reason, record.turns.size()).data(), record.turns.data(),
                       record.turns.size()) == 0;
}

Result<Tally> Goroutines::read(std::chrono::nanoseconds now, std::chrono::nanoseconds aged_after) {
    const auto addresses = runtime_.records();
    if (!addresses) return addresses.error();
    now_ = now;
    aged_after_ = aged_after;
    begin(addresses->size());
    std::vector<std::size_t> indices(kChunk);
    for (std::size_t at = 0; at < addresses->size(); at += kChunk) {
        const std::size_t count = std::min(kChunk, addresses->size() - at);
        std::iota(indices.begin(), indices.end(), at);
        const auto done =
            chunk(Addresses(*addresses).subspan(at, count), std::span(indices).first(count), false);
        if (!done) return done.error();
    }
    const std::vector<std::size_t> again = std::exchange(retry_, {});
    std::vector<std::uint64_t> some;
    for (std::size_t at = 0; at < again.size(); at += kChunk) {
        const std::span<const std::size_t> part =
            std::span(again).subspan(at, std::min(kChunk, again.size() - at));
        some.clear();
        for (const std::size_t index : part) some.push_back((*addresses)[index]);
        if (const auto done = chunk(some, part, true); !done) return done.error();
    }
    tally_.bytes_read =
        headers_.bytes_read() + stacks_.bytes_read() + deep_.bytes_read() + again_.bytes_read();
    return tally_;
}

void Goroutines::forget_outside() {
    unwinder_.forget();
    system_starts_.clear();
    for (CachedRecord& known : known_) {
        if (known.group < groups_.size() && groups_[known.group].partial) known.group = kNoGroup;
    }
}

Result<Tally> Goroutines::count() {
    const auto addresses = runtime_.records();
    if (!addresses) return addresses.error();
    Tally tally;
    tally.records = static_cast<std::int64_t>(addresses->size());
    const std::size_t header = header_size();
    for (std::size_t at = 0; at < addresses->size(); at += kChunk) {
        const auto part = Addresses(*addresses).subspan(at, std::min(kChunk, addresses->size() - at));
        if (const auto done = read_headers(part, header); !done) return done.error();
        for (std::size_t i = 0; i < part.size(); ++i) {
            Record record;
            record.address = part[i];
            if (!parse(headers_.item(i), record))
                ++tally.unread;
            else if (!ended(record.status))
                ++(is_system(record.startpc) ? tally.system : tally.live);
        }
    }
    return tally;
}

}  // namespace rampwatch::golang
