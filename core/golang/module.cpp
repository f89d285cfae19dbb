// SPDX-License-Identifier: MIT
#include "core/golang/module.h"

#include "core/probe/data_scan.h"

namespace rampwatch::golang {

namespace {

// Words of runtime.moduledata, the same from Go 1.18 to 1.27.
constexpr std::size_t kFunctionTableLength = 17;
constexpr std::size_t kText = 22, kEndText = 23;
constexpr std::size_t kNoptrdata = 24, kData = 26, kBss = 28, kNoptrbss = 30;
constexpr std::size_t kSlices[] = {1, 4, 7, 10, 13, 16};    // pointers of the slices into the pclntab
constexpr std::size_t kFirstGofunc = 32, kLastGofunc = 51;  // 38, 40 or 43 so far
constexpr std::size_t kWords = 56;
constexpr int kTreesLookedAt = 400;

Error refused(std::string what) { return {Error::Kind::bad_input, std::move(what), "Go module data", ""}; }

std::vector<std::uint64_t> words_of(probe::Bytes bytes) {
    std::vector<std::uint64_t> words(kWords);
    for (std::size_t i = 0; i < kWords; ++i) words[i] = bytes.number_unchecked<std::uint64_t>(i * 8);
    return words;
}

// The share of inline trees that make sense with `gofunc`, of those looked at; 0 when there is none.
double plausible_share(const Pclntab& table, probe::Bytes gofunc) {
    int looked = 0, fine = 0;
    for (std::uint32_t i = 0; i < table.functions() && looked < kTreesLookedAt; ++i) {
        const auto function = table.function(i);
        if (!function || !function->inline_tree) continue;
        ++looked;
        fine += table.plausible_tree(*function, gofunc) ? 1 : 0;
    }
    return looked == 0 ? 0 : static_cast<double>(fine) / looked;
}

// moduledata.textsectmap, a slice, follows gofunc, since Go 1.26 with one word between them.
bool has_several_texts(const std::vector<std::uint64_t>& words, std::size_t at) {
    const auto is_slice = [&](std::size_t i) { return words[i + 1] == words[i + 2] && words[i + 1] < 4096; };
    return (is_slice(at) && words[at + 1] > 1) || (is_slice(at + 1) && words[at + 2] > 1);
}

}  // namespace

Result<Module> Module::open(const probe::MemoryReader& memory, const probe::ModuleFile& file,
                            const probe::Mapping& mapping, bool search) {
    auto mapped = probe::MappedFile::map(file.fd.get(), file.size_bytes);
    if (!mapped) return mapped.error();
    auto elf = probe::Elf::parse(mapped->bytes());
    if (!elf) return elf.error();
    // A library's table lies in a section with others; a plugin has no build info, but a build's number.
    const bool of_go =
        elf->section(".go.buildinfo") != nullptr || elf->section(".note.go.buildid") != nullptr;
    const auto table = Pclntab::find(*elf, search || of_go);
    if (!table) return table.error();
    Module module(std::move(*mapped), std::move(*elf), *table);
    module.path_ = mapping.path;
    module.wrapper_id_ = table->wrapper_id();
    const probe::Elf::Segment& first = module.elf_.segments().front();
    if (module.elf_.position_independent()) {
        module.bias_ = mapping.start - mapping.offset + first.file_offset - first.address;
    }
    const auto found = module.find_moduledata(memory);
    if (!found) return found.error();
    return module;
}

bool Module::in_image(std::uint64_t address) const { return !constant(address).empty(); }

bool Module::believable(const std::vector<std::uint64_t>& words) const {
    if (words[kFunctionTableLength] != std::uint64_t{table_.functions()} + 1) return false;
    if (words[kText] >= words[kEndText] || words[kEndText] - words[kText] > ~std::uint32_t{0}) return false;
    for (const std::size_t slice : kSlices) {
        if (!in_image(words[slice])) return false;
    }
    for (const std::size_t range : {kNoptrdata, kData, kBss, kNoptrbss}) {
        if (words[range] > words[range + 1]) return false;
    }
    for (const probe::Elf::Segment& segment : elf_.segments()) {
        const std::uint64_t start = segment.address + bias_;
        if (segment.executable && words[kText] >= start && words[kEndText] <= start + segment.memory_size) {
            return true;
        }
    }
    return false;
}

Result<void> Module::find_moduledata(const probe::MemoryReader& memory) {
    const std::uint64_t header = table_.address() + bias_;
    std::vector<std::uint64_t> words;
    for (const probe::Elf::Segment& segment : elf_.segments()) {
        if (segment.executable) continue;
        const std::uint64_t start = segment.address + bias_;
        const bool found = probe::scan_words(memory, start, start + segment.file_size, kWords * 8,
                                             [&](std::uint64_t address, probe::Bytes bytes) {
                                                 if (bytes.number_unchecked<std::uint64_t>(0) != header)
                                                     return false;
                                                 words = words_of(bytes);
                                                 live_.address = address;
                                                 return believable(words);
                                             });
        if (found) return find_gofunc(words);
    }
    return refused("not found in the process's memory");
}

Result<void> Module::find_gofunc(const std::vector<std::uint64_t>& words) {
    live_.text = words[kText];
    live_.etext = words[kEndText];
    const auto range = [&](std::size_t at, std::uint64_t& start, std::uint64_t& end) {
        start = words[at];
        end = words[at + 1];
    };
    range(kNoptrdata, live_.noptrdata, live_.enoptrdata);
    range(kData, live_.data, live_.edata);
    range(kBss, live_.bss, live_.ebss);
    range(kNoptrbss, live_.noptrbss, live_.enoptrbss);
    if (table_.old_text()) {  // without the inlined calls
        if (*table_.old_text() + bias_ != live_.text) return refused("its text begins elsewhere");
        return {};
    }
    std::size_t best = 0;
    double share = 0;
    for (std::size_t i = kFirstGofunc; i <= kLastGofunc && share < 1; ++i) {
        const double here = plausible_share(table_, constant(words[i]));
        if (here <= share) continue;
        share = here;
        best = i;
    }
    if (share < 0.95) return refused("no inline trees where they should be");
    if (has_several_texts(words, best + 1)) return refused("several sections of text");
    live_.gofunc = words[best];
    gofunc_ = constant(live_.gofunc);
    return {};
}

std::optional<Pclntab::Function> Module::function_at(std::uint64_t pc) const {
    return holds(pc) ? table_.function_at(offset(pc)) : std::nullopt;
}

void Module::calls(std::uint64_t pc, std::vector<Pclntab::Call>& into) const {
    if (const auto function = function_at(pc)) table_.calls(*function, offset(pc), gofunc_, into);
}

}  // namespace rampwatch::golang
