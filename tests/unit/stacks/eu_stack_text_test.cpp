// SPDX-License-Identifier: MIT
#include "core/stacks/eu_stack_text.h"

#include <algorithm>

#include "tests/catch.h"
#include "tests/unit/stacks/capture.h"

using namespace rampwatch;
using stacks::EuStackText;

TEST_CASE("eu-stack's output becomes one group a waiting place, the leaked threads first", "[stacks]") {
    stacks::Skipped skipped;
    const auto all = test::parse<EuStackText>(test::read_capture("threads.eu-stack"),
                                              test::capture_modules("threads.maps"), &skipped);
    CHECK(all.size() == 14);  // main, 5 leaked, 4 x 2
    CHECK(skipped.lines == 0);
    CHECK(std::none_of(all.begin(), all.end(), [](const Stack& stack) { return stack.truncated; }));

    const auto groups = test::grouped(all);
    REQUIRE(groups.size() == 6);
    const Group& leaked = groups.front();
    CHECK(leaked.count == 5);
    CHECK(leaked.ids.size() == 5);
    const Frame& own = leaked.frames[leaked.own_frame];
    CHECK(own.function ==
          "shop::Queue<std::__cxx11::basic_string<char, std::char_traits<char>, "
          "std::allocator<char> > >::pop()");
    const Frame& caller = leaked.frames[leaked.own_frame + 1];
    CHECK(caller.function == "shop::wait_for_result()");
    CHECK(caller.file == "../../tests/programs/threads.cpp");
    CHECK(caller.line == 56);
    CHECK(caller.module == "/tmp/rampwatch-captures/threads");
    for (std::size_t i = 1; i < 5; ++i) CHECK(groups[i].count == 2);
    CHECK(groups[5].frames[groups[5].own_frame].function == "main");
}

TEST_CASE("what eu-stack inlined is marked, the call around it is not", "[stacks]") {
    const auto all = test::parse<EuStackText>(test::read_capture("threads.eu-stack"),
                                              test::capture_modules("threads.maps"));
    const auto waits = [](const Stack& stack) {
        return stack.frames[0].function == "__futex_abstimed_wait_common64";
    };
    const auto place = std::find_if(all.begin(), all.end(), waits);
    REQUIRE(place != all.end());
    CHECK(place->frames[0].inlined);
    CHECK_FALSE(place->frames[1].inlined);
    CHECK(place->frames[2].inlined);
    CHECK_FALSE(place->frames[3].inlined);
}

TEST_CASE("without names, stacks are told apart by offsets in their modules", "[stacks]") {
    const auto modules = test::capture_modules("threads.maps");
    const auto groups =
        test::grouped(test::parse<EuStackText>(test::read_capture("threads.eu-stack-q"), modules));
    REQUIRE(groups.size() == 6);
    CHECK(groups.front().count == 5);
    const Frame& own = groups.front().frames[groups.front().own_frame];
    CHECK_FALSE(own.function);
    CHECK(own.module == "/tmp/rampwatch-captures/threads");
    REQUIRE(own.offset);
    CHECK(*own.offset < 0x10000);
}

TEST_CASE("a stripped program's frames keep module and offset", "[stacks]") {
    const auto groups = test::grouped(test::parse<EuStackText>(test::read_capture("stripped.eu-stack"),
                                                               test::capture_modules("stripped.maps")));
    REQUIRE(groups.size() == 2);
    CHECK(groups.front().count == 3);
    const Frame& own = groups.front().frames[groups.front().own_frame];
    CHECK_FALSE(own.function);
    CHECK(own.module == "/tmp/rampwatch-captures/stripped");
    CHECK(own.offset);
    CHECK_FALSE(groups.front().truncated);
}

TEST_CASE("a symbol's version is no part of its name", "[stacks]") {
    const auto all = test::parse<EuStackText>(
        "TID 7:\n#0  0x00007f0000000010 pthread_cond_wait@@GLIBC_2.3.2\n#1  0x0000000000401715 main\n", {});
    REQUIRE(all.size() == 1);
    CHECK(all[0].frames[0].function == "pthread_cond_wait");
    CHECK(all[0].frames[1].function == "main");
}

TEST_CASE("stacks of addresses alone keep them, and are told apart by them", "[stacks]") {
    const auto groups =
        test::grouped(test::parse<EuStackText>("PID 7 - process\n"
                                               "TID 7:\n#0  0x0000000000434302\n#1  0x0000000000401715\n"
                                               "TID 8:\n#0  0x000000000045a7f6\n#1  0x00000000004165e0\n"
                                               "#2  0x000000000040191a\n"
                                               "TID 9:\n#0  0x000000000045a7f6\n#1  0x00000000004165e0\n"
                                               "#2  0x000000000040191a\n",
                                               {}));
    REQUIRE(groups.size() == 2);
    CHECK(groups[0].count == 2);
    REQUIRE(groups[0].frames.size() == 3);
    CHECK(groups[0].frames[2].offset == 0x40191a);
    CHECK(groups[1].frames.size() == 2);
}

TEST_CASE("Go's threads end at the runtime's own roots, and what is guessed behind them is cut", "[stacks]") {
    const auto groups = test::grouped(
        test::parse<EuStackText>(test::read_capture("go.eu-stack"), test::capture_modules("go.maps")));
    REQUIRE(groups.size() == 3);
    CHECK(groups.front().count == 3);
    CHECK(groups.front().frames.back().function == "runtime.mcall");
    CHECK_FALSE(groups.front().truncated);
}

TEST_CASE("the text may come in pieces cut anywhere", "[stacks]") {
    const std::string text = test::read_capture("threads.eu-stack");
    const auto modules = test::capture_modules("threads.maps");
    const auto whole = test::parse<EuStackText>(text, modules);
    CHECK(test::parse<EuStackText>(text, modules, nullptr, 1) == whole);
    CHECK(test::parse<EuStackText>(text, modules, nullptr, 4095) == whole);
}

TEST_CASE("hostile text is counted, bounded and no stack", "[stacks]") {
    const stacks::ModuleMap none;
    stacks::Skipped skipped;
    CHECK(test::parse<EuStackText>("#0 0x1 a\nTID x:\nTID 99999999999999999999:\n    file:1:2\nrubbish\n",
                                   none, &skipped)
              .empty());
    CHECK(skipped.lines == 3);  // what may be the rest of a line counts with it

    const std::string endless = "TID 7:\n#0  0x1 " + std::string(1 << 20, 'a') + "\n";
    const auto long_name = test::parse<EuStackText>(endless, none, &skipped);
    REQUIRE(long_name.size() == 1);
    CHECK(long_name[0].frames.at(0).function->size() <= stacks::kMostName);
    CHECK(skipped.cut == 2);

    std::string deep = "TID 7:\n";
    for (int i = 0; i < 5000; ++i)
        deep += "#" + std::to_string(i) + " 0x" + std::to_string(10 + i) + " f - /bin/x\n";
    const auto cut = test::parse<EuStackText>(deep, none, &skipped);
    REQUIRE(cut.size() == 1);
    CHECK(cut[0].frames.size() == stacks::kMostFrames);
    CHECK(cut[0].truncated);

    for (const char* line :
         {"#", "#1", "#1  0x", "#1  0xzz a", "#1  0x1", "#1  0x1 - ", "    ", "    :", "    a:b:1"})
        CHECK(test::parse<EuStackText>(std::string("TID 7:\n#0 0x2 f\n") + line, none).size() == 1);
}

TEST_CASE("a recursion is no inlining", "[stacks]") {
    const auto all = test::parse<EuStackText>(
        "TID 7:\n#0 0x10 leaf - /bin/x\n#1 0x20 walk - /bin/x\n#2 0x20 walk - /bin/x\n#3 0x20 walk - /bin/x\n"
        "#4 0x30 _start - /bin/x\n",
        stacks::ModuleMap());
    REQUIRE(all.size() == 1);
    for (const Frame& frame : all[0].frames) CHECK_FALSE(frame.inlined);
}

TEST_CASE("eu-stack's columns and options change no name", "[stacks]") {
    for (const char* name : {"take-v", "take-a", "take-a-b", "take-i", "take-l"}) {
        CAPTURE(name);
        stacks::Skipped skipped;
        const auto groups = test::grouped(
            test::parse<EuStackText>(test::read_capture(std::string(name) + ".eu-stack"), {}, &skipped));
        CHECK(skipped.lines == 0);
        REQUIRE(groups.size() == 2);
        CHECK(groups[0].count == 3);
        CHECK_FALSE(groups[0].damaged);
        const auto& frames = groups[0].frames;
        CHECK(std::any_of(frames.begin(), frames.end(),
                          [](const Frame& frame) { return frame.function == "take"; }));
        CHECK(std::none_of(frames.begin(), frames.end(), [](const Frame& frame) {
            return frame.function &&
                   (frame.function->find(' ') != std::string::npos || *frame.function == "1");
        }));
    }
}

TEST_CASE("a build id tells frames without a name apart, and is no file", "[stacks]") {
    const auto all = test::parse<EuStackText>(
        "TID 7:\n#0  0x00007ffba6140545\n    [93ac61ec5a8eb139]@0x7ffba6071000+0xcf545\n", {});
    REQUIRE(all.size() == 1);
    CHECK(all[0].frames[0].build_id == "93ac61ec5a8eb139");
    CHECK(all[0].frames[0].offset == 0xcf545);
    CHECK_FALSE(all[0].frames[0].file);
}

TEST_CASE("a stack whose first line is lost is counted, and marked", "[stacks]") {
    const auto all = test::parse<EuStackText>(
        "TID 7:\n#0  0x1 wait\n#1  0x2 _start\n#0  0x1 wait\n#1  0x2 _start\nTID 9:\n#0  0x1 wait\n#2  0x2 "
        "_start\n",
        {});
    REQUIRE(all.size() == 3);
    CHECK_FALSE(all[0].damaged);
    CHECK(all[1].damaged);  // no first line
    CHECK(all[1].id == 0);
    CHECK(all[2].damaged);  // no frame 1
}
