// SPDX-License-Identifier: MIT
#include "core/hotspot/flags.h"

#include <array>
#include <span>
#include <string_view>
#include <vector>

#include "core/hotspot/words.h"

namespace rampwatch::hotspot {
namespace {

constexpr std::uint64_t kMostFlags = 8192;
constexpr std::size_t kName = 32;  // bytes: those that are asked for are shorter

Error failed() { return {Error::Kind::bad_input, "check failed: its flags", "Java", {}}; }

class Told {
  public:
    Told(const probe::MemoryReader& memory, const FlagLayout& layout) : memory_(memory), layout_(layout) {}

    [[nodiscard]] bool read() {
        const std::uint64_t first = read_number(memory_, layout_.first),
                            count = read_number(memory_, layout_.count);
        if (!is_pointer(first) || count == 0 || count > kMostFlags || layout_.size < 16) return false;
        std::vector<std::byte> rows(count * layout_.size);
        if (!memory_.read(first, rows)) return false;
        std::vector<std::array<std::byte, kName>> names(count);
        std::vector<probe::Piece> pieces;
        std::vector<std::uint64_t> places;
        for (std::uint64_t i = 0; i < count; ++i) {
            const auto row = std::span(rows).subspan(i * layout_.size, layout_.size);
            const std::uint64_t name = word_at(row, layout_.name);
            if (!is_address(name)) continue;
            pieces.push_back({name, names[pieces.size()]});
            places.push_back(word_at(row, layout_.value));
        }
        if (!memory_.read(pieces)) return false;
        for (std::size_t i = 0; i < pieces.size(); ++i) {
            const std::string_view text(reinterpret_cast<const char*>(pieces[i].into.data()), kName);
            if (pieces[i].read && text.find('\0') != std::string_view::npos)
                values_.emplace(std::string(text.substr(0, text.find('\0'))), places[i]);
        }
        return values_.size() > 100;
    }
    // One that this build does not have is off.
    [[nodiscard]] bool on(const char* name) const {
        const auto found = values_.find(name);
        return found != values_.end() && read_number<std::uint8_t>(memory_, found->second) == 1;
    }
    template <class T>
    [[nodiscard]] T number(const char* name) const {
        const auto found = values_.find(name);
        return found == values_.end() ? T{} : read_number<T>(memory_, found->second);
    }

  private:
    const probe::MemoryReader& memory_;
    const FlagLayout& layout_;
    std::map<std::string, std::uint64_t> values_{};  // address, by name
};

}  // namespace

std::string_view name_of(Collector collector) {
    switch (collector) {
        case Collector::g1:
            return "G1";
        case Collector::serial:
            return "Serial";
        case Collector::parallel:
            return "Parallel";
        case Collector::shenandoah:
            return "Shenandoah";
        case Collector::z:
            return "ZGC";
        case Collector::other:
            break;
    }
    return "its collector";
}

Result<Flags> flags_of(const probe::MemoryReader& memory, const FlagLayout& layout) {
    Told told(memory, layout);
    if (!told.read()) return failed();
    Flags flags;
    if (told.on("UseG1GC")) flags.collector = Collector::g1;
    if (told.on("UseSerialGC")) flags.collector = Collector::serial;
    if (told.on("UseParallelGC")) flags.collector = Collector::parallel;
    if (told.on("UseShenandoahGC")) flags.collector = Collector::shenandoah;
    if (told.on("UseZGC")) flags.collector = Collector::z;
    flags.short_classes = told.on("UseCompressedClassPointers");
    flags.short_references = told.on("UseCompressedOops");
    flags.compact_headers = told.on("UseCompactObjectHeaders");
    flags.counters = told.on("UsePerfData");
    flags.counters_in_file = flags.counters && !told.on("PerfDisableSharedMem");
    flags.most_heap = told.number<std::uint64_t>("MaxHeapSize");
    const auto alignment = told.number<std::uint32_t>("ObjectAlignmentInBytes");
    if (alignment < 8 || alignment > 256 || (alignment & (alignment - 1)) != 0) return failed();
    flags.alignment = alignment;
    return flags;
}

}  // namespace rampwatch::hotspot
