// SPDX-License-Identifier: MIT
// Perl programs read from outside, against what Perl's own caller() says of them.
#include <chrono>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <string>
#include <vector>

#include "core/perl/runtime.h"
#include "tests/catch.h"
#include "tests/support/live_process.h"
#include "tests/support/process_image.h"
#include "tests/support/target.h"
#include "tests/temp_tree.h"

using namespace rampwatch;

namespace {

std::string read(const std::string& path) {
    std::ifstream file(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<std::string> shop(const std::string& where, const test::TempTree& tree) {
    return {"perl", test::tests_file("programs/perl/shop.pl"), where, tree.path("truth")};
}

Result<std::unique_ptr<runtime::Runtime>> attach(const runtime::Target& target) {
    runtime::Budget budget = runtime::budget_of(1 << 30, std::chrono::seconds(60), std::chrono::seconds(60));
    return perl::entry().attach(target, budget);
}

}  // namespace

TEST_CASE("calls of a Perl program are those that caller() tells, however it came there", "[perl]") {
    for (const std::string where :
         {"method", "eval", "sort", "destroy", "tied", "deep", "signal", "required", "named"}) {
        INFO(where);
        const test::TempTree tree;
        const test::Target program(shop(where, tree));
        const test::LiveProcess process(program.pid());
        CHECK(perl::entry().recognise(process.target()));
        const auto runtime = attach(process.target());
        REQUIRE(runtime);
        test::settle(program.pid());
        CHECK(test::tell_threads(**runtime, {program.pid()}) ==
              std::vector<std::string>{"thread " + program.pid_word() + "\n" + read(tree.path("truth"))});
        CHECK((*runtime)->version().starts_with("5."));
    }
}

TEST_CASE("a dump of a Perl program is in Perl, with what Perl called below it", "[perl]") {
    const test::TempTree tree;
    const test::Target program(shop("sort", tree));
    test::settle(program.pid());
    const auto dump = test::rampwatch({"dump", program.pid_word()});
    INFO(dump.out << dump.err);
    CHECK(dump.status == 0);
    const auto stand = dump.out.find("main::stand"), total = dump.out.find("Shop::Cart::total"),
               price = dump.out.find("main::by_price"), program_itself = dump.out.find("main program");
    CHECK((stand < total && total < price && price < program_itself));
    CHECK(program_itself != std::string::npos);
    CHECK(dump.out.find("select") < stand);
    CHECK(dump.out.find("Perl_") == std::string::npos);
    const auto json = test::rampwatch({"dump", "--format", "json", program.pid_word()});
    CHECK(json.out.find("\"language\":\"perl\"") != std::string::npos);
    CHECK(json.out.find("\"name\":\"Perl\"") != std::string::npos);
    const auto look = test::rampwatch({"look", program.pid_word()});
    INFO(look.out << look.err);
    CHECK(look.out.find("main::stand") != std::string::npos);
}

// Renews tests/captures/perl: not part of any run. RAMPWATCH_RECORD_SCRIPT: where shop.pl lies, for that path
// is part of the image.
TEST_CASE("an image of a Perl program is recorded", "[.record_perl]") {
    const char* script = std::getenv("RAMPWATCH_RECORD_SCRIPT");
    REQUIRE(script != nullptr);
    const test::TempTree tree;
    const test::Target program({"perl", script, "eval", tree.path("truth")});
    const test::LiveProcess process(program.pid());
    test::ProcessImage image;
    image.tids.emplace_back(program.pid(), program.pid());
    std::ifstream maps("/proc/" + program.pid_word() + "/maps");
    for (std::string line; std::getline(maps, line);)
        if (line.find("perl") != std::string::npos) image.map_lines.push_back(line);
    const probe::RecordingReader recording(process.memory, image.memory);
    const runtime::Target target{recording, process.maps, nullptr, process.tids, {}, {}};
    const auto runtime = attach(target);
    REQUIRE(runtime);
    const auto told = test::tell_threads(**runtime, {program.pid()});
    REQUIRE(told.size() == 1);
    CHECK(told.front() == "thread " + program.pid_word() + "\n" + read(tree.path("truth")));
    const std::string version = (*runtime)->version();
    const std::string name = test::tests_file("captures/perl/" + version.substr(0, version.rfind('.')));
    std::ofstream(name + ".image") << image.text();
    std::ofstream(name + ".expect") << told.front();
}
