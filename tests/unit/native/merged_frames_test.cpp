// SPDX-License-Identifier: MIT
#include "core/native/merged_frames.h"

#include <string>
#include <vector>

#include "tests/catch.h"

using namespace rampwatch;

namespace {

// A runtime in "vm": "loop" runs calls; frame n of its language is called "fn".
class Toy : public runtime::Runtime, public runtime::Threads {
  public:
    [[nodiscard]] std::string_view name() const override { return "Toy"; }
    [[nodiscard]] std::string version() const override { return "1"; }
    [[nodiscard]] bool refresh(const runtime::Target&) override { return true; }
    runtime::Threads* threads() override { return this; }
    Frame name_of(runtime::FrameId frame) override {
        Frame named;
        named.function = "f" + std::to_string(frame);
        named.language = "toy";
        return named;
    }
    runtime::TypeName name_of_type(runtime::TypeId) override { return {}; }
    [[nodiscard]] Role role(const Frame& native) const override {
        if (native.function == "loop") return Role::loop;
        if (native.function == "code") return Role::code;
        return native.module == "vm" ? Role::machinery : Role::other;
    }
    void copy(const runtime::ThreadCopy&, runtime::Budget&) override {}
    runtime::Walked walk(const runtime::ThreadCopy&) override { return {}; }
    void forget() override {}
};

Frame machine(const std::string& module, const std::string& function) {
    Frame frame;
    frame.module = module;
    frame.function = function;
    return frame;
}

std::string merged(const std::vector<Frame>& natives, const std::vector<runtime::PlacedFrame>& calls) {
    Toy toy;
    std::string names;
    for (const Frame& frame : native::merge_frames(natives, calls, toy)) names += *frame.function + " ";
    return names;
}

}  // namespace

TEST_CASE("each turn of the loop becomes the calls it runs, and machinery is left out", "[native]") {
    CHECK(merged({machine("/lib/libssl.so.3", "SSL_read"), machine("vm", "call_c"), machine("vm", "loop"),
                  machine("vm", "vector"), machine("/x/ext.so", "callback"), machine("vm", "loop"),
                  machine("vm", "main")},
                 {{1, 0, false}, {2, 0, true}, {3, 0, true}}) == "SSL_read f1 f2 callback f3 ");
}

TEST_CASE("what an embedder did before stays, and what starts every thread does not", "[native]") {
    CHECK(merged({machine("vm", "loop"), machine("/usr/bin/uwsgi", "serve"),
                  machine("/lib/libc.so.6", "start_thread")},
                 {{1, 0, true}}) == "f1 serve ");
}

TEST_CASE("calls for which no turn was found follow the last one that was", "[native]") {
    CHECK(merged({machine("/lib/libc.so.6", "read"), machine("vm", "loop")}, {{1, 0, true}, {2, 0, true}}) ==
          "read f1 f2 ");
    CHECK(merged({machine("/x/lib.so", "wait")}, {{1, 0, true}, {2, 0, true}}) == "wait f1 f2 ");
    CHECK(merged({}, {{1, 0, true}}) == "f1 ");
}

TEST_CASE("from the language's own code on the native frames are not believed", "[native]") {
    CHECK(merged({machine("/x/libnet.so", "receive"), machine("vm", "wrap"), machine("jit", "code"),
                  machine("/x/a.so", "junk"), machine("jit", "code")},
                 {{1, 0, false}, {2, 0, true}, {3, 0, true}}) == "receive f1 f2 f3 ");
}
