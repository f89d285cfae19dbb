// SPDX-License-Identifier: MIT
// The classes that a Java program has loaded, all of them: an object's class is one of these, or it is no
// object. Numbered when one is first seen, and named as people know them.
#pragma once

#include <cstdint>
#include <map>
#include <span>
#include <string>
#include <unordered_map>
#include <vector>

#include "core/hotspot/flags.h"
#include "core/hotspot/heap_layout.h"
#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/hotspot/objects.h"
#include "core/runtime/runtime.h"

namespace rampwatch::hotspot {

// "byte[]" of "[B", "java.util.HashMap$Node[]" of "[Ljava/util/HashMap$Node;", "com.acme.Session" of
// "com/acme/Session"; hidden classes without what differs from run to run.
std::string class_name_for_people(std::string_view name);

struct LoadedClass {
    enum class Size : std::uint8_t { fixed, array, mirror, chunk };

    std::uint64_t address = 0;
    std::uint32_t helper = 0;  // its layout helper
    Size size = Size::fixed;
    bool filler = false;  // what the collector puts where nothing is; before 19
    bool ints = false;    // it puts arrays of int there, which a program may have too
    bool named = false;   // by an object that was seen: then the rest is known too
    runtime::TypeId type = 0;
};

// How an object lies in memory, by what the program was started with.
struct ObjectLayout {
    bool short_classes = true;
    bool short_references = true;
    std::uint64_t alignment = 8;
    std::uint64_t mirror_bytes = 0;  // offset of a java.lang.Class's size
};

class Classes {
  public:
    Classes(const Layout& layout, const HeapLayout& heap) : layout_(layout), heap_(heap) {}

    // All classes anew: they come and go. Numbers stay. False where there are none.
    bool begin(const probe::MemoryReader& memory, const Objects& objects, const Flags& flags,
               runtime::Budget& budget);

    // The class of an object that begins with these words; null: it is none. `words` may end early.
    const LoadedClass* class_of(std::span<const std::uint64_t> words);

    // Bytes of an object of that class; 0: it cannot be so, or more words are needed.
    [[nodiscard]] std::uint64_t size_of(const LoadedClass& loaded,
                                        std::span<const std::uint64_t> words) const;

    [[nodiscard]] runtime::TypeName name_of(runtime::TypeId type) const;

    // Of all that are loaded, in no order; and a name as people know it, whether there are objects of it or
    // not.
    [[nodiscard]] std::vector<std::uint64_t> addresses() const;
    [[nodiscard]] std::string name_at(std::uint64_t klass) const;

    [[nodiscard]] const ObjectLayout& object() const { return object_; }
    [[nodiscard]] std::size_t loaded() const { return classes_.size(); }

    static constexpr std::size_t kMostClasses = 500'000;

  private:
    void walk(const probe::MemoryReader& memory, runtime::Budget& budget);
    void name(LoadedClass& loaded);
    void take(std::span<const std::byte> bytes, std::uint64_t address);

    const Layout& layout_;
    const HeapLayout& heap_;
    const Objects* objects_ = nullptr;
    ObjectLayout object_{};
    Methods names_{layout_};
    std::unordered_map<std::uint64_t, LoadedClass> classes_{};  // by the word that an object has for it
    std::map<std::string, runtime::TypeId> numbers_{};
    std::vector<std::string> type_names_{};
};

}  // namespace rampwatch::hotspot
