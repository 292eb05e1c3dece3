package io.millrace.engine.time;

import static io.millrace.engine.time.ChannelStatus.ACTIVE;
import static io.millrace.engine.time.ChannelStatus.END;
import static io.millrace.engine.time.ChannelStatus.IDLE;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class SourceClockTest {
    private static final long LAG_MS = 100;
    private static final long IDLE_MS = 30_000;

    private final SourceClock clock = new SourceClock(LAG_MS, IDLE_MS, Watermarks.NONE, ACTIVE);

    @Test
    void the_watermark_is_the_largest_time_less_the_lag() {
        assertThat(clock.watermarkMs()).isEqualTo(Watermarks.NONE);
        clock.observe(1_000);
        assertThat(clock.watermarkMs()).isEqualTo(900);
        clock.observe(500);
        assertThat(clock.watermarkMs()).isEqualTo(900);
        clock.observe(1_001);
        assertThat(clock.watermarkMs()).isEqualTo(901);
    }

    @Test
    void times_before_1970_count_like_any_other() {
        clock.observe(-5_000);
        assertThat(clock.watermarkMs()).isEqualTo(-5_100);
    }

    @Test
    void the_ends_of_time_do_not_overflow() {
        clock.observe(Long.MIN_VALUE + 1);
        assertThat(clock.watermarkMs()).isEqualTo(Watermarks.NONE + 1);
        clock.observe(Long.MAX_VALUE);
        assertThat(clock.watermarkMs()).isEqualTo(Long.MAX_VALUE - LAG_MS);
    }

    @Test
    void silence_adds_up_until_the_partition_is_idle() {
        clock.silentFor(IDLE_MS - 1);
        assertThat(clock.status()).isEqualTo(ACTIVE);
        clock.silentFor(1);
        assertThat(clock.status()).isEqualTo(IDLE);
        assertThat(clock.watermarkMs()).isEqualTo(Watermarks.NONE);
    }

    @Test
    void a_row_breaks_the_silence() {
        clock.silentFor(IDLE_MS - 1);
        clock.observe(1_000);
        clock.silentFor(IDLE_MS - 1);
        assertThat(clock.status()).isEqualTo(ACTIVE);
        clock.silentFor(1);
        assertThat(clock.status()).isEqualTo(IDLE);
        clock.observe(10);
        assertThat(clock.status()).isEqualTo(ACTIVE);
        assertThat(clock.watermarkMs()).isEqualTo(900);
    }

    @Test
    void the_end_is_final() {
        clock.observe(1_000);
        clock.end();
        clock.silentFor(2 * IDLE_MS);
        clock.observe(2_000);
        assertThat(clock.status()).isEqualTo(END);
    }

    @Test
    void it_goes_on_where_an_earlier_run_had_left_it() {
        SourceClock resumed = new SourceClock(LAG_MS, IDLE_MS, 900, IDLE);
        assertThat(resumed.watermarkMs()).isEqualTo(900);
        assertThat(resumed.status()).isEqualTo(IDLE);
        resumed.observe(999);
        assertThat(resumed.watermarkMs()).isEqualTo(900);
        resumed.observe(1_050);
        assertThat(resumed.watermarkMs()).isEqualTo(950);
        assertThat(resumed.status()).isEqualTo(ACTIVE);
    }
}
