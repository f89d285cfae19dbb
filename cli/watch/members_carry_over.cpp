// SPDX-License-Identifier: MIT
#include "cli/watch/members_carry_over.h"

namespace rampwatch::cli {

void MembersCarryOver::on_event(const Event& event, const watch::Session& session) {
    if (event.kind == Event::Kind::dump && event.target != whole_) {  // a member's stacks are the whole's
        Event of_whole = event;
        of_whole.life = life_;
        return pass_on(of_whole, session);
    }
    if (event.target != whole_) return;
    if (event.kind == Event::Kind::restarted && event.who) {
        life_ = event.life;
        const probe::Process* main = crew_.main();
        Life who = main != nullptr ? crew_.who_was(kMainTarget).value_or(main->life()) : *event.who;
        who.unit = event.who->unit;
        carry_over_.go_on(who, event.life, session);
    }
    pass_on(event, session);
}

void MembersCarryOver::pass_on(const Event& event, const watch::Session& session) {
    for (watch::Listener* listener : carry_over_.listeners()) listener->on_event(event, session);
}

}  // namespace rampwatch::cli
