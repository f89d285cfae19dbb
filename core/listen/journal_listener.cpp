// SPDX-License-Identifier: MIT
#include "core/listen/journal_listener.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string_view>

#include "core/base/text.h"
#include "core/model/target.h"
#include "core/model/words.h"
#include "core/report/heap_section.h"
#include "core/report/heap_text.h"
#include "core/report/member_text.h"
#include "core/report/service_words.h"
#include "core/report/text_dump.h"
#include "core/report/text_event.h"
#include "core/report/text_verdict.h"
#include "core/systemd/message_ids.h"

namespace rampwatch::listen {
namespace {

using systemd::Entry;
using systemd::Priority;

constexpr std::size_t kMostGroups = 6;
constexpr std::size_t kLongestName = 256;
constexpr std::size_t kLongestDump = 16384;  // bytes of a message; the dump's file and history have all of it

// For shells, which know whole numbers alone: bytes, counts and seconds are whole. The rate of a count is
// not: plain decimals, never an exponent.
std::string whole(double value) { return std::isfinite(value) ? fmt::format("{:.0f}", value) : "0"; }
std::string per_second(Series series, double value) {
    return is_bytes(series) ? whole(value) : fmt::format("{:.6f}", value);
}

void add_verdict(const Verdict& verdict, Entry& entry) {
    entry.fields.emplace_back("RAMPWATCH_VERDICT", word(verdict.claim));
    if (!verdict.leading || !verdict.series[index(*verdict.leading)]) return;
    const SeriesVerdict& lead = *verdict.series[index(*verdict.leading)];
    entry.fields.emplace_back("RAMPWATCH_SERIES", word(lead.series));
    entry.fields.emplace_back("RAMPWATCH_CURRENT", whole(lead.current));
    if (lead.rise) entry.fields.emplace_back("RAMPWATCH_RISE", whole(*lead.rise));
    if (lead.slope_per_s)
        entry.fields.emplace_back("RAMPWATCH_SLOPE", per_second(lead.series, *lead.slope_per_s));
    if (lead.slope_ci95_per_s) {
        entry.fields.emplace_back("RAMPWATCH_SLOPE_LOW", per_second(lead.series, lead.slope_ci95_per_s->low));
        entry.fields.emplace_back("RAMPWATCH_SLOPE_HIGH",
                                  per_second(lead.series, lead.slope_ci95_per_s->high));
    }
    if (const auto& met = lead.count_forecast ? lead.count_forecast : lead.count_limit_near;
        met && !met->beyond) {
        entry.fields.emplace_back("RAMPWATCH_LIMIT", count_limit_word(lead.series));
        entry.fields.emplace_back("RAMPWATCH_LIMIT_SECONDS", whole(met->eta_s));
        return;
    }
    const auto& ahead = verdict.forecast ? verdict.forecast : verdict.limit_near;
    if (!ahead || ahead->beyond) return;
    entry.fields.emplace_back("RAMPWATCH_LIMIT", word(ahead->limit.kind));
    entry.fields.emplace_back("RAMPWATCH_LIMIT_SECONDS", whole(ahead->eta_s));
}

void add_who(const Event& event, const std::string& unit, Entry& entry) {
    entry.fields.emplace_back("RAMPWATCH_EVENT", word(event.kind));
    entry.fields.emplace_back("RAMPWATCH_LIFE", std::to_string(event.life));
    entry.fields.emplace_back("RAMPWATCH_SCOPE", event.target == kMainTarget  ? "main"
                                                 : event.target == kSumTarget ? "sum"
                                                                              : "member");
    if (!unit.empty()) entry.fields.emplace_back("RAMPWATCH_UNIT", unit);
    // Of a service the process to look at: whose evidence it is, else what has grown most.
    if (!event.members.empty()) {
        const auto speaker =
            std::find_if(event.members.begin(), event.members.end(),
                         [&](const auto& member) { return event.spoken_by == member.target; });
        const auto& who = (speaker == event.members.end() ? event.members.front() : *speaker).who;
        if (!who) return;
        entry.fields.emplace_back("RAMPWATCH_PID", std::to_string(who->pid));
        entry.fields.emplace_back("RAMPWATCH_EXE", who->executable);
        return;
    }
    if (!event.who || event.who->pid == 0) return;
    entry.fields.emplace_back("RAMPWATCH_PID", std::to_string(event.who->pid));
    entry.fields.emplace_back("RAMPWATCH_EXE", event.who->executable);
}

// The headline of a verdict, the first line of which is what most readers ever see.
std::string verdict_message(const Event& event, const std::optional<Sample>& last, const Dump* newest) {
    report::VerdictContext context;
    context.last = last;
    if (newest != nullptr)  // which outlives it
        context.dump = std::shared_ptr<const Dump>(std::shared_ptr<const Dump>(), newest);
    context.told_before = event.kind == Event::Kind::leak_worse;
    std::string text = event.who ? report::name_of(*event.who) + ": " : "";
    text += report::text_verdict(*event.verdict, context);
    for (const std::string& line : report::member_lines(event)) text += line + "\n";
    return text;
}

std::string dump_message(const Event& event) {
    std::string text = (event.who ? report::name_of(*event.who) + ": " : "") + report::text_event(event);
    if (!event.dump || event.dump->reason == DumpReason::baseline) return text;
    text += "\n" + report::text_groups(*event.dump, {.width = 100, .most_groups = kMostGroups});
    text += report::heap_section(*event.dump);
    if (text.size() > kLongestDump) text.resize(kLongestDump);
    return text;
}

// What grew most, where that has a name.
void add_grown_type(const Dump& dump, Entry& entry) {
    if (!dump.heap || !dump.heap->since || dump.heap->types.empty()) return;
    const HeapType& top = dump.heap->types.front();
    entry.fields.emplace_back("RAMPWATCH_GROWN_TYPE", escape(top.name, kLongestName));
    entry.fields.emplace_back("RAMPWATCH_GROWN_TYPE_BYTES", whole(top.bytes.value));
    entry.fields.emplace_back("RAMPWATCH_GROWN_TYPE_SHARE",
                              fmt::format("{:.0f}", 100 * report::heap_share(*dump.heap)));
}

bool ended_badly(const Event& event) {
    const Ending ending = event.ending.value_or(Ending{});
    return was_killed(ending) || (ending.reason == Ending::Reason::exited && ending.status.value_or(0) != 0);
}

Entry entry_of(Priority priority, std::string_view id, std::string message) {
    while (message.ends_with('\n')) message.pop_back();
    return {priority, id, std::move(message), {}};
}

std::optional<Entry> gone_entry(const Event& event, const std::optional<Sample>& last, const Dump* newest) {
    const bool badly = ended_badly(event);
    if (event.target != kMainTarget && !badly) return std::nullopt;
    std::string text = report::text_event(event);
    if (event.verdict) text += report::post_mortem(*event.verdict, last, badly ? newest : nullptr);
    if (!badly) return entry_of(Priority::info, {}, std::move(text));
    return entry_of(Priority::warning, systemd::kEndedBadlyId, std::move(text));
}

std::optional<Entry> worded(const Event& event, const std::optional<Sample>& last, const Dump* newest) {
    const bool passing = event.target >= kFirstMember;
    switch (event.kind) {
        case Event::Kind::started:
        case Event::Kind::restarted:
            if (event.target != kMainTarget) return std::nullopt;
            return entry_of(Priority::info, {}, report::text_event(event));
        case Event::Kind::growing:
            return entry_of(Priority::notice, systemd::kGrowingId, verdict_message(event, last, newest));
        case Event::Kind::leak:
        case Event::Kind::leak_worse:
            return entry_of(Priority::error, systemd::kLeakId, verdict_message(event, last, newest));
        case Event::Kind::recovered:
            return entry_of(Priority::notice, systemd::kRecoveredId, report::text_event(event));
        case Event::Kind::limit_near:
            return entry_of(Priority::warning, systemd::kLimitNearId, report::text_event(event));
        case Event::Kind::dump:
            if (!event.dump || event.dump->reason == DumpReason::baseline) return std::nullopt;
            return entry_of(Priority::notice, systemd::kDumpId, dump_message(event));
        case Event::Kind::dump_failed:
            if (passing) return std::nullopt;
            return entry_of(Priority::warning, systemd::kTroubleId, report::text_event(event));
        case Event::Kind::gone:
            return gone_entry(event, last, newest);
        case Event::Kind::ended:
            if (passing && (!event.verdict || event.verdict->claim < Claim::growing)) return std::nullopt;
            return entry_of(Priority::info, {}, report::text_event(event));
        case Event::Kind::sample:
        case Event::Kind::missed:
            break;
    }
    return std::nullopt;
}

}  // namespace

std::vector<std::pair<std::string, std::string>> event_fields(const Event& event, const std::string& unit) {
    Entry entry;
    add_who(event, unit, entry);
    if (event.verdict) add_verdict(*event.verdict, entry);
    if (event.dump) add_grown_type(*event.dump, entry);
    return std::move(entry.fields);
}

std::optional<Entry> journal_entry(const Event& event, const std::string& unit,
                                   const std::optional<Sample>& last, const Dump* newest) {
    auto entry = worded(event, last, newest);
    if (!entry) return std::nullopt;
    entry->fields = event_fields(event, unit);
    return entry;
}

void JournalListener::on_event(const Event& event, const watch::Session& session) {
    if (event.kind == Event::Kind::sample) {
        if (event.sample) last_[event.target] = *event.sample;
        return;
    }
    if (event.kind == Event::Kind::restarted) last_.erase(event.target);
    const auto known = last_.find(event.target);
    const auto newest = session.newest_dump(event.spoken_by.value_or(event.target));
    const auto entry = journal_entry(
        event, unit_, known == last_.end() ? std::nullopt : std::optional(known->second), newest.get());
    if (entry) systemd::send(*entry);
}

}  // namespace rampwatch::listen
