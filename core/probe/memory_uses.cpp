// SPDX-License-Identifier: MIT
// What mappings are used for, told by their names, their neighbours and their shape.
#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>

#include "core/probe/smaps.h"

#include "core/base/path.h"

namespace rampwatch::probe {
namespace {

// glibc's heaps beside the one of brk: aligned to this, the unused rest not accessible (malloc/arena.c,
// HEAP_MAX_SIZE). Go's arenas look alike, but lie where no libc maps anything.
constexpr std::uint64_t kArenaSize = std::uint64_t{64} << 20;
constexpr std::uint64_t kLowestArena = std::uint64_t{1} << 45;

bool starts_with_any(std::string_view text, std::initializer_list<std::string_view> prefixes) {
    return std::any_of(prefixes.begin(), prefixes.end(),
                       [&](std::string_view prefix) { return text.starts_with(prefix); });
}

bool is_bare(const Mapping& mapping) { return mapping.path.empty() && mapping.inode == 0; }
bool is_closed(const Mapping& mapping) {
    return is_bare(mapping) && !mapping.readable && !mapping.writable && !mapping.executable;
}
bool is_plain(const Mapping& mapping) { return is_bare(mapping) && mapping.readable && mapping.writable; }

class Divider {
  public:
    Divider(std::span<const MappedMemory> mappings, std::vector<std::uint64_t> stack_pointers)
        : all_(mappings), pointers_(std::move(stack_pointers)) {
        std::sort(pointers_.begin(), pointers_.end());
        for (std::size_t i = 0; i < all_.size(); ++i) {
            if (has_guard(i) && has_pointer(all_[i].mapping)) stack_sizes_.insert(size_with_guard(i));
        }
    }

    std::vector<MemoryPart> parts() {
        for (std::size_t i = 0; i < all_.size(); ++i) {
            const auto [kind, name] = use_of(i);
            add(kind, name, all_[i].figures, is_closed(all_[i].mapping) ? 0 : 1);
        }
        std::vector<MemoryPart> parts;
        for (auto& [key, part] : parts_) parts.push_back(std::move(part));
        return parts;
    }

  private:
    [[nodiscard]] const Mapping* neighbour(std::size_t i, int step) const {
        if (step < 0 && i == 0) return nullptr;
        const std::size_t at = step < 0 ? i - 1 : i + 1;
        if (at >= all_.size()) return nullptr;
        const Mapping& mapping = all_[i].mapping;
        const Mapping& other = all_[at].mapping;
        return (step < 0 ? other.end == mapping.start : other.start == mapping.end) ? &other : nullptr;
    }
    [[nodiscard]] bool has_guard(std::size_t i) const {
        const Mapping* below = neighbour(i, -1);
        return is_plain(all_[i].mapping) && below != nullptr && is_closed(*below);
    }
    [[nodiscard]] bool has_pointer(const Mapping& mapping) const {
        const auto at = std::lower_bound(pointers_.begin(), pointers_.end(), mapping.start);
        return at != pointers_.end() && *at < mapping.end;
    }
    [[nodiscard]] std::uint64_t size_with_guard(std::size_t i) const {
        return all_[i].mapping.end - all_[i - 1].mapping.start;
    }
    [[nodiscard]] bool is_stack(std::size_t i) const {
        return has_guard(i) && (has_pointer(all_[i].mapping) || stack_sizes_.contains(size_with_guard(i)));
    }
    [[nodiscard]] bool is_arena(std::size_t i) const {
        const Mapping& mapping = all_[i].mapping;
        if (!is_plain(mapping) || mapping.start % kArenaSize != 0 || mapping.start < kLowestArena)
            return false;
        const std::uint64_t rest = mapping.end % kArenaSize;
        if (rest == 0) return true;
        const Mapping* above = neighbour(i, 1);
        return above != nullptr && is_closed(*above) && above->end >= mapping.end + (kArenaSize - rest);
    }

    std::pair<MemoryKind, std::string> use_of(std::size_t i) const {
        const Mapping& mapping = all_[i].mapping;
        const std::string& path = mapping.path;
        if (path == "[heap]") return {MemoryKind::heap, {}};
        if (path == "[stack]") return {MemoryKind::stacks, {}};
        if (path.starts_with("[anon:"))
            return {MemoryKind::named, path.substr(6, path.size() - 6 - (path.ends_with(']') ? 1 : 0))};
        if (starts_with_any(path, {"/dev/shm/", "/memfd:", "/SYSV", "/dev/zero", "[anon_shmem:"}))
            return {MemoryKind::shared, path};
        if (path == "/anon_hugepage") return {MemoryKind::named, "huge pages of hugetlbfs"};
        if (path.starts_with('[')) return {MemoryKind::other, path};
        if (!path.empty()) return {MemoryKind::file, path + (mapping.deleted ? " (deleted)" : "")};
        if (is_closed(mapping)) return {of_closed(i), {}};
        if (is_arena(i)) return {MemoryKind::arenas, {}};
        return {is_stack(i) ? MemoryKind::stacks : MemoryKind::anonymous, {}};
    }
    // A guard belongs to its stack, and the unused rest to its arena.
    [[nodiscard]] MemoryKind of_closed(std::size_t i) const {
        if (i > 0 && neighbour(i, -1) != nullptr && is_arena(i - 1)) return MemoryKind::arenas;
        if (neighbour(i, 1) != nullptr && is_stack(i + 1)) return MemoryKind::stacks;
        return MemoryKind::anonymous;
    }

    void add(MemoryKind kind, const std::string& name, const MemoryFigures& figures, std::int64_t mappings) {
        MemoryPart& part = parts_[{kind, name}];
        part.kind = kind;
        part.name = name;
        part.mappings += mappings;
        part.figures.address_space += figures.address_space;
        part.figures.rss += figures.rss;
        part.figures.anonymous += figures.anonymous;
        part.figures.swap += figures.swap;
        part.figures.lazy_free += figures.lazy_free;
        part.figures.huge += figures.huge;
        part.figures.pss += figures.pss;
        part.figures.hugetlb += figures.hugetlb;
    }

    std::span<const MappedMemory> all_;
    std::vector<std::uint64_t> pointers_;
    std::set<std::uint64_t> stack_sizes_{};
    std::map<std::pair<MemoryKind, std::string>, MemoryPart> parts_{};
};

struct Sign {
    std::string_view file;  // the beginning of its base name
    const char* name;
};
constexpr Sign kSigns[] = {{"libc.so", "glibc"},        {"libc-2.", "glibc"},
                           {"ld-musl-", "musl"},        {"libjemalloc", "jemalloc"},
                           {"libtcmalloc", "tcmalloc"}, {"libmimalloc", "mimalloc"},
                           {"libjvm.so", "JVM"},        {"libpython", "Python"},
                           {"python3", "Python"},       {"libnode.so", "Node.js"}};

}  // namespace

std::vector<MemoryPart> divide(std::span<const MappedMemory> mappings,
                               std::vector<std::uint64_t> stack_pointers) {
    return Divider(mappings, std::move(stack_pointers)).parts();
}

std::vector<std::string> allocators_in(std::span<const MappedMemory> mappings) {
    std::set<std::string> found;
    for (const MappedMemory& mapped : mappings) {
        const std::string_view path = mapped.mapping.path;
        const std::string_view base = base_name(path);
        if (base == "node" || base == "nodejs") found.insert("Node.js");
        for (const Sign& sign : kSigns) {
            if (base.starts_with(sign.file)) found.insert(sign.name);
        }
    }
    return {found.begin(), found.end()};
}

}  // namespace rampwatch::probe
