// SPDX-License-Identifier: MIT
#include "core/stacks/java_frame.h"

#include <algorithm>
#include <array>
#include <charconv>

#include "core/base/java_name.h"
#include "core/base/text.h"
#include "core/stacks/source_place.h"

namespace rampwatch::stacks {
namespace {

bool is_digits(std::string_view text) {
    return !text.empty() && text.find_first_not_of("0123456789") == std::string_view::npos;
}

// "nid=0x1a03", or since JDK 19 "nid=6659".
std::int64_t native_id(std::string_view head) {
    const auto at = head.rfind(" nid=");
    if (at == std::string_view::npos) return 0;
    std::string_view number = head.substr(at + 5);
    number = number.substr(0, number.find(' '));
    const bool is_hex = number.starts_with("0x");
    if (is_hex) number.remove_prefix(2);
    std::int64_t id = 0;
    const auto [stop, error] =
        std::from_chars(number.data(), number.data() + number.size(), id, is_hex ? 16 : 10);
    return error == std::errc{} && stop == number.data() + number.size() && id > 0 ? id : 0;
}

std::string_view word_behind(std::string_view text, std::string_view mark) {
    const auto at = text.find(mark);
    if (at == std::string_view::npos) return {};
    const std::string_view rest = text.substr(at + mark.size());
    return rest.substr(0, rest.find_first_of(" ,)"));
}

// What stands behind the name in quotes: " #25 [6659] daemon prio=5 tid=0x... nid=...".
JavaHead quoted_head(std::string_view name, std::string_view rest) {
    constexpr std::array<std::string_view, 9> kFirst = {
        "#", "prio=", "os_prio=", "daemon ", "cpu=", "tid=", "nid=", "thread=", "Id="};
    JavaHead head;
    const std::string_view first = trim(rest);
    const bool is_dropwizard = first.starts_with("id=") && rest.find(" state=") != std::string_view::npos;
    const bool begins =
        is_dropwizard || std::any_of(kFirst.begin(), kFirst.end(),
                                     [&](std::string_view word) { return first.starts_with(word); });
    if (!begins || (first.front() == '#' && !is_digits(first.substr(1, first.find(' ') - 1)))) return {};
    head.name = name;
    head.tid = native_id(rest);
    if (first.front() == '#') {  // "[6659]" behind the number: the kernel's, also of a carrier
        const auto open = first.find(" [");
        const auto close = first.find(']');
        if (open != std::string_view::npos && open < 21 && close != std::string_view::npos && close > open)
            head.tid = parse_count(first.substr(open + 2, close - open - 2)).value_or(head.tid);
    }
    head.state = word_behind(rest, " state=");
    if (first.starts_with("Id=")) {
        const auto blank = std::min(first.find(' '), first.size());
        const std::string_view state = trim(first.substr(blank));
        head.state = state.substr(0, state.find(' '));
    }
    const bool is_whole = rest.find("tid=0x") != std::string_view::npos || head.tid != 0 ||
                          !head.state.empty() || rest.find("thread=0x") != std::string_view::npos;
    head.kind = is_whole ? Head::whole : Head::part;
    return head;
}

// A name may hold quotes; what follows it does not.
JavaHead named_head(std::string_view text) {
    for (auto quote = text.rfind("\" "); quote != std::string_view::npos && quote > 0;
         quote = text.rfind("\" ", quote - 1)) {
        const JavaHead head = quoted_head(text.substr(1, quote - 1), text.substr(quote + 1));
        if (head.kind != Head::none) return head;
    }
    return {};
}

}  // namespace

std::optional<JavaFrame> java_frame(std::string_view text) {
    text = trim(text);
    const auto open = text.rfind('(');
    if (open == std::string_view::npos || open == 0 || !text.ends_with(')')) return std::nullopt;
    const std::string_view name = text.substr(0, open);
    std::string_view place = text.substr(open + 1);
    place.remove_suffix(1);
    const auto dot = name.rfind('.');
    if (dot == std::string_view::npos || dot + 1 == name.size() || dot == 0) return std::nullopt;
    if (place.empty() || name.find(": ") != std::string_view::npos) return std::nullopt;
    JavaFrame frame{java_name(name), {}, {}};
    if (const auto module = place.rfind('/'); module != std::string_view::npos)
        place.remove_prefix(module + 1);
    const SourcePlace source = source_place(place);
    if (source.line) {
        frame.file = source.file;
        frame.line = source.line;
    }
    return frame;
}

std::optional<JavaFrame> java_bci_frame(std::string_view text) {
    const auto bci = text.find(" @bci=");
    if (bci == std::string_view::npos || !text.ends_with(')')) return std::nullopt;
    const std::string_view call = text.substr(0, bci);
    const auto open = call.find('(');
    if (open == std::string_view::npos || open == 0) return std::nullopt;
    return JavaFrame{
        java_name(trim(call.substr(0, open))), {}, parse_count(word_behind(text.substr(bci), " line="))};
}

std::optional<JavaFrame> native_image_frame(std::string_view text) {
    const bool has_letter =
        text.size() > 3 && std::string_view("AiDJ").find(text[0]) != std::string_view::npos && text[1] == ' ';
    std::string_view rest = has_letter ? trim(text.substr(1)) : text;
    const auto size = rest.find(" size=");
    if (!rest.starts_with("SP 0x") || size == std::string_view::npos) return std::nullopt;
    rest = rest.substr(size + 6);
    rest = trim(rest.substr(std::min(rest.find(' '), rest.size())));
    if (rest.starts_with('[')) rest = trim(rest.substr(std::min(rest.find(']'), rest.size() - 1) + 1));
    return java_frame(rest);
}

JavaHead java_head(std::string_view text) {
    if (text.size() < 8) return {};
    if (text.front() == '"') return named_head(text);
    JavaHead head;
    if (text.starts_with("Thread ")) {
        const auto digits = std::min(text.find_first_not_of("0123456789", 7), text.size());
        const auto number = parse_count(text.substr(7, digits - 7));
        const std::string_view rest = text.substr(digits);
        if (!number) return {};
        head.key = static_cast<std::uint64_t>(*number);
        if (rest.starts_with(": (state = ") && rest.ends_with(')')) {
            head.kind = Head::whole;
            head.tid = *number;
            head.state = word_behind(rest, "state = ");
        } else if (rest.starts_with(" (") && rest.ends_with("):")) {
            head.kind = Head::maybe;
            head.name = rest.substr(2, rest.size() - 4);
        }
        return head;
    }
    constexpr std::string_view kDashes = "-----------------";
    if (text.starts_with(kDashes) && text.ends_with(kDashes) && text.size() > 2 * kDashes.size()) {
        const std::string_view inner = trim(text.substr(kDashes.size(), text.size() - 2 * kDashes.size()));
        head.tid = parse_count(inner).value_or(0);
        if (head.tid > 0) head.kind = Head::whole;
        return head;
    }
    const bool is_native =
        text.starts_with("(no Java thread) thread=0x") ||
        (text.starts_with("VMThread 0x") && text.find("STATUS_") != std::string_view::npos);
    if (is_native) head.kind = Head::whole;
    return head;
}

JavaHead java_file_head(std::string_view text) {
    if (!text.starts_with('#')) return {};
    const auto quote = text.find(" \"");
    if (quote == std::string_view::npos || !is_digits(text.substr(1, quote - 1))) return {};
    const auto close = text.rfind('"');
    if (close <= quote + 1) return {};
    std::string_view rest = text.substr(close + 1);
    if (rest.starts_with(" virtual")) rest.remove_prefix(8);
    JavaHead head;
    head.name = text.substr(quote + 2, close - quote - 2);
    head.key = static_cast<std::uint64_t>(parse_count(text.substr(1, quote - 1)).value_or(0));
    if (!rest.empty()) {
        rest = trim(rest);
        head.state = rest.substr(0, rest.find(' '));
        if (head.state.find_first_not_of("ABCDEFGHIJKLMNOPQRSTUVWXYZ_") != std::string_view::npos) return {};
    }
    head.kind = Head::whole;
    return head;
}

std::string_view java_state(std::string_view state) { return state == "RUNNABLE" ? "runnable" : state; }

}  // namespace rampwatch::stacks
