// SPDX-License-Identifier: MIT
#include "core/helper/gdb.h"

#include "core/stacks/gdb_text.h"

namespace rampwatch::helper {

HelperSpec gdb(pid_t pid) {
    HelperSpec spec;
    spec.backend = "gdb";
    spec.package = "gdb";
    spec.argv = {"gdb", "-nx", "-nh", "-q", "-batch"};
    for (const char* setting :
         {"set auto-load off", "set debuginfod enabled off", "set confirm off", "set pagination off",
          "set width 0", "set print frame-arguments presence", "set print frame-info location-and-address",
          "set print entry-values no", "set print thread-events off", "set print asm-demangle on",
          "set filename-display absolute"}) {
        spec.argv.insert(spec.argv.end(), {"-iex", setting});
    }
    spec.argv.insert(spec.argv.end(),
                     {"-p", std::to_string(pid), "-ex", "thread apply all backtrace 256", "-ex", "detach"});
    spec.parser = [](const stacks::ModuleMap& modules, stacks::StackText::Sink sink) {
        return std::make_unique<stacks::GdbText>(modules, std::move(sink));
    };
    return spec;
}

}  // namespace rampwatch::helper
