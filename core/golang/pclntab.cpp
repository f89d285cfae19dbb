// SPDX-License-Identifier: MIT
#include "core/golang/pclntab.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

namespace rampwatch::golang {

namespace {

constexpr std::uint32_t kMagic_1_2 = 0xfffffffb;
constexpr std::uint32_t kMagic_1_16 = 0xfffffffa;
constexpr std::uint32_t kMagic_1_18 = 0xfffffff0;
constexpr std::uint32_t kMagic_1_20 = 0xfffffff1;
constexpr std::uint64_t kHeader = 72, kOldHeader = 64;
// What the first eight bytes of all of them have in common, as one number.
constexpr std::uint64_t kHeaderMask = 0xff00ffffffffff00, kHeaderCommon = 0x08000000ffffff00;
constexpr std::uint64_t kMostFunctions = 10'000'000;
constexpr std::size_t kMostName = 4096;
constexpr int kMostInlined = 64;
constexpr std::uint32_t kNone = ~std::uint32_t{0};
constexpr unsigned kInlineValues = 2, kInlineTree = 3;  // PCDATA_InlTreeIndex, FUNCDATA_InlTree

Error refused(std::string what) {
    return {Error::Kind::bad_input, std::move(what), "Go's function table", ""};
}

// Bytes 4 to 7: two zeros, the pc quantum and the size of a pointer.
bool looks_like_header(probe::Bytes bytes) {
    if (!bytes.holds(0, 8)) return false;
    const auto magic = bytes.number_unchecked<std::uint32_t>(0);
    if (magic != kMagic_1_2 && magic != kMagic_1_16 && magic != kMagic_1_18 && magic != kMagic_1_20)
        return false;
    const auto quantum = bytes.number_unchecked<std::uint8_t>(6);
    return bytes.number_unchecked<std::uint16_t>(4) == 0 && (quantum == 1 || quantum == 4) &&
           bytes.number_unchecked<std::uint8_t>(7) == 8;
}

// The longest string that fits: names are shown, never compared when they are cut.
std::string_view bounded_string(probe::Bytes bytes, std::uint64_t offset) {
    if (const auto whole = bytes.string(offset, kMostName)) return *whole;
    return bytes.part(offset, kMostName).text();
}

}  // namespace

Result<Pclntab> Pclntab::find(const probe::Elf& elf, bool search) {
    for (const std::string_view name : {".gopclntab", ".data.rel.ro.gopclntab"}) {
        const probe::Elf::Section* section = elf.section(name);
        if (section != nullptr && !section->bytes.empty()) return parse(section->bytes, section->address);
    }
    std::optional<Error> problem;
    for (const probe::Elf::Segment& segment : elf.segments()) {
        if (!search) break;
        const probe::Bytes bytes = elf.at(segment.address);
        const std::uint64_t from = (8 - segment.address % 8) % 8;
        for (std::uint64_t at = from; at + kHeader <= bytes.size(); at += 8) {
            // Most are refused here: there may be a hundred megabytes of them.
            if ((bytes.number_unchecked<std::uint64_t>(at) & kHeaderMask) != kHeaderCommon) continue;
            if (!looks_like_header(bytes.part(at, 8))) continue;
            auto table = parse(bytes.part(at), segment.address + at);
            if (table) return table;
            if (!problem) problem = table.error();
        }
    }
    if (problem) return *problem;
    return Error{Error::Kind::not_found, "no Go function table", "executable",
                 "not a Go program, or a packed one"};
}

Result<Pclntab> Pclntab::parse(probe::Bytes bytes, std::uint64_t address) {
    if (!bytes.holds(0, kHeader) || !looks_like_header(bytes)) return refused("unknown magic number");
    const auto magic = bytes.number_unchecked<std::uint32_t>(0);
    if (magic == kMagic_1_2) return refused("of Go 1.15 or older");
    const bool is_old = magic == kMagic_1_16;
    Pclntab table;
    table.address_ = address;
    table.since_1_20_ = magic == kMagic_1_20;
    table.quantum_ = bytes.number_unchecked<std::uint8_t>(6);
    const auto functions = bytes.number_unchecked<std::uint64_t>(8);
    if (functions == 0 || functions > kMostFunctions) return refused("an impossible number of functions");
    table.functions_ = static_cast<std::uint32_t>(functions);
    std::array<std::uint64_t, 6> parts{};  // names, units, files, values, functions, end
    for (std::size_t i = 0; i < 5; ++i)
        parts[i] = bytes.number_unchecked<std::uint64_t>((is_old ? 24 : 32) + i * 8);
    parts[5] = bytes.size();
    if (parts[0] < (is_old ? kOldHeader : kHeader) || !std::is_sorted(parts.begin(), parts.end())) {
        return refused("parts that do not ascend");
    }
    const auto part = [&](std::size_t i) { return bytes.part(parts[i], parts[i + 1] - parts[i]); };
    table.names_ = part(0);
    table.units_ = part(1);
    table.files_ = part(2);
    table.values_ = part(3);
    table.table_ = part(4);
    if (!table.table_.holds(0, is_old ? functions * 16 + 8 : functions * 8 + 4)) return refused("cut off");
    if (is_old) table.old_text_ = table.table_.number_unchecked<std::uint64_t>(0);
    return table;
}

// The last one is where the last function ends. Addresses before 1.18, kept as offsets: what is no function's
// comes out beyond all code.
std::uint32_t Pclntab::entry_of(std::uint32_t index) const {
    if (!old_text_) return table_.number_unchecked<std::uint32_t>(index * std::uint64_t{8});
    const auto address = table_.number_unchecked<std::uint64_t>(index * std::uint64_t{16});
    return address - *old_text_ < kNone ? static_cast<std::uint32_t>(address - *old_text_) : kNone;
}

std::uint64_t Pclntab::record_of(std::uint32_t index) const {
    if (!old_text_) return table_.number_unchecked<std::uint32_t>(index * std::uint64_t{8} + 4);
    return table_.number_unchecked<std::uint64_t>(index * std::uint64_t{16} + 8);
}

std::optional<Pclntab::Function> Pclntab::old_function(std::uint32_t index) const {
    constexpr std::uint64_t kFixed = 44;
    const std::uint64_t record = record_of(index);
    if (!table_.holds(record, kFixed)) return std::nullopt;
    const auto word = [&](std::uint64_t at) { return table_.number_unchecked<std::uint32_t>(record + at); };
    Function function;
    function.entry = entry_of(index);
    function.end = entry_of(index + 1);
    const auto address = table_.number_unchecked<std::uint64_t>(record);
    if (address - *old_text_ != function.entry || function.end <= function.entry) return std::nullopt;
    function.name = word(8);
    function.pcsp = word(20);
    function.pcfile = word(24);
    function.pcln = word(28);
    function.unit = word(36);
    function.id = table_.number_unchecked<std::uint8_t>(record + 40);
    return function;
}

std::optional<Pclntab::Function> Pclntab::function(std::uint32_t index) const {
    if (index >= functions_) return std::nullopt;
    if (old_text_) return old_function(index);
    const auto word = [&](std::uint64_t at) { return table_.number_unchecked<std::uint32_t>(at); };
    const std::uint64_t record = word(index * std::uint64_t{8} + 4);
    const std::uint64_t fixed = since_1_20_ ? 44 : 40;
    if (!table_.holds(record, fixed)) return std::nullopt;
    Function function;
    function.entry = word(index * std::uint64_t{8});
    function.end = word(index * std::uint64_t{8} + 8);
    if (word(record) != function.entry || function.end <= function.entry) return std::nullopt;
    function.name = word(record + 4);
    function.pcsp = word(record + 16);
    function.pcfile = word(record + 20);
    function.pcln = word(record + 24);
    function.unit = word(record + 32);
    const std::uint32_t pcdata = word(record + 28);
    function.id = table_.number_unchecked<std::uint8_t>(record + fixed - 4);
    const std::uint32_t funcdata = table_.number_unchecked<std::uint8_t>(record + fixed - 1);
    if (pcdata > 64 || !table_.holds(record + fixed, (std::uint64_t{pcdata} + funcdata) * 4)) {
        return std::nullopt;
    }
    if (pcdata > kInlineValues) function.inline_values = word(record + fixed + kInlineValues * 4);
    if (funcdata > kInlineTree) {
        const std::uint32_t tree = word(record + fixed + (pcdata + kInlineTree) * std::uint64_t{4});
        if (tree != kNone) function.inline_tree = tree;
    }
    return function;
}

std::optional<Pclntab::Function> Pclntab::function_at(std::uint32_t text_offset) const {
    std::uint32_t low = 0, high = functions_;  // the last entry that begins at or before it
    while (high - low > 1) {
        const std::uint32_t middle = low + (high - low) / 2;
        (entry_of(middle) <= text_offset ? low : high) = middle;
    }
    const auto found = function(low);
    const bool holds = found && found->entry <= text_offset && text_offset < found->end;
    return holds ? found : std::nullopt;
}

std::optional<Pclntab::Function> Pclntab::named(std::string_view name) const {
    for (std::uint32_t i = 0; i < functions_; ++i) {
        const std::uint64_t record = record_of(i);
        if (record > table_.size()) continue;
        const auto at = table_.number<std::uint32_t>(record + (old_text_ ? 8 : 4));
        if (!at || !names_.holds(*at, name.size() + 1)) continue;
        const std::string_view there = names_.part(*at, name.size() + 1).text();
        if (there.back() == '\0' && there.substr(0, name.size()) == name) return function(i);
    }
    return std::nullopt;
}

std::string_view Pclntab::name(std::uint32_t name_offset) const {
    return bounded_string(names_, name_offset);
}

bool Pclntab::starts_name(std::uint32_t name_offset) const {
    const auto here = names_.number<char>(name_offset);
    if (!here || *here == '\0') return false;
    return name_offset == 0 || names_.number_unchecked<char>(name_offset - std::uint64_t{1}) == '\0';
}

std::optional<std::int32_t> Pclntab::value(std::uint32_t table, const Function& function,
                                           std::uint32_t text_offset) const {
    if (table == 0) return std::nullopt;
    std::uint64_t at = table;
    std::uint64_t end = function.entry;  // of the stretch that has `value`
    std::uint32_t value = ~std::uint32_t{0};
    for (bool first = true; end <= text_offset;
         first = false) {  // ends: each turn goes on by at least a byte of code
        const auto zigzag = values_.varint(at);
        if (!zigzag || (*zigzag == 0 && !first)) return std::nullopt;
        value += (*zigzag >> 1) ^ (0 - (*zigzag & 1));
        const auto length = values_.varint(at);
        if (!length || *length == 0) return std::nullopt;
        end += std::uint64_t{*length} * quantum_;
    }
    return static_cast<std::int32_t>(value);
}

std::optional<std::int32_t> Pclntab::frame_size(const Function& function, std::uint32_t text_offset) const {
    return value(function.pcsp, function, text_offset);
}

std::string_view Pclntab::file(const Function& function, std::uint32_t text_offset) const {
    const auto index = value(function.pcfile, function, text_offset);
    if (!index || *index < 0) return {};
    const std::uint64_t slot = (std::uint64_t{function.unit} + static_cast<std::uint32_t>(*index)) * 4;
    const auto at = units_.number<std::uint32_t>(slot);
    return at && *at != kNone ? bounded_string(files_, *at) : std::string_view();
}

void Pclntab::calls(const Function& function, std::uint32_t text_offset, probe::Bytes gofunc,
                    std::vector<Call>& into) const {
    const auto place = [&](Call& call) {
        call.file = file(function, text_offset);
        call.line = value(function.pcln, function, text_offset).value_or(0);
    };
    const std::uint64_t entry_size = since_1_20_ ? 16 : 20;
    for (int depth = 0; function.inline_tree && depth < kMostInlined; ++depth) {
        const auto index = value(function.inline_values, function, text_offset);
        if (!index || *index < 0) break;
        const std::uint64_t at = *function.inline_tree + static_cast<std::uint32_t>(*index) * entry_size;
        if (!gofunc.holds(at, entry_size)) break;
        Call call;
        call.inlined = true;
        call.id = gofunc.number_unchecked<std::uint8_t>(at + (since_1_20_ ? 0 : 2));
        call.function = name(gofunc.number_unchecked<std::uint32_t>(at + (since_1_20_ ? 4 : 12)));
        place(call);
        into.push_back(call);
        const auto parent = gofunc.number_unchecked<std::uint32_t>(at + (since_1_20_ ? 8 : 16));
        if (parent >= function.end - function.entry) break;
        text_offset = function.entry + parent;
    }
    Call call;
    call.id = function.id;
    call.function = name(function.name);
    place(call);
    into.push_back(call);
}

std::optional<std::uint8_t> Pclntab::wrapper_id() const {
    constexpr int kEnough = 16;
    std::array<int, 256> seen{};
    for (std::uint32_t i = 0; i < functions_; ++i) {
        const auto here = function(i);
        if (!here || here->id == 0 || file(*here, here->entry) != "<autogenerated>") continue;
        if (++seen[here->id] == kEnough) return here->id;
    }
    const auto most = std::max_element(seen.begin(), seen.end());
    if (*most == 0) return std::nullopt;
    return static_cast<std::uint8_t>(most - seen.begin());
}

bool Pclntab::plausible_tree(const Function& function, probe::Bytes gofunc) const {
    if (!function.inline_tree) return false;
    const std::uint64_t at = *function.inline_tree;
    if (!gofunc.holds(at, since_1_20_ ? 16 : 20)) return false;
    const auto parent = gofunc.number_unchecked<std::uint32_t>(at + (since_1_20_ ? 8 : 16));
    return parent < function.end - function.entry &&
           starts_name(gofunc.number_unchecked<std::uint32_t>(at + (since_1_20_ ? 4 : 12)));
}

std::string printed_name(std::string_view name) {
    const std::size_t open = name.find('[');
    const std::size_t close = name.rfind(']');
    if (open == std::string_view::npos || close == std::string_view::npos || close < open) {
        return std::string(name);
    }
    return fmt::format("{}[...]{}", name.substr(0, open), name.substr(close + 1));
}

}  // namespace rampwatch::golang
