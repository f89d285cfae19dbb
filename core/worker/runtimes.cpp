// SPDX-License-Identifier: MIT
#include "core/worker/runtimes.h"

#include <array>
#include <string>
#include <utility>

#include "core/cpython/runtime.h"
#include "core/cxx/glibc_heap.h"
#include "core/hotspot/runtime.h"
#include "core/perl/runtime.h"

namespace rampwatch::worker {

std::span<const runtime::Entry> runtimes() {
    static const std::array all = {
        cpython::entry(),
        hotspot::entry(),
        perl::entry(),
        cxx::glibc_entry(),
    };
    return all;
}

std::string_view unread_language(const probe::Maps& maps) {
    static constexpr std::pair<std::string_view, std::string_view> kFiles[] = {
        {"/libjvm.so", "Java"},      {"/libpython", "Python"}, {"/bin/python", "Python"},
        {"/bin/node", "JavaScript"}, {"/libruby", "Ruby"},     {"/libcoreclr.so", ".NET"}};
    for (const probe::Mapping& mapping : maps.mappings) {
        for (const auto& [part, language] : kFiles) {
            if (mapping.inode != 0 && mapping.path.find(part) != std::string::npos) return language;
        }
    }
    return {};
}

}  // namespace rampwatch::worker
