// SPDX-License-Identifier: MIT
#include "core/native/symbols.h"

#include <elfutils/libdwfl.h>

#include <algorithm>
#include <cstring>
#include <ctime>
#include <string_view>

#include "core/base/demangle.h"
#include "core/base/path.h"
#include "core/native/source_lines.h"

namespace rampwatch::native {
namespace {

constexpr int kMostSymbols = 20'000'000;
constexpr std::size_t kMostKnown = 200'000;
constexpr std::size_t kMostBack = 64;         // symbols looked through for one that covers an address
constexpr int kFunctionRank = 8;              // against a label, which may be anywhere in one
constexpr std::uint64_t kMostUnsized = 4096;  // bytes that a symbol without a size names

constexpr std::string_view kCLibrary[] = {"libc.so", "libc-2.", "ld-linux", "ld-2.", "libpthread", "libm.so"};

struct Entry {
    std::uint64_t address = 0;
    std::uint64_t size = 0;  // 0: not known
    const char* name = nullptr;
    int rank = 0;  // of several at one address the highest is shown
};

bool is_code(const GElf_Sym& symbol) {
    const int type = GELF_ST_TYPE(symbol.st_info);
    return symbol.st_shndx != SHN_UNDEF && symbol.st_shndx != SHN_ABS &&
           (type == STT_FUNC || type == STT_GNU_IFUNC || type == STT_NOTYPE);
}

// A name that people would choose: sized before not, a function before a label, global before weak before
// local, then without leading underscores.
int rank_of(const GElf_Sym& symbol, const char* name) {
    const int binding = GELF_ST_BIND(symbol.st_info);
    int rank = symbol.st_size > 0 ? 16 : 0;
    rank += GELF_ST_TYPE(symbol.st_info) == STT_NOTYPE ? 0 : kFunctionRank;
    rank += binding == STB_GLOBAL ? 4 : binding == STB_WEAK ? 2 : 0;
    return rank + (name[0] == '_' && name[1] == '_' ? 0 : 1);
}

// The C library's own debug information is compressed where it is installed: to inflate it took longer than
// all the rest of a dump, for lines that nobody looks for. Left out always, so that its frames are the same
// in every dump.
bool has_lines_worth_reading(std::string_view path) {
    const std::string_view base = base_name(path);
    return std::none_of(std::begin(kCLibrary), std::end(kCLibrary),
                        [&](std::string_view prefix) { return base.starts_with(prefix); });
}

// Of this thread: on a busy host it is not the reading that takes long, and a cold disk is waited for a
// while.
std::chrono::nanoseconds cpu_time() {
    timespec time{};
    ::clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return std::chrono::seconds(time.tv_sec) + std::chrono::nanoseconds(time.tv_nsec);
}

// Whether the table of all symbols is there, in the file or in the debug file that belongs to it: it has more
// entries than the one of exported symbols.
bool has_all_symbols(Dwfl_Module* module, int count) {
    GElf_Addr bias = 0;
    Elf* elf = ::dwfl_module_getelf(module, &bias);
    Elf_Scn* section = nullptr;
    GElf_Xword exported = 0;
    while (elf != nullptr && (section = ::elf_nextscn(elf, section)) != nullptr) {
        GElf_Shdr header{};
        if (::gelf_getshdr(section, &header) == nullptr) continue;
        if (header.sh_type == SHT_SYMTAB) return true;
        if (header.sh_type == SHT_DYNSYM && header.sh_entsize > 0)
            exported += header.sh_size / header.sh_entsize;
    }
    return exported > 0 && count > 0 && static_cast<GElf_Xword>(count) > exported;
}

class Table {
  public:
    explicit Table(Dwfl_Module* module) {
        const int count = std::min(::dwfl_module_getsymtab(module), kMostSymbols);
        has_all_ = has_all_symbols(module, count);
        for (int i = 0; i < count; ++i) {
            GElf_Sym symbol{};
            GElf_Addr address = 0;
            const char* name =
                ::dwfl_module_getsym_info(module, i, &symbol, &address, nullptr, nullptr, nullptr);
            if (name == nullptr || name[0] == '\0' || !is_code(symbol)) continue;
            entries_.push_back({address, symbol.st_size, name, rank_of(symbol, name)});
        }
        std::sort(entries_.begin(), entries_.end(), [](const Entry& a, const Entry& b) {
            if (a.address != b.address) return a.address < b.address;
            return a.rank != b.rank ? a.rank > b.rank : std::strcmp(a.name, b.name) < 0;
        });
        const auto same = [](const Entry& a, const Entry& b) { return a.address == b.address; };
        entries_.erase(std::unique(entries_.begin(), entries_.end(), same), entries_.end());
        entries_.shrink_to_fit();
    }

    [[nodiscard]] bool begins_at(std::uint64_t address) const {
        const auto at =
            std::lower_bound(entries_.begin(), entries_.end(), address,
                             [](const Entry& entry, std::uint64_t wanted) { return entry.address < wanted; });
        return at != entries_.end() && at->address == address && (at->rank & kFunctionRank) != 0;
    }

    // The nearest symbol before that covers the address; else the nearest, if it has no size.
    [[nodiscard]] const Entry* find(std::uint64_t address) const {
        auto at =
            std::upper_bound(entries_.begin(), entries_.end(), address,
                             [](std::uint64_t wanted, const Entry& entry) { return wanted < entry.address; });
        const Entry* unsized = nullptr;
        for (std::size_t back = 0; back < kMostBack && at != entries_.begin(); ++back) {
            --at;
            if (at->size > 0 && address - at->address < at->size) return &*at;
            const bool is_near = has_all_ ? address - at->address < kMostUnsized : address == at->address;
            if (at->size == 0 && back == 0 && is_near) unsized = &*at;
        }
        return unsized;
    }

  private:
    bool has_all_ = false;
    std::vector<Entry> entries_{};
};

}  // namespace

struct Symbols::State {
    Modules& modules;
    std::unordered_map<std::uint64_t, std::vector<Frame>> known{};  // by address looked up
    std::unordered_map<std::uint64_t, std::optional<Symbol>> names{};
    std::unordered_map<Dwfl_Module*, Table> tables{};
    std::unordered_map<Dwfl_Module*, Lines> lines{};
    std::chrono::nanoseconds most{}, spent{};
    std::size_t without_lines = 0;

    const Table& table(Dwfl_Module* module) { return tables.try_emplace(module, module).first->second; }
    std::vector<SourceCall> calls(Dwfl_Module* module, std::uint64_t address);
};

std::vector<SourceCall> Symbols::State::calls(Dwfl_Module* module, std::uint64_t address) {
    if (spent >= most) {
        ++without_lines;
        return {};
    }
    const auto start = std::chrono::steady_clock::now();
    const auto cpu = cpu_time();
    auto found = lines.try_emplace(module, module).first->second.at(address);
    const std::chrono::nanoseconds wall = std::chrono::steady_clock::now() - start;
    spent += std::max(cpu_time() - cpu, wall / 4);
    return found;
}

Symbols::Symbols(Modules& modules) : state_(new State{.modules = modules}) {}
Symbols::~Symbols() = default;

void Symbols::clear() {
    state_->known.clear();
    state_->names.clear();
    state_->tables.clear();
    state_->lines.clear();
}

void Symbols::allow_lines(std::chrono::nanoseconds most) {
    if (state_->without_lines > 0) state_->known.clear();  // those that had to go without get theirs now
    state_->most = most;
    state_->spent = {};
    state_->without_lines = 0;
}

std::size_t Symbols::without_lines() const { return state_->without_lines; }

std::optional<Symbol> Symbols::symbol(std::uint64_t address) {
    if (state_->names.size() >= kMostKnown) state_->names.clear();
    const auto [known, fresh] = state_->names.try_emplace(address);
    if (!fresh) return known->second;
    const Modules::Module* module = state_->modules.at(address);
    if (module == nullptr || module->handle == nullptr) return std::nullopt;
    const Entry* entry = state_->table(module->handle).find(address);
    if (entry != nullptr) known->second = Symbol{entry->name, address - entry->address};
    return known->second;
}

bool Symbols::is_start(std::uint64_t address) {
    const Modules::Module* module = state_->modules.at(address);
    return module != nullptr && module->handle != nullptr && state_->table(module->handle).begins_at(address);
}

const std::vector<Frame>& Symbols::frames(const FrameAddress& address) {
    State& state = *state_;
    const std::uint64_t wanted = address.lookup();
    const std::uint64_t key = wanted * 2 + (address.guess ? 1 : 0);
    const auto found = state.known.find(key);
    if (found != state.known.end()) return found->second;
    if (state.known.size() >= kMostKnown) state.known.clear();
    std::vector<Frame>& frames = state.known[key];
    const Modules::Module* module = state.modules.at(wanted);
    Frame outermost;
    outermost.guess = address.guess;
    if (module == nullptr) {
        outermost.offset = address.pc;
        frames.push_back(std::move(outermost));
        return frames;
    }
    outermost.module = module->range.path;
    const auto named = symbol(wanted);
    if (named) {
        outermost.function = demangle(named->name);
        outermost.offset = named->offset + (address.exact ? 0 : 1);
    } else {
        outermost.offset = address.pc - (module->handle != nullptr ? module->bias : module->range.start);
        if (!module->build_id.empty()) outermost.build_id = module->build_id;
    }
    if (module->handle != nullptr && has_lines_worth_reading(module->range.path)) {
        for (SourceCall& call : state.calls(module->handle, wanted)) {
            Frame frame = outermost;
            frame.file = std::move(call.file);
            frame.line = call.line;
            frame.inlined = true;
            frame.function = call.function ? std::optional(demangle(*call.function)) : std::nullopt;
            frames.push_back(std::move(frame));
        }
    }
    if (frames.empty()) {
        frames.push_back(std::move(outermost));
        return frames;
    }
    Frame& last = frames.back();
    last.inlined = false;
    if (named || !last.function) last.function = outermost.function;
    for (std::size_t i = 0; i + 1 < frames.size(); ++i) frames[i].offset.reset();
    return frames;
}

}  // namespace rampwatch::native
