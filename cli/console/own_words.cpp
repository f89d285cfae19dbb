// SPDX-License-Identifier: MIT
#include "cli/console/own_words.h"

#include <algorithm>
#include <string_view>

#include "core/base/file.h"
#include "core/base/text.h"

namespace rampwatch::cli {
namespace {

constexpr std::string_view kPlain =
    "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789@%_-+=:,./";

}  // namespace

std::string shell_word(std::string_view word) {
    if (!word.empty() && word.find_first_not_of(kPlain) == std::string_view::npos) return std::string(word);
    std::string text = "'";
    for (const char c : word) text += c == '\'' ? std::string("'\\''") : std::string(1, c);
    text += "'";
    const bool harmless =
        std::none_of(word.begin(), word.end(), [](unsigned char c) { return c < 32 || c > 126; });
    return harmless ? text : escape(text);
}

std::string own_command_line() {
    const auto words = read_file("/proc/self/cmdline");
    if (!words) return "rampwatch ...";
    const std::string_view all = std::string_view(*words).substr(0, words->find_last_not_of('\0') + 1);
    std::string line;
    for (const std::string_view word : split(all, '\0')) line += (line.empty() ? "" : " ") + shell_word(word);
    return line;
}

}  // namespace rampwatch::cli
