// SPDX-License-Identifier: MIT
#include "core/hotspot/native_image.h"

#include <algorithm>

#include "core/probe/elf.h"
#include "core/probe/mapped_file.h"

namespace rampwatch::hotspot {

bool is_native_image(const runtime::Target& target) {
    if (!target.open_module) return false;
    const auto first =
        std::find_if(target.maps.mappings.begin(), target.maps.mappings.end(),
                     [](const probe::Mapping& mapping) { return mapping.inode != 0 && mapping.offset == 0; });
    if (first == target.maps.mappings.end()) return false;
    const auto file = target.open_module(*first);
    if (!file) return false;
    const auto mapped = probe::MappedFile::map(file->fd.get(), file->size_bytes);
    if (!mapped) return false;
    const auto elf = probe::Elf::parse(mapped->bytes());
    return elf && elf->section(".svm_heap") != nullptr;
}

}  // namespace rampwatch::hotspot
