// SPDX-License-Identifier: MIT
#include "core/worker/wire.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <utility>
#include <variant>
#include <vector>

#include "core/base/archive.h"
#include "core/model/fields.h"
#include "core/model/series.h"

namespace rampwatch::native {

void fields(auto& visit, Is<CaptureSettings> auto& settings) {
    visit(Field{"stop"}, settings.stop);
    visit(Field{"max_stop"}, settings.max_stop);
    visit(Field{"stack_bytes"}, settings.stack_bytes);
    visit(Field{"most_stack_bytes"}, settings.most_stack_bytes);
    visit(Field{"most_bytes"}, settings.most_bytes);
    visit(Field{"most_threads"}, settings.most_threads);
}

void fields(auto& visit, Is<NativeSettings> auto& settings) {
    visit(Field{"capture"}, settings.capture);
    visit(Field{"lines"}, settings.lines);
    visit(Field{"tasks"}, settings.tasks);
    visit(Field{"tasks_wall"}, settings.tasks_wall);
}

}  // namespace rampwatch::native

namespace rampwatch::runtime {

void fields(auto& visit, Is<CollectedWord> auto& word) {
    visit(Field{"left"}, word.left);
    visit(Field{"used"}, word.used);
    visit(Field{"room"}, word.room);
    visit(Field{"used_at"}, word.used_at);
    visit(Field{"room_at"}, word.room_at);
    visit(Field{"whole"}, word.whole);
    visit(Field{"marks"}, word.marks);
    visit(Field{"parts"}, word.parts);
}

}  // namespace rampwatch::runtime

namespace rampwatch::worker {

void fields(auto& visit, Is<Counters> auto& counters) {
    visit(Field{"goroutine_records"}, counters.goroutine_records);
    visit(Field{"heap_marked"}, counters.heap_marked);
}

void fields(auto& visit, Is<Answer> auto& answer) {
    visit(Field{"payload"}, answer.payload);
    visit(Field{"cpu"}, answer.cpu);
}

void fields(auto& visit, Is<Order> auto& order) {
    visit(Field{"task"}, order.task);
    visit(Field{"cpu"}, order.cpu);
    visit(Field{"time"}, order.time);
    visit(Field{"nice"}, order.nice);
}

namespace order {

void fields(auto& visit, Is<Goroutines> auto& order) { visit(Field{"aged_after"}, order.aged_after); }
void fields(auto& visit, Is<Count> auto& order) { visit(Field{"aged_after"}, order.aged_after); }
void fields(auto& visit, Is<Profile> auto& order) {
    visit(Field{"place"}, order.place);
    visit(Field{"time"}, order.time);
}
void fields(auto& visit, Is<Stacks> auto& order) { visit(Field{"settings"}, order.settings); }
void fields(auto& visit, Is<Memory> auto& order) { visit(Field{"budget"}, order.budget); }

void fields(auto& visit, Is<TaskCount> auto& order) {
    visit(Field{"aged_after"}, order.aged_after);
    visit(Field{"cpu"}, order.cpu);
}

}  // namespace order

namespace answer {

void fields(auto& visit, Is<Goroutines> auto& answer) {
    visit(Field{"go"}, answer.go);
    visit(Field{"groups"}, answer.groups);
    visit(Field{"warnings"}, answer.warnings);
}
void fields(auto& visit, Is<Count> auto& answer) {
    visit(Field{"go"}, answer.go);
    visit(Field{"counters"}, answer.counters);
}
void fields(auto& visit, Is<Stacks> auto& answer) { visit(Field{"dump"}, answer.dump); }
void fields(auto& visit, Is<Memory> auto& answer) { visit(Field{"parts"}, answer.parts); }

void fields(auto& visit, Is<TaskCount> auto& answer) {
    visit(Field{"any"}, answer.any);
    visit(Field{"tasks"}, answer.tasks);
    visit(Field{"aged"}, answer.aged);
    visit(Field{"left_out"}, answer.left_out);
    visit(Field{"words"}, answer.words);
}

}  // namespace answer

namespace {

// What the readers of an answer rely on: enumerators that exist, indices that are within, counts whose sums
// are numbers.
constexpr std::int64_t kMostCount = std::int64_t{1} << 40;
bool counts(auto... values) { return ((values >= 0 && values <= kMostCount) && ...); }
bool bytes(auto... values) { return ((values >= 0 && values <= kMostCount << 12) && ...); }

bool is_sound(const Error& error) { return error.kind <= Error::Kind::io; }

bool is_sound(const std::vector<Group>& groups) {
    return std::ranges::all_of(groups, [](const Group& group) {
        return exists(group.kind) && counts(group.count, group.leaked.value_or(0)) &&
               bytes(group.stack_bytes.value_or(0)) &&
               group.own_frame < std::max<std::size_t>(group.frames.size(), 1);
    });
}

bool is_sound(const MemoryFigures& figures) {
    return bytes(figures.rss, figures.anonymous, figures.swap, figures.lazy_free, figures.huge, figures.pss,
                 figures.hugetlb, figures.unmapped) &&
           figures.address_space >= 0;
}

bool is_sound(const MemoryParts& memory) {
    return is_sound(memory.total) && std::ranges::all_of(memory.parts, [](const MemoryPart& part) {
               return part.kind <= MemoryKind::unmapped && counts(part.mappings) && is_sound(part.figures);
           });
}

bool is_sound(const GoProgram& go) {
    const GoHeap heap = go.heap.value_or(GoHeap());
    return counts(go.goroutines, go.system, go.running, go.moving, go.partial, go.unread, go.ungrouped,
                  go.kept, go.aged, go.leaked.value_or(0)) &&
           bytes(go.stack_bytes, heap.marked, heap.live, heap.in_use, heap.free, heap.released,
                 heap.mapped_ready, heap.next_goal.value_or(0));
}

bool is_sound(const RuntimeHeap& heap) {
    const auto of = [](const std::optional<std::int64_t>& value) { return value.value_or(0); };
    return bytes(of(heap.used), of(heap.committed), of(heap.most), of(heap.resident), of(heap.old_used),
                 of(heap.classes), of(heap.code)) &&
           counts(of(heap.collections));
}

// Words to be read at each tick are those of a series that is read so, and few.
bool is_sound(const runtime::CollectedWord& word) {
    const auto is_read = [](Series series) {
        return index(series) < kSeriesCount && row_of(series).member != nullptr;
    };
    return is_read(word.left) && is_read(word.used) && is_read(word.room) && word.used_at != 0 &&
           word.room_at != 0;
}

bool is_sound(const answer::Goroutines& answer) { return is_sound(answer.go) && is_sound(answer.groups); }
bool is_sound(const answer::Count& answer) { return is_sound(answer.go); }
bool is_sound(const answer::Stacks& answer) {
    const Dump& dump = answer.dump;
    const auto sound = [](const LanguageRuntime& it) {
        return counts(it.tasks.value_or(0), it.torn) && it.lock_holders.size() <= 1 &&
               is_sound(it.heap.value_or(RuntimeHeap()));
    };
    return dump.runtimes.size() <= kMostRuntimes && std::ranges::all_of(dump.runtimes, sound) &&
           is_sound(dump.groups) && (!dump.memory || is_sound(*dump.memory)) &&
           (!dump.go || is_sound(*dump.go));
}
bool is_sound(const answer::TaskCount& answer) {
    const std::int64_t aged = answer.aged.value_or(0);
    return counts(answer.tasks, aged) && aged <= answer.tasks && answer.words.size() <= kMostRuntimes &&
           std::ranges::all_of(answer.words, [](const auto& word) { return is_sound(word); });
}
bool is_sound(const answer::Memory& answer) { return is_sound(answer.parts); }

template <class T>
std::string encoded(const T& value) {
    MessageWriter writer;
    fields(writer, value);
    const std::vector<std::byte> bytes = writer.release();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

template <class T>
std::optional<T> decoded(std::string_view bytes) {
    MessageReader reader(std::as_bytes(std::span(bytes)));
    T value;
    fields(reader, value);
    if (reader.failed() || !reader.at_end()) return std::nullopt;
    return value;
}

}  // namespace

std::string encode(const Order& order) { return encoded(order); }
std::string encode(const Answer& answer) { return encoded(answer); }

std::optional<Order> decode_order(std::string_view bytes) { return decoded<Order>(bytes); }

std::optional<Answer> decode_answer(std::string_view bytes) {
    auto answer = decoded<Answer>(bytes);
    const bool sound =
        answer && std::visit([](const auto& payload) { return is_sound(payload); }, answer->payload);
    return sound ? std::move(answer) : std::nullopt;
}

std::string framed(std::string_view bytes) {
    const auto size = static_cast<std::uint32_t>(bytes.size());
    std::string framed(reinterpret_cast<const char*>(&size), sizeof size);
    return framed.append(bytes);
}

}  // namespace rampwatch::worker
