// SPDX-License-Identifier: MIT
#include "core/heap/types_bytes.h"

#include <chrono>
#include <cmath>

#include "core/heap/byte_stream.h"

namespace rampwatch::heap {

namespace {

constexpr std::size_t kMostOwned = 64, kMostNotes = 64;

// Both directions walk the same lists.
template <class Stream, class Holder>
void walk_holder(Stream& stream, Holder& holder) {
    stream(holder.name);
    stream(holder.pointers);
    stream(holder.share);
}

struct Out {
    ByteWriter bytes{};

    void operator()(std::int64_t value) { bytes.number(static_cast<std::uint64_t>(value)); }
    void operator()(double value) { bytes.real(value); }
    void operator()(bool value) { bytes.number(value ? 1 : 0); }
    void operator()(const std::string& value) { bytes.text(value); }
    void operator()(HeapKind value) { bytes.number(static_cast<std::uint64_t>(value)); }
    void operator()(std::chrono::nanoseconds value) { (*this)(std::int64_t{value.count()}); }
    void operator()(const HeapHolder& holder) { walk_holder(*this, holder); }
    template <class T>
    void operator()(const std::optional<T>& value) {
        (*this)(value.has_value());
        if (value) (*this)(*value);
    }
    template <class T, class Each>
    void list(const std::vector<T>& values, std::size_t, Each each) {
        bytes.number(values.size());
        for (const T& value : values) each(*this, value);
    }
};

struct In {
    ByteReader bytes;

    void operator()(std::int64_t& value) { value = static_cast<std::int64_t>(bytes.number()); }
    void operator()(double& value) {
        value = bytes.real();
        if (!std::isfinite(value)) bytes.fail();
    }
    void operator()(bool& value) { value = bytes.number() != 0; }
    void operator()(std::string& value) { value = bytes.text(); }
    void operator()(HeapKind& value) {
        const std::uint64_t number = bytes.number();
        if (number > static_cast<std::uint64_t>(HeapKind::free)) bytes.fail();
        value = static_cast<HeapKind>(number);
    }
    void operator()(std::chrono::nanoseconds& value) {
        std::int64_t count = 0;
        (*this)(count);
        value = std::chrono::nanoseconds(count);
    }
    void operator()(HeapHolder& holder) { walk_holder(*this, holder); }
    template <class T>
    void operator()(std::optional<T>& value) {
        bool there = false;
        (*this)(there);
        if (there) (*this)(value.emplace());
    }
    template <class T, class Each>
    void list(std::vector<T>& values, std::size_t most, Each each) {
        values.resize(bytes.count(most));
        for (T& value : values) each(*this, value);
    }
};

template <class Stream, class Figure>
void walk_figure(Stream& stream, Figure& figure) {
    stream(figure.value);
    stream(figure.half);
}

template <class Stream, class Type>
void walk_type(Stream& stream, Type& type) {
    stream(type.kind);
    stream(type.name);
    walk_figure(stream, type.count);
    walk_figure(stream, type.bytes);
    stream(type.own_bytes);
    stream(type.maybe_dead);
    stream.list(type.owned, kMostOwned, [](auto& inner, auto& part) {
        inner(part.kind);
        inner(part.name);
        inner(part.offset);
        inner(part.bytes_each);
    });
    stream(type.hint);
    stream.list(type.stack, kMostSiteFrames, [](auto& inner, auto& frame) {
        inner(frame.function);
        inner(frame.file);
        inner(frame.line);
        inner(frame.library);
    });
    stream(type.held_by);
}

template <class Stream, class Types>
void walk_types(Stream& stream, Types& types) {
    stream(types.reader);
    stream(types.wall);
    stream(types.took);
    stream(types.cpu);
    stream(types.resident_bytes);
    stream(types.swapped_bytes);
    stream(types.sampled_bytes);
    stream(types.since);
    stream(types.before_resident_bytes);
    stream(types.new_bytes);
    stream.list(types.types, kMostHeapTypes, [](auto& inner, auto& type) { walk_type(inner, type); });
    walk_figure(stream, types.free_bytes);
    stream.list(types.notes, kMostNotes, [](auto& inner, auto& note) { inner(note); });
    stream(types.unread);
    stream(types.next);
    stream(types.missing);
}

}  // namespace

std::vector<std::byte> types_to_bytes(const HeapTypes& types) {
    Out out;
    walk_types(out, types);
    return out.bytes.release();
}

Result<HeapTypes> types_of_bytes(std::span<const std::byte> bytes) {
    In in{ByteReader(bytes)};
    HeapTypes types;
    walk_types(in, types);
    if (!in.bytes.good() || !in.bytes.at_end())
        return Error{Error::Kind::bad_input, "what was read of its heap did not arrive whole", "", ""};
    return types;
}

}  // namespace rampwatch::heap
