// SPDX-License-Identifier: MIT
#include "core/report/heap_text.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

#include "core/base/text.h"
#include "core/base/units.h"
#include "core/report/frame_text.h"

namespace rampwatch::report {

namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kIndent = 19;  // of what stands under a type's name
constexpr std::size_t kMostCallers = 4;
constexpr double kLittle = 0.01;  // of the whole: smaller types are one line

std::string count(double value) { return format_count(std::llround(value)); }

double whole_of(const HeapTypes& types) {
    double sum = types.since ? 0 : std::max(0.0, types.free_bytes.value);
    for (const HeapType& type : types.types) sum += type.bytes.value;
    return sum;
}

double each(double bytes, const HeapType& type) { return bytes / std::max(1.0, type.count.value); }

// "2,300 B" below 10,000, else "12.4 KiB".
std::string small_size(double bytes) {
    return bytes < 10'000 ? fmt::format("{} B", count(bytes)) : format_size(bytes);
}

// What one of them is called, without its number.
std::string type_name(const HeapType& type) {
    const std::string name = escape(type.name, 200);
    switch (type.kind) {
        case HeapKind::type:
            return name;
        case HeapKind::array:
            if (name.starts_with("callbacks") || name.ends_with(" storage") || name.ends_with(" values") ||
                name.ends_with(" variables") || name.ends_with("[]"))
                return name;
            return "array elements of " + name;
        case HeapKind::text:
            return name.ends_with(" string") ? name : "text";
        case HeapKind::chunk:
            return fmt::format("chunks of {}", name);
        case HeapKind::buffer:
            return name;
        case HeapKind::site:
            return "allocated in " + name;
        case HeapKind::free:
            return "free";
    }
    return name;
}

std::string owned_name(const HeapOwned& part) {
    const std::string size =
        fmt::format("{} {}", small_size(part.bytes_each), part.kind == HeapKind::text ? "text" : "");
    if (!part.offset) return fmt::format("{} in a node that leads to it", small_size(part.bytes_each));
    if (part.kind == HeapKind::text) return fmt::format("{}at +{}", size + " ", *part.offset);
    if (part.kind == HeapKind::chunk)
        return fmt::format("{} in chunks of {} at +{}", small_size(part.bytes_each), escape(part.name, 40),
                           *part.offset);
    return fmt::format("{} in {} at +{}", small_size(part.bytes_each), escape(part.name, 40), *part.offset);
}

// Words into lines behind an indent.
class Paragraph {
  public:
    explicit Paragraph(std::size_t indent) : indent_(indent) {}

    void add(std::string part) {
        if (!line_.empty() && indent_ + line_.size() + part.size() + 2 > kWidth) flush(",");
        line_ += (line_.empty() ? "" : ", ") + part;
    }
    std::string take() {
        flush("");
        return std::move(text_);
    }

  private:
    void flush(std::string_view end) {
        if (!line_.empty()) text_ += fmt::format("{:{}}{}{}\n", "", indent_, line_, end);
        line_.clear();
    }

    std::size_t indent_;
    std::string line_{}, text_{};
};

std::string clipped(const std::string& name, std::size_t most) {
    if (name.size() <= most || most < 8) return name;
    const std::size_t half = (most - 3) / 2;
    return name.substr(0, most - 3 - half) + "..." + name.substr(name.size() - half);
}

std::string caller(const Frame& frame, std::size_t width) {
    const std::string place = frame_place(frame, "");
    return clipped(frame_name(frame, 48) + (place.empty() ? "" : " " + place), width);
}

std::string type_lines(const HeapType& type, double whole) {
    const double share = whole > 0 ? 100 * type.bytes.value / whole : 0;
    std::string start = fmt::format("  {:>5.1f} %  {:>9}  ", share, format_size(type.bytes.value));
    const bool is_site = type.kind == HeapKind::site;
    const bool counted = type.count.value >= 1 && type.kind != HeapKind::buffer && !is_site;
    const std::string size = counted ? small_size(each(type.bytes.value, type)) : "";
    if (counted) start += fmt::format("{} x ", count(type.count.value));
    const std::string end = counted && type.kind != HeapKind::chunk ? ", " + size + " each" : "";
    const std::size_t room = kWidth - std::min(kWidth - 20, start.size() + end.size());
    std::string lines = start + clipped(type_name(type), room) + end + "\n";
    Paragraph parts(kIndent + 3);
    if (!type.owned.empty()) {
        parts.add(fmt::format("{} of its own", small_size(each(type.own_bytes, type))));
        for (const HeapOwned& part : type.owned) parts.add(owned_name(part));
    }
    if (is_site)
        parts.add(fmt::format("{} objects of {}", count(type.count.value),
                              small_size(each(type.bytes.value, type))));
    for (std::size_t i = 0; i < std::min(type.stack.size(), kMostCallers); ++i)
        parts.add(caller(type.stack[i], kWidth - kIndent - 5));
    if (!type.hint.empty())
        parts.add(clipped("most have a pointer to " + escape(type.hint, 200), kWidth - kIndent - 5));
    if (type.held_by) parts.add(clipped(held_by_words(*type.held_by), kWidth - kIndent - 5));
    if (type.maybe_dead) parts.add("garbage among them");
    const bool vague = type.bytes.half > 0.05 * type.bytes.value;
    if (vague) parts.add(fmt::format("give or take {}", format_size(type.bytes.half)));
    return lines + parts.take();
}

std::string head(const HeapTypes& types, std::string_view name) {
    std::string text =
        fmt::format("Heap of {}: {} in RAM", name, format_size(static_cast<double>(types.resident_bytes)));
    if (types.sampled_bytes > 0)
        text += fmt::format(", {} of it read", format_size(static_cast<double>(types.sampled_bytes)));
    text += '\n';
    if (!types.since) return text;
    const double change = static_cast<double>(types.resident_bytes - types.before_resident_bytes.value_or(0));
    text += wrapped(
        fmt::format("It {} by {} in {}; what is new in it comes to {}:", change < 0 ? "shrank" : "grew",
                    format_size(std::abs(change)), format_duration(types.wall - *types.since),
                    format_size(types.new_bytes.value_or(0))),
        0);
    return text;
}

// Its small objects lie in pools of its own: what is free there malloc does not even know of.
bool is_python(const HeapTypes& types) { return types.reader == "Python"; }

// Held by the allocator: is it a leak, or fragmentation?
std::string free_line(const HeapTypes& types) {
    if (types.reader.starts_with("Go")) return {};  // its free memory has words of its own
    const double free = types.free_bytes.value;
    if (std::abs(free) < 1 << 20 || std::abs(free) < types.free_bytes.half) return {};
    const std::string size = format_size(std::abs(free));
    const std::string holder = std::string(free_holder(types)) + (is_python(types) ? " hold" : " holds");
    if (!types.since) {
        return wrapped(
            fmt::format("{} {} free{} ({:.0f} %)", holder, size, is_python(types) ? " but held" : "",
                        100 * free / std::max<double>(1, static_cast<double>(types.resident_bytes))),
            2);
    }
    if (free < 0) return wrapped(fmt::format("{} {} less free: that was filled again", holder, size), 2);
    std::string text = fmt::format("{} {} more free", holder, size);
    if (is_mostly_free(types)) text += ": mostly fragmentation, not a leak";
    return wrapped(text, 2);
}

bool names_something(const HeapTypes& types, double whole) {
    return std::any_of(types.types.begin(), types.types.end(), [&](const HeapType& type) {
        const bool named = type.kind == HeapKind::type || type.kind == HeapKind::array || !type.hint.empty();
        return named && type.bytes.value > whole / 10;
    });
}

// Where no class is named: who allocates chunks of the size that grew most?
std::string next_step(const HeapTypes& types, double whole) {
    if (types.types.empty() || !types.since || names_something(types, whole)) return {};
    const HeapType& top = types.types.front();
    const std::int64_t size = std::llround(top.own_bytes / std::max(1.0, top.count.value));
    // Sizes from 1 KiB up are told by ranges, of which an average would be no chunk's.
    if (top.kind != HeapKind::chunk || size < 32 || size >= 1024) return {};
    return "\nNo class is named. Who allocates those chunks, bpftrace can tell:\n" +
           fmt::format(
               "  bpftrace -p PID -e 'uprobe:libc:malloc /arg0 > {} && arg0 <= {}/\n"
               "    {{ @[ustack] = count(); }}'\n",
               size - 24, size - 8);
}

}  // namespace

std::string wrapped(std::string_view text, std::size_t indent) {
    std::string lines;
    while (!text.empty()) {
        std::size_t cut = text.size();
        if (cut > kWidth - indent) {
            cut = text.rfind(' ', kWidth - indent);
            if (cut == std::string_view::npos || cut == 0) cut = kWidth - indent;
        }
        lines += fmt::format("{:{}}{}\n", "", indent, text.substr(0, cut));
        text.remove_prefix(std::min(text.size(), cut + (cut < text.size() && text[cut] == ' ' ? 1 : 0)));
    }
    return lines;
}

std::string held_by_words(const HeapHolder& holder) { return "held by " + escape(holder.name, 200); }

std::string heap_rows(const HeapTypes& types, std::size_t most_types) {
    const double whole = whole_of(types);
    std::string text;
    std::size_t shown = 0;
    double rest = 0;
    for (const HeapType& type : types.types) {
        if (shown < most_types && type.bytes.value >= kLittle * whole) {
            text += type_lines(type, whole);
            ++shown;
        } else {
            rest += type.bytes.value;
        }
    }
    if (rest > 0)
        text += fmt::format("  {:>5.1f} %  {:>9}  smaller ones\n", 100 * rest / whole, format_size(rest));
    if (types.types.empty()) text += "  nothing\n";
    text += free_line(types);
    for (const std::string& note : types.notes) text += wrapped(escape(note, 1024), 2);
    if (!types.unread.empty()) text += unread_lines(types, 2);
    return text + next_step(types, whole);
}

std::string heap_text(const HeapTypes& types, std::string_view name, std::size_t most_types) {
    if (!types.missing.empty()) return wrapped(escape(types.missing, 1024), 0);
    return head(types, name) + heap_rows(types, most_types);
}

std::string_view free_holder(const HeapTypes& types) {
    if (types.reader == "Node.js") return "V8's heap";
    return is_python(types) ? "Python's pools" : "malloc";
}

bool is_mostly_free(const HeapTypes& types) {
    const bool of_malloc = !types.reader.starts_with("Go");
    if (!of_malloc || !types.since || !types.before_resident_bytes) return false;
    const auto grown = static_cast<double>(types.resident_bytes - *types.before_resident_bytes);
    return grown > 1 << 20 && types.free_bytes.value > grown / 2 &&
           types.free_bytes.value > types.free_bytes.half;
}

std::string unread_sentence(const HeapTypes& types) {
    return fmt::format("Only malloc's heap is read: what belongs to {} is not told here.",
                       escape(types.unread, 64));
}

std::string unread_lines(const HeapTypes& types, std::size_t indent) {
    std::string text = wrapped(unread_sentence(types), indent);
    if (!types.next.empty()) text += fmt::format("{:{}}next: {}\n", "", indent, escape(types.next, 128));
    return text;
}

std::string heap_top(const HeapTypes& types) {
    if (types.types.empty()) return {};
    const HeapType& top = types.types.front();
    if (top.kind == HeapKind::buffer || top.count.value < 1) return type_name(top);
    if (top.kind == HeapKind::site)
        return fmt::format("{} objects of {} {}", count(top.count.value),
                           small_size(each(top.bytes.value, top)), clipped(type_name(top), 60));
    std::string text = fmt::format("{} × {}", count(top.count.value), clipped(type_name(top), 60));
    if (top.kind != HeapKind::chunk) text += " of " + small_size(each(top.bytes.value, top));
    double of_text = 0, of_rest = 0;
    for (const HeapOwned& part : top.owned)
        (part.kind == HeapKind::text ? of_text : of_rest) += part.bytes_each;
    if (top.owned.empty()) return text;
    text += fmt::format(" (own {}", count(each(top.own_bytes, top)));
    if (of_text >= 1) text += fmt::format(", owned text {}", count(of_text));
    if (of_rest >= 1) text += fmt::format(", owned else {}", count(of_rest));
    return text + ")";
}

double heap_share(const HeapTypes& types) {
    const double whole = whole_of(types);
    return types.types.empty() || whole <= 0 ? 0 : types.types.front().bytes.value / whole;
}

std::string heap_headline(const HeapTypes& types) {
    if (types.types.empty() || whole_of(types) <= 0) return {};
    return fmt::format("{:.0f} % is {}", 100 * heap_share(types), heap_top(types));
}

}  // namespace rampwatch::report
