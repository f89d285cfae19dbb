// SPDX-License-Identifier: MIT
#include "tests/support/stacks.h"

#include <algorithm>

#include "core/base/function_name.h"
#include "core/stacks/eu_stack_text.h"
#include "core/stacks/gdb_text.h"
#include "tests/catch.h"
#include "tests/support/target.h"

namespace rampwatch::test {
namespace {

// "__GI___nanosleep", "__libc_start_main_impl", "clock_nanosleep@@GLIBC_2.17" and "nanosleep" are names of
// the same code: which one is shown is each tool's taste.
std::string plain(const Frame& frame) {
    std::string name = frame.function ? bare_function(*frame.function) : "?";
    name = name.substr(0, name.find('@'));
    name = name.substr(0, name.find(".constprop"));
    name = name.substr(0, name.find(".isra"));
    if (name.starts_with("__GI_")) name.erase(0, 5);
    const std::size_t word = name.find_first_not_of('_');
    if (word != std::string::npos) name.erase(0, word);
    for (const std::string_view suffix : {"_impl", "64", "_internal"}) {
        if (name.ends_with(suffix)) name.erase(name.size() - suffix.size());
    }
    if (name.starts_with("libc_")) name.erase(0, 5);
    const std::size_t scope = name.rfind("::");  // gdb leaves "(anonymous namespace)::" in other places
    return scope == std::string::npos ? name : name.substr(scope + 2);
}

std::vector<std::string> called(const std::vector<Frame>& frames) {
    std::vector<std::string> names;
    for (const Frame& frame : frames) {
        if (!frame.inlined) names.push_back(plain(frame));
    }
    return names;
}

template <class Parser>
StacksByThread parsed(const std::string& text) {
    StacksByThread stacks;
    const stacks::ModuleMap none;
    Parser parser(none, [&](Stack&& stack) { stacks[stack.id] = called(stack.frames); });
    parser.feed(text);
    parser.finish();
    return stacks;
}

std::vector<std::string> known(const std::vector<std::string>& functions) {
    std::vector<std::string> names;
    for (const std::string& name : functions) {
        if (name != "?") names.push_back(name);
    }
    return names;
}

// gdb infers frames of tail calls from DWARF: it may have more.
bool is_within(const std::vector<std::string>& few, const std::vector<std::string>& many) {
    auto at = few.begin();
    for (const std::string& name : many) at += at != few.end() && *at == name ? 1 : 0;
    return at == few.end();
}

}  // namespace

void check_same(const StacksByThread& ours, const StacksByThread& theirs, const std::string& who) {
    CHECK(ours.size() == theirs.size());
    for (const auto& [tid, functions] : ours) {
        const auto other = theirs.find(tid);
        if (other == theirs.end()) continue;
        INFO(who << ", TID " << tid << "\n  ours   " << join(functions) << "\n  theirs "
                 << join(other->second));
        CHECK(
            (who == "gdb" ? is_within(functions, other->second) : known(functions) == known(other->second)));
    }
}

StacksByThread by_thread(const Dump& dump) {
    StacksByThread stacks;
    for (const Group& group : dump.groups) {
        for (const std::int64_t id : group.ids) stacks[id] = called(group.frames);
    }
    return stacks;
}

StacksByThread by_eu_stack(pid_t pid) {
    const Outcome outcome = run_program({"eu-stack", "-n", "0", "-p", std::to_string(pid)});
    return parsed<stacks::EuStackText>(outcome.out);
}

StacksByThread by_gdb(pid_t pid) {
    const Outcome outcome =
        run_program({"gdb", "-nx", "-batch", "-ex", "set debuginfod enabled off", "-ex",
                     "set backtrace past-main on", "-ex", "set backtrace past-entry on", "-ex",
                     "thread apply all backtrace -frame-info location-and-address -frame-arguments none",
                     "-p", std::to_string(pid)});
    return parsed<stacks::GdbText>(outcome.out);
}

const Group* group_in(const Dump& dump, const std::string& function) {
    for (const Group& group : dump.groups) {
        const auto names = functions(group);
        if (std::find(names.begin(), names.end(), function) != names.end()) return &group;
    }
    return nullptr;
}

std::vector<std::string> functions(const Group& group) {
    std::vector<std::string> names;
    for (const Frame& frame : group.frames) names.push_back(plain(frame));
    return names;
}

std::string join(const std::vector<std::string>& words) {
    std::string text;
    for (const std::string& word : words) text += (text.empty() ? "" : " < ") + word;
    return text;
}

}  // namespace rampwatch::test
