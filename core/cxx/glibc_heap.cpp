// SPDX-License-Identifier: MIT
#include "core/cxx/glibc_heap.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <optional>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "core/cxx/arenas.h"
#include "core/cxx/array_scan.h"
#include "core/cxx/chunk_chain.h"
#include "core/cxx/chunk_types.h"
#include "core/cxx/class_names.h"
#include "core/cxx/heap_holders.h"
#include "core/cxx/modules.h"
#include "core/cxx/pointed.h"
#include "core/probe/careful_reader.h"

namespace rampwatch::cxx {

namespace {

using probe::Mapping;
using runtime::Block;
using runtime::Budget;
using runtime::Sink;
using runtime::TypeId;

constexpr unsigned kShift = 2;               // blocks of 16 KiB
constexpr std::uint64_t kMostListed = 1040;  // bytes of a chunk in a quick list
constexpr std::uint64_t kMostPeek = std::uint64_t{1} << 20;
constexpr std::uint64_t kGuard = 64 << 10;  // in front of a thread's stack, at most
constexpr std::size_t kLeastBlocks = 32;    // before the self-check means anything
constexpr int kKeptOfBlock = 6;             // objects

enum class Place : std::uint8_t { main_arena, arena, apart };

// What of the target is needed for one order.
struct View {
    explicit View(const runtime::Target& target, TypeTable& table)
        : maps(target.maps),
          memory(target.memory, target.maps, target.pages, target.open_module),
          modules(target.maps, target.open_module),
          classes(memory, modules),
          types(table, classes) {}

    const probe::Maps& maps;
    probe::CarefulReader memory;
    Modules modules;
    ClassNames classes;
    ChunkTypes types;
    Kept kept{};
    runtime::MetObjects met{};
    std::optional<HeapHolders> holders{};
    FreeChunks free{};
    std::unordered_map<std::uint64_t, Place> places{};  // by start of the mapping
    std::unordered_map<std::uint64_t, std::string> functions{};
    std::size_t in_step = 0, out_of_step = 0, inside = 0;
};

// Those behind the block too: a chunk may begin at its very end.
std::vector<std::uint64_t> words_of(const Block& block) {
    std::vector<std::uint64_t> words((block.bytes.size() + block.ahead.size()) / 8);
    std::memcpy(words.data(), block.bytes.data(), block.bytes.size());
    std::memcpy(words.data() + block.bytes.size() / 8, block.ahead.data(), block.ahead.size());
    return words;
}

bool anonymous(const Mapping& mapping) {
    return mapping.writable && mapping.readable && !mapping.shared && mapping.inode == 0;
}

// A mapping of nothing, right below.
bool guarded(const probe::Maps& maps, const Mapping& mapping) {
    if (&mapping == maps.mappings.data()) return false;
    const Mapping& below = *(&mapping - 1);
    return below.end == mapping.start && !below.readable && !below.writable && !below.executable &&
           below.end - below.start <= kGuard;
}

class GlibcHeap : public runtime::Runtime, public runtime::Blocks {
  public:
    // --- Runtime
    [[nodiscard]] std::string_view name() const override { return "C and C++ on glibc"; }
    [[nodiscard]] std::string version() const override { return {}; }
    [[nodiscard]] bool refresh(const runtime::Target& target) override {
        view_ = std::make_unique<View>(target, table_);
        return true;
    }
    runtime::Blocks* blocks() override { return this; }
    Frame name_of(runtime::FrameId) override { return {}; }
    runtime::TypeName name_of_type(TypeId type) override { return table_.name(type); }

    // --- Blocks
    [[nodiscard]] bool wants(const Mapping& mapping) const override {
        if (!anonymous(mapping)) return false;
        if (mapping.path == "[heap]") return true;
        return mapping.path.empty() && !guarded(view_->maps, mapping) && !zeroed(mapping);
    }
    [[nodiscard]] unsigned block_shift() const override { return kShift; }
    void read(const Block& block, Sink& sink) override;
    void end_window(Sink&, Budget&) override {}
    std::uint64_t mark() override {
        Budget budget =
            runtime::budget_of(std::uint64_t{16} << 20, std::chrono::seconds(2), std::chrono::seconds(5));
        view_->free = free_chunks(view_->memory, view_->maps, budget);
        view_->met.clear();
        return 0;
    }
    bool moved_since(std::uint64_t) override { return false; }
    std::vector<runtime::Edge> edges(TypeId type, Budget& budget) override {
        const auto in_heap = [this](std::uint64_t address) { return is_heap(address); };
        return view_->kept.edges(type, view_->memory, in_heap, view_->types, budget);
    }
    runtime::Holders* holders() override;
    std::string hint(TypeId type) override { return view_->kept.hint(type, view_->modules); }
    [[nodiscard]] std::string doubt() const override;

  private:
    // The data of a module that begins as zeros, right behind its file.
    [[nodiscard]] bool zeroed(const Mapping& mapping) const {
        return view_->modules.in_module(mapping.start);
    }
    [[nodiscard]] bool is_heap(std::uint64_t address) const {
        const Mapping* mapping = probe::find(view_->maps, address);
        return mapping != nullptr && wants(*mapping);
    }
    Place place_of(const Mapping& mapping);
    std::vector<Chunk> chunks_in(const Block& block);
    const std::string& function(std::uint64_t address);
    void read_chunks(const Block& block, std::span<const Chunk> chunks, Sink& sink);
    void read_inside(const Block& block, Place place, Sink& sink);
    [[nodiscard]] bool is_free(const Block& block, const Chunk& chunk);
    [[nodiscard]] bool is_freed(const Block& block, const Chunk& chunk);
    [[nodiscard]] bool is_listed(std::uint64_t address, std::span<const std::uint64_t> content) const;

    TypeTable table_{};
    std::unique_ptr<View> view_{};
};

Place GlibcHeap::place_of(const Mapping& mapping) {
    if (mapping.path == "[heap]") return Place::main_arena;
    const auto known = view_->places.find(mapping.start);
    if (known != view_->places.end()) return known->second;
    const bool arena = is_arena_heap(view_->memory, view_->maps, mapping);
    return view_->places[mapping.start] = arena ? Place::arena : Place::apart;
}

// As it is called, or where it stands; looked up once.
const std::string& GlibcHeap::function(std::uint64_t address) {
    std::string& name = view_->functions[address];
    if (name.empty()) name = demangled_symbol(view_->modules.symbol(address));
    if (name.empty()) name = view_->modules.place(address);
    return name;
}

// Where the next header lies beyond what was read it is looked up.
bool GlibcHeap::is_free(const Block& block, const Chunk& chunk) {
    if (chunk.sure) return chunk.free;
    if (chunk.size > kMostPeek) return view_->free.covers(block.address + chunk.offset, chunk.size);
    const std::uint64_t next = block.address + chunk.offset + chunk.size;
    const auto header = view_->memory.get<std::array<std::uint64_t, 2>>(next);
    return header && ((*header)[1] & 1U) == 0 && (*header)[0] == chunk.size;
}

// Freed, and kept in one of malloc's quick lists, whose chunks count as used: its first word leads to the
// next one of the list, disguised by its own address ("safe linking", glibc 2.32 and newer). `address`: of
// its first own byte.
bool GlibcHeap::is_listed(std::uint64_t address, std::span<const std::uint64_t> content) const {
    if (content.empty()) return false;
    const std::uint64_t next = content[0] ^ address >> 12;
    if (next == 0) return true;
    return next % 16 == 0 && is_heap(next);
}

// Of a chunk, or of a word outside of all (its size is 0): nobody uses it.
bool GlibcHeap::is_freed(const Block& block, const Chunk& chunk) {
    const std::uint64_t address = block.address + chunk.offset;
    if (chunk.size == 0) return view_->free.overlap(address, 8) > 0;
    if (is_free(block, chunk)) return true;
    if (chunk.size > kMostListed || chunk.offset + 24 > block.bytes.size()) return false;
    std::uint64_t first = 0;
    std::memcpy(&first, block.bytes.data() + chunk.offset + 16, sizeof first);
    return is_listed(address + 16, {&first, 1});
}

std::vector<Chunk> GlibcHeap::chunks_in(const Block& block) {
    const Place place = place_of(*block.mapping);
    if (place == Place::apart) return {};
    return chunk_chain(block.bytes, block.ahead, place == Place::main_arena);
}

runtime::Holders* GlibcHeap::holders() {
    return &view_->holders.emplace(
        HeapGround{view_->maps, view_->memory, view_->modules, table_, view_->types, view_->met,
                   [this](std::uint64_t address) { return is_heap(address); },
                   [this](const Block& block) { return chunks_in(block); },
                   [this](const Block& block, const Chunk& chunk) { return is_freed(block, chunk); }});
}

void GlibcHeap::read_chunks(const Block& block, std::span<const Chunk> chunks, Sink& sink) {
    const std::vector<std::uint64_t> words = words_of(block);
    int kept = 0;
    for (std::size_t i = 0; i < chunks.size(); ++i) {
        const Chunk& chunk = chunks[i];
        const auto here =
            static_cast<std::int64_t>(std::min<std::uint64_t>(chunk.size, block.bytes.size() - chunk.offset));
        if (is_free(block, chunk)) {
            sink.add({view_->types.free(), 1,
                      chunk.size > kLargeChunk ? here : static_cast<std::int64_t>(chunk.size)});
            continue;
        }
        if (chunk.size > kLargeChunk) {
            sink.add({view_->types.buffer(), 1, here});
            continue;
        }
        const std::size_t first = chunk.offset / 8 + 2;
        const std::size_t own =
            std::min<std::size_t>((chunk.size - 8) / 8, words.size() - std::min(first, words.size()));
        const auto content = std::span(words).subspan(std::min(first, words.size()), own);
        if (chunk.size <= kMostListed && is_listed(block.address + chunk.offset + 16, content)) {
            sink.add({view_->types.free(), 1, static_cast<std::int64_t>(chunk.size)});
            continue;
        }
        const TypeId type = view_->types.type_of(content, chunk.size);
        sink.add({type, 1, static_cast<std::int64_t>(chunk.size)});
        view_->met.offer(type, block.address + chunk.offset + 16);
        const bool chosen = kept < kKeptOfBlock && i % (1 + chunks.size() / kKeptOfBlock) == 0;
        if (chosen && content.size() * 8 + 16 >= std::min<std::uint64_t>(chunk.size, 128)) {
            view_->kept.offer(type, content);
            ++kept;
        }
    }
}

// No headers: inside a large chunk, a mapping of its own, or a pool of the program's.
void GlibcHeap::read_inside(const Block& block, Place place, Sink& sink) {
    const auto size = static_cast<std::int64_t>(block.bytes.size());
    if (place != Place::apart && view_->free.covers(block.address, block.bytes.size())) {
        sink.add({view_->types.free(), 0, size});
        ++view_->inside;
        return;
    }
    std::int64_t left = size;
    const auto free = place == Place::apart
                          ? std::int64_t{0}
                          : static_cast<std::int64_t>(view_->free.overlap(block.address, block.bytes.size()));
    if (free >= size / 2) {  // the seam of two: what lies there was freed, all but a little
        sink.add({view_->types.free(), 0, free});
        sink.add({view_->types.buffer(), 0, size - free});
        ++view_->inside;
        return;
    }
    const std::vector<std::uint64_t> words = words_of(block);
    const auto own = std::span(words).first(block.bytes.size() / 8);
    for (const ArrayPart& part : scan_arrays(own, view_->classes, view_->modules)) {
        const TypeId type = part.function == 0 ? view_->types.array_of(part.number)
                                               : view_->types.callbacks(function(part.function));
        sink.add({type, part.count, std::min(left, part.bytes)});
        left -= std::min(left, part.bytes);
    }
    if (left > 0) sink.add({view_->types.buffer(), 0, left});
}

void GlibcHeap::read(const Block& block, Sink& sink) {
    const Place place = place_of(*block.mapping);
    const std::vector<Chunk> chunks = chunks_in(block);
    if (chunks.empty()) {
        view_->out_of_step += place == Place::apart ? 0U : 1U;
        read_inside(block, place, sink);
        return;
    }
    ++view_->in_step;
    read_chunks(block, chunks, sink);
    if (chunks.front().offset >= kLargeChunk / 4) {  // the end of a large chunk that began before
        const auto bytes = static_cast<std::int64_t>(chunks.front().offset);
        const auto free =
            static_cast<std::int64_t>(view_->free.overlap(block.address, chunks.front().offset));
        if (free > 0) sink.add({view_->types.free(), 0, free});
        if (free < bytes) sink.add({view_->types.buffer(), 0, bytes - free});
    }
}

// Where malloc's own notes were found there is none: blocks out of step lie inside of large chunks.
std::string GlibcHeap::doubt() const {
    if (view_->free.known) return {};
    const std::size_t all = view_->in_step + view_->out_of_step - view_->inside;
    if (view_->in_step + view_->out_of_step < kLeastBlocks || view_->in_step * 10 >= all) return {};
    return fmt::format(
        "Only {} of {} blocks of its heap look like those of glibc's malloc: it may have another "
        "allocator built in.",
        view_->in_step, all);
}

bool recognise(const runtime::Target& target) {
    return std::any_of(target.maps.mappings.begin(), target.maps.mappings.end(), [](const Mapping& mapping) {
        return mapping.path == "[heap]" || mapping.path.find("/libc.so") != std::string::npos;
    });
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target, Budget&) {
    const std::string other = other_allocator(target.maps);
    if (!other.empty())
        return Error{Error::Kind::unavailable, fmt::format("its allocator, {}, cannot be read yet", other),
                     "", ""};
    if (target.arch == probe::Arch::other)
        return Error{Error::Kind::unavailable, "heaps of 32-bit programs cannot be read", "", ""};
    auto heap = std::make_unique<GlibcHeap>();
    if (!heap->refresh(target)) return Error{Error::Kind::not_found, "no heap", "", ""};
    return std::unique_ptr<runtime::Runtime>(std::move(heap));
}

}  // namespace

std::string other_allocator(const probe::Maps& maps) {
    constexpr std::pair<std::string_view, std::string_view> kNames[] = {
        {"jemalloc", "jemalloc"}, {"tcmalloc", "tcmalloc"}, {"mimalloc", "mimalloc"}, {"/ld-musl", "musl"}};
    for (const Mapping& mapping : maps.mappings) {
        for (const auto& [part, name] : kNames) {
            if (mapping.inode != 0 && mapping.path.find(part) != std::string::npos) return std::string(name);
        }
    }
    return {};
}

runtime::Entry glibc_entry() {
    return {.name = "C and C++ on glibc", .recognise = recognise, .attach = attach, .in_heaps = true};
}

}  // namespace rampwatch::cxx
