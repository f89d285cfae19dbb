// SPDX-License-Identifier: MIT
#include "core/dump/wire.h"

#include <algorithm>
#include <span>
#include <vector>

#include "core/base/archive.h"
#include "core/model/fields.h"

namespace rampwatch::dump {

void fields(auto& visit, Is<Counters> auto& counters) {
    visit(Field{"goroutine_records"}, counters.goroutine_records);
    visit(Field{"heap_marked"}, counters.heap_marked);
}

void fields(auto& visit, Is<Answer> auto& answer) {
    visit(Field{"order"}, answer.order);
    visit(Field{"error"}, answer.error);
    visit(Field{"dump"}, answer.dump);
    visit(Field{"counters"}, answer.counters);
    visit(Field{"cpu"}, answer.cpu);
}

namespace {

// What its readers rely on: enumerators that exist, indices that are within, counts whose sums are numbers.
bool is_sound(const Answer& answer) {
    constexpr std::int64_t kMostCount = std::int64_t{1} << 40;
    const auto counts = [](auto... values) { return ((values >= 0 && values <= kMostCount) && ...); };
    const auto bytes = [](auto... values) { return ((values >= 0 && values <= kMostCount << 12) && ...); };
    if (answer.error && answer.error->kind > Error::Kind::io) return false;
    for (const Group& group : answer.dump.groups) {
        if (group.kind != StackKind::thread && group.kind != StackKind::goroutine) return false;
        if (!counts(group.count, group.leaked.value_or(0)) || !bytes(group.stack_bytes.value_or(0)))
            return false;
        if (group.own_frame >= std::max<std::size_t>(group.frames.size(), 1)) return false;
    }
    const auto is_memory = [&](const MemoryFigures& figures) {
        return bytes(figures.rss, figures.anonymous, figures.swap, figures.lazy_free, figures.huge) &&
               figures.address_space >= 0;
    };
    if (answer.dump.memory) {
        if (!is_memory(answer.dump.memory->total)) return false;
        for (const MemoryPart& part : answer.dump.memory->parts) {
            if (part.kind > MemoryKind::other || !counts(part.mappings) || !is_memory(part.figures))
                return false;
        }
    }
    if (!answer.dump.go) return true;
    const GoProgram& go = *answer.dump.go;
    const GoHeap heap = go.heap.value_or(GoHeap());
    return counts(go.goroutines, go.system, go.running, go.moving, go.partial, go.unread, go.ungrouped,
                  go.kept, go.aged, go.leaked.value_or(0)) &&
           bytes(go.stack_bytes, heap.marked, heap.live, heap.in_use, heap.free, heap.released,
                 heap.mapped_ready, heap.next_goal.value_or(0));
}

}  // namespace

std::string encode(const Answer& answer) {
    MessageWriter writer;
    fields(writer, answer);
    const std::vector<std::byte> bytes = writer.take();
    return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<Answer> decode(std::string_view bytes) {
    MessageReader reader(std::as_bytes(std::span(bytes)));
    Answer answer;
    fields(reader, answer);
    if (reader.failed() || !reader.at_end() || !is_sound(answer)) return std::nullopt;
    return answer;
}

}  // namespace rampwatch::dump
