// SPDX-License-Identifier: MIT
#include "core/cpython/find.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <vector>

#include "core/base/path.h"
#include "core/base/text.h"
#include "core/cpython/record.h"
#include "core/probe/exported_symbols.h"

namespace rampwatch::cpython {
namespace {

constexpr std::size_t kMostModules = 64;      // that may have a Python
constexpr std::uint64_t kMostData = 8 << 20;  // of a module's variables, where 3.6's are searched
constexpr std::size_t kMostMembers = 64;
constexpr Version kNewest{3, 13};  // whose tables were run

Error refused(Error::Kind kind, std::string what, std::string hint = {}) {
    return {kind, std::move(what), "Python", std::move(hint)};
}
Error failed(std::string_view check) {
    return refused(Error::Kind::bad_input, fmt::format("check failed: {}", check));
}

// An extension module is named after Python, and is none.
bool is_named_python(std::string_view path) {
    const std::string_view name = base_name(path);
    return name.find("python") != std::string_view::npos && name.find(".cpython-") == std::string_view::npos;
}

// The program, which comes first, and whatever is named so.
std::vector<const probe::Mapping*> candidates(const probe::Maps& maps) {
    std::vector<const probe::Mapping*> modules;
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.inode == 0 || mapping.offset != 0 || modules.size() >= kMostModules) continue;
        if (modules.empty() || is_named_python(mapping.path)) modules.push_back(&mapping);
    }
    return modules;
}

// "3.11" or "39" at the start of `digits`: a major and a minor number.
std::optional<Version> leading_version(std::string_view digits) {
    if (digits.size() < 2 || digits[0] != '3') return std::nullopt;
    digits.remove_prefix(digits[1] == '.' ? 2 : 1);
    const std::size_t end = std::min(digits.find_first_not_of("0123456789"), digits.size());
    const auto minor = parse_count(digits.substr(0, end));
    if (!minor || *minor > 99) return std::nullopt;
    return Version{3, static_cast<int>(*minor)};
}

// Another make of Python, whose objects are laid out otherwise; empty for none.
std::string_view other_make(const probe::Maps& maps) {
    for (const probe::Mapping& mapping : maps.mappings) {
        const std::string_view name = base_name(mapping.path);
        if (name.starts_with("libpypy") || name.starts_with("pypy")) return "PyPy";
        if (name.starts_with("graalpy") || name.starts_with("libgraalpy") || name == "libpythonvm.so")
            return "GraalPy";
    }
    return {};
}

Result<Version> read_version(const runtime::Target& target, const probe::ExportedSymbols& symbols) {
    if (const auto place = symbols.find("Py_Version")) {
        const auto hex = target.memory.get<std::uint32_t>(*place);
        if (!hex) return hex.error();
        return version_of(*hex);
    }
    for (const probe::Mapping& mapping : target.maps.mappings) {
        if (const auto version = version_in_path(mapping.path)) return *version;
    }
    return failed("its version");
}

// The type of code objects names their fields, with their offsets.
Result<void> check_code_type(const probe::MemoryReader& memory, const Interpreter& python) {
    const std::uint64_t type = python.code_type;
    if (read_string(memory, read_word(memory, type + kTypeName), 32) != "code")
        return failed("name of PyCode_Type");
    struct Known {
        std::string_view name;
        std::uint32_t offset;
    };
    const Layout& layout = python.layout;
    const std::array<Known, 4> known = {{{"co_filename", layout.code_file},
                                         {"co_name", layout.code_name},
                                         {"co_firstlineno", layout.code_line},
                                         {"co_flags", layout.code_flags}}};
    const std::uint64_t members = read_word(memory, type + kTypeMembers);
    std::size_t agreed = 0;
    for (std::size_t i = 0; i < kMostMembers; ++i) {
        std::array<std::byte, 40> member{};  // name, type, offset, flags, words about it
        if (!is_pointer(members) || !memory.read(members + i * member.size(), member)) break;
        if (word_at(member, 0) == 0) break;
        const std::string name = read_string(memory, word_at(member, 0), 32);
        const auto same =
            std::find_if(known.begin(), known.end(), [&](const Known& k) { return k.name == name; });
        if (same == known.end()) continue;
        if (same->offset != word_at(member, 16)) return failed("place of " + name);
        ++agreed;
    }
    if (agreed < 3) return failed("fields of code objects");
    return {};
}

// A thread of the interpreter points back at it, and has none before it.
bool is_interpreter(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t address) {
    const std::uint64_t thread = read_word(memory, address + layout.interpreter_threads);
    return is_pointer(thread) && read_word(memory, thread + layout.thread_interpreter) == address;
}

// 3.6 exports no way to its interpreters: its variables are searched for the address of one.
std::uint64_t search_interpreter(const runtime::Target& target, const Interpreter& python) {
    const auto& mappings = target.maps.mappings;
    bool behind = false;  // the variables without a value follow, without a name
    for (const probe::Mapping& mapping : mappings) {
        const bool own = mapping.path == python.module;
        const bool data = mapping.writable && !mapping.shared && (own || (behind && mapping.path.empty()));
        behind = own || (behind && data);
        const std::uint64_t size = mapping.end - mapping.start;
        if (!data || size > kMostData) continue;
        std::vector<std::uint64_t> words(size / 8);
        if (!target.memory.read(mapping.start, std::as_writable_bytes(std::span(words)))) continue;
        for (const std::uint64_t word : words) {
            if (!is_pointer(word) || read_word(target.memory, word) != 0) continue;
            const std::uint64_t thread = read_word(target.memory, word + python.layout.interpreter_threads);
            if (is_pointer(thread) && is_interpreter(target.memory, python.layout, word) &&
                read_word(target.memory, thread) == 0)
                return word;
        }
    }
    return 0;
}

Result<Layout> layout_of(const runtime::Target& target, const probe::ExportedSymbols& symbols,
                         const Version& version) {
    if (version.major != 3 || version.minor < 6 || version.minor > kNewest.minor) {
        return refused(Error::Kind::unavailable, fmt::format("Python {} is not read", to_text(version)),
                       "3.6 to 3.13 are");
    }
    if (const auto layout = layout_by_table(version)) return *layout;
    std::array<std::byte, kDebugOffsets> offsets{};
    const auto place = symbols.find("_PyRuntime");
    if (!place || !target.memory.read(*place, offsets)) return failed("its debug offsets");
    return layout_by_itself(offsets, version);
}

Result<Interpreter> describe(const runtime::Target& target, const probe::Mapping& module,
                             const probe::ExportedSymbols& symbols, std::uint64_t code_type) {
    const auto version = read_version(target, symbols);
    if (!version) return version.error();
    auto layout = layout_of(target, symbols, *version);
    if (!layout) return layout.error();
    Interpreter python;
    python.layout = std::move(*layout);
    python.code_type = code_type;
    python.coroutine_type = symbols.find("PyCoro_Type").value_or(0);
    python.generator_type = symbols.find("PyGen_Type").value_or(0);
    python.async_generator_type = symbols.find("PyAsyncGen_Type").value_or(0);
    python.type_type = symbols.find("PyType_Type").value_or(0);
    python.module = module.path;
    python.module_start = module.start;
    if (python.coroutine_type == 0 || python.generator_type == 0) return failed("types of coroutines");
    if (const auto checked = check_code_type(target.memory, python); !checked) return checked.error();
    python.first_is_address = python.layout.interpreters == 0;
    if (python.first_is_address) {
        python.first = search_interpreter(target, python);
    } else if (const auto place = symbols.find("_PyRuntime")) {
        python.first = *place + python.layout.interpreters;
    }
    const std::uint64_t first =
        python.first_is_address ? python.first : read_word(target.memory, python.first);
    if (!is_interpreter(target.memory, python.layout, first)) return failed("its first thread");
    return python;
}

}  // namespace

std::string to_text(const Version& version) {
    return version.micro < 0 ? fmt::format("{}.{}", version.major, version.minor)
                             : fmt::format("{}.{}.{}", version.major, version.minor, version.micro);
}

std::optional<Version> version_in_path(std::string_view path) {
    for (const std::string_view mark : {"cpython-", "python"}) {
        for (auto at = path.find(mark); at != std::string_view::npos; at = path.find(mark, at + 1)) {
            if (const auto version = leading_version(path.substr(at + mark.size()))) return version;
        }
    }
    return std::nullopt;
}

bool recognise(const runtime::Target& target) {
    if (!other_make(target.maps).empty()) return true;
    const auto modules = candidates(target.maps);
    if (modules.size() > 1 || (!modules.empty() && is_named_python(modules.front()->path))) return true;
    if (modules.empty()) return false;
    const auto symbols = probe::ExportedSymbols::read(target.memory, *modules.front());
    return symbols && symbols->find("PyCode_Type");
}

std::optional<std::uint64_t> version_place(const runtime::Target& target) {
    for (const probe::Mapping* module : candidates(target.maps)) {
        const auto symbols = probe::ExportedSymbols::read(target.memory, *module);
        if (symbols && symbols->find("PyCode_Type")) return symbols->find("Py_Version");
    }
    return std::nullopt;
}

Result<Interpreter> find(const runtime::Target& target) {
    if (const auto make = other_make(target.maps); !make.empty())
        return refused(Error::Kind::unavailable, fmt::format("{} is not supported: only CPython is", make));
    for (const probe::Mapping* module : candidates(target.maps)) {
        const auto symbols = probe::ExportedSymbols::read(target.memory, *module);
        if (!symbols && symbols.error().kind != Error::Kind::bad_input &&
            symbols.error().kind != Error::Kind::io)
            return symbols.error();
        if (!symbols) continue;
        const auto code_type = symbols->find("PyCode_Type");
        if (code_type) return describe(target, *module, *symbols, *code_type);
    }
    return refused(Error::Kind::not_found, "no Python in it");
}

}  // namespace rampwatch::cpython
