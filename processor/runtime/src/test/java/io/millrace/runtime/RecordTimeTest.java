package io.millrace.runtime;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RecordTimeTest {
    private static final long NEVER_TOO_OLD = Long.MAX_VALUE;
    private static final long WEEK_MS = 7 * 86_400_000L;

    @Test
    void an_event_time_older_than_half_of_what_a_topic_keeps_is_no_timestamp() {
        assertThat(RecordTime.of("delete", WEEK_MS, NEVER_TOO_OLD, "CreateTime").oldestAgeMs())
                .isEqualTo(WEEK_MS / 2);
        assertThat(RecordTime.of("compact,delete", WEEK_MS, NEVER_TOO_OLD, null).oldestAgeMs())
                .isEqualTo(WEEK_MS / 2);
    }

    @Test
    void where_nothing_is_deleted_by_time_any_event_time_will_do() {
        assertThat(RecordTime.of("compact", WEEK_MS, NEVER_TOO_OLD, null)).isEqualTo(RecordTime.ANY);
        assertThat(RecordTime.of("delete", -1, NEVER_TOO_OLD, null)).isEqualTo(RecordTime.ANY);
        assertThat(RecordTime.of("delete", WEEK_MS, NEVER_TOO_OLD, "LogAppendTime"))
                .isEqualTo(RecordTime.ANY);
    }

    @Test
    void what_the_broker_might_refuse_when_it_arrives_is_no_timestamp() {
        assertThat(RecordTime.of("compact", WEEK_MS, 1_000, null).oldestAgeMs()).isEqualTo(500);
        assertThat(RecordTime.of("delete", 600, 1_000, null).oldestAgeMs()).isEqualTo(300);
    }

    @Test
    void a_time_that_does_not_fit_is_replaced_by_the_wall_clock() {
        RecordTime times = new RecordTime(100);
        assertThat(times.stamp(900, 1_000)).isEqualTo(900);
        assertThat(times.stamp(899, 1_000)).isEqualTo(1_000);
        assertThat(times.stamp(1_001, 1_000)).isEqualTo(1_000);
        assertThat(times.stamp(Long.MIN_VALUE, 1_000)).isEqualTo(1_000);
        assertThat(RecordTime.ANY.stamp(0, 1_000)).isEqualTo(0);
        assertThat(RecordTime.ANY.stamp(-1, 1_000)).isEqualTo(1_000);
    }
}
