package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RebalancesTest {
    private final TestClock clock = new TestClock();
    private final Rebalances rebalances = new Rebalances(clock);

    @Test
    void a_half_rebalance_that_is_not_followed_by_another_is_asked_for_with_another_number() {
        rebalances.assigned(true);
        int before = rebalances.asked();
        clock.advance(4_999);
        assertThat(rebalances.isStuck(clock.millis())).isFalse();
        clock.advance(1);
        assertThat(rebalances.isStuck(clock.millis())).isTrue();
        assertThat(rebalances.asked()).isNotEqualTo(before);
        assertThat(rebalances.isStuck(clock.millis())).as("once at a time").isFalse();
        clock.advance(5_000);
        assertThat(rebalances.isStuck(clock.millis()))
                .as("but again if nothing comes")
                .isTrue();
    }

    @Test
    void a_whole_rebalance_ends_the_wait() {
        rebalances.assigned(true);
        rebalances.assigned(false);
        clock.advance(60_000);
        assertThat(rebalances.isStuck(clock.millis())).isFalse();
    }

    @Test
    void before_the_first_assignment_nothing_is_missing() {
        clock.advance(60_000);
        assertThat(rebalances.isStuck(clock.millis())).isFalse();
    }
}
