// SPDX-License-Identifier: MIT
#include "core/worker/runtimes.h"

#include <array>
#include <string>

#include "core/cpython/runtime.h"
#include "core/cxx/glibc_heap.h"
#include "core/hotspot/runtime.h"
#include "core/perl/runtime.h"
#include "core/v8/runtime.h"

namespace rampwatch::worker {

std::span<const runtime::Entry> runtimes() {
    static const std::array all = {
        cpython::entry(), hotspot::entry(), perl::entry(), v8::entry(), cxx::glibc_entry(),
    };
    return all;
}

const UnreadLanguage* unread_language(const probe::Maps& maps) {
    static constexpr UnreadLanguage kFiles[] = {
        {"/libjvm.so", "Java", "jcmd {pid} GC.class_histogram -all"},
        {"/libpython", "Python", "memray attach {pid}"},
        {"/bin/python", "Python", "memray attach {pid}"},
        {"/bin/node", "JavaScript", "kill -USR1 {pid}; then heap snapshots, by chrome://inspect"},
        {"/libruby", "Ruby", "rbspy record --pid {pid}"},
        {"/libcoreclr.so", ".NET", "dotnet-gcdump collect -p {pid}"}};
    for (const probe::Mapping& mapping : maps.mappings) {
        for (const UnreadLanguage& language : kFiles) {
            if (mapping.inode != 0 && mapping.path.find(language.file) != std::string::npos) return &language;
        }
    }
    return nullptr;
}

}  // namespace rampwatch::worker
