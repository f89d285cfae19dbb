// SPDX-License-Identifier: MIT
#include "core/base/rust_name.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cstdint>
#include <utility>

namespace rampwatch {
namespace {

constexpr int kMostDepth = 100;
constexpr std::size_t kMostOutput = 16384;
constexpr int kMostSteps = 20'000;  // back references may repeat what they refer to

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f'); }

std::string_view basic_type(char tag) {
    static constexpr std::pair<char, std::string_view> kTypes[] = {
        {'a', "i8"},   {'b', "bool"},  {'c', "char"},  {'d', "f64"}, {'e', "str"}, {'f', "f32"},
        {'h', "u8"},   {'i', "isize"}, {'j', "usize"}, {'l', "i32"}, {'m', "u32"}, {'n', "i128"},
        {'o', "u128"}, {'p', "_"},     {'s', "i16"},   {'t', "u16"}, {'u', "()"},  {'v', "..."},
        {'x', "i64"},  {'y', "u64"},   {'z', "!"}};
    const auto found = std::find_if(std::begin(kTypes), std::end(kTypes),
                                    [&](const auto& type) { return type.first == tag; });
    return found == std::end(kTypes) ? std::string_view{} : found->second;
}

// A recursive descent over the grammar of RFC 2603; the first thing that does not fit ends it.
class Reader {
  public:
    explicit Reader(std::string_view text) : text_(text) {}

    bool whole() {
        path(false);
        return !failed_ && !out_.empty();
    }
    std::string take() { return std::move(out_); }

  private:
    struct Deeper {
        explicit Deeper(Reader& reader) : reader_(reader) {
            if (++reader_.depth_ > kMostDepth || ++reader_.steps_ > kMostSteps) reader_.failed_ = true;
        }
        ~Deeper() { --reader_.depth_; }
        Reader& reader_;
    };

    [[nodiscard]] char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
    char next() {
        if (at_ >= text_.size()) return failed_ = true, '\0';
        return text_[at_++];
    }
    bool eat(char wanted) {
        if (failed_ || peek() != wanted) return false;
        ++at_;
        return true;
    }
    void print(std::string_view words) {
        if (out_.size() + words.size() > kMostOutput) failed_ = true;
        if (!failed_ && !silent_) out_ += words;
    }

    // "_" is 0, "0_" is 1.
    std::uint64_t base_62() {
        std::uint64_t value = 0;
        if (eat('_')) return 0;
        while (!failed_ && !eat('_')) {
            const char c = next();
            std::uint64_t digit = 0;
            if (is_digit(c))
                digit = static_cast<std::uint64_t>(c - '0');
            else if (c >= 'a' && c <= 'z')
                digit = static_cast<std::uint64_t>(c - 'a') + 10;
            else if (c >= 'A' && c <= 'Z')
                digit = static_cast<std::uint64_t>(c - 'A') + 36;
            else
                failed_ = true;
            if (value > (UINT64_MAX - 1 - digit) / 62) return failed_ = true, 0;
            value = value * 62 + digit;
        }
        return value + 1;
    }
    std::uint64_t optional_base_62(char tag) { return eat(tag) ? base_62() + 1 : 0; }

    struct Identifier {
        std::uint64_t disambiguator = 0;
        std::string name{};
    };
    Identifier identifier() {
        Identifier result;
        result.disambiguator = optional_base_62('s');
        const bool puny = eat('u');
        std::size_t length = 0;
        if (!is_digit(peek())) return failed_ = true, result;
        if (!eat('0')) {
            while (is_digit(peek()) && length < text_.size())
                length = length * 10 + static_cast<std::size_t>(next() - '0');
        }
        eat('_');
        if (length > text_.size() - at_) return failed_ = true, result;
        result.name = text_.substr(at_, length);
        if (puny) result.name = "{" + result.name + "}";
        at_ += length;
        return result;
    }

    template <class Read>
    void back_reference(std::size_t tag_at, Read read) {
        const std::uint64_t to = base_62();
        if (failed_ || to >= tag_at) {
            failed_ = true;
            return;
        }
        const std::size_t here = std::exchange(at_, static_cast<std::size_t>(to));
        if (!silent_) read();
        at_ = here;
    }

    void path(bool in_value) {
        const Deeper deeper(*this);
        if (failed_) return;
        const std::size_t tag_at = at_;
        switch (next()) {
            case 'C':
                return print(identifier().name);
            case 'M':
                skip_impl_path();
                print("<");
                type();
                return print(">");
            case 'X':
                skip_impl_path();
                [[fallthrough]];
            case 'Y':
                print("<");
                type();
                print(" as ");
                path(false);
                return print(">");
            case 'N':
                return nested(in_value);
            case 'I':
                return generics(in_value);
            case 'B':
                return back_reference(tag_at, [&] { path(in_value); });
            default:
                failed_ = true;
        }
    }

    void skip_impl_path() {
        optional_base_62('s');
        const bool before = std::exchange(silent_, true);
        path(false);
        silent_ = before;
    }

    void nested(bool in_value) {
        const char space = next();
        path(in_value);
        const Identifier id = identifier();
        if (space >= 'A' && space <= 'Z') {
            print("::{");
            print(space == 'C' ? "closure" : space == 'S' ? "shim" : std::string(1, space));
            if (!id.name.empty()) print(":" + id.name);
            print("#" + std::to_string(id.disambiguator) + "}");
        } else if (!id.name.empty()) {
            print("::" + id.name);
        }
    }

    void generics(bool in_value) {
        path(in_value);
        print(in_value ? "::<" : "<");
        list([&] { generic(); });
        print(">");
    }

    template <class Read>
    std::size_t list(Read read) {
        std::size_t count = 0;
        while (!failed_ && !eat('E')) {
            if (count++ > 0) print(", ");
            read();
        }
        return count;
    }

    void generic() {
        if (eat('L')) {
            base_62();
            print("'_");
        } else if (eat('K')) {
            constant();
        } else {
            type();
        }
    }

    void type() {
        const Deeper deeper(*this);
        if (failed_) return;
        const std::size_t tag_at = at_;
        const char tag = next();
        if (const auto basic = basic_type(tag); !basic.empty()) return print(basic);
        switch (tag) {
            case 'R':
            case 'Q':
                print("&");
                if (eat('L')) base_62();
                if (tag == 'Q') print("mut ");
                return type();
            case 'P':
                print("*const ");
                return type();
            case 'O':
                print("*mut ");
                return type();
            case 'A':
            case 'S':
                print("[");
                type();
                if (tag == 'A') print("; "), constant();
                return print("]");
            case 'T': {
                print("(");
                const std::size_t count = list([&] { type(); });
                return print(count == 1 ? ",)" : ")");
            }
            case 'F':
                return function();
            case 'D':
                return dynamic();
            case 'B':
                return back_reference(tag_at, [&] { type(); });
            default:
                at_ = tag_at;
                return path(false);
        }
    }

    void function() {
        optional_base_62('G');
        if (eat('U')) print("unsafe ");
        if (eat('K')) {
            print("extern \"");
            print(eat('C') ? std::string("C") : identifier().name);
            print("\" ");
        }
        print("fn(");
        list([&] { type(); });
        print(")");
        if (eat('u')) return;
        print(" -> ");
        type();
    }

    void dynamic() {
        optional_base_62('G');
        print("dyn ");
        bool first = true;
        while (!failed_ && !eat('E')) {
            if (!std::exchange(first, false)) print(" + ");
            path(false);
            while (eat('p')) {  // an associated type: left out of the brackets that are closed already
                print(" with " + identifier().name + " = ");
                type();
            }
        }
        if (eat('L')) base_62();
    }

    void constant() {
        const Deeper deeper(*this);
        if (failed_) return;
        const std::size_t tag_at = at_;
        if (eat('B')) return back_reference(tag_at, [&] { constant(); });
        if (eat('p')) return print("_");
        const char kind = next();
        const bool negative = eat('n');
        const std::size_t from = at_;
        while (is_hex(peek())) ++at_;
        const std::string_view digits = text_.substr(from, at_ - from);
        if (!eat('_')) {
            failed_ = true;
            return;
        }
        std::uint64_t value = 0;
        const auto [end, problem] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (kind == 'b') return print(value != 0 ? "true" : "false");
        if (problem != std::errc{} && !digits.empty()) return print("_");
        print((negative ? "-" : "") + std::to_string(value));
    }

    std::string_view text_;
    std::string out_{};
    std::size_t at_ = 0;
    int depth_ = 0, steps_ = 0;
    bool failed_ = false, silent_ = false;
};

constexpr std::size_t kHash = 19;  // "::h" and 16 digits

}  // namespace

std::optional<std::string> rust_name(std::string_view mangled) {
    if (!mangled.starts_with("_R")) return std::nullopt;
    mangled.remove_prefix(2);
    mangled = mangled.substr(0, mangled.find('.'));                         // ".llvm.123"
    if (mangled.empty() || is_digit(mangled.front())) return std::nullopt;  // a later version of the scheme
    Reader reader(mangled);
    if (!reader.whole()) return std::nullopt;
    return reader.take();
}

bool is_old_rust_name(std::string_view demangled) {
    demangled = demangled.substr(0, demangled.find(" [clone"));
    if (demangled.size() <= kHash) return false;
    const std::string_view hash = demangled.substr(demangled.size() - kHash);
    return hash.starts_with("::h") && std::all_of(hash.begin() + 3, hash.end(), is_hex);
}

std::string old_rust_name(std::string_view demangled) {
    static constexpr std::pair<std::string_view, std::string_view> kMarks[] = {
        {"$SP$", "@"},  {"$BP$", "*"},   {"$RF$", "&"},  {"$LT$", "<"},  {"$GT$", ">"},
        {"$LP$", "("},  {"$RP$", ")"},   {"$C$", ","},   {"$u20$", " "}, {"$u27$", "'"},
        {"$u5b$", "["}, {"$u5d$", "]"},  {"$u7b$", "{"}, {"$u7d$", "}"}, {"$u3b$", ";"},
        {"$u2b$", "+"}, {"$u22$", "\""}, {"$u7e$", "~"}, {"..", "::"}};
    demangled = demangled.substr(0, demangled.find(" [clone"));
    demangled.remove_suffix(std::min(kHash, demangled.size()));
    std::string plain;
    for (std::size_t at = 0; at < demangled.size();) {
        const std::string_view rest = demangled.substr(at);
        const bool part_start = at == 0 || (at >= 2 && demangled.substr(at - 2, 2) == "::");
        if (part_start && rest.starts_with("_$")) {  // a part may not begin with a mark
            ++at;
            continue;
        }
        const auto mark = std::find_if(std::begin(kMarks), std::end(kMarks), [&](const auto& candidate) {
            return rest.starts_with(candidate.first);
        });
        if (mark == std::end(kMarks)) {
            plain += demangled[at++];
        } else {
            plain += mark->second;
            at += mark->first.size();
        }
    }
    return plain;
}

}  // namespace rampwatch
