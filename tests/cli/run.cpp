// SPDX-License-Identifier: MIT
#include "tests/cli/run.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <sstream>

#include "tests/catch.h"

namespace rampwatch::test {
namespace {

Ran run_program(const std::vector<std::string>& argv) {
    SubprocessOptions options;
    options.environment = {"RAMPWATCH=" RAMPWATCH_BINARY, "TZ=UTC"};
    options.deadline = std::chrono::seconds(100);
    const auto ran = run(argv, options);
    REQUIRE(ran);
    const int number = ran->status.number;
    return {ran->status.signalled ? 128 + number : number, ran->out, ran->err};
}

}  // namespace

Ran run(const std::vector<std::string>& words) {
    std::vector<std::string> argv{RAMPWATCH_BINARY};
    argv.insert(argv.end(), words.begin(), words.end());
    return run_program(argv);
}

Ran run_shell(const std::string& line) { return run_program({"/bin/sh", "-c", line}); }

Folder::Folder() {
    std::string name = std::filesystem::temp_directory_path() / "rampwatch-cli-XXXXXX";
    REQUIRE(::mkdtemp(name.data()) != nullptr);
    path_ = name;
}

Folder::~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
}

std::string Folder::file(const std::string& name, const std::string& text) const {
    const std::string path = path_ + "/" + name;
    std::ofstream(path, std::ios::binary) << text;
    return path;
}

Sleeper::Sleeper() : process_(std::move(*Subprocess::start({"sleep", "300"}, {}))) {}

std::string text_of(const std::string& path) {
    std::ostringstream all;
    all << std::ifstream(path, std::ios::binary).rdbuf();
    return all.str();
}

std::int64_t lines_in(const std::string& text) { return std::count(text.begin(), text.end(), '\n'); }

bool contains(const std::string& text, const std::string& part) {
    return text.find(part) != std::string::npos;
}

}  // namespace rampwatch::test
