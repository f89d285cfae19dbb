// SPDX-License-Identifier: MIT
// The built program as a shell sees it.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "core/base/subprocess.h"

namespace rampwatch::test {

struct Ran {
    int status = -1;  // exit status, or 128 + the signal's number
    std::string out{};
    std::string err{};
};

// rampwatch with these words, to its end; its standard input is empty.
Ran run(const std::vector<std::string>& words);

// A line of /bin/sh in which $RAMPWATCH is the program.
Ran run_shell(const std::string& line);

// A folder of files that is gone with this object.
class Folder {
  public:
    Folder();
    ~Folder();
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;

    // The path of a file of that name, which now holds `text`.
    std::string file(const std::string& name, const std::string& text) const;
    [[nodiscard]] const std::string& path() const { return path_; }

  private:
    std::string path_;
};

// A process that does nothing, to be watched; gone with this object.
class Sleeper {
  public:
    Sleeper();
    [[nodiscard]] std::string pid() const { return std::to_string(process_.pid()); }

  private:
    Subprocess process_;
};

std::string text_of(const std::string& path);  // of a whole file; empty without one
std::int64_t lines_in(const std::string& text);
bool contains(const std::string& text, const std::string& part);

}  // namespace rampwatch::test
