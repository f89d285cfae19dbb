// SPDX-License-Identifier: MIT
// A file that is there whole or not at all.
#pragma once

#include <sys/types.h>

#include <string>
#include <string_view>

#include "core/base/error.h"
#include "core/base/fd.h"

namespace rampwatch {

// Writes beside `path`, onto the disk, then renames: whoever reads sees the old file or the whole new one.
// What is no regular file (a pipe, /dev/stdout) is written to directly. `mode` is cut by the umask. A new
// file of 0600 replaces whatever had the name; a symbolic link is replaced, not followed. Error io, `where`
// the path.
Result<void> write_whole(const std::string& path, std::string_view text, mode_t mode);

// The same for a text that comes piece by piece, in memory that does not grow with it: beside the file until
// commit(), and gone with the object without one.
class WholeFile {
  public:
    static Result<WholeFile> create(const std::string& path, mode_t mode);

    WholeFile(WholeFile&& from) noexcept;
    WholeFile& operator=(WholeFile&&) = delete;
    ~WholeFile();

    Result<void> write(std::string_view text);
    Result<void> commit();  // once, and nothing after it

  private:
    WholeFile(Fd file, std::string path, std::string beside)
        : file_(std::move(file)), path_(std::move(path)), beside_(std::move(beside)) {}

    Fd file_;
    std::string path_;
    std::string beside_;  // empty: the file is no regular one, or is committed
};

}  // namespace rampwatch
