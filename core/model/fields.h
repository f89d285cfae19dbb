// SPDX-License-Identifier: MIT
// The members of a Dump and of all that is in it, each listed once: the pipe from the worker, the JSON that
// is written and the JSON that is read back go over these lists. A new member is a line here, and whoever
// fills it; rampwatch-formats(5) names it.
//
// A visitor is called as visit(Field, member), in the order of the JSON. Members are const where the value
// is.
#pragma once

#include <concepts>
#include <cstdint>
#include <type_traits>
#include <vector>

#include "core/base/error.h"
#include "core/model/stack_kind.h"

namespace rampwatch {

// How JSON has a value whose type alone does not say it.
enum class As : std::uint8_t {
    itself,
    seconds,    // of nanoseconds: with a fraction
    micros,     // of nanoseconds: whole microseconds
    time,       // of nanoseconds since the Unix epoch: ISO 8601; 0 is not known
    or_null,    // of a string: null when it is empty
    or_memory,  // of a string: "memory" when it is empty
    or_absent,  // of an optional: not there, rather than null
    rounded,    // of a number with a fraction: the nearest whole one
};

struct Field {
    const char* name = "";  // in JSON; empty: not there
    As as = As::itself;
    bool needed = false;  // when it is read back: without it, what it is a member of is not there either
    bool travels = true;  // from the worker; the asker adds the rest
    bool written = true;  // into JSON
};
constexpr Field needed(const char* name, As as = As::itself) { return {name, as, true}; }
constexpr Field by_asker(const char* name, As as = As::itself) { return {name, as, false, false}; }

template <class T, class Of>
concept Is = std::is_same_v<std::remove_const_t<T>, Of>;

// Two members that are one pair in JSON.
template <class T>
struct FieldPair {
    T& low;
    T& high;
};
template <class T>
FieldPair(T&, T&) -> FieldPair<T>;

// In JSON the ids of each kind of stack have a name of their own.
template <class Ids>
struct GroupIds {
    StackKind kind = StackKind::thread;
    Ids& ids;
};
template <class Ids>
GroupIds(StackKind, Ids&) -> GroupIds<Ids>;

// For visitors to whom neither is anything special.
template <class T>
void fields(auto& visit, FieldPair<T>& pair) {
    visit(Field{"low"}, pair.low);
    visit(Field{"high"}, pair.high);
}
template <class Ids>
void fields(auto& visit, GroupIds<Ids>& group) {
    visit(Field{"ids"}, group.ids);
}

void fields(auto& visit, Is<Error> auto& error) {
    visit(Field{"kind"}, error.kind);
    visit(Field{"what"}, error.what);
    visit(Field{"where"}, error.where);
    visit(Field{"hint"}, error.hint);
}

void fields(auto& visit, Is<Frame> auto& frame) {
    visit(Field{"function"}, frame.function);
    visit(Field{"module"}, frame.module);
    visit(Field{"offset"}, frame.offset);
    visit(Field{"file"}, frame.file);
    visit(Field{"line"}, frame.line);
    visit(Field{"inlined"}, frame.inlined);
    visit(Field{"library"}, frame.library);
    visit(Field{"guess"}, frame.guess);
    visit(Field{"build_id"}, frame.build_id);
    visit(Field{"language"}, frame.language);
}

void fields(auto& visit, Is<GroupGrowth> auto& growth) {
    visit(Field{"dumps"}, growth.dumps);
    visit(needed("per_s"), growth.per_s);
    visit(needed("per_s_ci95"), FieldPair{growth.per_s_low, growth.per_s_high});
    visit(needed("bytes_each"), growth.bytes_each);
    visit(needed("bytes_each_ci95"), FieldPair{growth.bytes_each_low, growth.bytes_each_high});
    visit(Field{"explains"}, growth.explains);
}

void fields(auto& visit, Is<GroupMember> auto& member) {
    visit(needed("pid"), member.pid);
    visit(needed("count"), member.count);
    visit(Field{"ids"}, member.ids);
}

void fields(auto& visit, Is<Group> auto& group) {
    visit(needed("count"), group.count);
    visit(needed("kind"), group.kind);
    visit(Field{"state"}, group.state);
    visit(Field{"tids"}, GroupIds{group.kind, group.ids});
    visit(Field{"names"}, group.names);
    visit(by_asker("change"), group.change);
    visit(by_asker("growth"), group.growth);
    visit(by_asker("stayed"), group.stayed);
    visit(Field{"own_frame"}, group.own_frame);
    visit(Field{"truncated"}, group.truncated);
    visit(Field{.name = "task", .as = As::or_null, .written = group.kind == StackKind::task}, group.task);
    visit(Field{"damaged"}, group.damaged);
    visit(Field{"frames"}, group.frames);
    const auto of_goroutines = [&](const char* name, As as = As::itself) {
        return Field{.name = name, .as = as, .written = group.kind == StackKind::goroutine};
    };
    visit(of_goroutines("created_by"), group.created_by);
    visit(of_goroutines("parent"), group.parent);
    visit(of_goroutines("parent_frame"), group.parent_frame);
    visit(of_goroutines("stack_bytes"), group.stack_bytes);
    visit(of_goroutines("waited_at_least_s", As::seconds), group.waited_at_least);
    visit(of_goroutines("waited_at_most_s", As::seconds), group.waited_at_most);
    visit(of_goroutines("labels"), group.labels);
    visit(of_goroutines("leaked"), group.leaked);
    visit(of_goroutines("runtime_own"), group.runtime_own);
    visit(Field{.name = "members", .travels = false, .written = !group.members.empty()}, group.members);
}

void fields(auto& visit, Is<GoHeap> auto& heap) {
    visit(Field{"marked_bytes"}, heap.marked);
    visit(Field{"live_bytes"}, heap.live);
    visit(Field{"in_use_bytes"}, heap.in_use);
    visit(Field{"free_bytes"}, heap.free);
    visit(Field{"released_bytes"}, heap.released);
    visit(Field{"mapped_ready_bytes"}, heap.mapped_ready);
    visit(Field{"next_goal_bytes"}, heap.next_goal);
}

void fields(auto& visit, Is<GoProgram> auto& go) {
    visit(Field{"version"}, go.version);
    visit(Field{"module"}, go.module);
    visit(Field{"guessed"}, go.guessed);
    visit(Field{"frames"}, go.frames);
    visit(Field{"source", As::or_memory}, go.source);
    visit(Field{"goroutines"}, go.goroutines);
    visit(Field{"system"}, go.system);
    visit(Field{"running"}, go.running);
    visit(Field{"moving"}, go.moving);
    visit(Field{"partial"}, go.partial);
    visit(Field{"unread"}, go.unread);
    visit(Field{"ungrouped"}, go.ungrouped);
    visit(Field{"leaked"}, go.leaked);
    visit(Field{"stack_bytes"}, go.stack_bytes);
    visit(Field{"heap"}, go.heap);
    visit(Field{}, go.kept);
    visit(Field{}, go.aged);
}

void fields(auto& visit, Is<MemoryFigures> auto& figures) {
    visit(Field{"address_space_bytes"}, figures.address_space);
    visit(Field{"rss_bytes"}, figures.rss);
    visit(Field{"anonymous_bytes"}, figures.anonymous);
    visit(Field{"swap_bytes"}, figures.swap);
    visit(Field{"lazy_free_bytes"}, figures.lazy_free);
    visit(Field{"huge_bytes"}, figures.huge);
    visit(Field{"pss_bytes"}, figures.pss);
    visit(Field{"hugetlb_bytes"}, figures.hugetlb);
    visit(Field{"unmapped_bytes"}, figures.unmapped);
}

void fields(auto& visit, Is<MemoryPart> auto& part) {
    fields(visit, part.figures);
    visit(needed("kind"), part.kind);
    visit(Field{"name", As::or_null}, part.name);
    visit(Field{"mappings"}, part.mappings);
    visit(by_asker("change_bytes"), part.change_bytes);
    visit(by_asker("change_mappings"), part.change_mappings);
}

void fields(auto& visit, Is<MemoryParts> auto& memory) {
    visit(needed("total"), memory.total);
    visit(Field{"parts"}, memory.parts);
    visit(Field{"allocators"}, memory.allocators);
    visit(Field{"missing", As::or_null}, memory.missing);
    visit(Field{"took_s", As::seconds}, memory.took);
    visit(by_asker("since", As::time), memory.since);
    visit(by_asker("before"), memory.before);
}

void fields(auto& visit, Is<HeapFigure> auto& figure) {
    visit(needed("value"), figure.value);
    visit(Field{"half"}, figure.half);
}

void fields(auto& visit, Is<HeapOwned> auto& part) {
    visit(needed("kind"), part.kind);
    visit(Field{"name"}, part.name);
    visit(Field{"offset"}, part.offset);
    visit(Field{"bytes_each", As::rounded}, part.bytes_each);
}

void fields(auto& visit, Is<HeapHolder> auto& holder) {
    visit(needed("name"), holder.name);
    visit(Field{"pointers"}, holder.pointers);
    visit(Field{"share"}, holder.share);
}

void fields(auto& visit, Is<HeapType> auto& type) {
    visit(needed("kind"), type.kind);
    visit(Field{"name"}, type.name);
    visit(needed("count"), type.count);
    visit(needed("bytes"), type.bytes);
    visit(Field{"own_bytes", As::rounded}, type.own_bytes);
    visit(Field{"maybe_dead"}, type.maybe_dead);
    visit(Field{"owned"}, type.owned);
    visit(Field{"hint", As::or_null}, type.hint);
    visit(Field{"stack"}, type.stack);
    visit(Field{"held_by"}, type.held_by);
}

void fields(auto& visit, Is<HeapTypes> auto& types) {
    visit(Field{"time", As::time}, types.wall);
    visit(Field{"reader"}, types.reader);
    visit(Field{"since", As::time}, types.since);
    visit(Field{"resident_bytes"}, types.resident_bytes);
    visit(Field{"resident_bytes_before"}, types.before_resident_bytes);
    visit(Field{"swapped_bytes"}, types.swapped_bytes);
    visit(Field{"sampled_bytes"}, types.sampled_bytes);
    visit(Field{"new_bytes", As::rounded}, types.new_bytes);
    visit(Field{"free_bytes"}, types.free_bytes);
    visit(Field{"types"}, types.types);
    visit(Field{"notes"}, types.notes);
    visit(Field{"unread", As::or_null}, types.unread);
    visit(Field{"next", As::or_null}, types.next);
    visit(Field{"missing", As::or_null}, types.missing);
    visit(Field{"took_s", As::seconds}, types.took);
    visit(Field{"cpu_s", As::seconds}, types.cpu);
}

void fields(auto& visit, Is<ThreadStop> auto& stop) {
    visit(needed("tid"), stop.id);
    visit(needed("held_us", As::micros), stop.held);
}

void fields(auto& visit, Is<RuntimeHeap> auto& heap) {
    visit(Field{"collector", As::or_null}, heap.collector);
    visit(Field{"used_bytes"}, heap.used);
    visit(Field{"committed_bytes"}, heap.committed);
    visit(Field{"max_bytes"}, heap.most);
    visit(Field{"resident_bytes"}, heap.resident);
    visit(Field{"old_used_bytes"}, heap.old_used);
    visit(Field{"classes_bytes"}, heap.classes);
    visit(Field{"code_bytes"}, heap.code);
    visit(Field{"collections"}, heap.collections);
    visit(Field{"missing", As::or_null}, heap.missing);
}

void fields(auto& visit, Is<LanguageRuntime> auto& runtime) {
    visit(needed("name"), runtime.name);
    visit(Field{"version", As::or_null}, runtime.version);
    visit(Field{"frames"}, runtime.frames);
    visit(Field{"tasks"}, runtime.tasks);
    visit(Field{"torn"}, runtime.torn);
    visit(Field{"left_out", As::or_null}, runtime.left_out);
    visit(Field{"refused", As::or_null}, runtime.refused);
    visit(Field{"lock_known"}, runtime.lock_known);
    visit(Field{"lock_moves"}, runtime.lock_moves);
    visit(Field{"lock_holders"}, runtime.lock_holders);
    visit(Field{"heap"}, runtime.heap);
    visit(by_asker("heap_before"), runtime.heap_before);
}

// As a dump's "target" has it: what else is known of a life stands elsewhere.
void fields(auto& visit, Is<Life> auto& life) {
    visit(Field{"pid"}, life.pid);
    visit(Field{"start_time", As::time}, life.started_wall);
    visit(Field{"start_ticks"}, life.start_ticks);
    visit(Field{"executable"}, life.executable);
    visit(Field{"program", As::or_absent}, life.program);
    visit(Field{"command_line", As::or_absent}, life.command_line);
}

void fields(auto& visit, Is<DumpMember> auto& member) {
    fields(visit, member.life);
    visit(Field{"threads"}, member.threads);
    visit(Field{"tasks"}, member.tasks);
    visit(Field{"missing", As::or_null}, member.missing);
}

// Behind its schema. Its CLOCK_BOOTTIME is of this boot alone, and is written nowhere.
void fields(auto& visit, Is<Dump> auto& dump) {
    visit(by_asker("time", As::time), dump.wall);
    visit(by_asker("target"), dump.life);
    visit(by_asker("reason"), dump.reason);
    visit(Field{"backend"}, dump.backend);
    visit(Field{"stop_time_us", As::micros}, dump.stop_time);
    visit(Field{"stops"}, dump.stops);
    visit(Field{"took_s", As::seconds}, dump.took);
    visit(Field{"threads"}, dump.threads);
    visit(Field{"go"}, dump.go);
    visit(by_asker("rss_bytes"), dump.rss_bytes);
    visit(by_asker("baseline", As::time), dump.baseline);
    visit(by_asker("explains_growth"), dump.explains_growth);
    visit(by_asker("baseline_rss_bytes"), dump.baseline_rss_bytes);
    visit(by_asker("baseline_go"), dump.baseline_go);
    visit(Field{"memory"}, dump.memory);
    visit(by_asker("heap"), dump.heap);
    visit(Field{"runtimes"}, dump.runtimes);
    visit(Field{.name = "members", .travels = false, .written = !dump.members.empty()}, dump.members);
    visit(Field{"warnings"}, dump.warnings);
    visit(Field{"groups"}, dump.groups);
    visit(Field{}, dump.timed_out);
}

}  // namespace rampwatch
