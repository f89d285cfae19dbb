// SPDX-License-Identifier: MIT
#include "core/follow/process_set.h"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/timerfd.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

#include "core/base/file.h"
#include "core/base/poller.h"
#include "core/dump/go_feed.h"
#include "core/dump/lazy_free_feed.h"
#include "core/dump/task_feed.h"
#include "core/probe/tree.h"

namespace rampwatch::follow {
namespace {

using std::chrono::nanoseconds;

constexpr nanoseconds kBecomesProgram = std::chrono::milliseconds(20);
constexpr int kMostWaits = 250;

itimerspec ticks_of(nanoseconds interval) {
    const auto split = [](nanoseconds time) {
        const auto whole = std::chrono::floor<std::chrono::seconds>(time);
        return timespec{static_cast<time_t>(whole.count()), static_cast<long>((time - whole).count())};
    };
    return {split(std::max(interval, probe::kShortestInterval)), split(boot_now())};
}

bool add_to(const Fd& epoll, int fd) {
    epoll_event wanted{};
    wanted.events = EPOLLIN;
    return ::epoll_ctl(epoll.get(), EPOLL_CTL_ADD, fd, &wanted) == 0;
}

using Field = std::optional<std::int64_t> Sample::*;

// Known only where every one is.
std::optional<std::int64_t> total(const std::vector<Sample>& looks, Field field) {
    std::int64_t sum = 0;
    for (const Sample& look : looks) {
        if (!(look.*field)) return std::nullopt;
        sum += *(look.*field);
    }
    return sum;
}

// Of what only some have, as goroutines: empty where none has it.
std::optional<std::int64_t> total_of_known(const std::vector<Sample>& looks, Field field) {
    std::optional<std::int64_t> sum;
    for (const Sample& look : looks) {
        if (look.*field) sum = sum.value_or(0) + *(look.*field);
    }
    return sum;
}

}  // namespace

bool is_on_its_way(const Life& life) { return life.comm.starts_with('(') && life.comm.ends_with(')'); }

Result<std::unique_ptr<ProcessSet>> ProcessSet::open(ProcessSetSettings settings) {
    std::unique_ptr<ProcessSet> crew(new ProcessSet(std::move(settings)));
    crew->epoll_.reset(::epoll_create1(EPOLL_CLOEXEC));
    crew->timer_.reset(::timerfd_create(CLOCK_BOOTTIME, TFD_CLOEXEC | TFD_NONBLOCK));
    const itimerspec ticks = ticks_of(crew->settings_.interval);
    if (!crew->epoll_ || !crew->timer_ ||
        ::timerfd_settime(crew->timer_.get(), TFD_TIMER_ABSTIME, &ticks, nullptr) != 0 ||
        !add_to(crew->epoll_, crew->timer_.get())) {
        return Error{Error::Kind::io, fmt::format("cannot create a timer: {}", std::strerror(errno)), {}, {}};
    }
    crew->lives_[crew->settings_.all ? kSumTarget : kMainTarget] = crew->settings_.first_life - 1;
    return crew;
}

void ProcessSet::follow(std::int32_t main_pid, const std::string& control_group) {
    if (main_pid == wanted_main_ && control_group == control_group_) return;
    wanted_main_ = main_pid;
    control_group_ = control_group;
    settled_ = false;
    settle_at_ = {};
}

std::optional<nanoseconds> ProcessSet::deadline() const {
    std::optional<nanoseconds> soonest;
    if (!settled_) return settle_at_;
    for (const Member& member : members_) {
        const auto due = member.exit->deadline();
        if (due && (!soonest || *due < *soonest)) soonest = due;
    }
    return soonest;
}

ProcessSet::Member* ProcessSet::find(TargetId target) {
    const auto found = std::find_if(members_.begin(), members_.end(),
                                    [&](const Member& one) { return one.target == target; });
    return found == members_.end() ? nullptr : &*found;
}

const ProcessSet::Member* ProcessSet::find(TargetId target) const {
    return const_cast<ProcessSet*>(this)->find(target);
}

const probe::Process* ProcessSet::main() const {
    const Member* lead = find(kMainTarget);
    return lead != nullptr ? lead->process.get() : nullptr;
}

std::optional<TargetId> ProcessSet::free_target() const {
    for (TargetId target = kFirstMember; target < kFirstMember + kMostJudged; ++target) {
        if (find(target) == nullptr) return target;
    }
    return std::nullopt;
}

// What has ended before it could be held was never there.
bool ProcessSet::admit(std::int32_t pid, std::optional<TargetId> target, std::vector<Fact>& facts) {
    auto process = probe::Process::open(pid);
    if (target == kMainTarget) obstacle_ = process ? std::nullopt : std::optional(process.error());
    if (!process) return false;
    if (settings_.unit && is_on_its_way(process->life())) {
        if (target != kMainTarget) return false;
        if (waits_++ < kMostWaits) {
            settled_ = false;
            settle_at_ = boot_now() + kBecomesProgram;
            return false;
        }
    }
    if (target == kMainTarget) waits_ = 0;
    Member member;
    member.process = std::make_unique<probe::Process>(std::move(*process));
    auto looker = probe::Looker::open(*member.process, settings_.roots);
    if (!looker) return false;
    member.looker.emplace(std::move(*looker));
    member.looker->count_aged_threads(settings_.aged_after);
    member.who = member.process->life();
    member.who.unit = settings_.unit;
    if (settings_.show_args) member.who.command_line = probe::command_line(member.process->directory());
    member.target = target;
    if (target) {
        member.life = ++lives_[*target];
        was_[*target] = member.who;
    }
    member.exit =
        std::make_unique<probe::ExitFeed>(*member.process, target.value_or(0), member.life, settings_.roots);
    member.polled = add_to(epoll_, member.process->pidfd());
    if (target) facts.push_back(fact::Appeared{*target, member.life, member.who, boot_now(), wall_now()});
    members_.push_back(std::move(member));
    if (target == kMainTarget) add_readers(members_.back());
    return true;
}

void ProcessSet::add_readers(Member& member) const {
    if (!member.process->may_inspect()) return;
    const auto worker = std::make_shared<worker::Worker>(member.who);
    member.looker->add(std::make_unique<dump::GoFeed>(
        worker, dump::GoFeedSettings{settings_.interval, settings_.aged_after}));
    member.looker->add(std::make_unique<dump::TaskFeed>(
        worker, dump::TaskFeedSettings{settings_.interval, settings_.aged_after}));
    auto lazy_free = std::make_unique<dump::LazyFreeFeed>(worker, settings_.patience);
    member.lazy_free = lazy_free.get();
    member.looker->add(std::move(lazy_free));
}

void ProcessSet::note(const Event& event) {
    Member* lead = find(kMainTarget);
    const bool is_ours = event.target == kMainTarget || event.target == kSumTarget;
    if (!is_ours || lead == nullptr || lead->lazy_free == nullptr) return;
    if (const auto grows = dump::memory_grows(event)) lead->lazy_free->memory_grows(*grows);
}

void ProcessSet::parts(std::vector<Feed*>& feeds) const {
    const Member* lead = find(kMainTarget);
    if (lead == nullptr) return;
    for (const auto& reader : lead->looker->readers()) feeds.push_back(reader.get());
}

// Its end is not seen, only that it is no longer this target.
void ProcessSet::dismiss(std::size_t at, std::vector<Fact>& facts) {
    Member& member = members_[at];
    if (member.target)
        facts.push_back(fact::Gone{*member.target, member.life, Ending{}, boot_now(), wall_now()});
    if (member.polled) ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.process->pidfd(), nullptr);
    members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
}

// A new main process: the old one may live on, as a member like others.
void ProcessSet::settle_main(std::vector<Fact>& facts) {
    settled_ = true;
    const Member* lead = find(kMainTarget);
    if (lead != nullptr && lead->who.pid == wanted_main_ && lead->process->alive()) return;
    if (lead != nullptr && lead->process->alive() && wanted_main_ != 0) {
        for (std::size_t at = 0; at < members_.size(); ++at) {
            if (members_[at].target == kMainTarget) {
                dismiss(at, facts);
                break;
            }
        }
    } else if (lead != nullptr) {
        return;  // its end is about to be told; take_endings() comes back here
    }
    if (wanted_main_ == 0) return;
    for (std::size_t at = 0; at < members_.size(); ++at) {
        if (members_[at].who.pid == wanted_main_) {
            dismiss(at, facts);
            break;
        }
    }
    admit(wanted_main_, kMainTarget, facts);
}

void ProcessSet::take_endings(std::vector<Fact>& facts) {
    for (std::size_t at = 0; at < members_.size();) {
        Member& member = members_[at];
        if (member.process->alive()) {
            ++at;
            continue;
        }
        if (std::exchange(member.polled, false))
            ::epoll_ctl(epoll_.get(), EPOLL_CTL_DEL, member.process->pidfd(), nullptr);
        std::vector<Fact> ended;
        member.exit->collect(ended);
        if (ended.empty()) {  // how is not known yet
            ++at;
            continue;
        }
        const bool was_main = member.target == kMainTarget;
        if (was_main) main_ending_ = std::get<fact::Gone>(ended.front()).ending;
        if (member.target) facts.insert(facts.end(), ended.begin(), ended.end());
        members_.erase(members_.begin() + static_cast<std::ptrdiff_t>(at));
        if (was_main) {
            settled_ = false;
            settle_at_ = {};
        }
    }
    if (members_.empty() && std::exchange(sum_lives_, false))
        facts.push_back(fact::Gone{kSumTarget, lives_[kSumTarget], std::exchange(main_ending_, Ending{}),
                                   boot_now(), wall_now()});
}

void ProcessSet::find_members(std::vector<Fact>& facts) {
    if (!settings_.all) return;
    std::vector<std::int32_t> pids;
    if (settings_.unit) {
        pids = probe::cgroup_processes(control_group_, settings_.roots, kMostLooked);
    } else if (const Member* root = find(kMainTarget)) {
        pids = probe::process_tree(root->who.pid, settings_.roots, kMostLooked);
    }
    for (const std::int32_t pid : pids) {
        if (members_.size() >= kMostLooked) return;
        const bool known = std::any_of(members_.begin(), members_.end(),
                                       [&](const Member& one) { return one.who.pid == pid; });
        if (!known && pid != ::getpid() && pid != wanted_main_) admit(pid, free_target(), facts);
    }
}

std::optional<probe::CgroupMemory> ProcessSet::charged() const {
    if (control_group_.empty() || members_.empty()) return std::nullopt;
    const auto text = read_file(members_.front().process->directory(), "cgroup");
    const auto cgroup = text ? probe::memory_cgroup(*text, settings_.roots) : std::nullopt;
    // Where the memory controller stands at a group above, that is not ours alone.
    if (!cgroup || cgroup->path != control_group_) return std::nullopt;
    return probe::cgroup_memory(*cgroup);
}

Life ProcessSet::sum_life() const {
    Life life{.unit = settings_.unit};
    life.comm = settings_.name;
    if (!members_.empty()) life.boot_id = members_.front().who.boot_id;
    return life;
}

void ProcessSet::tell_sum(const std::vector<Sample>& looks, std::vector<Fact>& facts) {
    if (looks.empty()) return;
    const nanoseconds mono = boot_now(), wall = wall_now();
    if (!std::exchange(sum_lives_, true)) {
        was_[kSumTarget] = sum_life();
        facts.push_back(fact::Appeared{kSumTarget, ++lives_[kSumTarget], was_[kSumTarget], mono, wall});
    }
    Sample sum{.mono = mono, .wall = wall};
    for (const Sample& look : looks) {
        sum.rss_bytes += look.rss_bytes;
        if (look.age) sum.age = std::max(sum.age.value_or(nanoseconds{}), *look.age);
        const bool shared = look.limit && look.limit->kind != LimitKind::rlimit_as;
        if (shared && !sum.limit) sum.limit = look.limit;
        if (look.pids_limit && !sum.pids_limit) {
            sum.pids_limit = look.pids_limit;
            sum.pids_used = look.pids_used;
        }
    }
    // RLIMIT_NOFILE is each process's own.
    if (looks.size() == 1) sum.fds_limit = looks.front().fds_limit;
    for (const Field field : {&Sample::anon_bytes, &Sample::file_bytes, &Sample::shmem_bytes,
                              &Sample::swap_bytes, &Sample::threads, &Sample::fds, &Sample::aged_threads})
        sum.*field = total(looks, field);
    for (const Field field :
         {&Sample::goroutines, &Sample::aged_goroutines, &Sample::go_heap_marked_bytes, &Sample::tasks,
          &Sample::aged_tasks, &Sample::java_old_bytes, &Sample::java_old_used_bytes,
          &Sample::java_young_bytes, &Sample::lazyfree_bytes})
        sum.*field = total_of_known(looks, field);
    if (const auto memory = charged()) {
        sum.rss_bytes = memory->anon_bytes + memory->mapped_bytes;
        sum.anon_bytes = memory->anon_bytes;
        sum.shmem_bytes = memory->shmem_bytes;
        sum.swap_bytes = memory->swap_bytes;
        sum.file_bytes = memory->mapped_bytes;
    }
    facts.push_back(fact::Sampled{kSumTarget, lives_[kSumTarget], std::move(sum)});
}

// By execve: a further life of the same target, and of the sum where there is no other.
void ProcessSet::become(Member& member, Life program, std::vector<Fact>& facts) {
    program.unit = member.who.unit;
    if (settings_.show_args) program.command_line = probe::command_line(member.process->directory());
    member.who = std::move(program);
    member.first_bytes = member.last_bytes;
    if (!member.target) return;
    member.life = ++lives_[*member.target];
    member.exit->follow(member.life);
    was_[*member.target] = member.who;
    facts.push_back(fact::Appeared{*member.target, member.life, member.who, boot_now(), wall_now()});
    if (members_.size() > 1 || !sum_lives_) return;
    was_[kSumTarget] = sum_life();  // which is that of this process alone
    facts.push_back(
        fact::Appeared{kSumTarget, ++lives_[kSumTarget], was_[kSumTarget], boot_now(), wall_now()});
}

void ProcessSet::tick(std::int64_t ticks, std::vector<Fact>& facts) {
    if (ticks > 1 && !members_.empty())
        facts.push_back(fact::Missed{kMainTarget, ticks - 1, boot_now(), wall_now()});
    if (find(kMainTarget) == nullptr && wanted_main_ != 0) settle_main(facts);
    find_members(facts);
    std::vector<Sample> looks;
    for (Member& member : members_) {
        auto look = member.looker->look();
        if (!look) continue;
        member.last_bytes = value_of(*look, Series::memory).value_or(look->rss_bytes);
        if (!member.first_bytes) member.first_bytes = member.last_bytes;
        if (auto program = member.looker->take_new_program()) become(member, std::move(*program), facts);
        looks.push_back(*look);
        if (member.target) facts.push_back(fact::Sampled{*member.target, member.life, std::move(*look)});
    }
    if (settings_.all) tell_sum(looks, facts);
    if (on_tick) on_tick(boot_now());
}

void ProcessSet::collect(std::vector<Fact>& facts) {
    take_endings(facts);
    if (!settled_ && boot_now() >= settle_at_) settle_main(facts);
    std::uint64_t ticks = 0;
    if (::read(timer_.get(), &ticks, sizeof ticks) == static_cast<ssize_t>(sizeof ticks) && ticks > 0)
        tick(static_cast<std::int64_t>(ticks), facts);
}

std::optional<Life> ProcessSet::who_was(TargetId target) const {
    const auto known = was_.find(target);
    return known == was_.end() ? std::nullopt : std::optional(known->second);
}

std::optional<Life> ProcessSet::who(TargetId target, LifeNumber life) const {
    if (target != kSumTarget) {
        const Member* member = find(target);
        return member != nullptr && member->life == life ? std::optional(member->who) : std::nullopt;
    }
    const auto grown = [](const Member& one) {
        return one.last_bytes - one.first_bytes.value_or(one.last_bytes);
    };
    const auto most = std::max_element(members_.begin(), members_.end(),
                                       [&](const Member& a, const Member& b) { return grown(a) < grown(b); });
    if (most == members_.end()) return std::nullopt;
    return most->who;
}

std::optional<nanoseconds> NoBaselines::deadline() const {
    return refused_.empty() ? std::nullopt : std::optional(kDueNow);
}

void NoBaselines::collect(std::vector<Fact>& facts) {
    for (const RequestId request : std::exchange(refused_, {})) {
        facts.emplace_back(fact::DumpDone{
            .request = request,
            .dump = Error{Error::Kind::unavailable, "short-lived processes get no baseline", {}, {}},
            .mono = boot_now(),
            .wall = wall_now()});
    }
}

bool NoBaselines::perform(const Request& request) {
    if (request.kind != Request::Kind::dump) return false;
    if (request.target < kFirstMember || request.reason != DumpReason::baseline) return false;
    refused_.push_back(request.id);
    return true;
}

}  // namespace rampwatch::follow
