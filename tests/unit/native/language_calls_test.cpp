// SPDX-License-Identifier: MIT
#include "core/native/language_calls.h"

#include <memory>
#include <string>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;
using native::Calls;
using native::LanguageCalls;

namespace {

// A runtime in "vm" whose code lies in no module; what it says of any thread is `says`.
class Toy : public runtime::Runtime, public runtime::Threads {
  public:
    explicit Toy(runtime::Walked walked) : says(std::move(walked)) {}
    [[nodiscard]] std::string_view name() const override { return "Toy"; }
    [[nodiscard]] std::string version() const override { return "1"; }
    [[nodiscard]] bool refresh(const runtime::Target&) override { return true; }
    runtime::Threads* threads() override { return this; }
    Frame name_of(runtime::FrameId frame) override { return frame_of("f" + std::to_string(frame)); }
    runtime::TypeName name_of_type(runtime::TypeId) override { return {}; }
    [[nodiscard]] Role role(const Frame& native) const override {
        if (!native.module) return Role::code;
        return *native.module == "vm" ? Role::machinery : Role::other;
    }
    [[nodiscard]] bool needs_native() const override { return false; }
    [[nodiscard]] std::optional<Frame> unread_code() const override { return frame_of("(code)"); }
    [[nodiscard]] std::optional<Frame> own_thread() const override { return frame_of("(own)"); }
    void copy(const runtime::ThreadCopy&, runtime::Budget&) override {}
    runtime::Walked walk(const runtime::ThreadCopy&) override { return says; }
    void forget() override {}

    runtime::Walked says;

  private:
    static Frame frame_of(std::string text) {
        Frame frame;
        frame.function = std::move(text);
        frame.language = "toy";
        return frame;
    }
};

Frame machine(const char* module, const char* function) {
    Frame frame;
    if (module != nullptr) frame.module = module;
    if (function != nullptr) frame.function = function;
    return frame;
}

struct Shown {
    std::string names{};
    bool truncated = false, own = false, wants_registers = true;
    std::vector<std::string> warnings{};
    LanguageCalls::Told told{};
};

Shown shown(runtime::Walked walked, std::vector<Frame> natives, bool truncated = false) {
    native::Runtimes runtimes;
    runtimes.push_back(std::make_unique<Toy>(std::move(walked)));
    LanguageCalls calls(1);
    calls.begin(&runtimes);
    native::CapturedThread thread;
    thread.tid = 7;
    const Calls found = calls.find(thread);
    const Stack stack = calls.merged(std::move(natives), truncated, found);
    Shown shown;
    for (const Frame& frame : stack.frames) shown.names += frame.function.value_or("?") + " ";
    shown.truncated = stack.truncated;
    shown.own = calls.is_own(stack.frames);
    shown.wants_registers = calls.wants_registers(found);
    shown.warnings = calls.warnings();
    shown.told = calls.told(7);
    return shown;
}

const std::vector<Frame> kInCode = {machine("/lib/libc.so.6", "read"), machine("/x/libnet.so", "receive"),
                                    machine(nullptr, nullptr), machine("vm", "call")};
const std::vector<Frame> kInMachine = {machine("/usr/lib/x86_64-linux-gnu/libc.so.6", "futex_wait"),
                                       machine("vm", "work")};

}  // namespace

TEST_CASE("code of a language that was walked is its calls, and nothing native behind it counts",
          "[native]") {
    const Shown of =
        shown({{{1, 0, false}, {2, 0, true}}, runtime::End::root, "a name", "park"}, kInCode, true);
    CHECK(of.names == "read receive f1 f2 ");
    CHECK_FALSE(of.truncated);
    CHECK_FALSE(of.wants_registers);
    CHECK(of.told.name == "a name");
    CHECK(of.told.waits_for == "park");
}

TEST_CASE("code of a language that was not walked is said to be there, and no more", "[native]") {
    const Shown of = shown({{}, runtime::End::running, {}, {}}, kInCode);
    CHECK(of.names == "read receive (code) ");
    CHECK(of.truncated);
    CHECK(of.wants_registers);
    CHECK(of.warnings.empty());
}

TEST_CASE("calls that do not fit together are not shown, and the thread is named", "[native]") {
    const Shown of = shown({{{1, 0, true}}, runtime::End::moved, {}, {}}, kInCode);
    CHECK(of.names == "read receive (code) ");
    REQUIRE(of.warnings.size() == 1);
    CHECK(of.warnings.front() == "Not read in Toy, since what was found does not fit together: TID 7.");
}

TEST_CASE("a walk that was cut off is marked so", "[native]") {
    CHECK(shown({{{1, 0, false}}, runtime::End::incomplete, {}, {}}, kInCode).truncated);
}

TEST_CASE("threads that a runtime keeps for itself are one stack, whatever they do", "[native]") {
    const Shown of = shown({{}, runtime::End::idle, "collector", {}}, kInMachine, true);
    CHECK(of.names == "(own) ");
    CHECK(of.own);
    CHECK_FALSE(of.truncated);
    CHECK(of.told.name == "collector");
}

TEST_CASE("a thread in the machinery whose calls are not known is none of the runtime's own", "[native]") {
    CHECK(shown({{}, runtime::End::moved, {}, {}}, kInMachine).names == "futex_wait work ");
    auto natives = kInMachine;
    natives.push_back(machine("/opt/shop/shop", "serve"));
    CHECK(shown({}, natives).names == "futex_wait work serve ");
}
