// SPDX-License-Identifier: MIT
#include "core/cpython/owners.h"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <span>
#include <utility>

#include "core/cpython/record.h"
#include "core/cpython/text.h"

namespace rampwatch::cpython {
namespace {

// Of a dict (Include/cpython/dictobject.h), a list, a set, a module, a type.
constexpr std::size_t kDictKeys = 32, kDictValues = 40, kListItems = 24, kListRoom = 32, kSetMask = 32,
                      kSetTable = 40, kModuleDict = 16, kTypeDict = 264, kTypeDictOffset = 288;
constexpr std::size_t kSeenOfObject = 48;
constexpr std::uint64_t kIsList = std::uint64_t{1} << 25, kIsDict = std::uint64_t{1} << 29,
                        kIsType = std::uint64_t{1} << 31;
constexpr std::size_t kMostName = 200;
constexpr std::size_t kMostInside = 32;  // attributes of an instance

struct Table {
    std::uint64_t entries = 0;  // offset of the first
    std::uint64_t entry = 0;    // bytes of one
    std::uint64_t used = 0;     // entries
    std::uint64_t bytes = 0;    // of all
};

// The header of a table, as Objects/dictobject.c lays it out; empty where it makes no sense.
std::optional<Table> table_of(const Layout& layout, std::span<const std::byte> header) {
    constexpr std::uint64_t kMostSlots = std::uint64_t{1} << 36;
    Table table;
    std::uint64_t slots = 0;
    table.entry = 24;
    if (layout.version.minor >= 11) {
        const auto log2_slots = number_at<std::uint8_t>(header, 8),
                   log2_index = number_at<std::uint8_t>(header, 9),
                   kind = number_at<std::uint8_t>(header, 10);
        if (log2_slots > 36 || log2_index < log2_slots || log2_index > log2_slots + 3 || kind > 2)
            return std::nullopt;
        slots = std::uint64_t{1} << log2_slots;
        table.entries = 32 + (std::uint64_t{1} << log2_index);
        if (kind != 0) table.entry = 16;
        table.used = word_at(header, 24);
    } else {
        slots = word_at(header, 8);
        if (slots == 0 || slots > kMostSlots || (slots & (slots - 1)) != 0) return std::nullopt;
        table.entries = 40 + slots * (slots <= 0xff ? 1 : slots <= 0xffff ? 2 : slots <= 0xffffffff ? 4 : 8);
        table.used = word_at(header, 32);
    }
    const std::uint64_t usable = 2 * slots / 3;
    if (table.used > usable) return std::nullopt;
    table.bytes = table.entries + usable * table.entry;
    return table;
}

std::optional<Table> read_table(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t keys) {
    std::array<std::byte, 40> header{};
    if (!is_pointer(keys) || !memory.read(keys, header)) return std::nullopt;
    return table_of(layout, header);
}

bool is_identifier(const std::string& name, bool dotted) {
    if (name.empty() || name.size() > kMostName) return false;
    return std::all_of(name.begin(), name.end(), [&](unsigned char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
               c >= 0x80 || (dotted && c == '.');
    });
}

}  // namespace

std::uint64_t dict_table_bytes(const probe::MemoryReader& memory, const Layout& layout, std::uint64_t keys) {
    const auto table = read_table(memory, layout, keys);
    return table ? table->bytes : 0;
}

std::vector<DictEntry> dict_entries(const probe::MemoryReader& memory, const Layout& layout,
                                    std::uint64_t keys, std::size_t most, runtime::Budget& budget) {
    const auto table = read_table(memory, layout, keys);
    if (!table || table->used * table->entry > most) return {};
    std::vector<std::byte> bytes(table->used * table->entry);
    if (bytes.empty() || !budget.spend(bytes.size()) || !memory.read(keys + table->entries, bytes)) return {};
    std::vector<DictEntry> entries;
    const std::size_t key = table->entry == 24 ? 8 : 0;
    for (std::size_t at = 0; at < bytes.size(); at += table->entry)
        entries.push_back({word_at(bytes, at + key), word_at(bytes, at + key + 8)});
    return entries;
}

struct Owners::Reading {
    Owners& owners;
    const probe::MemoryReader& memory;
    const Interpreter& python;
    runtime::Budget& budget;
    std::unordered_map<std::uint64_t, TypeFacts> types{};
    std::size_t attributes = 0;

    const TypeFacts& facts(std::uint64_t type) {
        const auto [place, is_new] = types.try_emplace(type);
        TypeFacts& facts = place->second;
        std::array<std::byte, kTypeDictOffset + 8> bytes{};
        if (!is_new || !is_pointer(type) || !budget.spend(bytes.size()) || !memory.read(type, bytes))
            return facts;
        const std::uint64_t flags = word_at(bytes, kTypeFlags);
        facts.size = word_at(bytes, kTypeSize);
        facts.dict = static_cast<std::int64_t>(word_at(bytes, kTypeDictOffset));
        const std::string name = read_string(memory, word_at(bytes, kTypeName), 16);
        facts.kind = (flags & kIsDict) != 0   ? Kind::dict
                     : (flags & kIsList) != 0 ? Kind::list
                     : (flags & kIsType) != 0 ? Kind::type
                     : name == "set"          ? Kind::set
                     : name == "module"       ? Kind::module
                                              : Kind::instance;
        return facts;
    }

    void own(std::uint64_t first, std::uint64_t bytes, std::uint64_t type, const Path& path) {
        constexpr std::uint64_t kMost = std::uint64_t{1} << 40;
        if (!is_pointer(first) || bytes == 0 || bytes > kMost || owners.containers_.size() >= kMostContainers)
            return;
        const auto number = static_cast<std::uint32_t>(owners.containers_.size());
        if (owners.places_.emplace(first, number).second)
            owners.containers_.push_back({first + bytes, type, path});
    }

    // Where a container keeps what it holds.
    void note(const Value& value, Kind kind, std::span<const std::byte> object) {
        const std::uint64_t type = word_at(object, kType);
        if (kind == Kind::dict) {
            const std::uint64_t keys = word_at(object, kDictKeys);
            own(keys, dict_table_bytes(memory, python.layout, keys), type, value.path);
        } else if (kind == Kind::list) {
            own(word_at(object, kListItems), word_at(object, kListRoom) * 8, type, value.path);
        } else if (kind == Kind::set) {
            own(word_at(object, kSetTable), (word_at(object, kSetMask) + 1) * 16, type, value.path);
        }
    }

    std::vector<DictEntry> entries_of(std::uint64_t dict) {
        std::array<std::byte, kSeenOfObject> object{};
        if (!is_pointer(dict) || attributes >= kMostAttributes || budget.over() ||
            !memory.read(dict, object) || facts(word_at(object, kType)).kind != Kind::dict)
            return {};
        auto entries = dict_entries(memory, python.layout, word_at(object, kDictKeys), kMostTable, budget);
        // of a dict whose keys its class shares, the values lie apart
        const std::uint64_t values = word_at(object, kDictValues);
        if (values != 0) {
            const std::size_t first = python.layout.version.minor >= 13 ? 8 : 0;
            entries.resize(std::min(entries.size(), kMostInside));
            for (std::size_t i = 0; i < entries.size(); ++i)
                entries[i].value = read_word(memory, values + first + i * 8);
        }
        attributes += entries.size();
        return entries;
    }

    // Of each value the first words, all in few calls. Classes and instances come back, to be looked into.
    std::vector<std::pair<Value, Kind>> look(const std::vector<Value>& values) {
        std::vector<std::pair<Value, Kind>> further;
        constexpr std::size_t kAtOnce = 1024;
        std::vector<std::byte> bytes(kAtOnce * kSeenOfObject);
        for (std::size_t done = 0; done < values.size(); done += kAtOnce) {
            const std::size_t count = std::min(kAtOnce, values.size() - done);
            std::vector<probe::Piece> pieces;
            for (std::size_t i = 0; i < count; ++i)
                pieces.push_back(
                    {values[done + i].address, std::span(bytes).subspan(i * kSeenOfObject, kSeenOfObject)});
            if (budget.over() || !budget.spend(count * kSeenOfObject) || !memory.read(pieces)) return further;
            for (std::size_t i = 0; i < count; ++i) {
                if (!pieces[i].read) continue;
                const Kind kind = facts(word_at(pieces[i].into, kType)).kind;
                if (kind == Kind::type || kind == Kind::instance)
                    further.emplace_back(values[done + i], kind);
                else
                    note(values[done + i], kind, pieces[i].into);
            }
        }
        return further;
    }

    std::vector<Value> of_modules(std::uint64_t modules) {
        std::vector<Value> values;
        const auto all = entries_of(modules);
        for (std::size_t i = 0; i < std::min(all.size(), kMostModules); ++i) {
            if (!is_pointer(all[i].value)) continue;
            const std::uint64_t type = read_word(memory, all[i].value + kType);
            if (facts(type).kind != Kind::module) continue;
            for (const DictEntry& entry : entries_of(read_word(memory, all[i].value + kModuleDict))) {
                if (is_pointer(entry.value) && is_pointer(entry.key))
                    values.push_back({entry.value, {all[i].key, entry.key, 0, false}});
            }
        }
        return values;
    }

    // Of an instance: what it keeps in a dict, or from 3.11 on in front of itself or behind.
    void inside(const Value& instance, std::vector<Value>& values) {
        const TypeFacts& type = facts(read_word(memory, instance.address + kType));
        const auto add = [&](std::uint64_t address) {
            if (is_pointer(address)) values.push_back({address, instance.path});
            if (is_pointer(address)) values.back().path.inside = true;
        };
        const auto array = [&](std::uint64_t first) {
            std::array<std::uint64_t, kMostInside> words{};
            if (!is_pointer(first) || !budget.spend(sizeof words) ||
                !memory.read(first, std::as_writable_bytes(std::span(words))))
                return;
            attributes += words.size();
            for (const std::uint64_t word : words) add(word);
        };
        if (type.dict > 0 && type.dict < 1 << 16) {
            for (const DictEntry& entry :
                 entries_of(read_word(memory, instance.address + static_cast<std::uint64_t>(type.dict))))
                add(entry.value);
        } else if (type.dict == -1 || type.dict < 0) {
            const int minor = python.layout.version.minor;
            const std::uint64_t before = read_word(memory, instance.address - 24);
            if (minor == 11) array(read_word(memory, instance.address - 32));
            if (minor == 12 && (before & 1) != 0) array(before + 1);
            if (minor >= 13) array(instance.address + type.size + 8);
            for (const DictEntry& entry : entries_of(before)) add(entry.value);
        }
    }

    void run() {
        const std::uint64_t interpreter =
            python.first_is_address ? python.first : read_word(memory, python.first);
        const std::uint64_t modules = read_word(memory, interpreter + python.layout.interpreter_modules);
        const auto further = look(of_modules(modules));
        std::vector<Value> values;
        std::unordered_map<std::uint64_t, bool> seen;
        for (const auto& [value, kind] : further) {
            if (attributes >= kMostAttributes || budget.over() || !seen.emplace(value.address, true).second)
                continue;
            if (kind == Kind::instance) {
                inside(value, values);
                continue;
            }
            for (const DictEntry& entry : entries_of(read_word(memory, value.address + kTypeDict))) {
                if (!is_pointer(entry.value) || !is_pointer(entry.key)) continue;
                values.push_back({entry.value, value.path});
                values.back().path.of_class = entry.key;
            }
        }
        static_cast<void>(look(values));
    }
};

void Owners::read(const probe::MemoryReader& memory, const Interpreter& python, runtime::Budget& budget) {
    places_.clear();
    containers_.clear();
    if (python.layout.interpreter_modules == 0) return;
    Reading{*this, memory, python, budget}.run();
}

std::optional<std::uint32_t> Owners::find(std::uint64_t address) const {
    const auto after = places_.upper_bound(address);
    if (after == places_.begin()) return std::nullopt;
    const std::uint32_t number = std::prev(after)->second;
    return address < containers_[number].end ? std::optional(number) : std::nullopt;
}

std::string Owners::name(std::uint32_t number, const probe::MemoryReader& memory,
                         const Interpreter& python) const {
    const Container& container = containers_[number];
    const auto text = [&](std::uint64_t address, bool dotted) {
        std::string name = read_text(memory, python.layout, address).value_or(std::string());
        return is_identifier(name, dotted) ? name : std::string();
    };
    const std::string kind = read_string(memory, read_word(memory, container.type + kTypeName), kMostName);
    const std::string module = text(container.path.module, true);
    const std::string attribute = text(container.path.attribute, false);
    if (!is_identifier(kind, true) || module.empty() || attribute.empty()) return {};
    if (container.path.inside) return fmt::format("{} in an attribute of {}.{}", kind, module, attribute);
    if (container.path.of_class == 0)
        return fmt::format("{} at module attribute {}.{}", kind, module, attribute);
    const std::string of_class = text(container.path.of_class, false);
    if (of_class.empty()) return {};
    return fmt::format("{} at class attribute {}.{}.{}", kind, module, attribute, of_class);
}

}  // namespace rampwatch::cpython
