// SPDX-License-Identifier: MIT
#include "core/stacks/go_text.h"

#include "core/stacks/go_head.h"
#include "core/stacks/go_profile_text.h"
#include "core/stacks/text_dumps.h"
#include "tests/catch.h"
#include "tests/unit/stacks/capture.h"

using namespace rampwatch;
using stacks::go_head;
using stacks::GoText;
using stacks::Head;

namespace {

const std::string kCall = "main.put(0xc0, {0x1, 0x2})\n\t/src/put.go:15 +0x2a\n";

}  // namespace

TEST_CASE("labels in a goroutine's first line are read in every form of theirs", "[stacks]") {
    const std::vector<std::string> labels{"http.route=/cart/0", "req=r]:0"};
    for (const char* line :
         {"goroutine 7 [chan send] {\"http.route\": \"/cart/0\", \"req\": \"r]:0\"}:",
          "goroutine 7 gp=0xc1 m=nil [chan send, 3 minutes]{http.route: \"/cart/0\", req: \"r]:0\"}:",
          "goroutine 7 [chan send labels:{\"http.route\": \"/cart/0\", \"req\": \"r]:0\"}]:",
          "goroutine 7 [chan send, locked to thread] {\"http.route\":\"/cart/0\",\"req\":\"r]:0\"}:"}) {
        const auto head = go_head(line);
        CAPTURE(line);
        CHECK(head.kind == Head::whole);
        CHECK(head.id == 7);
        CHECK(head.state == "chan send");
        CHECK(head.labels == labels);
    }
    CHECK(go_head("goroutine 7 [chan send] {\"a\": \"b").kind == Head::part);
    CHECK(go_head("goroutine 7 [chan se").kind == Head::part);
    CHECK(go_head("goroutine 7 [running] was slow").kind == Head::none);
    CHECK(go_head("goroutine pool [a]:").kind == Head::none);
}

TEST_CASE("labels are no part of what makes stacks equal, and those of all are shown", "[stacks]") {
    std::string text;
    for (int i = 0; i < 3; ++i) {
        text += "goroutine " + std::to_string(10 + i) + " [chan send] {\"job\": \"thumb\", \"n\": \"" +
                std::to_string(i) + "\"}:\n" + kCall + "\n";
    }
    const auto groups = test::grouped(test::parse<GoText>(text, {}));
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 3);
    CHECK(groups[0].labels == std::vector<std::string>{"job=thumb"});
}

TEST_CASE("a goroutine's ancestors are none of its frames", "[stacks]") {
    stacks::Skipped skipped;
    const auto all = test::parse<GoText>(test::read_capture("ancestors.goroutines"), {}, &skipped);
    const auto groups = test::grouped(all);
    CHECK(all.size() == 8);
    CHECK(skipped.lines == 0);
    CHECK(groups.front().count == 6);
    CHECK(groups.front().frames.size() == 1);
    CHECK(groups.front().frames[0].function == "main.put");
}

TEST_CASE("the states of goroutines differ by what they wait for, not by how long or where", "[stacks]") {
    const auto state = [](const std::string& brackets) {
        return std::string(go_head("goroutine 7 [" + brackets + "]:").state);
    };
    CHECK(state("select, 5 minutes") == "select");
    CHECK(state("chan receive, locked to thread") == "chan receive");
    CHECK(state("chan receive (nil chan), 12 minutes, locked to thread") == "chan receive (nil chan)");
    CHECK(state("select (no cases)") == "select (no cases)");
    CHECK(state("chan receive (durable), synctest bubble 7") == "chan receive (durable)");
    CHECK(state("chan send (leaked)") == "chan send (leaked)");
}

TEST_CASE("a goroutine on another thread has no frames, and one cut off by the runtime is not whole",
          "[stacks]") {
    const auto all = test::parse<GoText>(
        "goroutine 1 [running]:\n\tgoroutine running on other thread; stack unavailable\n\n"
        "goroutine 2 [sleep]:\n" +
            kCall + "...additional frames elided...\ncreated by main.x\n\t/src/x.go:2 +0x1\n",
        {});
    REQUIRE(all.size() == 2);
    CHECK(all[0].frames.empty());
    CHECK_FALSE(all[0].damaged);
    CHECK(all[1].truncated);
    CHECK(all[1].frames.size() == 1);
}

TEST_CASE("blanks for tabs, and empty lines between, change no goroutine", "[stacks]") {
    const std::string spaced =
        "goroutine 7 [select]:\n\nmain.put(0x1)\n\n        /src/put.go:15 +0x2a\n\n"
        "created by main.x\n\n        /src/x.go:2 +0x1\n\n\ngoroutine 8 [select]:\n\n"
        "main.put(0x1)\n\n        /src/put.go:15\n\n";
    stacks::Skipped skipped;
    const auto groups = test::grouped(test::parse<GoText>(spaced, {}, &skipped));
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 2);
    CHECK(groups[0].frames[0].line == 15);
    CHECK(skipped.lines == 0);
}

TEST_CASE("frames without the first line of their goroutine are no other goroutine's", "[stacks]") {
    stacks::Skipped skipped;
    const auto all = test::parse<GoText>(
        "goroutine 7 [select]:\n" + kCall + "created by main.x\n\t/src/x.go:2 +0x1\n\n" + kCall + "\n", {},
        &skipped);
    REQUIRE(all.size() == 1);
    CHECK(all[0].frames.size() == 1);
    CHECK(skipped.lines == 2);
}

TEST_CASE("what goleak prints is read, with and without the runtime's own line", "[stacks]") {
    const std::string newer =
        "    leaks.go:78: found unexpected goroutines:\n"
        "[Goroutine 52 in state select, with main.put on top of the stack:\n" +
        kCall +
        "created by main.x in goroutine 22\n\t/src/x.go:2 +0x207\n"
        " Goroutine 53 in state select, 2 minutes, with main.put on top of the stack:\n" +
        kCall + "]\n";
    const auto groups = test::grouped(test::parse<GoText>(newer, {}));
    REQUIRE(groups.size() == 1);
    CHECK(groups[0].count == 2);
    CHECK(groups[0].ids == std::vector<std::int64_t>{52, 53});
    CHECK(groups[0].state == "select");
    const auto older = test::parse<GoText>(
        "[Goroutine 52 in state select, with main.put on top of the stack:\ngoroutine 52 [select]:\n" +
            kCall + "]\n",
        {});
    CHECK(older.size() == 1);
}

TEST_CASE("a goroutine whose first line and first source are lost is not lost in silence", "[stacks]") {
    const auto whole = [](int id) {
        return "goroutine " + std::to_string(id) +
               " [chan send]:\nshop.put(0x1)\n\t/src/queue.go:40 +0x8c\ncreated by shop.Handle in goroutine "
               "1\n"
               "\t/src/handle.go:75 +0x9e\n\n";
    };
    const std::string torn =
        "shop.put(0x1)\n;;;^/&&r~;;;\nshop.func1()\n\t/src/handle.go:77 +0x45\n"
        "created by shop.Handle in goroutine 1\n\t/src/handle.go:75 +0x9e\n\n";
    const stacks::TextDump read = stacks::read_text(whole(7) + torn + whole(9));
    CHECK(read.stacks.stacks() == 2);
    CHECK((read.skipped.lines > 0 || read.stacks.damaged() > 0));
    const stacks::TextDump plain = stacks::read_text(whole(7) + "served in 12 ms\n\n" + whole(9));
    CHECK(plain.stacks.stacks() == 2);
    CHECK(plain.skipped.lines + plain.stacks.damaged() == 0);
}

TEST_CASE("a goroutine profile's records count for as many as they say", "[stacks]") {
    stacks::Skipped skipped;
    const auto groups =
        test::grouped(test::parse<stacks::GoProfileText>(test::read_capture("waits.debug1"), {}, &skipped));
    REQUIRE(groups.size() == 3);
    CHECK(groups[0].count == 6);
    CHECK(groups[0].kind == StackKind::goroutine);
    CHECK(groups[0].frames[0].function == "main.put");
    CHECK(groups[0].frames[0].line == 15);
    CHECK(groups[0].labels.empty());
    CHECK(groups[0].ids.empty());
    CHECK(skipped.lines == 0);
    CHECK(test::parse<stacks::GoProfileText>("threadcreate profile: total 9\n9 @\n#\t0x0\n", {}).empty());
}
