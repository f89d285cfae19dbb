// SPDX-License-Identifier: MIT
// A terminal of some columns, and what stands on it so far. Raw: "\n" stays "\n".
#pragma once

#include <fcntl.h>
#include <pty.h>
#include <unistd.h>

#include <string>

#include "core/base/fd.h"
#include "tests/catch.h"

namespace rampwatch::test {

class Pty {
  public:
    explicit Pty(unsigned short columns) {
        const winsize size{.ws_row = 24, .ws_col = columns, .ws_xpixel = 0, .ws_ypixel = 0};
        termios raw{};
        ::cfmakeraw(&raw);
        int ends[2] = {-1, -1};
        REQUIRE(::openpty(&ends[0], &ends[1], nullptr, &raw, &size) == 0);
        master_.reset(ends[0]);
        slave_.reset(ends[1]);
        ::fcntl(master_.get(), F_SETFL, O_NONBLOCK);
    }
    [[nodiscard]] int fd() const { return slave_.get(); }  // the terminal's end

    // What was written to it since the last time.
    [[nodiscard]] std::string read() const {
        std::string text;
        char bytes[4096];
        for (ssize_t n = 0; (n = ::read(master_.get(), bytes, sizeof bytes)) > 0;)
            text.append(bytes, static_cast<std::size_t>(n));
        return text;
    }

  private:
    Fd master_{};
    Fd slave_{};
};

}  // namespace rampwatch::test
