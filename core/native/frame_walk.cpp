// SPDX-License-Identifier: MIT
#include "core/native/frame_walk.h"

#include <elfutils/libdw.h>
#include <elfutils/libdwfl.h>
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstdlib>
#include <cstring>
#include <optional>
#include <span>
#include <unordered_map>
#include <utility>

#include "core/base/text.h"
#include "core/native/instruction.h"
#include "core/probe/memory.h"

namespace rampwatch::native {
namespace {

constexpr std::size_t kMostRules = 200'000;
constexpr std::size_t kMostWalks = 20'000;
constexpr std::uint64_t kMostFunction = 1 << 20;  // bytes of code
constexpr std::size_t kMostOperations = 256;
constexpr std::uint8_t kReg0 = 0x50, kRegx = 0x90, kBregx = 0x92;  // DW_OP_*

Expression copied(const Dwarf_Op* operations, std::size_t count) {
    Expression expression;
    for (std::size_t i = 0; i < std::min(count, kMostOperations); ++i) {
        const Dwarf_Op& from = operations[i];
        expression.push_back({from.atom, from.number, from.number2, from.offset});
    }
    return expression;
}

RegisterRule register_rule(Dwarf_Frame* frame, std::size_t number) {
    RegisterRule rule;
    Dwarf_Op own[3];
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (::dwarf_frame_register(frame, static_cast<int>(number), own, &operations, &count) != 0) {
        rule.kind = RegisterRule::Kind::undefined;
    } else if (count == 0) {
        rule.kind = operations == nullptr ? RegisterRule::Kind::same : RegisterRule::Kind::undefined;
    } else if (count == 1 && (operations->atom == kRegx || (operations->atom & 0xe0U) == kReg0)) {
        // Kept in another register: its value is that one's.
        const Dwarf_Word number_of_other =
            operations->atom == kRegx ? operations->number : operations->atom - kReg0;
        rule.kind = RegisterRule::Kind::value;
        rule.expression = {{kBregx, number_of_other, 0, 0}};
    } else {
        const bool value = operations[count - 1].atom == 0x9f;  // DW_OP_stack_value
        rule.kind = value ? RegisterRule::Kind::value : RegisterRule::Kind::at;
        rule.expression = copied(operations, count);
    }
    return rule;
}

std::optional<FrameRule> rule_of(Dwarf_CFI* cfi, Dwarf_Addr address) {
    Dwarf_Frame* found = nullptr;
    if (cfi == nullptr || ::dwarf_cfi_addrframe(cfi, address, &found) != 0) return std::nullopt;
    const std::unique_ptr<Dwarf_Frame, decltype(&std::free)> frame(found, std::free);
    FrameRule rule;
    const int return_register = ::dwarf_frame_info(found, nullptr, nullptr, &rule.signal_frame);
    Dwarf_Op* operations = nullptr;
    std::size_t count = 0;
    if (return_register < 0 || static_cast<std::size_t>(return_register) >= kRegisterCount)
        return std::nullopt;
    if (::dwarf_frame_cfa(found, &operations, &count) != 0 || count == 0) return std::nullopt;
    rule.return_register = static_cast<std::size_t>(return_register);
    rule.cfa = copied(operations, count);
    for (std::size_t i = 0; i < kRegisterCount; ++i) rule.registers[i] = register_rule(found, i);
    return rule;
}

}  // namespace

struct Modules::State {
    pid_t pid = 0;
    pid_t live = 0;
    Dwfl_Callbacks callbacks{};
    Dwfl* dwfl = nullptr;
    std::vector<ModuleRange> ranges{};
    std::vector<Module> modules{};
    std::vector<ModuleImage> images{};  // beside `modules`; libelf reads from them
    std::vector<std::pair<std::uint64_t, std::uint64_t>> executable{};
    std::unordered_map<std::uint64_t, std::optional<FrameRule>> rules{};
    std::unordered_map<std::uint64_t, Call> calls{};  // by return address
    std::unordered_map<std::uint64_t, CodeWalk> walks{};
    IsStart is_start{};
    char* debug_path = nullptr;

    ~State() {
        if (dwfl != nullptr) ::dwfl_end(dwfl);
    }

    void rebuild(std::vector<ModuleRange> fresh);
    void open(std::size_t index);
    Module* find(std::uint64_t address);
    int find_elf(std::size_t index, char** name, Elf** elf);
};

namespace {

std::uint64_t relative(std::uint64_t next, const std::uint8_t* distance) {
    std::int32_t value = 0;
    std::memcpy(&value, distance, sizeof value);
    return next + static_cast<std::uint64_t>(std::int64_t{value});
}

// A call into another module goes to a stub that jumps through a pointer.
std::uint64_t behind_jumps(const probe::Memory& memory, std::uint64_t target) {
    constexpr std::array<std::uint8_t, 4> kEndbr64 = {0xf3, 0x0f, 0x1e, 0xfa};
    for (int jumps = 0; jumps < 4; ++jumps) {
        std::array<std::uint8_t, 12> code{};
        if (!memory.read(target, std::as_writable_bytes(std::span(code)))) break;
        std::size_t at = std::equal(kEndbr64.begin(), kEndbr64.end(), code.begin()) ? kEndbr64.size() : 0;
        if (code[at] == 0xf2) ++at;  // bnd
        if (code[at] == 0xe9) {
            target = relative(target + at + 5, &code[at + 1]);
        } else if (code[at] == 0xff && code[at + 1] == 0x25) {
            std::array<std::uint64_t, 1> slot{};
            const std::uint64_t where = relative(target + at + 6, &code[at + 2]);
            if (!memory.read(where, std::as_writable_bytes(std::span(slot)))) break;
            target = slot[0];
        } else {
            break;
        }
    }
    return target;
}

// libdwfl's callback: our module by the number that it was reported with.
int find_elf(Dwfl_Module*, void** user, const char*, Dwarf_Addr, char** name, Elf** elf) {
    const auto& ask = *static_cast<std::function<int(char**, Elf**)>*>(*user);
    return ask(name, elf);
}

}  // namespace

// A copy of the descriptor for libdwfl to own, or the image in memory.
int Modules::State::find_elf(std::size_t index, char** name, Elf** elf) {
    ModuleImage& image = images[index];
    *name = ::strdup(modules[index].range.path.c_str());
    if (image.fd) return image.fd.release();
    if (image.memory.empty()) return -1;
    *elf = ::elf_memory(reinterpret_cast<char*>(image.memory.data()), image.memory.size());
    return -1;
}

void Modules::State::rebuild(std::vector<ModuleRange> fresh) {
    if (dwfl != nullptr) ::dwfl_end(dwfl);
    rules.clear();
    calls.clear();
    walks.clear();
    modules.clear();
    images.clear();
    ranges = std::move(fresh);
    callbacks.find_elf = rampwatch::native::find_elf;
    callbacks.find_debuginfo = ::dwfl_standard_find_debuginfo;
    callbacks.section_address = ::dwfl_offline_section_address;
    callbacks.debuginfo_path = &debug_path;
    dwfl = ::dwfl_begin(&callbacks);
    modules.resize(ranges.size());
    images.resize(ranges.size());
    for (std::size_t i = 0; i < ranges.size(); ++i) modules[i].range = ranges[i];
}

// Reported one at a time, when an address in it is asked for: a JVM has hundreds that nobody is in.
void Modules::State::open(std::size_t index) {
    Module& module = modules[index];
    module.opened = true;
    auto image = open_image(live, module.range);
    if (!image) {
        module.problem = image.error().what;
        return;
    }
    module.build_id = image->build_id;
    module.problem = image->problem;
    images[index] = std::move(*image);
    if (dwfl == nullptr) return;
    ::dwfl_report_begin_add(dwfl);
    Dwfl_Module* handle =
        ::dwfl_report_module(dwfl, module.range.path.c_str(), module.range.start, module.range.end);
    ::dwfl_report_end(dwfl, nullptr, nullptr);
    if (handle == nullptr) return;
    std::function<int(char**, Elf**)> ask = [&](char** name, Elf** elf) {
        return find_elf(index, name, elf);
    };
    void** user = nullptr;
    ::dwfl_module_info(handle, &user, nullptr, nullptr, nullptr, nullptr, nullptr, nullptr);
    *user = &ask;
    GElf_Addr bias = 0;
    if (::dwfl_module_getelf(handle, &bias) == nullptr) {
        module.problem = fmt::format("not readable as ELF: {}", ::dwfl_errmsg(-1));
    } else {
        module.handle = handle;
        module.bias = bias;
    }
    *user = nullptr;
}

Modules::Module* Modules::State::find(std::uint64_t address) {
    const auto after = std::upper_bound(
        modules.begin(), modules.end(), address,
        [](std::uint64_t wanted, const Module& module) { return wanted < module.range.end; });
    if (after == modules.end() || address < after->range.start) return nullptr;
    if (!after->opened) open(static_cast<std::size_t>(after - modules.begin()));
    return &*after;
}

Modules::Modules(pid_t pid) : state_(std::make_unique<State>()) {
    state_->pid = pid;
    ::unsetenv("DEBUGINFOD_URLS");  // no dump waits for a server
}
Modules::~Modules() = default;

bool Modules::update(pid_t live_tid, const probe::Maps& maps) {
    state_->live = live_tid;
    state_->executable.clear();
    for (const probe::Mapping& mapping : maps.mappings) {
        if (mapping.executable) state_->executable.emplace_back(mapping.start, mapping.end);
    }
    auto ranges = module_ranges(maps);
    if (state_->dwfl != nullptr && ranges == state_->ranges) return false;
    state_->rebuild(std::move(ranges));
    return true;
}

const Modules::Module* Modules::at(std::uint64_t address) { return state_->find(address); }

const FrameRule* Modules::rule(std::uint64_t address) {
    auto known = state_->rules.find(address);
    if (known == state_->rules.end()) {
        if (state_->rules.size() >= kMostRules) state_->rules.clear();
        std::optional<FrameRule> rule;
        const Module* module = state_->find(address);
        if (module != nullptr && module->handle != nullptr) {
            Dwarf_Addr bias = 0;
            Dwarf_CFI* cfi = ::dwfl_module_eh_cfi(module->handle, &bias);
            rule = rule_of(cfi, address - bias);
            if (!rule) {
                cfi = ::dwfl_module_dwarf_cfi(module->handle, &bias);
                rule = rule_of(cfi, address - bias);
            }
        }
        known = state_->rules.emplace(address, std::move(rule)).first;
    }
    return known->second ? &*known->second : nullptr;
}

Modules::Call Modules::call_before(std::uint64_t return_address) {
    if (state_->calls.size() >= kMostRules) state_->calls.clear();
    const auto [known, fresh] = state_->calls.try_emplace(return_address);
    std::array<std::uint8_t, 7> code{};
    const probe::Memory memory(state_->live);
    if (!fresh || !memory.read(return_address - code.size(), std::as_writable_bytes(std::span(code))))
        return known->second;
    Call& call = known->second;
    if (code[2] == 0xe8) {  // call with a distance of 32 bits
        call = {true, behind_jumps(memory, relative(return_address, &code[3]))};
    } else {  // in 2 to 7 bytes, by a register or through memory
        for (std::size_t at = 0; at + 1 < code.size(); ++at) {
            const Instruction before = decode(std::span(code).subspan(at));
            call.is_call = call.is_call || (before.length == code.size() - at &&
                                            before.kind == Instruction::Kind::indirect_call);
        }
    }
    return call;
}

const CodeWalk& Modules::code(const FrameAddress& frame) {
    const auto read = [this](std::uint64_t address, std::span<std::uint8_t> into) {
        const probe::Memory memory(state_->live);
        return memory.read(address, std::as_writable_bytes(into)) ? into.size() : 0;
    };
    const auto is_start = [this](std::uint64_t address) {
        return state_->is_start && state_->is_start(address);
    };
    if (state_->walks.size() >= kMostWalks) state_->walks.clear();
    const auto [known, fresh] = state_->walks.try_emplace(frame.pc * 2 + (frame.exact ? 1 : 0));
    if (fresh && state_->find(frame.lookup()) != nullptr)
        known->second = walk_code(frame.pc, !frame.exact, read, is_start);
    return known->second;
}

void Modules::know_starts(IsStart is_start) { state_->is_start = std::move(is_start); }

bool Modules::executable(std::uint64_t address) const {
    const auto after =
        std::upper_bound(state_->executable.begin(), state_->executable.end(), address,
                         [](std::uint64_t wanted, const auto& range) { return wanted < range.second; });
    return after != state_->executable.end() && after->first <= address;
}

std::vector<std::string> Modules::problems() const {
    std::vector<std::string> problems;
    for (const Module& module : state_->modules) {
        if (!module.problem.empty())
            problems.push_back(fmt::format("{}: {}", escape(module.range.path), module.problem));
    }
    return problems;
}

Unwound unwind(Modules& modules, const Registers& registers, const ReadWord& read) {
    return unwind(modules, registers, read, {registers.values[kProgramCounter], true, false});
}

namespace {

// The caller of code without call frame information, by reading that code; `bad` when that tells nothing.
// Whoever it finds has called something, and is a guess unless that may well have been this very function.
Step step_by_code(Modules& modules, const FrameAddress& frame, const Registers& registers,
                  const ReadWord& read, bool& is_guess) {
    const CodeWalk& code = modules.code(frame);
    if (code.is_beginning && !frame.exact) return {Step::Kind::root, {}};
    Step failed;
    for (const FrameRule& rule : code.rules) {
        Step caller = step(rule, registers, read);
        if (caller.kind != Step::Kind::caller) {
            if (failed.kind == Step::Kind::bad && caller.kind != Step::Kind::root) failed.kind = caller.kind;
            continue;
        }
        const std::uint64_t back = caller.registers.values[kProgramCounter];
        if (!modules.executable(back - 1)) continue;
        const Modules::Call call = modules.call_before(back);
        if (!call.is_call) continue;
        is_guess = !call.target || *call.target > frame.pc || frame.pc - *call.target > kMostFunction;
        return caller;
    }
    return failed;
}

// By frame pointers, of which a zero ends a chain but is none: code that keeps something else in that
// register has it too.
Step step_by_chain(const Registers& registers, const ReadWord& read, bool is_in_chain) {
    const Step next = step_by_frame_pointer(registers, read);
    if (next.kind == Step::Kind::root && !is_in_chain) return {};
    return next;
}

}  // namespace

Unwound unwind(Modules& modules, const Registers& start, const ReadWord& read, FrameAddress frame) {
    using End = Unwound::End;
    Unwound result;
    Registers& registers = result.registers;
    registers = start;
    bool is_in_chain = false;  // this frame was found by its callee's frame pointer
    while (true) {
        if (result.frames.size() >= kMostFrames) return result.end = End::too_deep, result;
        result.frames.push_back(frame);
        const FrameRule* rule = modules.rule(frame.lookup());
        // A signal's trampoline was not called: its address is where it begins, not behind a call.
        if (rule != nullptr && rule->signal_frame) result.frames.back().exact = true;
        bool is_guess = false;
        Step next = rule != nullptr ? step(*rule, registers, read)
                                    : step_by_code(modules, frame, registers, read, is_guess);
        const bool is_by_chain = rule == nullptr && next.kind == Step::Kind::bad;
        if (is_by_chain) next = step_by_chain(registers, read, is_in_chain);
        is_in_chain = is_by_chain;
        if (next.kind == Step::Kind::root) return result.end = End::root, result;
        if (next.kind == Step::Kind::unknown_register) return result.end = End::unknown_register, result;
        if (next.kind == Step::Kind::outside) return result.end = End::outside, result;
        if (next.kind == Step::Kind::bad)
            return result.end = rule != nullptr ? End::bad : End::no_rule, result;
        const bool interrupted = rule != nullptr && rule->signal_frame;
        const std::uint64_t least = registers.values[kStackPointer] + (result.frames.size() > 1 ? 1 : 0);
        const bool upwards = next.registers.values[kStackPointer] >= least;  // vfork has popped its own
        if (!upwards && !interrupted) return result.end = End::bad, result;  // round in circles
        registers = next.registers;
        frame = {registers.values[kProgramCounter], interrupted, is_guess || is_by_chain};
        if (!modules.executable(frame.lookup())) return result.end = End::bad, result;
    }
}

}  // namespace rampwatch::native
