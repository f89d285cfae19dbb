// SPDX-License-Identifier: MIT
#include "core/hotspot/thread_objects.h"

#include <algorithm>
#include <vector>

#include "core/hotspot/fields.h"
#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint32_t kByteArray = 0xc0;  // of a class's layout helper: an array of plain values

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

void ThreadObjects::begin(const Methods& methods) {
    if (name_ != 0) return;
    const probe::MemoryReader& memory = objects_.memory();
    const Statics& at = layout_.statics;
    const ClassTables tables{memory, layout_, methods};
    string_ = read_number(memory, at.string_class);
    thread_ = read_number(memory, at.thread_class);
    holder_ = at.holder_class == 0 ? 0 : read_number(memory, at.holder_class);
    value_ = field_of(tables, string_, "value");
    coder_ = field_of(tables, string_, "coder");
    in_thread_ = holder_ == 0 ? 0 : field_of(tables, thread_, "holder");
    status_ = field_of(tables, holder_ == 0 ? thread_ : holder_, "threadStatus");
    name_ = value_ == 0 || coder_ == 0 ? 0 : field_of(tables, thread_, "name");
}

std::string ThreadObjects::text(std::uint64_t string) const {
    const probe::MemoryReader& memory = objects_.memory();
    const auto is_bytes = [&](std::uint64_t object) {
        const auto helper =
            read_number<std::uint32_t>(memory, objects_.class_of(object) + layout_.method.klass_helper);
        return helper >> 24 == kByteArray && (helper & 0xff) == 0;
    };
    const std::uint64_t array = objects_.follow(string + value_, is_bytes);
    const bool is_wide = read_number<std::uint8_t>(memory, string + coder_) == 1;
    const std::size_t width = is_wide ? 2 : 1;
    const std::size_t length = read_number<std::uint32_t>(memory, array + kArrayLength) / width;
    std::vector<std::byte> bytes(std::min<std::size_t>(length, kMostName) * width);
    std::string text;
    if (array == 0 || !memory.read(array + kArrayData, bytes)) return text;
    for (std::size_t i = 0; i < bytes.size(); i += width)
        append(text, is_wide ? number_at<std::uint16_t>(bytes, i) : number_at<std::uint8_t>(bytes, i));
    return text;
}

ToldOfThread ThreadObjects::read(std::uint64_t handle) const {
    const probe::MemoryReader& memory = objects_.memory();
    const Collections before = objects_.collections();
    const std::uint64_t thread = read_number(memory, handle);
    if (name_ == 0 || before.running || !objects_.is_a(thread, thread_)) return {};
    ToldOfThread told;
    const auto is = [&](std::uint64_t klass) {
        return [this, klass](std::uint64_t object) { return objects_.is_a(object, klass); };
    };
    if (const std::uint64_t string = objects_.follow(thread + name_, is(string_))) told.name = text(string);
    const std::uint64_t holder = holder_ == 0 ? thread : objects_.follow(thread + in_thread_, is(holder_));
    if (holder != 0 && status_ != 0)
        told.waits_for = wait_of(read_number<std::uint32_t>(memory, holder + status_));
    if (read_number(memory, handle) != thread || objects_.collections() != before) return {};
    return told;
}

}  // namespace rampwatch::hotspot
