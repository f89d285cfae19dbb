// SPDX-License-Identifier: MIT
#include "core/helper/eu_stack.h"

#include "core/stacks/eu_stack_text.h"

namespace rampwatch::helper {

HelperSpec eu_stack(pid_t pid, EuStackDetail detail) {
    HelperSpec spec;
    spec.backend = detail == EuStackDetail::bare ? "eu-stack -q" : "eu-stack";
    spec.package = "elfutils";
    spec.argv = {"eu-stack", "-m"};
    if (detail == EuStackDetail::bare) spec.argv.emplace_back("-q");
    if (detail != EuStackDetail::bare) spec.argv.emplace_back("-s");
    if (detail == EuStackDetail::inlines) spec.argv.emplace_back("-i");
    spec.argv.insert(spec.argv.end(), {"-p", std::to_string(pid)});
    spec.linger = std::chrono::seconds(3);
    spec.names = detail != EuStackDetail::bare;
    spec.parser = [](const stacks::ModuleMap& modules, stacks::StackText::Sink sink) {
        return std::make_unique<stacks::EuStackText>(modules, std::move(sink));
    };
    return spec;
}

}  // namespace rampwatch::helper
