// SPDX-License-Identifier: MIT
#include "core/hotspot/thread_objects.h"

#include <algorithm>
#include <vector>

#include "core/hotspot/packed.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint64_t kCompressedClass = 8, kArrayLength = 12, kArrayData = 16;  // of an object
constexpr std::uint32_t kByteArray = 0xc0;  // of a class's layout helper: an array of plain values
constexpr int kMostSupers = 32;
constexpr std::size_t kMostFieldTable = 64 << 10;
constexpr std::size_t kFieldSlots = 6, kNameSlot = 1, kLowSlot = 4;        // of a field, to 20
constexpr std::uint32_t kHasValue = 1, kIsGeneric = 4, kIsContended = 16;  // of a field's flags, from 21

// Where a field lies by the table of fields to 20: six numbers of 16 bits each (oops/fieldInfo.hpp).
std::uint64_t offset_in_slots(std::span<const std::byte> table, std::uint32_t count, auto&& is_wanted) {
    for (std::size_t i = 0; i < count; ++i) {
        const auto slot = [&](std::size_t n) {
            return number_at<std::uint16_t>(table, 2 * (kFieldSlots * i + n));
        };
        if (is_wanted(slot(kNameSlot)))
            return (std::uint32_t{slot(kLowSlot + 1)} << 16 | slot(kLowSlot)) >> 2;
    }
    return 0;
}

// The same from 21 on: a stream of numbers, the counts first.
std::uint64_t offset_in_stream(std::span<const std::byte> table, int version, auto&& is_wanted) {
    PackedNumbers numbers(table, version);
    const auto count = numbers.next(), injected = numbers.next();
    for (std::uint32_t i = 0; count && injected && i < *count; ++i) {
        const auto name = numbers.next(), signature = numbers.next(), offset = numbers.next();
        const auto access = numbers.next(), flags = numbers.next();
        if (!name || !signature || !offset || !access || !flags) return 0;
        if (is_wanted(*name)) return *offset;
        for (const std::uint32_t flag : {kHasValue, kIsGeneric, kIsContended}) {
            if ((*flags & flag) != 0) (void)numbers.next();
        }
    }
    return 0;
}

void append(std::string& text, std::uint32_t character) {
    const auto put = [&](std::uint32_t byte) { text += static_cast<char>(byte); };
    if (character >= 0xd800 && character < 0xe000) character = 0xfffd;
    if (character < 0x80) return put(character);
    if (character < 0x800) {
        put(0xc0 | character >> 6);
    } else {
        put(0xe0 | character >> 12);
        put(0x80 | (character >> 6 & 63));
    }
    put(0x80 | (character & 63));
}

}  // namespace

std::string_view wait_of(std::uint32_t status) {
    if ((status & 0x400) != 0) return "monitor";
    if ((status & 0x100) != 0) return "wait";
    if ((status & 0x200) != 0) return "park";
    if ((status & 0x40) != 0) return "sleep";
    return {};
}

std::uint64_t ThreadObjects::field_of(const Methods& methods, std::uint64_t klass,
                                      std::string_view name) const {
    const MethodLayout& at = layout_.method;
    const std::uint64_t pool = read_number(*memory_, klass + at.klass_constants);
    const std::uint64_t array = read_number(*memory_, klass + at.klass_fields);
    const auto length = read_number<std::int32_t>(*memory_, array);
    if (!is_pointer(pool) || length <= 0) return 0;
    const bool is_stream = at.klass_field_count == 0;
    const std::size_t size = static_cast<std::size_t>(length) * (is_stream ? 1 : 2);
    std::vector<std::byte> table(std::min(size, kMostFieldTable));
    if (!memory_->read(array + (is_stream ? at.u1_data : at.u2_data), table)) return 0;
    const auto is_wanted = [&](std::uint32_t index) { return methods.symbol_of(pool, index) == name; };
    if (is_stream) return offset_in_stream(table, layout_.version, is_wanted);
    return offset_in_slots(table, read_number<std::uint16_t>(*memory_, klass + at.klass_field_count),
                           is_wanted);
}

void ThreadObjects::begin(const probe::MemoryReader& memory, const Methods& methods) {
    memory_ = &memory;
    const Statics& at = layout_.statics;
    heap_ = read_number(memory, at.collected_heap);
    klass_base_ = read_number(memory, at.klass_base);
    klass_shift_ = read_number<std::uint32_t>(memory, at.klass_shift) % 32;
    oop_base_ = read_number(memory, at.oop_base);
    oop_shift_ = read_number<std::uint32_t>(memory, at.oop_shift) % 32;
    if (name_ != 0) return;
    string_ = read_number(memory, at.string_class);
    thread_ = read_number(memory, at.thread_class);
    holder_ = at.holder_class == 0 ? 0 : read_number(memory, at.holder_class);
    value_ = field_of(methods, string_, "value");
    coder_ = field_of(methods, string_, "coder");
    in_thread_ = holder_ == 0 ? 0 : field_of(methods, thread_, "holder");
    status_ = field_of(methods, holder_ == 0 ? thread_ : holder_, "threadStatus");
    name_ = value_ == 0 || coder_ == 0 ? 0 : field_of(methods, thread_, "name");
}

ThreadObjects::Collections ThreadObjects::collections() const {
    return {read_number<std::uint32_t>(*memory_, heap_ + layout_.method.collections),
            read_number<std::uint8_t>(*memory_, heap_ + layout_.method.collecting) != 0};
}

std::uint64_t ThreadObjects::class_of(std::uint64_t object) const {
    const auto narrow = read_number<std::uint32_t>(*memory_, object + kCompressedClass);
    return narrow == 0 ? 0 : klass_base_ + (std::uint64_t{narrow} << klass_shift_);
}

bool ThreadObjects::is_a(std::uint64_t object, std::uint64_t klass) const {
    std::uint64_t at = is_pointer(object) ? class_of(object) : 0;
    for (int i = 0; i < kMostSupers && is_pointer(at); ++i) {
        if (at == klass) return true;
        at = read_number(*memory_, at + layout_.method.klass_super);
    }
    return false;
}

// The object that a field leads to, whether references are compressed or not: the one that passes. 0: none.
template <class Check>
std::uint64_t ThreadObjects::follow(std::uint64_t field, const Check& check) const {
    const std::uint64_t narrow = read_number<std::uint32_t>(*memory_, field);
    const std::uint64_t object = oop_base_ + (narrow << oop_shift_);
    if (narrow != 0 && is_pointer(object) && check(object)) return object;
    const std::uint64_t whole = read_number(*memory_, field);
    return is_pointer(whole) && check(whole) ? whole : 0;
}

std::string ThreadObjects::text(std::uint64_t string) const {
    const auto is_bytes = [&](std::uint64_t object) {
        const auto helper =
            read_number<std::uint32_t>(*memory_, class_of(object) + layout_.method.klass_helper);
        return helper >> 24 == kByteArray && (helper & 0xff) == 0;
    };
    const std::uint64_t array = follow(string + value_, is_bytes);
    const bool is_wide = read_number<std::uint8_t>(*memory_, string + coder_) == 1;
    const std::size_t width = is_wide ? 2 : 1;
    const std::size_t length = read_number<std::uint32_t>(*memory_, array + kArrayLength) / width;
    std::vector<std::byte> bytes(std::min<std::size_t>(length, kMostName) * width);
    std::string text;
    if (array == 0 || !memory_->read(array + kArrayData, bytes)) return text;
    for (std::size_t i = 0; i < bytes.size(); i += width)
        append(text, is_wide ? number_at<std::uint16_t>(bytes, i) : number_at<std::uint8_t>(bytes, i));
    return text;
}

ToldOfThread ThreadObjects::read(std::uint64_t handle) const {
    const Collections before = collections();
    const std::uint64_t thread = read_number(*memory_, handle);
    if (name_ == 0 || before.running || !is_a(thread, thread_)) return {};
    ToldOfThread told;
    const auto is = [&](std::uint64_t klass) {
        return [this, klass](std::uint64_t object) { return is_a(object, klass); };
    };
    if (const std::uint64_t string = follow(thread + name_, is(string_))) told.name = text(string);
    const std::uint64_t holder = holder_ == 0 ? thread : follow(thread + in_thread_, is(holder_));
    if (holder != 0 && status_ != 0)
        told.waits_for = wait_of(read_number<std::uint32_t>(*memory_, holder + status_));
    if (read_number(*memory_, handle) != thread || collections() != before) return {};
    return told;
}

}  // namespace rampwatch::hotspot
