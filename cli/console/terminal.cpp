// SPDX-License-Identifier: MIT
#include "cli/console/terminal.h"

#include <strings.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>

namespace rampwatch::cli {
namespace {

bool says_utf8(std::string_view locale) {
    const auto dot = locale.find('.');
    if (dot == std::string_view::npos) return false;
    const std::string codeset(locale.substr(dot + 1, locale.find('@', dot) - dot - 1));
    return ::strcasecmp(codeset.c_str(), "UTF-8") == 0 || ::strcasecmp(codeset.c_str(), "utf8") == 0;
}

// The first of them that is set and not empty decides, as setlocale(3) has it.
bool is_utf8(const Getenv& get) {
    for (const char* name : {"LC_ALL", "LC_CTYPE", "LANG"}) {
        const char* value = get(name);
        if (value != nullptr && *value != '\0') return says_utf8(value);
    }
    return false;
}

bool is_lead(char c) { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }

// Without what sets colours ("ESC [ ... m").
std::size_t columns_in(std::string_view text) {
    std::size_t columns = 0;
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (text[at] == '\x1b')
            at = std::min(text.find('m', at), text.size());
        else if (is_lead(text[at]))
            ++columns;
    }
    return columns;
}

// Where the text of a "  label    text" line begins.
std::size_t indent_of(std::string_view line, std::size_t columns) {
    constexpr std::size_t kIndent = 4;
    if (!line.starts_with("  ")) return kIndent;
    const auto label = line.find_first_not_of(' ');
    const auto gap = line.find("  ", label);
    const auto text = gap == std::string_view::npos ? gap : line.find_first_not_of(' ', gap);
    if (text != std::string_view::npos && text * 2 <= columns) return text;
    return label * 2 <= columns ? std::max(kIndent, label + 2) : kIndent;
}

}  // namespace

Terminal terminal_of(int fd, const Getenv& get) {
    Terminal terminal{.is_terminal = ::isatty(fd) == 1, .utf8 = is_utf8(get)};
    const char* term = get("TERM");
    terminal.can_redraw =
        terminal.is_terminal && term != nullptr && *term != '\0' && std::string_view(term) != "dumb";
    const char* no_color = get("NO_COLOR");
    terminal.colours = terminal.can_redraw && (no_color == nullptr || *no_color == '\0');
    return terminal;
}

Terminal terminal_of(int fd) {
    return terminal_of(fd, [](const char* name) { return std::getenv(name); });
}

std::size_t columns_of(int fd) {
    winsize size{};
    if (::ioctl(fd, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
    return size.ws_col;
}

std::string fit(std::string_view text, std::size_t columns) {
    std::size_t shown = 0;
    std::size_t room_for_dots = text.size();  // where the text is cut if it must be
    for (std::size_t at = 0; at < text.size(); ++at) {
        if (!is_lead(text[at])) continue;
        if (columns >= 3 && shown == columns - 3) room_for_dots = at;
        if (shown == columns) {
            if (columns < 3) return std::string(text.substr(0, at));
            return std::string(text.substr(0, room_for_dots)) + "...";
        }
        ++shown;
    }
    return std::string(text);
}

std::string broken_at_spaces(std::string_view line, std::size_t columns) {
    const std::string indent(indent_of(line, columns), ' ');
    std::string text;
    std::size_t used = 0;  // of this row
    std::size_t at = 0;
    while (at < line.size()) {
        const auto word = std::min(line.find_first_not_of(' ', at), line.size());
        const auto end = std::min(line.find(' ', word), line.size());
        const std::size_t width = columns_in(line.substr(at, end - at));
        if (used > indent.size() && used + width > columns) {
            text += "\n" + indent;
            used = indent.size() + columns_in(line.substr(word, end - word));
            text += line.substr(word, end - word);
        } else {
            text += line.substr(at, end - at);
            used += width;
        }
        at = end;
    }
    return text;
}

namespace {

constexpr std::string_view kRemark = "   # ";

// A command is copied whole: its remark goes into the next row, as one.
std::string with_remark_below(std::string_view line, std::size_t remark) {
    const std::size_t gap = line.find("  ");
    const std::size_t column = std::min(line.find_first_not_of(' ', gap), remark);
    return std::string(line.substr(0, remark)) + "\n" + std::string(column, ' ') +
           std::string(line.substr(remark + kRemark.find('#')));
}

}  // namespace

std::string broken_lines(std::string_view text, std::size_t columns) {
    std::string lines;
    while (!text.empty()) {
        const auto end = std::min(text.find('\n'), text.size());
        const std::string_view line = text.substr(0, end);
        const bool too_long = columns_in(line) > columns;
        const std::size_t remark = line.find(kRemark);
        if (too_long && remark != std::string_view::npos)
            lines += with_remark_below(line, remark);
        else if (too_long && !line.starts_with("next"))
            lines += broken_at_spaces(line, columns);
        else
            lines += line;
        if (end < text.size()) lines += '\n';
        text.remove_prefix(std::min(end + 1, text.size()));
    }
    return lines;
}

}  // namespace rampwatch::cli
