package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

/** What counts as silence of a partition: neither a broker's nor the worker's own. */
class SilenceTest {
    private static final long MAX_MS = 1_500;

    private final Silence silence = new Silence(MAX_MS);

    @Test
    void time_counts_once_the_broker_has_answered_after_it() {
        silence.observe(true, 100, 7);
        assertThat(silence.observe(true, 100, 7)).as("no answer yet").isZero();
        assertThat(silence.observe(true, 100, 8)).isEqualTo(300);
        assertThat(silence.observe(true, 100, 9)).isEqualTo(100);
    }

    @Test
    void a_broker_that_does_not_answer_is_no_silence_also_when_it_is_back() {
        silence.observe(true, 100, 7);
        for (int round = 0; round < 1_000; round++) {
            assertThat(silence.observe(true, 100, 7)).isZero();
        }
        assertThat(silence.observe(true, 100, 8)).isEqualTo(MAX_MS);
    }

    @Test
    void a_worker_that_stands_still_counts_no_more_of_it_than_an_answer_proves() {
        silence.observe(true, 100, 7);
        assertThat(silence.observe(true, 3_600_000, 8)).isEqualTo(MAX_MS);
        assertThat(silence.observe(true, 100, 9)).isEqualTo(100);
    }

    @Test
    void records_and_a_lag_start_it_anew() {
        silence.observe(true, 100, 7);
        assertThat(silence.observe(false, 900, -1)).isZero();
        assertThat(silence.observe(true, 100, 9)).as("the first look since").isZero();
        assertThat(silence.observe(true, 100, 10)).isEqualTo(200);
    }

    @Test
    void answers_of_another_broker_prove_nothing_of_what_the_last_one_had() {
        silence.observe(true, 100, 70);
        assertThat(silence.observe(true, 100, 3)).as("counts fewer").isZero();
        assertThat(silence.observe(true, 100, 4)).isEqualTo(100);
        assertThat(silence.observe(true, 100, -1)).as("without a leader").isZero();
        assertThat(silence.observe(true, 100, 90)).isZero();
        assertThat(silence.observe(true, 100, 91)).isEqualTo(200);
    }

    @Test
    void a_wall_clock_that_is_set_back_takes_nothing_away() {
        silence.observe(true, 100, 7);
        silence.observe(true, -3_600_000, 7);
        assertThat(silence.observe(true, 50, 8)).isEqualTo(150);
    }
}
