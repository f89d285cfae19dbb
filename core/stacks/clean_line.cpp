// SPDX-License-Identifier: MIT
#include "core/stacks/clean_line.h"

#include <algorithm>
#include <array>

#include "core/base/text.h"

namespace rampwatch::stacks {
namespace {

constexpr char kEscape = '\x1b';

// How a sequence of controls may be written, other than by the byte itself.
constexpr std::array<std::string_view, 5> kWritten = {"^[[", "#033[", "\\x1b[", "\\033[", "\\u001b["};

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 && byte != '\t'; }

bool needs_care(std::string_view text) {
    for (std::size_t at = 0; at < text.size(); ++at) {
        const char byte = text[at];
        if (is_control(byte) || byte == '\x7f' || byte == '\xc2') return true;
        if (byte == '#' && text.substr(at, 3) == "#01") return true;
        if ((byte == '^' || byte == '#' || byte == '\\') &&
            std::any_of(kWritten.begin(), kWritten.end(),
                        [&](std::string_view word) { return text.substr(at).starts_with(word); }))
            return true;
    }
    return false;
}

// Behind the parameters of "ESC [": its last byte is '@' to '~'.
std::size_t behind_parameters(std::string_view text, std::size_t at) {
    while (at < text.size() && text[at] >= 0x20 && text[at] < 0x40) ++at;
    return std::min(at + 1, text.size());
}

// Behind the sequence that begins at `at`, with ESC.
std::size_t behind_escape(std::string_view text, std::size_t at) {
    ++at;
    if (at >= text.size()) return at;
    if (text[at] == '[') return behind_parameters(text, at + 1);
    // A title, or words for another program: to BEL, or to ESC and a backslash.
    if (std::string_view("]_P^X").find(text[at]) != std::string_view::npos) {
        const auto end = text.find_first_of("\a\x1b", at);
        if (end == std::string_view::npos) return text.size();
        return std::min(end + (text[end] == kEscape ? 2 : 1), text.size());
    }
    const bool is_charset = text[at] == '(' || text[at] == ')';
    return std::min(at + (is_charset ? 2 : 1), text.size());
}

// A sequence or a control character at `at`: where it ends, what stands for it in `out`; 0 where there is
// none.
std::size_t take_control(std::string_view text, std::size_t at, std::string& out) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == kEscape) return behind_escape(text, at);
    for (const std::string_view word : kWritten) {
        if (rest.starts_with(word)) return behind_parameters(text, at + word.size());
    }
    if (rest.starts_with("#011")) {
        out += '\t';
        return at + 4;
    }
    if (rest.starts_with("\xc2\xa0")) {
        out += ' ';
        return at + 2;
    }
    if (rest.front() == '\b') {
        if (!out.empty()) out.pop_back();
        return at + 1;
    }
    return is_control(rest.front()) || rest.front() == '\x7f' ? at + 1 : 0;
}

// "---Type <return> to continue, or q <return> to quit---", "--Type <RET> for more, ...--", "--More--(12%)".
bool drop_pager(std::string_view& text) {
    std::string_view rest = text;
    while (rest.starts_with('-')) rest.remove_prefix(1);
    if (rest.size() == text.size()) return false;
    if (rest.starts_with("More--")) {
        rest.remove_prefix(6);
        if (rest.starts_with('(')) rest.remove_prefix(std::min(rest.find(')'), rest.size() - 1) + 1);
        text = rest;
        return true;
    }
    if (!rest.starts_with("Type <")) return false;
    const auto end = rest.find("--");
    if (end == std::string_view::npos) return false;
    rest.remove_prefix(std::min(rest.find_first_not_of('-', end), rest.size()));
    text = rest;
    return true;
}

// "##[error]", with which a CI system's log begins the line that failed.
void drop_ci_mark(std::string_view& text) {
    if (!text.starts_with(kCiMark)) return;
    const auto close = text.find(']');
    if (close != std::string_view::npos) text.remove_prefix(close + 1);
}

}  // namespace

std::string_view without_controls(std::string_view text, std::string& buffer) {
    if (!needs_care(text)) return text;
    buffer.clear();
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = take_control(text, at, buffer);
        if (end == 0) buffer += text[at];
        at = end == 0 ? at + 1 : end;
    }
    return buffer;
}

bool drop_prompts(std::string_view& text) {
    constexpr std::string_view kGdb = "(gdb)";
    drop_ci_mark(text);
    const bool was_empty = text.empty();
    bool is_command = false, is_paged = false;
    while (true) {
        if (text.starts_with(kGdb)) {
            text = text.substr(kGdb.size());
            if (text.starts_with(' ')) text.remove_prefix(1);
            is_command = true;
        } else if (drop_pager(text)) {
            is_paged = true;
        } else {
            break;
        }
    }
    if (is_command) return text.starts_with('#') || text.starts_with("Thread ");
    const std::string_view typed = trim(text);
    if (is_paged && (typed.empty() || typed == "c" || typed == "q")) return false;
    return was_empty || !text.empty() || !is_paged;
}

}  // namespace rampwatch::stacks
