// SPDX-License-Identifier: MIT
#include "core/heap/fold.h"

#include <algorithm>
#include <utility>

namespace rampwatch::heap {

namespace {

using runtime::Edge;
using runtime::TypeId;
using runtime::TypeKind;

constexpr double kNodes = 1.5;    // nodes a class's object, at most
constexpr double kMostOf = 0.5;   // of the nodes that must lead to the class
constexpr double kLeastEach = 1;  // byte, below which a part is not told
constexpr std::size_t kMostOwned = 8;

}  // namespace

HeapKind kind_of(TypeKind kind) {
    switch (kind) {
        case TypeKind::type:
            return HeapKind::type;
        case TypeKind::array:
            return HeapKind::array;
        case TypeKind::text:
            return HeapKind::text;
        case TypeKind::chunk:
            return HeapKind::chunk;
        case TypeKind::buffer:
            return HeapKind::buffer;
        case TypeKind::free:
            return HeapKind::free;
    }
    return HeapKind::chunk;
}

bool is_node_of(const Row& row, TypeId type) {
    return row.name.kind == TypeKind::chunk &&
           std::any_of(row.edges.begin(), row.edges.end(),
                       [&](const Edge& edge) { return edge.to == type && edge.share >= kMostOf; });
}

namespace {

bool owns(TypeKind kind) { return kind == TypeKind::type; }
bool owned(TypeKind kind) {
    return kind == TypeKind::text || kind == TypeKind::array || kind == TypeKind::chunk ||
           kind == TypeKind::buffer;
}

bool sure(const HeapFigure& figure) { return figure.value > 0 && figure.value > figure.half; }

struct Entry {
    Row row{};
    double left = 0;  // bytes that no other has taken
    HeapType shown{};
};

class Folding {
  public:
    explicit Folding(std::vector<Row> rows) {
        for (Row& row : rows) {
            if (row.name.kind == TypeKind::free) continue;
            Entry entry;
            entry.left = std::max(0.0, row.totals.bytes.value);
            entry.shown = {kind_of(row.name.kind),
                           row.name.name,
                           row.totals.count,
                           row.totals.bytes,
                           row.totals.bytes.value,
                           row.maybe_dead,
                           {},
                           row.hint,
                           {},
                           std::nullopt};
            entry.row = std::move(row);
            const runtime::TypeId type = entry.row.type;
            entries_.emplace(type, std::move(entry));
        }
    }

    std::vector<HeapType> run() {
        std::vector<Entry*> owners;
        for (auto& [type, entry] : entries_) {
            if (owns(entry.row.name.kind) && sure(entry.row.totals.count)) owners.push_back(&entry);
        }
        std::stable_sort(owners.begin(), owners.end(),
                         [](const Entry* a, const Entry* b) { return a->left > b->left; });
        for (Entry* owner : owners) take_parts(*owner);
        for (Entry* owner : owners) take_nodes(*owner);
        return shown();
    }

  private:
    static void note(Entry& owner, const Entry& from, std::optional<std::int64_t> offset, double bytes) {
        const double each = bytes / owner.row.totals.count.value;
        owner.shown.bytes.value += bytes;
        if (each < kLeastEach || owner.shown.owned.size() >= kMostOwned) return;
        for (HeapOwned& part : owner.shown.owned) {  // text of several sizes is one thing
            if (part.offset == offset && part.kind == from.shown.kind && part.name == from.shown.name) {
                part.bytes_each += each;
                return;
            }
        }
        owner.shown.owned.push_back({from.shown.kind, from.shown.name, offset, each});
    }

    // The interval of what it owns widens as what it is taken from is uncertain.
    static void widen(Entry& owner, const Entry& from, double bytes) {
        const HeapFigure& figure = from.row.totals.bytes;
        if (figure.value > 0) owner.shown.bytes.half += figure.half * std::min(1.0, bytes / figure.value);
    }

    void take_parts(Entry& owner) {
        for (const Edge& edge : owner.row.edges) {
            const auto found = entries_.find(edge.to);
            if (found == entries_.end() || !owned(found->second.row.name.kind)) continue;
            Entry& part = found->second;
            const double wanted = owner.row.totals.count.value * edge.share * edge.bytes;
            const double got = std::min(part.left, wanted);
            if (got <= 0) continue;
            part.left -= got;
            note(owner, part, edge.offset, got);
            widen(owner, part, got);
        }
    }

    void take_nodes(Entry& owner) {
        for (auto& [type, entry] : entries_) {
            if (entry.left <= 0 || !is_node_of(entry.row, owner.row.type)) continue;
            if (entry.row.totals.count.value > kNodes * owner.row.totals.count.value) continue;
            note(owner, entry, std::nullopt, entry.left);
            widen(owner, entry, entry.left);
            entry.left = 0;
        }
    }

    std::vector<HeapType> shown() {
        std::vector<HeapType> types;
        for (auto& [type, entry] : entries_) {
            const double taken = std::max(0.0, entry.row.totals.bytes.value) - entry.left;
            HeapType& type_shown = entry.shown;
            if (!owns(entry.row.name.kind) && taken > 0) {
                const double share = entry.left / entry.row.totals.bytes.value;
                type_shown.bytes.value *= share;
                type_shown.count.value *= share;
                type_shown.own_bytes *= share;
            }
            if (sure(type_shown.bytes)) types.push_back(std::move(type_shown));
        }
        std::stable_sort(types.begin(), types.end(),
                         [](const HeapType& a, const HeapType& b) { return a.bytes.value > b.bytes.value; });
        if (types.size() > kMostHeapTypes) types.resize(kMostHeapTypes);
        return types;
    }

    std::map<runtime::TypeId, Entry> entries_{};
};

}  // namespace

std::vector<HeapType> fold(std::vector<Row> rows) { return Folding(std::move(rows)).run(); }

}  // namespace rampwatch::heap
