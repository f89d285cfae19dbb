// SPDX-License-Identifier: MIT
// The built program as a shell sees it.
#pragma once

#include <string>
#include <vector>

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

}  // namespace rampwatch::test
