// SPDX-License-Identifier: MIT
#include "core/dump/wire.h"

#include <algorithm>
#include <chrono>
#include <cstring>
#include <type_traits>
#include <vector>

namespace rampwatch::dump {

namespace {

// Both directions walk the same fields: fields(archive, value) below.
class Writer {
  public:
    static constexpr bool kReads = false;
    std::string bytes{};

    void raw(const void* data, std::size_t size) { bytes.append(static_cast<const char*>(data), size); }
    [[nodiscard]] bool good() const { return true; }
};

class Reader {
  public:
    static constexpr bool kReads = true;
    explicit Reader(std::string_view bytes) : left_(bytes) {}

    void raw(void* data, std::size_t size) {
        if (size > left_.size()) {
            left_ = {};
            good_ = false;
            return;
        }
        if (size > 0) std::memcpy(data, left_.data(), size);
        left_.remove_prefix(size);
    }
    [[nodiscard]] std::size_t left() const { return left_.size(); }
    [[nodiscard]] bool good() const { return good_; }
    void fail() { good_ = false; }

  private:
    std::string_view left_;
    bool good_ = true;
};

template <class Archive, class T>
requires(std::is_arithmetic_v<T> || std::is_enum_v<T>) void field(Archive& archive, T& value) {
    if constexpr (std::is_same_v<T, bool>) {
        std::uint8_t byte = value ? 1 : 0;
        archive.raw(&byte, 1);
        if constexpr (Archive::kReads) {
            if (byte > 1) archive.fail();
        }
        value = byte == 1;
    } else {
        archive.raw(&value, sizeof value);
    }
}

template <class Archive>
void field(Archive& archive, std::chrono::nanoseconds& value) {
    auto count = value.count();
    field(archive, count);
    value = std::chrono::nanoseconds(count);
}

// A count of elements of at least one byte each: never more than there are bytes.
template <class Archive>
std::size_t length(Archive& archive, std::size_t size) {
    auto count = static_cast<std::uint32_t>(size);
    field(archive, count);
    if constexpr (Archive::kReads) {
        if (count > archive.left()) archive.fail();
        if (!archive.good()) return 0;
    }
    return count;
}

template <class Archive>
void field(Archive& archive, std::string& value) {
    const std::size_t count = length(archive, value.size());
    if constexpr (Archive::kReads) value.resize(count);
    archive.raw(value.data(), count);
}

template <class Archive, class T>
void field(Archive& archive, std::optional<T>& value);
template <class Archive, class T>
void field(Archive& archive, std::vector<T>& value);

template <class Archive, class... T>
void all(Archive& archive, T&... values) {
    (field(archive, values), ...);
}

template <class Archive>
void field(Archive& archive, Error& error) {
    all(archive, error.kind, error.what, error.where, error.hint);
}

template <class Archive>
void field(Archive& archive, Frame& frame) {
    all(archive, frame.function, frame.module, frame.offset, frame.file, frame.line, frame.inlined,
        frame.library, frame.guess, frame.build_id);
}

template <class Archive>
void field(Archive& archive, Group& group) {
    all(archive, group.kind, group.count, group.state, group.ids, group.names, group.frames, group.own_frame,
        group.truncated, group.change, group.created_by, group.parent, group.parent_frame, group.stack_bytes,
        group.labels, group.leaked, group.waited_at_least, group.waited_at_most, group.runtime_own);
}

template <class Archive>
void field(Archive& archive, ThreadStop& stop) {
    all(archive, stop.id, stop.held);
}

template <class Archive>
void field(Archive& archive, GoHeap& heap) {
    all(archive, heap.marked, heap.live, heap.in_use, heap.free, heap.released, heap.mapped_ready,
        heap.next_goal);
}

template <class Archive>
void field(Archive& archive, GoProgram& go) {
    all(archive, go.version, go.module, go.guessed, go.frames, go.goroutines, go.system, go.running,
        go.moving, go.partial, go.unread, go.ungrouped, go.kept, go.aged, go.stack_bytes, go.heap, go.source,
        go.leaked);
}

template <class Archive>
void field(Archive& archive, MemoryFigures& figures) {
    all(archive, figures.address_space, figures.rss, figures.anonymous, figures.swap, figures.lazy_free,
        figures.huge);
}

template <class Archive>
void field(Archive& archive, MemoryPart& part) {
    all(archive, part.kind, part.name, part.mappings, part.figures);
}

template <class Archive>
void field(Archive& archive, MemoryParts& memory) {
    all(archive, memory.total, memory.parts, memory.allocators, memory.missing, memory.took);
}

// Times, life and reason are the asker's to fill.
template <class Archive>
void field(Archive& archive, Dump& dump) {
    all(archive, dump.backend, dump.stop_time, dump.stops, dump.took, dump.threads, dump.go, dump.warnings,
        dump.groups, dump.memory);
}

template <class Archive>
void field(Archive& archive, Counters& counters) {
    all(archive, counters.goroutine_records, counters.heap_marked);
}

template <class Archive>
void field(Archive& archive, Answer& answer) {
    all(archive, answer.order, answer.error, answer.dump, answer.counters, answer.cpu);
}

template <class Archive, class T>
void field(Archive& archive, std::optional<T>& value) {
    bool is_there = value.has_value();
    field(archive, is_there);
    if constexpr (Archive::kReads) {
        value.reset();
        if (is_there && archive.good()) value.emplace();
    }
    if (value) field(archive, *value);
}

template <class Archive, class T>
void field(Archive& archive, std::vector<T>& value) {
    const std::size_t count = length(archive, value.size());
    if constexpr (Archive::kReads) {
        value.clear();
        for (std::size_t i = 0; i < count && archive.good(); ++i) field(archive, value.emplace_back());
    } else {
        for (T& element : value) field(archive, element);
    }
}

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
    Writer writer;
    Answer copy = answer;  // one walk for both directions takes what it writes by reference
    field(writer, copy);
    return std::move(writer.bytes);
}

std::optional<Answer> decode(std::string_view bytes) {
    Reader reader(bytes);
    Answer answer;
    field(reader, answer);
    if (!reader.good() || reader.left() != 0 || !is_sound(answer)) return std::nullopt;
    return answer;
}

}  // namespace rampwatch::dump
