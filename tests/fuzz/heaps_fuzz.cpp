// SPDX-License-Identifier: MIT
// A heap whose memory is hostile: made up so that it makes sense, as malloc's with classes and a static
// variable or as a Python's with pools, modules and dicts, and then written over. It is read as `heap` does,
// once as it was and once damaged, with who holds what: no crash, an end within bounds, no figure beyond what
// there is. Input: a byte that says which, then six bytes a change.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "core/cpython/holders.h"
#include "core/cpython/types.h"
#include "core/cxx/glibc_heap.h"
#include "core/heap/reading.h"
#include "core/probe/memory_image.h"

namespace {

using namespace rampwatch;

constexpr std::uint64_t kHeap = 0x5555'0000'0000, kHeapSize = 32 * 4096;
constexpr std::uint64_t kLibrary = 0x7f00'0000'0000, kLibrarySize = 6 * 4096, kStatic = 4 * 4096;

probe::Mapping mapping(std::uint64_t start, std::uint64_t pages, const std::string& path, bool writable) {
    probe::Mapping made;
    made.start = start;
    made.end = start + pages * 4096;
    made.readable = true;
    made.writable = writable;
    made.path = path;
    made.inode = path.starts_with('/') ? 1 : 0;
    return made;
}

// A heap, and what lies beside it, as words.
struct Process {
    std::vector<std::uint64_t> heap = std::vector<std::uint64_t>(kHeapSize / 8);
    std::vector<std::uint64_t> library = std::vector<std::uint64_t>(kLibrarySize / 8);

    void put(std::uint64_t address, std::uint64_t word) {
        if (address >= kLibrary)
            library[(address - kLibrary) / 8] = word;
        else
            heap[(address - kHeap) / 8] = word;
    }
    void put_text(std::uint64_t address, const char* text) {
        auto* into = reinterpret_cast<char*>(&library[(address - kLibrary) / 8]);
        std::memcpy(into, text, std::strlen(text) + 1);
    }
};

// Type information as a compiler lays it out.
void put_class(Process& process) {
    const std::uint64_t abi = kLibrary + 0x110, code = kLibrary + 0x3010;
    process.put(abi - 8, kLibrary + 0x200);
    process.put(abi, code);
    process.put(kLibrary + 0x200, abi);
    process.put(kLibrary + 0x208, kLibrary + 0x300);
    process.put_text(kLibrary + 0x300, "N10__cxxabiv117__class_type_infoE");
    process.put(kLibrary + 0x400, abi);
    process.put(kLibrary + 0x408, kLibrary + 0x480);
    process.put_text(kLibrary + 0x480, "N4shop7SessionE");
    process.put(kLibrary + 0x508, kLibrary + 0x400);
    process.put(kLibrary + 0x510, code);
}

// Sessions of 48 bytes with a node each, and the array of a map's buckets that a static variable leads to.
Process malloc_process() {
    Process process;
    put_class(process);
    constexpr std::uint64_t kArray = 20'016;
    std::uint64_t at = kHeap;
    const auto chunk = [&](std::uint64_t size) {
        process.put(at + 8, size | 1);
        at += size;
        return at - size + 16;
    };
    const std::uint64_t array = chunk(kArray);
    std::uint64_t node = 0;
    for (std::size_t i = 0; at + 96 < kHeap + kHeapSize - 32; ++i) {
        const std::uint64_t session = chunk(48);
        process.put(session, kLibrary + 0x510);
        const std::uint64_t next = node;
        node = chunk(48);
        process.put(node, next);
        process.put(node + 8, i);
        process.put(node + 16, session);
        if (i < kArray / 8 - 2) process.put(array + i * 8, node);
    }
    process.put(at + 8, (kHeap + kHeapSize - at) | 1);
    const std::uint64_t map = kLibrary + kStatic + 64;
    process.put(map, array);
    process.put(map + 8, kArray / 8 - 2);
    process.put(map + 16, node);
    process.put(map + 24, 1000);
    process.put(map + 32, 0x3f800000);
    return process;
}

constexpr std::uint64_t kTypeType = kLibrary, kSession = kLibrary + 0x400, kDict = kLibrary + 0x800,
                        kModule = kLibrary + 0xc00, kList = kLibrary + 0x1000,
                        kInterpreter = kLibrary + 0x2000, kNames = kLibrary + 0x1800,
                        kFirst = kLibrary + 0x1f00;

// An object of a dict of 3.11 with its table right behind it: key, value.
std::uint64_t put_dict(Process& process, std::uint64_t at, std::uint64_t key, std::uint64_t value) {
    const std::uint64_t table = at + 64;
    const std::uint64_t words[] = {1, kDict, 1, 0, table, 0, 0, 0, 1, 0x0303, 4, 1, 0, key, value};
    for (std::size_t i = 0; i < std::size(words); ++i) process.put(at + i * 8, words[i]);
    reinterpret_cast<unsigned char*>(&process.library[(table + 8 - kLibrary) / 8])[2] = 1;
    return at;
}

// Pools of Sessions, and a list of them at an attribute of a module.
Process python_process() {
    Process process;
    const auto type = [&](std::uint64_t at, const char* name, std::uint64_t flags) {
        const std::uint64_t text = kNames + (at - kLibrary) / 8;
        process.put(at, 5);
        process.put(at + 8, kTypeType);
        process.put(at + 24, text);
        process.put(at + 32, 32);
        process.put(at + 168, flags | 1U << 12);
        process.put_text(text, name);
    };
    type(kTypeType, "type", 1U << 31);
    type(kSession, "Session", 1U << 14);
    type(kDict, "dict", 1U << 29);
    type(kModule, "module", 0);
    type(kList, "list", 1U << 25);
    const std::uint64_t items = kHeap + 4 * 16384, list = kLibrary + 0x5000, module = kLibrary + 0x5080;
    std::uint64_t objects = 0;
    for (std::uint64_t pool = kHeap; pool < items; pool += 16384) {
        process.put(pool, 200);
        process.put(pool + 32, std::uint64_t{3} << 32);
        process.put(pool + 40, std::uint64_t{16384 - 64} << 32 | (48 + 200 * 64));
        for (std::uint64_t i = 0; i < 200; ++i) {
            process.put(pool + 48 + i * 64 + 16, 1);
            process.put(pool + 48 + i * 64 + 24, kSession);
            process.put(items + 8 * objects++, pool + 48 + i * 64 + 16);
        }
    }
    const std::uint64_t of_list[] = {1, kList, objects, items, objects};
    for (std::size_t i = 0; i < std::size(of_list); ++i) process.put(list + i * 8, of_list[i]);
    process.put(module, 1);
    process.put(module + 8, kModule);
    process.put(module + 16, put_dict(process, kLibrary + 0x5100, kLibrary + 0x5300, list));
    put_dict(process, kLibrary + 0x5200, kLibrary + 0x5300, module);
    const std::uint64_t name[] = {1, 0, 5, 0, 0x64, 0};
    for (std::size_t i = 0; i < std::size(name); ++i) process.put(kLibrary + 0x5300 + i * 8, name[i]);
    process.put_text(kLibrary + 0x5330, "cache");
    process.put(kFirst, kInterpreter);
    process.put(kInterpreter + 888, kLibrary + 0x5200);
    return process;
}

class Python : public runtime::Runtime {
  public:
    explicit Python(const runtime::Target& target) {
        python_.layout = *cpython::layout_by_table({3, 11});
        python_.first = kFirst;
        python_.type_type = kTypeType;
        types_.begin(target.memory, kTypeType);
        holders_.begin(target.memory);
        blocks_.set_holders(&holders_);
    }
    [[nodiscard]] std::string_view name() const override { return "Python"; }
    [[nodiscard]] std::string version() const override { return "3.11"; }
    [[nodiscard]] bool refresh(const runtime::Target&) override { return true; }
    runtime::Blocks* blocks() override { return &blocks_; }
    Frame name_of(runtime::FrameId) override { return {}; }
    runtime::TypeName name_of_type(runtime::TypeId type) override { return types_.name_of(type); }

  private:
    cpython::Interpreter python_{};
    cpython::Types types_{};
    cpython::HeapBlocks blocks_{python_.layout, types_};
    cpython::PythonHolders holders_{python_, types_, blocks_};
};

// The Target of a Process; what it refers to lives as long as this.
struct Image {
    explicit Image(const Process& process) : known(pages()) {
        memory.put(kHeap, std::as_bytes(std::span(process.heap)));
        memory.put(kLibrary, std::as_bytes(std::span(process.library)));
        maps.mappings = {mapping(kHeap, kHeapSize / 4096, "[heap]", true),
                         mapping(kLibrary, 3, "/lib/libshop.so", false),
                         mapping(kLibrary + 3 * 4096, 1, "/lib/libshop.so", false),
                         mapping(kLibrary + kStatic, 2, "/lib/libshop.so", true)};
        maps.mappings[2].executable = true;
    }
    [[nodiscard]] runtime::Target target() const {
        return {memory, maps, &known, tids, probe::Arch::x86_64, no_file};
    }
    static Result<probe::ModuleFile> no_file(const probe::Mapping&) {
        return Error{Error::Kind::not_found, "no file", "", ""};
    }
    static probe::PageSet pages() {
        probe::PageSet set;
        set.add({kHeap / 4096, kHeapSize / 4096});
        set.add({kLibrary / 4096, kLibrarySize / 4096});
        return set;
    }
    probe::MemoryImage memory{};
    probe::Maps maps{};
    probe::KnownPages known;
    probe::NamespaceTids tids{};
};

std::unique_ptr<runtime::Runtime> attach(bool python, const runtime::Target& target) {
    if (python) return std::make_unique<Python>(target);
    runtime::Budget budget = runtime::budget_of(1 << 24, std::chrono::seconds(5), std::chrono::seconds(5));
    auto attached = cxx::glibc_entry().attach(target, budget);
    return attached ? std::move(*attached) : nullptr;
}

void check(const HeapTypes& types) {
    constexpr double kMost = 64.0 * kHeapSize;
    if (types.types.size() > kMostHeapTypes) std::abort();
    for (const HeapType& type : types.types) {
        if (!std::isfinite(type.bytes.value) || type.bytes.value > kMost) std::abort();
        if (type.held_by && (type.held_by->share > 1.0001 || type.held_by->name.empty())) std::abort();
    }
}

// Six bytes a change: four of the place, one of the kind of word, one of its value.
void damage(Process& process, std::span<const std::uint8_t> input) {
    for (std::size_t i = 0; i + 6 <= input.size(); i += 6) {
        std::uint32_t place = 0;
        std::memcpy(&place, input.data() + i, 4);
        const std::uint64_t value = input[i + 5];
        const std::uint64_t words[] = {value,
                                       value << 56 | value,
                                       kHeap + value * 16 * (1 + place % 31),
                                       kLibrary + value * 8 * (1 + place % 11),
                                       ~std::uint64_t{0} - value,
                                       std::uint64_t{1} << value % 64};
        const std::size_t all = process.heap.size() + process.library.size();
        const std::size_t at = place % all;
        const std::uint64_t word = words[input[i + 4] % std::size(words)];
        if (at < process.heap.size())
            process.heap[at] = word;
        else
            process.library[at - process.heap.size()] = word;
    }
}

// What the sound one says, once for all: it would be of no use to damage what is not understood.
const heap::Snapshot& sound(bool python) {
    const auto read = [](bool is_python) {
        const Process process = is_python ? python_process() : malloc_process();
        const Image image(process);
        const runtime::Target target = image.target();
        const auto attached = attach(is_python, target);
        auto reading = heap::read_now(*attached, target, {});
        if (!reading) std::abort();
        const auto top = std::find_if(reading->types.types.begin(), reading->types.types.end(),
                                      [](const HeapType& type) { return type.name.ends_with("Session"); });
        if (top == reading->types.types.end() || top->count.value < 700 || !top->held_by) std::abort();
        return reading->snapshot;
    };
    static const heap::Snapshot of_malloc = read(false), of_python = read(true);
    return python ? of_python : of_malloc;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
    if (size < 7) return 0;
    const bool python = data[0] % 2 == 1;
    const heap::Snapshot& before = sound(python);
    Process process = python ? python_process() : malloc_process();
    damage(process, {data + 1, size - 1});
    const Image image(process);
    const runtime::Target target = image.target();
    const auto attached = attach(python, target);
    if (attached == nullptr) return 0;
    if (const auto reading = heap::read_now(*attached, target, {})) check(reading->types);
    if (!attached->refresh(target)) return 0;
    if (const auto growth = heap::read_growth(*attached, target, before, {})) check(*growth);
    return 0;
}
