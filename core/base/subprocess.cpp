// SPDX-License-Identifier: MIT
#include "core/base/subprocess.h"

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <sys/epoll.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <csignal>
#include <cstring>

#include "core/base/text.h"

namespace rampwatch {
namespace {

struct Pipe {
    Fd read{}, write{};
};

Error io_error(const char* what) {
    return {Error::Kind::io, fmt::format("{}: {}", what, std::strerror(errno))};
}

Result<Pipe> make_pipe() {
    std::array<int, 2> ends{};
    if (::pipe2(ends.data(), O_CLOEXEC) != 0) return io_error("cannot create a pipe");
    Pipe pipe{Fd(ends[0]), Fd(ends[1])};
    return Result<Pipe>(std::move(pipe));
}

// A file without a name: a pipe would hold us up until the child reads.
Fd input_of(const std::string& text) {
    if (text.empty()) return Fd(::open("/dev/null", O_RDONLY | O_CLOEXEC));
    Fd file(::memfd_create("rampwatch-input", MFD_CLOEXEC));
    for (std::size_t at = 0; file && at < text.size();) {
        const ssize_t wrote = ::write(file.get(), text.data() + at, text.size() - at);
        if (wrote < 0 && errno == EINTR) continue;
        if (wrote <= 0) return Fd();
        at += static_cast<std::size_t>(wrote);
    }
    if (file) ::lseek(file.get(), 0, SEEK_SET);
    return file;
}

// Everything that the child needs, made before the fork: after it only async-signal-safe calls are allowed.
struct Plan {
    std::vector<char*> argv{}, environment{};
    const SubprocessOptions* options = nullptr;
    int in = -1, out = -1, err = -1, failure = -1;
};

std::vector<char*> pointers(std::vector<std::string>& words) {
    std::vector<char*> list;
    for (std::string& word : words) list.push_back(word.data());
    list.push_back(nullptr);
    return list;
}

void limit(__rlimit_resource_t which, const std::optional<std::int64_t>& most) {
    if (!most) return;
    rlimit now{};
    ::getrlimit(which, &now);
    const auto wanted = std::min<rlim_t>(static_cast<rlim_t>(std::max<std::int64_t>(*most, 0)), now.rlim_max);
    const rlimit next{wanted, wanted};
    ::setrlimit(which, &next);
}

void become_helper(const Plan& plan) {
    ::setsid();
    if (plan.options->death_signal != 0) ::prctl(PR_SET_PDEATHSIG, plan.options->death_signal);
    ::dup2(plan.in, STDIN_FILENO);
    ::dup2(plan.out, STDOUT_FILENO);
    ::dup2(plan.err, STDERR_FILENO);
    limit(RLIMIT_CORE, 0);
    limit(RLIMIT_AS, plan.options->most_memory_bytes);
    limit(RLIMIT_CPU, plan.options->most_cpu_s);
    limit(RLIMIT_FSIZE, plan.options->most_file_bytes);
    ::umask(077);
    if (::chdir("/") != 0) return;  // it stays where we are; no harm
}

[[noreturn]] void exec_child(const Plan& plan) {
    // exec keeps what was ignored. A helper begins with the defaults; a command of ours with what we were
    // started with (nohup ignores SIGHUP), but for SIGPIPE, which a watch ignores for itself.
    for (int number = 1; number < NSIG; ++number) {
        if (plan.options->inherit && number != SIGPIPE) continue;
        struct sigaction now {};
        if (::sigaction(number, nullptr, &now) == 0 && now.sa_handler != SIG_DFL) {
            struct sigaction plain {};
            plain.sa_handler = SIG_DFL;
            ::sigaction(number, &plain, nullptr);
        }
    }
    sigset_t none;
    sigemptyset(&none);
    ::sigprocmask(SIG_SETMASK, &none, nullptr);
    if (!plan.options->inherit) become_helper(plan);
    // What the shell opened for our command (3<file) is its own; ours are all CLOEXEC.
    if (!plan.options->inherit) ::syscall(SYS_close_range, 3U, ~0U, 1U << 2);  // CLOSE_RANGE_CLOEXEC
    ::execvpe(plan.argv[0], plan.argv.data(), plan.options->inherit ? environ : plan.environment.data());
    const int failed = errno;
    static_cast<void>(!::write(plan.failure, &failed, sizeof failed));
    ::_exit(127);
}

Error exec_error(int number, const std::string& program) {
    const std::string name = escape(program, 256);
    if (number == ENOENT || number == ENOTDIR) return {Error::Kind::not_found, "no such program", name};
    return {Error::Kind::no_permission, fmt::format("cannot be executed: {}", std::strerror(number)), name};
}

std::vector<std::string> clean_environment(const std::vector<std::string>& more) {
    std::vector<std::string> list = {"PATH=/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin",
                                     "LC_ALL=C", "HOME=/"};
    list.insert(list.end(), more.begin(), more.end());
    return list;
}

// A blocked signal cannot run one of our handlers in the child between fork and exec.
class AllSignalsBlocked {
  public:
    AllSignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        ::pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    AllSignalsBlocked(const AllSignalsBlocked&) = delete;
    AllSignalsBlocked& operator=(const AllSignalsBlocked&) = delete;
    ~AllSignalsBlocked() { ::pthread_sigmask(SIG_SETMASK, &before_, nullptr); }

  private:
    sigset_t before_{};
};

void watch(int epoll, int fd) {
    epoll_event event{};
    event.events = EPOLLIN;
    ::epoll_ctl(epoll, EPOLL_CTL_ADD, fd, &event);
}

// Reads until the pipe is empty, ended, or 1 MiB was read; false at its end.
bool drain_pipe(Fd& fd, std::string& into, std::size_t& kept, std::size_t most, bool& dropped) {
    if (!fd) return false;
    std::array<char, 65536> chunk;
    for (int turn = 0; turn < 16; ++turn) {
        const ssize_t got = ::read(fd.get(), chunk.data(), chunk.size());
        if (got < 0 && errno == EINTR) continue;
        if (got < 0 && errno == EAGAIN) return true;
        if (got <= 0) {
            fd.reset();
            return false;
        }
        const std::size_t take = std::min(static_cast<std::size_t>(got), most - kept);
        into.append(chunk.data(), take);
        kept += take;
        if (take < static_cast<std::size_t>(got)) dropped = true;
    }
    return true;
}

}  // namespace

Result<Subprocess> Subprocess::start(const std::vector<std::string>& argv, const SubprocessOptions& options) {
    if (argv.empty() || argv.front().empty()) return Error{Error::Kind::not_found, "no program named"};
    Subprocess child;
    child.own_group_ = !options.inherit;
    child.most_output_bytes_ = options.most_output_bytes;
    auto failure = make_pipe(), out = make_pipe(), err = make_pipe();
    for (const auto* pipe : {&failure, &out, &err}) {
        if (!*pipe) return pipe->error();
    }
    const Fd in = input_of(options.input);
    child.epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    if (!in || !child.epoll_) return io_error("cannot open a descriptor");

    std::vector<std::string> words = argv, environment = clean_environment(options.environment);
    const Plan plan{pointers(words),  pointers(environment), &options, in.get(), out->write.get(),
                    err->write.get(), failure->write.get()};
    {
        const AllSignalsBlocked guard;
        child.pid_ = ::fork();
        if (child.pid_ == 0) exec_child(plan);
    }
    if (child.pid_ < 0) return io_error("cannot start a process");
    failure->write.reset();
    out->write.reset();
    err->write.reset();
    child.pidfd_.reset(static_cast<int>(::syscall(SYS_pidfd_open, child.pid_, 0U)));

    int number = 0;
    ssize_t got = 0;
    while ((got = ::read(failure->read.get(), &number, sizeof number)) < 0 && errno == EINTR) {
    }
    if (got == sizeof number) {
        child.kill_and_reap();
        return exec_error(number, argv.front());
    }
    if (child.pidfd_) watch(child.epoll_.get(), child.pidfd_.get());
    if (!options.inherit) {
        child.out_ = std::move(out->read);
        child.err_ = std::move(err->read);
        for (const int fd : {child.out_.get(), child.err_.get()}) {
            ::fcntl(fd, F_SETFL, O_NONBLOCK);
            watch(child.epoll_.get(), fd);
        }
    }
    return Result<Subprocess>(std::move(child));
}

Subprocess::Subprocess(Subprocess&& other) noexcept { *this = std::move(other); }

Subprocess& Subprocess::operator=(Subprocess&& other) noexcept {
    if (this == &other) return *this;
    forget();
    pid_ = std::exchange(other.pid_, -1);
    own_group_ = other.own_group_;
    pidfd_ = std::move(other.pidfd_);
    out_ = std::move(other.out_);
    err_ = std::move(other.err_);
    epoll_ = std::move(other.epoll_);
    output_ = std::move(other.output_);
    errors_ = std::move(other.errors_);
    most_output_bytes_ = other.most_output_bytes_;
    out_kept_ = other.out_kept_;
    err_kept_ = other.err_kept_;
    out_dropped_ = other.out_dropped_;
    err_dropped_ = other.err_dropped_;
    status_ = other.status_;
    return *this;
}

Subprocess::~Subprocess() { forget(); }

void Subprocess::forget() {
    if (pid_ > 0 && own_group_ && !exit_status()) kill_and_reap();
}

bool Subprocess::drain() {
    const bool out_open = drain_pipe(out_, output_, out_kept_, most_output_bytes_, out_dropped_);
    const bool err_open = drain_pipe(err_, errors_, err_kept_, most_output_bytes_, err_dropped_);
    return out_open || err_open;
}

std::string Subprocess::take_output() { return std::exchange(output_, {}); }
std::string Subprocess::take_errors() { return std::exchange(errors_, {}); }

namespace {

std::optional<ExitStatus> wait_for(pid_t pid, int flags) {
    siginfo_t info{};
    int rc = 0;
    while ((rc = ::waitid(P_PID, static_cast<id_t>(pid), &info, WEXITED | flags)) != 0 && errno == EINTR) {
    }
    if (rc != 0) return ExitStatus{false, 0};  // ECHILD: somebody else reaped it; there is nothing to know
    if (info.si_pid == 0) return std::nullopt;
    return ExitStatus{info.si_code != CLD_EXITED, info.si_status};
}

}  // namespace

std::optional<ExitStatus> Subprocess::exit_status() {
    if (status_ || pid_ <= 0) return status_;
    if (own_group_) {
        // While the dead leader is not reaped, its group's number cannot be anybody else's.
        if (!wait_for(pid_, WNOHANG | WNOWAIT)) return std::nullopt;
        ::kill(-pid_, SIGKILL);
    }
    status_ = wait_for(pid_, WNOHANG);
    if (status_) pidfd_.reset();
    return status_;
}

void Subprocess::signal(int number) {
    if (!exit_status() && pid_ > 0) ::kill(pid_, number);
}

void Subprocess::signal_group(int number) {
    if (!exit_status() && pid_ > 0) ::kill(own_group_ ? -pid_ : pid_, number);
}

ExitStatus Subprocess::kill_and_reap() {
    if (!exit_status()) {
        // Before its setsid the child has no group of its own yet; the second call reaches it all the same.
        signal_group(SIGKILL);
        ::kill(pid_, SIGKILL);
        status_ = wait_for(pid_, 0);
        pidfd_.reset();
    }
    return *status_;
}

namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point time) {
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(time - Clock::now()).count();
    return static_cast<int>(std::clamp<std::int64_t>(left, 0, 60'000));
}

// Drains until the child has ended or `until` has passed; what it left in the pipes is drained too.
bool attend(Subprocess& child, Clock::time_point until) {
    while (true) {
        child.drain();
        if (child.exit_status()) return child.drain(), true;
        if (Clock::now() >= until) return false;
        pollfd wait{child.poll_fd(), POLLIN, 0};
        ::poll(&wait, 1, milliseconds_until(until));
    }
}

}  // namespace

Result<Output> run(const std::vector<std::string>& argv, const SubprocessOptions& options) {
    const auto begin = Clock::now();
    auto child = Subprocess::start(argv, options);
    if (!child) return child.error();
    Output output;
    if (!attend(*child, begin + options.deadline)) {
        output.timed_out = true;
        child->signal_group(SIGTERM);
        if (!attend(*child, Clock::now() + options.grace)) child->kill_and_reap();
        child->drain();
    }
    output.status = *child->exit_status();
    output.out = child->take_output();
    output.err = child->take_errors();
    output.cut = child->output_cut();
    output.took = Clock::now() - begin;
    return output;
}

}  // namespace rampwatch
