// SPDX-License-Identifier: MIT
// Where the fields of a Java class lie in its objects, by the table that the class carries
// (oops/instanceKlass.hpp, oops/fieldInfo.hpp).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/hotspot/layout.h"
#include "core/hotspot/methods.h"
#include "core/probe/memory_reader.h"

namespace rampwatch::hotspot {

struct ClassTables {
    const probe::MemoryReader& memory;
    const Layout& layout;
    const Methods& methods;
};

// Offset of a field that the class itself declares, in bytes; 0 where it declares none of that name.
std::uint64_t field_of(const ClassTables& tables, std::uint64_t klass, std::string_view name);

struct FieldPlace {
    std::string name{};  // hostile
    std::uint64_t offset = 0;
    bool is_static = false;  // then it lies in the class's java.lang.Class
};

// All that the class itself declares, at most kMostFields.
std::vector<FieldPlace> fields_of(const ClassTables& tables, std::uint64_t klass);

inline constexpr std::size_t kMostFields = 4096;

// Of the n-th field that the JVM adds to the class, from 0; 0 where there is none, and before Java 21.
std::uint64_t added_field_of(const ClassTables& tables, std::uint64_t klass, std::uint32_t n);

}  // namespace rampwatch::hotspot
