// SPDX-License-Identifier: MIT
#include "core/batch/recording.h"

#include "core/base/lines.h"
#include "core/base/text.h"
#include "core/readers/recognise.h"
#include "core/readers/series_book.h"
#include "core/store/csv.h"

namespace rampwatch::batch {
namespace {

// A recording of rampwatch's own kind: one series, read at full speed.
class OwnRecording final : public readers::Recording {
  public:
    explicit OwnRecording(std::unique_ptr<store::CsvSource> source) : source_(std::move(source)) {}

    Result<bool> next_into(readers::Look& look) override {
        if (ended_) return false;
        look.series = 0;
        const auto read = source_->next_into(look.record);
        if (!read) return read.error();
        if (*read) {
            looks_ = true;
            if (const auto* sample = std::get_if<Sample>(&look.record.look)) {
                if (auto error = readers::implausible_bytes(sample->rss_bytes, "rss_bytes")) {
                    error->where = fmt_place();
                    return *error;
                }
            }
            return true;
        }
        ended_ = true;
        notes_.ignored_columns = source_->notes().ignored_columns;
        notes_.half_lines = source_->notes().half_lines;
        notes_.unknown_values = source_->notes().unknown_looks;
        if (!looks_) return Error{Error::Kind::bad_input, "no samples: a header alone", source_->name(), {}};
        look.last = true;
        look.info = {};
        return true;
    }

    [[nodiscard]] const readers::RecordingNotes& notes() const override { return notes_; }
    [[nodiscard]] std::string_view format() const override { return "CSV of rampwatch"; }
    [[nodiscard]] bool is_own() const override { return true; }

  private:
    [[nodiscard]] std::string fmt_place() const {
        return source_->name() + ":" + std::to_string(source_->line_number());
    }

    std::unique_ptr<store::CsvSource> source_;
    readers::RecordingNotes notes_{};
    bool looks_ = false;
    bool ended_ = false;
};

}  // namespace

Result<std::unique_ptr<readers::Recording>> open_recording(const std::string& path) {
    auto lines = open_lines(path);
    if (!lines) return lines.error();
    std::string name = path == "-" ? "standard input" : escape(path);
    const readers::Kind kind = readers::recognise(lines->ahead(kMostAhead));
    if (kind != readers::Kind::own_csv)
        return readers::open_recording(std::move(*lines), kind, std::move(name));
    auto source = store::CsvSource::open(std::move(*lines), std::move(name));
    if (!source) return source.error();
    return std::unique_ptr<readers::Recording>(std::make_unique<OwnRecording>(std::move(*source)));
}

}  // namespace rampwatch::batch
