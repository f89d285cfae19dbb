// SPDX-License-Identifier: MIT
#include "core/trend/evidence.h"

#include <cmath>

#include "core/trend/evidence_table.h"
#include "tests/catch.h"

using namespace rampwatch;
using namespace rampwatch::trend;

TEST_CASE("a sum of evidence is its start and what each clue is worth", "[trend]") {
    Table table;
    table.start = {1, 2, 3, 4};
    table.clue[index(Clue::even)] = {2, {0, .5F}, {-3, 1, 5}};
    Clues clues;
    clues.value.fill(kUnknown);
    clues[Clue::lasted] = 0;
    CHECK(weigh(clues, table).sum == Approx(1));
    clues[Clue::even] = .2F;
    CHECK(weigh(clues, table).sum == Approx(2));
    clues[Clue::even] = .5F;
    CHECK(weigh(clues, table).of[index(Clue::even)] == Approx(5));
    clues[Clue::lasted] = std::log(1.5F);
    CHECK(weigh(clues, table).sum == Approx(7));
    clues[Clue::day_before] = 1;
    CHECK(weigh(clues, table).start == Approx(4));
}

TEST_CASE("every learned clue speaks in one direction only", "[trend]") {
    for (const ClueTable& clue : kLearned.clue) {
        bool rises = true, falls = true;
        for (std::size_t i = 0; i < clue.edges; ++i) {
            rises = rises && clue.db[i] <= clue.db[i + 1];
            falls = falls && clue.db[i] >= clue.db[i + 1];
            if (i > 0) CHECK(clue.edge[i - 1] < clue.edge[i]);
        }
        CHECK((rises || falls));
    }
}

TEST_CASE("windows that follow each other add up, and a patience without one takes away", "[trend]") {
    Held even;
    for (double t = 2; t < 4; t += .5) even.note(t, 6);
    CHECK(even.before(4.5, 2) == 0);  // it overlaps all of them
    even.note(6.2, 6);
    CHECK(even.before(6.2, 2) > 0);
    Held plateau;
    plateau.note(2.5, 6);
    plateau.note(9, 6);  // nothing rose for six halves
    CHECK(plateau.before(9, 2) < 0);
    CHECK(plateau.before(9, 2, true) == 0);  // level before, and no plateau
}

TEST_CASE("a window is noted until its half patience counts for all that one can", "[trend]") {
    Held held;
    CHECK(held.wants_at(3.1));
    held.note(3.1, 7);
    CHECK(held.wants_at(3.2));
    held.note(3.2, 9);
    CHECK_FALSE(held.wants_at(3.9));
    CHECK(held.wants_at(4));
    Held more = held;
    more.note(3.9, 40);  // and so it changes nothing
    for (double t = 4; t < 9; t += 1) CHECK(more.before(t + 2, 2) == held.before(t + 2, 2));
}
