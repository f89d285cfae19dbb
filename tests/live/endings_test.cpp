// SPDX-License-Identifier: MIT
// Targets that end, that are no process any more, that stand still, or that are none of our business.
#include <signal.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <string>
#include <vector>

#include "tests/catch.h"
#include "tests/support/target.h"

using namespace rampwatch;

namespace {

bool has(const std::string& text, const std::string& part) { return text.find(part) != std::string::npos; }

char state_of(const std::string& pid) {
    std::ifstream stat("/proc/" + pid + "/stat");
    const std::string text((std::istreambuf_iterator<char>(stat)), {});
    const std::size_t end = text.rfind(')');
    return end == std::string::npos || end + 2 >= text.size() ? '?' : text[end + 2];
}

std::string unused_pid() {
    const pid_t child = fork();
    if (child == 0) _exit(0);
    waitpid(child, nullptr, 0);
    return std::to_string(child);
}

// The program where anybody may run it: a build directory below /root is closed to others.
class OpenCopy {
  public:
    OpenCopy() {
        char name[] = "/tmp/rampwatch-test-XXXXXX";
        if (mkdtemp(name) == nullptr) FAIL("mkdtemp");
        directory_ = name;
        std::filesystem::copy_file(RAMPWATCH_PROGRAM, path());
        chmod(name, 0755);
        chmod(path().c_str(), 0755);
    }
    ~OpenCopy() { std::filesystem::remove_all(directory_); }
    [[nodiscard]] std::string path() const { return directory_ + "/rampwatch"; }

  private:
    std::string directory_{};
};

test::Outcome as_nobody(const std::string& program, const std::vector<std::string>& words) {
    std::vector<std::string> argv{"setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", program};
    argv.insert(argv.end(), words.begin(), words.end());
    return test::run_program(argv);
}

}  // namespace

TEST_CASE("a target that ends in the middle ends the watch with the verdict so far", "[endings]") {
    const test::Target target({test::program("endings"), "--after", "1.5"});
    const auto outcome = test::rampwatch({"watch", "--patience", "30s", target.pid_word()});
    INFO(outcome.out << outcome.err);
    CHECK(outcome.status == 0);
    CHECK(has(outcome.out, "undecided"));
}

TEST_CASE("with a command the status is the command's", "[endings]") {
    const auto status = [](const std::vector<std::string>& command) {
        std::vector<std::string> words{"watch", "--patience", "30s", "-q", "--"};
        words.insert(words.end(), command.begin(), command.end());
        return test::rampwatch(words).status;
    };
    CHECK(status({test::program("endings"), "--after", "0.2", "--status", "7"}) == 7);
    CHECK(status({test::program("endings"), "--after", "0.2", "--signal", "9"}) == 128 + 9);
    CHECK(status({"/nonexistent/command"}) == 127);
    CHECK(status({"/etc/passwd"}) == 126);
}

TEST_CASE("a PID that does not exist is refused by every command", "[endings]") {
    const std::string pid = unused_pid();
    for (const std::string command : {"watch", "dump", "look"}) {
        const auto outcome = test::rampwatch({command, pid});
        INFO(command << ": " << outcome.out << outcome.err);
        CHECK(outcome.status == 2);
        CHECK(outcome.out.empty());
        CHECK(has(outcome.err, pid));
    }
}

TEST_CASE("a zombie is refused by every command", "[endings]") {
    const test::Target parent({test::program("endings"), "--zombie"});
    for (const std::string command : {"watch", "dump", "look"}) {
        const auto outcome = test::rampwatch({command, parent.told()});
        INFO(command << ": " << outcome.out << outcome.err);
        CHECK(outcome.status == 2);
        CHECK(outcome.out.empty());
        CHECK(has(outcome.err, parent.told()));
    }
}

TEST_CASE("a stopped process is watched and dumped, and stays stopped", "[endings]") {
    if (!test::have({"eu-stack"})) return;
    const test::Target target({test::program("steady")});
    kill(target.pid(), SIGSTOP);
    const auto watched =
        test::rampwatch({"watch", "--patience", "30s", "--samples", "20", target.pid_word()});
    INFO(watched.out << watched.err);
    CHECK(watched.status == 0);
    CHECK(state_of(target.pid_word()) == 'T');

    const auto dumped = test::rampwatch({"dump", target.pid_word()});
    INFO(dumped.out << dumped.err);
    CHECK(dumped.status == 0);
    CHECK(state_of(target.pid_word()) == 'T');
}

TEST_CASE("another user's process is watched without descriptors and stacks, and its dump refused",
          "[endings]") {
    if (geteuid() != 0) {
        WARN("skipped: only root can become another user");
        return;
    }
    if (!test::have({"setpriv", "eu-stack"})) return;
    const test::Target target({test::program("steady")});
    const OpenCopy open;

    const auto watched =
        as_nobody(open.path(), {"watch", "--patience", "30s", "--for", "3s", target.pid_word()});
    INFO("watch: " << watched.out << watched.err);
    CHECK(watched.status == 0);
    CHECK(has(watched.out + watched.err, "descriptors"));
    CHECK(has(watched.out + watched.err, "sudo "));

    const auto looked = as_nobody(open.path(), {"look", target.pid_word()});
    INFO("look: " << looked.out << looked.err);
    CHECK(looked.status == 0);
    CHECK(has(looked.out, "sudo "));

    const auto dumped = as_nobody(open.path(), {"dump", target.pid_word()});
    INFO("dump: " << dumped.out << dumped.err);
    CHECK(dumped.status == 2);
    CHECK(has(dumped.err, "sudo "));
}
