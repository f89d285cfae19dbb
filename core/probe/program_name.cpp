// SPDX-License-Identifier: MIT
#include "core/probe/program_name.h"

#include <algorithm>
#include <vector>

#include "core/base/path.h"
#include "core/base/text.h"

namespace rampwatch::probe {
namespace {

constexpr std::size_t kMostName = 64;
constexpr std::size_t kMostWords = 64;  // of a command line, options before a script

// "python3.11", "python", "pypy3", and not "pythonista".
bool is_python(std::string_view path) {
    std::string_view name = base_name(path);
    for (const std::string_view mark : {"python", "pypy"}) {
        if (!name.starts_with(mark)) continue;
        name.remove_prefix(mark.size());
        return name.find_first_not_of("0123456789.dtmu") == std::string_view::npos;
    }
    return false;
}

std::optional<std::string> bounded(std::string_view name) {
    if (name.empty()) return std::nullopt;
    return std::string(name.substr(0, kMostName));
}

// A directory or an archive with a __main__.py is called by its own name.
std::optional<std::string> of_script(std::string_view path) {
    if (base_name(path) == "__main__.py" && path.find('/') != std::string_view::npos)
        path.remove_suffix(std::string_view("/__main__.py").size());
    while (path.ends_with('/')) path.remove_suffix(1);
    return bounded(base_name(path));
}

// "-m shop.worker": a package's own __main__ is called by the package.
std::optional<std::string> of_module(std::string_view module) {
    constexpr std::string_view kMain = ".__main__";
    if (module.ends_with(kMain)) module.remove_suffix(kMain.size());
    return bounded(module);
}

// Its first word is no path of a Python: a title, "NAME: what it does", as celery in brackets.
std::optional<std::string> of_title(std::string_view title) {
    if (title.starts_with('[')) title.remove_prefix(1);
    const std::string_view name = title.substr(0, title.find(':'));
    if (name.size() == title.size() || name.find_first_of("/ ") != std::string_view::npos)
        return std::nullopt;
    return bounded(name);
}

}  // namespace

std::optional<std::string> program_name(std::string_view executable, std::string_view command_line) {
    if (!is_python(executable)) return std::nullopt;
    const std::vector<std::string_view> words = split(command_line, '\0');
    if (words.empty()) return std::nullopt;
    if (!is_python(words[0])) return of_title(words[0]);
    for (std::size_t i = 1; i < std::min(words.size(), kMostWords); ++i) {
        const std::string_view word = words[i];
        if (word.empty() || word == "-") return std::nullopt;
        if (word[0] != '-') return of_script(word);
        if (word.starts_with("--")) {
            if (word == "--check-hash-based-pycs") ++i;  // its value is the next word
            continue;
        }
        // Options of one letter may stand together; the first that takes a value takes the rest, or the next.
        const std::size_t valued = word.find_first_of("cmWXQ", 1);
        if (valued == std::string_view::npos) continue;
        const bool in_next = valued + 1 == word.size();
        const std::string_view value =
            in_next ? (i + 1 < words.size() ? words[i + 1] : std::string_view()) : word.substr(valued + 1);
        if (word[valued] == 'c') return std::nullopt;
        if (word[valued] == 'm') return of_module(value);
        i += in_next ? 1 : 0;
    }
    return std::nullopt;
}

}  // namespace rampwatch::probe
