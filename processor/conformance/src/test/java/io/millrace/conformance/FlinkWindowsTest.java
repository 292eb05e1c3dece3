package io.millrace.conformance;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.apache.flink.streaming.api.windowing.assigners.EventTimeSessionWindows;
import org.apache.flink.streaming.api.windowing.assigners.SlidingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.TumblingEventTimeWindows;
import org.apache.flink.streaming.api.windowing.assigners.WindowAssigner;
import org.apache.flink.streaming.api.windowing.windows.TimeWindow;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The same events through Millrace and through an embedded Flink give the same rows, late ones included. */
class FlinkWindowsTest {
    private static final long LAG_MS = 3_000;
    private static final int EVENTS = 2_000;
    private static final long STEP_MS = 400;
    private static final int ONE_LATE_OF = 15;
    private static final long LATEST_MS = 60_000;

    private static List<Event> events(long seed) {
        return Event.random(seed, EVENTS, STEP_MS, LAG_MS, ONE_LATE_OF, LATEST_MS);
    }

    @ParameterizedTest(name = "{0}, seed {2}")
    @CsvSource(
            delimiter = '|',
            value = {
                "{tumbling: 10s}                     | TUMBLE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND) | 1",
                "{tumbling: 10s}                     | TUMBLE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND) | 2",
                "{tumbling: 10s, offset: 3s}         | TUMBLE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND, INTERVAL '3' SECOND) | 3",
                "{hopping: 30s, every: 10s}          | HOP(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND, INTERVAL '30' SECOND) | 1",
                "{hopping: 30s, every: 10s}          | HOP(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND, INTERVAL '30' SECOND) | 2",
                "{hopping: 20s, every: 5s}           | HOP(TABLE events, DESCRIPTOR(rowtime), INTERVAL '5' SECOND, INTERVAL '20' SECOND) | 3",
                "{cumulating: 60s, every: 10s}       | CUMULATE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND, INTERVAL '60' SECOND) | 1",
                "{cumulating: 60s, every: 10s}       | CUMULATE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '10' SECOND, INTERVAL '60' SECOND) | 2",
                "{cumulating: 30s, every: 5s}        | CUMULATE(TABLE events, DESCRIPTOR(rowtime), INTERVAL '5' SECOND, INTERVAL '30' SECOND) | 3",
                "{session: 2s}                       | SESSION(TABLE events PARTITION BY k, DESCRIPTOR(rowtime), INTERVAL '2' SECOND) | 1",
                "{session: 3s}                       | SESSION(TABLE events PARTITION BY k, DESCRIPTOR(rowtime), INTERVAL '3' SECOND) | 2",
                "{session: 1s}                       | SESSION(TABLE events PARTITION BY k, DESCRIPTOR(rowtime), INTERVAL '1' SECOND) | 3",
            })
    void windows_give_the_rows_that_flink_sql_gives(String window, String function, long seed) throws Exception {
        List<Event> events = events(seed);
        MillraceRun.Outcome ours = MillraceRun.of(events, LAG_MS, window, seed);
        assertThat(ours.results())
                .as("%s, seed %d", window, seed)
                .containsExactlyInAnyOrderElementsOf(FlinkRun.sql(events, LAG_MS, function));
        assertThat(ours.onTime() + ours.corrected() + ours.lateRows()).isEqualTo(events.size());
        assertThat(ours.lateRows()).as("late rows of seed %d", seed).isPositive();
    }

    @ParameterizedTest(name = "{0}, seed {1}")
    @CsvSource({
        "tumbling,1",
        "tumbling,2",
        "tumbling,3",
        "hopping,1",
        "hopping,2",
        "hopping,3",
        "session,1",
        "session,2",
        "session,3"
    })
    void late_rows_correct_windows_or_go_to_the_late_output_as_in_flink(String kind, long seed) throws Exception {
        List<Event> events = events(seed);
        String window = switch (kind) {
            case "tumbling" -> "{tumbling: 10s}";
            case "hopping" -> "{hopping: 30s, every: 10s}";
            default -> "{session: 2s}";
        };
        WindowAssigner<Object, TimeWindow> assigner = switch (kind) {
            case "tumbling" -> TumblingEventTimeWindows.of(Duration.ofSeconds(10));
            case "hopping" -> SlidingEventTimeWindows.of(Duration.ofSeconds(30), Duration.ofSeconds(10));
            default -> EventTimeSessionWindows.withGap(Duration.ofSeconds(2));
        };
        FlinkRun.Outcome flink = FlinkRun.lateness(events, LAG_MS, assigner, Duration.ofSeconds(20));
        MillraceRun.Outcome ours = MillraceRun.of(events, LAG_MS, window, seed, "late: {accept: 20s, then: late}");
        assertThat(ours.results()).as("%s, seed %d", kind, seed).containsExactlyInAnyOrderElementsOf(flink.results());
        assertThat(ours.late()).as("late rows, %s, seed %d", kind, seed).hasSameSizeAs(flink.late());
        assertThat(ours.corrected()).as("corrections of seed %d", seed).isPositive();
        assertThat(ours.lateRows()).isEqualTo(flink.late().size());
    }
}
