// SPDX-License-Identifier: MIT
// A directory of small files that is gone at the end of the test.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/base/fd.h"
#include "tests/catch.h"

namespace rampwatch::test {

class TempTree {
  public:
    TempTree() {
        std::string name = (std::filesystem::temp_directory_path() / "rampwatch-test-XXXXXX").string();
        REQUIRE(::mkdtemp(name.data()) != nullptr);
        root_ = name;
    }
    TempTree(const TempTree&) = delete;
    TempTree& operator=(const TempTree&) = delete;
    ~TempTree() {
        std::error_code ignored;
        std::filesystem::remove_all(root_, ignored);
    }

    TempTree& file(const std::string& path, const std::string& text) {
        const auto whole = root_ / path;
        std::filesystem::create_directories(whole.parent_path());
        std::ofstream(whole, std::ios::binary) << text;
        return *this;
    }
    [[nodiscard]] std::string path(const std::string& below = {}) const {
        return (below.empty() ? root_ : root_ / below).string();
    }
    [[nodiscard]] Fd open(const std::string& below = {}) const {
        return Fd(::open(path(below).c_str(), O_PATH | O_CLOEXEC));
    }

  private:
    std::filesystem::path root_;
};

inline std::string capture(const std::string& path) {
    std::ifstream file(std::string(RAMPWATCH_TESTS_DIR) + "/captures/" + path, std::ios::binary);
    return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace rampwatch::test
