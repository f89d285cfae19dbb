// SPDX-License-Identifier: MIT
// "--rate 2.5 --fixed": the few options of a test program, without ceremony.
#pragma once

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <cstring>

namespace programs {

class Words {
  public:
    Words(int argc, char** argv) : argc_(argc), argv_(argv) {}

    [[nodiscard]] bool flag(const char* name) const { return find(name) > 0; }
    [[nodiscard]] const char* text(const char* name, const char* usual) const {
        const int at = find(name);
        return at > 0 && at + 1 < argc_ ? argv_[at + 1] : usual;
    }
    [[nodiscard]] double number(const char* name, double usual) const {
        const char* word = text(name, nullptr);
        return word != nullptr ? std::strtod(word, nullptr) : usual;
    }
    [[nodiscard]] std::int64_t count(const char* name, std::int64_t usual) const {
        const char* word = text(name, nullptr);
        return word != nullptr ? std::strtoll(word, nullptr, 10) : usual;
    }

  private:
    [[nodiscard]] int find(const char* name) const {
        for (int i = 1; i < argc_; ++i) {
            if (std::strcmp(argv_[i], name) == 0) return i;
        }
        return 0;
    }

    int argc_;
    char** argv_;
};

// What a test waits for before it looks: the program is in the state that it was started for.
inline void say_ready() {
    std::puts("ready");
    std::fflush(stdout);
}

}  // namespace programs
