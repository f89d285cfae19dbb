// SPDX-License-Identifier: MIT
#include "tests/score/options.h"

#include <algorithm>
#include <array>
#include <functional>
#include <string_view>
#include <thread>
#include <utility>

#include "core/base/text.h"
#include "core/base/units.h"

namespace rampwatch::score {

const char* const kUsage =
    "./run score [--years N] [--seed N] [--threads N] [--families a,b] [--no-comparators] [--log FILE]\n"
    "            [--patience DURATION] [--min-growth SIZE] [--set NAME=VALUE]\n"
    "            [--max-alarms N] [--max-misses SHARE] [--max-delay FAMILY=HOURS]\n"
    "./run score --traces FOLDER [--share 0.3] [--min-growth 2M] [--subset all|tune|held]\n";

namespace {

using trend::Tuning;

constexpr std::array<std::pair<std::string_view, double Tuning::*>, 35> kKnobs = {{
    {"enough_db", &Tuning::enough_db},
    {"short_db", &Tuning::short_db},
    {"never_level_db", &Tuning::never_level_db},
    {"left_of_day", &Tuning::left_of_day},
    {"confirm_span", &Tuning::confirm_span},
    {"count_confirm_span", &Tuning::count_confirm_span},
    {"significance", &Tuning::significance},
    {"bent_significance", &Tuning::bent_significance},
    {"wander", &Tuning::wander},
    {"monotone", &Tuning::monotone},
    {"even", &Tuning::even},
    {"eighths", &Tuning::eighths},
    {"context", &Tuning::context},
    {"straight_context", &Tuning::straight_context},
    {"calm", &Tuning::calm},
    {"teeth_calm", &Tuning::teeth_calm},
    {"straight_care", &Tuning::straight_care},
    {"young_age_days", &Tuning::young_age_days},
    {"young_span_days", &Tuning::young_span_days},
    {"young_fraction", &Tuning::young_fraction},
    {"old_fraction", &Tuning::old_fraction},
    {"swing_factor", &Tuning::swing_factor},
    {"slowing", &Tuning::slowing},
    {"saturation", &Tuning::saturation},
    {"slowing_ended", &Tuning::slowing_ended},
    {"slowing_other", &Tuning::slowing_other},
    {"long_significance", &Tuning::long_significance},
    {"daily_age_days", &Tuning::daily_age_days},
    {"daily_bend", &Tuning::daily_bend},
    {"low_span_days", &Tuning::low_span_days},
    {"low_significance", &Tuning::low_significance},
    {"suspect_span", &Tuning::suspect_span},
    {"suspect_significance", &Tuning::suspect_significance},
    {"suspect_growth", &Tuning::suspect_growth},
    {"suspect_young_fraction", &Tuning::suspect_young_fraction},
}};

Error bad(std::string_view what, const std::string& where) {
    return {Error::Kind::bad_input, std::string(what), where, ""};
}

Result<double> number(const std::string& text, const std::string& where) {
    const auto value = parse_number(text);
    if (!value || *value < 0) return bad("not a number: " + escape(text), where);
    return *value;
}

Result<void> set_knob(Options& options, const std::string& text) {
    const auto equals = text.find('=');
    const std::string name = text.substr(0, equals);
    const auto value = equals == std::string::npos ? std::nullopt : parse_number(text.substr(equals + 1));
    const auto* knob = std::ranges::find(kKnobs, name, [](const auto& entry) { return entry.first; });
    if (knob == kKnobs.end() || !value) return bad("no such figure: " + escape(text), "--set");
    options.judge.tuning.*(knob->second) = *value;
    options.settings.push_back(text);
    return {};
}

using Reader = std::function<Result<void>(Options&, const std::string&)>;

template <class T>
void assign(T& member, double value) {
    member = static_cast<T>(value);
}
void assign(std::optional<double>& member, double value) { member = value; }

template <class T>
Reader into(T Options::*member, const char* where) {
    return [member, where](Options& options, const std::string& text) -> Result<void> {
        const auto value = number(text, where);
        if (!value) return value.error();
        assign(options.*member, *value);
        return {};
    };
}
Reader into_text(std::string Options::*member) {
    return [member](Options& options, const std::string& text) -> Result<void> {
        options.*member = text;
        return {};
    };
}

Result<void> read_patience(Options& options, const std::string& text) {
    const auto value = parse_duration(text);
    if (!value) return value.error();
    options.judge.patience = *value;
    return {};
}
Result<void> read_growth(Options& options, const std::string& text) {
    const auto value = parse_size(text);
    if (!value) return value.error();
    options.judge.min_growth_bytes = *value;
    return {};
}
Result<void> read_delay(Options& options, const std::string& text) {
    const auto equals = text.find('=');
    if (equals == std::string::npos) return bad("not FAMILY=HOURS: " + escape(text), "--max-delay");
    const auto value = number(text.substr(equals + 1), "--max-delay");
    if (!value) return value.error();
    options.most_delays_h.emplace_back(text.substr(0, equals), *value);
    return {};
}
Result<void> read_families(Options& options, const std::string& text) {
    for (const std::string_view name : split(text, ',')) options.families.emplace_back(name);
    return {};
}

const std::vector<std::pair<std::string_view, Reader>>& readers() {
    static const std::vector<std::pair<std::string_view, Reader>> kReaders = {
        {"--seed", into(&Options::seed, "--seed")},
        {"--years", into(&Options::years, "--years")},
        {"--threads", into(&Options::threads, "--threads")},
        {"--families", read_families},
        {"--log", into_text(&Options::log)},
        {"--traces", into_text(&Options::traces)},
        {"--share", into(&Options::share, "--share")},
        {"--subset", into_text(&Options::subset)},
        {"--max-alarms", into(&Options::most_alarms, "--max-alarms")},
        {"--max-misses", into(&Options::most_misses, "--max-misses")},
        {"--max-delay", read_delay},
        {"--patience", read_patience},
        {"--min-growth", read_growth},
        {"--set", set_knob},
    };
    return kReaders;
}

}  // namespace

Result<Options> read_options(const std::vector<std::string>& arguments) {
    Options options{.threads = std::max(1U, std::thread::hardware_concurrency())};
    for (std::size_t i = 0; i < arguments.size(); ++i) {
        const std::string& name = arguments[i];
        if (name == "--no-comparators") {
            options.compare = false;
            continue;
        }
        const auto reader = std::ranges::find(readers(), name, [](const auto& entry) { return entry.first; });
        if (reader == readers().end()) return bad("no such option: " + escape(name), "score");
        if (++i == arguments.size()) return bad("needs a value", name);
        if (const auto read = reader->second(options, arguments[i]); !read) {
            Error error = read.error();
            error.where = name;
            return error;
        }
    }
    if (options.years <= 0 || options.threads < 1) return bad("must be above 0", "--years, --threads");
    return options;
}

}  // namespace rampwatch::score
