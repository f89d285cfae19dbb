// SPDX-License-Identifier: MIT
#include "core/hotspot/heap_layout.h"

#include "core/hotspot/lookup.h"

namespace rampwatch::hotspot {
namespace {

FlagLayout flags_of(Lookup& vm) {
    return {vm.address("JVMFlag", "flags"), vm.address("JVMFlag", "numFlags"), vm.size("JVMFlag"),
            vm.offset("JVMFlag", "_name"), vm.offset("JVMFlag", "_addr")};
}

CounterLayout counters_of(Lookup& vm) {
    return {vm.address("PerfMemory", "_start"), vm.address("PerfMemory", "_top")};
}

ClassLayout classes_of(Lookup& vm) {
    return {vm.offset("Klass", "_class_loader_data"),
            vm.offset("Klass", "_next_link"),
            vm.offset("Klass", "_subklass"),
            vm.offset("Klass", "_next_sibling"),
            vm.offset("ClassLoaderData", "_klasses"),
            vm.address("java_lang_Class", "_oop_size_offset"),
            vm.address("java_lang_Class", "_static_oop_field_count_offset"),
            vm.offset("Klass", "_java_mirror")};
}

// Regions have another name from 23 on.
G1Layout g1_of(Lookup& vm) {
    G1Layout g1;
    g1.regions = vm.offset("G1CollectedHeap", "_hrm") +
                 vm.offset({{"G1HeapRegionManager", "_regions"}, {"HeapRegionManager", "_regions"}});
    g1.base = vm.offset("G1HeapRegionTable", "_base");
    g1.length = vm.offset("G1HeapRegionTable", "_length");
    g1.bottom = vm.offset({{"G1HeapRegion", "_bottom"}, {"HeapRegion", "_bottom"}});
    g1.top = vm.offset({{"G1HeapRegion", "_top"}, {"HeapRegion", "_top"}});
    g1.end = vm.offset({{"G1HeapRegion", "_end"}, {"HeapRegion", "_end"}});
    g1.tag = vm.offset({{"G1HeapRegion", "_type"}, {"HeapRegion", "_type"}}) +
             vm.offset({{"G1HeapRegionType", "_tag"}, {"HeapRegionType", "_tag"}});
    const auto constant = [&](const char* name) {
        return vm.constant(
            {std::string("G1HeapRegionType::") + name, std::string("HeapRegionType::") + name});
    };
    g1.young = constant("YoungMask");
    g1.huge = constant("HumongousMask");
    g1.huge_start = constant("StartsHumongousTag");
    g1.old = constant("OldMask");
    return g1;
}

SpacesLayout serial_of(Lookup& vm) {
    SpacesLayout serial;
    serial.young = vm.offset({{"SerialHeap", "_young_gen"}, {"GenCollectedHeap", "_young_gen"}});
    serial.old = vm.offset({{"SerialHeap", "_old_gen"}, {"GenCollectedHeap", "_old_gen"}});
    serial.eden = vm.offset("DefNewGeneration", "_eden_space");
    serial.from = vm.offset("DefNewGeneration", "_from_space");
    serial.to = vm.offset("DefNewGeneration", "_to_space");
    serial.old_space = vm.offset("TenuredGeneration", "_the_space");
    serial.bottom = vm.offset({{"ContiguousSpace", "_bottom"}, {"Space", "_bottom"}});
    serial.top = vm.offset("ContiguousSpace", "_top");
    return serial;
}

SpacesLayout parallel_of(Lookup& vm) {
    SpacesLayout parallel;
    parallel.young = vm.address("ParallelScavengeHeap", "_young_gen");
    parallel.old = vm.address("ParallelScavengeHeap", "_old_gen");
    parallel.eden = vm.offset("PSYoungGen", "_eden_space");
    parallel.from = vm.offset("PSYoungGen", "_from_space");
    parallel.to = vm.offset("PSYoungGen", "_to_space");
    parallel.old_space = vm.offset("PSOldGen", "_object_space");
    parallel.bottom = vm.offset("MutableSpace", "_bottom");
    parallel.top = vm.offset("MutableSpace", "_top");
    return parallel;
}

ShenandoahLayout shenandoah_of(Lookup& vm) {
    return {vm.offset("ShenandoahHeap", "_regions"),      vm.offset("ShenandoahHeap", "_num_regions"),
            vm.offset("ShenandoahHeapRegion", "_bottom"), vm.offset("ShenandoahHeapRegion", "_top"),
            vm.offset("ShenandoahHeapRegion", "_end"),    vm.offset("ShenandoahHeapRegion", "_state")};
}

ZLayout z_of(Lookup& vm, const VmTable& table) {
    ZLayout z;
    z.shifts = table.offset("ZGlobalsForVMStructs", "_ZPointerLoadShift").has_value();
    z.globals = vm.address("ZGlobalsForVMStructs", "_instance_p");
    z.offset_mask = vm.offset("ZGlobalsForVMStructs", "_ZAddressOffsetMask");
    z.pages = vm.offset("ZCollectedHeap", "_heap") + vm.offset("ZHeap", "_page_table") +
              vm.offset("ZPageTable", "_map") + vm.offset("ZGranuleMapForPageTable", "_map");
    z.start = vm.offset("ZPage", "_virtual");
    z.top = vm.offset("ZPage", "_top");
    z.type = vm.offset("ZPage", "_type");
    return z;
}

template <class T, class Read>
T read_with(const VmTable& table, std::string& missing, const Read& read) {
    Lookup vm(table);
    T layout = read(vm);
    missing = vm.missing();
    return layout;
}

}  // namespace

HeapLayout heap_layout_of(const VmTable& table) {
    HeapLayout heap;
    Lookup all(table);
    heap.flags = flags_of(all);
    heap.classes = classes_of(all);
    heap.missing = all.missing();
    heap.counters = read_with<CounterLayout>(table, heap.missing_counters, counters_of);
    heap.g1 = read_with<G1Layout>(table, heap.missing_g1, g1_of);
    heap.serial = read_with<SpacesLayout>(table, heap.missing_serial, serial_of);
    heap.parallel = read_with<SpacesLayout>(table, heap.missing_parallel, parallel_of);
    heap.shenandoah = read_with<ShenandoahLayout>(table, heap.missing_shenandoah, shenandoah_of);
    heap.z = read_with<ZLayout>(table, heap.missing_z, [&](Lookup& vm) { return z_of(vm, table); });
    return heap;
}

}  // namespace rampwatch::hotspot
