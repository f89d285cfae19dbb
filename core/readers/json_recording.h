// SPDX-License-Identifier: MIT
// Recordings as JSON, read as it streams in.
//
// Prometheus's query_range ("resultType": "matrix") and VictoriaMetrics's export lines: a series each, with
// its labels; values that are NaN are unknown. Anything else: an object with a member that is memory (rss,
// MemUsage, memused) is a look; its time, PID and names are members of the same object or of those around it.
// So are read sadf -j, pidstat -o JSON, docker stats --format json and people's own JSON lines.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/base/json_tokens.h"
#include "core/readers/file_clock.h"
#include "core/readers/metric_kind.h"
#include "core/readers/recording.h"
#include "core/readers/series_book.h"

namespace rampwatch::readers {

class JsonRecording final : public Recording {
  public:
    // `more` as JsonTokens has it; `failed` says whether the input ended since it could not be read.
    JsonRecording(std::function<std::string_view()> more, std::function<std::optional<Error>()> failed,
                  std::string name);

    Result<bool> next_into(Look& look) override;
    [[nodiscard]] const RecordingNotes& notes() const override { return book_.notes; }
    [[nodiscard]] std::string_view format() const override { return format_; }

  private:
    using Token = JsonTokens::Token;
    struct Member {
        std::string name{};
        std::string text{};
    };
    struct Frame {
        std::string name{};  // of the member that it is
        bool is_array = false;
        bool is_series = false;         // had values: closed at its end
        std::vector<Member> members{};  // those that are no objects or arrays
    };

    std::optional<Error> step();
    std::optional<Error> take(Token token);
    std::optional<Error> begin(Token token);
    std::optional<Error> end();
    std::optional<Error> scalar(std::string_view text);
    std::optional<Error> end_of_document(const Frame& frame);
    std::optional<Error> row(const Frame& frame);
    void collect(std::vector<const Member*>& cells, const Frame& frame) const;
    [[nodiscard]] Result<std::optional<FileTime>> time_of(const std::vector<const Member*>& members);

    // of a series
    std::optional<Error> value_token(Token token);
    std::optional<Error> point(double time_s, double value);
    std::optional<Error> drain();
    void begin_series();
    [[nodiscard]] std::string shown_labels() const;
    [[nodiscard]] Error wrong(std::string what, std::string hint) const;

    enum class Mode : std::uint8_t { members, pairs, numbers, stamps, drain };

    std::function<std::optional<Error>()> failed_;
    JsonTokens tokens_;
    SeriesBook book_;
    std::string_view format_ = "JSON";
    FileClock clock_{};
    std::vector<Frame> frames_{};
    std::string name_{};  // of the member whose value is next
    Mode mode_ = Mode::members;
    bool ended_ = false;
    bool sysstat_ = false;  // sizes are in KiB there
    std::optional<Error> error_{};

    std::vector<Label> labels_{};
    std::string key_{};
    std::int64_t series_ = 0;
    MetricKind kind_{};
    bool series_open_ = false;
    std::vector<double> pair_{};
    std::vector<double> values_{}, stamps_{};
    std::size_t drained_ = 0;
};

}  // namespace rampwatch::readers
