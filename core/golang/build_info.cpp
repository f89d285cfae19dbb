// SPDX-License-Identifier: MIT
#include "core/golang/build_info.h"

#include <charconv>

#include "core/base/text.h"

namespace rampwatch::golang {

namespace {

constexpr std::string_view kMagic = "\xff Go buildinf:";
constexpr std::size_t kHeader = 32;
constexpr std::size_t kMostVersion = 256;
constexpr std::size_t kMostModules = std::size_t{1} << 20;
constexpr std::size_t kMostWord = 1024;  // of a module's path and version
constexpr std::size_t kMostSearched = std::size_t{16} << 20;

// Takes digits off the front of `text`.
std::optional<int> take_number(std::string_view& text) {
    int value = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (problem != std::errc{} || value < 0) return std::nullopt;
    text.remove_prefix(static_cast<std::size_t>(end - text.data()));
    return value;
}

probe::Bytes find_record(const probe::Elf& elf) {
    if (const probe::Elf::Section* section = elf.section(".go.buildinfo")) return section->bytes;
    for (const probe::Elf::Segment& segment : elf.segments()) {
        if (!segment.writable) continue;
        const probe::Bytes data = elf.at(segment.address).part(0, kMostSearched);
        for (std::size_t at = data.text().find(kMagic); at != std::string_view::npos;
             at = data.text().find(kMagic, at + 1)) {
            if (at % 16 == 0) return data.part(at);
        }
        return {};
    }
    return {};
}

// A length and that many bytes; moves `at` behind them.
std::optional<std::string_view> take_text(probe::Bytes record, std::uint64_t& at, std::size_t most) {
    const auto length = record.varint(at);
    if (!length || *length > most || !record.holds(at, *length)) return std::nullopt;
    at += *length;
    return record.part(at - *length, *length).text();
}

// Lines such as "mod<TAB>example.org/x<TAB>v1.2.3<TAB>h1:..." between two markers of 16 bytes.
void read_modules(std::string_view text, BuildInfo& info) {
    for (const std::string_view line : split(text, '\n')) {
        const auto fields = split(line, '\t');
        if (fields.size() < 2 || fields[0] != "mod") continue;
        info.module = fields[1].substr(0, kMostWord);
        if (fields.size() > 2) info.module_version = fields[2].substr(0, kMostWord);
        return;
    }
}

}  // namespace

std::optional<Version> parse_version(std::string_view text) {
    Version version;
    version.devel = text.starts_with("devel");
    const std::size_t at = text.find("go1.");
    if (at == std::string_view::npos || (at != 0 && !version.devel)) return std::nullopt;
    text.remove_prefix(at + 4);
    version.major = 1;
    const auto minor = take_number(text);
    if (!minor) return std::nullopt;
    version.minor = *minor;
    if (text.starts_with('.')) {
        text.remove_prefix(1);
        version.patch = take_number(text).value_or(0);
    }
    return version;
}

std::optional<BuildInfo> read_build_info(const probe::Elf& elf) {
    const probe::Bytes record = find_record(elf);
    if (!record.holds(0, kHeader) || !record.text().starts_with(kMagic)) return std::nullopt;
    BuildInfo info;
    const auto flags = record.number_unchecked<std::uint8_t>(15);
    if ((flags & 2) == 0) return info;  // 1.17 and older: pointers, whose text is not needed
    std::uint64_t at = kHeader;
    const auto version = take_text(record, at, kMostVersion);
    if (!version) return std::nullopt;
    info.version = *version;
    if (const auto modules = take_text(record, at, kMostModules)) read_modules(*modules, info);
    return info;
}

}  // namespace rampwatch::golang
